"""How likely each study was to find an assumed effect: the power of its two-sided z test."""

import numpy as np
from scipy.special import ndtr, ndtri

from . import checks


def study_power(vi, theta: float, alpha: float = 0.05) -> np.ndarray:
    """Return the power of studies with variances `vi` to find the effect `theta` in tests at `alpha`.

    `vi` is array-like of shape (k,), `theta` on the scale of the effects, its distance from no effect.
    Both tails count: the power at a `theta` of 0 is `alpha`. ValueError for anything else.
    """
    vi = checks.vector("vi", vi)
    positive = np.isfinite(vi) & (vi > 0)
    checks.refuse("vi", vi, ~positive, "every variance must be a finite number above 0")
    alpha = checks.level(alpha, "alpha")
    if not (isinstance(theta, (int, float)) and np.isfinite(theta)):
        raise ValueError(f"theta is {theta!r}; it must be a finite number")
    deviate, critical = theta / np.sqrt(vi), -ndtri(alpha / 2)
    return ndtr(deviate - critical) + ndtr(-deviate - critical)
