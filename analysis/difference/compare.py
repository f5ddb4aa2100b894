"""What changed between two states of the manuscript: numbers, verdicts, conclusions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isclose

from .state import State

# Another order of the same sums moves the last digits; a number that moved more has changed.
RELATIVE, ABSOLUTE = 1e-9, 1e-12


@dataclass(frozen=True)
class Change:
    """Something called `name`, `what` it is, and how it reads `before` and `after`.

    `exact` are both numbers in full, where it is a number. None is what was not, or is no longer, there.
    """

    name: str
    what: str
    before: str | None
    after: str | None
    exact: tuple[float | None, float | None] = (None, None)

    @property
    def how(self) -> str:
        """Whether it is new, gone or changed."""
        return "new" if self.before is None else "gone" if self.after is None else "changed"

    @property
    def visible(self) -> bool:
        """Whether it reads otherwise; a number may have changed beyond the digits that are shown."""
        return self.before != self.after


@dataclass(frozen=True)
class Changes:
    """What changed, in the order of the later state; what is gone comes last."""

    numbers: tuple[Change, ...]
    verdicts: tuple[Change, ...]
    conclusions: tuple[Change, ...]


def compare(before: State, after: State) -> Changes:
    """Return what changed from the state `before` to the state `after`."""
    return Changes(
        _changes(before.values, after.values, _number),
        _changes(before.ledger, after.ledger, _verdict),
        _changes(before.conclusions, after.conclusions, _conclusion),
    )


def _changes(before: Mapping, after: Mapping, change: Callable) -> tuple[Change, ...]:
    names: Iterable = dict.fromkeys((*after, *before))
    found = (change(name, before.get(name), after.get(name)) for name in names)
    return tuple(one for one in found if one is not None)


def _number(name: str, before: Mapping | None, after: Mapping | None) -> Change | None:
    if before and after and before["text"] == after["text"] and _same(before["raw"], after["raw"]):
        return None
    texts, exact = (
        tuple(side[key] if side else None for side in (before, after)) for key in ("text", "raw")
    )
    return Change(name, (after or before)["source"], *texts, exact)


def _same(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is after
    return isclose(before, after, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def _verdict(name: str, before: Mapping | None, after: Mapping | None) -> Change | None:
    row = after or before
    what = f"{row['where']}: {row['printed']}"
    return _unlike(name, what, *(side and side["status"] for side in (before, after)))


def _conclusion(name: tuple[str, str], before: str | None, after: str | None) -> Change | None:
    words, how = name
    return _unlike(words, how, before, after)


def _unlike(name: str, what: str, before: str | None, after: str | None) -> Change | None:
    return None if before == after else Change(name, what, before, after)
