"""What a built site says: its numbers, the verdicts on printed ones, the conclusions."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# The tables of conclusions, each with what to call it. A site of an earlier day may lack one.
CONCLUSIONS = {"robust-verdicts": "under today’s methods", "claims": "as recomputed"}


@dataclass(frozen=True)
class State:
    """The `values` of values.json, the rows of the `ledger` by id, the verdicts on `conclusions`.

    A conclusion is known by its words and how it was judged.
    """

    values: Mapping[str, Mapping]
    ledger: Mapping[str, Mapping[str, str]]
    conclusions: Mapping[tuple[str, str], str]


def read_state(site: Path) -> State:
    """Read the state of the built `site`; FileNotFoundError where it has no numbers or no ledger."""
    values = json.loads((site / "values.json").read_text(encoding="utf-8"))["values"]
    ledger = {row["id"]: row for row in _rows(site / "ledger.csv")}
    conclusions = {
        (row["claim"], how): row["verdict"]
        for name, how in CONCLUSIONS.items()
        if (file := site / "tables" / f"{name}.csv").is_file()
        for row in _rows(file)
    }
    return State(values, ledger, conclusions)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
