"""Effects against their precision: data of the radial plot, whose slopes are the effects."""

from dataclasses import dataclass, field

import numpy as np

from .batch import one
from .rows import Rows, locked
from .series import arguments


@dataclass(frozen=True, repr=False)
class Radial(Rows):
    """Precision 1/sqrt(vi + tau2) and standardized effect yi/sqrt(vi + tau2), shape (k,)."""

    method: str
    estimate: float
    precision: np.ndarray = field(compare=False)
    standardized: np.ndarray = field(compare=False)

    def report(self) -> str:
        """Return in one sentence how many studies lie outside the band of the plot."""
        far = np.abs(self.standardized - self.estimate * self.precision) > 2
        return (
            f"{int(far.sum())} of {len(far)} studies lie more than 2 standard errors from the "
            f"{self.method} estimate of {self.estimate:.2f}."
        )


def radial(yi, *, vi, method: str = "REML") -> Radial:
    """Return the radial coordinates of `yi` with variances `vi`, tau2 by `method`.

    Galbraith (1988), Stat Med 7, 889; with tau2 in the standard errors under random effects. `yi`
    and `vi` are array-likes of shape (k,). ValueError for anything else.

    >>> bcg = ma.example("bcg")
    >>> result = ma.radial(bcg.yi, vi=bcg.vi)
    >>> print(result.report())
    >>> result
    """
    yi, vi, _ = arguments(yi, vi, method, "z", 0.95, least=1)
    whole = one(yi, vi, method, "z")
    precision = 1 / np.sqrt(vi + whole["tau2"])
    fields = {"precision": precision, "standardized": yi * precision}
    return Radial(method=method, estimate=float(whole["estimate"]), **locked(fields))
