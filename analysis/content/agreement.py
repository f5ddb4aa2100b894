"""Printed and recomputed pooled results of an outcome, side by side."""

from __future__ import annotations

from dataclasses import replace

from ..display.numbers import MINUS, number
from ..display.registry import Registry
from ..display.table import Column, Row, Table
from ..display.value import Value
from ..review.printed import number as printed_number
from .outcome import MODELS, STATISTICS
from .wording import listed

COLUMNS = (
    Column("statistic", "Statistic"),
    Column("printed", "Printed", "right"),
    Column("computed", "Recomputed", "right"),
    Column("verdict", "Verdict"),
)
NOTES = (
    "Reproduced: the recomputed value rounds to the printed digits. Attainable: it does not, but "
    "there are effects that print exactly as the publication prints them and give the printed "
    "value. Undecided: neither.",
)


def add_agreement(registry: Registry, outcome: str) -> None:
    """Register the table of `outcome`'s printed pooled results, and the sentence that sums it up."""
    rows, judged = [], []
    for model, (_, words) in MODELS.items():
        for value in _published(registry, f"{outcome}.{model}"):
            judged.append(value)
            cells = {
                "statistic": _capitalised(STATISTICS[value.id.rsplit(".", 1)[1]].meaning),
                "printed": value.published.replace("-", MINUS),
                "computed": as_printed(value),
                "verdict": value.status,
            }
            rows.append(Row(cells, group=_capitalised(words)))
    registry.add(f"{outcome}.agreement", Table(f"{outcome}-agreement", COLUMNS, tuple(rows), NOTES))
    text = _summed_up(judged)
    registry.phrase(f"{outcome}.agreement", text, tuple(value.id for value in judged))


def _summed_up(judged: list[Value]) -> str:
    """Say in a sentence how the `judged` values compare with what the publication prints."""
    short = {
        verdict: listed([value.source.split(";")[0] for value in judged if value.status == verdict])
        for verdict in ("attainable", "undecided", "not computable")
    }
    if not any(short.values()):
        return (
            "Every pooled result that the publication prints for symptoms is met to its last digit."
        )
    text = "The pooled results that the publication prints for symptoms are met to the last digit"
    if short["attainable"]:
        text += (
            f", except for {short['attainable']}, where the rounding of the printed effects leaves "
            "room for the printed value"
        )
    if short["undecided"]:
        text += f"; not met: {short['undecided']}"
    if short["not computable"]:
        text += f"; no longer computable: {short['not computable']}"
    return text + "."


def _published(registry: Registry, prefix: str) -> list[Value]:
    """The values directly below `prefix` that the publication prints."""
    return [
        value
        for value in registry.all(Value)
        if value.published is not None and value.id.rsplit(".", 1)[0] == prefix
    ]


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]


def as_printed(value: Value) -> Value:
    """`value` shown with as many decimals as the publication prints."""
    if value.raw is None or value.published.startswith("<"):
        return value
    places = max(0, -printed_number(value.published).as_tuple().exponent)
    return replace(value, text=number(value.raw, places))
