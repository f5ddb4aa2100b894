"""The Baujat plot: each study where its two numbers are; the farthest are named."""

from __future__ import annotations

import pytest

from analysis.display.baujat import BaujatPoint, baujat

from svg import chart_place, ids, texts

TITLES = ("Contribution to Q", "Influence")
POINTS = [
    *[BaujatPoint(f"S{n}", 0.5 * n, 0.1 * n) for n in range(8)],
    BaujatPoint("Absent", None, 1.0),
    BaujatPoint("<b>Far</b>", 20.0, 0.3),
    BaujatPoint("High", 2.0, 3.0),
]
FIGURE = baujat("f", POINTS, TITLES)


def test_every_mark_stands_where_its_numbers_belong():
    for n, point in enumerate(POINTS, 1):
        if point.heterogeneity is not None:
            expected = pytest.approx((point.heterogeneity, point.influence), abs=1e-4)
            assert chart_place(FIGURE.svg, f"study-{n}") == expected
    assert "study-9" not in ids(FIGURE.svg)


def test_the_farthest_are_named_and_words_tell_them():
    assert {"<b>Far</b>", "High"} <= set(texts(FIGURE.svg))
    assert not {"S0", "S1", "Absent"} & set(texts(FIGURE.svg))
    assert FIGURE.alt == (
        "Baujat plot of 10 studies: Influence against Contribution to Q. Largest contribution to "
        "heterogeneity: <b>Far</b>, 20.00. Largest influence on the result: High, 3.00."
    )


def test_no_study():
    assert baujat("f", [], TITLES).alt.startswith("Baujat plot of 0 studies")
