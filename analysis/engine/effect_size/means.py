"""Differences of two arms' means: MD in their own unit, SMD in pooled standard deviations.

d    Cohen's d: the difference over the pooled standard deviation
g    J d, Hedges' correction for the bias that d has in small samples
m    degrees of freedom of the pooled standard deviation, n_treated + n_control - 2
"""

from collections.abc import Callable

import numpy as np
from scipy.special import gammaln, stdtrit

from .. import checks
from .forms import computed

CORRECTIONS = ("exact", "approximate", "none")
SMD_VARIANCES = ("LS", "LS2", "UB", "AV")
MD_VARIANCES = ("LS", "HO")


def md_from_arms(
    *, mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control, variance="LS"
):
    """Mean difference; `variance` "LS" lets the arms' variances differ, "HO" pools them.

    Borenstein et al. (2009), eq. 4.2, with 4.5 (LS) or 4.4 (HO).
    """
    checks.one_of("variance", variance, MD_VARIANCES)
    if variance == "LS":
        vi = sd_treated**2 / n_treated + sd_control**2 / n_control
    else:
        pooled = pooled_variance(sd_treated, n_treated, sd_control, n_control)
        vi = pooled * (1 / n_treated + 1 / n_control)
    return mean_treated - mean_control, vi


def md_from_t(*, estimate, t):
    """Mean difference from the printed difference and its t: Cochrane Handbook (2019), 6.5.2.3."""
    checks.refuse("t", t, t == 0, "a difference with t 0 has any error")
    return estimate, (estimate / t) ** 2


def md_from_p(*, estimate, p, n_treated, n_control):
    """Mean difference from the printed difference and its t test's p: Handbook (2019), 6.5.2.3."""
    return md_from_t(estimate=estimate, t=_t_from_p(p, df(n_treated, n_control)))


def md_from_t_interval(*, estimate, ci_low, ci_high, n_treated, n_control, level=0.95):
    """Mean difference from its t interval, on n - 2 df: Cochrane Handbook (2019), 6.5.2.3."""
    checks.refuse(
        "estimate", estimate, ~((ci_low < estimate) & (estimate < ci_high)),
        "it must lie between ci_low and ci_high",
    )  # fmt: skip
    width = 2 * _t_from_p(1 - checks.level(level), df(n_treated, n_control))
    return estimate, ((ci_high - ci_low) / width) ** 2


def smd_from_d(*, d, n_treated, n_control, correction="exact", variance="LS"):
    """Standardised mean difference from Cohen's d.

    `correction`: "exact" J by the gamma function and "approximate" J = 1 - 3/(4m - 1), both
    Hedges (1981), give g; "none" leaves d.
    `variance`: "LS" 1/n1 + 1/n2 + y²/(2(n1 + n2)), Hedges (1982), eq. 8; "LS2" J² times the same
    in d, Borenstein et al. (2009), eq. 4.20 and 4.24; "UB" the unbiased one, Hedges (1983), eq. 9;
    "AV" LS at the studies' mean y, weighted by n. Comprehensive Meta-Analysis: its d is "none"
    with "LS", its g "approximate" with "LS2".
    """
    checks.one_of("correction", correction, CORRECTIONS)
    checks.one_of("variance", variance, SMD_VARIANCES)
    if variance == "UB" and correction != "exact":
        raise ValueError(
            f"variance 'UB' is unbiased for correction 'exact' alone, not {correction!r}"
        )
    m = df(n_treated, n_control)
    n = n_treated + n_control
    j = small_sample("n_treated + n_control", m + 2, m, correction)
    g = j * d
    spread = 1 / n_treated + 1 / n_control
    if variance == "LS":
        return g, spread + g**2 / (2 * n)
    if variance == "LS2":
        return g, j**2 * (spread + d**2 / (2 * n))
    if variance == "UB":
        return g, spread + (1 - (m - 2) / (m * j**2)) * g**2
    return g, spread + np.average(g, weights=n) ** 2 / (2 * n)


def from_d(form: Callable) -> tuple[Callable, ...]:
    """Return `form`, which takes Cohen's d and two sizes, and the forms of what d comes from."""
    arms, *tests = (
        computed(form, "d", compute) for compute in (_d_from_arms, _d_from_t, _d_from_f, _d_from_p)
    )
    return arms, form, *tests


def _d_from_arms(mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control):
    """Cohen's d: Borenstein et al. (2009), eq. 4.18, 4.19."""
    pooled = np.sqrt(pooled_variance(sd_treated, n_treated, sd_control, n_control))
    checks.refuse("sd_treated", sd_treated, pooled == 0, "without spread in an arm there is no SMD")
    return (mean_treated - mean_control) / pooled


def _d_from_t(t, n_treated, n_control):
    """Cohen's d from the t of two arms: Borenstein (2009), table 12.1."""
    return t * np.sqrt(1 / n_treated + 1 / n_control)


def _d_from_f(f, sign, n_treated, n_control):
    """Cohen's d from F = t² of two arms, which hides the `sign`."""
    return _d_from_t(sign * np.sqrt(f), n_treated, n_control)


def _d_from_p(p, sign, n_treated, n_control):
    """Cohen's d from the two-sided p of a t test, which hides the `sign`."""
    return _d_from_t(sign * _t_from_p(p, df(n_treated, n_control)), n_treated, n_control)


def small_sample(name: str, sizes, m: np.ndarray, correction: str = "exact") -> np.ndarray:
    """Return Hedges' (1981) J for `m` degrees of freedom, which the `sizes` of column `name` leave."""
    if correction == "none":
        return np.ones_like(m)
    least = (sizes - m + 2).flat[0]
    checks.refuse(name, sizes, m < 2, f"the small-sample correction needs at least {least:g}")
    if correction == "approximate":
        return 1 - 3 / (4 * m - 1)
    return np.exp(gammaln(m / 2) - gammaln((m - 1) / 2)) / np.sqrt(m / 2)


def df(n_treated: np.ndarray, n_control: np.ndarray) -> np.ndarray:
    """Return the degrees of freedom of the pooled variance of two arms, refusing 0."""
    m = n_treated + n_control - 2
    checks.refuse("n_treated + n_control", m + 2, m <= 0, "a pooled variance needs more than 2")
    return m


def pooled_variance(sd_treated, n_treated, sd_control, n_control) -> np.ndarray:
    """Return the variance within two arms, pooled by their degrees of freedom."""
    squares = (n_treated - 1) * sd_treated**2 + (n_control - 1) * sd_control**2
    return squares / df(n_treated, n_control)


def _t_from_p(p, df) -> np.ndarray:
    """Return the positive t on `df` degrees of freedom whose two-sided p-value is `p`."""
    return -stdtrit(df, p / 2)
