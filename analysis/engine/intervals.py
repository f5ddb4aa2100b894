"""Intervals of tau2, I2 and H2 besides the Q-profile: by likelihood, standard error, or Q alone.

PL      profile likelihood of an ML or REML fit: Hardy & Thompson (1996)
Wald    tau2 and its standard error by z; covers badly
J       generalised Q with weights 1/sqrt(v): Jackson (2013)
HT      from Q alone, by the logarithm of H: Higgins & Thompson (2002)
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, sqrt
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri

from . import checks
from .distributions import quantile
from .heterogeneity import Bounds, HeterogeneityIntervals, q_profile, typical_variance
from .likelihood import LOWEST
from .quadratic_form import tau2_at
from .root import DOUBLINGS, PRECISION
from .tau2 import log_likelihood

# How finely the likelihood is looked up, so that no second peak is stepped over.
GRID = 200


def heterogeneity_interval(kind: str, result, level: float) -> HeterogeneityIntervals:
    """Return the intervals of a `kind`, of `level`, for the `result` of a `pool`.

    ValueError without a degree of freedom, and where the kind does not go with the method.
    """
    checks.one_of("kind", kind, ("QP", *KINDS))
    level = checks.level(level)
    model = result.model
    if kind == "QP":
        return q_profile(model, level)
    if model.df < 1:
        raise ValueError("one study, or as many coefficients as studies, leave tau2 no interval")
    low, high = KINDS[kind](result, level)
    s2 = typical_variance(model)
    return HeterogeneityIntervals(
        level=level,
        tau2=Bounds(low, high),
        tau=Bounds(sqrt(low), sqrt(high)),
        i2=Bounds(*(100 * bound / (bound + s2) for bound in (low, high))),
        h2=Bounds(*(bound / s2 + 1 for bound in (low, high))),
        empty=False,
        kind=kind,
    )


def profile_likelihood(result, level: float) -> tuple[float, float]:
    """Return the lowest and the highest tau2 that the likelihood of the `result` does not reject."""
    model, method, tau2 = result.model, result.method, result.tau2
    if method not in ("ML", "REML"):
        raise ValueError(f"method is {method!r}; the interval PL goes with ML and REML alone")
    restricted = method == "REML"
    least = log_likelihood(model, tau2, restricted) - float(chdtri(1, 1 - level)) / 2

    def above(value: float) -> float:
        return log_likelihood(model, value, restricted) - least

    # Beyond twice the scatter the likelihood only falls.
    high = max(2 * model.scatter, model.smallest)
    for _ in range(DOUBLINGS):
        if above(high) < 0:
            break
        high *= 2
    grid = np.geomspace(LOWEST * min(model.smallest, high), high, GRID)
    grid = np.unique([0.0, *grid, tau2])
    inside = np.flatnonzero([above(value) >= 0 for value in grid])
    first, last = inside[0], inside[-1]

    low = brentq(above, *grid[first - 1 : first + 1], **PRECISION) if first > 0 else 0.0
    return float(low), float(brentq(above, *grid[last : last + 2], **PRECISION))


def wald(result, level: float) -> tuple[float, float]:
    """Return tau2 less and plus its standard error times the normal quantile, cut off at 0."""
    half = quantile(level, None) * result.tau2_se
    if not half >= 0:
        raise ValueError(f"method is {result.method!r}, which leaves tau2 no standard error")
    return max(0.0, result.tau2 - half), result.tau2 + half


def jackson(result, level: float) -> tuple[float, float]:
    """Return the tau2 at which the weighted Q is in either tail of its distribution."""
    model, tail = result.model, (1 - level) / 2
    weights = 1 / np.sqrt(model.v)
    return tau2_at(model, weights, tail), tau2_at(model, weights, 1 - tail)


def by_h(result, level: float) -> tuple[float, float]:
    """Return the tau2 that belong to the interval of H: H2 - 1 is tau2 over the typical variance."""
    model = result.model
    low, high = h2_bounds(model.equal.rss, model.df, level)
    s2 = typical_variance(model)
    return s2 * (low - 1), s2 * (high - 1)


def h2_bounds(q: float, df: int, level: float) -> tuple[float, float]:
    """Return the interval of H2, at least 1, from Q on `df`: Higgins & Thompson (2002).

    H is taken as normal in its logarithm. ValueError for two studies with a Q below 2.
    """
    if q > df + 1:
        se = 0.5 * log(q / df) / (sqrt(2 * q) - sqrt(2 * df - 1))
    elif df > 1:
        se = sqrt((1 - 1 / (3 * (df - 1) ** 2)) / (2 * (df - 1)))
    else:
        raise ValueError("two studies with so small a Q leave H no standard error")
    centre, half = log(max(1.0, q / df)) / 2, quantile(level, None) * se
    return max(1.0, exp(2 * (centre - half))), exp(2 * (centre + half))


KINDS: dict[str, Callable[[Any, float], tuple[float, float]]] = {
    "PL": profile_likelihood,
    "Wald": wald,
    "J": jackson,
    "HT": by_h,
}
