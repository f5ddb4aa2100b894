"""How a forest plot is laid out: layouts as records, and the places of its columns.

A layout says which columns stand where, how an interval is written, and how marks look; the drawing
is the same for all. Lengths are inches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .figure import ACCENT, INK
from .typeface import printable, text_width

WIDTH = 5.32  # of the drawing, unless its columns need more: 9-point text that a phone can show
GAP = 0.14  # between columns
LABEL_MOST = 1.75  # a longer name breaks into lines
PLOT_LEAST = 1.75
EDGE = 0.14  # right of a plot that is the last column
PLOT = "plot"
RISK, RISK_STEP = "risk", 0.185  # the column of symbols of risk, and the width of one


@dataclass(frozen=True)
class Layout:
    """A style of forest plot.

    `columns` from left to right: study, extra, estimate, interval, effect (both in one), weight,
    plot. `interval` and `effect_heading` are templates; `ends_above` puts what the ends of the axis
    mean above the plot; `overall_line` draws a dashed line at the last summary.
    """

    columns: tuple[str, ...]
    interval: str = "[{low}, {high}]"
    effect_heading: str = "{measure} [{interval}]"
    square: str = ACCENT
    diamond: str = INK
    ends_above: bool = False
    overall_line: bool = True


PLAIN = Layout(("study", "extra", PLOT, "estimate", "interval", "weight"))
# Cochrane's Review Manager: weight and effect left of the plot, no line at the overall effect.
REVMAN = Layout(("study", "extra", "weight", "effect", PLOT), square="#2b6e3f", overall_line=False)
# JAMA's instructions for authors: effect left and weight right of the plot, limits joined by "to".
JAMA = Layout(
    ("study", "extra", "effect", PLOT, "weight"),
    interval="({low} to {high})",
    effect_heading="{measure} ({interval})",
    square=INK,
    diamond="#4a7ba3",
    ends_above=True,
)
LAYOUTS = {"plain": PLAIN, "revman": REVMAN, "jama": JAMA}


@dataclass(frozen=True)
class Column:
    """A column's left and right edge, in inches from the left of the drawing."""

    left: float
    right: float


@dataclass(frozen=True)
class Line:
    """A line of the plot: its label and its other texts by column name; `bold` as in summaries."""

    label: str
    texts: Mapping[str, str]
    bold: bool = False
    indent: float = 0.0

    @property
    def weight(self) -> str:
        """The weight that it is set in."""
        return "bold" if self.bold else "normal"


def place(layout: Layout, lines: Sequence[Line], extra: int, risk: int = 0) -> dict[str, Column]:
    """Return the columns that hold `lines`, the first being the headings.

    The extra columns, `extra` in number, are called extra0, extra1, …; a column with nothing but a
    heading is left out; the plot takes what is left. `risk` symbols stand in a last column.
    """
    names = []
    for name in layout.columns:
        names += [f"extra{i}" for i in range(extra)] if name == "extra" else [name]
    labels = [text_width(printable(line.label), line.weight) + line.indent for line in lines]
    widths = {"study": min(max(labels), LABEL_MOST), PLOT: PLOT_LEAST}
    for name in names:
        if name not in widths and any(line.texts.get(name) for line in lines[1:]):
            widths[name] = max(text_width(line.texts.get(name, ""), line.weight) for line in lines)
    if risk:
        names.append(RISK)
        widths[RISK] = risk * RISK_STEP
    names = [name for name in names if name in widths]
    taken = sum(widths[name] + GAP for name in names if name != PLOT)
    # The last tick's label is centred on the plot's edge and needs half its width beyond it.
    edge = EDGE if names[-1] == PLOT else 0.0
    widths[PLOT] = max(WIDTH - taken - edge, PLOT_LEAST)
    columns, x = {}, 0.0
    for name in names:
        columns[name] = Column(x, x + widths[name])
        x += widths[name] + GAP
    return columns


def total_width(columns: Mapping[str, Column]) -> float:
    """Return the width of a drawing with `columns`."""
    last = max(columns, key=lambda name: columns[name].right)
    return columns[last].right + (EDGE if last == PLOT else 0.0)
