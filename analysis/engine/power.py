"""The power of each study: how probable it was to find a significant effect.

theta         the true effect, or with tau2 the mean of the true effects
alpha         level of the studies' own tests, which are by z = yi / sei
alternative   what these tests are for: "two-sided", or an effect "greater" or "less" than 0
"""

import numpy as np
from scipy.special import ndtr, ndtri

from . import checks

ALTERNATIVES = ("two-sided", "greater", "less")


def study_power(
    vi, theta: float, alpha: float = 0.05, *, tau2: float = 0.0, alternative: str = "two-sided"
) -> np.ndarray:
    """Return each study's power, from its variance in `vi`, to find the effect `theta` at `alpha`.

    Shape (k,), each between 0 and 1. An estimate is normal about `theta` with variance vi + `tau2` and
    significant beyond the critical value times its own error: Ioannidis & Trikalinos (2007), and
    with `tau2` the mean over the true effects. ValueError for anything but finite numbers.

    >>> bcg = ma.example("bcg")
    >>> ma.study_power(bcg.vi, theta=-0.7).round(2)
    """
    vi = checks.vector("vi", vi)
    checks.estimates_and_variances(np.zeros_like(vi), vi)
    alpha = checks.level(alpha, "alpha")
    theta, tau2 = checks.number("theta", theta), checks.number("tau2", tau2, least=0)
    checks.one_of("alternative", alternative, ALTERNATIVES)
    sei, spread = np.sqrt(vi), np.sqrt(vi + tau2)
    critical = critical_value(alpha, alternative)
    above = ndtr((theta - critical * sei) / spread)
    below = ndtr((-theta - critical * sei) / spread)
    return {"greater": above, "less": below, "two-sided": above + below}[alternative]


def critical_value(alpha: float, alternative: str) -> float:
    """Return the z beyond which a test at `alpha` against `alternative` is significant."""
    return float(-ndtri(alpha / 2 if alternative == "two-sided" else alpha))
