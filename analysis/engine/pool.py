"""One summary effect from k studies, by inverse-variance weighting.

yi, vi     effect sizes and their sampling variances, shape (k,)
method     EE, equal effects (the "fixed" model of many papers), or how tau2 is estimated: DL, HE,
           HS, SJ, ML, REML, EB, PM, HSk, PMM, DL2, CA2 (see `tau2`)
ci         reference distribution of test and interval: z, the normal; t, Student's with k - 1 df;
           hksj, Hartung-Knapp-Sidik-Jonkman; hksj-adhoc, the same, never narrower than t;
           hksj-wider, the same, or z where that is wider; kenward-roger, for REML
weights    each study's share of the summary, in per cent
level      coverage of the intervals, as a share: 0.95
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import inf, nan, sqrt

import numpy as np

from . import checks
from .distributions import quantile, two_sided
from .fit_statistics import FitStatistics, fit_statistics
from .heterogeneity import HeterogeneityIntervals, cochran_q, i2_h2
from .intervals import heterogeneity_interval
from .model import Mean
from .results import Result, read_only
from .small_sample import CORRECTED, corrected
from .tau2 import TAU2, standard_error

CI = ("z", "t", "hksj", "hksj-adhoc")
POOL_CI = (*CI, *CORRECTED)
# Degrees of freedom of a prediction interval: Higgins et al. (2009); Partlett & Riley (2017) discuss.
PREDICTION_DF = {"k-2": lambda k: k - 2, "k-1": lambda k: k - 1, "z": lambda k: inf}


@dataclass(frozen=True, repr=False)
class Interval(Result):
    """An interval from `low` to `high` that covers with probability `level`, by t with `df`.

    `df` is infinite for the normal distribution.

    >>> bcg = ma.example("bcg")
    >>> interval = ma.pool(bcg.yi, vi=bcg.vi).prediction_interval()
    >>> interval
    >>> print(interval.report())
    """

    low: float
    high: float
    df: float
    level: float

    def report(self) -> str:
        """Return the interval in one sentence."""
        return f"The {100 * self.level:g}% interval runs from {self.low:.2f} to {self.high:.2f}."


@dataclass(frozen=True, repr=False)
class Blups(Result):
    """Each study's true effect as predicted by the model, shape (k,): estimate, error, interval."""

    estimate: np.ndarray = field(compare=False)
    se: np.ndarray = field(compare=False)
    low: np.ndarray = field(compare=False)
    high: np.ndarray = field(compare=False)
    level: float

    def report(self) -> str:
        """Return the range of the predicted effects in one sentence."""
        return (
            f"The true effects of the {len(self.estimate)} studies are predicted to run from "
            f"{self.estimate.min():.2f} to {self.estimate.max():.2f}."
        )


@dataclass(frozen=True, repr=False)
class Pooled(Result):
    """A summary effect with its test, its heterogeneity and the studies' weights.

    `i2` and `weights` are in per cent; `df` is None for the normal; `method` is "given" where tau2 was.

    >>> bcg = ma.example("bcg")
    >>> result = ma.pool(bcg.yi, vi=bcg.vi)
    >>> result.confint()
    >>> result.fit_statistics()
    >>> print(result.blups().report())
    >>> result.to_frame()[["k", "estimate", "ci_low", "ci_high", "tau2", "i2"]]
    """

    held = ("model",)

    method: str
    ci: str
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
    weights: np.ndarray = field(compare=False)
    model: Mean = field(compare=False)

    @cached_property
    def tau2_se(self) -> float:
        """The asymptotic standard error of `tau2`, nan for EE."""
        return standard_error(self.model, self.method, self.tau2)

    def prediction_interval(self, level: float | None = None, df: str = "k-2") -> Interval:
        """Return the interval that holds the true effect of a new study with probability `level`.

        By t with k-2 df: Higgins, Thompson & Spiegelhalter (2009), eq. 12; `df` may also be "k-1",
        "z", or "ci", that of the confidence interval. Without a `level`, that of the result. It
        describes a distribution of true effects, so the bounds are nan for EE, which has none, and
        where t has no degree of freedom.
        """
        level = self.level if level is None else checks.level(level)
        checks.one_of("df", df, (*PREDICTION_DF, "ci"))
        own = inf if self.df is None else self.df
        freedom = own if df == "ci" else PREDICTION_DF[df](self.k)
        if self.method == "EE" or freedom <= 0:
            return Interval(nan, nan, nan, level)
        half = quantile(level, freedom) * sqrt(self.tau2 + self.se**2)
        return Interval(self.estimate - half, self.estimate + half, freedom, level)

    def confint(self, level: float | None = None, kind: str = "QP") -> HeterogeneityIntervals:
        """Return the intervals of tau2, tau, I2, H2: Viechtbauer (2007), or a `kind` of `intervals`."""
        level = self.level if level is None else level
        return heterogeneity_interval(kind, self, level)

    def fit_statistics(self) -> FitStatistics:
        """Return log-likelihood, deviance, AIC, BIC and AICc, restricted ones for REML."""
        return fit_statistics(self.model, self.method, self.tau2)

    def blups(self, level: float | None = None) -> Blups:
        """Return the empirical best linear unbiased predictions of the studies' true effects."""
        return blups(self, self.model, self.level if level is None else checks.level(level))

    def report(self) -> str:
        """Return effect, interval and heterogeneity in one sentence."""
        words = "fixed-effect" if self.method == "EE" else "random-effects"
        p = "p < 0.001" if self.pvalue < 0.001 else f"p = {self.pvalue:.3f}"
        return (
            f"Over {self.k} studies the {words} estimate ({self.method}) was {self.estimate:.2f} "
            f"({100 * self.level:g}% CI {self.ci_low:.2f} to {self.ci_high:.2f}, {p}); I² was "
            f"{self.i2:.0f}%, tau {sqrt(self.tau2):.2f}."
        )


def pool(
    yi,
    *,
    vi,
    method: str = "REML",
    ci: str = "z",
    level: float = 0.95,
    tau2: float | None = None,
) -> Pooled:
    """Pool effect sizes `yi` with variances `vi` by `method`, with a `ci` of the given `level`.

    `yi` and `vi` are array-likes of shape (k,), k >= 1. The weights are 1/(vi + tau2): Borenstein,
    Hedges, Higgins & Rothstein (2009), chapters 11 and 12. One study is pooled as it is, by z.
    A `tau2` of one's own takes the place of `method`. ValueError for anything else, and where an
    iteration does not settle.

    >>> bcg = ma.example("bcg")
    >>> result = ma.pool(bcg.yi, vi=bcg.vi, ci="hksj")
    >>> result
    >>> print(result.report())
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.one_of("method", method, TAU2)
    checks.one_of("ci", ci, POOL_CI)
    if ci == "kenward-roger" and (method != "REML" or tau2 is not None):
        raise ValueError("ci 'kenward-roger' goes with method 'REML' alone")
    level = checks.level(level)
    model = Mean(yi, vi)
    if tau2 is not None:
        return summarise(model, "given", checks.number("tau2", tau2, least=0), ci, level)
    return summarise(model, method, float(TAU2[method](model)), ci, level)


def summarise(model: Mean, method: str, tau2: float, ci: str, level: float) -> Pooled:
    """Return the summary of `model` with a given `tau2`; the other arguments are those of `pool`."""
    wi = 1 / (model.v + tau2)
    fit = model.fit(wi)
    estimate = float(fit.b[0])
    df = None if ci == "z" or model.df == 0 else model.df
    se = sqrt(fit.A[0, 0] * dispersion(fit.rss, model.df, ci))
    if ci in CORRECTED and model.df > 0:
        se, df = corrected(ci, wi, fit.rss, model.df, level)
    statistic = _ratio(estimate, se)
    half = quantile(level, df) * se
    q, q_df, q_pvalue = cochran_q(model)
    i2, h2 = i2_h2(model, method, tau2, q)
    return Pooled(
        method=method,
        ci=ci,
        k=model.k,
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        statistic=statistic,
        pvalue=two_sided(statistic, df),
        df=df,
        level=level,
        tau2=tau2,
        q=q,
        q_df=q_df,
        q_pvalue=q_pvalue,
        i2=i2,
        h2=h2,
        weights=read_only(wi * (100 * fit.A[0, 0])),
        model=model,
    )


def dispersion(rss: float, df: int, ci: str) -> float:
    """Return the factor by which `ci` widens the variance: Hartung & Knapp (2001); Sidik & Jonkman.

    Ad hoc, never below 1: Röver, Knapp & Friede (2015).
    """
    if ci in ("z", "t") or df == 0:
        return 1.0
    return rss / df if ci == "hksj" else max(1.0, rss / df)


def _ratio(estimate: float, se: float) -> float:
    """Return estimate / se; studies without any scatter leave Hartung-Knapp no error."""
    if se > 0:
        return estimate / se
    return 0.0 if estimate == 0 else inf if estimate > 0 else -inf


def blups(result, model, level: float) -> Blups:
    """Return the predicted true effects of `model`'s studies: Raudenbush & Bryk (1985), eq. 10.

    The estimate shrinks y to the fitted value by v / (tau2 + v); its error counts the uncertainty of
    the fitted value, widened as the `ci` of the `result` is.
    """
    w = 1 / (model.v + result.tau2)
    fit = model.fit(w)
    shrink = result.tau2 * w  # the weight of the study's own effect
    spread = np.einsum("ij,jl,il->i", model.X, fit.A, model.X)
    spread = spread * dispersion(fit.rss, model.df, result.ci)
    estimate = shrink * model.y + (1 - shrink) * (model.y - fit.residuals)
    se = np.sqrt(shrink * model.v + (1 - shrink) ** 2 * spread)
    half = quantile(level, result.df) * se
    parts = (read_only(part) for part in (estimate, se, estimate - half, estimate + half))
    return Blups(*parts, level)
