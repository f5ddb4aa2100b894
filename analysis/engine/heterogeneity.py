"""How much the true effects of a set of studies differ: Q, tau2, I2, H2.

    yi, vi   effect sizes and their sampling variances, shape (k,)
    wi       inverse-variance weights 1/vi
    tau2     variance of the true effects
    s2       "typical" sampling variance of the k studies

A further estimator of tau2 is one function `(yi, vi) -> tau2` and one line in `TAU2`.
"""

from collections.abc import Callable

import numpy as np
from scipy.stats import chi2


def cochran_q(yi: np.ndarray, vi: np.ndarray) -> tuple[float, int, float]:
    """Return Cochran's Q of `yi` with variances `vi`, its df k-1 and its p-value.

    Cochran (1954), in the form of Higgins & Thompson (2002). One study cannot disagree:
    Q 0, df 0, p 1.
    """
    wi = 1 / vi
    df = len(yi) - 1
    # Not summed for k = 1, where rounding would leave a residue in place of an exact 0, and
    # where chi2.sf is undefined.
    if df == 0:
        return 0.0, 0, 1.0
    q = float(np.sum(wi * (yi - np.average(yi, weights=wi)) ** 2))
    return q, df, float(chi2.sf(q, df))


def typical_variance(vi: np.ndarray) -> float:
    """Return the typical sampling variance s2 of `vi`: Higgins & Thompson (2002), eq. 9 (k > 1)."""
    wi = 1 / vi
    return float((len(vi) - 1) / (wi.sum() - np.sum(wi**2) / wi.sum()))


def equal_effects(yi: np.ndarray, vi: np.ndarray) -> float:
    """Return the tau2 of the equal-effects model, in which the true effects do not differ."""
    return 0.0


def dersimonian_laird(yi: np.ndarray, vi: np.ndarray) -> float:
    """Return tau2 by the method of moments, cut off at 0: DerSimonian & Laird (1986)."""
    q, df, _ = cochran_q(yi, vi)
    return max(0.0, (q - df) / df * typical_variance(vi)) if df else 0.0


TAU2: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "EE": equal_effects,
    "DL": dersimonian_laird,
}


def i2_h2(yi: np.ndarray, vi: np.ndarray, method: str, tau2: float) -> tuple[float, float]:
    """Return I2 in per cent and H2 of studies `yi`, `vi` pooled by `method` with variance `tau2`.

    Higgins & Thompson (2002), in metafor's reading: from Q under equal effects, where H2
    may fall below 1 and I2 is cut off at 0; from tau2 and s2 under any random-effects method.
    One study has I2 0 and H2 1.
    """
    q, df, _ = cochran_q(yi, vi)
    if df == 0:
        return 0.0, 1.0
    if method == "EE":
        return (max(0.0, 100 * (q - df) / q) if q > 0 else 0.0), q / df
    s2 = typical_variance(vi)
    return 100 * tau2 / (tau2 + s2), (tau2 + s2) / s2
