"""The sunset funnel: effects over standard errors, on bands of the power to find an assumed effect.

Kossmeier, Tran & Voracek (2020), Z Psychol 228, 43. The bands end at each tenth of power, which the
scale on the right names; the dashed lines are where a result becomes significant. A significant result
in a band of low power is one that should have been rare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from scipy.optimize import brentq
from scipy.special import ndtri

from ..engine.power import study_power
from .chart import GAP, LINE, SMALL, TICK, Chart, Point
from .figure import ACCENT, ALERT, INK, Figure, new_canvas, render_svg
from .numbers import count, number
from .scale import DIFFERENCE, FAR, Scale, bulk, finite, snug
from .typeface import text_width

HEIGHT = 3.3
RADIUS = 0.035  # of a study's mark, in inches
DASHES = (0, (4, 3))
STEPS = tuple(n / 10 for n in range(1, 10))
# Opacity of the band without power; each further tenth is paler, the last is clear.
DARKEST = 0.42
TITLE = "Power"


@dataclass(frozen=True)
class SunsetPoint:
    """A study's effect and standard error, None where absent."""

    label: str
    estimate: float | None
    se: float | None


@dataclass(frozen=True)
class Assumed:
    """The true effect `estimate` under which power is computed, with its name and as text."""

    label: str
    estimate: float
    text: str


def sunset(
    name: str,
    points: Sequence[SunsetPoint],
    assumed: Assumed,
    titles: tuple[str, str],
    alpha: float = 0.05,
    scale: Scale = DIFFERENCE,
) -> Figure:
    """Return the sunset funnel of `points` for tests at level `alpha`; `titles` are those of x and y.

    Power is that of a two-sided z test of no effect if the truth is `assumed`. Ids: study-1, …,
    band-1, … from little power to much, power-1, … (the tenths of the scale), limit-low, limit-high,
    assumed. ValueError where the assumed effect is no effect, since then every power is `alpha`.
    """
    null = 0.0 if scale.null is None else scale.null
    effect = abs(assumed.estimate - null)
    if not finite(effect) or effect == 0:
        raise ValueError(f"the assumed effect is {assumed.estimate}; it must differ from {null}")
    shown = [p for p in points if finite(p.estimate) and finite(p.se) and p.se > 0]
    y = snug([0.0, *bulk((p.se for p in shown), FAR)])
    y = y.cut(0.0, y.high)
    critical = -float(ndtri(alpha / 2))
    ends = [*bulk((p.estimate for p in shown), FAR), assumed.estimate, null]
    x = snug(ends, scale)
    with new_canvas(1, 1) as canvas:
        beside = LINE + GAP + TICK + text_width("90%", size=SMALL) + 2 * GAP
        chart = Chart(canvas, HEIGHT, x, y, titles, falling=True, right=beside)
        _bands(chart, effect, alpha)
        _limits(chart, null, critical, alpha)
        style = {"color": INK, "lw": 1.0}
        chart.ax.plot([assumed.estimate] * 2, [0, y.high], gid="assumed", zorder=2, **style)
        chart.key(Line2D([0, 1], [0.5, 0.5], **style), f"{assumed.label} {assumed.text}")
        marks = []
        for n, point in enumerate(shown, 1):
            place = chart.mark(point.estimate, point.se, "o", RADIUS, f"study-{n}", ACCENT)
            beyond = not chart.holds(point.estimate, point.se)
            marks.append((Point(point.label, *place, RADIUS), beyond))
        chart.name([mark for mark, beyond in marks if beyond], [mark for mark, _ in marks])
        chart.finish()
        alt = alt_text(points, assumed, titles, alpha, null)
        return Figure(name, render_svg(canvas), alt)


def alt_text(
    points: Sequence[SunsetPoint],
    assumed: Assumed,
    titles: tuple[str, str],
    alpha: float,
    null: float,
) -> str:
    """Say in words what the sunset funnel of `points` shows: how powerful, and how significant."""
    shown = [p for p in points if finite(p.estimate) and finite(p.se) and p.se > 0]
    parts = [
        f"Sunset funnel plot of {count(len(shown))} {'study' if len(shown) == 1 else 'studies'}: "
        f"{titles[0]} against {titles[1]}, on bands of power if the effect is {assumed.text} "
        f"({assumed.label})"
    ]
    if shown:
        power = study_power([p.se**2 for p in shown], float(assumed.estimate - null), alpha)
        found = sum(abs(p.estimate - null) / p.se >= -ndtri(alpha / 2) for p in shown)
        parts.append(
            f"Power runs from {_percent(power.min())} to {_percent(power.max())}, with median "
            f"{_percent(median(power))}; {number(power.sum(), 1)} significant results are expected, "
            f"{count(found)} found"
        )
    absent = len(points) - len(shown)
    if absent:
        parts.append(f"{count(absent)} without effect or standard error, not drawn")
    return ". ".join(parts) + "."


def _percent(share: float) -> str:
    return f"{number(100 * share, 0)}%"


def error_at(power: float, effect: float, alpha: float) -> float:
    """Return the standard error at which a test at level `alpha` finds `effect` with `power`."""

    def lacks(log_error: float) -> float:
        error = effect * np.exp(log_error)
        return float(study_power([error**2], effect, alpha)[0]) - power

    return effect * float(np.exp(brentq(lacks, -5, 20, xtol=1e-13)))


def _bands(chart: Chart, effect: float, alpha: float) -> None:
    """Shade the bands between the tenths of power, and name the tenths at the right."""
    steps = [step for step in STEPS if step > alpha]
    errors = [error_at(step, effect, alpha) for step in steps]
    edges = [min(error, chart.y.high) for error in (chart.y.high, *errors, 0.0)]
    edges[0] = chart.y.high
    for n, (deep, shallow) in enumerate(pairwise(edges), 1):
        opacity = DARKEST * (1 - (n - 1) / len(steps))
        if deep > shallow and opacity > 0:
            corner = chart.x.low, shallow
            size = chart.x.high - chart.x.low, deep - shallow
            chart.ax.add_patch(
                Rectangle(corner, *size, fc=(ALERT, opacity), lw=0, zorder=0, gid=f"band-{n}")
            )
    _power_scale(chart, steps, errors)
    ends = f"Power below {_percent(steps[0])}", f"of {_percent(steps[-1])} or more"
    for opacity, text in zip((DARKEST, 0.0), ends, strict=True):
        chart.key(Rectangle((0.1, 0.15), 0.8, 0.7, fc=(ALERT, opacity), ec=INK, lw=0.5), text)
    chart.beside(TITLE)


def _power_scale(chart: Chart, steps: Sequence[float], errors: Sequence[float]) -> None:
    """Draw a tick for each tenth of power right of the plot, and name those that have room."""
    style = {"color": INK, "lw": 0.8, "clip_on": False, "zorder": 2}
    outside = chart.x.high + (TICK / chart.width) * (chart.x.high - chart.x.low)
    label = outside + (GAP / chart.width) * (chart.x.high - chart.x.low)
    free = float("inf")
    for n, (step, error) in sorted(enumerate(zip(steps, errors, strict=True), 1)):
        if error > chart.y.high:
            continue
        chart.ax.plot([chart.x.high, outside], [error, error], gid=f"power-{n}", **style)
        _, down = chart.place(chart.x.high, error)
        if down <= free - LINE * 0.85:
            text = {"size": SMALL, "color": INK, "va": "center_baseline", "zorder": 6}
            chart.ax.text(label, error, _percent(step), **text)
            free = down


def _limits(chart: Chart, null: float, critical: float, alpha: float) -> None:
    """Draw where a result becomes significant, as far as the plot reaches."""
    style = {"color": INK, "lw": 0.9, "linestyle": DASHES}
    for side, end, edge in ((-1, "low", chart.x.low), (1, "high", chart.x.high)):
        reach = critical * chart.y.high
        share = min(1.0, abs(edge - null) / reach)
        xs, ys = [null, null + side * share * reach], [0, share * chart.y.high]
        chart.ax.plot(xs, ys, gid=f"limit-{end}", zorder=2, clip_on=False, **style)
    chart.key(Line2D([0, 1], [0.5, 0.5], **style), f"p = {number(alpha, 2)}")
