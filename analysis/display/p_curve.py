"""The p-curve: how the significant p-values spread between 0 and .05, beside what would be expected.

Simonsohn, Nelson & Simmons (2014), J Exp Psychol Gen 143, 534. Without any effect each hundredth
holds as many as another; with power of a third most are small already; more small ones than that
are evidence of an effect, more large ones of selection.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D
from scipy.optimize import brentq

from ..engine.power import study_power
from .chart import LINE, SMALL, Chart
from .figure import ACCENT, INK, MUTED, Figure, new_canvas, render_svg
from .numbers import count, is_absent, number
from .scale import Axis

HEIGHT = 3.0
RADIUS = 0.04
EDGES = (0.0, 0.01, 0.02, 0.03, 0.04, 0.05)
LEAST_POWER = 1 / 3
DASHES, DOTS = (0, (4, 3)), (0, (1, 2))
TITLES = ("p-value", "Significant p-values (%)")


def p_curve(name: str, pvalues: Sequence[float | None], titles: tuple[str, str] = TITLES) -> Figure:
    """Return the p-curve of `pvalues`, two-sided, of which those below .05 are counted.

    `titles` are those of both axes. Ids: observed and observed-1 to observed-5, power and power-1, …,
    flat. ValueError for a p-value that is no probability.
    """
    counts, _ = counted(pvalues)
    x = Axis(0.0, EDGES[-1] + 0.005, tuple((edge, number(edge, 2)) for edge in EDGES[1:]))
    y = Axis(0.0, 105.0, tuple((n, number(n, 0)) for n in range(0, 101, 25)))
    with new_canvas(1, 1) as canvas:
        chart = Chart(canvas, HEIGHT, x, y, titles, top=LINE + 0.02)
        observed = shares(counts)
        if observed is not None:
            chart.key(*_line(chart, observed, "observed", "Observed", ACCENT, "-", "o"))
            _label(chart, observed)
        expected = expected_shares(LEAST_POWER)
        chart.key(*_line(chart, expected, "power", "Expected with power 33%", INK, DASHES, "D"))
        flat = np.full(len(EDGES) - 1, 100 / (len(EDGES) - 1))
        chart.key(*_line(chart, flat, "flat", "Expected without an effect", MUTED, DOTS, ""))
        chart.finish()
        return Figure(name, render_svg(canvas), alt_text(pvalues))


def alt_text(pvalues: Sequence[float | None]) -> str:
    """Say in words how many of `pvalues` are significant, and how these spread."""
    counts, known = counted(pvalues)
    parts = [
        f"p-curve of {count(int(counts.sum()))} significant among {count(known)} "
        f"{'p-value' if known == 1 else 'p-values'}"
    ]
    observed = shares(counts)
    if observed is not None:
        expected = expected_shares(LEAST_POWER)
        said = [
            f"{number(share, 0)}% up to {number(edge, 2)}"
            for share, edge in zip(observed, EDGES[1:], strict=True)
        ]
        parts.append(f"Observed: {', '.join(said)}")
        parts.append(
            f"Up to {number(EDGES[1], 2)}, {number(expected[0], 0)}% are expected with power 33%, "
            f"{number(100 / len(expected), 0)}% without an effect"
        )
    absent = len(pvalues) - known
    if absent:
        parts.append(f"{count(absent)} without p-value, left out")
    return ". ".join(parts) + "."


def counted(pvalues: Sequence[float | None]) -> tuple[np.ndarray, int]:
    """Return how many of `pvalues` lie in each hundredth below .05, and how many there are at all.

    A p-value on an edge counts with the smaller ones; .05 itself is not significant.
    """
    known = np.array([p for p in pvalues if not is_absent(p)], dtype=float)
    wrong = known[(known < 0) | (known > 1)]
    if wrong.size:
        raise ValueError(f"a p-value is {wrong[0]}; it must lie between 0 and 1")
    places = np.searchsorted(EDGES[1:-1], known[known < EDGES[-1]], side="left")
    return np.bincount(places, minlength=len(EDGES) - 1), len(known)


def shares(counts: np.ndarray) -> np.ndarray | None:
    """Return `counts` in per cent of their sum, None where there is nothing to share."""
    return 100 * counts / counts.sum() if counts.sum() else None


def expected_shares(power: float) -> np.ndarray:
    """Return the per cents of significant p-values in each hundredth if every z test has `power`."""

    def reached(effect: float, alpha: float) -> float:
        return float(study_power([1.0], effect, alpha)[0])

    effect = brentq(lambda size: reached(size, EDGES[-1]) - power, 0.0, 20.0, xtol=1e-13)
    below = np.array([0.0, *(reached(effect, edge) for edge in EDGES[1:])])
    return 100 * np.diff(below) / below[-1]


def _line(chart: Chart, values, gid: str, text: str, color: str, dashes, marker: str):
    """Draw `values` at the hundredths, and return what stands for them in the key."""
    style = {"color": color, "lw": 1.3, "linestyle": dashes}
    chart.ax.plot(EDGES[1:], values, gid=gid, zorder=2, **style)
    for n, (edge, value) in enumerate(zip(EDGES[1:], values, strict=True), 1):
        if marker:
            chart.mark(edge, value, marker, RADIUS, f"{gid}-{n}", color)
    handle = Line2D([0, 0.5, 1], [0.5] * 3, marker=marker or None, markevery=[1], ms=4, **style)
    return handle, text


def _label(chart: Chart, observed: np.ndarray) -> None:
    """Write the observed per cents above the plot, where no line passes."""
    y = chart.y.high + 0.5 * LINE * (chart.y.high - chart.y.low) / chart.height
    for edge, share in zip(EDGES[1:], observed, strict=True):
        style = {"size": SMALL, "color": ACCENT, "ha": "center", "va": "center_baseline"}
        chart.ax.text(edge, y, f"{number(share, 0)}%", zorder=6, **style)
