"""The GOSH plot: the pooled effect and I² of very many subsets of the studies.

Graphical display of study heterogeneity (Olkin, Dahabreh & Trikalinos 2012). Two clouds say that
one study, or a few, make a result of their own. The subsets are counted in cells, so that millions
of them are a small drawing; the histograms stand beside the axis they count along.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from .chart import Chart
from .figure import ACCENT, INK, MUTED, Figure, new_canvas, render_svg
from .numbers import count, number
from .scale import DIFFERENCE, Scale, axis, snug

HEIGHT = 3.1
BESIDE, BESIDE_GAP = 0.55, 0.06  # of the histograms, in inches
CELLS = (72, 48)  # across and up
# Opacity of a cell by how full it is; on white and on dark the fuller one stands out more.
OPACITIES = (0.14, 0.3, 0.5, 0.72, 1.0)
CORE = 0.999  # of the subsets that the axis of effects covers; the rest is counted at its ends


@dataclass(frozen=True)
class Subsets:
    """The pooled effect and I² in per cent of each subset; `marked` where a study is in it."""

    estimate: np.ndarray
    i2: np.ndarray
    marked: np.ndarray | None = None
    marked_label: str = ""


def gosh(name: str, subsets: Subsets, titles: tuple[str, str], scale: Scale = DIFFERENCE) -> Figure:
    """Return the GOSH plot of `subsets` with `titles` of both axes.

    Where `marked` subsets are given, the histograms show them as an outline over all.
    Ids: cells-1 to cells-5 from sparse to dense, across-all, across-marked, up-all, up-marked.
    """
    known = np.isfinite(subsets.estimate) & np.isfinite(subsets.i2)
    estimate, i2 = subsets.estimate[known], subsets.i2[known]
    marked = None if subsets.marked is None else subsets.marked[known]
    tails = ((1 - CORE) / 2, (1 + CORE) / 2)
    ends = np.quantile(estimate, tails) if len(estimate) else ()
    x, y = snug(ends, scale), axis([0.0, 100.0])
    estimate = np.clip(estimate, x.low, x.high)
    with new_canvas(1, 1) as canvas:
        beside = BESIDE + BESIDE_GAP
        chart = Chart(canvas, HEIGHT, x, y, titles, top=beside, right=beside)
        steps = [np.linspace(a.low, a.high, n + 1) for a, n in zip((x, y), CELLS, strict=True)]
        counts, _, _ = np.histogram2d(estimate, i2, bins=steps)
        _cells(chart, counts, steps)
        for along, values, edges in (("across", estimate, steps[0]), ("up", i2, steps[1])):
            _histogram(chart, along, values, marked, edges)
        _key(chart, counts, subsets)
        chart.finish()
        alt = alt_text(estimate, i2, titles, int((~known).sum()))
        return Figure(name, render_svg(canvas), alt)


def alt_text(estimate: np.ndarray, i2: np.ndarray, titles: tuple[str, str], absent: int) -> str:
    """Say in words how `estimate` and `i2` spread over the subsets."""
    parts = [f"GOSH plot of {count(len(estimate))} subsets: {titles[1]} against {titles[0]}"]
    if len(estimate):
        low, middle, high = np.quantile(estimate, [0.05, 0.5, 0.95])
        parts.append(
            f"Middle effect {number(middle, 2)}, nine tenths of them between {number(low, 2)} "
            f"and {number(high, 2)}"
        )
        low, middle, high = np.quantile(i2, [0.05, 0.5, 0.95])
        parts.append(
            f"Middle I² {number(middle, 1)}%, nine tenths of them between {number(low, 1)}% "
            f"and {number(high, 1)}%"
        )
    if absent:
        parts.append(f"{count(absent)} subsets without a result are left out")
    return ". ".join(parts) + "."


def _levels(counts: np.ndarray) -> np.ndarray:
    """The steps between opacities: even in the logarithm, from one subset to the fullest cell."""
    return np.geomspace(1, max(counts.max(initial=1), 2), len(OPACITIES) + 1)


def _cells(chart: Chart, counts: np.ndarray, steps: list[np.ndarray]) -> None:
    """Draw the cells of one fullness as one path, neighbours in a row as one box."""
    level = np.digitize(counts, _levels(counts)[1:-1], right=False) + 1
    level[counts == 0] = 0
    across, up = steps
    for n, opacity in enumerate(OPACITIES, 1):
        corners: list[tuple[float, float]] = []
        for row in range(level.shape[1]):
            same = np.flatnonzero(np.diff(np.r_[0, level[:, row] == n, 0]))
            for start, end in zip(same[::2], same[1::2], strict=True):
                left, right, low, high = across[start], across[end], up[row], up[row + 1]
                corners += [(left, low), (right, low), (right, high), (left, high), (left, low)]
        if corners:
            codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
            path = Path(corners, codes * (len(corners) // 5))
            cells = PathPatch(path, fc=(ACCENT, opacity), lw=0, gid=f"cells-{n}", zorder=2)
            chart.ax.add_patch(cells)
            cells.set_clip_on(False)


def _histogram(
    chart: Chart, along: str, values: np.ndarray, marked: np.ndarray | None, edges: np.ndarray
) -> None:
    """Draw how many `values` fall between `edges`: above the plot, or right of it."""
    total, _ = np.histogram(values, bins=edges)
    tallest = max(total.max(initial=0), 1)
    some = None if marked is None else np.histogram(values[marked], bins=edges)[0]
    ax = chart.margin(along, BESIDE, BESIDE_GAP)
    orientation = "vertical" if along == "across" else "horizontal"
    ax.set(**{"ylim" if along == "across" else "xlim": (0, tallest)})
    bars = ax.stairs(total, edges, orientation=orientation, fill=True, fc=(MUTED, 0.45), lw=0)
    bars.set_gid(f"{along}-all")
    if some is not None:
        line = ax.stairs(some, edges, orientation=orientation, ec=INK, lw=1.0)
        line.set_gid(f"{along}-marked")


def _key(chart: Chart, counts: np.ndarray, subsets: Subsets) -> None:
    levels = _levels(counts)
    for n, opacity in ((0, OPACITIES[0]), (len(OPACITIES) - 1, OPACITIES[-1])):
        end = (
            f"{number(np.ceil(levels[n]), 0)} or more"
            if n
            else f"fewer than {number(np.ceil(levels[1]), 0)}"
        )
        box = Rectangle((0.1, 0.15), 0.8, 0.7, fc=(ACCENT, opacity), lw=0)
        chart.key(box, f"{end} subsets in a cell")
    if subsets.marked is not None:
        box = Rectangle((0.1, 0.15), 0.8, 0.7, fc="none", ec=INK, lw=1.0)
        chart.key(box, subsets.marked_label)
