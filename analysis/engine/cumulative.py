"""How the result built up: the analysis again after each study, in order of time or precision."""

from dataclasses import dataclass, field

import numpy as np

from . import batch
from .series import Series, arguments, statistics


@dataclass(frozen=True, repr=False)
class Cumulative(Series):
    """Element j of every array is the analysis of the first j+1 studies of `order` (0-based)."""

    order: np.ndarray = field(compare=False)

    def report(self) -> str:
        """Return in one sentence where the result came from and when it was last in doubt."""
        doubtful = np.flatnonzero(self.pvalue >= 1 - self.level)
        since = int(doubtful[-1]) + 2 if doubtful.size else 1
        lasting = (
            f"p has been below {1 - self.level:.2g} since study {since} was added"
            if since <= len(self.k)
            else f"p is {self.pvalue[-1]:.3g} with all of them"
        )
        return (
            f"Adding {len(self.k)} studies one by one took the {self.method} estimate from "
            f"{self.estimate[0]:.2f} to {self.estimate[-1]:.2f}; {lasting}."
        )


def cumulative(
    yi, *, vi, order=None, method: str = "REML", ci: str = "z", level: float = 0.95
) -> Cumulative:
    """Pool the first 1, 2, … k of `yi`, `vi` in `order` by `method`, with a `ci` of the `level`.

    `yi` and `vi` are array-likes of shape (k,). `order` is None for the order given, "precision"
    for the smallest variance first (ties as given), or the k positions, from 0, in the order of
    adding: `np.argsort(year, kind="stable")`. One study is tested by z. ValueError for anything else.
    Lau, Antman, Jimenez-Silva, Kupelnick, Mosteller & Chalmers (1992), N Engl J Med 327, 248.

    >>> bcg = ma.example("bcg")
    >>> order = np.argsort(bcg.year, kind="stable")
    >>> result = ma.cumulative(bcg.yi, vi=bcg.vi, order=order)
    >>> print(result.report())
    >>> frame = result.to_frame()[["k", "estimate", "ci_low", "ci_high"]]
    >>> frame.set_index(bcg.year[result.order]).round(3)
    """
    yi, vi, level = arguments(yi, vi, method, ci, level, least=1)
    order = _positions(order, vi)
    y, v = yi[order], vi[order]

    def rows(part: slice):
        k = np.arange(part.start, part.stop) + 1
        later = np.arange(part.stop) >= k[:, None]
        return np.where(later, 0, y[: part.stop]), np.where(later, np.inf, v[: part.stop]), k

    fits = batch.fit(len(y), len(y), rows, method, ci, level)
    order.setflags(write=False)
    return Cumulative(**statistics(fits), order=order)


def _positions(order, vi: np.ndarray) -> np.ndarray:
    if order is None:
        return np.arange(len(vi))
    if isinstance(order, str) and order == "precision":
        return np.argsort(vi, kind="stable")
    try:
        positions = np.array(order)
        fits = np.array_equal(np.sort(positions), np.arange(len(vi)))
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise ValueError(
            f"order is {order!r}; allowed: None, 'precision', or each position from 0 to "
            f"{len(vi) - 1} once"
        )
    return positions.astype(int)
