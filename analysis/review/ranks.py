"""What the rounding of inputs leaves open in a rank statistic: the order of near ties.

S    Kendall's: the pairs of studies that agree in order, less those that disagree
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import copysign, sqrt

from scipy.special import ndtr

from .formulas import concordance
from .propagate import Propagation
from .reconstruct import Reconstructed


def kendall_tau(k: int, s: int) -> float:
    """Return tau of `k` studies without ties from `s`, corrected for continuity: Kendall (1970)."""
    return copysign(max(abs(s) - 1, 0), s) / (k * (k - 1) / 2)


def kendall_p(k: int, s: int) -> float:
    """Return the two-sided p of `s` of `k` studies without ties, normal with continuity correction."""
    variance = k * (k - 1) * (2 * k + 5) / 18
    return float(2 * ndtr(-max(abs(s) - 1, 0) / sqrt(variance)))


class KendallRange:
    """The values that S between the standardised effects and variances of `records` can take."""

    def __init__(self, records: Sequence[Reconstructed]) -> None:
        self.propagation = Propagation(records, concordance())

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """Outer bounds: a pair counts in full where no feasible effects change its order."""
        certain = 0
        for pair in self.propagation.names:
            low, high = self.propagation.bounds(pair)
            certain += (low > 0) - (high < 0)
        return certain - len(self.near_ties), certain + len(self.near_ties)

    @cached_property
    def near_ties(self) -> tuple:
        """The pairs whose order some feasible effects change."""
        bounds = {pair: self.propagation.bounds(pair) for pair in self.propagation.names}
        return tuple(pair for pair, (low, high) in bounds.items() if not (low > 0 or high < 0))

    @cached_property
    def untied(self) -> KendallRange | None:
        """The same where no arms tie a variance to its effect; None where none do."""
        loose = self.propagation.untied
        return loose and KendallRange(loose.records)

    def attains(self, s: int) -> bool:
        """Tell whether feasible effects are found that give `s`, each near tie pushed either way."""
        points = [self.propagation.middle]
        points += [self.propagation.extreme(pair, d) for pair in self.near_ties for d in (1, -1)]
        return any(self._s(*point) == s for point in points)

    def _s(self, yi, vi) -> int:
        products = self.propagation.formula.compute(yi, vi).values()
        return sum((product > 0) - (product < 0) for product in products)
