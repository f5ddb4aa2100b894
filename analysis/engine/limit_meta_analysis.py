"""Limit meta-analysis: the effect in a study that is infinitely precise, by Rücker and others.

A random-effects model with one more parameter, yi = beta + sqrt(vi + tau2) (alpha + error), so that the
effect may grow with the total standard error.

    x        precision 1/sqrt(vi + tau2); yi x = beta x + alpha is a line, fitted without weights
    alpha    how many standard errors the small studies' effects are shifted
    beta0    beta + tau alpha, the expected effect where vi is 0
    limits   the studies' effects when vi shrinks to 0 and their own deviations stay
    mulim    the limits pooled by 1/vi; betalim, the slope of their own line
    g2       what of the limits' scatter in a radial plot no line explains, in per cent; it depends on
             where 0 lies on the scale of yi
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import chdtrc

from . import checks
from .distributions import quantile, two_sided
from .line import varied
from .pool import pool
from .results import read_only
from .rows import Rows
from .tau2 import TAU2

ADJUST = ("beta0", "betalim", "mulim")


@dataclass(frozen=True, repr=False)
class LimitMetaAnalysis(Rows):
    """The adjusted effect with its test by z, and how much of the scatter goes with precision.

    `q` = `q_small` (1 df, small-study effects) + `q_residual` (k - 2 df). `alpha` and `beta` are the
    line's; `limits`, shape (k,), the studies' effects in the limit; `g2` is in per cent.
    """

    adjust: str
    method: str
    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    pvalue: float
    unadjusted: float
    alpha: float
    beta: float
    tau2: float
    q: float
    q_pvalue: float
    q_small: float
    q_small_pvalue: float
    q_residual: float
    q_residual_pvalue: float
    g2: float
    level: float
    limits: np.ndarray = field(compare=False)

    def report(self) -> str:
        """Return the adjusted effect and the test of small-study effects in one sentence."""
        return (
            f"A limit meta-analysis of {self.k} studies adjusted the effect from {self.unadjusted:.2f} "
            f"to {self.estimate:.2f} ({100 * self.level:g}% CI {self.ci_low:.2f} to "
            f"{self.ci_high:.2f}); small-study effects: Q = {self.q_small:.2f}, "
            f"p = {self.q_small_pvalue:.3g}."
        )


def limit_meta_analysis(
    yi, *, vi, method: str = "REML", adjust: str = "beta0", level: float = 0.95
) -> LimitMetaAnalysis:
    """Adjust effects `yi` with variances `vi` for small-study effects, tau2 by `method`.

    Rücker, Schwarzer, Carpenter, Binder & Schumacher (2011). `adjust` says which effect is the
    adjusted one: "beta0", "betalim" or "mulim". ValueError for fewer than 3 studies and for
    variances that are all equal.

    >>> bcg = ma.example("bcg")
    >>> print(ma.limit_meta_analysis(bcg.yi, vi=bcg.vi).report())
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    k = checks.at_least(3, yi, "a limit meta-analysis")
    checks.one_of("method", method, TAU2)
    checks.one_of("adjust", adjust, ADJUST)
    level = checks.level(level)
    varied(vi)
    pooled = pool(yi, vi=vi, method=method)
    tau2 = pooled.tau2
    line = _Radial(yi, vi + tau2)
    limits = line.beta + np.sqrt(tau2 / (vi + tau2)) * (yi - line.beta)
    limit_line, common = _Radial(limits, vi), pool(limits, vi=vi, method="EE")
    step = np.array([1.0, tau2**0.5])
    estimate, se = {
        "beta0": (line.beta + tau2**0.5 * line.alpha, float(step @ line.covariance @ step) ** 0.5),
        "betalim": (limit_line.beta, float(limit_line.covariance[0, 0]) ** 0.5),
        "mulim": (common.estimate, common.se),
    }[adjust]
    half = quantile(level, None) * se
    q_residual = _Radial(yi, vi).rss
    q_small = max(0.0, pooled.q - q_residual)
    return LimitMetaAnalysis(
        adjust=adjust,
        method=method,
        k=k,
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        statistic=estimate / se,
        pvalue=two_sided(estimate / se, None),
        unadjusted=pooled.estimate,
        alpha=line.alpha,
        beta=line.beta,
        tau2=tau2,
        q=pooled.q,
        q_pvalue=pooled.q_pvalue,
        q_small=q_small,
        q_small_pvalue=float(chdtrc(1, q_small)),
        q_residual=q_residual,
        q_residual_pvalue=float(chdtrc(k - 2, q_residual)),
        g2=100 * limit_line.unexplained,
        level=level,
        limits=read_only(limits),
    )


class _Radial:
    """The line through y x against x in a radial plot, x = 1/sqrt(variance): slope beta, height alpha.

    `covariance` is that of (beta, alpha) when the deviates y x have variance 1.
    """

    def __init__(self, y: np.ndarray, variance: np.ndarray) -> None:
        x = 1 / np.sqrt(variance)
        away = x - x.mean()
        sxx = float(away @ away)
        deviates = y * x
        self.beta = float(away @ deviates) / sxx
        self.alpha = float(deviates.mean()) - self.beta * float(x.mean())
        residuals = deviates - self.alpha - self.beta * x
        self.rss = float(residuals @ residuals)
        around = deviates - deviates.mean()
        total = float(around @ around)
        self.unexplained = self.rss / total if total > 0 else 0.0
        mean = float(x.mean())
        self.covariance = np.array([[1.0, -mean], [-mean, float(np.mean(x * x))]]) / sxx
