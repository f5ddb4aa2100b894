"""Columns that differ between the effects of one study, which an average of these cannot keep."""

from __future__ import annotations

from dataclasses import dataclass

from ..display.sentence import capitalised, listed
from .roles import MODERATOR, SUBGROUP
from .trials import Data, Outcome, Trial

LOST = {SUBGROUP: "subgroups", MODERATOR: "regression"}
_NONE = {"subgroups": "there are no subgroups", "regression": "there is no regression"}


@dataclass(frozen=True)
class Varying:
    """A column of an outcome that differs within `studies`; `lost` is the analysis that lacks them.

    `divides` says whether the other studies still allow that analysis.
    """

    column: str
    lost: str
    studies: tuple[str, ...]
    divides: bool


def varying(data: Data, outcome: Outcome) -> list[Varying]:
    """The columns of categories and of numbers that differ within studies of `outcome`."""
    found = []
    for role, lost in LOST.items():
        for column in data.columns.of(role):
            said: dict[str, set] = {}
            for row in outcome.rows:
                said.setdefault(row.key, set()).add(_cell(row, column))
            names = tuple(t.name for t in outcome.trials if len(said[t.key]) > 1)
            left = {_cell(t, column) for t in outcome.trials} - {None}
            if names:
                found.append(Varying(column, lost, names, len(left) > 1))
    return found


def _cell(trial: Trial, column: str) -> str | float | None:
    return trial.groups.get(column, trial.numbers.get(column))


def told(data: Data, outcome: Outcome) -> str:
    """What became of these columns, in the chapter on `outcome`."""
    return " ".join(_told(each, data.label(each.column)) for each in varying(data, outcome))


def _told(each: Varying, label: str) -> str:
    if not each.divides:
        return f"{capitalised(label)} differs within studies: {_NONE[each.lost]} by it."
    has = "has" if len(each.studies) == 1 else "have"
    return (
        f"{capitalised(label)} differs within {listed(each.studies)}, which {has} no part in its "
        f"{each.lost}."
    )


def remark(data: Data, column: str) -> str:
    """What to say of `column` in the table of columns."""
    found = [v for o in data.outcomes for v in varying(data, o) if v.column == column]
    if not found:
        return ""
    if any(each.divides for each in found):
        return f"differs within some studies, which have no part in its {found[0].lost}"
    return f"differs within studies: no {found[0].lost}"
