"""What was understood in a way that the author of a file may not have meant: told, and not refused."""

from __future__ import annotations

from datetime import UTC, datetime

from ..display.numbers import count
from ..review.data import Finding
from ..review.quoted import quoted
from .columns import HELD, is_mixed
from .many import named
from .roles import MODERATOR, NOTE, ROLES
from .source import is_missing
from .trials import Data, Trial

# How many times the other group's a number may be before it is told, and what it may be then. Of 16
# participants the standard error is a fourth of the SD.
UNLIKE = {
    "sd": (4, "one of them may be a standard error"),
    "n": (10, "one of them may count something else"),
}
APART = "if these are different trials, name them apart"


def doubts(data: Data) -> tuple[Finding, ...]:
    """Everything of `data` that may be meant otherwise, as the terminal tells it."""
    merged = same_name(data)
    own = [data.source.problem(None, data.columns.one("study"), merged)] if merged else []
    return (*own, *unlike_groups(data), *_future(data), *_not_analysed(data))


def same_name(data: Data) -> str:
    """Which studies of `data` have several rows in an outcome, as a sentence; "" where none has."""
    several = [own for outcome in data.outcomes for own in _by_study(outcome.rows) if len(own) > 1]
    if not several:
        return ""
    (first, lines), *others = [(own[0].name, _lines([row.line for row in own])) for own in several]
    stands = f"{first} stands in {lines}"
    if not others:
        effects = count(len(several[0]))
        return f"{stands} and is taken for one study with {effects} effects; {APART}."
    places = [stands, *(f"{name} in {lines}" for name, lines in others)]
    return f"{named(places)}; each is taken for one study with several effects; {APART}."


def unlike_groups(data: Data) -> list[Finding]:
    """The trials of which a number of one group is many times that of the other."""
    found = []
    for row in (row for o in data.outcomes for row in (*o.rows, *o.silent)):
        for stem, (times, perhaps) in UNLIKE.items():
            columns = [data.columns.one(f"{stem}_{arm}") for arm in ("treated", "control")]
            cells = [row.raw.get(f"{stem}_{arm}") for arm in ("treated", "control")]
            numbers = [data.source.number(cell) for cell in cells if cell is not None]
            if len(numbers) == len(cells) and max(numbers) > times * min(numbers):
                said = f"{columns[0]} is {cells[0]} and {columns[1]} {cells[1]}; {perhaps}"
                found.append(data.source.problem(row.line, None, f"{row.name}: {said}"))
    return found


def _future(data: Data) -> list[Finding]:
    """The rows of a year that is not yet. It is told in the terminal alone: a page knows no day."""
    column, now = data.columns.one("year"), datetime.now(UTC).year
    if column is None:
        return []
    years = {
        row.number: (row.cells[column], data.source.number(row.cells[column]))
        for row in data.source.rows
    }
    return [
        data.source.problem(line, column, f"is {cell}, a year that is not yet")
        for line, (cell, year) in years.items()
        if year is not None and year > now + 1  # issues are dated ahead
    ]


def _by_study(rows: tuple[Trial, ...]) -> list[list[Trial]]:
    studies: dict[str, list[Trial]] = {}
    for row in rows:
        studies.setdefault(row.key, []).append(row)
    return list(studies.values())


def _lines(numbers: list[int]) -> str:
    """The lines with these `numbers` in words."""
    return f"line{'s' if len(numbers) > 1 else ''} {named([str(n) for n in numbers])}"


def _not_analysed(data: Data) -> list[Finding]:
    """The columns of numbers that some cells make notes, each with the first of these cells."""
    found = []
    for each in data.columns.understood:
        if (each.role, each.by) != (NOTE, HELD):
            continue
        cells = {row.number: row.cells[each.column] for row in data.source.rows}
        cells = {line: cell for line, cell in cells.items() if not is_missing(cell)}
        if not is_mixed([data.source.number(cell) for cell in cells.values()]):
            continue
        odd = {line: c for line, c in cells.items() if data.source.number(c) is None}
        line, cell = next(iter(odd.items()))
        others = f", nor is that of {_lines(list(odd)[1:])}" if len(odd) > 1 else ""
        text = (
            f"holds numbers and is not analysed: {quoted(cell)} is none{others}; mend the cell or "
            f"leave it empty, and the column is taken for a {ROLES[MODERATOR]}"
        )
        found.append(data.source.problem(line, each.column, text))
    return found
