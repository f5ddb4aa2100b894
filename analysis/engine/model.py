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

# Columns are dependent where the smallest singular value is below this share of the largest.
RANK_TOLERANCE = 1e-10


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

    def fit(self, w: np.ndarray) -> Fit:
        """Fit with weights `w`."""
        A = self._inverse(w)
        b = A @ (self.X.T @ (w * self.y))
        residuals = self.y - self.X @ b
        return Fit(b, A, residuals, float(w @ residuals**2))

    def profile(self, tau2s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return sum(log w), log |X' W X| and rss at each of `tau2s`, shape (g,)."""
        W = 1 / (self.v + np.asarray(tau2s, dtype=float)[:, None])
        outer = (self.X[:, :, None] * self.X[:, None, :]).reshape(self.k, -1)
        cross = (W @ outer).reshape(-1, self.p, self.p)
        b = np.linalg.solve(cross, (W @ (self.X * self.y[:, None]))[:, :, None])[:, :, 0]
        rss = np.sum(W * (self.y - b @ self.X.T) ** 2, axis=1)
        return np.log(W).sum(axis=1), np.linalg.slogdet(cross)[1], rss

    def slope(self, tau2: float, restricted: bool) -> float:
        """Return twice the slope of the log-likelihood in tau2, or of the `restricted` one."""
        w = 1 / (self.v + tau2)
        bent = float(w**2 @ self.fit(w).residuals ** 2)
        return bent - (self.trace_p(w) if restricted else float(w.sum()))

    def trace_p(self, w: np.ndarray) -> float:
        """Return tr(P)."""
        return float(w.sum() - np.sum(self._inverse(w) * self._cross(w**2)))

    def trace_pp(self, w: np.ndarray) -> float:
        """Return tr(P P)."""
        A = self._inverse(w)
        M = A @ self._cross(w**2)
        return float(np.sum(w**2) - 2 * np.sum(A * self._cross(w**3)) + np.sum(M * M.T))

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
    def unweighted(self) -> Fit:
        """The ordinary least-squares fit."""
        return self.fit(np.ones(self.k))

    def _cross(self, w: np.ndarray) -> np.ndarray:
        """Return X' diag(w) X."""
        return (self.X * w[:, None]).T @ self.X

    def _inverse(self, w: np.ndarray) -> np.ndarray:
        return np.linalg.inv(self._cross(w))


class Mean(Model):
    """The model without moderators, in plain sums: several times as fast as matrices of one cell."""

    def __init__(self, y: np.ndarray, v: np.ndarray) -> None:
        self.y, self.v = y, v
        self.k, self.p = len(y), 1
        self.df = self.k - 1

    @cached_property
    def X(self) -> np.ndarray:
        """The column of ones."""
        return np.ones((self.k, 1))

    def fit(self, w: np.ndarray) -> Fit:
        """Fit with weights `w`."""
        total = w.sum()
        mean = (w @ self.y) / total
        residuals = self.y - mean
        return Fit(np.array([mean]), np.array([[1 / total]]), residuals, float(w @ residuals**2))

    def profile(self, tau2s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return sum(log w), log |X' W X| and rss at each of `tau2s`, shape (g,)."""
        W = 1 / (self.v + np.asarray(tau2s, dtype=float)[:, None])
        total = W.sum(axis=1)
        residuals = self.y - (W @ self.y / total)[:, None]
        return (
            np.log(W).sum(axis=1),
            np.log(total),
            np.einsum("gk,gk,gk->g", W, residuals, residuals),
        )

    def slope(self, tau2: float, restricted: bool) -> float:
        """Return twice the slope of the log-likelihood in tau2, or of the `restricted` one."""
        w = 1 / (self.v + tau2)
        total = w.sum()
        bent = w * (self.y - w @ self.y / total)
        return float(bent @ bent - total + (w @ w / total if restricted else 0.0))

    def trace_p(self, w: np.ndarray) -> float:
        """Return tr(P)."""
        total = w.sum()
        return float(total - (w @ w) / total)

    def trace_pp(self, w: np.ndarray) -> float:
        """Return tr(P P)."""
        s1, squares = w.sum(), w * w
        s2 = squares.sum()
        return float(s2 - 2 * (squares @ w) / s1 + (s2 / s1) ** 2)

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
