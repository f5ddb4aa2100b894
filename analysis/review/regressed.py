"""What is open of a regression whose moderator is printed with rounding, as the effects are.

Where the bounds over all that the digits allow do not tell whether a printed number can be had, the
moderator's ranges are halved, one after the other, and the halves bounded each: branch and bound
(Moore, Kearfott & Cloud, 2009, ch. 6). The tighter a range, the tighter are the bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from heapq import heappop, heappush
from itertools import count
from math import inf, isfinite

from . import formulas
from .printed import interval
from .propagate import Propagation, Witness
from .reconstruct import Reconstructed

MOST = 400  # parts that the ranges are cut into, after which nothing is proven
# A proof that can be had soon shows: of what lies beyond the printed number, a tenth is left when there
# are this many parts. Where more is left, cutting on to MOST takes seconds and has not proven anything.
EARLY, LEFT = 60, 0.1
Range = tuple[float, float]


class Regressed(Propagation):
    """The statistics of a regression of `records` on a moderator printed as `xs`.

    Each x lies within its own of `spans`, and what heterogeneity is left within `tau2`.
    """

    def __init__(
        self,
        records: Sequence[Reconstructed],
        xs: Sequence[float],
        spans: Sequence[Range],
        tau2: Range = (-inf, inf),
    ) -> None:
        self._xs = xs
        low, high = Propagation(records, formulas.left_over(spans)).bounds("tau2")
        self._tau2 = max(low, tau2[0]), min(high, tau2[1])
        super().__init__(records, formulas.regression(spans, self._tau2))

    def _of(self, records: Sequence[Reconstructed]) -> Regressed:
        """Return the same statistics of `records`, of which the tau2 known here may not hold."""
        return Regressed(records, self._xs, self.formula.spans)

    def witness(self, name: str, printed: str) -> Witness | None:
        """Look first where the moderator is exactly what is printed, and the effects alone move."""
        exact = Propagation(self.records, formulas.regression([(x, x) for x in self._xs]))
        return exact.witness(name, printed) or super().witness(name, printed)

    def tightened(self, name: str, printed: str) -> Range:
        """Return bounds of `name` that exclude `printed`, if halving finds any; else the usual ones."""
        return _tightened(self.records, tuple(self._xs), tuple(self.formula.spans), name, printed)

    def halves(self, name: str) -> tuple[Regressed, Regressed]:
        """Cut the range that leaves most open of `name` in two."""
        spans = self.formula.spans
        slopes = self.slopes[self._base(name)][len(self.records) :]
        open_ = [
            # Times a range without width, slopes of which nothing is known would be no number.
            float(slope.rad()) * (high - low) if high > low else 0.0
            for (slope,), (low, high) in zip(slopes, spans, strict=True)
        ]
        widest = open_.index(max(open_))
        low, high = spans[widest]
        middle = (low + high) / 2
        return tuple(
            Regressed(
                self.records, self._xs, (*spans[:widest], half, *spans[widest + 1 :]), self._tau2
            )
            for half in ((low, middle), (middle, high))
        )


@lru_cache(maxsize=256)  # takes seconds, and is asked again whenever the same data are composed
def _tightened(records, xs, spans, name: str, printed: str) -> Range:
    whole = Regressed(records, xs, spans)
    low, high = whole.bounds(name)
    least, most = interval(printed)
    # What the digits allow is connected, so all that they give lies on one side of a gap.
    upwards = whole.in_the_middle(name) < least
    line = least if upwards else most

    def beyond(part: Regressed) -> float:
        end = part.bounds(name)[1 if upwards else 0]
        return end - line if upwards else line - end

    if not isfinite(beyond(whole)):  # too little is known of the whole to cut it up
        return low, high
    order = count()
    parts = [(-beyond(whole), next(order), whole)]
    hopeless = -LEFT * beyond(whole)
    reached = -inf
    while parts:
        worst, _, part = heappop(parts)
        for half in part.halves(name):
            distance = beyond(half)
            if distance < 0:
                reached = max(reached, distance)
            else:
                heappush(parts, (-distance, next(order), half))
        made = next(order)
        if made > MOST or (made > EARLY and worst < hopeless):
            return low, high
    end = line + reached if upwards else line - reached
    return (low, min(high, end)) if upwards else (max(low, end), high)
