"""Meta-regressions of an outcome on what Table 2 prints as numbers, one moderator at a time.

Value names are `<outcome>.regression.<moderator>.<statistic>`; method of moments with z, as in the
publication.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import inf

import numpy as np
import pandas as pd

from ..display.bubble import Bubble, FittedLine, bubble
from ..display.figure import Figure
from ..display.numbers import MINUS, count, pvalue
from ..display.registry import Registry
from ..display.sentence import capitalised
from ..display.table import Column, Row, Table
from ..display.value import Marked, Value
from ..engine.regression import Regression, meta_regression
from ..review.printed import interval, is_number
from ..review.propagate import Propagation
from ..review.reconstruct import Reconstructed
from ..review.regressed import Regressed
from .outcome import Outcome
from .pooled import Propagated, decimals, effect_names, provable
from .settings import LEVEL
from .verdicts import MARKS, as_printed, mark_notes
from .wording import ALPHA

FEWEST = 3  # trials, below which a line leaves no degree of freedom


@dataclass(frozen=True)
class Moderator:
    """A column of studies.csv as a moderator: what it is, its axis' title, what it can be at all."""

    label: str
    axis: str
    least: float = 0.0
    most: float = inf


MODERATORS = {
    "age": Moderator("mean age", "Mean age in years"),
    "female_percent": Moderator("share of women", "Women, per cent", most=100.0),
    "married_percent": Moderator("share of married participants", "Married, per cent", most=100.0),
    "treatment_weeks": Moderator("length of the new treatment", "Length of treatment in weeks"),
    "quality": Moderator("quality rating", "Quality rating"),
}
# Of the slope, and of the whole model.
SLOPE = {
    "estimate": (decimals(3), "slope"),
    "se": (decimals(3), "standard error of the slope"),
    "ci_low": (decimals(3), "lower confidence limit of the slope"),
    "ci_high": (decimals(3), "upper confidence limit of the slope"),
    "statistic": (decimals(2), "test statistic z of the slope"),
    "pvalue": (pvalue, "significance (p) of the slope"),
}
MODEL = {
    "k": (count, "number of trials with the moderator"),
    "q_e": (decimals(2), "Q around the line"),
    "q_e_df": (count, "degrees of freedom of Q around the line"),
    "q_e_pvalue": (pvalue, "significance (p) of Q around the line"),
    "i2": (decimals(2), "I² around the line, in per cent"),
    "tau2": (decimals(3), "τ² around the line"),
    "r2": (decimals(1), "share of τ² that the moderator accounts for, in per cent"),
}
COUNTS = ("k", "q_e_df")

COLUMNS = (
    Column("moderator", "Moderator"),
    Column("k", "Trials", "right"),
    Column("estimate", "Slope", "right"),
    Column("ci_low", "Lower", "right"),
    Column("ci_high", "Upper", "right"),
    Column("statistic", "z", "right"),
    Column("pvalue", "p", "right"),
    Column("i2", "I², %", "right"),
    Column("r2", "R², %", "right"),
)
NOTE = (
    "Slope is the change of the standardised mean difference with a unit of the moderator; I² is what "
    "heterogeneity is left, R² what share of it the moderator accounts for."
)


@dataclass(frozen=True)
class Fit:
    """The trials with a moderator: its printed `texts`, their numbers `xs`, the line; None: too few."""

    effects: list[Reconstructed]
    texts: list[str]
    xs: list[float]
    line: Regression | None


def add_moderators(registry: Registry, outcome: Outcome, studies: pd.DataFrame) -> None:
    """Register the regressions of `outcome` on every moderator in `studies`, and their table."""
    for key, moderator in MODERATORS.items():
        _add_fit(registry, outcome, key, moderator, _fit(outcome, studies, key))
    _add_table(registry, outcome)


def add_bubbles(registry: Registry, outcome: Outcome, studies: pd.DataFrame) -> None:
    """Register the plots of the regressions that `add_moderators` registered."""
    for key, moderator in MODERATORS.items():
        plot = partial(_bubble, registry, outcome, key, moderator, studies)
        registry.figure(f"{outcome.key}.regression.{key}", plot)


def with_moderator(outcome: Outcome, studies: pd.DataFrame, key: str) -> list[Reconstructed]:
    """Return the effects of `outcome` whose trials print the moderator `key` in `studies`."""
    values = dict(zip(studies["study"], studies[key], strict=True))
    return [e for e in outcome.effects if is_number(values.get(e.study, ""))]


def _fit(outcome: Outcome, studies: pd.DataFrame, key: str) -> Fit:
    values = dict(zip(studies["study"], studies[key], strict=True))
    effects = with_moderator(outcome, studies, key)
    texts = [values[e.study] for e in effects]
    xs = [float(text.replace(MINUS, "-")) for text in texts]
    line = None
    if len(effects) >= FEWEST and len(set(xs)) > 1:
        line = meta_regression(
            [e.yi for e in effects], vi=[e.vi for e in effects],
            X=np.column_stack([np.ones(len(xs)), xs]), method="DL", level=LEVEL,
        )  # fmt: skip
    return Fit(effects, texts, xs, line)


def _add_fit(registry, outcome, key, moderator, fit: Fit) -> None:
    prefix = f"{outcome.key}.regression.{key}"
    printed = any(registry.printed(f"{prefix}.{name}") for name in SLOPE | MODEL)
    evidence = _evidence(moderator, fit) if fit.line and printed else None
    inputs = (*effect_names(fit.effects), *(f"studies.{e.study}.{key}" for e in fit.effects))
    slope = fit.line.coefficients.iloc[1] if fit.line else {}
    for name, (text, meaning) in (SLOPE | MODEL).items():
        raw = None
        if fit.line:
            raw = float(slope[name]) if name in SLOPE else getattr(fit.line, name)
        known = Propagated(evidence, name) if evidence and name not in COUNTS else None
        source = f"{meaning}; meta-regression on the {moderator.label}, method of moments"
        registry.value(f"{prefix}.{name}", raw, text, source, inputs, known)
    p = registry.get(Value, f"{prefix}.pvalue").raw
    words = "could not be related to the effects, for lack of trials"
    if p is not None:
        words = "showed no clear relation to the effects"
        if p < ALPHA:
            words = f"went with {'larger' if slope['estimate'] > 0 else 'smaller'} effects"
    registry.phrase(f"{prefix}.relation", words, (f"{prefix}.pvalue", f"{prefix}.estimate"))


def _evidence(moderator: Moderator, fit: Fit) -> Propagation | None:
    """What the digits leave open of the `fit`; the moderators are rounded as the effects are."""
    if not provable(fit.effects):
        return None
    spans = [
        (max(low, moderator.least), min(high, moderator.most))
        for low, high in map(interval, fit.texts)
    ]
    return Regressed(fit.effects, fit.xs, spans)


def _bubble(registry, outcome, key, moderator, studies: pd.DataFrame) -> Figure:
    """The plot of the regression; without a line, its trials alone."""
    fit = _fit(outcome, studies, key)
    tau2 = fit.line.tau2 if fit.line else 0.0
    bubbles = [
        Bubble(outcome.name_of(e.study), x, e.yi, 1 / (e.vi + tau2))
        for e, x in zip(fit.effects, fit.xs, strict=True)
    ]
    line = FittedLine.of(fit.line, fit.xs)
    prefix = f"{outcome.key}.regression.{key}"
    slope, low, high = (
        registry.get(Value, f"{prefix}.{name}").text for name in ("estimate", "ci_low", "ci_high")
    )
    summary = f"Slope {slope} [{low}, {high}]"
    titles = (moderator.axis, "Standardised mean difference")
    return bubble(f"{outcome.key}-{key.replace('_', '-')}", bubbles, line, titles, summary)


def _add_table(registry: Registry, outcome: Outcome) -> None:
    rows, used = [], set()
    for key, moderator in MODERATORS.items():
        cells = {"moderator": capitalised(moderator.label)}
        for column in COLUMNS[1:]:
            value = registry.get(Value, f"{outcome.key}.regression.{key}.{column.key}")
            used.add(value.status)
            cells[column.key] = Marked(as_printed(value), MARKS.get(value.status, ""))
        rows.append(Row(cells))
    name = f"{outcome.key}-regressions"
    notes = (NOTE, *mark_notes(used))
    registry.add(f"{outcome.key}.regressions", Table(name, COLUMNS, tuple(rows), notes))
