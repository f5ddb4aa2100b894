"""Variances of coefficients that hold whatever the dependence within clusters is: the sandwich.

Phi      working variance of the effects, by clusters; the weights are its inverse
A        (X' Phi^-1 X)^-1, what the variance of the coefficients is if Phi is true
F_i      what turns the residuals e_i of cluster i into its share of the coefficients, shape (p, n)
CR0      sum of F_i e_i e_i' F_i' with F_i = A X_i' Phi_i^-1: Liang & Zeger (1986)
CR1      CR0 times m / (m - p), m clusters
CR2      residuals adjusted so that the sum is unbiased if Phi is true: Bell & McCaffrey (2002)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import nan

import numpy as np
from scipy.special import fdtrc

from .clusters import Clusters, Entries
from .distributions import two_sided
from .results import Result

ESTIMATORS = ("CR0", "CR1", "CR2")
# An eigenvalue below this share of the largest is 0: a combination of effects that X explains whole.
EXPLAINED = 1e-11
# An error below this share of the model's own is rounding: the coefficient rests on one cluster.
DEGENERATE = 1e-7


@dataclass(frozen=True, repr=False)
class RobustTest(Result):
    """A joint test of `m` coefficients by F with `df` below, nan where there are too few clusters."""

    statistic: float
    m: int
    df: float
    pvalue: float

    def report(self) -> str:
        """Return the test in one sentence."""
        return (
            f"The joint test of {self.m} coefficient{'s' * (self.m > 1)} gave F = {self.statistic:.2f} "
            f"on {self.m} and {self.df:.1f} degrees of freedom, p = {self.pvalue:.3g}."
        )


class Sandwich:
    """The sandwich of effects `y` on `X` in `clusters`, with working variance Phi by its `entries`.

    `back` turns coefficients of X into those that are asked for. ValueError for an entry that joins two
    clusters, and for too few of those.
    """

    def __init__(
        self,
        y,
        X,
        entries: Entries,
        clusters: Clusters,
        estimator: str,
        back: np.ndarray,
        names: list,
    ) -> None:
        self.count, self.p, self.estimator = clusters.count, X.shape[1], estimator
        if self.count <= self.p:
            raise ValueError(
                f"{self.count} clusters are too few for the robust error of {self.p} coefficients"
            )
        i, j, values = entries
        scale = float(np.median(values[i == j]))
        self._Phi = clusters.blocks(entries, scale, _joined)
        self._X = clusters.spread(X)
        roots = [np.linalg.cholesky(Phi) for Phi in self._Phi]
        whitened = [np.linalg.solve(L, X) for L, X in zip(roots, self._X, strict=True)]
        ys = clusters.spread(y)
        white_y = [np.linalg.solve(L, y[..., None])[..., 0] for L, y in zip(roots, ys, strict=True)]
        cross = sum(np.einsum("inp,inq->pq", Z, Z) for Z in whitened)
        score = sum(np.einsum("inp,in->p", Z, y) for Z, y in zip(whitened, white_y, strict=True))
        self.A = np.linalg.inv(cross)
        b = self.A @ score
        self.b, self.names = back @ b, names
        residuals = [y - X @ b for y, X in zip(ys, self._X, strict=True)]
        turn = _adjusted if estimator == "CR2" else _plain
        pieces = zip(roots, whitened, self._X, strict=True)
        self._F = [back @ turn(L, Z, X, self.A) for L, Z, X in pieces]
        shares = np.concatenate(
            [np.einsum("ipn,in->ip", F, e) for F, e in zip(self._F, residuals, strict=True)]
        )
        factor = self.count / (self.count - self.p) if estimator == "CR1" else 1.0
        self.covariance = factor * shares.T @ shares
        self._refuse_degenerate(np.diag(back @ self.A @ back.T))

    def _refuse_degenerate(self, model: np.ndarray) -> None:
        low = np.flatnonzero(np.diag(self.covariance) <= DEGENERATE**2 * model)
        if len(low):
            raise ValueError(
                f"the coefficient {self.names[low[0]]} rests on one cluster, whose residuals it leaves "
                "no scatter; a robust error needs several"
            )

    @cached_property
    def df(self) -> np.ndarray:
        """The degrees of freedom of each coefficient: m - p, or those of Satterthwaite for CR2."""
        if self.estimator != "CR2":
            return np.full(self.p, float(self.count - self.p))
        return np.array([self._eta(row[None]) for row in np.eye(self.p)])

    def test(self, positions: list[int]) -> RobustTest:
        """Return the joint test that the coefficients at `positions` are 0.

        F(q, m - p) of Q / q; for CR2 the approximate Hotelling test: Tipton & Pustejovsky (2015).
        """
        q = len(positions)
        part = self.b[positions], self.covariance[np.ix_(positions, positions)]
        wald = float(part[0] @ np.linalg.solve(part[1], part[0]))
        if self.estimator != "CR2":
            df = float(self.count - self.p)
            return RobustTest(wald / q, q, df, float(fdtrc(q, df, wald / q)))
        eta = self._eta(np.eye(self.p)[positions])
        df = eta - q + 1
        if df <= 0:
            return RobustTest(nan, q, nan, nan)
        statistic = df / (eta * q) * wald
        # With one coefficient it is the square of its t, whose p keeps more digits.
        p = two_sided(statistic**0.5, df) if q == 1 else float(fdtrc(q, df, statistic))
        return RobustTest(statistic, q, df, p)

    def _eta(self, K: np.ndarray) -> float:
        """Return the degrees of freedom of the Wishart distribution that is nearest to K V K'.

        The clusters' shares g_i are normal under Phi, with covariances G_ij = B_i B_j' but for
        G_ii, so that the variances of the cells of sum g_i g_i' sum to those of tr(G_ij)^2 and
        tr(G_ij G_ij); sums over pairs of clusters are those of K = sum vec(B_i) vec(B_i)'.
        """
        q, root = len(K), np.linalg.cholesky(self.A)
        own, joint = [], []
        for F, Phi, X in zip(self._F, self._Phi, self._X, strict=True):
            KF = K @ F
            own.append(KF @ Phi @ KF.swapaxes(1, 2))
            joint.append(KF @ X @ root)
        own, joint = np.concatenate(own), np.concatenate(joint)
        expected = (own - joint @ joint.swapaxes(1, 2)).sum(axis=0)
        values, vectors = np.linalg.eigh(expected)
        G = vectors @ np.diag(values**-0.5) @ vectors.T
        B = G @ joint
        R = B @ B.swapaxes(1, 2)
        D = G @ own @ G - R
        flat = B.reshape(len(B), -1)
        pairs = (flat.T @ flat).reshape(*B.shape[1:], *B.shape[1:])
        total = np.sum(pairs**2) + np.einsum("satb,tasb->", pairs, pairs)
        total += sum(sign * (_trace(Y) ** 2 + _trace(Y @ Y)).sum() for sign, Y in ((1, D), (-1, R)))
        return q * (q + 1) / float(total)


def _plain(L: np.ndarray, Z: np.ndarray, X: np.ndarray, A: np.ndarray) -> np.ndarray:
    """Return A X' Phi^-1, with Phi = L L' and Z = L^-1 X."""
    return A @ np.linalg.solve(L.swapaxes(1, 2), Z).swapaxes(1, 2)


def _adjusted(L: np.ndarray, Z: np.ndarray, X: np.ndarray, A: np.ndarray) -> np.ndarray:
    """Return A X' Phi^-1 L (L' S L)^-1/2 L', S = Phi - X A X' the variance of the residuals.

    Pustejovsky & Tipton (2018); the root is that of the generalised inverse, where X explains a
    combination of the cluster's effects whole.
    """
    Lt = L.swapaxes(1, 2)
    residual = L @ Lt - X @ A @ X.swapaxes(1, 2)
    values, vectors = np.linalg.eigh(Lt @ residual @ L)
    kept = values > EXPLAINED * values[:, -1:]
    roots = np.where(kept, np.where(kept, values, 1.0) ** -0.5, 0.0)
    adjustment = (vectors * roots[:, None, :]) @ vectors.swapaxes(1, 2)
    return A @ Z.swapaxes(1, 2) @ adjustment @ Lt


def _trace(stack: np.ndarray) -> np.ndarray:
    return np.trace(stack, axis1=1, axis2=2)


def _joined(i: int, j: int, value: float) -> str:
    return (
        f"cluster has effects {i} and {j} apart, but the model correlates them (covariance {value:g}); "
        "effects that the model correlates belong into one cluster"
    )
