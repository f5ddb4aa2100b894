"""The printed numbers that contradict each other, most consequential first, with the arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

from ..display.numbers import MINUS, count
from ..display.registry import Registry
from ..display.table import Column, Row, Table
from ..review.consistency import Contradiction, contradictions
from ..review.data import Review

# What hangs on a contradiction, by its weight.
STAKES = ("a test or a finding", "a number")
COLUMNS = (
    Column("where", "Place"),
    Column("arithmetic", "What does not fit"),
    Column("conjecture", "What would fit (a conjecture)"),
    Column("stake", "What hangs on it"),
    Column("verdict", "Numbers called inconsistent", "right"),
)


def read_contradictions(review: Review) -> tuple[Contradiction, ...]:
    """Return what contradicts itself in the printed numbers of `review`."""
    k = review.effects["outcome"].value_counts().to_dict()
    return contradictions(review.published.to_dict("records"), k, review.flow.to_dict("records"))


def suspects_of(found: Sequence[Contradiction]) -> dict[str, str]:
    """Return by row id why each suspect of the contradictions `found` is one."""
    return {
        row: one.arithmetic + (f"; {one.conjecture}" if one.conjecture else "")
        for one in found
        for row in one.suspects
    }


def add_audit(registry: Registry, found: Sequence[Contradiction]) -> None:
    """Register the table of the contradictions `found`, and their number; after all is judged."""
    rows = []
    for place, one in enumerate(found, start=1):
        called = [
            row
            for row in one.suspects
            if row in registry.judged and registry.judged[row].verdict.status == "inconsistent"
        ]
        value = registry.value(
            f"audit.{place}.k",
            len(called),
            count,
            "numbers of this contradiction called inconsistent",
        )
        cells = {
            "where": _where(registry, one),
            "arithmetic": _minus(one.arithmetic),
            "conjecture": _minus(one.conjecture) or "None that only a single number would need",
            "stake": STAKES[min(one.weight, 1)],
            "verdict": value,
        }
        rows.append(Row(cells))
    registry.value("audit.k", len(found), count, "contradictions among the printed numbers")
    registry.add("audit", Table("audit", COLUMNS, tuple(rows)))


def _where(registry: Registry, one: Contradiction) -> str:
    places = [registry.judged[row].row["where"] for row in one.ids if row in registry.judged]
    return "; ".join(dict.fromkeys(places))


def _minus(text: str) -> str:
    """`text` with its minus signs as signs, its hyphens left alone."""
    parts = text.split(" ")
    return " ".join(f"{MINUS}{p[1:]}" if p[:1] == "-" and p[1:2].isdigit() else p for p in parts)
