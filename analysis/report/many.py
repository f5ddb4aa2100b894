"""Where studies are too many for a row each on a page: which of them it shows, and how it says so.

Everything is computed from all of them, and the downloads have them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..display.numbers import count
from ..display.sentence import listed

MOST = 200  # rows that anyone would read one under the other
NAMED = 20  # studies in a sentence


@dataclass(frozen=True)
class Chosen:
    """The `positions` of the studies that are shown, in their order, and what tells so, if not all."""

    positions: tuple[int, ...]
    notes: tuple[str, ...] = ()


def foremost(sizes: Sequence[float | None], what: str) -> Chosen:
    """Return the studies with the largest `sizes`, None last; `what` says in words of what."""
    if len(sizes) <= MOST:
        return Chosen(tuple(range(len(sizes))))
    known = np.array([-np.inf if size is None else size for size in sizes], dtype=float)
    largest = np.argsort(-known, kind="stable")[:MOST]
    told = f"The {count(MOST)} of {count(len(sizes))} studies {what}; the downloads have all."
    return Chosen(tuple(sorted(largest.tolist())), (told,))


def spread(k: int) -> Chosen:
    """Return as many of `k` steps as are shown, at equal distances from the first to the last."""
    if k <= MOST:
        return Chosen(tuple(range(k)))
    steps = np.linspace(0, k - 1, MOST).round().astype(int)
    told = f"{count(MOST)} of {count(k)} steps, at equal distances; the downloads have all."
    return Chosen(tuple(steps.tolist()), (told,))


def named(names: Sequence[str]) -> str:
    """Return `names` as they stand in a sentence, the first of them where they are many."""
    if len(names) <= NAMED:
        return listed(names)
    return listed([*names[:NAMED], f"{count(len(names) - NAMED)} others"])
