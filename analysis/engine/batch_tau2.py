"""tau2 of many analyses at once: the estimators of `heterogeneity`, each on a block of rows.

    y, v     effect sizes and sampling variances, shape (b, n): one analysis a row
    absent   a study that a row does not have: y = 0 and v = inf, so that its weight is an exact 0
    k        studies present in each row, shape (b,)
    w        weights 1/(v + tau2);  s1, s2, s3 their sums of powers
    c        s1 - s2/s1 at tau2 = 0, the divisor of the method of moments

Every sum over studies is a matrix product, which is several times faster than `sum(axis=1)` on
short rows. `Block` holds what all estimators share; `TAU2` maps a method to `block -> tau2,
converged`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .batch_likelihood import MeanLikelihood, maximise

# Q = sum(w y^2) - (sum(w y))^2 / sum(w) loses the digits that its two terms share. Where less than
# this share of the first is left, Q is summed again from the residuals.
CANCELLED = 1e-4
# Newton on 1/Q needs about four steps; forty doublings would span every positive double's use.
MAX_STEPS = 100
# A step this small, relative to tau2 or to the variance of an estimate, is the last: the error
# after it is of the order of its square.
SMALL_STEP = 1e-9
ROUNDING = 1e-14


@dataclass(frozen=True)
class Block:
    """Rows `y`, `v` with `k` studies each, and their sums under equal effects: s1, mean, q, c."""

    y: np.ndarray
    v: np.ndarray
    k: np.ndarray
    s1: np.ndarray
    mean: np.ndarray
    q: np.ndarray
    c: np.ndarray

    @cached_property
    def centred(self) -> np.ndarray:
        """The effects about their mean: iterations then keep the digits of their differences."""
        return self.y - self.mean[:, None]


def block(y: np.ndarray, v: np.ndarray, k: np.ndarray) -> Block:
    """Return the sums of rows `y`, `v` that have `k` studies each; absent ones as y 0, v inf."""
    one = np.ones(y.shape[1])
    w = 1 / v
    s1 = w @ one
    work = w * y
    wy = work @ one
    mean = wy / s1
    work *= y
    wyy = work @ one
    q = wyy - mean * wy
    lost = np.flatnonzero(~(q > CANCELLED * wyy))
    if lost.size:
        residual = y[lost] - mean[lost, None]
        # The mean too is good only to the size of y: taking the residuals' own mean away makes
        # it, and Q, good to the size of the differences between studies.
        shift = np.vecdot(w[lost], residual) / s1[lost]
        residual -= shift[:, None]
        mean[lost] += shift
        q[lost] = np.vecdot(w[lost] * residual, residual)
    w *= w
    c = s1 - (w @ one) / s1
    lost = np.flatnonzero(c < CANCELLED * s1)
    if lost.size:
        c[lost] = _dominated(1 / v[lost], s1[lost])
    single = k < 2
    if single.any():
        q[single] = 0.0
        c[single] = np.nan
    return Block(y, v, k, s1, mean, q, c)


def _dominated(w: np.ndarray, s1: np.ndarray) -> np.ndarray:
    """Return c of rows of weights `w`, s1 their sum, without subtracting the largest from itself.

    With m the largest and o1, o2 the sums of the others' weights and squares,
    s1 - s2/s1 = o1 (1 + m/s1) - o2/s1.
    """
    row, top = np.arange(len(w)), w.argmax(axis=1)
    largest = w[row, top]
    w[row, top] = 0
    return w.sum(axis=1) * (1 + largest / s1) - np.vecdot(w, w) / s1


def pooled(y: np.ndarray, v: np.ndarray, tau2: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the weights of rows `y`, `v` at `tau2`, their sums, and the weighted means."""
    one = np.ones(y.shape[1])
    w = v + tau2[:, None]
    np.divide(1, w, out=w)
    s1 = w @ one
    return w, s1, np.matmul(w * y, one) / s1


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
    varied = start > 0
    w, _, mean = pooled(rows.centred, rows.v, start)
    residual = rows.centred - mean[:, None]
    spread = np.vecdot(w * residual, residual)
    return np.where(varied, start * spread / np.maximum(rows.k - 1, 1), 0.0)


def paule_mandel(rows: Block) -> tuple[np.ndarray, np.ndarray]:
    """Return tau2 of each row at which Q equals k - 1: Paule & Mandel (1982), and convergence.

    Newton on 1/Q, not on Q: Q is a sum of c/(lambda + tau2) over the eigenvalues of the residual
    variances, so 1/Q rises and is concave, and Newton from 0 climbs to the root without passing it.
    """
    tau2 = np.zeros(len(rows.k))
    converged = np.ones(len(rows.k), dtype=bool)
    active = np.flatnonzero(rows.q > rows.k - 1)
    y, v, df = rows.centred[active], rows.v[active], rows.k[active] - 1
    at = np.zeros(len(active))
    for _ in range(MAX_STEPS):
        if not active.size:
            break
        w, s1, mean = pooled(y, v, at)
        residual = y - mean[:, None]
        weighted = w * residual
        q = np.vecdot(weighted, residual)
        slope = np.vecdot(weighted, weighted)
        step = (q / df - 1) * q / slope
        at = np.maximum(at + step, 0)
        tau2[active] = at
        going = np.abs(step) > SMALL_STEP * at + ROUNDING * (df + 1) / s1
        if not going.all():
            active, y, v, df, at = (each[going] for each in (active, y, v, df, at))
    converged[active] = False
    return tau2, converged


def _likelihood(restricted: bool) -> Callable[[Block], tuple[np.ndarray, np.ndarray]]:
    def estimate(rows: Block) -> tuple[np.ndarray, np.ndarray]:
        tau2, converged = np.zeros(len(rows.k)), np.ones(len(rows.k), dtype=bool)
        several = np.flatnonzero(rows.k > 1)
        y, v = rows.centred[several], rows.v[several]
        tau2[several], converged[several] = maximise(y, v, MeanLikelihood(restricted))
        return tau2, converged

    return estimate


def _closed(estimate: Callable[[Block], np.ndarray]) -> Callable:
    return lambda rows: (estimate(rows), np.ones(len(rows.k), dtype=bool))


def _cut(tau2: np.ndarray) -> np.ndarray:
    """Return `tau2` with what lies below 0, or is undefined for a single study, set to 0."""
    return np.where(tau2 > 0, tau2, 0.0)


def _unweighted(rows: Block) -> np.ndarray:
    """Return each row's sum of squares about its unweighted mean."""
    present = np.isfinite(rows.v)
    # About the weighted mean first: its size, not that of y, then bounds the rounding.
    centred = np.where(present, rows.centred, 0)
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
