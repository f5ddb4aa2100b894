"""Which settings the publication's printed numbers fit: the search over all of them, told.

Value names are `dialect.<family>.<met|of|settings>` for the best setting, `dialect.<family>.<axis>.met`
for the best that differs from it on an axis; `together` are the families that share one setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import nan, prod

import numpy as np
import pandas as pd

from ..display.numbers import count
from ..display.registry import Registry
from ..display.sentence import capitalised, listed
from ..display.table import Column, Row, Table
from ..display.value import Marked
from ..review import dialect
from ..review.dialect import AXES, MODEL, Effects, Search
from ..review.printed import is_number, number
from ..review.reconstruct import Reconstructed
from .moderators import FEWEST, MODERATORS
from .outcome import Outcome
from .pooled import MODELS
from .subgroups import VARIABLES, members

FAMILIES = {
    "pooled": "Pooled effects, random-effects model",
    "between": "Comparisons of categories",
    "regression": "Meta-regressions",
    "egger": "Egger's test",
    "kendall": "Kendall's rank test",
    "filled": "Trim and fill",
    "together": "Pooled effects, comparisons and meta-regressions, with shared settings",
}
SHARED = ("pooled", "between", "regression")
LABELS = {
    ("correction", "d"): "Cohen's d",
    ("correction", "g"): "Hedges' g",
    ("method", "EE"): "equal effects",
    ("ci", "z"): "intervals from z",
    ("ci", "hksj"): "Hartung–Knapp intervals",
    ("tau2", "separate"): "τ² of each category",
    ("tau2", "common"): "common τ²",
    ("tails", 2): "both tails",
    ("tails", 1): "only the tail of the sign",
    ("on", "deviates"): "ranks of deviates",
    ("on", "effects"): "ranks of effects",
    ("continuity", True): "continuity correction",
    ("continuity", False): "no continuity correction",
    ("find", "EE"): "found around the fixed-effect mean",
    ("find", "DL"): "found around the random-effects mean",
}
# What is looked at in each family, and printed.
STATISTICS = ("estimate", "se", "ci_low", "ci_high", "statistic", "pvalue")
TEST = ("q_between", "q_between_pvalue")
LINE = (*STATISTICS, "q_e", "q_e_pvalue", "i2", "tau2", "r2")
RANKS = ("statistic", "tau", "pvalue")

COLUMNS = (
    Column("setting", "Setting"),
    Column("met", "Met", "right", spanner="Printed numbers"),
    Column("of", "All", "right", spanner="Printed numbers"),
)
NOTES = (
    "Met: printed numbers that the values computed from the reconstructed effects round to. The first "
    "row of each group is the setting that meets most of all combinations; below it stands, for each "
    "choice in it, the best combination with another choice there.",
    "b: best; where others meet as many, the digits do not tell them apart.",
)


def add_dialect(
    registry: Registry, outcomes: Sequence[Outcome], studies: pd.DataFrame, groups: pd.DataFrame
) -> None:
    """Search the settings of everything printed on `outcomes`; register the fits and their table."""
    df = _degrees_of_freedom(studies)
    found: dict[str, list] = {family: [] for family in AXES}
    for outcome in outcomes:
        for family, name, compute, statistics in _analyses(outcome, studies, groups, df):
            printed = _printed(registry, name, statistics)
            if printed:
                found[family].append((compute, printed))
    searches = {family: dialect.search(AXES[family], own) for family, own in found.items()}
    searches["together"] = dialect.together([searches[family] for family in SHARED], MODEL)
    rows = [row for family in FAMILIES for row in _rows(registry, family, searches[family])]
    registry.add("dialect", Table("dialect", COLUMNS, tuple(rows), NOTES))
    _add_words(registry, searches["together"])


def _analyses(outcome: Outcome, studies, groups, df: Mapping[str, float]) -> Iterator[tuple]:
    """Yield each analysis of `outcome`: family, name, what computes it, and of which statistics."""
    effects, key = outcome.effects, outcome.key
    if not effects:
        return
    whole = _effects(effects, df)
    yield "pooled", f"{key}.random", dialect.pooled(whole), STATISTICS
    for variable in VARIABLES:
        member = members(outcome, groups, variable)
        category_of = {i: category for category, own in member.items() for i in own}
        for category, own in member.items():
            if own:
                part = _effects([effects[i] for i in own], df)
                name = f"{key}.random.{variable}.{category}"
                yield "pooled", name, dialect.pooled(part), STATISTICS
        chosen = _effects([effects[i] for i in category_of], df)
        compared = dialect.between(chosen, list(category_of.values()))
        yield "between", f"{key}.random.{variable}", compared, TEST
    for moderator in MODERATORS:
        values = dict(zip(studies["study"], studies[moderator], strict=True))
        own = [e for e in effects if is_number(values.get(e.study, ""))]
        x = [float(number(values[e.study])) for e in own]
        if len(own) >= FEWEST and len(set(x)) > 1:
            line = dialect.regression(_effects(own, df), x)
            yield "regression", f"{key}.regression.{moderator}", line, LINE
    yield "egger", f"{key}.egger", dialect.asymmetry(whole), ("statistic", "pvalue")
    yield "kendall", f"{key}.kendall", dialect.ranks(whole), RANKS
    yield "filled", f"{key}.filled", dialect.filled(whole, "EE"), ("k0",)
    for model, (method, _) in MODELS.items():
        yield "filled", f"{key}.{model}.filled", dialect.filled(whole, method), STATISTICS


def _printed(registry: Registry, prefix: str, statistics: Sequence[str]) -> dict[str, str]:
    texts = {name: registry.printed(f"{prefix}.{name}") for name in statistics}
    return {name: text for name, text in texts.items() if text}


def _degrees_of_freedom(studies: pd.DataFrame) -> dict[str, float]:
    """Return those of each trial's effect by its printed arm sizes, nan where these are not numbers."""
    df = {}
    for row in studies.to_dict("records"):
        sizes = (row["n_treatment"], row["n_control"])
        known = all(map(is_number, sizes))
        df[row["study"]] = float(sum(map(number, sizes))) - len(sizes) if known else nan
    return df


def _effects(effects: Sequence[Reconstructed], df: Mapping[str, float]) -> Effects:
    return Effects(
        np.array([e.yi for e in effects]),
        np.array([e.vi for e in effects]),
        np.array([df.get(e.study, nan) for e in effects]),
    )


def _rows(registry: Registry, family: str, found: Search) -> list[Row]:
    """Register the fits of `family`; return its rows, the best setting first."""
    best, label = found.best, FAMILIES[family]
    prefix = f"dialect.{family}"
    of = registry.value(f"{prefix}.of", best.of, count, f"printed numbers; {label}")
    met = registry.value(
        f"{prefix}.met", best.met, count, f"printed numbers that the best setting meets; {label}"
    )
    registry.value(
        f"{prefix}.settings", prod(map(len, found.axes.values())), count,
        f"combinations of settings tried; {label}",
    )  # fmt: skip
    cells = {"setting": _described(best.setting), "met": Marked(met, "b"), "of": of}
    rows = [Row(cells, group=label)]
    for axis, rival in found.rivals().items():
        value = registry.value(
            f"{prefix}.{axis}.met", rival.met, count,
            f"printed numbers that the best setting with another {axis} meets; {label}",
        )  # fmt: skip
        words = f"Otherwise: {_described(rival.setting)}"
        rows.append(Row({"setting": words, "met": value, "of": of}, group=label))
    return rows


def _described(setting: Mapping) -> str:
    words = [LABELS.get(choice, str(choice[1])) for choice in setting.items()]
    return capitalised(", ".join(words))


def _add_words(registry: Registry, found: Search) -> None:
    """Register which setting fits best, and whether it alone does."""
    ties = [fit for fit in found.fits if fit.met == found.best.met]
    words = [LABELS.get(choice, str(choice[1])) for choice in found.best.setting.items()]
    phrase = f"{listed(words)} fit best"
    if len(ties) > 1:
        phrase = "several combinations of settings fit equally well"
    registry.phrase("dialect.together.best", phrase, ("dialect.together.met",))
