"""The p-curve: do the significant p-values crowd near 0, as true effects make them?

pp           of a p-value, given that it is below the bound: uniform if the null hypothesis holds,
             or, for a given power, the share of tests that would find a larger p
right skew   against no effect: p-values near 0 are in excess
flatness     against effects found with 33 % power: p-values near 0 are too few
half         the p-values below half the level alone, which p-hacking seldom reaches
z            Stouffer's sum of the normal deviates of pp over sqrt(k): negative for small pp
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import bdtrc, ndtr, ndtri

from . import checks
from .distributions import quantile
from .noncentral import FRatios, f_ratios
from .poisson_binomial import poisson_binomial
from .results import read_only
from .rows import Rows

# Simonsohn, Nelson & Simmons (2014): results that a third of the studies would find are too weak.
WEAK = 1 / 3
# Powers that the search knows, above the level itself: the p-curve app's own.
LEAST, MOST = 1e-3, 0.99
# A p-value that is 0 to a double has no deviate.
SMALLEST = 1e-300


@dataclass(frozen=True, repr=False)
class PCurve(Rows):
    """The tests on the k_significant p-values of k studies, and the power that they suggest.

    `skew` and `flat` are Stouffer's z with p-values (one-sided, small for much skew or much
    flatness), `half_` those of the p-values below alpha/2 (nan without any), `skew_binomial` and
    `flat_binomial` the p of the number of those. `power`, at least `alpha` and at most 0.99, has the
    interval of `level`. `pvalues` are the significant ones. `half_flat` is not the p-curve app's, whose
    pp-values of the half curve lie between 2/3 and 1 where they should be uniform.
    """

    k: int
    k_significant: int
    k_half: int
    skew: float
    skew_pvalue: float
    half_skew: float
    half_skew_pvalue: float
    skew_binomial: float
    flat: float
    flat_pvalue: float
    half_flat: float
    half_flat_pvalue: float
    flat_binomial: float
    power: float
    power_ci_low: float
    power_ci_high: float
    level: float
    alpha: float
    pvalues: np.ndarray = field(compare=False)

    @property
    def evidential(self) -> bool:
        """Whether the half curve is right-skewed at 0.05, or both curves are at 0.10.

        Simonsohn, Simmons & Nelson (2015).
        """
        return self.half_skew_pvalue < 0.05 or max(self.half_skew_pvalue, self.skew_pvalue) < 0.1

    @property
    def inadequate(self) -> bool:
        """Whether the full curve is too flat at 0.05, or the half curve and the count are at 0.10."""
        both = max(self.half_flat_pvalue, self.flat_binomial) < 0.1
        return self.flat_pvalue < 0.05 or both

    def report(self) -> str:
        """Return the tests and the power in one sentence."""
        return (
            f"Of {self.k} studies {self.k_significant} were significant; their p-curve was tested for "
            f"right skew (z = {self.skew:.2f}, p = {self.skew_pvalue:.3g}) and flatness "
            f"(z = {self.flat:.2f}, p = {self.flat_pvalue:.3g}), and suggests a power of "
            f"{100 * self.power:.0f}% ({100 * self.level:g}% CI {100 * self.power_ci_low:.0f}% to "
            f"{100 * self.power_ci_high:.0f}%)."
        )


def p_curve(
    yi=None,
    *,
    vi=None,
    statistic=None,
    kind="t",
    df=None,
    df_error=None,
    alpha: float = 0.05,
    level: float = 0.9,
) -> PCurve:
    """Analyse the p-values below `alpha` of effects `yi` with variances `vi`, or of test statistics.

    Simonsohn, Nelson & Simmons (2014) and, for Stouffer's method and the half curve, Simonsohn, Simmons
    & Nelson (2015). The tests of `yi` are by z, two-sided; of a `statistic`, shape (k,), the
    `kind` is "z", "t", "chi2" or "F", one for all or one each, with `df` degrees of freedom and, for F,
    `df_error` below. Signs are not looked at. `level` is the coverage of the power's interval.
    ValueError for anything else, and for fewer than 3 significant studies.

    >>> bcg = ma.example("bcg")
    >>> print(ma.p_curve(bcg.yi, vi=bcg.vi).report())
    """
    # At a level of the power of the weak tests a flat curve and a weak one are the same.
    alpha = checks.number("alpha", alpha, 0, WEAK, ends=False, note=", for example 0.05")
    level = checks.level(level)
    every = f_ratios(yi, vi, statistic, kind, df, df_error)
    p_all = every.pvalues()
    tests, pvalues = every.only(p_all < alpha), p_all[p_all < alpha]
    if len(pvalues) < 3:
        raise ValueError(
            f"{len(pvalues)} of {len(p_all)} p-values are below {alpha:g}; a p-curve needs at least 3"
        )
    below = pvalues < alpha / 2
    half, k = tests.only(below), len(pvalues)
    skew, half_skew = _stouffer(pvalues / alpha), _stouffer(pvalues[below] / (alpha / 2))
    weak = tests.noncentrality(alpha, WEAK)
    shares = tests.power(alpha / 2, weak)
    flat = _stouffer(tests.beyond(weak) / WEAK, flip=True)
    half_flat = _stouffer(half.beyond(weak[below]) / shares[below], flip=True)
    k_half = int(below.sum())
    bound = quantile(level, None)
    estimate, low, high = (_power(tests, alpha, z) for z in (0.0, bound, -bound))
    return PCurve(
        k=len(p_all),
        k_significant=k,
        k_half=k_half,
        skew=skew,
        skew_pvalue=float(ndtr(skew)),
        half_skew=half_skew,
        half_skew_pvalue=float(ndtr(half_skew)),
        skew_binomial=float(bdtrc(k_half - 1, k, 0.5)) if k_half else 1.0,
        flat=flat,
        flat_pvalue=float(ndtr(flat)),
        half_flat=half_flat,
        half_flat_pvalue=float(ndtr(half_flat)),
        flat_binomial=min(1.0, float(poisson_binomial(shares / WEAK)[: k_half + 1].sum())),
        power=estimate,
        power_ci_low=low,
        power_ci_high=high,
        level=level,
        alpha=alpha,
        pvalues=read_only(pvalues),
    )


def _stouffer(pp: np.ndarray, flip: bool = False) -> float:
    """Return Stouffer's z of `pp`, of 1 - pp if `flip`, nan without any."""
    if len(pp) == 0:
        return nan
    z = ndtri(np.clip(pp, SMALLEST, 1 - np.finfo(float).epsneg))
    return float((-z if flip else z).sum()) / sqrt(len(pp))


def _power(tests: FRatios, alpha: float, z: float) -> float:
    """Return the power at which Stouffer's sum of the curve is `z`, alpha or 0.99 beyond these.

    Given the power the pp of a study is the share of the significant tests with a larger p; the sum
    falls as the power grows.
    """

    def distance(power: float) -> float:
        return _stouffer(tests.beyond(tests.noncentrality(alpha, power)) / power, flip=True) - z

    low, high = alpha + LEAST, MOST
    if distance(low) <= 0:
        return alpha
    if distance(high) >= 0:
        return MOST
    return float(brentq(distance, low, high, xtol=1e-12, rtol=1e-12))
