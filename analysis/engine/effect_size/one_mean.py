"""One sample's mean and spread: MN, MNLN, SMN, SDLN and CVLN; SMN with J as in `means`."""

import numpy as np

from .. import checks
from .columns import above_zero, enough
from .means import small_sample


def mean_alone(*, mean, sd, n):
    """MN, the mean itself."""
    return mean, sd**2 / n


def log_mean(*, mean, sd, n):
    """MNLN, the logarithm of the mean, with the variance of the delta method."""
    above_zero("a logarithm", mean=mean)
    return np.log(mean), sd**2 / (n * mean**2)


def standardised_mean(*, mean, sd, n):
    """SMN, the mean in standard deviations, with the small-sample correction of n - 1 df."""
    checks.refuse("sd", sd, sd == 0, "without spread there is no standardised mean")
    yi = small_sample("n", n, n - 1) * mean / sd
    return yi, 1 / n + yi**2 / (2 * n)


def log_sd(*, sd, n):
    """SDLN, the logarithm of the standard deviation: Raudenbush & Bryk (1987)."""
    above_zero("a logarithm", sd=sd)
    enough(2, "a standard deviation", n=n)
    half = 1 / (2 * (n - 1))
    return np.log(sd) + half, half


def log_cv(*, mean, sd, n):
    """CVLN, the logarithm of the coefficient of variation: Nakagawa et al. (2015)."""
    above_zero("a logarithm", mean=mean)
    yi, vi = log_sd(sd=sd, n=n)
    return yi - np.log(mean), vi + sd**2 / (n * mean**2)
