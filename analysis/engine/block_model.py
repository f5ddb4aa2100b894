"""The linear mixed model y = X b + u + e in independent clusters, and its likelihood.

M          variance of y: in each cluster V + sum of theta_c D_c
V          covariance of the sampling errors e
D_c        what component c of the variance of u adds to M, once for theta_c = 1; 0 where padded
theta      the components' sizes, shape (c,)
A          (X' M^-1 X)^-1, the variance of the coefficients b
P          M^-1 - M^-1 X A X' M^-1; P y are the weighted residuals

Everything is summed over clusters: time and memory are linear in their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log, pi

import numpy as np

from .clusters import Clusters
from .sampling import Sampling


@dataclass(frozen=True)
class Solution:
    """What a `theta` leads to: coefficients, their variance, and by stacks M^-1, M^-1 X and P y."""

    b: np.ndarray
    A: np.ndarray
    log_m: float
    rss: float
    inverse: list[np.ndarray]
    weighted_x: list[np.ndarray]
    bent: list[np.ndarray]


class BlockModel:
    """Effects with their `sampling` errors on a design `X`, in `clusters` with variance `components`.

    `components` holds an array of shape (c, m, n, n) for each stack of the clusters; X has orthonormal
    columns, shape (k, p), or is the column of ones.
    """

    def __init__(
        self, sampling: Sampling, X: np.ndarray, clusters: Clusters, components: list[np.ndarray]
    ) -> None:
        self.sampling, self.y, self.v, self.X = sampling, sampling.y, sampling.v, X
        self.k, self.p = X.shape
        self.df = self.k - self.p
        self.clusters, self.components = clusters, components
        self.V = sampling.blocks(clusters)
        self._y, self._X = clusters.spread(self.y), clusters.spread(X)

    def covariance(self, theta: np.ndarray) -> list[np.ndarray]:
        """Return M by stacks."""
        pairs = zip(self.V, self.components, strict=True)
        return [V + np.tensordot(theta, D, axes=1) for V, D in pairs]

    def solve(self, theta: np.ndarray) -> Solution:
        """Return the generalised least-squares solution; LinAlgError where M is not a variance."""
        Ms = self.covariance(theta)
        # Cholesky's factor refuses a matrix that is no variance; of its diagonal is the determinant.
        roots = (np.linalg.cholesky(M) for M in Ms)
        log_m = sum(2 * float(np.log(np.diagonal(L, axis1=1, axis2=2)).sum()) for L in roots)
        inverse = [np.linalg.inv(M) for M in Ms]
        stacks = list(zip(inverse, self._X, self._y, strict=True))
        weighted_x = [W @ X for W, X, _ in stacks]
        cross = sum(_flat(X).T @ _flat(WX) for X, WX in zip(self._X, weighted_x, strict=True))
        score = sum(_flat(WX).T @ y.ravel() for WX, y in zip(weighted_x, self._y, strict=True))
        A = np.linalg.inv(cross)
        b = A @ score
        residuals = [y - X @ b for _, X, y in stacks]
        bent = [np.matvec(W, r) for W, r in zip(inverse, residuals, strict=True)]
        rss = sum(float(np.vdot(r, u)) for r, u in zip(residuals, bent, strict=True))
        return Solution(b, A, log_m - self._padding, rss, inverse, weighted_x, bent)

    def log_likelihood(self, theta: np.ndarray, restricted: bool) -> float:
        """Return the log-likelihood of `theta`, or the `restricted` one, at the best coefficients."""
        return self._log_likelihood(self.solve(theta), restricted)

    def _log_likelihood(self, found: Solution, restricted: bool) -> float:
        if not restricted:
            return -0.5 * (self.k * log(2 * pi) + found.log_m + found.rss)
        log_xmx = -float(np.linalg.slogdet(found.A)[1])
        constant = self.df * log(2 * pi) - self._log_xx
        return -0.5 * (constant + found.log_m + log_xmx + found.rss)

    def look(self, theta: np.ndarray, restricted: bool) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the log-likelihood at `theta`, its slope, and its curvature, the observed information.

        Harville (1977) for the derivatives. The value is -inf, without slope, where M is no variance.
        """
        try:
            found = self.solve(theta)
        except np.linalg.LinAlgError:
            return -np.inf, np.zeros(len(theta)), np.eye(len(theta))
        quadratic, trace, curved, spread = self._derivatives(found, restricted)
        value = self._log_likelihood(found, restricted)
        return value, 0.5 * (quadratic - trace), curved - 0.5 * spread

    def information(self, theta: np.ndarray, restricted: bool) -> np.ndarray:
        """Return the expected information of the components at `theta`."""
        return 0.5 * self._derivatives(self.solve(theta), restricted)[3]

    def _derivatives(self, found: Solution, restricted: bool):
        """Return y'P D_a P y, tr(P D_a), y'P D_a P D_b P y and tr(P D_a P D_b), sums over clusters.

        The traces are those of M^-1 in place of P where the likelihood is not `restricted`.
        """
        c, p, A = len(self.components[0]), self.p, found.A
        quadratic, trace, cross = np.zeros(c), np.zeros(c), np.zeros((c, p, p))
        curved, spread, turned = np.zeros((c, c)), np.zeros((c, c)), np.zeros((c, p))
        parts = zip(self.components, found.inverse, found.weighted_x, found.bent, strict=True)
        for D, W, WX, u in parts:
            Du = np.matvec(D, u)
            WD = W @ D
            flat_Du = Du.reshape(c, -1)
            quadratic += flat_Du @ u.ravel()
            curved += flat_Du @ np.matvec(W, Du).reshape(c, -1).T
            turned += flat_Du @ _flat(WX)
            trace += np.trace(WD, axis1=-2, axis2=-1).sum(axis=-1)
            spread += WD.reshape(c, -1) @ WD.swapaxes(-1, -2).reshape(c, -1).T
            if restricted:
                DX = D @ WX
                cross += _flat(WX).T @ DX.reshape(c, -1, p)
                spread -= 2 * (DX @ A).reshape(c, -1) @ (W @ DX).reshape(c, -1).T
        curved -= turned @ A @ turned.T
        if restricted:
            AN = A @ cross
            trace -= np.trace(AN, axis1=1, axis2=2)
            spread += np.einsum("aij,bji->ab", AN, AN)
        return quadratic, trace, curved, spread

    @cached_property
    def _padding(self) -> float:
        """What the padded rows add to log |M|."""
        return float(np.log(self._padded).sum())

    @cached_property
    def _padded(self) -> np.ndarray:
        """The variances of the padded rows."""
        parts = zip(self.V, self.clusters.rows, strict=True)
        return np.concatenate(
            [np.diagonal(V, axis1=1, axis2=2)[rows == self.k] for V, rows in parts]
        )

    @cached_property
    def _log_xx(self) -> float:
        return float(np.linalg.slogdet(self.X.T @ self.X)[1])

    @cached_property
    def equal(self) -> Solution:
        """The solution without any variance of true effects; its rss is Cochran's Q."""
        return self.solve(np.zeros(len(self.components[0])))

    @cached_property
    def equal_trace(self) -> float:
        """tr(P) without any variance of true effects."""
        total = -float((1 / self._padded).sum())
        for W, WX in zip(self.equal.inverse, self.equal.weighted_x, strict=True):
            total += float(np.trace(W, axis1=1, axis2=2).sum() - np.vdot(WX @ self.equal.A, WX))
        return total


def _flat(stack: np.ndarray) -> np.ndarray:
    """Return a stack of shape (m, n, p) as one matrix of m n rows."""
    return stack.reshape(-1, stack.shape[-1])
