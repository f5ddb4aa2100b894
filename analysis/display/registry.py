"""Everything that a manuscript may show, by name.

A name that was never registered is an author's slip and stops the build. A value whose inputs are
gone is registered with `raw` None, and shows as an em dash. A figure is registered as the recipe that
draws it, and drawn when it is first asked for: most readers of the registry look at few, or at none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

from ..review.statuses import STATUSES
from ..review.verify import Evidence, Suspicion, Verdict, judge, overruled
from .figure import Figure
from .sections import Sections
from .table import Table
from .value import Phrase, Value
from .whatif import WhatIf


class NotRegistered(KeyError):
    """A name that nothing was registered under."""

    def __str__(self) -> str:
        return self.args[0]


@dataclass(frozen=True)
class Judged:
    """A printed number: its `row` of published.csv, our value of it, the verdict and its evidence."""

    row: Mapping[str, str]
    value: Value | None
    verdict: Verdict
    evidence: Evidence | None = None

    def __post_init__(self) -> None:
        """Refuse a status without a meaning: every tally and filter would drop it without a word."""
        if self.verdict.status not in STATUSES:
            raise ValueError(
                f"{self.row['id']}: {self.verdict.status!r} is not among {', '.join(STATUSES)}"
            )


class Registry:
    """Values, phrases, tables and figures by name, and the verdicts on what the source prints.

    `published` are the rows of published.csv. A number may be printed in several places; each is
    judged, and the value carries the first. `suspects` are the rows that contradict others, by id, and
    in words how: of a row that our value does not meet, that is then the verdict.
    """

    def __init__(
        self,
        published: Iterable[Mapping[str, str]] = (),
        suspects: Mapping[str, Suspicion] = MappingProxyType({}),
    ) -> None:
        self._rows = tuple(published)
        self._suspects = suspects
        self._published: dict[str, list[Mapping[str, str]]] = {}
        for row in self._rows:
            self._published.setdefault(row["quantity"], []).append(row)
        self.judged: dict[str, Judged] = {}
        self._kinds: dict[
            type, dict[str, Callable[[], Value | Phrase | Table | Figure | Sections | WhatIf]]
        ] = {kind: {} for kind in (Value, Phrase, Table, Figure, Sections, WhatIf)}

    def printed(self, name: str) -> str | None:
        """The text that the source prints for the value `name`, in the first place that has it."""
        rows = self._published.get(name)
        return rows[0]["printed"] if rows else None

    def value(
        self,
        name: str,
        raw: float | int | None,
        text: Callable[[float | int | None], str],
        source: str,
        inputs: tuple[str, ...] = (),
        evidence: Evidence | None = None,
    ) -> Value:
        """Register and return the number `raw` as `name`, shown as `text(raw)`.

        Where the source prints it, it is judged; `evidence` as in `review.verify.judge`.
        """
        raw = None if raw is None or raw != raw else raw
        rows = self._published.get(name, ())
        verdicts = [self._settled(row, judge(raw, row["printed"], evidence)) for row in rows]
        first = (rows[0]["printed"], verdicts[0]) if rows else (None, None)
        value = self.add(name, Value(name, raw, text(raw), source, inputs, *first))
        for row, verdict in zip(rows, verdicts, strict=True):
            self.judged[row["id"]] = Judged(row, value, verdict, evidence)
        return value

    def judge_rest(self) -> None:
        """Judge the rows without a value too, so that `judged` holds all of them, in their order."""
        self.judged = {
            row["id"]: self.judged.get(row["id"])
            or Judged(row, None, self._settled(row, _without_value(row)))
            for row in self._rows
        }

    def _settled(self, row: Mapping[str, str], verdict: Verdict) -> Verdict:
        """The `verdict` on `row` after what it contradicts, with its own reason or the row's note."""
        verdict = overruled(verdict, self._suspects.get(row["id"]))
        return replace(verdict, note=verdict.note or row.get("note", ""))

    def phrase(self, name: str, text: str, inputs: tuple[str, ...]) -> Phrase:
        """Register and return the wording `text`, chosen by the values named in `inputs`."""
        return self.add(name, Phrase(name, text, inputs))

    def add(self, name: str, entry: Value | Phrase | Table | Sections | WhatIf):
        """Register `entry` as `name`, once, and return it."""
        self._enter(type(entry), name, lambda: entry)
        return entry

    def figure(self, name: str, draw: Callable[[], Figure]) -> None:
        """Register what `draw` returns as `name`, once; it is called at most once, on demand."""
        self._enter(Figure, name, cache(draw))

    def drop(self, kind: type, within: str, keep: Collection[str] = ()) -> None:
        """Take out the entries of `kind` whose names begin with `within`, but for those to `keep`."""
        entries = self._kinds[kind]
        for name in [n for n in entries if n.startswith(within) and n not in keep]:
            del entries[name]

    def get(self, kind: type, name: str):
        """Return the entry of `kind` called `name`, or raise NotRegistered with the nearest names."""
        entries = self._kinds[kind]
        if name not in entries:
            near = get_close_matches(name, entries, n=3, cutoff=0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise NotRegistered(f"no {kind.__name__.lower()} is called {name!r}{hint}")
        return entries[name]()

    def __contains__(self, name: str) -> bool:
        """Tell whether a value is called `name`."""
        return name in self._kinds[Value]

    def names(self, kind: type) -> list[str]:
        """What the entries of `kind` are called, in the order of registration; no figure is drawn."""
        return list(self._kinds[kind])

    def all(self, kind: type) -> Iterator:
        """Every entry of `kind`, in the order of registration."""
        return (entry() for entry in self._kinds[kind].values())

    def _enter(self, kind: type, name: str, entry: Callable) -> None:
        entries = self._kinds[kind]
        if name in entries:
            raise ValueError(f"{name!r} is registered twice")
        entries[name] = entry


def _without_value(row: Mapping[str, str]) -> Verdict:
    """The verdict on a `row` that no value stands for: it names none, or one that there is not."""
    quantity = row["quantity"]
    if not quantity:
        return Verdict("not computable")
    # A row that repeats a cell of the data is called what the cell's value is called.
    lost = row["id"] == quantity
    note = "the data no longer hold it" if lost else f"no value is called {quantity}"
    return Verdict("not computable", note=note)
