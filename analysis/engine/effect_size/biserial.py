"""Two arms' means as a correlation with the arm, and Cohen's d as a log odds ratio.

d    Cohen's d without small-sample correction: `means.from_d` says what it may come from
"""

import numpy as np
from scipy.special import ndtri

from .. import checks
from .means import df, smd_from_d

RPB_VARIANCES = ("ST", "CS")
# The standard normal's and the logistic's ways from d to a log odds ratio: Cox & Snell (1989), who
# divide by 1.65, and Hasselblad & Hedges (1995), who divide by pi over the root of 3.
NORMAL, LOGISTIC = 1.65, np.pi / np.sqrt(3)


def point_biserial(*, d, n_treated, n_control, variance="ST"):
    """RPB, the correlation with the arm: Tate (1954).

    `variance` "ST" takes the sizes of the arms as given, "CS" as the outcome of one sample.
    """
    checks.one_of("variance", variance, RPB_VARIANCES)
    n, odds = n_treated + n_control, _odds(n_treated, n_control)
    yi = d / np.sqrt(d**2 + odds)
    if variance == "ST":
        spread = 1 / n_treated + 1 / n_control + d**2 / (2 * n)
        return yi, odds**2 / (odds + d**2) ** 3 * spread
    part = n * yi**2 / (4 * n_treated * n_control) + (2 - 3 * yi**2) / (2 * n)
    return yi, (1 - yi**2) ** 2 * part


def biserial(*, d, n_treated, n_control):
    """RBIS, the correlation with the normal trait that was cut into two arms: Soper (1914).

    An estimate beyond -1 or 1 has the variance of -1 or 1: Jacobs & Viechtbauer (2017).
    """
    n = n_treated + n_control
    p, q = n_treated / n, n_control / n
    cut = -ndtri(p)
    height = np.exp(-(cut**2) / 2) / np.sqrt(2 * np.pi)
    yi = np.sqrt(p * q) / height * d / np.sqrt(d**2 + _odds(n_treated, n_control))
    r = np.clip(yi, -1, 1)
    slope = 3 / 2 + (1 - p * cut / height) * (1 + q * cut / height)
    return yi, (p * q / height**2 - slope * r**2 + r**4) / (n - 1)


def log_odds_normal(*, d, n_treated, n_control):
    """D2ORN, the log odds ratio of a normal trait: Cox & Snell (1989)."""
    return _times(NORMAL, d, n_treated, n_control)


def log_odds_logistic(*, d, n_treated, n_control):
    """D2ORL, the log odds ratio of a logistic trait: Hasselblad & Hedges (1995)."""
    return _times(LOGISTIC, d, n_treated, n_control)


def _times(factor: float, d, n_treated, n_control):
    yi, vi = smd_from_d(d=d, n_treated=n_treated, n_control=n_control, correction="none")
    return factor * yi, factor**2 * vi


def _odds(n_treated, n_control) -> np.ndarray:
    m = df(n_treated, n_control)
    return m / n_treated + m / n_control
