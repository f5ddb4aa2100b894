"""The forest plot: a row a study, both summaries, the prediction interval, columns of numbers.

Lengths are inches and text is in points on a drawing narrow enough to be read on a phone. Numbers
come as text that was rounded before, so that the plot cannot show another one than the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Polygon, Rectangle
from matplotlib.textpath import TextPath
from matplotlib.ticker import MaxNLocator

from .figure import ACCENT, FAMILY, INK, MUTED, RULE, STYLE, Figure, new_canvas, render_svg
from .numbers import ABSENT, number

SIZE = 9.0  # of text, in points
ROW = 0.205  # height of a row
LABEL_WIDTH = 1.75
PLOT_LEFT, PLOT_RIGHT = 1.86, 3.62
ESTIMATE_RIGHT, INTERVAL_RIGHT, WIDTH = 3.96, 4.78, 5.32
SQUARE = 0.15  # side of the square of the heaviest study
FENCE = 1.5  # Tukey (1977): a limit further than this many quartile ranges does not set the axis


@dataclass(frozen=True)
class ForestRow:
    """A study: its name, effect and limits (None where absent), weight in per cent, and as text."""

    label: str
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    weight: float | None
    estimate_text: str
    interval_text: str
    weight_text: str


@dataclass(frozen=True)
class Summary:
    """A pooled effect with its limits, and the prediction interval below it where there is one."""

    label: str
    estimate: float
    ci_low: float
    ci_high: float
    estimate_text: str
    interval_text: str
    prediction_low: float | None = None
    prediction_high: float | None = None
    prediction_text: str = ""


@dataclass(frozen=True)
class Words:
    """What a forest plot says besides numbers: headings, the ends of the axis, heterogeneity."""

    measure: str
    interval: str
    favours_low: str
    favours_high: str
    heterogeneity: str
    study: str = "Study"
    weight: str = "Weight"
    prediction: str = "Prediction interval"


def forest(
    name: str, rows: Sequence[ForestRow], summaries: Sequence[Summary], words: Words
) -> Figure:
    """Return the forest plot of `rows` and `summaries`, with its alternative text.

    The axis covers no effect, the summaries and the bulk of the intervals; an interval that runs
    beyond it ends in an arrow, and its numbers stand in full beside it.
    """
    predictions = [s for s in summaries if s.prediction_low is not None]
    lines = len(rows) + len(summaries) + len(predictions)
    # Head, lines, a gap before the summaries; ticks, ends of the axis and heterogeneity.
    height = ROW * (1.4 + lines + 0.35 + 3.7)
    with matplotlib.rc_context(STYLE):
        canvas = new_canvas(WIDTH, height)
        ax = canvas.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, WIDTH), ylim=(height, 0))
        ax.axis("off")
        plot = _Plot(ax, *axis_limits(rows, summaries))
        y = ROW * 0.8
        _head(ax, y, words)
        y += ROW * 1.1
        top = y - ROW * 0.5
        heaviest = max((row.weight or 0 for row in rows), default=0)
        for row in rows:
            _study(plot, y, row, heaviest)
            y += ROW
        y += ROW * 0.15
        _rule(ax, y - ROW * 0.5)
        y += ROW * 0.2
        for summary in summaries:
            y = _summary(plot, y, summary, words)
        y = _axis(plot, top, y - ROW * 0.3, words)
        _text(ax, 0, y + ROW * 1.2, words.heterogeneity, color=MUTED)
        return Figure(name, render_svg(canvas), alt_text(rows, summaries, words))


def axis_limits(rows: Sequence[ForestRow], summaries: Sequence[Summary]) -> tuple[float, float]:
    """Return the ends of the axis: no effect, the summaries, and the bulk of the intervals."""
    lows = [row.ci_low for row in rows if row.ci_low is not None]
    highs = [row.ci_high for row in rows if row.ci_high is not None]
    shown = [0.0, *_within_fences(lows), *_within_fences(highs)]
    for summary in summaries:
        shown += [summary.ci_low, summary.ci_high]
        if summary.prediction_low is not None:
            shown += [summary.prediction_low, summary.prediction_high]
    low, high = min(shown), max(shown)
    if low == high:
        low, high = -1.0, 1.0
    ticks = MaxNLocator(nbins=5, steps=[1, 2, 5, 10]).tick_values(low, high)
    return float(ticks[0]), float(ticks[-1])


def alt_text(rows: Sequence[ForestRow], summaries: Sequence[Summary], words: Words) -> str:
    """Say in words what the plot of `rows` and `summaries` shows."""
    pooled = "; ".join(
        f"{s.label}: {s.estimate_text} {s.interval_text}"
        + (f", prediction interval {s.prediction_text}" if s.prediction_text else "")
        for s in summaries
    )
    return (
        f"Forest plot of {number(len(rows), 0)} studies, {words.measure} with {words.interval}. "
        f"{pooled}. {words.heterogeneity}."
    )


class _Plot:
    """The axes, and the way from an effect to its place across them."""

    def __init__(self, ax: Axes, low: float, high: float) -> None:
        self.ax, self.low, self.high = ax, low, high

    def x(self, effect: float) -> float:
        share = (effect - self.low) / (self.high - self.low)
        return PLOT_LEFT + share * (PLOT_RIGHT - PLOT_LEFT)

    def holds(self, effect: float) -> bool:
        return self.low <= effect <= self.high


def _within_fences(limits: list[float]) -> list[float]:
    if not limits:
        return []
    first, third = np.quantile(limits, [0.25, 0.75])
    reach = FENCE * (third - first)
    return [limit for limit in limits if first - reach <= limit <= third + reach]


def _head(ax: Axes, y: float, words: Words) -> None:
    _text(ax, 0, y, words.study, weight="bold")
    _text(ax, ESTIMATE_RIGHT, y, words.measure, ha="right", weight="bold")
    _text(ax, INTERVAL_RIGHT, y, words.interval, ha="right", weight="bold")
    _text(ax, WIDTH, y, words.weight, ha="right", weight="bold")
    _rule(ax, y + ROW * 0.5)


def _study(plot: _Plot, y: float, row: ForestRow, heaviest: float) -> None:
    _text(plot.ax, 0, y, fitted(row.label, LABEL_WIDTH))
    _numbers(plot.ax, y, row.estimate_text, row.interval_text)
    _text(plot.ax, WIDTH, y, row.weight_text, ha="right")
    if row.estimate is None:
        return
    _interval(plot, y, row.ci_low, row.ci_high)
    if plot.holds(row.estimate):
        side = SQUARE * sqrt((row.weight or 0) / heaviest) if heaviest else SQUARE / 2
        corner = plot.x(row.estimate) - side / 2, y - side / 2
        plot.ax.add_patch(Rectangle(corner, side, side, color=ACCENT, lw=0, zorder=2))


def _interval(plot: _Plot, y: float, low: float, high: float) -> None:
    """A line from `low` to `high`, with an arrow at each end that lies beyond the axis."""
    start, end = (plot.x(min(max(limit, plot.low), plot.high)) for limit in (low, high))
    if low < plot.high and high > plot.low:
        plot.ax.plot([start, end], [y, y], color=INK, lw=0.9, solid_capstyle="butt", zorder=3)
    for beyond, tip, back in (
        (low < plot.low, PLOT_LEFT, 0.07),
        (high > plot.high, PLOT_RIGHT, -0.07),
    ):
        if beyond:
            arrow = [(tip, y), (tip + back, y - 0.035), (tip + back, y + 0.035)]
            plot.ax.add_patch(Polygon(arrow, color=INK, lw=0, zorder=3))


def _summary(plot: _Plot, y: float, summary: Summary, words: Words) -> float:
    """Draw `summary` at `y` and return where the next line goes."""
    _text(plot.ax, 0, y, fitted(summary.label, LABEL_WIDTH, "bold"), weight="bold")
    _numbers(plot.ax, y, summary.estimate_text, summary.interval_text, weight="bold")
    low, middle, high = map(plot.x, (summary.ci_low, summary.estimate, summary.ci_high))
    half = ROW * 0.36
    diamond = [(low, y), (middle, y - half), (high, y), (middle, y + half)]
    plot.ax.add_patch(Polygon(diamond, color=INK, lw=0, zorder=3))
    y += ROW
    if summary.prediction_low is not None:
        _text(plot.ax, 0.1, y, words.prediction)
        _text(plot.ax, INTERVAL_RIGHT, y, summary.prediction_text, ha="right")
        left, right = plot.x(summary.prediction_low), plot.x(summary.prediction_high)
        bar = Rectangle((left, y - 0.028), right - left, 0.056, color=ACCENT, lw=0, zorder=3)
        plot.ax.add_patch(bar)
        y += ROW
    return y


def _axis(plot: _Plot, top: float, bottom: float, words: Words) -> float:
    """Draw the axis at `bottom` and return where its last line of text stands."""
    ax = plot.ax
    ax.plot([plot.x(0)] * 2, [top, bottom], color=RULE, lw=0.9, zorder=1)
    ax.plot([PLOT_LEFT, PLOT_RIGHT], [bottom] * 2, color=INK, lw=0.8, zorder=2)
    ticks = MaxNLocator(nbins=5, steps=[1, 2, 5, 10]).tick_values(plot.low, plot.high)
    decimals = 0 if all(float(tick).is_integer() for tick in ticks) else 1
    for tick in ticks:
        if plot.holds(tick):
            ax.plot([plot.x(tick)] * 2, [bottom, bottom + 0.04], color=INK, lw=0.8, zorder=2)
            _text(
                ax, plot.x(tick), bottom + ROW * 0.65, number(tick, decimals), ha="center", size=8
            )
    y = bottom + ROW * 1.6
    _text(ax, plot.x(0) - 0.08, y, f"← {words.favours_low}", ha="right", size=8)
    _text(ax, plot.x(0) + 0.08, y, f"{words.favours_high} →", size=8)
    return y


def _numbers(ax: Axes, y: float, estimate: str, interval: str, weight: str = "normal") -> None:
    _text(ax, ESTIMATE_RIGHT, y, estimate, ha="right", weight=weight)
    _text(ax, INTERVAL_RIGHT, y, interval, ha="right", weight=weight)


def _rule(ax: Axes, y: float) -> None:
    ax.plot([0, WIDTH], [y, y], color=RULE, lw=0.7, zorder=1)


def _text(ax: Axes, x: float, y: float, text: str, size: float = SIZE, **style) -> None:
    # All text on one level, so that it is drawn, and read, in the order in which it is added.
    style = {"color": INK, "va": "center_baseline", "zorder": 4, **style}
    ax.text(x, y, text, size=size, **style)


def fitted(label: str, width: float, weight: str = "normal") -> str:
    """Return `label`, cut with an ellipsis where it would be wider than `width` inches."""
    label = " ".join(label.split()) or ABSENT
    if text_width(label, weight) <= width:
        return label
    while len(label) > 1 and text_width(label + "…", weight) > width:
        label = label[:-1].rstrip()
    return label + "…"


@lru_cache(maxsize=4096)
def text_width(text: str, weight: str = "normal") -> float:
    """The width of `text` in inches."""
    font = FontProperties(family=FAMILY, weight=weight)
    return TextPath((0, 0), text, size=SIZE, prop=font, usetex=False).get_extents().width / 72
