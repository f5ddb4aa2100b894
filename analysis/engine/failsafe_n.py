"""The fail-safe N: how many unpublished studies without effect would undo the finding.

Rosenthal   until Stouffer's sum of z is no longer significant, one-sided
Orwin       until the mean effect falls to a target
Rosenberg   until the inverse-variance mean is no longer significant, two-sided
"""

from dataclasses import dataclass
from math import ceil, copysign, inf, nan, sqrt

import numpy as np
from scipy.special import ndtr, ndtri

from . import checks
from .results import Result

METHODS = ("Rosenthal", "Orwin", "Rosenberg")
WEIGHTS = ("equal", "inverse-variance")
# A quotient this near to a whole number is that number: mean/2 as the target means k studies.
WHOLE = 1e-9


@dataclass(frozen=True, repr=False)
class FailsafeN(Result):
    """The number `n` of missing studies, rounded up, that would undo the finding of `k`.

    `n` is inf for a target of 0. `pvalue` is the observed one (nan for Orwin), `mean` the observed
    mean (nan for Rosenthal), `alpha` and `target` what was asked for (nan where not used).
    """

    method: str
    k: int
    n: float
    alpha: float
    pvalue: float
    mean: float
    target: float

    def report(self) -> str:
        """Return the finding in one sentence."""
        undone = (
            f"bring the mean of the {self.k} studies from {self.mean:.2f} to {self.target:.2f}"
            if self.method == "Orwin"
            else f"raise the p-value of the {self.k} studies above {self.alpha:g}"
        )
        return (
            f"It would take {self.n:g} missing studies without effect to {undone} ({self.method})."
        )


def failsafe_n(
    yi,
    *,
    vi,
    method: str = "Rosenthal",
    alpha: float = 0.05,
    target: float | None = None,
    weights: str = "equal",
) -> FailsafeN:
    """Return the fail-safe N of effects `yi` with variances `vi` by `method`.

    `alpha` is the level for Rosenthal (1979), one-sided, and Rosenberg (2005), two-sided. `target`,
    half the mean by default and given the sign of the mean, and `weights` ("equal" as in Orwin's
    paper, or "inverse-variance") are for Orwin (1983). ValueError for what the method does not use.

    >>> bcg = ma.example("bcg")
    >>> print(ma.failsafe_n(bcg.yi, vi=bcg.vi).report())
    >>> ma.failsafe_n(bcg.yi, vi=bcg.vi, method="Orwin", target=-0.1)
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.one_of("method", method, METHODS)
    checks.one_of("weights", weights, WEIGHTS)
    if method != "Orwin" and (target is not None or weights != "equal"):
        raise ValueError(f"target and weights are for method 'Orwin', not {method!r}")
    if method == "Orwin":
        return _orwin(yi, vi, target, weights)
    checks.level(alpha, name="alpha")
    return (_rosenthal if method == "Rosenthal" else _rosenberg)(yi, vi, alpha)


def _rosenthal(yi: np.ndarray, vi: np.ndarray, alpha: float) -> FailsafeN:
    """Rosenthal (1979): the sum of z over sqrt(k + N) meets the one-sided critical value."""
    k = len(yi)
    z = abs(float(np.sum(yi / np.sqrt(vi)))) / sqrt(k)
    n = k * (z / float(ndtri(alpha))) ** 2 - k if alpha != 0.5 else inf
    return FailsafeN("Rosenthal", k, _whole(n), alpha, float(ndtr(-z)), nan, nan)


def _orwin(yi: np.ndarray, vi: np.ndarray, target: float | None, weights: str) -> FailsafeN:
    """Orwin (1983), eq. 5: k (mean - target) / target."""
    k = len(yi)
    mean = float(np.mean(yi) if weights == "equal" else np.average(yi, weights=1 / vi))
    if target is None:
        target = mean / 2
    target = copysign(checks.number("target", target), mean)
    n = k * (mean - target) / target if target else (inf if mean else 0)
    return FailsafeN("Orwin", k, _whole(n), nan, nan, mean, target)


def _rosenberg(yi: np.ndarray, vi: np.ndarray, alpha: float) -> FailsafeN:
    """Rosenberg (2005), eq. 8: missing studies have the mean weight of the observed ones."""
    k = len(yi)
    wi = 1 / vi
    total = float(wi.sum())
    score = float(np.sum(wi * yi))
    n = ((score / float(ndtri(alpha / 2))) ** 2 - total) / (total / k)
    pvalue = float(2 * ndtr(-abs(score) / sqrt(total)))
    return FailsafeN("Rosenberg", k, _whole(n), alpha, pvalue, score / total, nan)


def _whole(n: float) -> float:
    """Return `n` rounded up to a whole number of studies, at least 0."""
    if n <= 0 or n == inf:
        return max(0, n)
    nearest = round(n)
    return nearest if abs(n - nearest) <= WHOLE * max(1, n) else ceil(n)
