"""Meta-regressions of an outcome on every column of numbers, one at a time.

The slope of ratios is that of their logarithms; below `ratio` stand its exponential and its limits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..display.bubble import Bubble, FittedLine, bubble
from ..display.figure import Figure
from ..display.numbers import EQUALS, count, number, pvalue
from ..display.sentence import capitalised, listed
from ..display.table import INTERVAL, Column, Row, Table
from ..display.value import Value
from ..engine.checks import computable
from ..engine.pool import pool
from ..engine.regression import Regression, meta_regression
from .keys import column_keys
from .measures import DIFFERENCES, RATIOS, Measure
from .pooled import MODELS, RECOMMENDED
from .roles import MODERATOR
from .trials import Data, Trial, effects_of
from .wording import ALPHA
from .writer import Writer

FEWEST = 10  # studies a moderator: Cochrane Handbook, section on meta-regression
METHOD, CI, WORDS = MODELS[RECOMMENDED]
COLUMNS = (
    Column("moderator", "Moderator"),
    Column("k", "Studies", "right"),
    Column("estimate", "Slope", "right"),
    *INTERVAL,
    Column("statistic", "t", "right"),
    Column("pvalue", "p", "right"),
    Column("i2", "I² left, %", "right"),
    Column("r2", "R², %", "right"),
)
TIMES = "Multiplied by"
DEFINED = (
    "I² left: the share of the variation around the line that is due to differences between studies. "
    "R²: by how much the line makes τ² smaller, of that without the moderator."
)
UNCERTAIN = (
    "{}: the studies that have it do not clearly differ (Q without the moderator), so that R² is a "
    "share of a τ² which may be none, and very uncertain."
)
FAILED = "—: no line could be fitted."
RATIO = tuple(  # which follow the slope and its limits where the effects are ratios
    Column(f"ratio.{key}", label, "right", spanner=TIMES)
    for key, label in (("estimate", "Ratio"), ("ci_low", "Lower"), ("ci_high", "Upper"))
)


@dataclass(frozen=True)
class Moderator:
    """A column of numbers: its key, label and unit, the trials that have it, and the line or None."""

    key: str
    label: str
    unit: str
    trials: tuple[Trial, ...]
    xs: tuple[float, ...]
    line: Regression | None


def moderators(writer: Writer, data: Data) -> list[Moderator]:
    """Fit the outcome's effects on every column of numbers that varies; None where studies are few."""
    found = []
    for column, key in column_keys([*data.columns.of("year"), *data.columns.of(MODERATOR)]).items():
        trials = tuple(t for t in writer.outcome.trials if column in t.numbers)
        xs = tuple(t.numbers[column] for t in trials)
        line = None
        if are_enough(xs):
            design = np.column_stack([np.ones(len(xs)), xs])
            line = computable(
                meta_regression, **effects_of(trials), X=design, method=METHOD, ci=CI,
                level=writer.level,
            )  # fmt: skip
        names = key, data.label(column), data.unit(column)
        found.append(Moderator(*names, trials, xs, line))
    return found


def are_enough(xs: Sequence[float]) -> bool:
    """Whether a regression on the numbers `xs` of studies is made: it takes enough, which differ."""
    return len(xs) >= FEWEST and len(set(xs)) > 1


def differ(moderator: Moderator) -> bool:
    """Whether the studies that have the `moderator` clearly differ, by Q without it."""
    return pool(**effects_of(moderator.trials), method="EE").q_pvalue < ALPHA


def add_moderators(writer: Writer, data: Data) -> list[Moderator]:
    """Register the regressions on every moderator, and return them; table and plots of those made."""
    found = moderators(writer, data)
    measure, rows = writer.outcome.measure, []
    columns = (*COLUMNS[:5], *RATIO, *COLUMNS[5:]) if measure.kind == RATIOS else COLUMNS
    for moderator in found:
        _add_line(writer, moderator)
        if not are_enough(moderator.xs):
            continue
        draw = partial(_bubble, writer, moderator)
        writer.registry.figure(writer.name(f"regression.{moderator.key}"), draw)
        cells = {"moderator": f"{capitalised(moderator.label)}, per {moderator.unit}"}
        for column in columns[1:]:
            cells[column.key] = writer.get(f"regression.{moderator.key}.{column.key}")
        rows.append(Row(cells))
    if rows:
        where = "is where the moderator is higher by that much"
        notes = (f"Slope: how much higher {measure.of_analysis} {where}.",)
        if measure.kind == RATIOS:
            notes += (f"{TIMES}: how many times as high the {measure.name} {where}.",)
        notes += (DEFINED,)
        uncertain = [m.label for m in found if are_enough(m.xs) and not differ(m)]
        if uncertain:
            notes += (UNCERTAIN.format(capitalised(listed(uncertain))),)
        if any(m.line is None for m in found if are_enough(m.xs)):
            notes += (FAILED,)
        table = Table(f"{writer.outcome.key}-regressions", columns, tuple(rows), notes)
        writer.registry.add(writer.name("regressions"), table)
    writer.tell("regressions.told", *(part for m in found for part in _told(writer, m)))
    return found


def _add_line(writer: Writer, moderator: Moderator) -> None:
    prefix = f"regression.{moderator.key}"
    line, inputs = moderator.line, writer.trial_inputs(moderator.trials)
    slope = line.coefficients.iloc[1] if line else {}
    words = f"meta-regression on {moderator.label}, per {moderator.unit}, REML, Knapp–Hartung"
    # As many digits as the slope's error asks for, whatever the moderator's unit.
    places = Measure.places(writer.outcome.measure, float(slope["se"])) if line else 3
    for name, null in (("estimate", None), ("se", None), ("ci_low", 0.0), ("ci_high", 0.0)):
        raw = float(slope[name]) if line else None
        meaning = f"slope: {name}; {words}"
        writer.number(f"{prefix}.{name}", raw, places, meaning, inputs, line=null)
    if writer.outcome.measure.kind == RATIOS:
        _add_ratio(writer, prefix, slope, words)
    model = {
        "k": (len(moderator.trials), count, "studies with the moderator"),
        "statistic": (slope.get("statistic"), lambda x: number(x, 2), "t of the slope"),
        "pvalue": (slope.get("pvalue"), pvalue, "p of the slope"),
        "df": (line and line.df, count, "degrees of freedom"),
        "q_e": (line and line.q_e, lambda x: number(x, 2), "Q around the line"),
        "tau2": (line and line.tau2, lambda x: number(x, 4), "τ² around the line"),
        "i2": (line and line.i2, lambda x: number(x, 1), "I² around the line, per cent"),
        "r2": (line and line.r2, lambda x: number(x, 1), "share of τ² accounted for, per cent"),
    }
    for name, (raw, text, meaning) in model.items():
        writer.put(f"{prefix}.{name}", raw, text, f"{meaning}; {words}", inputs)


def _add_ratio(writer: Writer, prefix: str, slope: Mapping[str, float], words: str) -> None:
    """By what a ratio is multiplied per unit: the slope of its logarithm as clinicians read it."""
    measure, ends = writer.outcome.measure, ("estimate", "ci_low", "ci_high")
    # In a unit that is far from the studies' range it may be more than a double can hold.
    with np.errstate(over="ignore", under="ignore"):
        ratios = {name: float(np.exp(slope.get(name, np.nan))) for name in ends}
        se = ratios["estimate"] * slope.get("se", np.nan)
    places = measure.places(float(se)) if 0 < se < np.inf else 3
    for name, null in zip(ends, (None, measure.null, measure.null), strict=True):
        meaning = f"factor of the {measure.name}: {name}; {words}"
        own = f"{prefix}.ratio.{name}"
        writer.number(own, ratios[name], places, meaning, (f"{prefix}.{name}",), line=null)


def _told(writer: Writer, moderator: Moderator) -> list[str | Value]:
    if moderator.line is None:
        why: list[str | Value] = ["the studies hardly differ in it"]
        if len(moderator.trials) < FEWEST:
            fewest = writer.registry.get(Value, "settings.moderator.fewest")
            why = ["fewer than ", fewest, " studies have it"]
        if len(writer.outcome.trials) < FEWEST:
            why = ["there are fewer than ", fewest, " studies"]
        return [f"{capitalised(moderator.label)}: no regression, since ", *why, ". "]
    prefix = f"regression.{moderator.key}"
    slope, low, high, t, df = (
        writer.get(f"{prefix}.{name}")
        for name in ("estimate", "ci_low", "ci_high", "statistic", "df")
    )
    measure = writer.outcome.measure
    relation = f"not clearly associated with the {measure.name}"
    if writer.get(f"{prefix}.pvalue").raw < ALPHA:
        relation = f"associated with a {measure.moved(higher=slope.raw > 0)}"
    scale = "" if measure.kind == DIFFERENCES else f" of {measure.of_analysis}"
    slope_of: list[str | Value] = [f"slope{scale} per {moderator.unit} "]
    if not writer.absent(f"{prefix}.ratio.ci_high"):
        times, least, most = (
            writer.get(f"{prefix}.ratio.{name}") for name in ("estimate", "ci_low", "ci_high")
        )
        slope_of = [
            f"per {moderator.unit} it is multiplied by ", times, ", ", least, " to ", most,
            "; slope of its logarithm ",
        ]  # fmt: skip
    return [
        f"{capitalised(moderator.label)}: {relation} (", *slope_of, slope, ", ", low, " to ", high,
        "; t(", df, f"){EQUALS}", t, ", ", *writer.p(f"{prefix}.pvalue"), "). ",
    ]  # fmt: skip


def _bubble(writer: Writer, moderator: Moderator) -> Figure:
    """The plot of the regression; without a line, its trials alone."""
    line = moderator.line
    tau2 = line.tau2 if line else 0.0
    bubbles = [
        Bubble(t.name, x, t.yi, 1 / (t.vi + tau2))
        for t, x in zip(moderator.trials, moderator.xs, strict=True)
    ]
    fitted = FittedLine.of(line, moderator.xs)
    prefix = f"regression.{moderator.key}"
    slope, low, high = (writer.get(f"{prefix}.{n}").text for n in ("estimate", "ci_low", "ci_high"))
    measure = writer.outcome.measure
    return bubble(
        f"{writer.outcome.key}-regression-{moderator.key}", bubbles, fitted,
        (capitalised(moderator.label), capitalised(measure.axis)),
        f"Slope per {moderator.unit} {slope} [{low}, {high}]",
        scale=measure.scale,
    )  # fmt: skip
