"""The study flow as a table, and how the studies divide into medication and psychotherapy."""

from __future__ import annotations

import pandas as pd

from ..display.numbers import number
from ..display.registry import Registry
from ..display.table import Column, Row, Table
from ..display.value import Value
from .given import given_value

COLUMNS = (
    Column("step", "Step"),
    Column("count", "Number", "right"),
    Column("note", "Note"),
)
STEPS = {"in": "", "out": "− ", "left": "= ", "reason": "   of these: ", "part": "   of these: "}
# Flow rows: all articles that were sorted by treatment, and those with some psychotherapy.
SORTED, PSYCHOTHERAPY = "flow.type", "flow.type.combined"


def add_flow(registry: Registry, flow: pd.DataFrame) -> None:
    """Register the table of the study `flow`, and the shares of medication and psychotherapy."""
    rows = [
        Row({
            "step": STEPS[row["kind"]] + row["label"],
            "count": registry.get(Value, f"flow.{row['id']}"),
            "note": row["note"],
        })
        for row in flow.to_dict("records")
    ]  # fmt: skip
    registry.add("flow", Table("flow", COLUMNS, tuple(rows)))
    total, some = (given_value(registry, name) for name in (SORTED, PSYCHOTHERAPY))
    share = 100 * some / total if total and some is not None else None
    for name, raw in (("psychotherapy", share), ("pharmacological", share and 100 - share)):
        registry.value(
            f"flow.share.{name}", raw, lambda x: number(x, 0),
            f"share of the studies on non-response, in per cent; {name}",
            (SORTED, PSYCHOTHERAPY) if share is not None else (),
        )  # fmt: skip
