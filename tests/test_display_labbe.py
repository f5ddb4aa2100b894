"""The L'Abbé plot: circles at both risks, curves at which the effect is the pooled one."""

from __future__ import annotations

import re

import numpy as np
import pytest

from analysis.display.labbe import LabbeStudy, PooledRisk, labbe

from svg import centre, chart_place, corners, ids, shape, texts, value_at

STUDIES = [
    LabbeStudy("A", 0.40, 0.20, 40.0), LabbeStudy("B", 0.10, 0.15, 10.0),
    LabbeStudy("C & D", 0.55, 0.55, 22.5), LabbeStudy("Absent", None, 0.2, 9.0),
]  # fmt: skip
POOLED = [
    PooledRisk("Odds ratio", "OR", np.log(0.5), "0.50"),
    PooledRisk("Risk ratio", "RR", np.log(1.5), "1.50"),
    PooledRisk("Difference", "RD", -0.1, "−0.10"),
]
FIGURE = labbe("f", STUDIES, POOLED, named=["A", "nobody"])


def points(gid: str) -> np.ndarray:
    """The risks in per cent, of controls and treated, along the line `gid`."""
    found = corners(FIGURE.svg, gid)
    return np.array([value_at(FIGURE.svg, n, found[:, n]) for n in (0, 1)])


def test_circles_stand_at_their_risks_and_their_area_is_the_weight():
    for n, study in enumerate(STUDIES[:3], 1):
        expected = pytest.approx((100 * study.control, 100 * study.treated), abs=1e-3)
        assert chart_place(FIGURE.svg, f"study-{n}") == expected
    widths = []
    for n in (1, 2, 3):
        numbers = re.findall(r"-?[\d.]+", shape(FIGURE.svg, f"study-{n}"))
        widths.append(np.ptp(np.array(numbers, float)[::2]))
    areas = np.array(widths) ** 2
    assert areas / areas[0] == pytest.approx([1, 10 / 40, 22.5 / 40], rel=1e-4)


def test_along_the_curves_the_effect_is_the_pooled_one():
    control, treated = points("pooled-1") / 100
    inner = (control > 0.01) & (control < 0.99)
    odds = (treated / (1 - treated))[inner] / (control / (1 - control))[inner]
    assert odds == pytest.approx(0.5, abs=2e-3)
    control, treated = points("pooled-2") / 100
    assert treated == pytest.approx(1.5 * control, abs=1e-5)
    control, treated = points("pooled-3") / 100
    assert treated == pytest.approx(control - 0.1, abs=1e-5)
    assert treated.min() >= -1e-6


def test_equal_risks_are_the_diagonal_of_a_square():
    assert points("equal")[0] == pytest.approx(points("equal")[1], abs=1e-3)
    (x0, y0), (x1, y1) = corners(FIGURE.svg, "equal")
    assert x1 - x0 == pytest.approx(y0 - y1, rel=1e-6)


def test_words():
    assert FIGURE.alt == (
        "L'Abbé plot of 3 studies: Risk, treated (%) against Risk, control (%). The treated have the "
        "lower risk in 1, the higher in 1. Odds ratio: 0.50. Risk ratio: 1.50. Difference: −0.10. "
        "1 without both risks, not drawn."
    )
    found = texts(FIGURE.svg)
    for text in ("A", "Equal risks", "Odds ratio 0.50", "Study, area by weight"):
        assert text in found
    assert "C & D" not in found


def test_a_name_does_not_stand_on_a_circle():
    x, y = centre(FIGURE.svg, "study-1")
    name = next(t for t in re.findall(r"<g id=\"name-1\">.*?</g>", FIGURE.svg, re.DOTALL))
    left = float(re.search(r' x="([\d.]+)"', name)[1])
    assert left > x and "name-2" not in FIGURE.svg and y > 0


def test_no_study_and_no_weight():
    assert not ids(labbe("f", []).svg, "study-")
    svg = labbe("f", [LabbeStudy("A", 0.0, 1.0)]).svg
    assert chart_place(svg, "study-1") == pytest.approx((0, 100), abs=1e-3)
    assert "Study" in texts(svg)


def test_what_is_no_risk_is_refused():
    with pytest.raises(ValueError, match=r"'A' has a risk of 1.2; it must be a share, 0 to 1"):
        labbe("f", [LabbeStudy("A", 0.1, 1.2)])
    with pytest.raises(ValueError, match="'P' has the measure 'HR'; allowed: RD, RR, OR"):
        labbe("f", [], [PooledRisk("P", "HR", 0.1, "0.1")])
