"""Meta-analysis on three levels: effects within units within independent clusters.

cluster          the outer label of each effect, such as its study, shape (k,)
unit             the inner label within the cluster; by default each effect is a unit of its own
sigma2_between   variance of the true effects between clusters
sigma2_within    variance between the units of a cluster

With V by `within_study_covariance` this is the correlated and hierarchical effects model (CHE).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from . import checks
from .block_model import BlockModel
from .clusters import Clusters, codes_of
from .design import Design
from .distributions import quantile
from .mixed import Mixed, arguments, common, contained_df, prepared
from .multilevel_profile import VarianceIntervals, profile_intervals
from .pool import Interval
from .regression import Predictions
from .results import interval
from .rows import Rows, locked
from .variances import estimate

LEVELS = ("between", "within")
NAMES = ["sigma2_between", "sigma2_within"]


@dataclass(frozen=True, repr=False)
class LevelEffects(Rows):
    """Predicted deviations of the clusters from the mean ("between"), or of units from their cluster.

    `labels` are the clusters', or pairs of cluster and unit, in order of first appearance.
    """

    which: str
    level: float
    labels: tuple
    estimate: np.ndarray = field(compare=False)
    se: np.ndarray = field(compare=False)
    low: np.ndarray = field(compare=False)
    high: np.ndarray = field(compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return a row a cluster or unit, by its label."""
        return super().to_frame().set_axis(pd.Index(self.labels, tupleize_cols=False))

    def report(self) -> str:
        """Return the range of the deviations in one sentence."""
        what = "clusters" if self.which == "between" else "units within them"
        return (
            f"The true effects of {len(self.estimate)} {what} are predicted to deviate from "
            f"{self.estimate.min():.2f} to {self.estimate.max():.2f}."
        )


@dataclass(frozen=True, repr=False)
class Multilevel(Mixed):
    """A fitted three-level model, with `units` in `clusters`; i2 of each level in per cent.

    `i2_between` and `i2_within` are what each level adds to the total variance of an effect.
    """

    held = (*Mixed.held, "groupings")

    units: int
    sigma2_between: float
    sigma2_within: float
    i2_between: float
    i2_within: float
    free: tuple[int, ...]
    groupings: tuple = field(compare=False)

    @property
    def sigma2(self) -> tuple[float, float]:
        """Both variances of the true effects, between clusters and within them."""
        return self.sigma2_between, self.sigma2_within

    def prediction_interval(self) -> Interval:
        """Return the interval of the true effect of a new unit in a new cluster, without moderators."""
        return self._interval(sum(self.sigma2))

    def predict(self, X=None, *, data: pd.DataFrame | None = None) -> Predictions:
        """Return predictions at the rows of `X`, or of `data` for a formula; by default the effects'.

        The prediction interval is that of a new unit in a new cluster.
        """
        given = X is not None or data is not None
        rows = self.design.columns.rows(X, data) if given else self.design.X
        return self._predictions(rows, sum(self.sigma2))

    def confint(self, level: float | None = None) -> VarianceIntervals:
        """Return the profile-likelihood intervals of both variances: Hardy & Thompson (1996)."""
        level = self.level if level is None else checks.level(level)
        return profile_intervals(self.model, self.theta, self.free, self.method == "REML", level)

    def random_effects(self, which: str = "between", level: float | None = None) -> LevelEffects:
        """Return the best linear unbiased predictions of the deviations on the level `which`.

        Searle, Casella & McCulloch (1992), chapter 7; the error counts that of the coefficients.
        """
        checks.one_of("which", which, LEVELS)
        level = self.level if level is None else checks.level(level)
        number = LEVELS.index(which)
        codes, labels = self.groupings[number]
        size = self.theta[number]
        found = self.model.solve(self.theta)
        cells = zip(self.model.components, found.inverse, found.weighted_x, strict=True)
        # Each effect's share of Z' P Z: its row of P over the effects of its own group.
        shares = [
            np.sum((W - WX @ found.A @ WX.swapaxes(1, 2)) * D[number], axis=-1)
            for D, W, WX in cells
        ]
        pull, certainty = (
            np.bincount(codes, self.model.clusters.gather(part)) for part in (found.bent, shares)
        )
        estimate = size * pull
        se = np.sqrt(np.maximum(size - size**2 * certainty, 0.0))
        half = se * quantile(level, None if self.ci == "z" else max(len(labels) - self.p, 1))
        fields = {"estimate": estimate, "se": se, "low": estimate - half, "high": estimate + half}
        return LevelEffects(which=which, level=level, labels=tuple(labels), **locked(fields))

    def report(self) -> str:
        """Return the finding and how its variance divides in one sentence."""
        shares = (
            f"{self.i2_between:.0f}% of the variance lay between the clusters and "
            f"{self.i2_within:.0f}% within them"
        )
        of = f"{self.k} effects in {self.clusters} clusters ({self.method})"
        if self.p == 1 and self.design.intercept == 0:
            mean = self.mean
            return (
                f"Over {of} the mean effect was {mean.estimate:.2f} "
                f"({interval(self.level, mean.ci_low, mean.ci_high)}); {shares}."
            )
        p = "p < 0.001" if self.q_m_pvalue < 0.001 else f"p = {self.q_m_pvalue:.3f}"
        statistic = f"{'Q' if self.ci == 'z' else 'F'} = {self.q_m:.2f}"
        return f"In a regression of {of} the moderators gave {statistic}, {p}; {shares}."

    def __repr__(self) -> str:
        return self._shown(
            f"Three-level model ({self.method}, {self.ci}) of {self.k} effects, {self.units} units, "
            f"{self.clusters} clusters: sigma2 between {self.sigma2_between:.4g} (I2 "
            f"{self.i2_between:.1f}%), within {self.sigma2_within:.4g} (I2 {self.i2_within:.1f}%)"
        )


def multilevel(
    yi,
    *,
    vi=None,
    V=None,
    cluster,
    unit=None,
    X=None,
    formula: str | None = None,
    data: pd.DataFrame | None = None,
    intercept: bool = True,
    method: str = "REML",
    ci: str = "z",
    sigma2: tuple[float | None, float | None] = (None, None),
    level: float = 0.95,
) -> Multilevel:
    """Pool effects `yi` in units in `cluster`s, or regress them on `X` or on `formula` in `data`.

    Konstantopoulos (2011). Sampling errors have variances `vi`, or the covariance `V`, an array or a
    sparse array of scipy; `cluster` and `unit` are labels of shape (k,). `method` is "REML" or "ML";
    `ci` "z", or "t" with df by containment: the fewest groups in which a moderator is constant, less p.
    `sigma2` fixes the variance between clusters, within them, or both; (None, 0) has clusters alone.
    `X`, `formula`, `data` and `intercept` are those of `meta_regression`. ValueError for anything else,
    for variances that these clusters do not tell apart, and where the search does not settle.

    >>> bcg = ma.example("bcg")
    >>> result = ma.multilevel(bcg.yi, vi=bcg.vi, cluster=bcg.allocation)
    >>> result
    >>> print(result.report())
    """
    level = arguments(method, ci, level)
    given = _given(sigma2)
    effects, columns = prepared(yi, vi, V, X, formula, data, intercept)
    outer, inner = _groupings(cluster, unit, columns.used, len(yi))
    design = Design(effects.y, effects.v, columns)
    clusters = Clusters(outer[0])
    model = BlockModel(effects, design.model.X, clusters, _components(clusters, inner[0]))
    restricted = method == "REML"
    free = np.flatnonzero(np.isnan(given))
    theta = estimate(model, given, NAMES, restricted)
    df = contained_df(design.X, [outer[0], inner[0]]) if ci == "t" else None
    total = theta.sum() + model.df / model.equal_trace
    return Multilevel(
        **common(design, model, theta, method, df, level),
        parameters=design.model.p + len(free),
        units=len(inner[1]),
        sigma2_between=float(theta[0]),
        sigma2_within=float(theta[1]),
        i2_between=float(100 * theta[0] / total),
        i2_within=float(100 * theta[1] / total),
        free=tuple(free.tolist()),
        groupings=(outer, inner),
    )


def _given(sigma2) -> np.ndarray:
    """Return the fixed variances of `sigma2`, nan where one is to be estimated."""
    given = checks.floats("sigma2", sigma2)
    known = given[~np.isnan(given)]
    if given.shape != (2,) or np.any(known < 0) or np.any(np.isinf(known)):
        raise ValueError(
            f"sigma2 is {sigma2!r}; it is a pair of variances, None where one is unknown"
        )
    return given


def _groupings(cluster, unit, used: np.ndarray, k: int):
    """Return codes and labels of the clusters and of the units of the `used` of `k` effects."""
    outer = codes_of("cluster", cluster, k, used)
    inner = codes_of("unit", range(k) if unit is None else unit, k, used)
    pairs = zip(outer[0].tolist(), inner[0].tolist(), strict=True)
    codes, cells = codes_of("unit", pairs, len(used))
    return outer, (codes, [(outer[1][i], inner[1][j]) for i, j in cells])


def _components(clusters: Clusters, units: np.ndarray) -> list[np.ndarray]:
    """Return which effects share a cluster, and which a unit, by stacks of shape (2, m, n, n)."""
    stacks = zip(clusters.pairs(), clusters.spread(units, padding=-1), strict=True)
    return [
        np.stack([both, both & (unit[:, :, None] == unit[:, None, :])]).astype(float)
        for (_, _, both), unit in stacks
    ]
