"""What cells and names hold that no analysis can use, and what to write in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..display.sentence import listed
from ..review.quoted import quoted
from .roles import NUMBERS, folded

# Names of rows that sum the others up, as spreadsheets and programs for reviews write them.
SUMS = (
    "total", "totals", "subtotal", "overall", "pooled", "summary", "sum", "combined", "all_studies",
    "all_trials", "fixed_effect", "fixed_effects", "random_effects", "common_effect",
)  # fmt: skip
WHOLE = {
    role for role in NUMBERS if role.startswith(("n_", "events_", "nonevents_")) or role == "n"
}
# An effect with its interval in one cell: 0.70 (0.45-1.10), 0.70 [0.45; 1.10].
_NUMBER = r"[-−]?\d*[.,]?\d+"
_SEVERAL = re.compile(rf"{_NUMBER}\s*[\[(]\s*{_NUMBER}\s*(?:-|–|—|to|,|;)\s*{_NUMBER}\s*[\])]")
_PAIR = re.compile(rf"{_NUMBER}\s*(?:\(\s*{_NUMBER}\s*\)|±\s*{_NUMBER})")
ENDS = ("low", "high")  # of intervals, which the engine calls by the effect
LEFT_OUT = "all numbers of its effect empty, and the report lists the trial as left out"
UNKNOWN = f"if it is not known, leave {LEFT_OUT}"
_THOUSANDS = re.compile(r"\d{1,3}([.,'’ ]\d{3})+")


def is_sum(name: str) -> bool:
    """Whether a row's `name` says that it sums the others up."""
    return folded(name) in SUMS


def holds_several(cell: str) -> bool:
    """Whether a `cell` holds an effect and its interval at once, or a mean and its SD."""
    return any(shape.fullmatch(cell.strip()) for shape in (_SEVERAL, _PAIR))


def no_number(cell: str, decimal: str) -> str:
    """Why a `cell` is no number in a file with this `decimal` sign, and what to write."""
    sign, other = ("comma", ".") if decimal == "," else ("point", ",")
    told = quoted(cell)
    if cell.endswith("%"):
        return f"{told} is a percentage; write the number itself, of events how many there were"
    if holds_several(cell):
        return f"{told} is several numbers; write each in a column of its own"
    if _THOUSANDS.fullmatch(cell):
        plain = re.sub(r"\D", "", cell)
        return f"{told} is no number; if it is {plain}, write it so, without a sign for thousands"
    if other in cell:
        said = f"{told} is no number: the file’s decimal sign is a {sign}; write it with that"
        able = re.fullmatch(rf"[-−]?\d*{re.escape(other)}\d+", cell)
        return f"{said}, or set decimal: '{other}' for the whole file" if able else said
    return f"{told} is no number (the decimal sign is a {sign}); {UNKNOWN}"


def empty_cell(cell: str, needed: Sequence[str], raw: bool) -> str:
    """What to do about a `cell` without a number where every row has to fill the columns `needed`."""
    found = f"is {quoted(cell)}, which stands for no number" if cell.strip() else "is empty"
    text = f"{found}; every row needs {listed(needed)}; write the number, or leave {LEFT_OUT}"
    other = " (or give every row its effect and standard error, in place of these columns)"
    return text + other * raw


def not_allowed(role: str, value: float) -> str:
    """Why a number with this `role` cannot be such a `value`, or ""."""
    if role in WHOLE and value % 1:
        return f"is {value:g}, and must be a whole number: {NUMBERS[role]}"
    if role.startswith("sd_") and value <= 0:
        return (
            f"is {value:g}; a standard deviation is above 0; check whether it was rounded, has a sign "
            "too many, stands in the wrong column, or was not reported (then leave the row without "
            "numbers)"
        )
    return ""


def in_file_terms(
    text: str, columns: Mapping[str, str], cells: Mapping[str, str]
) -> tuple[str | None, str]:
    """Return of which column the engine's complaint `text` is, if of one, and what it says of it.

    In place of the engine's names stand the file's `columns`, by role; what the `cells` of others that
    are named hold follows.
    """
    text = re.sub(r"(?<![\d.])(\d+)\.0(?![\d])", r"\1", text.replace("[0]", ""))
    # At once, since a column may be called like the role of another.
    named = {f"ratio_{end}": columns[f"ci_{end}"] for end in ENDS if f"ci_{end}" in columns}
    named |= columns
    roles = "|".join(map(re.escape, named))
    found = [named[role] for role in re.findall(rf"\b(?:{roles})\b", text)]
    text = re.sub(rf"\b(?:{roles})\b", lambda found: named[found[0]], text)
    first = next((c for c in columns.values() if text.startswith(f"{c} is ")), None)
    others = [f"{c} is {cells[c]}" for c in dict.fromkeys(found) if c != first]
    here = f"; here {listed(others)}" if first and others else ""
    return first, text.removeprefix(f"{first} ") + here
