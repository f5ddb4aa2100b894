"""How far two means are apart, and how far trials moved from one of two effects to the other.

Value names, below a prefix: `estimate`, `se`, `ci_low`, `ci_high`, `statistic`, `pvalue`, of changes
also `k`; `detectable` is the least difference that the test is likely to find.

Two means of the same people go up and down together. How closely is not printed, so the test of their
difference takes them for independent, which makes its standard error too large. The changes of the
trials need no such guess: each trial is one observation, and how much they scatter shows their error.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import mean, stdev

from scipy.special import ndtr, ndtri, stdtr, stdtrit

from ..display.numbers import count, pvalue
from ..display.registry import Registry
from ..display.value import Value
from ..review.reconstruct import Reconstructed
from .pooled import decimals, effect_names
from .settings import LEVEL, POWER

Pair = tuple[Reconstructed, Reconstructed]
Mean = tuple[str, str]  # the name that a mean stands below, and whose it is
MEANINGS = {
    "estimate": (decimals(2), "{}"),
    "se": (decimals(3), "standard error of the {}"),
    "ci_low": (decimals(2), "lower confidence limit of the {}"),
    "ci_high": (decimals(2), "upper confidence limit of the {}"),
    "statistic": (decimals(2), "test statistic of the {}"),
    "pvalue": (pvalue, "significance (p) of the {}, both tails"),
}


def add_difference(registry: Registry, prefix: str, first: Mean, second: Mean, note: str) -> None:
    """Register the mean `first` less the mean `second`, taken for independent; `note` says why."""
    names = [[f"{mean}.{part}" for mean, _ in (first, second)] for part in ("estimate", "se")]
    (a, b), (se_a, se_b) = ([registry.get(Value, name).raw for name in pair] for pair in names)
    found = None
    if None not in (a, b, se_a, se_b):
        found = _tested(a - b, sqrt(se_a**2 + se_b**2))
    what = f"mean of {first[1]} less that of {second[1]}; {note}"
    _add(registry, prefix, found, what, (*names[0], *names[1]))


def add_detectable(registry: Registry, prefix: str) -> None:
    """Register how large the difference below `prefix` has to be for its test to find it.

    That is with a probability of `POWER`, its standard error taken as known: the sum of the normal
    quantiles of power and of the critical value, times the error (Hedges & Pigott 2001).
    """
    se = registry.get(Value, f"{prefix}.se")
    raw = None
    if se.raw is not None:
        raw = se.raw * float(ndtri(POWER) + ndtri((1 + LEVEL) / 2))
    registry.value(
        f"{prefix}.detectable", raw, decimals(2),
        "least difference that the test is likely to find", (se.id, "settings.power"),
    )  # fmt: skip


def add_change(registry: Registry, prefix: str, pairs: Sequence[Pair]) -> None:
    """Register the mean change from the first to the second effect of the `pairs`, by Student's t.

    Every trial counts alike: the error of its change is not known.
    """
    changes = [changed(pair) for pair in pairs]
    k, found = len(changes), None
    if k > 1 and stdev(changes):
        found = _tested(mean(changes), stdev(changes) / sqrt(k), k - 1)
    inputs = effect_names([effect for pair in pairs for effect in pair])
    registry.value(f"{prefix}.k", k, count, "trials with both effects", inputs)
    _add(registry, prefix, found, "mean change of the effect, trial by trial", inputs)


def changed(pair: Pair) -> float:
    """By how much the effect of a trial is another in the second of its `pair`."""
    before, after = pair
    return after.yi - before.yi


def _tested(estimate: float, se: float, df: int | None = None) -> dict[str, float]:
    """The `estimate` with interval and test, by the normal distribution or by t with `df`."""
    z = estimate / se
    tail = (1 + LEVEL) / 2
    half = se * float(ndtri(tail) if df is None else stdtrit(df, tail))
    below = float(ndtr(-abs(z)) if df is None else stdtr(df, -abs(z)))
    return {
        "estimate": estimate, "se": se, "ci_low": estimate - half, "ci_high": estimate + half,
        "statistic": z, "pvalue": 2 * below,
    }  # fmt: skip


def _add(registry: Registry, prefix: str, found: dict | None, what: str, inputs: tuple) -> None:
    for name, (text, meaning) in MEANINGS.items():
        raw = None if found is None else found[name]
        registry.value(f"{prefix}.{name}", raw, text, meaning.format(what), inputs)
