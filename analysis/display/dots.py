"""The dot plot: a share or a rating a row, on one axis with fixed ends (Cleveland 1984).

Up to three series stand in one row and differ by their mark as well as their colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .figure import ACCENT, ALERT, INK, MUTED, RULE, Figure, new_canvas, render_svg
from .forest_layout import PLOT, Layout, Line, place
from .forest_sheet import ROW, Sheet
from .numbers import count
from .scale import Axis, finite
from .typeface import POINTS

RADIUS = 0.042
MARKS = (("o", ACCENT, 0.9), ("D", INK, 0.0), ("^", ALERT, 0.9))
COLUMNS = Layout(("study", PLOT, "extra"))


@dataclass(frozen=True)
class DotRow:
    """A row: its name, and a value with its text for each series, None where absent."""

    label: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]


def dot_plot(
    name: str, rows: Sequence[DotRow], series: Sequence[str], heading: str, scale: Axis
) -> Figure:
    """Return the dot plot of `rows` with a mark for each of `series` over the fixed axis `scale`.

    `heading` names what a row is. Ids: dot-1-1, … (row, series), tick-1, …. ValueError where a
    value lies outside `scale`, or a row has not one value for each series.
    """
    _check(rows, series, scale)
    head = Line(heading, _texts(series), bold=True)
    lines = [Line(row.label, _texts(row.texts)) for row in rows]
    with new_canvas(1, 1) as canvas:
        sheet = Sheet(canvas, place(COLUMNS, [head, *lines], len(series)), COLUMNS, scale)
        sheet.line(head)
        sheet.rule()
        top = sheet.y
        for n, (row, line) in enumerate(zip(rows, lines, strict=True), 1):
            y = sheet.line(line)
            known = [value for value in row.values if finite(value)]
            if known:
                ends = [sheet.x(scale.low), sheet.x(max(known))]
                sheet.ax.plot(ends, [y, y], color=RULE, lw=0.8, zorder=1)
            for s, value in enumerate(row.values):
                if finite(value):
                    _dot(sheet, value, y, s, f"dot-{n}-{s + 1}")
        sheet.upright(scale.low, top, color=RULE)
        sheet.ticks()
        if len(series) > 1:
            _key(sheet, series)
        sheet.finish()
        return Figure(name, render_svg(canvas), alt_text(rows, series, heading))


def alt_text(rows: Sequence[DotRow], series: Sequence[str], heading: str) -> str:
    """Say in words what the dot plot of `rows` shows: the ends of each series."""
    parts = [f"Dot plot, {count(len(rows))} {'row' if len(rows) == 1 else 'rows'} by {heading}"]
    for n, what in enumerate(series):
        known = [row for row in rows if finite(row.values[n])]
        if known:
            least = min(known, key=lambda row: row.values[n])
            most = max(known, key=lambda row: row.values[n])
            parts.append(
                f"{what}: from {least.texts[n]} ({least.label}) to {most.texts[n]} ({most.label})"
            )
    return ". ".join(parts) + "."


def _check(rows: Sequence[DotRow], series: Sequence[str], scale: Axis) -> None:
    if not 1 <= len(series) <= len(MARKS):
        raise ValueError(f"series has {len(series)} names; between 1 and {len(MARKS)} are allowed")
    for n, row in enumerate(rows):
        if not len(row.values) == len(row.texts) == len(series):
            raise ValueError(
                f"rows[{n}] has {len(row.values)} values and {len(row.texts)} texts; "
                f"there are {len(series)} series, and each needs one of both"
            )
        for value in row.values:
            if finite(value) and not scale.holds(value):
                raise ValueError(
                    f"rows[{n}] has the value {value}; the axis allows {scale.low} to {scale.high}"
                )


def _texts(texts: Sequence[str]) -> dict[str, str]:
    return {f"extra{n}": text for n, text in enumerate(texts)}


def _dot(sheet: Sheet, value: float, y: float, series: int, gid: str) -> None:
    marker, color, fill = MARKS[series]
    style = {"mfc": (color, fill), "mec": color, "mew": 0.9, "zorder": 3 + series / 10}
    (dot,) = sheet.ax.plot(sheet.x(value), y, marker, ms=2 * RADIUS * POINTS, **style)
    dot.set_gid(gid)


def _key(sheet: Sheet, series: Sequence[str]) -> None:
    for n, text in enumerate(series):
        marker, color, fill = MARKS[n]
        style = {"mfc": (color, fill), "mec": color, "mew": 0.9, "zorder": 3}
        sheet.ax.plot(0.06, sheet.y + ROW / 2, marker, ms=2 * RADIUS * POINTS, **style)
        sheet.note(text, 0.2, color=MUTED)
