"""The funnel plot: studies where their effect and error are, regions where p is what they say."""

from __future__ import annotations

import pytest
from scipy.stats import norm

from analysis.display.funnel import Centre, FunnelPoint, funnel

from svg import chart_place, corners, ids, texts, value_at

TITLES = ("SMD", "Standard error")
POINTS = [
    FunnelPoint("A", 0.2, 0.10), FunnelPoint("B", 0.5, 0.25), FunnelPoint("C", 1.1, 0.40),
    FunnelPoint("D", -0.3, 0.31), FunnelPoint("made up", -0.6, 0.4, True),
    FunnelPoint("Absent", None, 0.2),
]  # fmt: skip
CENTRES = [Centre("Random effects", 0.4, "0.40", 1.96), Centre("Adjusted", 0.3, "0.30")]
FIGURE = funnel("f", POINTS, CENTRES, TITLES)


def test_every_mark_stands_where_its_number_belongs():
    for n, point in enumerate(POINTS[:4], 1):
        expected = pytest.approx((point.estimate, point.se), abs=1e-5)
        assert chart_place(FIGURE.svg, f"study-{n}") == expected
    assert chart_place(FIGURE.svg, "filled-1") == pytest.approx((-0.6, 0.4), abs=1e-5)
    assert len(ids(FIGURE.svg, "study-")) == 4 and len(ids(FIGURE.svg, "filled-")) == 1
    line = corners(FIGURE.svg, "centre-2")
    assert value_at(FIGURE.svg, 0, line[0, 0]) == pytest.approx(0.3, abs=1e-5)


def test_larger_studies_stand_higher():
    heights = [corners(FIGURE.svg, f"study-{n}")[0, 1] for n in (1, 2, 3)]
    assert heights == sorted(heights)


def test_pseudo_limits_open_by_their_reach():
    points = corners(FIGURE.svg, "pseudo-limits-1")
    for x, y in points:
        effect, se = value_at(FIGURE.svg, 0, x), value_at(FIGURE.svg, 1, y)
        assert abs(effect - 0.4) == pytest.approx(1.96 * se, abs=1e-4)


@pytest.mark.parametrize(("n", "level"), [(1, 0.10), (2, 0.05), (3, 0.01)])
def test_a_region_begins_where_p_is_its_level(n, level):
    # A flat plot, in which no border is cut by its edge.
    svg = funnel("f", [FunnelPoint("A", 5.0, 0.2), FunnelPoint("B", -5.0, 0.2)], [], TITLES).svg
    tip, corner = corners(svg, f"region-{n}-high")[:2]
    assert value_at(svg, 0, tip[0]) == pytest.approx(0, abs=1e-4)
    z = value_at(svg, 0, corner[0]) / value_at(svg, 1, corner[1])
    assert 2 * norm.sf(z) == pytest.approx(level, rel=1e-3)


def test_a_study_far_away_is_an_arrow_with_its_name():
    points = [*POINTS, FunnelPoint("Far <away>", 1e6, 0.2)]
    svg = funnel("f", points, CENTRES, TITLES).svg
    assert "Far <away>" in texts(svg)
    assert chart_place(svg, "study-5")[0] < 10


def test_words():
    assert FIGURE.alt == (
        "Funnel plot of 5 studies: SMD against Standard error. Random effects: 0.40. Adjusted: 0.30."
        " 2 of 4 studies lie left of the line of Random effects, 2 right of it. 1 filled by trim and"
        " fill, drawn as open diamonds. 1 without effect or standard error, not drawn."
    )
    found = texts(FIGURE.svg)
    for text in (
        *TITLES, "p > 0.10", "0.05 to 0.10", "0.01 to 0.05", "p < 0.01", "Random effects 0.40",
        "Filled by trim and fill",
    ):  # fmt: skip
        assert text in found


@pytest.mark.parametrize("points", [[], [FunnelPoint("One", 0.4, 0.2)], POINTS * 40])
def test_any_number_of_studies(points):
    svg = funnel("f", points, [], TITLES).svg
    assert len(ids(svg, "study-")) == sum(not p.filled and p.estimate is not None for p in points)
