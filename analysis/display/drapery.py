"""The drapery plot: for each study, and for the pooled effect, the p-value of every possible effect.

Rücker & Schwarzer (2021), Res Synth Methods 12, 34. Each curve peaks at its estimate; where it is as
high as p, it is as wide as the confidence interval of level 1 - p. Every level can be read at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from .chart import GAP, LINE, SMALL, TICK, Chart
from .figure import ACCENT, INK, MUTED, RULE, SHADE, Figure, new_canvas, render_svg
from .numbers import count, number
from .scale import DIFFERENCE, Axis, Scale, bulk, finite, snug
from .typeface import text_width

HEIGHT = 3.6
LEVELS = (0.99, 0.95, 0.9, 0.8, 0.5)  # of confidence, named on the right
POINTS = 61  # of a curve, within its reach to both sides
PALEST, FULL = 0.25, 0.85  # opacity of the lightest study's curve, and of the heaviest's
DASHES = (0, (4, 3))
REACH = 2.6  # of an estimate that sets the axis, in standard errors: 99% intervals
LEAST_P = 1e-3  # below, a curve cannot be told from the axis


@dataclass(frozen=True)
class Drape:
    """An effect with its standard error; `df` of a t distribution, None for the normal.

    `text` is the estimate as it is shown, which the curves of studies do without.
    """

    label: str
    estimate: float | None
    se: float | None
    df: float | None = None
    text: str = ""

    def pvalue(self, effect: np.ndarray) -> np.ndarray:
        """Return the two-sided p-value of the hypothesis that the effect is `effect`."""
        size = -np.abs(effect - self.estimate) / self.se
        return 2 * (ndtr(size) if self.df is None else stdtr(self.df, size))

    @property
    def known(self) -> bool:
        """Whether there is a curve to draw."""
        return finite(self.estimate) and finite(self.se) and self.se > 0


def drapery(
    name: str,
    studies: Sequence[Drape],
    pooled: Sequence[Drape],
    title: str,
    prediction: Drape | None = None,
    scale: Scale = DIFFERENCE,
) -> Figure:
    """Return the drapery plot of `studies`, of at most two `pooled` effects and of the `prediction`.

    `title` is that of the axis of effects. The first of `pooled` is drawn in full, the second dashed;
    a study's curve is the stronger the more precise it is. Ids: study-1, …, pooled-1, …, prediction.
    """
    shown, lines = [s for s in studies if s.known], [p for p in pooled if p.known]
    x = _across(shown, lines, scale)
    y = Axis(0.0, 1.0, tuple((n / 5, number(n / 5, 1)) for n in range(6)))
    with new_canvas(1, 1) as canvas:
        room = LINE + GAP + TICK + text_width("99%", size=SMALL) + 2 * GAP
        chart = Chart(canvas, HEIGHT, x, y, (title, "p-value"), right=room)
        if scale.null is not None:
            chart.ax.plot([scale.null] * 2, [0, 1], color=RULE, lw=0.9, zorder=1)
        _levels(chart)
        if prediction is not None and prediction.known:
            xs, ys = _curve(prediction, x)
            area = chart.ax.fill_between(xs, 0, ys, fc=INK, lw=0, alpha=2 * SHADE)
            area.set(gid="prediction", zorder=0)
        for n, study in enumerate(shown, 1):
            color = ACCENT, _opacity(study, shown)
            chart.ax.plot(*_curve(study, x), color=color, lw=0.8, zorder=2, gid=f"study-{n}")
        _key(chart, lines, prediction, bool(shown))
        for n, (line, style) in enumerate(zip(lines, STYLES, strict=False), 1):
            chart.ax.plot(*_curve(line, x), zorder=3, gid=f"pooled-{n}", **style)
        chart.finish()
        return Figure(name, render_svg(canvas), alt_text(studies, pooled, title, prediction))


STYLES = (
    {"color": INK, "lw": 1.8},
    {"color": INK, "lw": 1.3, "linestyle": DASHES},
)


def alt_text(
    studies: Sequence[Drape], pooled: Sequence[Drape], title: str, prediction: Drape | None
) -> str:
    """Say in words what the drapery plot shows."""
    shown = [s for s in studies if s.known]
    parts = [
        f"Drapery plot of {count(len(shown))} {'study' if len(shown) == 1 else 'studies'}: the "
        f"p-value of every {title}, a curve a study"
    ]
    if len(shown) > 1:
        least = min(shown, key=lambda s: s.estimate)
        most = max(shown, key=lambda s: s.estimate)
        parts.append(f"The leftmost curve is that of {least.label}, the rightmost of {most.label}")
    parts += [f"{p.label}: {p.text}" for p in (*pooled, *([prediction] if prediction else []))]
    absent = len(studies) - len(shown)
    if absent:
        parts.append(f"{count(absent)} without effect or standard error, not drawn")
    return ". ".join(parts) + "."


def _across(shown: Sequence[Drape], lines: Sequence[Drape], scale: Scale) -> Axis:
    ends = bulk(s.estimate + side * REACH * s.se for s in shown for side in (-1, 1))
    ends += [p.estimate + side * REACH * p.se for p in lines for side in (-1, 1)]
    return snug(ends + ([] if scale.null is None else [scale.null]), scale)


def _curve(drape: Drape, x: Axis) -> tuple[np.ndarray, np.ndarray]:
    """Return the p-values across the axis `x`, the peak among them."""
    # As many steps to each side, by p as well as by distance: the peak is a corner.
    tail = np.concatenate(
        [np.geomspace(LEAST_P / 2, 0.5, POINTS), np.linspace(0.5, 0.4, POINTS // 4)]
    )
    deviates = -(ndtri(tail) if drape.df is None else stdtrit(drape.df, tail))
    near = drape.estimate + drape.se * np.concatenate([-deviates, [0.0], deviates])
    ends = [end for end in (x.low, x.high) if drape.pvalue(np.array(end)) > LEAST_P]
    xs = np.unique(np.concatenate([near[(near > x.low) & (near < x.high)], ends]))
    return xs, drape.pvalue(xs)


def _opacity(study: Drape, shown: Sequence[Drape]) -> float:
    return PALEST + (FULL - PALEST) * min(s.se for s in shown) / study.se


def _levels(chart: Chart) -> None:
    """Rule the p-values of common confidence levels, and name these at the right, where they fit."""
    high = chart.x.high
    step = (chart.x.high - chart.x.low) / chart.width
    free = float("inf")
    for n, level in enumerate(LEVELS, 1):
        p = 1 - level
        chart.ax.plot([chart.x.low, high], [p, p], color=RULE, lw=0.5, zorder=0, gid=f"level-{n}")
        _, down = chart.place(high, p)
        if down <= free - 0.8 * LINE:
            text = {"size": SMALL, "color": INK, "va": "center_baseline", "zorder": 6}
            chart.ax.text(high + GAP * step, p, f"{number(100 * level, 0)}%", **text)
            free = down
    chart.beside("Confidence level")


def _key(chart: Chart, lines: Sequence[Drape], prediction: Drape | None, studies: bool) -> None:
    if studies:
        chart.key(
            Line2D([0, 1], [0.5, 0.5], color=ACCENT, lw=0.8), "Study, stronger if more precise"
        )
    for line, style in zip(lines, STYLES, strict=False):
        chart.key(Line2D([0, 1], [0.5, 0.5], **style), f"{line.label} {line.text}")
    if prediction is not None and prediction.known:
        box = Rectangle((0.1, 0.15), 0.8, 0.7, fc=(INK, 2 * SHADE), ec=(MUTED, 1.0), lw=0.5)
        chart.key(box, f"{prediction.label} {prediction.text}")
