"""How far each study's true effect is predicted to lie from the mean of the true effects.

shrink   tau2 / (tau2 + vi), the share of a study's distance from the mean that is believed

The predicted true effect itself, mean plus deviation, is `Pooled.blups()`.
"""

from dataclasses import dataclass, field

import numpy as np

from .batch import one
from .distributions import quantile
from .rows import Rows, locked
from .series import arguments


@dataclass(frozen=True, repr=False)
class RandomEffects(Rows):
    """Each study's deviation from the mean effect with its error and interval, shape (k,)."""

    method: str
    ci: str
    level: float
    estimate: np.ndarray = field(compare=False)
    se: np.ndarray = field(compare=False)
    low: np.ndarray = field(compare=False)
    high: np.ndarray = field(compare=False)

    def report(self) -> str:
        """Return in one sentence how far the true effects are predicted to lie apart."""
        return (
            f"The true effects of {len(self.estimate)} studies are predicted to lie from "
            f"{self.estimate.min():.2f} to {self.estimate.max():.2f} around their mean ({self.method})."
        )


def random_effects(
    yi, *, vi, method: str = "REML", ci: str = "z", level: float = 0.95
) -> RandomEffects:
    """Predict the deviations of the true effects of `yi`, `vi` under `method`, with `ci` and `level`.

    Best linear unbiased predictions: Raudenbush & Bryk (1985), J Educ Stat 10, 75; the error counts
    that of the mean, as `ci` has it. `yi` and `vi` are array-likes of shape (k,). All 0 for EE.
    ValueError for anything else.

    >>> bcg = ma.example("bcg")
    >>> result = ma.random_effects(bcg.yi, vi=bcg.vi)
    >>> print(result.report())
    >>> result.to_frame().set_index(bcg.trial).round(3)
    """
    yi, vi, level = arguments(yi, vi, method, ci, level, least=1)
    whole = one(yi, vi, method, ci)
    shrink = whole["tau2"] / (whole["tau2"] + vi)
    estimate = shrink * (yi - whole["estimate"])
    se = np.sqrt(shrink * vi + shrink**2 * whole["se"] ** 2)
    half = se * quantile(level, None if ci == "z" else len(yi) - 1 or None)
    fields = {"estimate": estimate, "se": se, "low": estimate - half, "high": estimate + half}
    return RandomEffects(method=method, ci=ci, level=level, **locked(fields))
