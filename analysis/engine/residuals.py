"""How far each study lies from the pooled effect, in the study's own terms.

residual      yi - estimate
standardized  internally: over its standard error sqrt(vi + tau2 - se^2)
deleted       yi - the estimate without the study; studentized: over its own standard error
quantile      where a standard normal sample would have the standardized residual (Q-Q plot)
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri

from .batch import one
from .deletion import without_each
from .rows import Rows, locked
from .series import arguments, converged


@dataclass(frozen=True, repr=False)
class Residuals(Rows):
    """One array of shape (k,) for each kind of residual and its standard error."""

    method: str
    residual: np.ndarray = field(compare=False)
    residual_se: np.ndarray = field(compare=False)
    standardized: np.ndarray = field(compare=False)
    deleted: np.ndarray = field(compare=False)
    deleted_se: np.ndarray = field(compare=False)
    studentized: np.ndarray = field(compare=False)
    quantile: np.ndarray = field(compare=False)

    def report(self) -> str:
        """Return in one sentence how many residuals are large."""
        large = int((np.abs(self.studentized) > -ndtri(0.025)).sum())
        return (
            f"{large} of {len(self.residual)} studentized deleted residuals are beyond 1.96 "
            f"({self.method}); {0.05 * len(self.residual):.1f} are expected by chance."
        )


def residuals(yi, *, vi, method: str = "REML") -> Residuals:
    """Return the residuals of `yi` with variances `vi` about their summary by `method`.

    `yi` and `vi` are array-likes of shape (k,), k >= 2; methods are those of `batch.pool`.
    ValueError for anything else. Viechtbauer & Cheung (2010), eqs. 7 to 9; quantiles by Blom (1958) for
    k <= 10, else Hazen (1914), as R's ppoints.

    >>> bcg = ma.example("bcg")
    >>> result = ma.residuals(bcg.yi, vi=bcg.vi)
    >>> print(result.report())
    >>> result.to_frame()[["residual", "standardized", "studentized"]].round(3)
    """
    yi, vi, _ = arguments(yi, vi, method, "z", 0.95, least=2)
    whole, without = one(yi, vi, method, "z"), without_each(yi, vi, method, "z", 0.95)
    converged(without.converged, method)
    residual = yi - whole["estimate"]
    # A study with nearly all the weight has a residual, and a variance of it, of 0.
    variance = np.maximum(vi + whole["tau2"] - whole["se"] ** 2, 0)
    deleted = yi - without.estimate
    deleted_se = np.sqrt(vi + without.tau2 + without.se**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        standardized = residual / np.sqrt(variance)
    fields = {
        "residual": residual,
        "residual_se": np.sqrt(variance),
        "standardized": standardized,
        "deleted": deleted,
        "deleted_se": deleted_se,
        "studentized": deleted / deleted_se,
        "quantile": _normal_quantiles(standardized),
    }
    return Residuals(method=method, **locked(fields))


def _normal_quantiles(values: np.ndarray) -> np.ndarray:
    k = len(values)
    offset = 3 / 8 if k <= 10 else 1 / 2
    rank = np.empty(k)
    rank[np.argsort(values, kind="stable")] = np.arange(1, k + 1)
    return ndtri((rank - offset) / (k + 1 - 2 * offset))
