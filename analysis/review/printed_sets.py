"""The numbers that are printed together: rows of published.csv whose ids share all but the last word.

They are of one analysis in one place, so what holds of an analysis must hold among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .relations import TESTS
from .schema import FRACTIONS


@dataclass(frozen=True)
class PrintedSet:
    """The numbers of one analysis: their `texts` and the `ids` of their rows, by what they are.

    `prefix` is what their ids share.
    """

    prefix: str
    texts: dict[str, str]
    ids: dict[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        """The last word of the prefix: what is tested, or on what the effects are regressed."""
        return self.prefix.rpartition(".")[2]

    @property
    def analysis(self) -> str:
        """What is analysed, without the place where it is printed."""
        return self.prefix.partition(".")[2]


def printed_sets(rows: Iterable[Mapping[str, str]]) -> list[PrintedSet]:
    """Return the sets of `rows`; where a number is printed again and otherwise, the set again with that.

    What a number is, the last word of its quantity says, or else of its id. A share in words is none.
    """
    found: dict[str, PrintedSet] = {}
    again: list[tuple[PrintedSet, str, Mapping[str, str]]] = []
    for row in rows:
        if row["printed"] in FRACTIONS:
            continue
        prefix = row["id"].rpartition(".")[0]
        name = (row["quantity"] or row["id"]).rpartition(".")[2]
        own = found.setdefault(prefix, PrintedSet(prefix, {}, {}))
        if own.texts.setdefault(name, row["printed"]) == row["printed"]:
            own.ids[name] = (*own.ids.get(name, ()), row["id"])
        else:
            again.append((own, name, row))
    for own in found.values():
        # A test of small-study effects is of the trials of what it is printed under.
        whole = found.get(own.prefix.rpartition(".")[0])
        if own.name in TESTS and whole and "k" in whole.texts:
            own.texts.setdefault("k", whole.texts["k"])
            own.ids.setdefault("k", whole.ids["k"])
    others = [
        PrintedSet(own.prefix, own.texts | {name: row["printed"]}, own.ids | {name: (row["id"],)})
        for own, name, row in again
    ]
    return [*found.values(), *others]
