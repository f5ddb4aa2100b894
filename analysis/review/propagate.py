"""How far a result can move while every effect stays within what its printed row allows.

extreme points   the `vertices` of a reconstructed effect
inner range      values that are attained; a value outside is not thereby refuted
"""

from collections.abc import Callable, Sequence

import numpy as np

from .reconstruct import Reconstructed

Statistic = Callable[[np.ndarray, np.ndarray], float]

# A sweep tries every extreme point of every study; a handful settle. The cap is against a
# statistic that is flat to the last bit and could swap points for ever.
MAX_SWEEPS = 100


def reach(records: Sequence[Reconstructed], statistic: Statistic) -> tuple[float, float]:
    """Return the inner range of `statistic(yi, vi)` over the feasible sets of `records`.

    An optimisation, not an outer bound: from the points of the records, one study after the other
    moves to its best extreme point until none moves. Both ends are attained by effects that print
    as their rows; the sets are connected, so a continuous statistic attains all values between.
    """
    return -_highest(records, lambda yi, vi: -statistic(yi, vi)), _highest(records, statistic)


def _highest(records: Sequence[Reconstructed], statistic: Statistic) -> float:
    yi = np.array([record.yi for record in records])
    vi = np.array([record.vi for record in records])
    best = statistic(yi, vi)
    for _ in range(MAX_SWEEPS):
        before = best
        for i, record in enumerate(records):
            for d, se in record.vertices:
                kept = yi[i], vi[i]
                yi[i], vi[i] = d, se * se
                value = statistic(yi, vi)
                if value > best:
                    best = value
                else:
                    yi[i], vi[i] = kept
        if best == before:
            break
    return best
