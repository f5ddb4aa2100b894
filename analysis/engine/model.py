"""The linear model y = X b + u + e behind pooling and meta-regression, by weighted least squares.

y, v       effect sizes and sampling variances, shape (k,)
X          design, shape (k, p); pooling has the one column of ones
w          weights, shape (k,): 1/(v + tau2)
A          (X' W X)^-1, the variance of the coefficients
P          W - W X A X' W, which turns y into weighted residuals; never built, since the sums
           below are all that estimators need of it, in time and memory linear in k
rss        y' P y, the weighted sum of squared residuals
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .likelihood import EXACT

# Columns are dependent where the smallest singular value is below this share of the largest.
RANK_TOLERANCE = 1e-10
# Half the digits of a double are left to X' W X where the weights differ this much.
WIDEST = 1e8


@dataclass(frozen=True)
class Fit:
    """A weighted least-squares fit: coefficients b, their variance A, residuals, rss."""

    b: np.ndarray
    A: np.ndarray
    residuals: np.ndarray
    rss: float


class Model:
    """Effects `y` with variances `v` on a design `X`."""

    def __init__(self, y: np.ndarray, v: np.ndarray, X: np.ndarray) -> None:
        self.y, self.v, self.X = y, v, X
        self.k, self.p = X.shape
        self.df = self.k - self.p
        self.smallest, largest = float(v.min()), float(v.max())
        if largest > WIDEST * self.smallest:
            raise ValueError(
                f"vi runs from {self.smallest:g} to {largest:g}; with moderators, the largest variance "
                f"may be {WIDEST:g} times the smallest, or the normal equations lose their digits"
            )

    def fit(self, w: np.ndarray) -> Fit:
        """Fit with weights `w`."""
        A = self._inverse(w)
        b = A @ (self.X.T @ (w * self.y))
        residuals = self.y - self.X @ b
        return Fit(b, A, residuals, float(w @ residuals**2))

    def trace_p(self, w: np.ndarray) -> float:
        """Return tr(P)."""
        return float(w.sum() - np.sum(self._inverse(w) * self._cross(w**2)))

    def trace_pp(self, w: np.ndarray) -> float:
        """Return tr(P P)."""
        A = self._inverse(w)
        M = A @ self._cross(w**2)
        trace = float(np.sum(w**2) - 2 * np.sum(A * self._cross(w**3)) + np.sum(M * M.T))
        # Cauchy and Schwarz on the df eigenvalues; rounding may leave less.
        return max(trace, self.trace_p(w) ** 2 / self.df)

    def trace_pv(self, w: np.ndarray) -> float:
        """Return tr(P V), V the diagonal of `v`."""
        return float(np.sum(w * self.v) - np.sum(self._inverse(w) * self._cross(w**2 * self.v)))

    def trace_pvp(self, w: np.ndarray) -> float:
        """Return tr(P V P)."""
        A = self._inverse(w)
        M, N = A @ self._cross(w**2), A @ self._cross(w**2 * self.v)
        return float(
            np.sum(w**2 * self.v) - 2 * np.sum(A * self._cross(w**3 * self.v)) + np.sum(M * N.T)
        )

    def trace_pvpv(self, w: np.ndarray) -> float:
        """Return tr(P V P V)."""
        A = self._inverse(w)
        N = A @ self._cross(w**2 * self.v)
        return float(
            np.sum((w * self.v) ** 2)
            - 2 * np.sum(A * self._cross(w**3 * self.v**2))
            + np.sum(N * N.T)
        )

    def leverage(self, w: np.ndarray) -> np.ndarray:
        """Return the diagonal of the hat matrix X A X' W, shape (k,)."""
        return w * np.einsum("ij,jl,il->i", self.X, self._inverse(w), self.X)

    def log_det(self, w: np.ndarray) -> float:
        """Return log |X' W X|."""
        return float(np.linalg.slogdet(self._cross(w))[1])

    @cached_property
    def equal(self) -> Fit:
        """The fit with weights 1/v; its rss is Cochran's Q."""
        return self.fit(1 / self.v)

    @cached_property
    def equal_trace(self) -> float:
        """tr(P) with weights 1/v."""
        return self.trace_p(1 / self.v)

    @cached_property
    def scatter(self) -> float:
        """The sum of squared residuals of the fit without weights, 0 if they are rounding."""
        rss = self.fit(np.ones(self.k)).rss
        return rss if rss > EXACT * float(self.y @ self.y) else 0.0

    @cached_property
    def _products(self) -> np.ndarray:
        """The p^2 products of each study's moderators, shape (k, p^2)."""
        return (self.X[:, :, None] * self.X[:, None, :]).reshape(self.k, -1)

    def _cross(self, w: np.ndarray) -> np.ndarray:
        """Return X' diag(w) X, or one for each row of `w`."""
        return (w @ self._products).reshape(*w.shape[:-1], self.p, self.p)

    def _inverse(self, w: np.ndarray) -> np.ndarray:
        return np.linalg.inv(self._cross(w))


class Mean(Model):
    """The model without moderators, in plain sums: several times as fast as matrices of one cell.

    The most precise study may have nearly all the weight. So that the others do not drown in it, sums
    run over distances from its effect, and over the other studies alone.
    """

    def __init__(self, y: np.ndarray, v: np.ndarray) -> None:
        self.y, self.v = y, v
        self.k, self.p = len(y), 1
        self.df = self.k - 1
        self.first = int(v.argmin())
        self.smallest = float(v[self.first])
        self.distance = y - y[self.first]
        self.ones = np.ones(self.k)
        self.others = self.ones.copy()
        self.others[self.first] = 0

    @cached_property
    def X(self) -> np.ndarray:
        """The column of ones."""
        return self.ones[:, None]

    @cached_property
    def scatter(self) -> float:
        """The sum of squared distances from the unweighted mean; distances leave no rounding."""
        residuals = self.distance - self.distance @ self.ones / self.k
        return float(residuals @ residuals)

    def fit(self, w: np.ndarray) -> Fit:
        """Fit with weights `w`."""
        total = w @ self.ones
        shift = w @ self.distance / total
        residuals = self.distance - shift
        rss = float(w @ (residuals * residuals))
        return Fit(np.array([self.y[self.first] + shift]), np.array([[1 / total]]), residuals, rss)

    def trace_p(self, w: np.ndarray) -> float:
        """Return tr(P)."""
        rest = w @ self.others
        total = rest + w[self.first]
        return float(rest * (2 - rest / total) - (w * w) @ self.others / total)

    def trace_pp(self, w: np.ndarray) -> float:
        """Return tr(P P), the sum of all squared w_i (1 - w_i / s), and of w_i w_j / s for i != j."""
        first, others = w[self.first], w * self.others
        rest = others @ self.ones
        total, squares = rest + first, others**2
        s2 = squares @ self.ones
        diagonal = (first * rest / total) ** 2 + squares @ (1 - others / total) ** 2
        return float(diagonal + (2 * first**2 * s2 + s2**2 - squares @ squares) / total**2)

    def log_det(self, w: np.ndarray) -> float:
        """Return log |X' W X|."""
        return float(np.log(w.sum()))

    def _cross(self, w: np.ndarray) -> np.ndarray:
        return np.array([[w.sum()]])

    def _inverse(self, w: np.ndarray) -> np.ndarray:
        return np.array([[1 / w.sum()]])


def dependent_columns(X: np.ndarray) -> bool:
    """Tell whether the columns of `X`, each scaled to length 1, are linearly dependent."""
    lengths = np.linalg.norm(X, axis=0)
    if np.any(lengths == 0):
        return True
    values = np.linalg.svd(X / lengths, compute_uv=False)
    return bool(values[-1] <= RANK_TOLERANCE * values[0])
