"""Which studies make the heterogeneity, and which move the result: data of the Baujat plot."""

from dataclasses import dataclass, field

import numpy as np

from .batch import one
from .deletion import without_each
from .rows import Rows, locked
from .series import arguments, converged


@dataclass(frozen=True, repr=False)
class Baujat(Rows):
    """Each study's part in the heterogeneity and its influence on the estimate, shape (k,)."""

    method: str
    heterogeneity: np.ndarray = field(compare=False)
    influence: np.ndarray = field(compare=False)

    def report(self) -> str:
        """Return in one sentence the studies farthest out."""
        most, moves = int(np.argmax(self.heterogeneity)), int(np.argmax(self.influence))
        share = 100 * self.heterogeneity[most] / self.heterogeneity.sum()
        return (
            f"Study {most + 1} makes {share:.0f} % of the squared standardized distances from the "
            f"{self.method} estimate; study {moves + 1} moves the estimate most."
        )


def baujat(yi, *, vi, method: str = "REML") -> Baujat:
    """Return heterogeneity and influence of each of `yi` with variances `vi` under `method`.

    (yi - estimate)^2 / (vi + tau2), whose sum is Q for EE, against the squared change of the
    estimate without the study over its variance then: Baujat, Mahé, Pignon & Hill (2002), Stat
    Med 21, 2641. `yi` and `vi` are array-likes of shape (k,), k >= 2. ValueError for anything else.

    >>> bcg = ma.example("bcg")
    >>> result = ma.baujat(bcg.yi, vi=bcg.vi)
    >>> print(result.report())
    >>> result.to_frame().set_index(bcg.trial).round(3)
    """
    yi, vi, _ = arguments(yi, vi, method, "z", 0.95, least=2)
    whole, without = one(yi, vi, method, "z"), without_each(yi, vi, method, "z", 0.95)
    converged(without.converged, method)
    fields = {
        "heterogeneity": (yi - whole["estimate"]) ** 2 / (vi + whole["tau2"]),
        "influence": ((without.estimate - whole["estimate"]) / without.se) ** 2,
    }
    return Baujat(method=method, **locked(fields))
