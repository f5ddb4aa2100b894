"""Differences of two arms' means in standard deviations that are not pooled.

SMDH by the root of the mean of both variances, SMD1 and SMD1H by the control arm's own. J is
Hedges' (1981) correction for small samples, as in `means`.
"""

import numpy as np

from .. import checks
from .columns import enough
from .means import df, small_sample

SMDH_VARIANCES = ("LS", "Bonett")


def smdh(
    *, mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control, variance="LS"
):
    """SMDH, over the root of the mean variance, for arms whose variances differ: Bonett (2009).

    `variance` "Bonett" is Bonett's (2008), at the corrected effect; "LS" is J² times it.
    """
    checks.one_of("variance", variance, SMDH_VARIANCES)
    enough(2, "a standard deviation", n_treated=n_treated, n_control=n_control)
    m = df(n_treated, n_control)
    j = small_sample("n_treated + n_control", m + 2, m)
    s1, s2 = sd_treated**2, sd_control**2
    mean = (s1 + s2) / 2
    checks.refuse("sd_treated", sd_treated, mean == 0, "without spread in an arm there is no SMD")
    yi = j * (mean_treated - mean_control) / np.sqrt(mean)
    spread = (s1 / (n_treated - 1) + s2 / (n_control - 1)) / mean
    vi = spread + yi**2 * (s1**2 / (n_treated - 1) + s2**2 / (n_control - 1)) / (8 * mean**2)
    return yi, vi if variance == "Bonett" else j**2 * vi


def smd1(*, mean_treated, n_treated, mean_control, sd_control, n_control):
    """SMD1, Glass's (1976) delta: over the control arm's SD, taken to be that of both arms."""
    yi = _delta(mean_treated, mean_control, sd_control, n_control)
    return yi, 1 / n_treated + 1 / n_control + yi**2 / (2 * n_control)


def smd1h(
    *, mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control, variance="LS"
):
    """SMD1H, over the control arm's SD, where that of the treated arm may differ: Bonett (2008).

    `variance` "Bonett" has n - 1 where the large-sample "LS" has n.
    """
    checks.one_of("variance", variance, SMDH_VARIANCES)
    yi = _delta(mean_treated, mean_control, sd_control, n_control)
    less = 1 if variance == "Bonett" else 0
    enough(1 + less, "the variance", n_treated=n_treated)
    n1, n2 = n_treated - less, n_control - less
    return yi, sd_treated**2 / (sd_control**2 * n1) + 1 / n2 + yi**2 / (2 * n2)


def _delta(mean_treated, mean_control, sd_control, n_control) -> np.ndarray:
    checks.refuse("sd_control", sd_control, sd_control == 0, "without spread there is no SMD")
    j = small_sample("n_control", n_control, n_control - 1)
    return j * (mean_treated - mean_control) / sd_control
