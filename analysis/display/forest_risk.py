"""Risk of bias beside a forest plot: a lettered symbol for each study and domain, and what they mean.

The symbols are those of the RoB 2 tool (Sterne et al. 2019, BMJ 366, l4898); domains stand under
letters, which a note below the plot spells out.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

from .figure import ALERT, INK, MUTED
from .forest_layout import RISK, RISK_STEP
from .forest_parts import Group
from .forest_sheet import ROW, SMALL, Sheet
from .numbers import MINUS, count
from .typeface import POINTS, text_width

RADIUS = 0.072
FILL = 0.22  # opacity of a symbol within its outline
LETTER = 7.5  # size of a symbol's letter, in points

# What a judgement is called, its letter, and its colour, which the letter does without.
JUDGEMENTS = {
    "low": ("low risk", "+", "#2b6e3f"),
    "some": ("some concerns", "!", "#8a5a00"),
    "high": ("high risk", MINUS, ALERT),
    "none": ("no information", "?", MUTED),
}


def check(groups: Sequence[Group], domains: Sequence[str]) -> None:
    """Refuse judgements that there are not, and rows that have not one for each of `domains`."""
    for row in (row for group in groups for row in group.rows):
        if row.risk and len(row.risk) != len(domains):
            raise ValueError(
                f"{row.label!r} has {len(row.risk)} judgements of risk; there are {len(domains)} domains"
            )
        for judgement in row.risk:
            if judgement not in JUDGEMENTS:
                allowed = ", ".join(JUDGEMENTS)
                raise ValueError(f"{row.label!r} has the risk {judgement!r}; allowed: {allowed}")


def letters(sheet: Sheet, y: float, domains: Sequence[str]) -> None:
    """Write the letters of `domains` over their symbols, at `y`."""
    for n in range(len(domains)):
        sheet.text(_x(sheet, n), y, ascii_uppercase[n], ha="center", weight="bold")


def symbols(sheet: Sheet, y: float, judgements: Sequence[str], row: int) -> None:
    """Draw the symbols of the `judgements` of the study that is number `row`, at `y`."""
    for n, judgement in enumerate(judgements):
        _symbol(sheet, _x(sheet, n), y, judgement, f"risk-{row}-{n + 1}")


def legend(sheet: Sheet, groups: Sequence[Group], domains: Sequence[str]) -> None:
    """Draw below the plot what the symbols that occur and the letters mean."""
    first = RADIUS + 0.01  # with the outline
    x, y = first, sheet.y + ROW / 2
    for judgement in _occurring(groups):
        text = JUDGEMENTS[judgement][0]
        needed = RADIUS + 0.06 + text_width(text, size=SMALL)
        if x > first and x + needed > sheet.width:
            x, y = first, y + ROW
        _symbol(sheet, x, y, judgement, f"risk-key-{judgement}")
        sheet.text(x + RADIUS + 0.06, y, text, SMALL, color=MUTED)
        x += needed + 0.2 + RADIUS
    sheet.y = y + ROW / 2
    named = [f"{ascii_uppercase[n]} {domain}" for n, domain in enumerate(domains)]
    sheet.note(f"Risk of bias: {'; '.join(named)}")


def said(groups: Sequence[Group], domains: Sequence[str]) -> str:
    """Say in words how often each judgement was made in each of `domains`."""
    judged = [row.risk for group in groups for row in group.rows if row.risk]
    parts = []
    for n, domain in enumerate(domains):
        made = [judgements[n] for judgements in judged]
        found = [f"{JUDGEMENTS[j][0]} in {count(made.count(j))}" for j in JUDGEMENTS if j in made]
        parts.append(f"{domain} {', '.join(found)}" if found else f"{domain} not judged")
    return f"Risk of bias: {'; '.join(parts)}"


def _occurring(groups: Sequence[Group]) -> list[str]:
    made = {judgement for group in groups for row in group.rows for judgement in row.risk}
    return [judgement for judgement in JUDGEMENTS if judgement in made]


def _x(sheet: Sheet, n: int) -> float:
    return sheet.columns[RISK].left + (n + 0.5) * RISK_STEP


def _symbol(sheet: Sheet, x: float, y: float, judgement: str, gid: str) -> None:
    _, letter, color = JUDGEMENTS[judgement]
    style = {"mfc": (color, FILL), "mec": color, "mew": 0.9, "zorder": 3, "clip_on": False}
    (mark,) = sheet.ax.plot(x, y, "o", ms=2 * RADIUS * POINTS, **style)
    mark.set_gid(gid)
    sheet.text(x, y, letter, LETTER, ha="center", weight="bold", color=INK)
