"""The sheet that a forest plot is drawn on: lines of text in columns, marks on the axis.

Lengths are inches from the top left. All text lies on one level, so that it is drawn, and read, in
the order in which it is added.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch, Polygon, Rectangle

from .figure import ACCENT, INK, MUTED, RULE
from .forest_layout import PLOT, Column, Layout, Line, total_width
from .forest_parts import Limits
from .numbers import is_absent
from .scale import Axis
from .typeface import SIZE, printable, text_width, wrapped

ROW = 0.205  # height of a line
LEADING = 0.155  # from line to line of one text
SMALL = 8.0  # of the axis' text, in points
ARROW, ARROW_HALF = 0.07, 0.035
DIAMOND_HALF = 0.36 * ROW
BAR_HALF = 0.028


class Sheet:
    """A drawing with its `columns` and `axis`; `y` is where the next line begins."""

    def __init__(
        self, canvas: Canvas, columns: dict[str, Column], layout: Layout, axis: Axis
    ) -> None:
        self.canvas, self.columns, self.layout, self.axis = canvas, columns, layout, axis
        self.ax = canvas.add_axes((0, 0, 1, 1))
        self.plot = columns[PLOT]
        self.width = total_width(columns)
        self.y = 0.0

    def x(self, effect: float) -> float:
        """The place of `effect` across the drawing, or of the end of the axis that it lies beyond."""
        low, high = self.axis.low, self.axis.high
        share = (self.axis.clipped(effect) - low) / (high - low)
        return self.plot.left + share * (self.plot.right - self.plot.left)

    def text(self, x: float, y: float, text: str, size: float = SIZE, **style) -> None:
        """Write `text` at `x`, its middle at `y`."""
        style = {"color": INK, "va": "center_baseline", "zorder": 4, **style}
        if text:
            self.ax.text(x, y, printable(text), size=size, **style)

    def line(self, line: Line) -> float:
        """Write `line` and return the y of its middle; a label wider than its column breaks."""
        middle = self.y + ROW / 2
        study = self.columns["study"]
        room = study.right - study.left - line.indent
        # A hair wider: the column is as wide as its widest label, to the last bit or nearly.
        first, *rest = wrapped(line.label, room + 1e-9, line.weight)
        self.text(line.indent, middle, first, weight=line.weight)
        for n, part in enumerate(rest, 1):
            self.text(line.indent, middle + n * LEADING, part, weight=line.weight)
        for name, column in self.columns.items():
            text = line.texts.get(name, "")
            self.text(column.right, middle, text, ha="right", weight=line.weight)
        self.y += ROW + len(rest) * LEADING
        return middle

    def note(self, text: str, indent: float = 0.0, color: str = MUTED, weight: str = "normal"):
        """Write `text` across the drawing."""
        lines = wrapped(text, self.width - indent, weight)
        for n, part in enumerate(lines):
            middle = self.y + ROW / 2 + n * LEADING
            self.text(indent, middle, part, color=color, weight=weight)
        self.y += ROW + (len(lines) - 1) * LEADING

    def rule(self) -> None:
        """Draw a line across the drawing."""
        self.y += 0.1 * ROW
        self.ax.plot([0, self.width], [self.y] * 2, color=RULE, lw=0.7, zorder=1)
        self.y += 0.1 * ROW

    def upright(self, effect: float | None, top: float, **style) -> None:
        """Draw a line at `effect` from `top` to the next line, if it is on the axis."""
        if not is_absent(effect) and self.axis.holds(effect) and self.y > top:
            self.ax.plot([self.x(effect)] * 2, [top, self.y], lw=0.9, zorder=1, **style)

    def square(self, y: float, effect: float, side: float, gid: str) -> None:
        """Mark `effect` by a square, unless it lies beyond the axis."""
        if self.axis.holds(effect):
            corner = self.x(effect) - side / 2, y - side / 2
            self._add(Rectangle(corner, side, side, fc=self.layout.square, lw=0), gid)

    def whisker(self, y: float, limits: Limits, gid: str) -> None:
        """Draw the interval of `limits`, with an arrow at each end that lies beyond the axis."""
        if self._meets(limits):
            ends = [self.x(limits.low), self.x(limits.high)]
            (line,) = self.ax.plot(ends, [y, y], color=INK, lw=0.9, zorder=3)
            line.set(gid=gid, solid_capstyle="butt")
        self._arrows(y, limits, INK, gid)

    def diamond(self, y: float, effect: float, limits: Limits, gid: str) -> None:
        """Draw `effect` and its `limits` as a diamond, cut where it runs beyond the axis.

        It has no outline, half of which would lie beyond the limits. An arrow stands where it was cut, a
        little apart, since nobody would see it on the diamond.
        """
        knots = [limits.low, effect, limits.high]
        if self._meets(limits):
            apart = (
                1.5 * ARROW * (self.axis.high - self.axis.low) / (self.plot.right - self.plot.left)
            )
            left = self.axis.low + (apart if limits.low < self.axis.low else 0)
            right = self.axis.high - (apart if limits.high > self.axis.high else 0)
            xs = sorted({min(max(knot, left), right) for knot in knots})
            heights = np.interp(xs, knots, [0.0, DIAMOND_HALF, 0.0]) if len(xs) > 1 else [0.0]
            upper = [(self.x(x), y - h) for x, h in zip(xs, heights, strict=True)]
            lower = [(self.x(x), y + h) for x, h in zip(xs, heights, strict=True)]
            self._add(Polygon([*upper, *reversed(lower)], fc=self.layout.diamond, lw=0), gid)
        self._arrows(y, limits, self.layout.diamond, gid)

    def bar(self, y: float, limits: Limits, gid: str) -> None:
        """Draw the prediction interval of `limits` as a bar."""
        if self._meets(limits):
            left, right = self.x(limits.low), self.x(limits.high)
            corner = left, y - BAR_HALF
            self._add(Rectangle(corner, right - left, 2 * BAR_HALF, fc=ACCENT, lw=0), gid)
        self._arrows(y, limits, ACCENT, gid)

    def ticks(self) -> None:
        """Draw the axis with its ticks, and those of their labels that have room."""
        self.y += 0.1 * ROW
        y = self.y
        self.ax.plot([self.plot.left, self.plot.right], [y] * 2, color=INK, lw=0.8, zorder=2)
        self.y += 0.3 * ROW
        free = float("-inf")
        for n, (value, label) in enumerate(self.axis.ticks, 1):
            x, half = self.x(value), text_width(label, size=SMALL) / 2
            tick = {"color": INK, "lw": 0.8, "zorder": 2, "gid": f"tick-{n}"}
            self.ax.plot([x, x], [y, y + 0.04], **tick)
            if x - half >= free:
                self.text(x, self.y + 0.35 * ROW, label, SMALL, ha="center")
                free = x + half + 0.05
        self.y += ROW

    def finish(self) -> None:
        """Give the canvas the height that was used."""
        self.ax.set(xlim=(0, self.width), ylim=(self.y, 0))
        self.ax.axis("off")
        self.canvas.set_size_inches(self.width, self.y)

    def _meets(self, limits: Limits) -> bool:
        """Whether any of the interval of `limits` lies on the axis."""
        return limits.low <= self.axis.high and limits.high >= self.axis.low

    def _arrows(self, y: float, limits: Limits, color: str, gid: str) -> None:
        for end, beyond, tip, back in (
            ("low", limits.low < self.axis.low, self.plot.left, ARROW),
            ("high", limits.high > self.axis.high, self.plot.right, -ARROW),
        ):
            if beyond:
                corners = [(tip, y), (tip + back, y - ARROW_HALF), (tip + back, y + ARROW_HALF)]
                self._add(Polygon(corners, fc=color, lw=0), f"{gid}-{end}")

    def _add(self, patch: Patch, gid: str) -> None:
        patch.set(gid=gid, zorder=3)
        self.ax.add_patch(patch)
