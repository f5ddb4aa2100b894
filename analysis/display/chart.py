"""The frame of a chart with two axes: ticks and titles, names of points, and a key below.

Places within the plot are data; everything around it is measured in inches, so that text keeps its
size and a name can be put where nothing else stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from .figure import INK, MUTED
from .scale import Axis
from .typeface import POINTS, SIZE, printable, text_width, wrapped

WIDTH = 5.32  # of a drawing: 9-point text that a phone can show
SMALL = 8.0  # of ticks, names and the key, in points
LINE = 0.16  # height of a line of small text
TICK = 0.04
GAP = 0.05
KEY_HANDLE = 0.28  # room for a mark in the key
NAMES = 5  # at most so many points are named
NAME_MOST = 1.6


@dataclass(frozen=True)
class Point:
    """A place in the plot with the name of what stands there, and the radius of its mark in inches."""

    label: str
    x: float
    y: float
    radius: float = 0.04


class Chart:
    """A plot of `height` inches on `canvas` over the axes `x` and `y`; `falling` turns y over.

    `top` and `right` leave room for what stands beside the plot; `key` is the number of lines below.
    """

    def __init__(
        self,
        canvas: Canvas,
        height: float,
        x: Axis,
        y: Axis,
        titles: tuple[str, str],
        falling: bool = False,
        top: float = 0.08,
        right: float = 0.12,
    ) -> None:
        self.canvas, self.x, self.y, self.falling = canvas, x, y, falling
        ticks = max(text_width(label, size=SMALL) for _, label in y.ticks)
        self.left = LINE + 0.08 + ticks + TICK + GAP
        self.width, self.height = WIDTH - self.left - right, height
        self.above, self.below = top, TICK + LINE + GAP + LINE
        self.keys: list[tuple[Artist, str]] = []
        self.margins: list[tuple[Axes, str, float, float]] = []
        self.title_beside = ""
        self.ax = canvas.add_axes((0, 0, 1, 1))
        self.ax.set(xlim=(x.low, x.high), ylim=(y.high, y.low) if falling else (y.low, y.high))
        self.titles = titles
        self._dress()

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where the data (x, y) stand, in inches right of and below the plot's corner."""
        across = (x - self.x.low) / (self.x.high - self.x.low)
        up = (y - self.y.low) / (self.y.high - self.y.low)
        return across * self.width, (up if self.falling else 1 - up) * self.height

    def holds(self, x: float, y: float) -> bool:
        """Whether the plot covers the data (x, y)."""
        return self.x.holds(x) and self.y.holds(y)

    def mark(
        self,
        x: float,
        y: float,
        marker: str,
        radius: float,
        gid: str,
        color: str,
        fill: float = 0.8,
    ) -> tuple[float, float]:
        """Mark the data (x, y) with the id `gid`, or its edge by an arrow; return where the mark is.

        `radius` is in inches, `fill` the opacity within the outline.
        """
        place = self.x.clipped(x), self.y.clipped(y)
        if not self.holds(x, y):
            marker = self._arrow(x, y)
        style = {"mfc": (color, fill), "mec": color, "mew": 0.8, "zorder": 4, "clip_on": False}
        (mark,) = self.ax.plot(*place, marker, ms=2 * radius * POINTS, **style)
        mark.set_gid(gid)
        return place

    def name(self, named: Sequence[Point], others: Iterable[Point] = ()) -> None:
        """Write the names of at most `NAMES` points, the first first, where nothing else stands.

        Right of the mark, left, above, below: the first place that is free of marks, of other names
        and within the plot is taken; a point without such a place stays without its name.
        """
        boxes = [self._mark(point) for point in {*named, *others}]
        for n, point in enumerate(named[:NAMES], 1):
            text, *more = wrapped(point.label, NAME_MOST, size=SMALL)
            text += "…" if more else ""
            for box, corner, sides in self._candidates(point, text_width(text, size=SMALL)):
                free = not any(_overlap(box, other) for other in boxes)
                if free and self._inside(box):
                    self._write(corner, text, sides, f"name-{n}")
                    boxes.append(box)
                    break

    def key(self, mark: Artist, text: str) -> None:
        """Add `mark` with its meaning to the key below the plot."""
        self.keys.append((mark, printable(text)))

    def margin(self, along: str, depth: float, gap: float) -> Axes:
        """Return a plot `depth` inches deep `gap` above this one ("across") or right of it ("up").

        It shares the axis that it runs along, and has none of its own.
        """
        shared = {"sharex": self.ax} if along == "across" else {"sharey": self.ax}
        ax = self.canvas.add_axes((0, 0, 1, 1), label=along, **shared)
        ax.axis("off")
        self.margins.append((ax, along, depth, gap))
        return ax

    def beside(self, title: str) -> None:
        """Write `title` upright at the right edge of the drawing."""
        self.title_beside = title

    def finish(self) -> None:
        """Draw the key, and give the canvas its size."""
        lines = self._key_lines()
        total = self.above + self.height + self.below + (len(lines) * LINE + 0.1 if lines else 0.03)
        self.canvas.set_size_inches(WIDTH, total)
        low = total - self.above - self.height
        self._put(self.ax, total, self.left, low, self.width, self.height)
        for ax, along, depth, gap in self.margins:
            if along == "across":
                self._put(ax, total, self.left, low + self.height + gap, self.width, depth)
            else:
                self._put(ax, total, self.left + self.width + gap, low, depth, self.height)
        across, up = self.left + self.width / 2, low + self.height / 2
        for x, y, text, angle in (
            (across, low - self.below + LINE / 2, self.titles[0], 0),
            (LINE / 2, up, self.titles[1], 90),
            (WIDTH - LINE / 2, up, self.title_beside, 90),
        ):
            style = {"size": SIZE, "color": INK, "zorder": 6, "rotation": angle}
            va = "center" if angle else "center_baseline"
            if text:
                self.canvas.text(x / WIDTH, y / total, printable(text), ha="center", va=va, **style)
        for row, entries in enumerate(lines):
            y = low - self.below - 0.1 - LINE * (row + 0.5)
            for x, mark, text in entries:
                self._key_entry(x, y, mark, text, total)

    def _put(
        self, ax: Axes, total: float, left: float, low: float, width: float, height: float
    ) -> None:
        ax.set_position((left / WIDTH, low / total, width / WIDTH, height / total))

    def _dress(self) -> None:
        ax = self.ax
        ax.patch.set_visible(False)
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            ax.spines[side].set(color=INK, linewidth=0.8)
        style = {"labelsize": SMALL, "labelcolor": INK, "color": INK, "width": 0.8}
        ax.tick_params(length=TICK * POINTS, pad=GAP * POINTS * 0.6, **style)
        for name, axis, data in (("x", ax.xaxis, self.x), ("y", ax.yaxis, self.y)):
            axis.set_ticks([place for place, _ in data.ticks], [label for _, label in data.ticks])
            for n, tick in enumerate(axis.get_major_ticks(), 1):
                tick.tick1line.set_gid(f"{name}-tick-{n}")

    def _arrow(self, x: float, y: float) -> str:
        """The marker that points to where (x, y) lies beyond the plot."""
        if not self.x.holds(x):
            return ">" if x > self.x.high else "<"
        return "^" if (y > self.y.high) != self.falling else "v"

    def _mark(self, point: Point) -> tuple[float, float, float, float]:
        x, y = self.place(point.x, point.y)
        return x - point.radius, y - point.radius, x + point.radius, y + point.radius

    def _candidates(self, point: Point, width: float):
        """Boxes around the mark for a name so wide: the box, where the text is tied, and how."""
        x, y = self.place(point.x, point.y)
        away, half = point.radius + 0.03, LINE / 2
        for left, middle, tied, side in (
            (x + away, y, x + away, "left"),
            (x - away - width, y, x - away, "right"),
            (x - width / 2, y - away - half, x, "center"),
            (x - width / 2, y + away + half, x, "center"),
        ):
            box = left, middle - half, left + width, middle + half
            yield box, (tied, middle), side

    def _inside(self, box: tuple[float, float, float, float]) -> bool:
        return box[0] >= 0 and box[1] >= 0 and box[2] <= self.width and box[3] <= self.height

    def _write(self, corner: tuple[float, float], text: str, side: str, gid: str) -> None:
        share = corner[0] / self.width, 1 - corner[1] / self.height
        self.ax.text(
            *share, text, transform=self.ax.transAxes, ha=side, va="center_baseline",
            size=SMALL, color=INK, zorder=6, gid=gid,
        )  # fmt: skip

    def _key_lines(self) -> list[list[tuple[float, Artist, str]]]:
        """The entries of the key in lines: each with its place from the left."""
        lines: list[list[tuple[float, Artist, str]]] = []
        x = WIDTH
        for mark, text in self.keys:
            width = KEY_HANDLE + text_width(text, size=SMALL) + 0.16
            if x + width > WIDTH + 0.16:
                lines.append([])
                x = 0.0
            lines[-1].append((x, mark, text))
            x += width
        return lines

    def _key_entry(self, x: float, y: float, mark: Artist, text: str, total: float) -> None:
        box = self.canvas.add_axes(
            (x / WIDTH, (y - LINE / 2) / total, KEY_HANDLE / WIDTH, LINE / total)
        )
        box.set(xlim=(0, 1), ylim=(0, 1))
        box.axis("off")
        box.add_artist(mark)
        self.canvas.text(
            (x + KEY_HANDLE + 0.02) / WIDTH, y / total, text, size=SMALL, color=MUTED,
            va="center_baseline", zorder=6,
        )  # fmt: skip


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
