"""The L'Abbé plot: the risk among the treated over that among the controls, a circle a study.

L'Abbé, Detsky & O'Rourke (1987), Ann Intern Med 107, 224. On the diagonal both are equal; the curve
is where studies lie that have exactly the pooled effect, whatever the risk of their controls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from matplotlib.lines import Line2D

from .chart import Chart, Point
from .figure import ACCENT, INK, RULE, Figure, new_canvas, render_svg
from .numbers import count, number
from .scale import Axis, axis, finite

RADIUS, RADIUS_LEAST = 0.13, 0.03  # of the heaviest study's circle, and of any, in inches
DASHES = (0, (4, 3))
STEPS = 201

# The risk of the treated at a risk of the controls, by measure: ratios are on the log scale.
TREATED: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "RD": lambda risk, effect: risk + effect,
    "RR": lambda risk, effect: risk * np.exp(effect),
    "OR": lambda risk, effect: risk * np.exp(effect) / (1 - risk + risk * np.exp(effect)),
}


@dataclass(frozen=True)
class LabbeStudy:
    """A study: its name, the risk of each group as a share, and its weight in any unit."""

    label: str
    control: float | None
    treated: float | None
    weight: float | None = None


@dataclass(frozen=True)
class PooledRisk:
    """A pooled effect by `measure` RD, RR or OR, ratios as logarithms, with its name and as text."""

    label: str
    measure: str
    estimate: float
    text: str


def labbe(
    name: str,
    studies: Sequence[LabbeStudy],
    pooled: Sequence[PooledRisk] = (),
    titles: tuple[str, str] = ("Risk, control (%)", "Risk, treated (%)"),
    named: Sequence[str] = (),
) -> Figure:
    """Return the L'Abbé plot of `studies` with the curves of `pooled`, the `named` studies by name.

    `titles` are those of the controls' and of the treated's axis. Ids: study-1, …, pooled-1, …,
    equal. ValueError for a risk that is no share, and for a measure that there is not.
    """
    _check(studies, pooled)
    shown = [s for s in studies if finite(s.control) and finite(s.treated)]
    highest = max((max(s.control, s.treated) for s in shown), default=1.0)
    risks = _percent(axis([0.0, 100 * highest]))
    heaviest = max((s.weight or 0 for s in shown), default=0)
    with new_canvas(1, 1) as canvas:
        chart = Chart(canvas, 1.0, risks, risks, titles)
        chart.height = chart.width  # equal risks lie on the diagonal
        style = {"color": RULE, "lw": 0.9}
        ends = [risks.low, risks.high]
        chart.ax.plot(ends, ends, gid="equal", zorder=1, **style)
        chart.key(Line2D([0, 1], [0.5, 0.5], **style), "Equal risks")
        drawn = [_pooled(chart, effect, n) for n, effect in enumerate(pooled, 1)]
        points = []
        for n, study in enumerate(shown, 1):
            share = (study.weight or 0) / heaviest if heaviest else 0.25
            radius = max(RADIUS * sqrt(share), RADIUS_LEAST)
            where = study.control, study.treated, "o", radius, f"study-{n}", ACCENT, 0.35
            points.append(Point(study.label, *chart.mark(*where), radius))
        wanted = [p for label in named for p in points if p.label == label]
        lines = [np.array([ends, ends]), *drawn]
        chart.name(wanted, [*points, *(place for line in lines for place in _along(line))])
        circle = Line2D([0.5], [0.5], ls="none", marker="o", mfc=(ACCENT, 0.35), mec=ACCENT, ms=7)
        chart.key(circle, "Study, area by weight" if heaviest else "Study")
        chart.finish()
        return Figure(name, render_svg(canvas), alt_text(studies, pooled, titles))


def alt_text(
    studies: Sequence[LabbeStudy], pooled: Sequence[PooledRisk], titles: tuple[str, str]
) -> str:
    """Say in words what the L'Abbé plot shows: on which side of equal risks the studies lie."""
    shown = [s for s in studies if finite(s.control) and finite(s.treated)]
    lower = sum(s.treated < s.control for s in shown)
    higher = sum(s.treated > s.control for s in shown)
    parts = [
        f"L'Abbé plot of {count(len(shown))} {'study' if len(shown) == 1 else 'studies'}: "
        f"{titles[1]} against {titles[0]}",
        f"The treated have the lower risk in {count(lower)}, the higher in {count(higher)}",
    ]
    parts += [f"{effect.label}: {effect.text}" for effect in pooled]
    absent = len(studies) - len(shown)
    if absent:
        parts.append(f"{count(absent)} without both risks, not drawn")
    return ". ".join(parts) + "."


def _check(studies: Sequence[LabbeStudy], pooled: Sequence[PooledRisk]) -> None:
    for study in studies:
        for risk in (study.control, study.treated):
            if finite(risk) and not 0 <= risk <= 1:
                raise ValueError(
                    f"{study.label!r} has a risk of {risk}; it must be a share, 0 to 1"
                )
    for effect in pooled:
        if effect.measure not in TREATED:
            raise ValueError(
                f"{effect.label!r} has the measure {effect.measure!r}; allowed: {', '.join(TREATED)}"
            )


def _percent(scale: Axis) -> Axis:
    """Return the axis of per cents as one of shares, no further than 100%."""
    ticks = tuple(
        (n / 100, number(n, 0) if n == round(n) else number(n, 1)) for n, _ in scale.ticks
    )
    return Axis(0.0, min(scale.high / 100, 1.0), tuple(t for t in ticks if t[0] <= 1))


def _pooled(chart: Chart, effect: PooledRisk, n: int) -> np.ndarray:
    """Draw the curve of `effect` as far as the plot shows risks, and return its points, shape (2, n)."""
    control = np.linspace(chart.x.low, chart.x.high, STEPS)
    with np.errstate(divide="ignore", invalid="ignore"):
        treated = TREATED[effect.measure](control, effect.estimate)
    inside = (treated >= 0) & (treated <= chart.y.high)
    style = {"color": INK, "lw": 1.2, "linestyle": "-" if n == 1 else DASHES}
    chart.ax.plot(control[inside], treated[inside], gid=f"pooled-{n}", zorder=2, **style)
    chart.key(Line2D([0, 1], [0.5, 0.5], **style), f"{effect.label} {effect.text}")
    return np.array([control[inside], treated[inside]])


def _along(line: np.ndarray) -> list[Point]:
    """Places along `line`, so close that no name fits between two of them."""
    if not line.size:
        return []
    xs = np.linspace(line[0, 0], line[0, -1], 100)
    ys = np.interp(xs, *line)
    return [Point("", x, y, 0.01) for x, y in zip(xs, ys, strict=True)]
