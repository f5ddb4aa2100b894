"""Correlations: ZCOR, Fisher's (1921) z = atanh(r), whose variance does not depend on r."""

import numpy as np
from scipy.special import stdtrit

from .. import checks


def zcor_from_r(*, r, n):
    """Fisher's z from a correlation: Borenstein et al. (2009), eq. 6.2 and 6.3."""
    checks.refuse("n", n, n <= 3, "the variance 1/(n - 3) needs at least 4")
    return np.arctanh(r), 1 / (n - 3)


def zcor_from_t(*, t, n):
    """Fisher's z from the t test of a correlation, t = r sqrt((n-2)/(1-r²))."""
    checks.refuse("n", n, n <= 3, "the variance 1/(n - 3) needs at least 4")
    return zcor_from_r(r=t / np.sqrt(t**2 + n - 2), n=n)


def zcor_from_p(*, p, sign, n):
    """Fisher's z from the two-sided p of the t test of a correlation, which hides the `sign`."""
    checks.refuse("n", n, n <= 3, "the variance 1/(n - 3) needs at least 4")
    return zcor_from_t(t=-sign * stdtrit(n - 2, p / 2), n=n)
