"""The influence panel: a small plot a diagnostic, a row a study, so that names stand beside marks.

Viechtbauer & Cheung (2010) name the diagnostics: the externally standardised residual, DFFITS, Cook's
distance, the covariance ratio, tau2 and Q without the study, hat values and weights. A study that
is flagged as influential has a filled diamond in each plot, and its name in bold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from .figure import ALERT, INK, MUTED, RULE, Figure, new_canvas, render_svg
from .numbers import count, number
from .scale import FAR, Axis, axis, bulk, finite, snug
from .typeface import POINTS, SIZE, printable, text_width, wrapped

WIDTH = 5.32
SMALL = 8.0
ROW, LEADING = 0.185, 0.15
LABEL_MOST = 1.55
SIDE_BY_SIDE = 4  # plots in a row: narrower ones could not be read on a phone
GAP = 0.16
RADIUS = 0.033
INSET = 0.05  # between the ends of a plot and of its axis, so that no mark is cut
DASHES = (0, (3, 2))


@dataclass(frozen=True)
class Diagnostic:
    """A diagnostic of every study: its title, values, the value of no influence, and its bounds.

    `reference` is None where there is none, as are `values` that could not be computed. `least` is what
    no value can be below, nor the axis.
    """

    title: str
    values: tuple[float | None, ...]
    reference: float | None = None
    bounds: tuple[float, ...] = ()
    least: float | None = None


def influence_panel(
    name: str,
    labels: Sequence[str],
    flagged: Sequence[bool] | None,
    diagnostics: Sequence[Diagnostic],
    notes: Sequence[str] = (),
) -> Figure:
    """Return the plots of `diagnostics` of the studies `labels`, those `flagged` marked, over `notes`.

    With `flagged` None the studies were not judged, and nothing is said of flags.

    Ids: study-1-1, … (study, diagnostic), reference-1, bound-1-1, … (diagnostic, bound).
    """
    for diagnostic in diagnostics:
        if len(diagnostic.values) != len(labels):
            raise ValueError(
                f"{diagnostic.title!r} has {len(diagnostic.values)} values; "
                f"there are {len(labels)} labels, and each needs one (None where absent)"
            )
    with new_canvas(1, 1) as canvas:
        marked = [False] * len(labels) if flagged is None else flagged
        panel = _Panel(canvas.add_axes((0, 0, 1, 1)), labels, marked)
        for start in range(0, len(diagnostics), SIDE_BY_SIDE):
            panel.block(diagnostics[start : start + SIDE_BY_SIDE], start + 1)
        if flagged is not None:
            panel.note("Filled diamond and bold name: flagged as influential.")
        if any(d.bounds for d in diagnostics):
            panel.note("Dashed: bounds of the diagnostic.")
        for note in notes:
            panel.note(note)
        panel.finish(canvas)
        alt = " ".join([alt_text(labels, flagged, diagnostics), *notes])
        return Figure(name, render_svg(canvas), alt)


def alt_text(
    labels: Sequence[str], flagged: Sequence[bool] | None, diagnostics: Sequence[Diagnostic]
) -> str:
    """Say in words what the panel shows: which studies are flagged, and their diagnostics."""
    titles = ", ".join(d.title for d in diagnostics)
    parts = [
        f"Influence diagnostics of {count(len(labels))} "
        f"{'study' if len(labels) == 1 else 'studies'}: {titles}"
    ]
    if flagged is None:
        return f"{parts[0]}."
    marked = [n for n, flag in enumerate(flagged) if flag]
    parts.append(
        f"{count(len(marked))} flagged as influential"
        if marked
        else "None is flagged as influential"
    )
    for n in marked:
        values = ", ".join(f"{d.title} {number(d.values[n], 2)}" for d in diagnostics)
        parts.append(f"{labels[n]}: {values}")
    return ". ".join(parts) + "."


class _Panel:
    """The drawing: blocks of plots below each other, each beside the names of the studies."""

    def __init__(self, ax: Axes, labels: Sequence[str], flagged: Sequence[bool]) -> None:
        self.ax, self.flagged, self.y = ax, flagged, 0.0
        weights = ["bold" if flag else "normal" for flag in flagged]
        widest = max(map(text_width, map(printable, labels), weights), default=0.0)
        self.label = min(widest, LABEL_MOST)
        self.names = [
            wrapped(label, self.label + 1e-9, weight)
            for label, weight in zip(labels, weights, strict=True)
        ]

    def block(self, diagnostics: Sequence[Diagnostic], first: int) -> None:
        """Draw `diagnostics`, the first of which is number `first`, beside the names."""
        width = (WIDTH - self.label - SIDE_BY_SIDE * GAP) / SIDE_BY_SIDE
        lefts = [self.label + GAP + n * (width + GAP) for n in range(len(diagnostics))]
        titles = [wrapped(d.title, width + GAP / 2, "bold") for d in diagnostics]
        lines = max(map(len, titles))
        for left, title in zip(lefts, titles, strict=True):
            for n, part in enumerate(title, lines - len(title)):
                y = self.y + LEADING * (n + 0.5)
                self._text(left + width / 2, y, part, ha="center", weight="bold")
        self.y += lines * LEADING + 0.04
        top, places = self.y, []
        for flag, name in zip(self.flagged, self.names, strict=True):
            places.append(self.y + ROW / 2)
            for n, part in enumerate(name):
                y = self.y + ROW / 2 + n * LEADING
                self._text(0, y, part, weight="bold" if flag else "normal")
            self.y += ROW + (len(name) - 1) * LEADING
        for n, (left, diagnostic) in enumerate(zip(lefts, diagnostics, strict=True), first):
            self._plot(left, width, top, places, diagnostic, n)
        self.y += 0.34

    def note(self, text: str) -> None:
        """Write `text` across the drawing."""
        for part in wrapped(text, WIDTH, size=SMALL):
            self._text(0, self.y + LEADING / 2, part, size=SMALL, color=MUTED)
            self.y += LEADING

    def finish(self, canvas) -> None:
        """Give `canvas` the height that was used."""
        self.ax.set(xlim=(0, WIDTH), ylim=(self.y, 0))
        self.ax.axis("off")
        canvas.set_size_inches(WIDTH, self.y)

    def _plot(
        self, left: float, width: float, top: float, places: list[float], d: Diagnostic, number: int
    ) -> None:
        scale = _axis_of(d)

        def x(value: float) -> float:
            share = (scale.clipped(value) - scale.low) / (scale.high - scale.low)
            return left + INSET + share * (width - 2 * INSET)

        bottom = self.y
        frame = {"color": INK, "lw": 0.8, "zorder": 2}
        self.ax.plot([left, left + width], [bottom, bottom], **frame)
        if d.reference is not None:
            line = {"color": RULE, "lw": 0.9, "zorder": 1, "gid": f"reference-{number}"}
            self.ax.plot([x(d.reference)] * 2, [top, bottom], **line)
        for n, bound in enumerate(d.bounds, 1):
            if scale.holds(bound):
                style = {"color": MUTED, "lw": 0.8, "ls": DASHES, "zorder": 1}
                gid = f"bound-{number}-{n}"
                self.ax.plot([x(bound)] * 2, [top, bottom], gid=gid, **style)
        for n, (value, y, flag) in enumerate(zip(d.values, places, self.flagged, strict=True), 1):
            if finite(value):
                mark = "D" if flag else "o"
                if not scale.holds(value):
                    mark = ">" if value > scale.high else "<"
                self._mark(x(value), y, mark, flag, f"study-{n}-{number}")
        ends = {scale.ticks[0], scale.ticks[-1]}
        for n, (value, label) in enumerate(scale.ticks, 1):
            gid = f"tick-{number}-{n}"
            self.ax.plot([x(value)] * 2, [bottom, bottom + 0.035], gid=gid, **frame)
            if (value, label) in ends:
                side = "left" if value == scale.low else "right"
                self._text(x(value), bottom + 0.12, label, size=SMALL, ha=side)

    def _mark(self, x: float, y: float, marker: str, flag: bool, gid: str) -> None:
        color = ALERT if flag else INK
        style = {"mec": color, "mfc": color if flag else "none", "mew": 0.9, "zorder": 3}
        (mark,) = self.ax.plot(x, y, marker, ms=2 * RADIUS * POINTS, **style)
        mark.set_gid(gid)

    def _text(self, x: float, y: float, text: str, **style) -> None:
        style = {"size": SIZE, "color": INK, "va": "center_baseline", "zorder": 4, **style}
        self.ax.text(x, y, text, **style)


def _axis_of(diagnostic: Diagnostic) -> Axis:
    ends = bulk(diagnostic.values, FAR)
    reference = diagnostic.reference
    ends += [] if reference is None else [reference]
    # A bound farther from the values than they spread would squash them, and none is near it.
    reachable = snug(ends, pad=1.0)
    ends += [bound for bound in diagnostic.bounds if reachable.holds(bound)]
    found = axis(ends, most=5)
    least = diagnostic.least
    return found if least is None else found.cut(max(found.low, least), found.high)
