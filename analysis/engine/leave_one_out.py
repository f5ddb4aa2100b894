"""Does one study carry the result? The analysis again without each study in turn."""

from dataclasses import dataclass

import numpy as np

from .deletion import without_each
from .series import Series, arguments, statistics


@dataclass(frozen=True, repr=False)
class LeaveOneOut(Series):
    """Element i of every array is the analysis without study i."""

    def report(self) -> str:
        """Return in one sentence how far leaving a study out moves the result."""
        low, high = int(np.argmin(self.estimate)), int(np.argmax(self.estimate))
        return (
            f"Without one of the {len(self.k)} studies the {self.method} estimate lies between "
            f"{self.estimate[low]:.2f} (without study {low + 1}) and {self.estimate[high]:.2f} "
            f"(without study {high + 1}); p is at most {self.pvalue.max():.3g}."
        )


def leave_one_out(
    yi, *, vi, method: str = "REML", ci: str = "z", level: float = 0.95
) -> LeaveOneOut:
    """Pool `yi` with variances `vi` by `method` without each study, with a `ci` of the `level`.

    `yi` and `vi` are array-likes of shape (k,), k >= 2; `method` and `ci` are those of `batch.pool`.
    Linear in k for EE and DL with z or t; quadratic otherwise. ValueError for anything else.
    Viechtbauer & Cheung (2010), Res Synth Methods 1, 112.

    >>> bcg = ma.example("bcg")
    >>> result = ma.leave_one_out(bcg.yi, vi=bcg.vi)
    >>> print(result.report())
    >>> frame = result.to_frame()[["estimate", "ci_low", "ci_high", "pvalue", "i2"]]
    >>> frame.set_index(bcg.trial).round(3)
    """
    yi, vi, level = arguments(yi, vi, method, ci, level, least=2)
    return LeaveOneOut(**statistics(without_each(yi, vi, method, ci, level)))
