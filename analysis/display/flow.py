"""The flow diagram: what remained, from top to bottom, and beside it what was excluded and why.

After Page et al. (2021), PRISMA 2020.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from .figure import ACCENT, INK, MUTED, SHADE, Figure, new_canvas, render_svg
from .numbers import NBSP
from .typeface import SIZE, printable, text_width, wrapped

WIDTH = 5.32  # of a drawing: 9-point text that a phone can show
BAR = 0.22  # width of the bars that name the phases
BOX = 2.38  # width of a box
MAIN, ASIDE = BAR + 0.1, WIDTH - BOX  # left edges of the boxes on the left and on the right
LINE, PAD, INDENT = 0.155, 0.08, 0.12
DOWN = 0.24  # from a stage to the next
EDGE = 0.01  # keeps the outline whole
NOTHING = "The data hold no counts of the study flow"


@dataclass(frozen=True)
class Entry:
    """What was counted, its count as text, and whether it is a part of the entry before."""

    label: str
    count: str
    part: bool = False

    @property
    def said(self) -> str:
        """The entry as the diagram words it."""
        return f"{self.label} (n{NBSP}={NBSP}{self.count})"


@dataclass(frozen=True)
class Stage:
    """The entries that remained at a stage, those excluded from there on, and the review's phase."""

    left: tuple[Entry, ...] = ()
    out: tuple[Entry, ...] = ()
    phase: str = ""


def flow_diagram(name: str, stages: Sequence[Stage]) -> Figure:
    """Return the flow diagram of `stages`. Ids: stage-1, …, out-1, … (of the same stage)."""
    with new_canvas(WIDTH, 1) as canvas:
        ax = canvas.add_axes((0, 0, 1, 1))
        ax.axis("off")
        y, above, middle = EDGE, None, MAIN + BOX / 2
        phases: dict[str, tuple[float, float]] = {}
        for n, stage in enumerate(stages, 1):
            heights = [_box(ax, MAIN, y, stage.left, f"stage-{n}")]
            heights.append(_box(ax, ASIDE - EDGE, y, stage.out, f"out-{n}"))
            if above is not None and stage.left:
                _arrow(ax, (middle, above), (middle, y))
            if all(heights):
                level = y + min(heights) / 2
                _arrow(ax, (MAIN + BOX, level), (ASIDE - EDGE, level))
            above = y + heights[0] if stage.left else above
            foot = y + max(heights)
            top = phases.get(stage.phase, (y, foot))[0]
            if stage is stages[-1] or stages[n].phase != stage.phase:  # the last of its phase
                foot = max(foot, top + text_width(stage.phase) + 2 * PAD)
            phases[stage.phase] = top, foot
            y = foot + DOWN
        for phase, (top, foot) in phases.items():
            _bar(ax, top, foot, phase)
        if not stages:
            _write(ax, EDGE, y + LINE / 2, NOTHING + ".", MUTED)
            y += LINE + DOWN
        height = y - DOWN + EDGE
        canvas.set_size_inches(WIDTH, height)
        ax.set(xlim=(0, WIDTH), ylim=(height, 0))
        return Figure(name, render_svg(canvas), alt_text(stages))


def alt_text(stages: Sequence[Stage]) -> str:
    """Say in words what the flow diagram of `stages` shows."""
    parts, phase = ["Flow diagram from top to bottom"], ""
    for stage in stages:
        if stage.phase != phase:
            phase = stage.phase
            parts.append(phase)
        if stage.left:
            parts.append("; ".join(entry.said for entry in stage.left))
        if stage.out:
            parts.append("Excluded: " + "; ".join(entry.said for entry in stage.out))
    return ". ".join(parts if stages else [NOTHING]) + "."


def _box(ax: Axes, x: float, y: float, entries: Sequence[Entry], gid: str) -> float:
    """Draw the box of `entries` with its top left at (x, y); return its height, 0 without any."""
    lines = []
    for entry in entries:
        indent = INDENT if entry.part else 0.0
        room = BOX - 2 * PAD - indent
        lines += [(indent, text) for text in wrapped(entry.said, room)]
    if not lines:
        return 0.0
    height = len(lines) * LINE + 2 * PAD
    box = Rectangle((x, y), BOX, height, facecolor="none", edgecolor=INK, lw=0.8)
    box.set_gid(gid)
    ax.add_patch(box)
    for n, (indent, text) in enumerate(lines):
        _write(ax, x + PAD + indent, y + PAD + (n + 0.5) * LINE, text, INK)
    return height


def _bar(ax: Axes, top: float, foot: float, phase: str) -> None:
    """Draw the bar of `phase` beside its stages, with its name turned; nothing for one without."""
    if not phase:
        return
    ax.add_patch(Rectangle((EDGE, top), BAR, foot - top, facecolor=ACCENT, alpha=2 * SHADE, lw=0))
    name = printable(phase)
    turned = {"rotation": 90, "rotation_mode": "anchor", "ha": "center", "va": "center_baseline"}
    ax.text(EDGE + BAR / 2, (top + foot) / 2, name, size=SIZE, color=INK, zorder=4, **turned)


def _write(ax: Axes, x: float, y: float, text: str, color: str) -> None:
    ax.text(x, y, printable(text), size=SIZE, color=color, va="center_baseline", zorder=4)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    style = {"arrowstyle": "-|>", "color": MUTED, "lw": 0.9, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=style)
