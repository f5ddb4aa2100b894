"""The tally: how the things of each row divide among a few kinds, as a bar of shares and as counts.

A share of a bar can be too narrow to be seen or to hold a number, so the counts stand beside it, one
column a kind, under the fill that stands for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from matplotlib.patches import Rectangle

from .figure import ACCENT, ALERT, INK, MUTED, RULE, Figure, new_canvas, render_svg
from .forest_layout import PLOT, Layout, Line, place
from .forest_sheet import ROW, Sheet
from .numbers import count
from .scale import Axis
from .typeface import SIZE, text_width

# Fill, hatching and its ink: neighbours differ without their colours too. The ground shows through where
# there is no fill; white would turn black on a dark page.
FILLS = (
    ("none", "", MUTED), (RULE, "", MUTED), (ACCENT, "", ACCENT), (ALERT, "", ALERT),
    ("none", "//////", ACCENT), (INK, "", INK), ("none", "......", MUTED),
)  # fmt: skip
BAR_HALF = 0.32 * ROW
SWATCH = 0.11
SHARES = Axis(0.0, 1.0, ())
COLUMNS = Layout(("study", PLOT, "extra"))
WIDEST_COUNT = "0000"  # keeps the columns of counts equally wide
ALL, TOTAL = "All", "Total"  # the last row and the last column


@dataclass(frozen=True)
class TallyRow:
    """A row: its name, and how many it has of each kind."""

    label: str
    counts: tuple[int, ...]


def tally(name: str, rows: Sequence[TallyRow], kinds: Sequence[str], heading: str) -> Figure:
    """Return the tally of `rows` among `kinds`; `heading` names what a row is.

    The last line adds the rows up. Ids: bar-1-1, … (row, kind) where there are any, swatch-1, ….
    ValueError where a row has not one count for each kind, or there are more kinds than fills.
    """
    _check(rows, kinds)
    total = TallyRow(ALL, tuple(sum(row.counts[n] for row in rows) for n in range(len(kinds))))
    head = Line(heading, _texts([*([WIDEST_COUNT] * len(kinds)), TOTAL]), bold=True)
    lines = [Line(row.label, _texts(_counts(row))) for row in (*rows, total)]
    with new_canvas(1, 1) as canvas:
        columns = place(COLUMNS, [head, *lines], len(kinds) + 1)
        sheet = Sheet(canvas, columns, COLUMNS, SHARES)
        for n in range(len(kinds)):
            right = columns[f"extra{n}"].right
            _patch(sheet, right - SWATCH, right, sheet.y + ROW / 2, n, f"swatch-{n + 1}")
        sheet.line(Line(heading, {f"extra{len(kinds)}": TOTAL}, bold=True))
        sheet.rule()
        for n, (row, line) in enumerate(zip((*rows, total), lines, strict=True), 1):
            if n > len(rows):
                sheet.rule()
            _bar(sheet, row, sheet.line(line), n)
        _key(sheet, kinds)
        sheet.finish()
        return Figure(name, render_svg(canvas), alt_text(rows, kinds, heading))


def alt_text(rows: Sequence[TallyRow], kinds: Sequence[str], heading: str) -> str:
    """Say in words what the tally of `rows` shows: how many of each kind in each row."""
    parts = [
        f"Bars of shares, {count(len(rows))} {'row' if len(rows) == 1 else 'rows'} by {heading}"
    ]
    for row in rows:
        told = [f"{count(k)} {kind}" for k, kind in zip(row.counts, kinds, strict=True) if k]
        parts.append(f"{row.label}: {', '.join(told) or 'none'}")
    return ". ".join(parts) + "."


def _check(rows: Sequence[TallyRow], kinds: Sequence[str]) -> None:
    if len(kinds) > len(FILLS):
        raise ValueError(f"there are {len(kinds)} kinds; at most {len(FILLS)} can be told apart")
    for n, row in enumerate(rows):
        if len(row.counts) != len(kinds):
            raise ValueError(
                f"rows[{n}] has {len(row.counts)} counts; there are {len(kinds)} kinds, "
                "and each needs one"
            )


def _texts(texts: Sequence[str]) -> dict[str, str]:
    return {f"extra{n}": text for n, text in enumerate(texts)}


def _counts(row: TallyRow) -> list[str]:
    """The counts and their sum as text."""
    return [count(k) for k in (*row.counts, sum(row.counts))]


def _bar(sheet: Sheet, row: TallyRow, y: float, n: int) -> None:
    whole = sum(row.counts)
    for kind, (low, high) in enumerate(pairwise(accumulate(row.counts, initial=0))):
        if high > low:
            left, right = sheet.x(low / whole), sheet.x(high / whole)
            _patch(sheet, left, right, y, kind, f"bar-{n}-{kind + 1}")


def _patch(sheet: Sheet, left: float, right: float, y: float, kind: int, gid: str) -> None:
    fill, hatch, ink = FILLS[kind]
    style = {"fc": fill, "ec": ink, "hatch": hatch, "lw": 0.6, "zorder": 3, "gid": gid}
    sheet.ax.add_patch(Rectangle((left, y - BAR_HALF), right - left, 2 * BAR_HALF, **style))


def _key(sheet: Sheet, kinds: Sequence[str]) -> None:
    """The kinds with their fills, in as many lines as they need."""
    sheet.y += 0.4 * ROW
    x = 0.0
    for n, kind in enumerate(kinds):
        width = SWATCH + 0.06 + text_width(kind, size=SIZE)
        if x and x + width > sheet.width:
            x = 0.0
            sheet.y += ROW
        middle = sheet.y + ROW / 2
        _patch(sheet, x, x + SWATCH, middle, n, f"key-{n + 1}")
        sheet.text(x + SWATCH + 0.06, middle, kind, color=MUTED)
        x += width + 0.18
    sheet.y += ROW
