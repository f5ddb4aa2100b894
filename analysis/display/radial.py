"""The radial plot of Galbraith (1988): precise studies far out, effects as slopes from the origin.

Across, 1/se; up, effect/se, so that every study has an error of one up or down. The line from the
origin through a study meets the arc at the study's effect. The band holds 95 % of studies that
estimate the pooled effect; outside it lies what does not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np

from .chart import SMALL, TICK, Chart, Point
from .figure import ACCENT, INK, RULE, SHADE, Figure, new_canvas, render_svg
from .numbers import count
from .scale import DIFFERENCE, FAR, Axis, Scale, axis, bulk, finite, snug
from .typeface import text_width

HEIGHT = 3.3
RADIUS = 0.04
ARC_GAP = 0.16  # between the farthest study and the arc, in inches
WIDTH_LEAST = 3.5  # of the plot, whatever its labels; more than its height, as the arc needs
BAND = 1.959963984540054  # 95 % of the standard normal distribution


@dataclass(frozen=True)
class RadialPoint:
    """A study: its name, effect, and standard error (under random effects, with tau2 within it)."""

    label: str
    estimate: float | None
    se: float | None


@dataclass(frozen=True)
class Pooled:
    """The pooled effect with its confidence limits, and in words."""

    estimate: float
    ci_low: float
    ci_high: float
    text: str


def radial(
    name: str,
    points: Sequence[RadialPoint],
    pooled: Pooled,
    titles: tuple[str, str, str],
    scale: Scale = DIFFERENCE,
) -> Figure:
    """Return the radial plot of `points` around `pooled`; `titles` are of x, y and the arc.

    Studies outside the band are named. Ids: study-1, …, fit, band, arc, arc-tick-1, …, arc-interval.
    """
    shown = [p for p in points if finite(p.estimate) and finite(p.se) and p.se > 0]
    places = [(1 / p.se, p.estimate / p.se) for p in shown]
    x, y = _axes(places, pooled)
    across, up = WIDTH_LEAST / x.high, HEIGHT / (y.high - y.low)
    beside = [_steepest(z, across, up, WIDTH_LEAST + ARC_GAP) for z in (y.low, y.high)]
    ends = [0.0, *(p.estimate for p in shown), pooled.ci_low, pooled.ci_high]
    effects = axis([min(max(end, beside[0]), beside[1]) for end in ends], scale, most=10)
    labels = max(text_width(label, size=SMALL) for _, label in effects.ticks)
    with new_canvas(1, 1) as canvas:
        room = ARC_GAP + TICK + 0.06 + labels + 0.24
        chart = Chart(canvas, HEIGHT, x, y, titles[:2], right=room)
        _band(chart, pooled)
        marks = []
        for n, ((across, up), point) in enumerate(zip(places, shown, strict=True), 1):
            place = chart.mark(across, up, "o", RADIUS, f"study-{n}", ACCENT)
            outside = abs(up - pooled.estimate * across)
            marks.append((outside, Point(point.label, *place, RADIUS)))
        _Arc(chart, effects).draw(pooled, titles[2])
        beyond = sorted((m for m in marks if m[0] > BAND), key=lambda m: -m[0])
        chart.name([point for _, point in beyond], [point for _, point in marks])
        chart.finish()
        alt = alt_text(points, pooled, [point.label for _, point in beyond])
        return Figure(name, render_svg(canvas), alt)


def alt_text(points: Sequence[RadialPoint], pooled: Pooled, outside: Sequence[str]) -> str:
    """Say in words what the radial plot of `points` shows; `outside` are the names out of the band."""
    text = (
        f"Radial plot of {count(len(points))} {'study' if len(points) == 1 else 'studies'} "
        f"around the pooled effect {pooled.text}. {count(len(outside))} outside the band"
    )
    return f"{text}: {', '.join(outside)}." if outside else f"{text}."


def _axes(places: Sequence[tuple[float, float]], pooled: Pooled) -> tuple[Axis, Axis]:
    """The axes that hold all `places`, and the arc from no effect to both limits of `pooled`."""
    heights = [*bulk((z for _, z in places), FAR), -BAND, BAND]
    y = snug(heights)
    # Twice: how far out the arc lies depends on the heights, and how high it reaches on that.
    for _ in range(2):
        seen = [(x, y.clipped(z)) for x, z in places]
        out = _outermost(seen, HEIGHT / (y.high - y.low))
        arc = out * (1 + ARC_GAP / WIDTH_LEAST)
        y = snug([*heights, pooled.ci_low * arc, pooled.ci_high * arc])
    x = snug([0.0, out])
    return x.cut(0.0, x.high), y


def _outermost(places: Sequence[tuple[float, float]], up: float) -> float:
    """Where the arc meets the axis, in units of x, so that all `places` lie within it.

    `up` are the inches in a unit of z. A circle around the origin through (x, z) meets the axis
    farther out than x; how far depends on the width of the plot, of which the least is taken.
    """
    reach = (x * WIDTH_LEAST / sqrt(WIDTH_LEAST**2 - (up * z) ** 2) for x, z in places)
    return max(reach, default=1.0)


def _band(chart: Chart, pooled: Pooled) -> None:
    xs = np.array([0.0, chart.x.high])
    middle = pooled.estimate * xs
    area = chart.ax.fill_between(xs, middle - BAND, middle + BAND, fc=INK, lw=0, alpha=2 * SHADE)
    area.set(gid="band", zorder=1)
    chart.ax.plot(xs, middle, color=INK, lw=1.1, zorder=2, gid="fit")
    chart.ax.axhline(0, color=RULE, lw=0.9, zorder=1)


def _steepest(z: float, across: float, up: float, radius: float) -> float:
    """The effect whose ray meets a circle of `radius` inches at the height `z`.

    `across` and `up` are the inches in a unit of x and of z.
    """
    return z * across / sqrt(radius**2 - (up * z) ** 2)


class _Arc:
    """The scale of effects: where the ray from the origin with that slope meets a circle."""

    def __init__(self, chart: Chart, effects: Axis) -> None:
        self.chart, self.effects = chart, effects
        self.across = chart.width / (chart.x.high - chart.x.low)  # inches in a unit of x
        self.up = chart.height / (chart.y.high - chart.y.low)
        self.radius = chart.width + ARC_GAP
        ends = [
            _steepest(z, self.across, self.up, self.radius) for z in (chart.y.low, chart.y.high)
        ]
        self.low, self.high = max(effects.low, ends[0]), min(effects.high, ends[1])

    def at(self, effect: float, out: float = 0.0) -> tuple[float, float]:
        """The data place of `effect` on the arc, `out` inches further from the origin."""
        right, above = self.across, effect * self.up
        share = (self.radius + out) / hypot(right, above)
        return share * right / self.across, share * above / self.up

    def draw(self, pooled: Pooled, title: str) -> None:
        """Draw the arc with its ticks and the interval of `pooled`."""
        ax, style = self.chart.ax, {"color": INK, "clip_on": False, "zorder": 3}
        ax.plot(*self._curve(self.low, self.high), lw=0.8, gid="arc", **style)
        for n, (effect, label) in enumerate(self.effects.ticks, 1):
            if self.low <= effect <= self.high:
                ends = self.at(effect), self.at(effect, TICK)
                ax.plot(*zip(*ends, strict=True), lw=0.8, gid=f"arc-tick-{n}", **style)
                text = {"size": SMALL, "color": INK, "va": "center_baseline", "zorder": 6}
                ax.text(*self.at(effect, TICK + 0.05), label, **text)
        interval = max(pooled.ci_low, self.low), min(pooled.ci_high, self.high)
        if interval[0] < interval[1]:
            curve = self._curve(*interval)
            thick = {**style, "solid_capstyle": "butt"}
            ax.plot(*curve, lw=3.0, gid="arc-interval", **thick)
        self.chart.beside(title)

    def _curve(self, low: float, high: float) -> list[np.ndarray]:
        points = [self.at(effect) for effect in np.linspace(low, high, 60)]
        return list(np.array(points).T)
