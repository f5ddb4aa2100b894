"""Changes from before to after, of one group and of two arms.

d     the change over a standard deviation: that of the changes (SMCC) or the one before (SMCR, SMCRH)
r     correlation of pre and post
J     Hedges' (1981) correction for small samples, as in `means`, on n - 1 degrees of freedom
"""

from collections.abc import Callable

import numpy as np

from .. import checks
from .forms import computed
from .means import pooled_variance, small_sample

SMCRH_VARIANCES = ("LS", "Bonett")


def mean_change(*, mean_change, sd_change, n):
    """MC, the mean change."""
    return mean_change, sd_change**2 / n


def smcc(*, mean_change, sd_change, n):
    """SMCC, over the SD of the changes: Gibbons, Hedeker & Davis (1993)."""
    yi = _standardised("sd_change", mean_change, sd_change, n)
    return yi, 1 / n + yi**2 / (2 * n)


def smcr(*, mean_post, mean_pre, sd_pre, n, r):
    """SMCR, over the SD before, taken to be that after: Becker (1988)."""
    yi = _standardised("sd_pre", mean_post - mean_pre, sd_pre, n)
    return yi, 2 * (1 - r) / n + yi**2 / (2 * n)


def smcrh(*, mean_post, mean_pre, sd_post, sd_pre, n, r, variance="LS"):
    """SMCRH, over the SD before, where that after may differ: Bonett (2008).

    `variance` "Bonett" is Bonett's, at the corrected effect; "LS" is J² times it.
    """
    checks.one_of("variance", variance, SMCRH_VARIANCES)
    yi = _standardised("sd_pre", mean_post - mean_pre, sd_pre, n)
    vi = (sd_of_change(sd_post, sd_pre, r) ** 2 / sd_pre**2 + yi**2 / 2) / (n - 1)
    return yi, vi if variance == "Bonett" else small_sample("n", n, n - 1) ** 2 * vi


def ppc1(
    *, mean_post_treated, mean_pre_treated, sd_pre_treated, n_treated, r_treated,
    mean_post_control, mean_pre_control, sd_pre_control, n_control, r_control,
):  # fmt: skip
    """PPC1, the treated arm's SMCR minus the control arm's: Becker (1988); Morris (2008), d_ppc1."""
    treated, treated_vi = smcr(
        mean_post=mean_post_treated, mean_pre=mean_pre_treated, sd_pre=sd_pre_treated,
        n=n_treated, r=r_treated,
    )  # fmt: skip
    control, control_vi = smcr(
        mean_post=mean_post_control, mean_pre=mean_pre_control, sd_pre=sd_pre_control,
        n=n_control, r=r_control,
    )  # fmt: skip
    return treated - control, treated_vi + control_vi


def ppc2(
    *, mean_post_treated, mean_pre_treated, sd_pre_treated, n_treated,
    mean_post_control, mean_pre_control, sd_pre_control, n_control, r,
):  # fmt: skip
    """PPC2, the difference of the arms' changes over the pooled SD before: Morris (2008), d_ppc2.

    The variance is the large-sample one, as that of SMCR.
    """
    pooled = np.sqrt(pooled_variance(sd_pre_treated, n_treated, sd_pre_control, n_control))
    n = n_treated + n_control
    checks.refuse("sd_pre_treated", sd_pre_treated, pooled == 0, "without spread there is no SMD")
    difference = mean_post_treated - mean_pre_treated - (mean_post_control - mean_pre_control)
    yi = small_sample("n_treated + n_control", n, n - 2) * difference / pooled
    return yi, 2 * (1 - r) * (1 / n_treated + 1 / n_control) + yi**2 / (2 * n)


def from_change(form: Callable) -> tuple[Callable, ...]:
    """Return `form`, which takes the change's mean and SD, and the same from both times'."""
    from_means = computed(form, "mean_change", change_of_means)
    return computed(from_means, "sd_change", sd_of_change), from_means, form


def change_of_means(mean_post, mean_pre):
    """The mean change from the two means."""
    return mean_post - mean_pre


def sd_of_change(sd_post, sd_pre, r):
    """The SD of the changes from those of the two times: Cochrane Handbook (2019), 6.5.2.8."""
    return np.sqrt(sd_post**2 + sd_pre**2 - 2 * r * sd_post * sd_pre)


def _standardised(name: str, change, sd, n) -> np.ndarray:
    """Return the corrected `change` over `sd`, which stands in the column `name`."""
    checks.refuse(name, sd, sd == 0, "without spread there is no standardised change")
    return small_sample("n", n, n - 1) * change / sd
