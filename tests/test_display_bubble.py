"""The bubble plot: circles where their study is, as large as its weight, around the given line."""

from __future__ import annotations

import re

import numpy as np
import pytest

from analysis.display.bubble import Bubble, FittedLine, bubble

from svg import chart_place, corners, ids, shape, texts, value_at

TITLES = ("Quality", "SMD")
BUBBLES = [
    Bubble("A", 1.0, 0.2, 40.0), Bubble("B", 1.5, 0.5, 10.0), Bubble("C & D", 2.0, 1.1, 22.5),
    Bubble("Absent", None, 0.4, 5.0),
]  # fmt: skip
X = np.array([1.0, 1.5, 2.0])
LINE = FittedLine(X, X - 0.9, X - 1.3, X - 0.5, X - 2.0, X + 0.2)
FIGURE = bubble("f", BUBBLES, LINE, TITLES, "Slope 1.00 [0.20, 1.80]", ["C & D", "nobody"])


def test_circles_stand_where_their_numbers_belong_and_their_area_is_the_weight():
    for n, study in enumerate(BUBBLES[:3], 1):
        expected = pytest.approx((study.x, study.estimate), abs=1e-5)
        assert chart_place(FIGURE.svg, f"study-{n}") == expected
    widths = []
    for n in (1, 2, 3):
        numbers = re.findall(r"-?[\d.]+", shape(FIGURE.svg, f"study-{n}"))
        widths.append(np.ptp(np.array(numbers, float)[::2]))
    areas = np.array(widths) ** 2
    assert areas / areas[0] == pytest.approx([1, 10 / 40, 22.5 / 40], rel=1e-4)


def test_the_line_and_its_bands_are_the_given_ones():
    line = [
        (value_at(FIGURE.svg, 0, x), value_at(FIGURE.svg, 1, y))
        for x, y in corners(FIGURE.svg, "fit")
    ]
    assert [line[0], line[-1]] == [
        pytest.approx((1, 0.1), abs=1e-5),
        pytest.approx((2, 1.1), abs=1e-5),
    ]
    band = [value_at(FIGURE.svg, 1, y) for _, y in corners(FIGURE.svg, "band")]
    assert (min(band), max(band)) == pytest.approx((-0.3, 1.5), abs=1e-5)
    low = [value_at(FIGURE.svg, 1, y) for _, y in corners(FIGURE.svg, "prediction-low")]
    assert min(low) == pytest.approx(-1.0, abs=1e-5)


def test_words():
    found = texts(FIGURE.svg)
    for text in (*TITLES, "C & D", "Mean effect", "Prediction interval"):
        assert text in found
    assert "A" not in found
    assert FIGURE.alt == (
        "Bubble plot of 3 studies: SMD against Quality, circles by weight, with the fitted line. "
        "Slope 1.00 [0.20, 1.80]. 1 without moderator or effect, not drawn."
    )
    bare = bubble("f", BUBBLES, FittedLine(X, X, X - 1, X + 1), TITLES, "Slope")
    assert "Prediction interval" not in texts(bare.svg) and not ids(bare.svg, "prediction")


def test_no_study_and_no_weight():
    svg = bubble("f", [Bubble("A", 1.0, 2.0, None)], FittedLine([], [], [], []), TITLES, "s").svg
    assert len(ids(svg, "study-")) == 1
    assert not ids(bubble("f", [], FittedLine([], [], [], []), TITLES, "s").svg, "study-")
