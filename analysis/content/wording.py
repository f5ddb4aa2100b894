"""Sentences' parts that depend on the numbers, so that prose cannot contradict a table."""

from __future__ import annotations

from ..display.registry import Registry
from ..display.value import Value
from .outcome import Outcome
from .settings import ALPHA


def add_wording(registry: Registry, outcome: Outcome) -> None:
    """Register what the text says of `outcome`'s pooled effect and heterogeneity."""

    def values(*names: str):
        return tuple(registry.get(Value, name).raw for name in names)

    key = outcome.key
    limits = f"{key}.random.ci_low", f"{key}.random.ci_high"
    registry.phrase(f"{key}.random.direction", direction(outcome, *values(*limits)), limits)
    test = f"{key}.fixed.q_pvalue"
    registry.phrase(f"{key}.heterogeneity", _heterogeneity(*values(test)), (test,))
    bounds = f"{key}.random.prediction_low", f"{key}.random.prediction_high"
    registry.phrase(f"{key}.prediction", prediction(*values(*bounds)), bounds)


def direction(outcome: Outcome, low: float | None, high: float | None) -> str:
    """What an interval from `low` to `high` says of `outcome`."""
    if low is None or high is None:
        return "could not be compared"
    if low > 0:
        return f"{outcome.scale.better} with psychotherapy than with the comparison"
    if high < 0:
        return f"{outcome.scale.worse} with psychotherapy than with the comparison"
    return "did not differ clearly between psychotherapy and the comparison"


def _heterogeneity(pvalue: float | None) -> str:
    if pvalue is None:
        return "are too few to say how much they differ"
    if pvalue < ALPHA:
        return "differ more than chance alone would explain"
    return "show no clear heterogeneity, which few trials can hide"


def prediction(low: float | None, high: float | None) -> str:
    """What a prediction interval from `low` to `high` does."""
    if low is None or high is None:
        return "cannot be computed from so few trials"
    if low > 0:
        return "stays on the side of psychotherapy"
    if high < 0:
        return "stays on the side of the comparison"
    better, worse = "psychotherapy", "the comparison"
    if low + high < 0:
        better, worse = worse, better
    return (
        f"lies for the larger part on the side of {better}, but does not rule out that in a new setting "
        f"{worse} does as well or better"
    )
