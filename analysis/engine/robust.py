"""Cluster-robust tests of a fitted model: right also where the model of dependence is not.

cluster     labels of the effects that may depend on each other, such as their study, shape (k,)
estimator   CR0, CR1 or CR2, see `sandwich`; CR2 is the one for few clusters
df          of each coefficient: m - p; for CR2 by Satterthwaite, below 4 not to be relied on
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from . import checks
from .clusters import Clusters, codes_of, labels_of
from .coefficients import coefficient_table, positions_of
from .design import INTERCEPT
from .mixed import Mixed
from .pool import Pooled
from .pool_weighted import refuse_weighted
from .regression import Regression
from .results import Result, interval, read_only
from .sandwich import ESTIMATORS, RobustTest, Sandwich


@dataclass(frozen=True, repr=False)
class Robust(Result):
    """Coefficients with robust errors, tests and intervals, of k effects in `clusters`.

    `coefficients` has a row a coefficient: estimate, se, statistic, pvalue, ci_low, ci_high, df; `q_m`
    is the joint test of all but the intercept, by F.
    """

    held = ("sandwich",)

    estimator: str
    k: int
    p: int
    clusters: int
    level: float
    coefficients: pd.DataFrame = field(compare=False)
    covariance: np.ndarray = field(compare=False)
    q_m: RobustTest
    sandwich: Sandwich = field(compare=False)

    def test(self, columns) -> RobustTest:
        """Return the joint test that the coefficients of `columns`, by name or position, are 0."""
        positions = positions_of(columns, list(self.coefficients.index))
        return self.sandwich.test(positions)

    def to_frame(self) -> pd.DataFrame:
        """Return the coefficients."""
        return self.coefficients.copy()

    def report(self) -> str:
        """Return the coefficients in one sentence."""
        found = ", ".join(
            f"{r.Index} {r.estimate:.2f} ({interval(self.level, r.ci_low, r.ci_high)})"
            for r in self.coefficients.itertuples()
        )
        return (
            f"With cluster-robust errors ({self.estimator}, {self.clusters} clusters of {self.k} "
            f"effects) the coefficients were {found}."
        )

    def __repr__(self) -> str:
        table = self.coefficients.to_string(float_format=lambda x: f"{x:.4f}")
        return (
            f"Cluster-robust errors ({self.estimator}) of {self.k} effects in {self.clusters} clusters: "
            f"F {self.q_m.statistic:.2f} (df {self.q_m.m}, {self.q_m.df:.2f}, p {self.q_m.pvalue:.4g})\n"
            f"{table}"
        )


def robust(
    result: Pooled | Regression | Mixed,
    *,
    cluster=None,
    estimator: str = "CR2",
    level: float = 0.95,
) -> Robust:
    """Test the coefficients of a fitted `result` by errors robust to dependence within each `cluster`.

    Hedges, Tipton & Johnson (2010); Tipton (2015) and Pustejovsky & Tipton (2018) for CR2 and its
    degrees of freedom. The working model is that of `result`, from `pool`, `meta_regression`,
    `multilevel` or `multivariate`, whatever its `ci`. `cluster` are labels of the effects given to the
    fit; by default the clusters of a model that has some. ValueError for anything else, for weights of
    one's own, for clusters that part what the model correlates, and for no more clusters than
    coefficients.

    >>> bcg = ma.example("bcg")
    >>> result = ma.multilevel(bcg.yi, vi=bcg.vi, cluster=bcg.year // 10)
    >>> print(ma.robust(result).report())
    """
    checks.one_of("estimator", estimator, ESTIMATORS)
    level = checks.level(level)
    if not isinstance(result, Pooled | Regression | Mixed):
        raise ValueError(
            f"result is a {type(result).__name__}; it must come from pool, meta_regression, "
            "multilevel or multivariate"
        )
    refuse_weighted("result", result)
    clusters = _clusters(result, cluster)
    model = result.model
    if isinstance(result, Mixed):
        entries = model.clusters.entries(model.covariance(result.theta))
    else:
        own = np.arange(model.k)
        entries = own, own, model.v + result.tau2
    if isinstance(result, Pooled):
        back, names, tested = np.eye(1), [INTERCEPT], [0]
    else:
        design = result.design
        back, names, tested = design.back, design.names, design.tested
    sandwich = Sandwich(model.y, model.X, entries, clusters, estimator, back, names)
    return Robust(**robust_fields(sandwich, estimator, model.k, tested, level))


def robust_fields(
    sandwich: Sandwich, estimator: str, k: int, tested: list[int], level: float
) -> dict:
    """Return the fields of `Robust` from a `sandwich` of `k` effects; q_m of those `tested`."""
    table = coefficient_table(sandwich.b, sandwich.covariance, sandwich.names, sandwich.df, level)
    return {
        "estimator": estimator,
        "k": k,
        "p": sandwich.p,
        "clusters": sandwich.count,
        "level": level,
        "coefficients": table,
        "covariance": read_only(sandwich.covariance),
        "q_m": sandwich.test(tested),
        "sandwich": sandwich,
    }


def _clusters(result, cluster) -> Clusters:
    if cluster is None:
        if not isinstance(result, Mixed):
            raise ValueError("cluster is None; this model has no clusters of its own")
        return result.model.clusters
    labels, k = labels_of("cluster", cluster), result.model.k
    used = getattr(result, "used", None)
    # With missing moderators fewer effects were fitted than given.
    if used is None or len(labels) <= k or len(labels) <= used[-1]:
        return Clusters(codes_of("cluster", labels, k)[0])
    return Clusters(codes_of("cluster", labels, len(labels), used)[0])
