"""Many meta-regressions on one design at once: what permutation tests are made of.

    y, v     effect sizes and sampling variances, shape (b, k): one analysis a row, none absent
    X        the design, shape (k, p), its columns orthonormal
    w        1/(v + tau2), shape (b, k)
    A        (X' W X)^-1, shape (b, p, p)
    u        w times the residuals, shape (b, k): P y, with P as in `model`

Sums over studies are a dot product for each row and column: X' W X sums w over the products of two
columns. One matrix product for all rows would be rounded differently by BLAS for another number of
its threads, so that workers disagreed. Estimators as in `tau2`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .compiled import plain
from .likelihood import ROUNDING, SMALL_STEP, STEPS, highest_of_rows


@dataclass(frozen=True)
class Fits:
    """Weighted fits of b rows: weights, A, coefficients b, weighted residuals u, their rss."""

    w: np.ndarray
    A: np.ndarray
    b: np.ndarray
    u: np.ndarray
    rss: np.ndarray


class Design:
    """Rows regressed on the orthonormal columns of `X`."""

    def __init__(self, X: np.ndarray) -> None:
        self.X = X
        self.k, self.p = X.shape
        self.df = self.k - self.p
        self.columns = plain(X.T)
        self.pairs = np.triu_indices(self.p)
        self.products = self.columns[self.pairs[0]] * self.columns[self.pairs[1]]

    def cross(self, w: np.ndarray) -> np.ndarray:
        """Return X' diag(w) X of each row of `w`, shape (b, p, p)."""
        out = np.empty((len(w), self.p, self.p))
        first, second = self.pairs
        out[:, first, second] = out[:, second, first] = _sums(w, self.products)
        return out

    def fit(self, y: np.ndarray, w: np.ndarray) -> Fits:
        """Fit each row of `y` with its weights `w`."""
        A = np.linalg.inv(self.cross(w))
        b = np.matvec(A, _sums(w * y, self.columns))
        residual = y - b[:, :1] * self.columns[0]
        for i in range(1, self.p):
            residual -= b[:, i, None] * self.columns[i]
        u = w * residual
        return Fits(w, A, b, u, np.vecdot(u, residual))

    def trace_p(self, fits: Fits) -> np.ndarray:
        """Return tr(P) of each row."""
        return fits.w.sum(axis=1) - np.sum(fits.A * self.cross(fits.w**2), axis=(1, 2))


def _sums(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the dot products of each of `rows` with each of `columns`, both of shape (.., k)."""
    return np.vecdot(rows[:, None], columns)


@dataclass(frozen=True)
class BatchRegression:
    """Coefficients, shape (b, p), their covariances, tau2 and whether it was found, of b rows."""

    b: np.ndarray = field(compare=False)
    covariance: np.ndarray = field(compare=False)
    tau2: np.ndarray = field(compare=False)
    converged: np.ndarray = field(compare=False)


def regress(y: np.ndarray, v: np.ndarray, design: Design, method: str, ci: str) -> BatchRegression:
    """Regress each row of `y`, `v`, shape (b, k), on `design` with tau2 by `method`.

    The covariances carry the factor that `ci` asks for: rss/df for "hksj", at least 1 for
    "hksj-adhoc". ValueError is the caller's: arguments are taken to be checked.
    """
    tau2, converged = TAU2[method](y, v, design)
    fits = design.fit(y, 1 / (v + tau2[:, None]))
    covariance = fits.A
    if ci in ("hksj", "hksj-adhoc"):
        factor = fits.rss / design.df
        factor = factor if ci == "hksj" else np.maximum(factor, 1)
        covariance = covariance * factor[:, None, None]
    return BatchRegression(fits.b, covariance, tau2, converged)


def _equal_effects(y, v, design: Design) -> np.ndarray:
    return np.zeros(len(y))


def _moments(weights: Callable[[np.ndarray], np.ndarray]) -> Callable:
    """Return the method of moments for the `weights` of v: rss less tr(P V), over tr(P), as `tau2`."""

    def estimate(y, v, design: Design) -> np.ndarray:
        fits = design.fit(y, weights(v))
        bent = np.sum(fits.A * design.cross(fits.w**2 * v), axis=(1, 2))
        expected = np.vecdot(fits.w, v) - bent
        return np.maximum(0, (fits.rss - expected) / design.trace_p(fits))

    return estimate


def _hunter_schmidt(y, v, design: Design) -> np.ndarray:
    fits = design.fit(y, 1 / v)
    return np.maximum(0, (fits.rss - design.k) / fits.w.sum(axis=1))


def _sidik_jonkman(y, v, design: Design) -> np.ndarray:
    start = y.var(axis=1)
    varied = start > 0
    fits = design.fit(y, 1 / (v + start[:, None]))
    return np.where(varied, start * fits.rss / design.df, 0)


def _paule_mandel(y, v, design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Return tau2 at which rss is k - p, by Newton on 1/rss as in `batch_tau2.paule_mandel`."""
    tau2, converged = np.zeros(len(y)), np.ones(len(y), dtype=bool)
    active = np.flatnonzero(design.fit(y, 1 / v).rss > design.df)
    for _ in range(STEPS):
        if not active.size:
            break
        at = tau2[active]
        fits = design.fit(y[active], 1 / (v[active] + at[:, None]))
        step = (fits.rss / design.df - 1) * fits.rss / np.vecdot(fits.u, fits.u)
        tau2[active] = at = np.maximum(at + step, 0)
        noise = ROUNDING * design.k / fits.w.sum(axis=1)
        active = active[np.abs(step) > SMALL_STEP * at + noise]
    converged[active] = False
    return tau2, converged


def _closed(estimate: Callable) -> Callable:
    return lambda y, v, design: (estimate(y, v, design), np.ones(len(y), dtype=bool))


def _likelihood(restricted: bool) -> Callable:
    return lambda y, v, design: highest_of_rows(y, v, design.columns, restricted)


TAU2: dict[str, Callable] = {
    "EE": _closed(_equal_effects),
    "DL": _closed(_moments(lambda v: 1 / v)),
    "HE": _closed(_moments(np.ones_like)),
    "HS": _closed(_hunter_schmidt),
    "SJ": _closed(_sidik_jonkman),
    "ML": _likelihood(restricted=False),
    "REML": _likelihood(restricted=True),
    "EB": _paule_mandel,
    "PM": _paule_mandel,
}
