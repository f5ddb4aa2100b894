"""The specification curve: estimates in order with their intervals, over the choices that made them."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.display.specification import Specification, specification_curve

from svg import centre, corners, ids, texts

SPECIFICATIONS = [
    Specification({"Estimator": "DL", "Data": "all"}, 0.5, 0.1, 0.9),
    Specification({"Estimator": "REML", "Data": "all"}, 0.3, -0.2, 0.8),
    Specification({"Estimator": "DL", "Data": "RCTs & co"}, -0.4, -0.7, -0.1),
    Specification({"Estimator": "REML", "Data": "RCTs & co"}, 0.1, None, None),
    Specification({"Estimator": "REML", "Data": "all"}, None, 0.1, 0.2),
]
FIGURE = specification_curve("f", SPECIFICATIONS, "SMD")
ORDER = [2, 3, 1, 0]  # by their estimates


def effect_at(svg: str, y):
    """The effect at the height `y`, by the ticks and their labels, the first texts of the drawing."""
    ticks = ids(svg, "tick-")
    labels = [float(t.replace("−", "-")) for t in texts(svg)[: len(ticks)]]
    slope, start = np.polyfit([centre(svg, gid)[1] for gid in ticks], labels, 1)
    return start + slope * np.asarray(y)


def places(svg: str) -> np.ndarray:
    """Where all estimates stand, from left to right: x and effect."""
    parts = [corners(svg, gid) for gid in ("significant", "other")]
    points = np.concatenate(parts)
    points = points[points[:, 0].argsort()]
    return np.column_stack([points[:, 0], effect_at(svg, points[:, 1])])


def test_estimates_stand_in_order_at_even_steps():
    found = places(FIGURE.svg)
    expected = [SPECIFICATIONS[n].estimate for n in ORDER]
    assert found[:, 1] == pytest.approx(expected, abs=1e-5)
    assert np.diff(found[:, 0]) == pytest.approx([np.diff(found[:, 0])[0]] * 3)


def test_filled_marks_are_those_whose_interval_excludes_no_effect():
    found = effect_at(FIGURE.svg, corners(FIGURE.svg, "significant")[:, 1])
    assert sorted(found) == pytest.approx([-0.4, 0.5], abs=1e-5)


def test_intervals_run_between_their_limits():
    points = corners(FIGURE.svg, "intervals").reshape(-1, 2, 2)
    ends = np.sort(effect_at(FIGURE.svg, points[:, :, 1]), axis=1)
    expected = [[SPECIFICATIONS[n].low, SPECIFICATIONS[n].high] for n in ORDER if n != 3]
    assert ends == pytest.approx(np.array(expected), abs=1e-5)
    across = places(FIGURE.svg)[[0, 2, 3], 0]
    assert points[:, 0, 0] == pytest.approx(across, abs=1e-4)
    null = corners(FIGURE.svg, "null")[:, 1]
    assert effect_at(FIGURE.svg, null) == pytest.approx([0, 0], abs=1e-5)


def test_the_matrix_marks_each_choice_under_its_estimate():
    across = places(FIGURE.svg)[:, 0]
    for d, (decision, options) in enumerate(
        {"Estimator": ["DL", "REML"], "Data": ["all", "RCTs & co"]}.items(), 1
    ):
        rows = set()
        for o, option in enumerate(options, 1):
            marks = corners(FIGURE.svg, f"choice-{d}-{o}")
            taken = [
                n for n, s in enumerate(ORDER) if SPECIFICATIONS[s].choices[decision] == option
            ]
            assert marks[:, 0] == pytest.approx(across[taken], abs=1e-4)
            assert np.ptp(marks[:, 1]) == 0
            rows.add(marks[0, 1])
        assert len(rows) == len(options) and min(rows) > corners(FIGURE.svg, "other")[:, 1].max()


def test_words():
    assert FIGURE.alt == (
        "Specification curve of 4 specifications: SMD. Estimates run from −0.40 to 0.50, with median "
        "0.20. 2 of 4 intervals exclude no effect. Estimator: DL, REML. Data: all, RCTs & co. 1 without "
        "an estimate, not drawn."
    )
    found = texts(FIGURE.svg)
    rows = [t for t in found if t in ("Estimator", "DL", "REML", "Data", "all", "RCTs & co")]
    assert rows == ["Estimator", "DL", "REML", "Data", "all", "RCTs & co"]
    assert "SMD" in found and any(t.startswith("Filled circle") for t in found)


@pytest.mark.parametrize("k", [0, 1, 500])
def test_any_number(k):
    made = [
        Specification({"Model": "x" * 60}, 0.01 * n, 0.01 * n - 1, 0.01 * n + 1) for n in range(k)
    ]
    figure = specification_curve("f", made, "SMD")
    marks = sum(
        len(corners(figure.svg, gid)) for gid in ids(figure.svg) if gid in ("significant", "other")
    )
    assert marks == k
    assert f"of {k} specification" in figure.alt and len(figure.svg) < 400_000


def test_specifications_that_decide_otherwise_are_refused():
    with pytest.raises(ValueError, match=r"specifications\[1\] decides B; the first decides A"):
        specification_curve(
            "f", [Specification({"A": "1"}, 0), Specification({"B": "1"}, 0)], "SMD"
        )
