"""The specification curve: every defensible analysis with its estimate, and the choices it made.

Simonsohn, Simmons & Nelson (2020), Nat Hum Behav 4, 1208. Above, the estimates in order of size
with their intervals; below, a row an option of each decision, with a mark under the analyses that
took it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from matplotlib.axes import Axes

from .figure import ACCENT, INK, MUTED, RULE, Figure, new_canvas, render_svg
from .numbers import count, number
from .scale import DIFFERENCE, FAR, Axis, Scale, bulk, finite, snug
from .typeface import POINTS, SIZE, printable, text_width, wrapped

WIDTH = 5.32
HEIGHT, TOP = 2.1, 0.08  # of the curve, and where it begins
ROW, LEADING, SMALL = 0.185, 0.15, 8.0
LABEL_MOST = 1.5
GAP, INSET, TICK = 0.14, 0.06, 0.04
RADIUS, RADIUS_LEAST = 0.035, 0.012
DECIMALS = 2


@dataclass(frozen=True)
class Specification:
    """An analysis: the option that it took in each decision, its estimate, and its limits."""

    choices: Mapping[str, str] = field(hash=False)
    estimate: float | None
    low: float | None = None
    high: float | None = None


def specification_curve(
    name: str,
    specifications: Sequence[Specification],
    title: str,
    scale: Scale = DIFFERENCE,
) -> Figure:
    """Return the curve of `specifications`, `title` being that of the axis of their estimates.

    An interval that excludes no effect has a filled mark. Ids: intervals (the limits in order),
    significant and other (the estimates), null, choice-1-1, … (decision, option). ValueError where
    not all specifications decide the same.
    """
    decisions = decided(specifications)
    shown = sorted((s for s in specifications if finite(s.estimate)), key=lambda s: s.estimate)
    ends = bulk((end for s in shown for end in (s.low, s.high)), FAR)
    ends += [s.estimate for s in shown] + ([] if scale.null is None else [scale.null])
    with new_canvas(1, 1) as canvas:
        drawing = _Drawing(canvas.add_axes((0, 0, 1, 1)), decisions, len(shown), snug(ends, scale))
        drawing.curve(shown, title, scale.null)
        drawing.matrix(shown)
        drawing.finish(canvas, scale.null)
        return Figure(name, render_svg(canvas), alt_text(specifications, title, scale))


def decided(specifications: Sequence[Specification]) -> dict[str, list[str]]:
    """Return the options of each decision, in the order in which `specifications` name them."""
    options: dict[str, list[str]] = {}
    for n, specification in enumerate(specifications):
        if n and specification.choices.keys() != options.keys():
            raise ValueError(
                f"specifications[{n}] decides {', '.join(specification.choices) or 'nothing'}; "
                f"the first decides {', '.join(options) or 'nothing'}, and all must decide the same"
            )
        for decision, option in specification.choices.items():
            known = options.setdefault(decision, [])
            if option not in known:
                known.append(option)
    return options


def excludes(specification: Specification, null: float | None) -> bool:
    """Whether the interval of `specification` excludes no effect, `null`."""
    known = finite(specification.low) and finite(specification.high) and null is not None
    return known and not specification.low <= null <= specification.high


def alt_text(specifications: Sequence[Specification], title: str, scale: Scale = DIFFERENCE) -> str:
    """Say in words what the curve shows: its range, its middle, and what was decided."""
    shown = [s for s in specifications if finite(s.estimate)]
    what = "specification" if len(shown) == 1 else "specifications"
    parts = [f"Specification curve of {count(len(shown))} {what}: {title}"]
    if shown:
        values = [s.estimate for s in shown]
        low, middle, high = (
            number(v, DECIMALS) for v in (min(values), median(values), max(values))
        )
        parts.append(f"Estimates run from {low} to {high}, with median {middle}")
        if scale.null is not None:
            outside = sum(excludes(s, scale.null) for s in shown)
            parts.append(f"{count(outside)} of {count(len(shown))} intervals exclude no effect")
    for decision, options in decided(specifications).items():
        parts.append(f"{decision}: {', '.join(options)}")
    absent = len(specifications) - len(shown)
    if absent:
        parts.append(f"{count(absent)} without an estimate, not drawn")
    return ". ".join(parts) + "."


class _Drawing:
    """The drawing, in inches from the top left: the curve over the matrix of choices."""

    def __init__(self, ax: Axes, decisions: dict[str, list[str]], size: int, effects: Axis) -> None:
        self.ax, self.decisions, self.size, self.effects = ax, decisions, size, effects
        options = [printable(o) for known in decisions.values() for o in known]
        headings = [text_width(printable(d), "bold") for d in decisions]
        ticks = max(text_width(label, size=SMALL) for _, label in effects.ticks) + TICK + 0.04
        # The title of the axis stands left of its ticks.
        widest = max([*map(text_width, options), *headings, ticks + LEADING + 0.06])
        self.left = min(max(widest, ticks + LEADING + 0.06), LABEL_MOST) + GAP
        self.y = HEIGHT + TOP
        self.radius = max(min(RADIUS, 0.4 * self._step), RADIUS_LEAST)

    @property
    def _step(self) -> float:
        return (WIDTH - self.left - 2 * INSET) / max(self.size, 1)

    def x(self, n: int) -> float:
        """Where the analysis at place `n`, counted from 0, stands."""
        return self.left + INSET + (n + 0.5) * self._step

    def up(self, effect: float) -> float:
        """The height of `effect`, or of the end of the axis that it lies beyond."""
        low, high = self.effects.low, self.effects.high
        return HEIGHT * (high - self.effects.clipped(effect)) / (high - low) + TOP

    def curve(self, shown: Sequence[Specification], title: str, null: float | None) -> None:
        """Draw the axis, the intervals and the estimates of `shown`."""
        self._axis(title)
        ranged = [(n, s) for n, s in enumerate(shown) if finite(s.low) and finite(s.high)]
        if ranged:
            lows, highs = ([self.up(getattr(s, end)) for _, s in ranged] for end in ("low", "high"))
            width = min(1.0, 0.5 * self._step * POINTS)
            places = [self.x(n) for n, _ in ranged]
            self.ax.vlines(places, lows, highs, colors=MUTED, lw=width, zorder=2, gid="intervals")
        for gid, fill, wanted in (("significant", 1.0, True), ("other", 0.0, False)):
            marked = [(n, s) for n, s in enumerate(shown) if excludes(s, null) == wanted]
            if marked:
                places = [self.x(n) for n, _ in marked], [self.up(s.estimate) for _, s in marked]
                self._marks(*places, "o", self.radius, fill, gid)

    def matrix(self, shown: Sequence[Specification]) -> None:
        """Draw a row an option of each decision, with a mark under the analyses that took it."""
        self.y += 0.5 * ROW
        for d, (decision, options) in enumerate(self.decisions.items(), 1):
            self._label(decision, "bold")
            for o, option in enumerate(options, 1):
                y = self._label(option, "normal", WIDTH)
                taken = [n for n, s in enumerate(shown) if s.choices[decision] == option]
                if taken:
                    places = [self.x(n) for n in taken]
                    self._marks(places, [y] * len(taken), "s", self.radius, 1.0, f"choice-{d}-{o}")
            self.y += 0.3 * ROW

    def finish(self, canvas, null: float | None) -> None:
        """Write what the marks mean, and give `canvas` the height that was used."""
        filled = "" if null is None else "Filled circle: the interval excludes no effect. "
        for part in wrapped(f"{filled}Square: the option was taken.", WIDTH, size=SMALL):
            self._text(0, self.y + LEADING / 2, part, size=SMALL, color=MUTED)
            self.y += LEADING
        if null is not None and self.effects.holds(null):
            y = self.up(null)
            line = {"color": RULE, "lw": 0.9, "zorder": 1, "gid": "null"}
            self.ax.plot([self.left, WIDTH], [y, y], **line)
        self.ax.set(xlim=(0, WIDTH), ylim=(self.y + 0.02, 0))
        self.ax.axis("off")
        canvas.set_size_inches(WIDTH, self.y + 0.02)

    def _axis(self, title: str) -> None:
        frame = {"color": INK, "lw": 0.8, "zorder": 2}
        self.ax.plot([self.left] * 2, [TOP, HEIGHT + TOP], **frame)
        widest = 0.0
        for n, (value, label) in enumerate(self.effects.ticks, 1):
            y = self.up(value)
            self.ax.plot([self.left - TICK, self.left], [y, y], gid=f"tick-{n}", **frame)
            self._text(self.left - TICK - 0.04, y, label, size=SMALL, ha="right")
            widest = max(widest, text_width(label, size=SMALL))
        x = self.left - TICK - 0.04 - widest - 0.06 - LEADING / 2
        style = {"rotation": 90, "ha": "center", "va": "center"}
        self._text(x, TOP + HEIGHT / 2, printable(title), **style)

    def _label(self, text: str, weight: str, end: float | None = None) -> float:
        """Write `text` left of the matrix, ruled up to `end`; return the middle of its first line."""
        middle = self.y + ROW / 2
        lines = wrapped(text, self.left - GAP + 1e-9 if end else WIDTH, weight)
        for n, part in enumerate(lines):
            self._text(0, middle + n * LEADING, part, weight=weight)
        if end:
            self.ax.plot([self.left, end], [middle] * 2, color=RULE, lw=0.4, zorder=0)
        self.y += ROW + (len(lines) - 1) * LEADING
        return middle

    def _marks(self, xs, ys, marker: str, radius: float, fill: float, gid: str) -> None:
        color = ACCENT if marker == "o" else INK
        style = {"mfc": (color, fill), "mec": color, "mew": 0.7 if fill < 1 else 0, "zorder": 3}
        (marks,) = self.ax.plot(xs, ys, marker, ms=2 * radius * POINTS, ls="none", **style)
        marks.set_gid(gid)

    def _text(self, x: float, y: float, text: str, **style) -> None:
        style = {"size": SIZE, "color": INK, "va": "center_baseline", "zorder": 4, **style}
        self.ax.text(x, y, text, **style)
