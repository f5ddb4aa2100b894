"""The radial plot: 1/se across, effect/se up, and an arc that a ray through a study reads right."""

from __future__ import annotations

import re

import numpy as np
import pytest

from analysis.display.radial import Pooled, RadialPoint, radial

from svg import centre, chart_place, corners, ids, texts, value_at

TITLES = ("1/se", "z", "SMD")
POINTS = [
    RadialPoint("A", 0.2, 0.10), RadialPoint("B", 0.5, 0.25), RadialPoint("C", 1.9, 0.40),
    RadialPoint("D", -0.3, 0.31), RadialPoint("Absent", None, 0.2), RadialPoint("Zero", 0.2, 0.0),
]  # fmt: skip
POOLED = Pooled(0.4, 0.1, 0.7, "0.40 [0.10, 0.70]")
FIGURE = radial("f", POINTS, POOLED, TITLES)


def test_every_mark_stands_where_its_numbers_belong():
    for n, point in enumerate(POINTS[:4], 1):
        expected = pytest.approx((1 / point.se, point.estimate / point.se), abs=1e-4)
        assert chart_place(FIGURE.svg, f"study-{n}") == expected
    assert len(ids(FIGURE.svg, "study-")) == 4


def slope(svg: str, place: tuple[float, float]) -> float:
    """The effect that the ray from the origin through `place` stands for."""
    return value_at(svg, 1, place[1]) / value_at(svg, 0, place[0])


def test_a_ray_meets_the_arc_at_its_effect():
    svg = FIGURE.svg
    ticks = ids(svg, "arc-tick-")
    # Written in the order of the drawing: both axes, then the arc's labels, then titles and names.
    written = [float(t.replace("−", "-")) for t in texts(svg) if re.fullmatch(r"−?\d+(\.\d+)?", t)]
    slopes = [slope(svg, tuple(corners(svg, gid)[0])) for gid in ticks]
    assert len(ticks) >= 3 and slopes == pytest.approx(written[-len(ticks) :], abs=1e-4)
    ends = corners(svg, "arc-interval")
    assert sorted(slope(svg, tuple(end)) for end in (ends[0], ends[-1])) == pytest.approx(
        [0.1, 0.7], abs=1e-3
    )


def test_the_arc_is_a_circle_around_the_origin_beyond_every_study():
    svg = FIGURE.svg
    (x0, y0), (x1, y1) = centre(svg, "x-tick-1"), centre(svg, "study-1")
    # The origin: x = 0 is the first tick, z = 0 follows from the studies' places.
    zero = y1 + (value_at(svg, 1, y1)) * pixels_per_unit(svg)
    points = corners(svg, "arc")
    radii = np.hypot(points[:, 0] - x0, points[:, 1] - zero)
    assert radii == pytest.approx([radii[0]] * len(radii), rel=1e-4)
    for n in (1, 2, 4):
        x, y = centre(svg, f"study-{n}")
        assert np.hypot(x - x0, y - zero) < radii[0]
    assert x1 > x0 and y0 > zero


def pixels_per_unit(svg: str) -> float:
    return 1 / (value_at(svg, 1, 0.0) - value_at(svg, 1, 1.0))


def test_the_band_is_two_errors_wide_and_names_what_is_outside():
    band = [value_at(FIGURE.svg, 1, y) for x, y in corners(FIGURE.svg, "band")
            if value_at(FIGURE.svg, 0, x) == pytest.approx(0, abs=1e-6)]  # fmt: skip
    assert (min(band), max(band)) == pytest.approx((-1.96, 1.96), abs=1e-2)
    # z distances from the line: A -2, B 0.4, C 3.75, D -2.26
    assert {"A", "C", "D"} <= set(texts(FIGURE.svg)) and "B" not in texts(FIGURE.svg)
    assert FIGURE.alt.endswith("3 outside the band: C, D, A.")


def test_any_number_of_studies():
    assert "0 studies" in radial("f", [], POOLED, TITLES).alt
    svg = radial("f", [*POINTS, RadialPoint("Far", 1e4, 0.1)] * 20, POOLED, TITLES).svg
    assert len(ids(svg, "study-")) == 100
