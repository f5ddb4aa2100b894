"""Correlations of two measurements: COR, UCOR and ZCOR; PCOR and ZPCOR with others held constant.

z = atanh(r) is Fisher's (1921), whose variance does not depend on r.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import hyp2f1, stdtrit

from .. import checks
from .columns import enough
from .forms import computed

COR_VARIANCES = ("LS", "AV")
UCOR_VARIANCES = ("LS", "UB")
ZPCOR_VARIANCES = ("LS", "Fisher")
# Terms of the hypergeometric series, which from this c on leave less than rounding does.
TERMS, SETTLES = 300, 10


def cor(*, r, n, variance="LS"):
    """COR, the correlation itself: Borenstein et al. (2009), eq. 6.1.

    `variance` "AV" takes the studies' mean correlation, weighted by n: Hunter & Schmidt (2004).
    """
    checks.one_of("variance", variance, COR_VARIANCES)
    enough(4, "the variance", n=n)
    rho = r if variance == "LS" else np.average(r, weights=n)
    return r, (1 - rho**2) ** 2 / (n - 1)


def ucor(*, r, n, variance="LS"):
    """UCOR, the correlation without its bias in small samples: Olkin & Pratt (1958).

    `variance` "LS" is that of COR; "UB" the unbiased one, Hedges (1989).
    """
    checks.one_of("variance", variance, UCOR_VARIANCES)
    enough(5, "the unbiased correlation", n=n)
    yi = r * _hypergeometric(1 / 2, (n - 2) / 2, 1 - r**2)
    if variance == "LS":
        return yi, (1 - yi**2) ** 2 / (n - 1)
    squared = 1 - (n - 3) / (n - 2) * (1 - r**2) * _hypergeometric(1, n / 2, 1 - r**2)
    return yi, yi**2 - squared


def zcor(*, r, n):
    """ZCOR, Fisher's z: Borenstein et al. (2009), eq. 6.2 and 6.3."""
    enough(4, "the variance 1/(n - 3)", n=n)
    return np.arctanh(r), 1 / (n - 3)


def pcor(*, r, n, predictors):
    """PCOR, the partial correlation in a regression of n - predictors - 1 df: Aloe & Thompson (2013).

    The variance is (1 - r²)² over those df.
    """
    return r, (1 - r**2) ** 2 / _df(n, predictors)


def zpcor(*, r, n, predictors, variance="LS"):
    """ZPCOR, Fisher's z of a partial correlation: Aloe & Thompson (2013).

    `variance` "LS" is 1 over the df of the regression, n - predictors - 1; "Fisher" 1 over one less,
    which is Fisher's (1924) n - 3 less the predictors held constant.
    """
    checks.one_of("variance", variance, ZPCOR_VARIANCES)
    less = int(variance == "Fisher")
    return np.arctanh(r), 1 / _df(n, predictors, less)


def from_r(form: Callable) -> tuple[Callable, ...]:
    """Return `form`, which takes r and n, and the same from the t or the p of the correlation."""
    return form, computed(form, "r", _r_from_t), computed(form, "r", _r_from_p)


def from_partial_r(form: Callable) -> tuple[Callable, ...]:
    """Return `form` of a partial r, and the same from the t or the p of the coefficient."""
    return form, computed(form, "r", _partial_r_from_t), computed(form, "r", _partial_r_from_p)


def _r_from_t(t, n):
    """r from the t test of a correlation, t = r sqrt((n - 2)/(1 - r²))."""
    enough(3, "a t test", n=n)
    return _r(t, n - 2)


def _r_from_p(p, sign, n):
    """r from the two-sided p of the t test of a correlation, which hides the `sign`."""
    enough(3, "a t test", n=n)
    return _r(-sign * stdtrit(n - 2, p / 2), n - 2)


def _partial_r_from_t(t, n, predictors):
    """Partial r from the t of a regression's coefficient: Aloe & Thompson (2013)."""
    return _r(t, _df(n, predictors))


def _partial_r_from_p(p, sign, n, predictors):
    """Partial r from the two-sided p of a regression's coefficient, which hides the `sign`."""
    df = _df(n, predictors)
    return _r(-sign * stdtrit(df, p / 2), df)


def _r(t, df):
    return t / np.sqrt(t**2 + df)


def _df(n, predictors, less: int = 0) -> np.ndarray:
    df = n - predictors - 1 - less
    checks.refuse("n", n, df <= 0, f"it must exceed the predictors by more than {1 + less}")
    return df


def _hypergeometric(a: float, c: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return Gauss's 2F1(`a`, `a`; `c`; `x`) element by element, for x within 0 and 1.

    By its series where that settles soon; SciPy's function loses all digits there, for large c.
    """
    j = np.arange(TERMS)[:, None]
    ratios = (a + j) ** 2 / ((c + j) * (1 + j)) * x
    series = 1 + np.cumprod(ratios, axis=0).sum(axis=0)
    return np.where(c > SETTLES, series, hyp2f1(a, a, np.minimum(c, SETTLES), x))
