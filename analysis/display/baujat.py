"""The Baujat plot: which studies make the heterogeneity, and which of them move the result.

Across, a study's share in Q; up, the squared change of the pooled effect without it over its
variance (Baujat, Mahé, Pignon & Hill 2002). Studies far right and high up deserve a second look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .chart import Chart, Point
from .figure import ACCENT, Figure, new_canvas, render_svg
from .numbers import count, number
from .scale import finite, snug

HEIGHT = 3.3
RADIUS = 0.04
NAMES = 5


@dataclass(frozen=True)
class BaujatPoint:
    """A study: its name, its contribution to Q, and its influence on the pooled effect."""

    label: str
    heterogeneity: float | None
    influence: float | None


def baujat(name: str, points: Sequence[BaujatPoint], titles: tuple[str, str]) -> Figure:
    """Return the Baujat plot of `points` with `titles` of both axes; the farthest are named.

    Ids: study-1, … in the order of `points`, those that are absent counted but not drawn.
    """
    shown = {n: p for n, p in enumerate(points, 1) if _present(p)}
    x = snug([0.0, *(p.heterogeneity for p in shown.values())])
    y = snug([0.0, *(p.influence for p in shown.values())])
    # Neither can be less than nought.
    x, y = x.cut(0.0, x.high), y.cut(0.0, y.high)
    with new_canvas(1, 1) as canvas:
        chart = Chart(canvas, HEIGHT, x, y, titles)
        marks = {}
        for n, point in shown.items():
            place = point.heterogeneity, point.influence
            chart.mark(*place, "o", RADIUS, f"study-{n}", ACCENT)
            marks[n] = Point(point.label, *place, RADIUS)

        def distance(point: Point) -> float:
            return (point.x / x.high) ** 2 + (point.y / y.high) ** 2

        farthest = sorted(marks.values(), key=distance, reverse=True)[:NAMES]
        chart.name(farthest, marks.values())
        chart.finish()
        return Figure(name, render_svg(canvas), alt_text(points, titles))


def alt_text(points: Sequence[BaujatPoint], titles: tuple[str, str]) -> str:
    """Say in words what the Baujat plot of `points` shows."""
    shown = [point for point in points if _present(point)]
    parts = [
        f"Baujat plot of {count(len(shown))} {'study' if len(shown) == 1 else 'studies'}: "
        f"{titles[1]} against {titles[0]}"
    ]
    if shown:
        for what, key in (
            ("Largest contribution to heterogeneity", lambda p: p.heterogeneity),
            ("Largest influence on the result", lambda p: p.influence),
        ):
            top = max(shown, key=key)
            parts.append(f"{what}: {top.label}, {number(key(top), 2)}")
    return ". ".join(parts) + "."


def _present(point: BaujatPoint) -> bool:
    return finite(point.heterogeneity) and finite(point.influence)
