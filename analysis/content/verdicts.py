"""How verdicts are shown: marks in a table, tables of printed numbers, sentences that sum them up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..display.numbers import number, with_minus
from ..display.registry import Judged, Registry
from ..display.sentence import capitalised, listed
from ..display.table import Column, Row, Table
from ..display.value import Phrase, Value
from ..review.printed import agrees
from ..review.printed import number as printed_number
from ..review.statuses import MARKS, MEANINGS, STATUSES, key

# Propagation gives outer bounds: what rounding leaves lies within them, and may be less.
BOUNDS = (
    Column("low", "At least", "right", spanner="Outer bounds"),
    Column("high", "At most", "right", spanner="Outer bounds"),
)
BOUNDS_NOTE = (
    "Outer bounds: the rounding of the printed trials, and their arm sizes where the digits fit these, "
    "leave no more than this to our value, and maybe less."
)
COLUMNS = (
    Column("what", "Number"),
    Column("verdict", "Verdict"),  # early, where a narrow screen still shows it
    Column("printed", "Printed", "right"),
    Column("computed", "Recomputed", "right"),
    *BOUNDS,
)
FINER = 2  # decimals that a bound shows beyond the printed ones


def as_printed(value: Value) -> Value:
    """`value` shown with as many decimals as the publication prints, if it prints it."""
    if value.raw is None or value.published is None or value.published.startswith(("<", ">")):
        return value
    return replace(value, text=number(value.raw, places(value.published)))


def places(printed: str) -> int:
    """The decimals of a `printed` number."""
    return max(0, -printed_number(printed.lstrip("<>")).as_tuple().exponent)


def mark_notes(statuses: Iterable[str | None]) -> tuple[str, ...]:
    """One note that explains the marks of `statuses`, if any has one."""
    used = [status for status in MARKS if status in set(statuses)]
    return tuple(f"{MARKS[s]}: {s}, {MEANINGS[s]}." for s in used)


def judged_below(registry: Registry, prefix: str) -> list[Judged]:
    """The printed numbers whose value stands directly below `prefix`, one for each place."""
    return [
        judged
        for judged in registry.judged.values()
        if judged.value and judged.value.id.rpartition(".")[0] == prefix
    ]


def once(judged: Sequence[Judged]) -> list[Judged]:
    """Each number once for each verdict, whether it is printed in one place or in several.

    What has no value of ours has no name to tell it by, and stays as often as it is printed.
    """
    found: dict[tuple[str, str], Judged] = {}
    for one in judged:
        name = one.value.id if one.value else one.row["id"]
        found.setdefault((name, one.verdict.status), one)
    return list(found.values())


def verdict_table(
    registry: Registry, name: str, groups: Sequence[tuple[str, Sequence[tuple[str, Judged]]]]
) -> Table:
    """Return a table of printed numbers, their recomputed values, outer bounds and verdicts.

    A group is its label and what it holds: for each number, what to call it, and the number.
    """
    rows = [
        Row({"what": what} | _cells(registry, judged), group=label)
        for label, own in groups
        for what, judged in own
    ]
    used = {judged.verdict.status for _, own in groups for _, judged in own}
    notes = [f"{s.capitalize()}: {MEANINGS[s]}." for s in STATUSES if s in used]
    if any(row.cells[column.key] for row in rows for column in BOUNDS):
        notes.append(BOUNDS_NOTE)
    notes += [
        f"{what}: {judged.verdict.note}"
        for _, own in groups
        for what, judged in own
        if judged.verdict.status in ("attainable", "different") and judged.verdict.note
    ]
    return Table(name, COLUMNS, tuple(rows), (" ".join(notes),) if notes else ())


def bounds(registry: Registry, judged: Judged) -> dict[str, Value | None]:
    """Return the cells of the outer bounds of a `judged` number that has a value."""
    value, verdict, printed = judged.value, judged.verdict, judged.row["printed"]
    cells = {}
    for end, word in (("low", "lowest"), ("high", "highest")):
        bound = getattr(verdict, end)
        cells[end] = None if bound is None else _bound(registry, value, printed, word, bound)
    return cells


def statistic_of(judged: Judged) -> str:
    """Return what statistic a `judged` number is, within a sentence."""
    return judged.value.source.split(";")[0]


def named(judged: Judged) -> str:
    """Return what statistic a `judged` number is, as a heading."""
    return capitalised(statistic_of(judged))


def _cells(registry: Registry, judged: Judged) -> dict:
    value, printed = judged.value, judged.row["printed"]
    cells = {
        "printed": with_minus(printed),
        "computed": as_printed(replace(value, published=printed)),
        "verdict": judged.verdict.status,
    }
    return cells | bounds(registry, judged)


def _bound(registry: Registry, value: Value, printed: str, word: str, bound: float) -> Value:
    """The value `<name>.lowest` or `.highest`: what the rounding of the inputs leaves of `value`.

    Shown with so many decimals that a bound outside of what prints as `printed` also looks so.
    """
    name = f"{value.id}.{word}"
    if name in registry:
        return registry.get(Value, name)
    exact = isinstance(bound, int)
    digits = 0 if exact else places(printed) + FINER
    while not exact and agrees(float(f"{bound:.{digits}f}"), printed) > agrees(bound, printed):
        digits += 1
    source = f"{word} {value.source.split(';')[0]} while every effect prints as it is printed"
    return registry.value(name, bound, lambda raw: number(raw, digits), source, value.inputs)


def add_tally(registry: Registry, name: str, judged: Sequence[Judged]) -> None:
    """Register how many of the `judged` numbers have each verdict, as `<name>.<verdict>.k`."""
    inputs = tuple(dict.fromkeys(j.value.id for j in judged if j.value))
    for status in ("all", *STATUSES):
        k = sum(status in ("all", j.verdict.status) for j in judged)
        registry.value(
            f"{name}.{key(status)}.k", k, lambda raw: number(raw, 0),
            f"printed numbers, {status}", inputs,
        )  # fmt: skip


def summed_up(judged: Sequence[tuple[str, Judged]]) -> str:
    """Say how the `judged` numbers, each with what to call it, compare with what is printed."""
    such = {
        status: listed(
            list(dict.fromkeys(what for what, j in judged if j.verdict.status == status))
        )
        for status in STATUSES
    }
    if not judged:
        return "The publication prints no such number."
    if not any(such[status] for status in STATUSES if status != "reproduced"):
        return "Every printed number is met to its last digit."
    text = "The printed numbers are met to the last digit, with exceptions."
    if not such["reproduced"]:
        text = "None of the printed numbers is met to the last digit."
    if such["attainable"]:
        text += (
            " Not met to the digit, but explained by the rounding of the printed effects: "
            f"{such['attainable']}."
        )
    if such["different"]:
        text += (
            " Not to be had from effects that print as they are printed and fit the arm sizes: "
            f"{such['different']}."
        )
    if such["inconsistent"]:
        text += f" In contradiction to other printed numbers: {such['inconsistent']}."
    if such["undecided"]:
        text += f" Nothing can be said of {such['undecided']}."
    if such["not computable"]:
        text += f" The data no longer give {such['not computable']}."
    return text


def phrase(registry: Registry, name: str, judged: Sequence[tuple[str, Judged]]) -> Phrase:
    """Register under `name` the sentences that sum the `judged` numbers up."""
    inputs = tuple(dict.fromkeys(j.value.id for _, j in judged if j.value))
    return registry.phrase(name, summed_up(judged), inputs)
