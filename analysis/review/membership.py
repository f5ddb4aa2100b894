"""Which studies a printed subgroup can have held, found from its statistics alone.

    subset      positions of k of the reconstructed studies
    partition   one subset for each category, no study in two of them and none left over

Every subset of the printed size is tried, and kept unless the rounding of the effects and of the
printed statistics together exclude it, so a subset that is not among those kept is refuted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from .formulas import pooled
from .printed import interval
from .propagate import Propagation
from .reconstruct import Reconstructed

MOST = 2_000_000  # subsets of one category: more would take minutes

Subset = tuple[int, ...]


@dataclass(frozen=True)
class Search:
    """How many subsets were `tried`, and those `fitting`."""

    tried: int
    fitting: tuple[Subset, ...]


def search(
    records: Sequence[Reconstructed], k: int, printed: Mapping[str, str], method: str = "EE"
) -> Search:
    """Return the subsets of `k` of the `records` that can print as `printed` when pooled by `method`.

    `printed` holds texts by statistic: estimate and se for EE, any smooth statistics of
    `formulas.pooled` otherwise. ValueError if there are more than MOST subsets.
    """
    tried = comb(len(records), k)
    if tried > MOST:
        raise ValueError(
            f"{tried} subsets of {k} of {len(records)} studies; at most {MOST} are tried"
        )
    subsets = list(combinations(range(len(records)), k))
    fits = _fit_equal_effects if method == "EE" else _fit_by_bounds
    kept = fits(records, subsets, printed, method) if subsets else []
    return Search(tried, tuple(subset for subset, keep in zip(subsets, kept, strict=True) if keep))


def partitions(searches: Sequence[Search], k: int) -> list[tuple[Subset, ...]]:
    """Return the ways to share `k` studies out, one fitting subset for each of the `searches`."""
    return [chosen for chosen in _disjoint(searches) if sum(map(len, chosen)) == k]


def _disjoint(searches: Sequence[Search], used: frozenset[int] = frozenset()) -> Iterator:
    if not searches:
        yield ()
        return
    for subset in searches[0].fitting:
        if used.isdisjoint(subset):
            for rest in _disjoint(searches[1:], used.union(subset)):
                yield (subset, *rest)


def _fit_equal_effects(records, subsets, printed, method) -> np.ndarray:
    """Tell for each subset whether it can print as `printed`, exactly for independent yi and weights.

    The mean of a subset can reach f when sum(w (y - f)) can be 0 or more; each term is greatest at
    the largest y and the weight that suits its sign. Nothing is ordered, nothing iterated.
    """
    member = np.zeros((len(subsets), len(records)))
    for row, subset in enumerate(subsets):
        member[row, subset] = 1
    low, high = interval(printed["estimate"])
    se_low, se_high = interval(printed["se"])
    y = np.array([(record.yi_low, record.yi_high) for record in records])
    w = np.array([(record.sei_high**-2, record.sei_low**-2) for record in records])
    most = np.maximum(w[:, 0] * (y[:, 1] - low), w[:, 1] * (y[:, 1] - low))
    least = np.minimum(w[:, 0] * (y[:, 0] - high), w[:, 1] * (y[:, 0] - high))
    return (
        (member @ most >= 0)
        & (member @ least <= 0)
        & ((member @ w[:, 1]) ** -0.5 <= se_high)
        & ((member @ w[:, 0]) ** -0.5 >= se_low)
    )


def _fit_by_bounds(records, subsets, printed, method) -> list[bool]:
    def fits(subset: Subset) -> bool:
        propagation = Propagation([records[i] for i in subset], pooled(method, len(subset)))
        for name, text in printed.items():
            low, high = propagation.bounds(name)
            printed_low, printed_high = interval(text)
            if high < printed_low or low > printed_high:
                return False
        return True

    return [fits(subset) for subset in subsets]
