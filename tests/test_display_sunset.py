"""The sunset funnel: studies where they are, bands that end where power is what they say."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from analysis.display.sunset import Assumed, SunsetPoint, sunset

from svg import chart_place, corners, ids, texts, value_at

TITLES = ("SMD", "Standard error")
POINTS = [
    SunsetPoint("A", 0.2, 0.10), SunsetPoint("B", 0.5, 0.25), SunsetPoint("C", 1.1, 0.40),
    SunsetPoint("D", -0.3, 0.31), SunsetPoint("Absent", None, 0.2),
]  # fmt: skip
ASSUMED = Assumed("Random effects", 0.4, "0.40")
FIGURE = sunset("f", POINTS, ASSUMED, TITLES)


def power(error: float, effect: float = 0.4, alpha: float = 0.05) -> float:
    """That of a two-sided z test, by the noncentral chi-square distribution of z²."""
    return float(stats.ncx2.sf(stats.chi2.isf(alpha, 1), 1, (effect / error) ** 2))


def test_every_mark_stands_where_its_number_belongs():
    for n, point in enumerate(POINTS[:4], 1):
        expected = pytest.approx((point.estimate, point.se), abs=1e-5)
        assert chart_place(FIGURE.svg, f"study-{n}") == expected
    line = corners(FIGURE.svg, "assumed")
    assert value_at(FIGURE.svg, 0, line[0, 0]) == pytest.approx(0.4, abs=1e-5)


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_bands_end_at_the_tenths_of_power(alpha):
    svg = sunset("f", POINTS, ASSUMED, TITLES, alpha).svg
    bands = ids(svg, "band-")
    assert len(bands) >= 7
    for gid in bands:
        heights = corners(svg, gid)[:, 1]
        n = int(gid.removeprefix("band-"))
        shallow = value_at(svg, 1, heights.min())
        assert power(shallow, alpha=alpha) == pytest.approx(n / 10, abs=2e-5)
        across = corners(svg, gid)[:, 0]
        ends = corners(svg, "x-tick-1")[0, 0], corners(svg, ids(svg, "x-tick-")[-1])[0, 0]
        assert across.min() <= ends[0] and across.max() >= ends[1]
    for gid in ids(svg, "power-"):
        error = value_at(svg, 1, corners(svg, gid)[0, 1])
        assert power(error, alpha=alpha) == pytest.approx(int(gid[6:]) / 10, abs=2e-5)


def test_bands_join_and_pale():
    edges = [corners(FIGURE.svg, gid)[:, 1] for gid in ids(FIGURE.svg, "band-")]
    for deep, shallow in pairwise(edges):
        assert deep.min() == pytest.approx(shallow.max(), abs=1e-5)
    names = [text for text in texts(FIGURE.svg) if text.endswith("%") and len(text) == 3]
    assert names[0] == "20%" and "90%" in names and len(names) == len(set(names))


def test_the_limits_are_where_p_is_alpha():
    for side in ("low", "high"):
        tip, end = corners(FIGURE.svg, f"limit-{side}")
        assert value_at(FIGURE.svg, 0, tip[0]) == pytest.approx(0, abs=1e-5)
        z = abs(value_at(FIGURE.svg, 0, end[0])) / value_at(FIGURE.svg, 1, end[1])
        assert 2 * stats.norm.sf(z) == pytest.approx(0.05, abs=1e-4)


def test_words():
    powers = np.array([power(p.se) for p in POINTS[:4]])
    shown = [f"{100 * p:.0f}%" for p in (powers.min(), powers.max(), np.median(powers))]
    assert FIGURE.alt == (
        "Sunset funnel plot of 4 studies: SMD against Standard error, on bands of power if the effect "
        f"is 0.40 (Random effects). Power runs from {shown[0]} to {shown[1]}, with median {shown[2]}; "
        f"{powers.sum():.1f} significant results are expected, 3 found. 1 without effect or standard "
        "error, not drawn."
    )
    for text in (*TITLES, "Power", "p = 0.05", "Random effects 0.40", "Power below 10%"):
        assert text in texts(FIGURE.svg)


def test_no_study_and_a_far_one():
    assert not ids(sunset("f", [], ASSUMED, TITLES).svg, "study-")
    svg = sunset("f", [*POINTS, SunsetPoint("Far", 1e6, 0.2)], ASSUMED, TITLES).svg
    assert "Far" in texts(svg) and chart_place(svg, "study-5")[0] < 10


def test_no_effect_is_refused():
    with pytest.raises(ValueError, match="the assumed effect is 0; it must differ from"):
        sunset("f", POINTS, Assumed("None", 0, "0"), TITLES)
