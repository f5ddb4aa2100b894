"""Which column an effect lacks, and which unknown column seems to be that one, misspelt.

Only numbers can be it, and none that is called by another statistic: a standard error is no SD, and a
median no mean, however alike their names are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .arms import COMPLETE, Arms, is_control
from .nearest import MOST, likeness, nearest
from .roles import CONTROL, NAMES, NUMBERS, STEMS, TREATED, folded
from .source import Source, is_missing

ALIKE = 0.75  # more than for a word that was tried: a file has columns of all sorts
OTHERS = {
    "se", "sem", "serr", "stderr", "err", "error", "med", "median", "iqr", "range", "min", "max", "var",
    "variance", "ci",
}  # fmt: skip
WORDS = {
    "mean": "mean", "sd": "SD", "n": "number of participants", "events": "number of events",
    "nonevents": "number without the event",
}  # fmt: skip


@dataclass(frozen=True)
class Lacking:
    """What cannot be found: in words, as a column would be called, and its `role`, if that is known.

    `column` is the unknown one that may be it.
    """

    what: str
    name: str
    role: str | None
    column: str | None = None


def of_arms(source: Source, unknown: list[str], arms: Arms) -> list[Lacking]:
    """What two groups with names of their own lack of the numbers that an effect takes.

    Nothing where they have less than half of these, or go by the usual words.
    """
    found = [_two_arms(stems, arms) for stems in COMPLETE]
    names, missing = min(found, key=lambda pair: len(pair[1]) if pair[1] else len(NUMBERS))
    if not missing or all(folded(name) in (*TREATED, *CONTROL) for name in names):
        return []
    taken = {column for arm in names for column in arms.parts[arm].values()}
    free = [column for column in unknown if column not in taken]
    counts = _same_word(free, names) if all(stem == "events" for stem, _ in missing) else {}
    told = []
    for stem, arm in missing:
        spelled = [f"{a} {b}" for word in STEMS[stem] for a, b in ((word, arm), (arm, word))]
        column = counts.get(arm) or _like(source, free, spelled, stem)
        name = f"{'SD' if stem == 'sd' else stem} {arm}"
        role = _role(stem, arm, names)
        told.append(Lacking(f"the {WORDS[stem]} of {arm}", name, role, column))
        free = [each for each in free if each != column]
    return told


def _two_arms(stems: set[str], arms: Arms) -> tuple[list[str], list[tuple[str, str]]]:
    """The two arms that have most of these `stems`, and what each lacks; nothing where that is a lot."""
    held = {arm: stems & own.keys() for arm, own in arms.parts.items()}
    two = sorted(held, key=lambda arm: -len(held[arm]))[:2]
    missing = [(stem, arm) for arm in two for stem in sorted(stems - held[arm])]
    enough = len(two) == 2 and all(held[arm] for arm in two) and len(missing) <= len(stems)
    return (two, missing) if enough else (two, [])


def _role(stem: str, arm: str, names: list[str]) -> str | None:
    """The role of the `stem` of an `arm`, where one of both `names` is that of a control."""
    controls = [name for name in names if is_control(name)]
    if len(controls) != 1:
        return None
    return f"{stem}_{'control' if arm in controls else 'treated'}"


def _same_word(columns: list[str], names: list[str]) -> dict[str, str]:
    """The column of each arm that has the same word beside the name of the arm, where both have one."""
    words: dict[str, dict[str, str]] = {}
    for column in columns:
        for name in names:
            plain, arm = f"_{folded(column)}_", f"_{folded(name)}_"
            if arm in plain and plain != arm:
                words.setdefault(plain.replace(arm, "_"), {}).setdefault(name, column)
    both = [found for found in words.values() if len(found) == len(names)]
    return both[0] if len(both) == 1 else {}


def of_roles(source: Source, unknown: list[str], missing: Sequence[str]) -> list[Lacking]:
    """The roles that are `missing`, and the unknown columns that may have them."""
    free, found = list(unknown), []
    for role in missing:
        spelled = [name for name, of in NAMES.items() if of == role]
        column = _like(source, free, spelled, role)
        found.append(Lacking(f"{role} ({NUMBERS[role]})", role, role, column))
        free = [each for each in free if each != column]
    return found


def holds_numbers(source: Source, column: str) -> bool:
    """Whether most cells of `column` are numbers."""
    cells = [row.cells[column] for row in source.rows]
    cells = [cell for cell in cells if not is_missing(cell)]
    return 2 * sum(source.number(cell) is not None for cell in cells) > len(cells)


def may_be(column: str, role: str) -> bool:
    """Whether a `column` may have the `role` by its name: no other statistic is a group's number."""
    words = re.findall("[a-z]+", column.casefold())
    return not (OTHERS.intersection(words) and role.partition("_")[0] in STEMS)


def _like(source: Source, columns: list[str], spelled: list[str], role: str) -> str | None:
    """The one of `columns` that is most like one of the names `spelled`, if any is alike."""
    near = {column: nearest(column, spelled, ALIKE) for column in columns[:MOST]}
    able = [c for c, name in near.items() if name and may_be(c, role) and holds_numbers(source, c)]
    return max(able, key=lambda column: likeness(column, near[column]), default=None)
