"""A weighted straight line through the effects, with multiplicative dispersion.

    x            the predictor, one value a study
    intercept    the effect where x is 0
    slope        the change of the effect with x
    q_e          residual heterogeneity, the weighted sum of squares around the line
    dispersion   q_e per degree of freedom: how much wider the studies scatter than vi says

Egger's test and PET-PEESE are this line with different predictors.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from .distributions import quantile, two_sided
from .results import Result

# Below this share of the whole a difference is what rounding leaves of zero.
ROUNDING = 1e-13


@dataclass(frozen=True, repr=False)
class Coefficient(Result):
    """A coefficient with its two-sided test, by t on `df` or, where that is None, z, and interval."""

    estimate: float
    se: float
    statistic: float
    pvalue: float
    ci_low: float
    ci_high: float
    df: int | None

    def report(self) -> str:
        """Return the coefficient and its test in one sentence."""
        return (
            f"The coefficient was {self.estimate:.2f} [{self.ci_low:.2f}, {self.ci_high:.2f}], "
            f"p = {self.pvalue:.3g}."
        )


@dataclass(frozen=True, repr=False)
class Line(Result):
    """A fitted line: its two coefficients and the residual heterogeneity `q_e` around it."""

    intercept: Coefficient
    slope: Coefficient
    q_e: float

    def report(self) -> str:
        """Return the line in one sentence."""
        return f"Intercept: {self.intercept.report()} Slope: {self.slope.report()}"


def weighted_line(yi: np.ndarray, vi: np.ndarray, x: np.ndarray, level: float) -> Line:
    """Fit `yi` on `x` with weights 1/`vi`, and intervals of the given `level` by t on k - 2 df.

    The standard errors are scaled by the residual dispersion: Thompson & Sharp (1999), eq. 5.
    ValueError if all `x` are equal, or if the studies lie on the line exactly.
    """
    varied(x)
    k = len(yi)
    wi = 1 / vi
    x_mean, y_mean = np.average(x, weights=wi), np.average(yi, weights=wi)
    sxx = float(np.sum(wi * (x - x_mean) ** 2))
    slope = float(np.sum(wi * (x - x_mean) * (yi - y_mean))) / sxx
    q_e = float(np.sum(wi * (yi - y_mean - slope * (x - x_mean)) ** 2))
    if q_e <= ROUNDING**2 * np.sum(wi * yi**2):
        raise ValueError(
            f"the {k} effects in yi lie on one line exactly; no error is left to test by"
        )
    dispersion = q_e / (k - 2)
    slope_se = sqrt(dispersion / sxx)
    intercept_se = sqrt(dispersion * (1 / wi.sum() + x_mean**2 / sxx))
    return Line(
        intercept=_coefficient(float(y_mean - slope * x_mean), intercept_se, k - 2, level),
        slope=_coefficient(slope, slope_se, k - 2, level),
        q_e=q_e,
    )


def varied(x: np.ndarray) -> None:
    """Refuse a predictor `x` that is the same in all studies: a line needs two places to stand on."""
    if np.ptp(x) <= ROUNDING * np.abs(x).max():
        raise ValueError(
            f"all {len(x)} studies have the same precision; no line can be fitted to it"
        )


def _coefficient(estimate: float, se: float, df: int, level: float) -> Coefficient:
    statistic = estimate / se
    half = quantile(level, df) * se
    return Coefficient(
        estimate=estimate,
        se=se,
        statistic=statistic,
        pvalue=two_sided(statistic, df),
        ci_low=estimate - half,
        ci_high=estimate + half,
        df=df,
    )
