"""Effects that a report prints ready-made, with a standard error, an interval, z or p.

The intervals and tests are taken to be normal ones: Cochrane Handbook (2019), 6.3.1 and 6.3.2.
"""

import numpy as np
from scipy.special import ndtri

from .. import checks


def from_se(*, estimate, se):
    """Effect from the printed `estimate` and its standard error."""
    return estimate, se**2


def from_interval(*, estimate, ci_low, ci_high, level=0.95):
    """Effect from the printed `estimate` and its interval, on the scale of yi."""
    checks.refuse(
        "estimate", estimate, ~((ci_low < estimate) & (estimate < ci_high)),
        "it must lie between ci_low and ci_high",
    )  # fmt: skip
    return estimate, ((ci_high - ci_low) / (2 * _z(1 - checks.level(level)))) ** 2


def from_p(*, estimate, p):
    """Effect from the printed `estimate` and the two-sided p of its z test."""
    checks.refuse("estimate", estimate, estimate == 0, "an effect of 0 has p 1 whatever its error")
    checks.refuse("p", p, p == 1, "p 1 is an effect of 0, whatever its error")
    return estimate, (estimate / _z(p)) ** 2


def from_ratio_interval(*, ratio, ratio_low, ratio_high, level=0.95):
    """Log ratio from a printed ratio and its interval, neither logged."""
    checks.refuse(
        "ratio", ratio, ~((ratio_low < ratio) & (ratio < ratio_high)),
        "it must lie between ratio_low and ratio_high",
    )  # fmt: skip
    return from_interval(
        estimate=np.log(ratio), ci_low=np.log(ratio_low), ci_high=np.log(ratio_high), level=level
    )


def from_ratio_p(*, ratio, p):
    """Log ratio from a printed ratio, not logged, and its two-sided p."""
    checks.refuse("ratio", ratio, ratio == 1, "a ratio of 1 has p 1 whatever its error")
    return from_p(estimate=np.log(ratio), p=p)


def _z(p):
    """Return the positive normal deviate whose two-sided p-value is `p`."""
    return -ndtri(np.divide(p, 2))
