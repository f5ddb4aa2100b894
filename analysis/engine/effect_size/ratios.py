"""Ratios of two arms' or two times' means and spreads, logged: ROM, VR, CVR; ROMC, VRC, CVRC.

cv           coefficient of variation, sd / mean; its estimate is biased where the mean is near 0
correction   "second-order" adds what the logarithm of a mean is biased by, half its variance
"""

import numpy as np

from .. import checks
from .columns import above_zero, enough
from .means import pooled_variance

CORRECTIONS = ("none", "second-order")
ROM_VARIANCES = ("LS", "HO", "AV", "AVHO")


def ratio_of_means(
    *, mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control,
    variance="LS", correction="none",
):  # fmt: skip
    """ROM, the log response ratio: Hedges, Gurevitch & Curtis (1999).

    `variance` "LS" lets the arms' variances differ, "HO" pools them; "AV" takes each arm's mean cv
    over the studies, "AVHO" that of both arms, weighted by n. `correction` "second-order":
    Lajeunesse (2015), eq. 8. The means must have one sign.
    """
    checks.one_of("variance", variance, ROM_VARIANCES)
    cv1, cv2 = sd_treated / _sign(mean_treated), sd_control / _sign(mean_control)
    yi = _log_ratio("mean_treated", mean_treated, mean_control)
    yi = yi + _second_order(correction, cv1**2 / n_treated, cv2**2 / n_control)
    if variance == "HO":
        pooled = pooled_variance(sd_treated, n_treated, sd_control, n_control)
        return yi, pooled * (1 / (n_treated * mean_treated**2) + 1 / (n_control * mean_control**2))
    if variance == "AV":
        cv1, cv2 = np.average(cv1, weights=n_treated), np.average(cv2, weights=n_control)
    if variance == "AVHO":
        cv1 = cv2 = np.average([cv1, cv2], weights=[n_treated, n_control])
    return yi, cv1**2 / n_treated + cv2**2 / n_control


def variability_ratio(*, sd_treated, n_treated, sd_control, n_control):
    """VR, the log ratio of the standard deviations: Nakagawa et al. (2015)."""
    above_zero("a logarithm", sd_treated=sd_treated, sd_control=sd_control)
    enough(2, "a standard deviation", n_treated=n_treated, n_control=n_control)
    half1, half2 = 1 / (2 * (n_treated - 1)), 1 / (2 * (n_control - 1))
    return np.log(sd_treated / sd_control) + half1 - half2, half1 + half2


def cv_ratio(
    *, mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control, correction="none"
):
    """CVR, the log ratio of the coefficients of variation: Nakagawa et al. (2015).

    `correction` "second-order": Senior, Viechtbauer & Nakagawa (2020). The means must have one sign.
    """
    spread, spread_vi = variability_ratio(
        sd_treated=sd_treated, n_treated=n_treated, sd_control=sd_control, n_control=n_control
    )
    means, means_vi = ratio_of_means(
        mean_treated=mean_treated, sd_treated=sd_treated, n_treated=n_treated,
        mean_control=mean_control, sd_control=sd_control, n_control=n_control,
        correction=correction,
    )  # fmt: skip
    return spread - means, spread_vi + means_vi


def ratio_of_means_change(*, mean_post, sd_post, mean_pre, sd_pre, n, r, correction="none"):
    """ROMC, the log ratio of the means after and before: Lajeunesse (2011).

    `correction` as that of ROM. The means must have one sign.
    """
    cv1, cv2 = sd_post / _sign(mean_post), sd_pre / _sign(mean_pre)
    yi = _log_ratio("mean_post", mean_post, mean_pre)
    yi = yi + _second_order(correction, cv1**2 / n, cv2**2 / n)
    return yi, (cv1**2 + cv2**2 - 2 * r * cv1 * cv2) / n


def variability_ratio_change(*, sd_post, sd_pre, n, r):
    """VRC, the log ratio of the standard deviations after and before: Senior et al. (2020)."""
    above_zero("a logarithm", sd_post=sd_post, sd_pre=sd_pre)
    enough(2, "a standard deviation", n=n)
    return np.log(sd_post / sd_pre), (1 - r**2) / (n - 1)


def cv_ratio_change(*, mean_post, sd_post, mean_pre, sd_pre, n, r, correction="none"):
    """CVRC, the log ratio of the coefficients of variation after and before: Senior et al. (2020).

    `correction` as that of CVR. The means must have one sign.
    """
    spread, spread_vi = variability_ratio_change(sd_post=sd_post, sd_pre=sd_pre, n=n, r=r)
    means, means_vi = ratio_of_means_change(
        mean_post=mean_post, sd_post=sd_post, mean_pre=mean_pre, sd_pre=sd_pre, n=n, r=r,
        correction=correction,
    )  # fmt: skip
    return spread - means, spread_vi + means_vi


def _log_ratio(name: str, mean, other) -> np.ndarray:
    checks.refuse(name, mean, ~(mean * other > 0), "a ratio needs two means of one sign, not 0")
    return np.log(mean / other)


def _sign(mean):
    """Return `mean` with nan for 0, which has no cv and which `_log_ratio` refuses."""
    return np.where(mean == 0, np.nan, mean)


def _second_order(correction: str, first, second) -> np.ndarray | float:
    checks.one_of("correction", correction, CORRECTIONS)
    return (first - second) / 2 if correction == "second-order" else 0.0
