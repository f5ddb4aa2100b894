"""Pooling dependent effects without knowing how they depend: robust variance estimation.

dependence   why effects of a cluster depend, which decides weights and variances: "correlated", their
             errors are (measured on the same people); "hierarchical", their true effects are (of one
             laboratory)
rho          a guess of the correlation of the errors, where they are correlated; it matters little
tau2         variance of the true effects between clusters
omega2       variance within clusters, where effects are hierarchical
w            weights: 1/(n (v. + tau2)) with v. the mean variance of a cluster of n; hierarchical,
             1/(v + tau2 + omega2)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import checks
from .clusters import Clusters, codes_of
from .design import Design
from .mixed import prepared
from .robust import Robust, robust_fields
from .sandwich import Sandwich

DEPENDENCE = ("correlated", "hierarchical")


@dataclass(frozen=True, repr=False)
class RobustEffects(Robust):
    """Robust coefficients with the variances that made the weights.

    `rho` and `i2` (per cent) belong to correlated effects, `omega2` to hierarchical ones, and else are
    None.
    """

    dependence: str
    tau2: float
    omega2: float | None
    rho: float | None
    i2: float | None

    def report(self) -> str:
        """Return the coefficients and the weights in one sentence."""
        return f"{super().report()[:-1]}, weighted for {self.dependence} effects."


class ClusterSums:
    """Sums over clusters of a fit of `y` on `X` with first weights `w`.

    J is the block matrix of ones within clusters; B = (X' W X)^-1.
    """

    def __init__(self, y, X, w, clusters: Clusters) -> None:
        self.X, self.w, self.clusters = X, w, clusters
        weighted = w[:, None] * X
        self.B = np.linalg.inv(X.T @ weighted)
        self.residuals = y - X @ (self.B @ (weighted.T @ y))
        self.q_e = float(w @ self.residuals**2)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the sum of `values`, shape (k, ...), over each cluster."""
        totals = np.zeros((self.clusters.count, *values.shape[1:]))
        np.add.at(totals, self.clusters.codes, values)
        return totals

    def across(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return X' diag(a) J diag(b) X."""
        return self.sums(a[:, None] * self.X).T @ self.sums(b[:, None] * self.X)

    def along(self, a: np.ndarray) -> np.ndarray:
        """Return X' diag(a) X."""
        return self.X.T @ (a[:, None] * self.X)

    def trace(self, cross: np.ndarray) -> float:
        """Return tr(B `cross`)."""
        return float(np.sum(self.B * cross.T))


def robust_effects(
    yi,
    *,
    vi,
    cluster,
    dependence: str = "correlated",
    rho: float = 0.8,
    small: bool = True,
    X=None,
    formula: str | None = None,
    data: pd.DataFrame | None = None,
    intercept: bool = True,
    level: float = 0.95,
) -> RobustEffects:
    """Pool effects `yi` with variances `vi` that depend within a `cluster`, or regress them on `X`.

    Hedges, Tipton & Johnson (2010), with weights for correlated or hierarchical effects (`dependence`)
    and the method of moments for their variances; `rho` from 0 to 1. `small` corrects errors and
    degrees of freedom for few clusters (CR2): Tipton (2015); otherwise it is CR1 with m - p. `X`,
    `formula`, `data` and `intercept` are those of `meta_regression`. ValueError for anything else, for
    no more clusters than coefficients, and for hierarchical effects without a cluster of two.

    >>> bcg = ma.example("bcg")
    >>> print(ma.robust_effects(bcg.yi, vi=bcg.vi, cluster=bcg.year // 10).report())
    """
    checks.one_of("dependence", dependence, DEPENDENCE)
    level, small = checks.level(level), checks.flag("small", small)
    rho = checks.number("rho", rho, 0, 1, note=", for example 0.8")
    effects, columns = prepared(yi, vi, None, X, formula, data, intercept)
    clusters = Clusters(codes_of("cluster", cluster, len(yi), columns.used)[0])
    design = Design(effects.y, effects.v, columns)
    weigh = correlated if dependence == "correlated" else hierarchical
    w, variances = weigh(effects.y, effects.v, design.model.X, clusters, rho)
    own = np.arange(len(w))
    estimator = "CR2" if small else "CR1"
    sandwich = Sandwich(
        effects.y, design.model.X, (own, own, 1 / w), clusters, estimator, design.back, design.names
    )
    fields = robust_fields(sandwich, estimator, len(w), design.tested, level)
    return RobustEffects(**fields, dependence=dependence, **variances)


def correlated(y, v, X, clusters: Clusters, rho: float) -> tuple[np.ndarray, dict]:
    """Return the weights of correlated effects, and tau2: Hedges, Tipton & Johnson (2010), section 4."""
    size = clusters.sizes[clusters.codes]
    mean_v = (np.bincount(clusters.codes, v) / clusters.sizes)[clusters.codes]
    m = ClusterSums(y, X, 1 / (size * mean_v), clusters)
    # Errors of a cluster are taken to have its mean variance, as its weights do.
    independent = m.trace(m.along(m.w**2 * mean_v))
    together = m.trace(m.across(m.w * np.sqrt(mean_v), m.w * np.sqrt(mean_v))) - independent
    expected = clusters.count - independent - rho * together
    tau2 = (m.q_e - expected) / (float(m.w.sum()) - m.trace(m.across(m.w, m.w)))
    tau2 = max(0.0, tau2)
    i2 = max(0.0, 100 * (m.q_e - expected) / m.q_e) if m.q_e > 0 else 0.0
    w = 1 / (size * (mean_v + tau2))
    return w, {"tau2": tau2, "omega2": None, "rho": rho, "i2": i2}


def hierarchical(y, v, X, clusters: Clusters, rho: float) -> tuple[np.ndarray, dict]:
    """Return the weights of hierarchical effects, tau2 and omega2: Hedges et al. (2010), section 4.

    Both from the expectations of two sums of squared residuals: Q with weights 1/v, and the squared
    sums of each cluster's. `rho` does not enter.
    """
    if clusters.sizes.max() == 1:
        raise ValueError(
            "every cluster has one effect, which tells nothing of omega2; effects in hierarchical "
            "clusters need one of two"
        )
    m = ClusterSums(y, X, 1 / v, clusters)
    ones, size = np.ones(len(y)), clusters.sizes[clusters.codes].astype(float)
    q_j = float(np.sum(m.sums(m.residuals) ** 2))
    squares = m.B @ m.across(ones, ones) @ m.B
    # How much of tau2 and of omega2 is in either sum, and what sampling errors add to it.
    of_j = (
        float(np.sum(clusters.sizes**2)) - 2 * m.trace(m.across(size * m.w, ones))
        + float(np.sum(squares * m.across(m.w, m.w))),
        len(y) - 2 * m.trace(m.across(m.w, ones)) + float(np.sum(squares * m.along(m.w**2))),
    )  # fmt: skip
    noise_j = float(v.sum()) - m.trace(m.across(ones, ones))
    total = float(m.w.sum())
    of_e = total - m.trace(m.across(m.w, m.w)), total - m.trace(m.along(m.w**2))
    excess_j, excess_e = q_j - noise_j, m.q_e - (len(y) - X.shape[1])
    determinant = of_j[1] * of_e[0] - of_e[1] * of_j[0]
    omega2 = max(0.0, (excess_j * of_e[0] - excess_e * of_j[0]) / determinant)
    tau2 = max(0.0, (excess_e - omega2 * of_e[1]) / of_e[0])
    w = 1 / (v + tau2 + omega2)
    return w, {"tau2": tau2, "omega2": omega2, "rho": None, "i2": None}
