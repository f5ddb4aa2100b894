"""How probable a study was to be published, given its p-value: the weights of selection models.

p            one-sided p-value of the effect being above 0, or the two-sided one
delta        parameters of the weight function, shape (m,)
log_weight   (p, delta) -> log w(p), shape (n,); slopes, its derivatives in delta, shape (n, m)
least        p-values are held between this and 1 - this, where w would else go to 0 or infinity
pieces       of the scale of z = y/sei: `cells` between edges, on which the weight is constant, and
             `nodes` of a quadrature where it is not; the same for all studies
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from scipy.special import expit, ndtr, ndtri

# Nodes a panel. The integrand is a normal density, no narrower than 1, times a weight as smooth.
NODES = 80
# Where the panels of a two-sided weight are parted, on both sides of 0.
NEAR_0 = (0.002, 0.05, 1.0)
# Beyond this p a bounded weight is as good as its limit.
NEGLIGIBLE = 1e-16
# metafor's bound for the weights that have no limit there; Pustejovsky (2024) argues for one.
BOUNDED = 1e-5

Array = np.ndarray


@dataclass(frozen=True)
class Weight:
    """A family of weight functions; `none` are the delta without selection.

    `zero` says that delta may be 0 and not only above, `most` beyond what a search gives up (below
    its inverse, where 0 is not allowed); `starts` are where a search may begin.
    """

    none: Array
    log_weight: Callable[[Array, Array], Array]
    slopes: Callable[[Array, Array], Array]
    least: float
    zero: bool
    most: float
    starts: tuple
    steps: tuple[float, ...] = ()

    def held(self, p: Array) -> Array:
        """Return the p-values `p` held between the bounds."""
        return np.clip(p, self.least, 1 - self.least)


def _one(slope: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    return lambda p, delta: slope(p, delta)[:, None]


def _decreasing(log_weight, slope, least: float = NEGLIGIBLE) -> Weight:
    starts = ([0.5], [2.0], [8.0])
    return Weight(np.zeros(1), log_weight, _one(slope), least, True, 1e4, starts)


SMOOTH: dict[str, Weight] = {
    # Citkowicz & Vevea (2017).
    "beta": Weight(
        np.ones(2),
        lambda p, d: (d[0] - 1) * np.log(p) + (d[1] - 1) * np.log1p(-p),
        lambda p, d: np.column_stack([np.log(p), np.log1p(-p)]),
        BOUNDED,
        False,
        200.0,
        ([1.0, 1.0], [0.5, 2.0], [2.0, 0.5], [0.8, 5.0], [5.0, 0.8]),
    ),
    # The next three: Preston, Ashby & Smyth (2004).
    "half-normal": _decreasing(lambda p, d: -d[0] * p**2, lambda p, d: -(p**2)),
    "negative-exponential": _decreasing(lambda p, d: -d[0] * p, lambda p, d: -p),
    "logistic": _decreasing(
        lambda p, d: np.log(2) - np.logaddexp(0, d[0] * p), lambda p, d: -p * expit(d[0] * p)
    ),
    "power": _decreasing(
        lambda p, d: d[0] * np.log1p(-p), lambda p, d: np.log1p(-p), least=BOUNDED
    ),
}


def step_weight(steps: tuple[float, ...]) -> Weight:
    """Return the weight that is delta_j for p up to the j-th of the `steps`: Hedges (1992).

    The last step is 1; the first delta is 1, and `delta` holds all.
    """
    ends = np.array(steps)
    m = len(steps)

    def which(p: Array) -> Array:
        return np.searchsorted(ends, p)

    return Weight(
        np.ones(m),
        lambda p, delta: np.log(delta)[which(p)],
        lambda p, delta: (np.eye(m) / delta)[which(p)],
        0.0,
        False,
        1e5,
        tuple(np.r_[1.0, np.full(m - 1, start)].tolist() for start in (0.8, 0.2, 2.0)),
        steps,
    )


@dataclass(frozen=True)
class Pieces:
    """The scale of z: cells from `low` to `high`, nodes at `z` with quadrature weights `size`.

    `p` are the p-values of the cells, then of the nodes.
    """

    low: Array
    high: Array
    z: Array
    size: Array
    p: Array


def pieces(weight: Weight, two_sided: bool) -> Pieces:
    """Return the pieces of z on which `weight` is constant, or integrated by Gauss and Legendre."""
    if weight.steps:
        edges, panels = _at(np.array(weight.steps[:-1]), two_sided), []
        edges = np.r_[-np.inf, edges, np.inf]
        cells = list(pairwise(edges))
    else:
        bounds = _at(np.array([weight.least, 1 - weight.least]), two_sided)
        panels = [(bounds[i], bounds[i + 1]) for i in range(0, len(bounds), 2)]
        if two_sided:
            panels = [part for panel in panels for part in _graded(*panel)]
        edges = np.r_[-np.inf, bounds, np.inf]
        cells = [(edges[i], edges[i + 1]) for i in range(0, len(edges), 2)]
    low, high = np.array(cells).T
    z, size = _quadrature(panels)
    inside = np.where(np.isinf(low), high - 1, np.where(np.isinf(high), low + 1, (low + high) / 2))
    p = weight.held(p_value(np.r_[inside, z], two_sided))
    return Pieces(low, high, z, size, p)


def p_value(z: Array, two_sided: bool) -> Array:
    """Return the p-values of `z`."""
    return 2 * ndtr(-np.abs(z)) if two_sided else ndtr(-z)


def _at(p: Array, two_sided: bool) -> Array:
    """Return the z, in rising order, that have the p-values `p`."""
    z = -ndtri(p / 2 if two_sided else p)
    return np.sort(np.r_[-z, z] if two_sided else z)


def _graded(low: float, high: float) -> list[tuple[float, float]]:
    """Return the parts of a panel, finer near 0, where a power of 1 - p is not smooth in z."""
    cuts = np.array(NEAR_0)
    inside = np.sort(cuts if low > 0 else -cuts)
    inside = inside[(inside > low) & (inside < high)]
    return list(pairwise([low, *inside, high]))


def _quadrature(panels: list) -> tuple[Array, Array]:
    x, w = _legendre()
    if not panels:
        return np.empty(0), np.empty(0)
    nodes = [(low + high) / 2 + (high - low) / 2 * x for low, high in panels]
    return np.concatenate(nodes), np.concatenate([(high - low) / 2 * w for low, high in panels])


@cache
def _legendre() -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(NODES)


# Vevea & Woods (2005): weights to be assumed rather than estimated. Their p-values are one-sided in both
# forms; "two-tailed" means that effects in either direction are favoured.
VEVEA_WOODS_STEPS = (
    0.005, 0.01, 0.05, 0.1, 0.25, 0.35, 0.5, 0.65, 0.75, 0.9, 0.95, 0.99, 0.995, 1.0,
)  # fmt: skip
VEVEA_WOODS = {
    "moderate": (1, 0.99, 0.95, 0.8, 0.75, 0.65, 0.6, 0.55, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
    "severe": (1, 0.99, 0.9, 0.75, 0.6, 0.5, 0.4, 0.35, 0.3, 0.25, 0.1, 0.1, 0.1, 0.1),
    "moderate-two-tailed": (1, 0.99, 0.95, 0.9, 0.8, 0.75, 0.6, 0.6, 0.75, 0.8, 0.9, 0.95, 0.99, 1),
    "severe-two-tailed": (1, 0.99, 0.9, 0.75, 0.6, 0.5, 0.25, 0.25, 0.5, 0.6, 0.75, 0.9, 0.99, 1),
}
