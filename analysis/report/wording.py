"""Parts of sentences that depend on the numbers, so that no text can contradict a table."""

from __future__ import annotations

from .measures import Measure

ALPHA = 0.05
LOW_I2, HIGH_I2 = 25, 75  # per cent: Higgins, Thompson, Deeks & Altman (2003)
DEGREES = (("low", 0), ("moderate", LOW_I2), ("high", HIGH_I2))  # each with its lower bound
FEW = 10  # studies, below which the test of heterogeneity has little power
I2_PLACES = 1  # with which I² is shown


def direction(measure: Measure, low: float | None, high: float | None) -> str:
    """What an interval from `low` to `high`, as shown, says of the effect."""
    if low is None or high is None:
        return "could not be estimated"
    if is_clear(measure, low, high):
        side = measure.higher if low > measure.null else measure.lower
        return f"{side}, and the interval does not cross the line of {measure.null_words}"
    return f"the interval crosses the line of {measure.null_words}"


def is_clear(measure: Measure, low: float, high: float) -> bool:
    """Whether an interval from `low` to `high`, as shown, leaves out that there is no effect."""
    return low > measure.null or high < measure.null


def heterogeneity(k: int, q_pvalue: float) -> str:
    """Whether the studies differ more than chance explains; what I² calls it follows."""
    if q_pvalue < ALPHA:
        return "The studies differ more than chance explains; by I² heterogeneity is "
    caution = ", which says little of so few" if k < FEW else ""
    return (
        f"The studies do not clearly differ more than chance explains{caution}; by the estimate of I² "
        "heterogeneity would be called "
    )


def degree(i2: float) -> str:
    """What heterogeneity is called by `i2` as it is shown, which is what a reader compares."""
    shown = round(i2, I2_PLACES)
    return next(word for word, bound in reversed(DEGREES) if shown >= bound)


def is_high(i2: float) -> bool:
    """Whether heterogeneity is called high by `i2`."""
    return degree(i2) == DEGREES[-1][0]


def significant(pvalue: float | None) -> str:
    """Whether a test with this p is significant, in a word."""
    if pvalue is None:
        return "not computable"
    return "significant" if pvalue < ALPHA else "not significant"
