"""tau2 of many analyses at once: the estimators of `heterogeneity`, each on a block of rows.

    y, v     effect sizes and sampling variances, shape (b, n): one analysis a row
    absent   a study that a row does not have: y = 0 and v = inf, so that its weight is an exact 0
    k        studies present in each row, shape (b,)
    s1       the sum of the weights 1/v
    c        s1 less the sum of their squares over s1, the divisor of the method of moments

`Block` holds what all estimators share; `TAU2` maps a method to `block -> tau2, converged`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import batch_sums, checks
from .compiled import plain
from .likelihood import ROUNDING, SMALL_STEP, STEPS, highest_of_rows

NONE = np.array([], dtype=int)


@dataclass(frozen=True)
class Block:
    """Rows `y`, `v` with `k` studies each, and their sums under equal effects: s1, mean, q, c.

    `outside` counts the numbers of y and v that cannot be used, or are absent. An `empty` row has
    k = 1 and y = 0, v = 1: a study that stands for none.
    """

    y: np.ndarray
    v: np.ndarray
    k: np.ndarray
    empty: np.ndarray
    outside: int
    s1: np.ndarray
    mean: np.ndarray
    q: np.ndarray
    c: np.ndarray


def block(y: np.ndarray, v: np.ndarray, k: np.ndarray) -> Block:
    """Return the sums of rows `y`, `v` that have `k` studies each; absent ones as y 0, v inf."""
    fewest = k.min()  # asked once, since hardly any block has rows of none or one
    empty = np.flatnonzero(k == 0) if fewest == 0 else NONE
    if empty.size:
        y, v, k = y.copy(), v.copy(), k.copy()
        y[empty, 0], v[empty, 0], k[empty] = 0.0, 1.0, 1
    y, v = plain(y), plain(v)
    outside, s1, mean, q, c = batch_sums.equal_effects(y, v, checks.SMALLEST, checks.LARGEST)
    if fewest < 2:
        single = k < 2
        q[single], c[single] = 0.0, np.nan
    return Block(y, v, k, empty, outside, s1, mean, q, c)


def dersimonian_laird(rows: Block) -> np.ndarray:
    """Return tau2 of each row by the method of moments: DerSimonian & Laird (1986)."""
    return _cut((rows.q - (rows.k - 1)) / rows.c)


def hunter_schmidt(rows: Block) -> np.ndarray:
    """Return tau2 of each row by Hunter & Schmidt (1990), in the form of Viechtbauer (2005)."""
    return _cut(np.where(rows.k > 1, (rows.q - rows.k) / rows.s1, 0.0))


def hedges(rows: Block) -> np.ndarray:
    """Return tau2 of each row from the unweighted variance: Hedges & Olkin (1985), p. 194."""
    variance = _unweighted(rows)
    typical = np.where(np.isfinite(rows.v), rows.v, 0).sum(axis=1) / rows.k
    return _cut(variance / np.maximum(rows.k - 1, 1) - typical)


def sidik_jonkman(rows: Block) -> np.ndarray:
    """Return tau2 of each row by Sidik & Jonkman (2005), from the start sum((y - mean)^2)/k."""
    variance = _unweighted(rows)
    start = variance / rows.k
    _, spread, _ = batch_sums.spread(rows.y, rows.v, rows.mean, start)
    return np.where(start > 0, start * spread / np.maximum(rows.k - 1, 1), 0.0)


def paule_mandel(rows: Block) -> tuple[np.ndarray, np.ndarray]:
    """Return tau2 of each row at which Q equals k - 1: Paule & Mandel (1982), and convergence.

    Newton on 1/Q, not on Q: Q is a sum of c/(lambda + tau2) over the eigenvalues of the residual
    variances, so 1/Q rises and is concave, and Newton from 0 climbs to the root without passing it.
    """
    tau2 = np.zeros(len(rows.k))
    converged = np.ones(len(rows.k), dtype=bool)
    active = np.flatnonzero(rows.q > rows.k - 1)
    y, v, df, mean = (each[active] for each in (rows.y, rows.v, rows.k - 1, rows.mean))
    at = np.zeros(len(active))
    for _ in range(STEPS):
        if not active.size:
            break
        s1, q, slope = batch_sums.spread(y, v, mean, at)
        step = (q / df - 1) * q / slope
        at = np.maximum(at + step, 0)
        tau2[active] = at
        going = np.abs(step) > SMALL_STEP * at + ROUNDING * (df + 1) / s1
        if not going.all():
            active, y, v, df, mean, at = (each[going] for each in (active, y, v, df, mean, at))
    converged[active] = False
    return tau2, converged


def _likelihood(restricted: bool) -> Callable[[Block], tuple[np.ndarray, np.ndarray]]:
    def estimate(rows: Block) -> tuple[np.ndarray, np.ndarray]:
        return highest_of_rows(rows.y, rows.v, None, restricted)

    return estimate


def _closed(estimate: Callable[[Block], np.ndarray]) -> Callable:
    return lambda rows: (estimate(rows), np.ones(len(rows.k), dtype=bool))


def _cut(tau2: np.ndarray) -> np.ndarray:
    """Return `tau2` with what lies below 0, or is undefined for a single study, set to 0."""
    return np.fmax(tau2, 0.0)


def _unweighted(rows: Block) -> np.ndarray:
    """Return each row's sum of squares about its unweighted mean."""
    present = np.isfinite(rows.v)
    # About the weighted mean first: its size, not that of y, then bounds the rounding.
    centred = np.where(present, rows.y - rows.mean[:, None], 0)
    mean = centred.sum(axis=1) / rows.k
    centred = np.where(present, centred - mean[:, None], 0)
    return np.vecdot(centred, centred)


TAU2: dict[str, Callable[[Block], tuple[np.ndarray, np.ndarray]]] = {
    "EE": _closed(lambda rows: np.zeros(len(rows.k))),
    "DL": _closed(dersimonian_laird),
    "HE": _closed(hedges),
    "HS": _closed(hunter_schmidt),
    "SJ": _closed(sidik_jonkman),
    "ML": _likelihood(restricted=False),
    "REML": _likelihood(restricted=True),
    # Morris's (1983) empirical Bayes equation has the root of Paule and Mandel's.
    "EB": paule_mandel,
    "PM": paule_mandel,
}
