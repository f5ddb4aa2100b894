"""The funnel plot: each study's effect over its standard error, with regions of significance.

The regions tell which results a study of that standard error could have had with p below .10, .05
and .01 (Peters, Sutton, Jones, Abrams & Rushton 2008): where studies are missing says whether
significance may have decided about publication. The dashed funnel holds 95 % of studies that
estimate the effect in the centre, if there is no heterogeneity (Sterne & Egger 2001).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from scipy.special import ndtri

from .chart import Chart, Point
from .figure import ACCENT, INK, MUTED, SHADE, Figure, new_canvas, render_svg
from .numbers import count, number
from .scale import DIFFERENCE, FAR, Scale, bulk, finite, snug

LEVELS = (0.10, 0.05, 0.01)
HEIGHT = 3.3
RADIUS = 0.035  # of a study's mark, in inches
DASHES = (0, (4, 3))
DOTS = (0, (1, 2))


@dataclass(frozen=True)
class FunnelPoint:
    """A study's effect and standard error; `filled` where trim and fill made it up."""

    label: str
    estimate: float | None
    se: float | None
    filled: bool = False


@dataclass(frozen=True)
class Centre:
    """A pooled effect that the plot marks, as number and text; `reach` is z of its pseudo limits.

    `reach` None draws the line alone.
    """

    label: str
    estimate: float
    text: str
    reach: float | None = None


def funnel(
    name: str,
    points: Sequence[FunnelPoint],
    centres: Sequence[Centre],
    titles: tuple[str, str],
    scale: Scale = DIFFERENCE,
) -> Figure:
    """Return the funnel plot of `points` around `centres`; `titles` are those of x and y axis.

    Each mark has an id: study-1, …, filled-1, …, centre-1, …; an outlier in the standard error or
    the effect sets no axis and is drawn as an arrow at its edge.
    """
    shown = [p for p in points if finite(p.estimate) and finite(p.se)]
    y = snug([0.0, *bulk((p.se for p in shown), FAR)])
    y = y.cut(0.0, y.high)
    ends = [*bulk((p.estimate for p in shown), FAR), *(c.estimate for c in centres)]
    ends += [c.estimate + s * c.reach * y.high for c in centres if c.reach for s in (-1, 1)]
    ends += [] if scale.null is None else [scale.null]
    x = snug(ends, scale)
    with new_canvas(1, 1) as canvas:
        chart = Chart(canvas, HEIGHT, x, y, titles, falling=True)
        if scale.null is not None:
            _regions(chart, scale.null)
        for n, centre in enumerate(centres, 1):
            _centre(chart, centre, n)
        _points(chart, shown)
        chart.finish()
        return Figure(name, render_svg(canvas), alt_text(points, centres, titles))


def alt_text(
    points: Sequence[FunnelPoint], centres: Sequence[Centre], titles: tuple[str, str]
) -> str:
    """Say in words what the funnel plot of `points` around `centres` shows."""
    studies = [p for p in points if not p.filled]
    parts = [
        f"Funnel plot of {count(len(studies))} {'study' if len(studies) == 1 else 'studies'}: "
        f"{titles[0]} against {titles[1]}"
    ]
    parts += [f"{centre.label}: {centre.text}" for centre in centres]
    for centre in centres[:1]:
        present = [p for p in studies if finite(p.estimate)]
        left = sum(p.estimate < centre.estimate for p in present)
        parts.append(
            f"{count(left)} of {count(len(present))} studies lie left of the line of "
            f"{centre.label}, {count(len(present) - left)} right of it"
        )
    filled = len(points) - len(studies)
    if filled:
        parts.append(f"{count(filled)} filled by trim and fill, drawn as open diamonds")
    absent = sum(not (finite(p.estimate) and finite(p.se)) for p in points)
    if absent:
        parts.append(f"{count(absent)} without effect or standard error, not drawn")
    return ". ".join(parts) + "."


def _regions(chart: Chart, null: float) -> None:
    """Shade what lies beyond each level of significance, the wider regions first."""
    ax, depth = chart.ax, chart.y.high
    first, *_, last = texts = [number(level, 2) for level in LEVELS]
    between = [f"{low} to {high}" for high, low in pairwise(texts)]
    chart.key(_swatch(0.0), f"p > {first}")
    for n, (level, text) in enumerate(zip(LEVELS, (*between, f"p < {last}"), strict=True), 1):
        reach = -float(ndtri(level / 2)) * depth
        for side, edge in ((-1, chart.x.low), (1, chart.x.high)):
            # The share of its border that lies within the plot; beyond, the plot's edge bounds it.
            share = min(1.0, abs(edge - null) / reach)
            xs, ys = [null, null + side * share * reach], [0, share * depth]
            style = {"lw": 0, "zorder": 0, "clip_on": False}
            (area,) = ax.fill([*xs, edge, edge], [*ys, ys[-1], 0], fc=(INK, SHADE), **style)
            area.set_gid(f"region-{n}-{'low' if side < 0 else 'high'}")
            ax.plot(xs, ys, color=MUTED, lw=0.5, zorder=1, clip_on=False)
        # The regions lie upon each other, and so do their shades.
        chart.key(_swatch(1 - (1 - SHADE) ** n), text)


def _swatch(opacity: float) -> Rectangle:
    return Rectangle((0.1, 0.15), 0.8, 0.7, fc=(INK, opacity), ec=(MUTED, 1.0), lw=0.5)


def _centre(chart: Chart, centre: Centre, n: int) -> None:
    style = {"color": INK, "lw": 1.0, "linestyle": "-" if n == 1 else DOTS}
    depth = chart.y.high
    (line,) = chart.ax.plot([centre.estimate] * 2, [0, depth], zorder=2, clip_on=False, **style)
    line.set_gid(f"centre-{n}")
    chart.key(Line2D([0, 1], [0.5, 0.5], **style), f"{centre.label} {centre.text}")
    if centre.reach is not None:
        ends = [centre.estimate + side * centre.reach * depth for side in (-1, 1)]
        xs, ys = [ends[0], centre.estimate, ends[1]], [depth, 0, depth]
        style = {"color": INK, "lw": 0.9, "linestyle": DASHES, "zorder": 2, "clip_on": False}
        (limits,) = chart.ax.plot(xs, ys, **style)
        limits.set_gid(f"pseudo-limits-{n}")


def _points(chart: Chart, points: Sequence[FunnelPoint]) -> None:
    counted = {False: 0, True: 0}
    marks = []
    for point in points:
        counted[point.filled] += 1
        n, inside = counted[point.filled], chart.holds(point.estimate, point.se)
        what = (
            ("D", RADIUS, f"filled-{n}", INK, 0.0)
            if point.filled
            else ("o", RADIUS, f"study-{n}", ACCENT)
        )
        place = chart.mark(point.estimate, point.se, *what)
        marks.append((Point(point.label, *place, RADIUS), not inside and not point.filled))
    if counted[False]:
        dot = {"marker": "o", "ls": "none", "mfc": ACCENT, "mec": "none", "ms": 5}
        chart.key(Line2D([0.5], [0.5], **dot), "Study")
    if counted[True]:
        style = {"mfc": "none", "mec": INK, "ms": 5}
        chart.key(Line2D([0.5], [0.5], marker="D", ls="none", **style), "Filled by trim and fill")
    chart.name([mark for mark, beyond in marks if beyond], [mark for mark, _ in marks])
