"""The drapery plot: every curve is the p-value of the effect below it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.display.drapery import Drape, drapery

from svg import corners, ids, texts, value_at

STUDIES = [
    Drape("A", 0.2, 0.10), Drape("B", 0.5, 0.25), Drape("C", 1.1, 0.40), Drape("Absent", None, 0.2),
]  # fmt: skip
POOLED = [
    Drape("Random effects", 0.45, 0.12, 3, "0.45 [0.07, 0.83]"),
    Drape("Fixed effect", 0.3, 0.09, None, "0.30"),
]
PREDICTION = Drape("Prediction", 0.45, 0.3, 2, "−0.84 to 1.74")
FIGURE = drapery("f", STUDIES, POOLED, "SMD", PREDICTION)


def curve(gid: str) -> tuple[np.ndarray, np.ndarray]:
    """The effects and p-values of the points of a curve."""
    points = corners(FIGURE.svg, gid)
    return tuple(value_at(FIGURE.svg, n, points[:, n]) for n in (0, 1))


def expected(drape: Drape, x: np.ndarray) -> np.ndarray:
    t = np.abs(x - drape.estimate) / drape.se
    return 2 * (stats.norm.sf(t) if drape.df is None else stats.t.sf(t, drape.df))


@pytest.mark.parametrize(
    ("gid", "drape"),
    [
        *((f"study-{n}", study) for n, study in enumerate(STUDIES[:3], 1)),
        *((f"pooled-{n}", effect) for n, effect in enumerate(POOLED, 1)),
    ],
)
def test_curves_are_p_values(gid, drape):
    x, p = curve(gid)
    assert p == pytest.approx(expected(drape, x), abs=3e-5)
    assert x[p.argmax()] == pytest.approx(drape.estimate, abs=1e-5)
    assert p.max() == pytest.approx(1, abs=1e-5)
    # Straight pieces between the points stray by less than a pen's width.
    middle = (x[1:] + x[:-1]) / 2
    assert (p[1:] + p[:-1]) / 2 == pytest.approx(expected(drape, middle), abs=0.004)


def test_the_area_of_prediction_lies_below_its_curve():
    x, p = curve("prediction")
    inside = p > 1e-4
    assert p[inside] == pytest.approx(expected(PREDICTION, x[inside]), abs=3e-5)


def test_levels_name_the_confidence_of_their_p():
    names = [t for t in texts(FIGURE.svg) if t.endswith("%")]
    assert names == ["99%", "95%", "90%", "80%", "50%"]
    for n, level in enumerate((0.99, 0.95, 0.9, 0.8, 0.5), 1):
        assert curve(f"level-{n}")[1] == pytest.approx([1 - level] * 2, abs=1e-5)


def test_at_the_height_of_a_level_a_curve_is_as_wide_as_its_interval():
    x, p = curve("study-2")
    left = np.interp(0.05, p[x <= 0.5], x[x <= 0.5])
    assert left == pytest.approx(0.5 - 1.959964 * 0.25, abs=1e-3)


def test_words():
    assert FIGURE.alt == (
        "Drapery plot of 3 studies: the p-value of every SMD, a curve a study. The leftmost curve is "
        "that of A, the rightmost of C. Random effects: 0.45 [0.07, 0.83]. Fixed effect: 0.30. "
        "Prediction: −0.84 to 1.74. 1 without effect or standard error, not drawn."
    )
    for text in ("SMD", "p-value", "Confidence level", "Fixed effect 0.30"):
        assert text in texts(FIGURE.svg)


@pytest.mark.parametrize("k", [0, 1, 100])
def test_any_number_of_studies(k):
    svg = drapery("f", [Drape("S", 0.1 * n, 0.2) for n in range(k)], [], "SMD").svg
    assert len(ids(svg, "study-")) == k and not ids(svg, "prediction")
