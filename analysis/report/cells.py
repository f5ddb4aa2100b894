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
UNKNOWN = "if it is not known, delete the row, since every row needs it"
_THOUSANDS = re.compile(r"\d{1,3}([.,'’ ]\d{3})+")


def is_sum(name: str) -> bool:
    """Whether a row's `name` says that it sums the others up."""
    return folded(name) in SUMS


def holds_several(cell: str) -> bool:
    """Whether a `cell` holds an effect and its interval at once."""
    return _SEVERAL.fullmatch(cell.strip()) is not None


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
        return f"{told} is no number: the file’s decimal sign is a {sign}; write it with that"
    return f"{told} is no number (the decimal sign is a {sign}); {UNKNOWN}"


def empty_cell(needed: Sequence[str], raw: bool) -> str:
    """What to do about an empty cell where every row has to fill the columns `needed`."""
    text = f"is empty; every row needs {listed(needed)}; write the number, or delete the row"
    other = " (or give every row its effect and standard error, in place of these columns)"
    return text + other * raw


def not_allowed(role: str, value: float) -> str:
    """Why a number with this `role` cannot be such a `value`, or ""."""
    if role in WHOLE and value % 1:
        return f"is {value:g}, and must be a whole number: {NUMBERS[role]}"
    if role.startswith("sd_") and value <= 0:
        return (
            f"is {value:g}; a standard deviation is above 0; check whether it was rounded, stands in "
            "the wrong column, or was not reported (then delete the row)"
        )
    return ""


def in_file_terms(text: str, columns: Mapping[str, str]) -> str:
    """Return the engine's complaint `text` with the file's `columns`, by role, for its own names."""
    text = re.sub(r"(?<![\d.])(\d+)\.0(?![\d])", r"\1", text.replace("[0]", ""))
    # At once, since a column may be called like the role of another.
    roles = "|".join(map(re.escape, columns))
    return re.sub(rf"\b(?:{roles})\b", lambda found: columns[found[0]], text)
