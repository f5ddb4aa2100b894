"""The bubble plot of a meta-regression: effects over a moderator, circles by weight, and the line.

Thompson & Higgins (2002): the area of a circle is the weight of its study. The band around the line
is the confidence interval of the mean effect; the dashed lines, where given, are the prediction
interval of a further study's true effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from ..engine.regression import Regression
from .chart import Chart, Point
from .figure import ACCENT, INK, MUTED, RULE, SHADE, Figure, new_canvas, render_svg
from .numbers import count
from .scale import DIFFERENCE, FAR, Scale, bulk, finite, snug

HEIGHT = 3.3
RADIUS, RADIUS_LEAST = 0.13, 0.03  # of the heaviest study's circle, and of any, in inches
DASHES = (0, (4, 3))
POINTS = 60  # at which a line and its band are drawn


@dataclass(frozen=True)
class Bubble:
    """A study: its name, its value of the moderator, effect, and weight in any unit."""

    label: str
    x: float | None
    estimate: float | None
    weight: float | None


@dataclass(frozen=True)
class FittedLine:
    """The mean effect at each of `x`, ascending, with its limits, and the prediction's if any."""

    x: Sequence[float]
    estimate: Sequence[float]
    ci_low: Sequence[float]
    ci_high: Sequence[float]
    prediction_low: Sequence[float] = ()
    prediction_high: Sequence[float] = ()

    @classmethod
    def of(cls, regression: Regression | None, xs: Sequence[float]) -> FittedLine:
        """The line of a `regression` on one moderator over the range of `xs`; none without it."""
        if regression is None:
            return cls((), (), (), ())
        grid = np.linspace(min(xs), max(xs), POINTS)
        found = regression.predict(np.column_stack([np.ones(POINTS), grid]))
        return cls(grid, found.estimate, found.ci_low, found.ci_high)


def bubble(
    name: str,
    bubbles: Sequence[Bubble],
    line: FittedLine,
    titles: tuple[str, str],
    summary: str,
    named: Sequence[str] = (),
    scale: Scale = DIFFERENCE,
) -> Figure:
    """Return the plot of `bubbles` around `line`; `summary` says the slope with its test in words.

    `titles` are those of the moderator and of the effect; the studies `named` get their name where
    there is room. Ids: study-1, …, fit, band.
    """
    shown = [b for b in bubbles if finite(b.x) and finite(b.estimate)]
    x = snug([*(b.x for b in shown), *line.x])
    ends = bulk((b.estimate for b in shown), FAR)
    limits = line.ci_low, line.ci_high, line.prediction_low, line.prediction_high
    ends += bulk((end for side in limits for end in side), FAR)
    ends += [] if scale.null is None else [scale.null]
    y = snug(ends, scale)
    heaviest = max((b.weight or 0 for b in shown), default=0)
    with new_canvas(1, 1) as canvas:
        chart = Chart(canvas, HEIGHT, x, y, titles)
        if scale.null is not None:
            chart.ax.axhline(scale.null, color=RULE, lw=0.9, zorder=1)
        _line(chart, line)
        points = []
        for n, study in enumerate(shown, 1):
            radius = _radius(study.weight or 0, heaviest)
            place = chart.mark(study.x, study.estimate, "o", radius, f"study-{n}", ACCENT, 0.35)
            points.append(Point(study.label, *place, radius))
        wanted = [p for label in named for p in points if p.label == label]
        chart.name(wanted, [*points, *_along(chart, line)])
        circle = Line2D([0.5], [0.5], ls="none", marker="o", mfc=(ACCENT, 0.35), mec=ACCENT, ms=7)
        chart.key(circle, "Study, area by weight")
        chart.finish()
        return Figure(name, render_svg(canvas), alt_text(bubbles, titles, summary))


def alt_text(bubbles: Sequence[Bubble], titles: tuple[str, str], summary: str) -> str:
    """Say in words what the plot of `bubbles` shows."""
    shown = [b for b in bubbles if finite(b.x) and finite(b.estimate)]
    text = (
        f"Bubble plot of {count(len(shown))} {'study' if len(shown) == 1 else 'studies'}: "
        f"{titles[1]} against {titles[0]}, circles by weight, with the fitted line. {summary}"
    )
    absent = len(bubbles) - len(shown)
    return f"{text.rstrip('.')}." + (
        f" {count(absent)} without moderator or effect, not drawn." if absent else ""
    )


def _radius(weight: float, heaviest: float) -> float:
    share = weight / heaviest if heaviest else 0.25
    return max(RADIUS * sqrt(share), RADIUS_LEAST)


def _along(chart: Chart, line: FittedLine) -> list[Point]:
    """Places along every drawn line, so close that no name fits between two of them."""
    places = []
    for values in (line.estimate, line.prediction_low, line.prediction_high):
        if len(values):
            xs = np.linspace(line.x[0], line.x[-1], 100)
            ys = np.interp(xs, line.x, values)
            places += [Point("", x, y, 0.01) for x, y in zip(xs, ys, strict=True)]
    return [place for place in places if chart.holds(place.x, place.y)]


def _line(chart: Chart, line: FittedLine) -> None:
    ax = chart.ax
    band = ax.fill_between(line.x, line.ci_low, line.ci_high, fc=INK, lw=0, alpha=2 * SHADE)
    band.set(gid="band", zorder=1)
    ax.plot(line.x, line.estimate, color=INK, lw=1.2, zorder=3, gid="fit")
    chart.key(Line2D([0, 1], [0.5, 0.5], color=INK, lw=1.2), "Mean effect")
    swatch = Rectangle((0.1, 0.15), 0.8, 0.7, fc=(INK, 2 * SHADE), ec=(MUTED, 1.0), lw=0.5)
    chart.key(swatch, "Its confidence interval")
    if len(line.prediction_low):
        style = {"color": MUTED, "lw": 0.9, "linestyle": DASHES}
        for end, values in (("low", line.prediction_low), ("high", line.prediction_high)):
            ax.plot(line.x, values, zorder=2, gid=f"prediction-{end}", **style)
        chart.key(Line2D([0, 1], [0.5, 0.5], **style), "Prediction interval")
