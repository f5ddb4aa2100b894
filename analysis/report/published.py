"""What a published meta-analysis printed of the same data, beside what they give: ledger and audit.

The file `NAME-published.csv` beside `NAME.csv`, or `published.csv`, has a row a printed number:

    id         a name of its own
    where      where it is printed, such as "Table 2"
    quantity   the value that it should equal, such as outcome.random.estimate; values.json has all
    printed    the number, digit for digit
    note       remarks; may be left out
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..display.numbers import count, number
from ..display.registry import Judged, Registry
from ..display.table import Column, Row, Table
from ..display.value import Phrase, Value
from ..review.data import DataError
from ..review.printed import agrees, is_number
from ..review.quoted import quoted
from ..review.statuses import AS_PRINTED, MEANINGS, STATUSES, key
from ..review.verify import Evidence
from .columns import Columns
from .source import read_source
from .trials import ONLY

REQUIRED = ("id", "where", "quantity", "printed")
COLUMNS = (
    Column("where", "Where"),
    Column("quantity", "Quantity"),
    Column("printed", "Printed", "right"),
    Column("computed", "Computed", "right"),
    Column("verdict", "Verdict", order=STATUSES),
    Column("note", "Note"),
)


@dataclass(frozen=True)
class Exact(Evidence):
    """Evidence on a value computed from counts, which no rounding leaves open."""

    value: float

    def bounds(self) -> tuple[float, float]:
        """See `review.verify.Evidence`."""
        return self.value, self.value

    def witness(self, printed: str) -> float | None:
        """See `review.verify.Evidence`."""
        return self.value if agrees(self.value, printed) else None


def published_path(data: Path) -> Path | None:
    """Where the numbers stand that were published of the CSV file at `data`, if anywhere."""
    places = data.with_name(f"{data.stem}-published.csv"), data.with_name("published.csv")
    return next((place for place in places if place.is_file() and place != data), None)


def read_published(data: Path) -> tuple[dict[str, str], ...]:
    """Read what was published of the file at `data`; raises `DataError` with every problem at once."""
    path = published_path(data)
    if path is None:
        return ()
    source = read_source(path)
    missing = [name for name in REQUIRED if name not in source.columns]
    if missing:
        text = f"has no column {', '.join(missing)}; it needs {', '.join(REQUIRED)}"
        raise DataError([source.problem(1, None, text)])
    problems, seen = [], {}
    for row in source.rows:
        text = row.cells["printed"]
        if not is_number(text.removeprefix("<").removeprefix(">")):
            said = f"{quoted(text)} is no printed number, such as 0.480 or <0.001"
            problems.append(source.problem(row.number, "printed", said))
        name = row.cells["id"]
        if name in seen:
            said = f"{quoted(name)} is the id of line {seen[name]} as well"
            problems.append(source.problem(row.number, "id", said))
        seen.setdefault(name, row.number)
    if problems:
        raise DataError(problems)
    return tuple({"note": "", **row.cells} for row in source.rows)


def is_exact(columns: Columns) -> bool:
    """Whether effects come from counts alone, so that no rounding leaves anything open."""
    return all(role.startswith(("events_", "nonevents_", "n_")) for role in columns.form)


def add_ledger(registry: Registry) -> None:
    """Register the ledger of all that was published, what differs in it, and a tally."""
    registry.judge_rest()
    judged = tuple(registry.judged.values())
    apart = tuple(one for one in judged if one.verdict.status not in AS_PRINTED)
    for name, of in (("ledger", judged), ("ledger.apart", apart)):
        rows = tuple(_row(registry, name, n, one) for n, one in enumerate(of, 1))
        registry.add(name, Table(name.replace(".", "-"), COLUMNS, rows))
    registry.value("verdicts.all.k", len(judged), count, "numbers that were published")
    for status in STATUSES:
        k = sum(one.verdict.status == status for one in judged)
        meaning = f"published numbers of which: {MEANINGS[status]}"
        registry.value(f"verdicts.{key(status)}.k", k, count, meaning)
    registry.add("verdicts.told", Phrase.of("verdicts.told", *_told(registry, len(apart))))


def _told(registry: Registry, apart: int) -> list[str | Value]:
    """How many of the published numbers have which verdict, as the parts of a sentence."""
    tallies = [(status, registry.get(Value, f"verdicts.{key(status)}.k")) for status in STATUSES]
    found = [part for status, k in tallies if k.raw for part in (", ", k, f" {status}")][1:]
    if not apart:
        return [*found, ". All of them follow from the data to the last digit."]
    return [*found, ". What does not follow from the data stands first."]


def _row(registry: Registry, table: str, n: int, judged: Judged) -> Row:
    row = judged.row
    ours = judged.value
    if ours is not None:
        name, text = f"{table}.row_{n}.computed", partial(_as_printed, row["printed"])
        ours = registry.value(name, ours.raw, text, ours.source, (ours.id,))
    return Row(
        {
            "where": row["where"], "quantity": _in_words(registry, judged), "printed": row["printed"],
            "computed": ours, "verdict": judged.verdict.status, "note": judged.verdict.note,
        }
    )  # fmt: skip


def _in_words(registry: Registry, judged: Judged) -> str:
    """What the printed number is of; the name itself where no value has it."""
    if judged.value is None:
        return judged.row["quantity"]
    of, meaning = judged.value.id.partition(".")[0], judged.value.source
    if of == ONLY or f"{of}.k" not in registry:
        return meaning
    return f"{registry.get(Phrase, f'{of}.name').text}: {meaning}"


def _as_printed(printed: str, raw: float | int | None) -> str:
    """The number `raw` with as many decimals as are `printed`, so that a reader can compare.

    Beside a bound that it keeps it is shown as that bound, and otherwise with a decimal more.
    """
    bound = printed.startswith(("<", ">"))
    places = len(printed.partition(".")[2])
    if raw is not None and bound and agrees(raw, printed):
        return f"{printed[0]} {printed[1:]}"
    return number(raw, places + bound)
