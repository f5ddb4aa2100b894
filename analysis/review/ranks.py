"""What the rounding of inputs leaves open in a rank statistic: the order of near ties.

S    Kendall's: the pairs of studies that agree in order, less those that disagree
"""

from __future__ import annotations

from collections.abc import Sequence

from .formulas import concordance
from .propagate import Propagation
from .reconstruct import Reconstructed


def kendall_bounds(records: Sequence[Reconstructed]) -> tuple[int, int]:
    """Return outer bounds of Kendall's S between the standardised effects and variances of `records`.

    A pair counts in full where no feasible effects change its order, and either way where some may.
    """
    propagation = Propagation(records, concordance())
    certain = open_pairs = 0
    for pair in propagation.names:
        low, high = propagation.bounds(pair)
        if low > 0 or high < 0:
            certain += 1 if low > 0 else -1
        else:
            open_pairs += 1
    return certain - open_pairs, certain + open_pairs
