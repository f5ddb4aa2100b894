"""One summary effect from k studies, by inverse-variance weighting.

yi, vi     effect sizes and their sampling variances, shape (k,)
EE         equal effects: one true effect (the "fixed" model of many papers), tau2 = 0
DL         random effects, tau2 by DerSimonian and Laird
weights    each study's share of the summary, in per cent
level      coverage of the intervals, as a share: 0.95
"""

from dataclasses import dataclass, field
from math import nan, sqrt

import numpy as np
from scipy.stats import norm, t

from . import checks
from .heterogeneity import TAU2, cochran_q, i2_h2

CI = ("z",)


@dataclass(frozen=True)
class Interval:
    """An interval from `low` to `high` that covers with probability `level`, by t with `df`."""

    low: float
    high: float
    df: float
    level: float


@dataclass(frozen=True)
class Pooled:
    """A summary effect with its test, its heterogeneity and the studies' weights.

    `i2` and `weights` are in per cent; `df` is None where the reference distribution is the normal.
    """

    method: str
    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    pvalue: float
    df: float | None
    level: float
    tau2: float
    q: float
    q_df: int
    q_pvalue: float
    i2: float
    h2: float
    weights: np.ndarray = field(compare=False, repr=False)

    def prediction_interval(self, level: float | None = None) -> Interval:
        """Return the interval that holds the true effect of a new study with probability `level`.

        By t with k-2 df: Higgins, Thompson & Spiegelhalter (2009), eq. 12. Without a `level`,
        that of the result. It describes a distribution of true effects, so the bounds are nan for
        EE, which has none, and for k < 3, where the t distribution has no degree of freedom.
        """
        level = self.level if level is None else checks.level(level)
        df = self.k - 2
        if self.method == "EE" or df < 1:
            return Interval(nan, nan, nan, level)
        half = float(t.isf((1 - level) / 2, df)) * sqrt(self.tau2 + self.se**2)
        return Interval(self.estimate - half, self.estimate + half, df, level)


def pool(yi, *, vi, method: str, ci: str = "z", level: float = 0.95) -> Pooled:
    """Pool effect sizes `yi` with variances `vi` by `method`, with a `ci` of the given `level`.

    `yi` and `vi` are array-likes of shape (k,), k >= 1. The weights are 1/(vi + tau2): Borenstein,
    Hedges, Higgins & Rothstein (2009), chapters 11 and 12. `method` is a key of
    `heterogeneity.TAU2`; `ci` is "z", the normal distribution. ValueError for anything else.
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.one_of("method", method, TAU2)
    checks.one_of("ci", ci, CI)
    level = checks.level(level)

    tau2 = TAU2[method](yi, vi)
    wi = 1 / (vi + tau2)
    estimate = float(np.average(yi, weights=wi))
    se = 1 / sqrt(wi.sum())
    statistic = estimate / se
    half = float(norm.isf((1 - level) / 2)) * se
    q, q_df, q_pvalue = cochran_q(yi, vi)
    i2, h2 = i2_h2(yi, vi, method, tau2)
    return Pooled(
        method=method,
        k=len(yi),
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        statistic=statistic,
        pvalue=float(2 * norm.sf(abs(statistic))),
        df=None,
        level=level,
        tau2=tau2,
        q=q,
        q_df=q_df,
        q_pvalue=q_pvalue,
        i2=i2,
        h2=h2,
        weights=_read_only(100 * wi / wi.sum()),
    )


def _read_only(array: np.ndarray) -> np.ndarray:
    """Return a copy of `array` over immutable memory, so that even `setflags` cannot unlock it."""
    return np.frombuffer(array.tobytes(), dtype=array.dtype)
