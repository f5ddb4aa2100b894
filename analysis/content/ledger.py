"""The ledger: every number that the publication prints, with its verdict, in the order of its file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from ..display.escape import escape_csv
from ..display.numbers import MINUS
from ..display.registry import Judged, Registry
from ..display.table import Cell, Column, Row, Table
from ..display.tally import TallyRow, tally
from ..display.value import Used, Value
from ..review.verify import Verdict
from .verdicts import MEANINGS, as_printed, named, verdict_table

MET = ("given", "reproduced")
# From what is met to what is not.
ORDER = (
    "given", "reproduced", "attainable", "different", "undecided", "inconsistent", "not computable",
)  # fmt: skip
FIELDS = ("id", "where", "quantity", "printed", "recomputed", "low", "high", "status", "note")

RANGE = "Range that rounding leaves"
# The verdict comes early, where a narrow screen still shows it.
COLUMNS = (
    Column("what", "Number"),
    Column("verdict", "Verdict"),
    Column("printed", "Printed", "right"),
    Column("computed", "Recomputed", "right"),
    Column("low", "At least", "right", spanner=RANGE),
    Column("high", "At most", "right", spanner=RANGE),
    Column("analysis", "Analysis"),
    Column("section", "Section"),
    Column("place", "Place in it"),
    Column("note", "Note"),
)


def add_ledger(registry: Registry, rows: Iterable[Mapping[str, str]]) -> None:
    """Register the ledger of the published `rows`: all of them, those not met, and their tally.

    `registry.judged` then holds every row, in their order; what nothing was registered for cannot
    be computed.
    """
    judged = [
        registry.judged.get(row["id"]) or Judged(row, None, Verdict("not computable"))
        for row in rows
    ]
    registry.judged.clear()
    registry.judged.update({one.row["id"]: one for one in judged})
    apart = [one for one in judged if one.verdict.status not in MET]
    ranges = _ranges(registry, apart)
    cells = {one.row["id"]: _cells(one) | ranges.get(one.row["id"], {}) for one in judged}
    for name, shown in (("ledger", judged), ("ledger.apart", apart)):
        own = tuple(Row(cells[one.row["id"]]) for one in shown)
        registry.add(name, Table(name.replace(".", "-"), COLUMNS, own))
    _add_verdicts(registry)
    _add_sections(registry, judged)


def ledger_csv(judged: Iterable[Judged]) -> str:
    """Return the ledger of `judged` as CSV, numbers at full precision."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    for one in judged:
        row, verdict = one.row, one.verdict
        raw = one.value.raw if one.value else None
        exact = ["" if x is None else repr(x) for x in (raw, verdict.low, verdict.high)]
        # A printed number may begin with a minus; only what is no number can be a formula.
        printed = row["printed"] if _is_number(row["printed"]) else escape_csv(row["printed"])
        texts = [escape_csv(row[field]) for field in ("id", "where", "quantity")]
        writer.writerow([*texts, printed, *exact, verdict.status, escape_csv(reason(one))])
    return out.getvalue()


def reason(judged: Judged) -> str:
    """Return why the verdict on `judged` is what it is, where more is known than numbers say."""
    return judged.verdict.note


def section_of(judged: Judged) -> tuple[str, str]:
    """Return the section, table or figure in which `judged` is printed, and the place in it."""
    section, _, place = judged.row["where"].partition(",")
    return section.strip(), place.strip()


def _cells(judged: Judged) -> dict[str, Cell]:
    value, printed = judged.value, judged.row["printed"]
    section, place = section_of(judged)
    return {
        "what": Used(named(judged), value.id) if value else judged.row["quantity"] or place,
        "verdict": judged.verdict.status,
        "printed": printed.replace("-", MINUS),
        "computed": as_printed(replace(value, published=printed)) if value else None,
        "low": "",
        "high": "",
        "analysis": value.source.partition(";")[2].strip() if value else "",
        "section": section,
        "place": place,
        "note": reason(judged),
    }


def _ranges(registry: Registry, judged: Sequence[Judged]) -> dict[str, dict[str, Cell]]:
    """The ranges of `judged` by row id, as tables of verdicts show them.

    Of rows that are met the ranges stand in the file alone: as values they would be most of what
    the site knows, and say nothing that the verdict does not.
    """
    with_value = [one for one in judged if one.value]
    table = verdict_table(registry, "", [("", [(one.row["id"], one) for one in with_value])])
    return {
        row.cells["what"]: {end: row.cells[end] for end in ("low", "high")} for row in table.rows
    }


def _add_verdicts(registry: Registry) -> None:
    """Register the table of what each verdict means and how many numbers have it."""
    columns = (
        Column("verdict", "Verdict"),
        Column("k", "Numbers", "right"),
        Column("meaning", "What it says"),
    )
    rows = [
        Row({
            "verdict": status.capitalize(),
            "k": registry.get(Value, f"verdicts.{status.replace(' ', '_')}.k"),
            "meaning": f"{MEANINGS[status][:1].upper()}{MEANINGS[status][1:]}.",
        })
        for status in ORDER if status in MEANINGS
    ]  # fmt: skip
    registry.add("ledger.verdicts", Table("ledger-verdicts", columns, tuple(rows)))


def _add_sections(registry: Registry, judged: Sequence[Judged]) -> None:
    """Register the figure of how many numbers of each section have which verdict."""
    found = [(section_of(one)[0], one.verdict.status) for one in judged]
    rows = [
        TallyRow(section, tuple(found.count((section, status)) for status in ORDER))
        for section in dict.fromkeys(section for section, _ in found)
    ]
    plot = partial(tally, "ledger-sections", rows, ORDER, "Section")
    registry.figure("ledger.sections", plot)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
