"""The study flow: its counts, its diagram, and the shares of medication and psychotherapy."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from ..display.figure import Figure
from ..display.flow import Entry, Stage, flow_diagram
from ..display.numbers import ABSENT, MINUS, count
from ..display.registry import Registry
from ..display.value import Value
from .settings import PAPER

# Counts that the text names, whether the data hold them or not.
NAMED = (
    "search.total", "screened.excluded", "screened", "type.excluded", "type", "type.combined",
    "full_text", "full_text.excluded", "reason.no_rct", "included",
)  # fmt: skip
IDENTIFICATION, SCREENING, INCLUDED = "Identification", "Screening", "Included"


def add_flow(registry: Registry, flow: pd.DataFrame) -> None:
    """Register the counts of `flow`, what the text says of them, and the diagram."""
    rows = flow.to_dict("records")
    for row in rows:
        _add_count(registry, row["id"], row["count"], f"{row['label']}; {PAPER}{row['where']}")
    for name in NAMED:
        _add_count(registry, name, None, "not in the data")
    _add_shares(registry)
    noted = [row for row in rows if row["note"]]
    said = [f"“{row['label']}” is given as {row['count']} ({row['note']})." for row in noted]
    inputs = tuple(f"flow.{row['id']}" for row in noted)
    registry.phrase("flow.note", " ".join(said) or "No count needs a remark.", inputs)
    registry.figure("flow", partial(_diagram, registry, rows))


def _add_count(registry: Registry, name: str, text: str | None, source: str) -> None:
    """Register the printed count `text` as `flow.<name>`, digit for digit, unless it already is."""
    if f"flow.{name}" in registry:
        return
    raw = None
    if text is not None:
        raw = int(text) if text.isdecimal() else float(text.replace(MINUS, "-"))
    registry.value(f"flow.{name}", raw, lambda _: ABSENT if text is None else text, source)


def _add_shares(registry: Registry) -> None:
    """Register both shares; medication is the rest, since its own count cannot be as printed."""
    inputs = "flow.type.combined", "flow.type"
    part, whole = (registry.get(Value, name).raw for name in inputs)
    share = None if part is None or not whole else 100 * part / whole
    rest = None if share is None else 100 - share
    for kind, raw in (("psychotherapy", share), ("pharmacological", rest)):
        registry.value(f"flow.share.{kind}", raw, count, "share of articles in per cent", inputs)


def _diagram(registry: Registry, rows: list[dict[str, str]]) -> Figure:
    """A `left` opens a stage; what follows belongs to it, to its left or its right.

    The phases are those of PRISMA 2020: records come in, they are screened as long as any are
    excluded, and what is left is included.
    """
    stages: list[Stage] = []
    for row in rows:
        kind = row["kind"]
        text = registry.get(Value, f"flow.{row['id']}").text
        remark = ", as printed" if row["note"] else ""
        entry = Entry(row["label"], text + remark, kind in ("part", "reason"))
        if kind == "left" or not stages:
            stages.append(Stage(phase=IDENTIFICATION if kind == "in" else SCREENING))
        last = stages[-1]
        if kind in ("out", "reason"):
            stages[-1] = replace(last, out=(*last.out, entry))
        else:
            stages[-1] = replace(last, left=(*last.left, entry))
    if stages and stages[-1].phase == SCREENING and not stages[-1].out:
        stages[-1] = replace(stages[-1], phase=INCLUDED)
    return flow_diagram("flow", stages)
