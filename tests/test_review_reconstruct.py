"""Printed digits back to effects: the truth is always inside, a tampered digit leaves nothing."""

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from itertools import product
from math import sqrt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.review import reconstruct
from analysis.review.reconstruct import half_planes, inferred_arms, reconstruct_row
from analysis.review.region import Arms, box, centroid, on_curve, polygon

from by_hand import around, as_row

# 1.96 to more digits, as in any table of the normal distribution.
Z95 = 1.959963984540054
GROUPS = st.integers(2, 400)
EFFECT = st.one_of(st.floats(-3, 3), st.floats(-0.01, 0.01), st.floats(-60, 60))


def printed(value, digits, rounding=ROUND_HALF_UP):
    return str(Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=rounding))


def row_of(d, se, digits=3, rounding=ROUND_HALF_UP):
    """Print an effect as the paper's software does."""
    numbers = as_row(around(d, se))
    cells = {name: printed(number, digits, rounding) for name, number in numbers.items()}
    return {"outcome": "symptoms", "study": "made2000"} | cells


def true_se(d, n1, n2):
    """Borenstein et al. (2009), eq. 4.20, written out once more."""
    return sqrt(1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2)))


def slack(number):
    return 1e-9 * max(1, abs(number))


@given(n1=GROUPS, n2=GROUPS, d=EFFECT, digits=st.integers(1, 5))
def test_the_truth_is_within_the_bounds(n1, n2, d, digits):
    se = true_se(d, n1, n2)
    record = reconstruct_row(row_of(d, se, digits), Arms(n1, n2))
    assert record.basis == "arms"
    assert record.note == ""
    assert record.yi_low - slack(d) <= d <= record.yi_high + slack(d)
    assert record.sei_low - slack(se) <= se <= record.sei_high + slack(se)


@given(d=EFFECT, se=st.floats(0.05, 5), digits=st.integers(1, 5))
def test_the_truth_is_within_the_polygon(d, se, digits):
    row = row_of(d, se, digits)
    record = reconstruct_row(row)
    assert record.basis == "rounding"
    assert record.yi_low - slack(d) <= d <= record.yi_high + slack(d)
    assert record.sei_low - slack(se) <= se <= record.sei_high + slack(se)
    assert all(
        a * d + b * se <= c + slack(abs(a * d) + abs(b * se)) for a, b, c in half_planes(row)
    )


@given(n1=GROUPS, n2=GROUPS, d=st.floats(-3, 3))
def test_the_point_prints_as_the_row(n1, n2, d):
    """Each number of the point lies within half a unit of what is printed, whatever the basis."""
    row = row_of(d, true_se(d, n1, n2))
    for record in (reconstruct_row(row, Arms(n1, n2)), reconstruct_row(row)):
        again = row_of(record.yi, sqrt(record.vi), digits=12)
        for name in ("smd", "se", "variance", "ci_low", "ci_high", "z", "p"):
            assert abs(Decimal(again[name]) - Decimal(row[name])) <= Decimal("0.000500001")


@given(n1=GROUPS, n2=GROUPS, d=st.floats(-3, 3))
def test_group_sizes_only_narrow(n1, n2, d):
    row = row_of(d, true_se(d, n1, n2))
    with_arms, alone = reconstruct_row(row, Arms(n1, n2)), reconstruct_row(row)
    assert alone.yi_low - 1e-9 <= with_arms.yi_low <= with_arms.yi_high <= alone.yi_high + 1e-9


@given(n1=GROUPS, n2=GROUPS, d=EFFECT)
def test_untied_an_effect_is_what_its_digits_leave_without_the_groups(n1, n2, d):
    row = row_of(d, true_se(d, n1, n2))
    tied, alone = reconstruct_row(row, Arms(n1, n2)), reconstruct_row(row)
    free = tied.untied
    assert (free.arms, free.basis, free.vertices) == (None, "rounding", alone.vertices)
    for name in ("yi_low", "yi_high", "sei_low", "sei_high"):
        assert getattr(free, name) == getattr(alone, name)
    # Its point stays, and is one of those.
    assert (free.yi, free.vi) == (tied.yi, tied.vi) and free.holds(free.yi, free.sei)
    assert alone.untied is alone


@given(n1=GROUPS, n2=GROUPS, d=st.floats(0.01, 3))
def test_a_change_of_sides_mirrors_the_result(n1, n2, d):
    se = true_se(d, n1, n2)
    here, there = (
        reconstruct_row(row_of(sign * d, se, rounding=ROUND_HALF_DOWN), Arms(n1, n2))
        for sign in (1, -1)
    )
    assert there.yi == pytest.approx(-here.yi, rel=1e-9)
    assert there.vi == pytest.approx(here.vi, rel=1e-9)
    assert (there.yi_low, there.yi_high) == pytest.approx((-here.yi_high, -here.yi_low), rel=1e-9)


@pytest.mark.parametrize("n", [2, 7, 40])
def test_a_tie_may_round_either_way(n):
    """d = 0.0625 is exact in binary and a tie in three decimals: both texts must hold it."""
    se = true_se(0.0625, n, n)
    for rounding, text in ((ROUND_HALF_UP, "0.063"), (ROUND_HALF_DOWN, "0.062")):
        row = row_of(0.0625, se, rounding=rounding)
        assert row["smd"] == text
        record = reconstruct_row(row, Arms(n, n))
        assert record.basis == "arms"
        assert record.yi_low - 1e-12 <= 0.0625 <= record.yi_high + 1e-12


ROW = row_of(0.5, true_se(0.5, 20, 30))


@pytest.mark.parametrize("column", ["smd", "se", "ci_low", "ci_high", "z", "p"])
@pytest.mark.parametrize("by", ["0.010", "-0.010"])
def test_a_tampered_digit_leaves_nothing(column, by):
    row = ROW | {column: str(Decimal(ROW[column]) + Decimal(by))}
    record = reconstruct_row(row, Arms(20, 30))
    assert record.basis == "printed"
    assert record.note.startswith("no effect prints as this row")
    assert record.yi == float(row["smd"])
    assert record.vi == pytest.approx(float(row["se"]) ** 2, rel=1e-12)
    assert set(record.vertices) == {
        (d, se) for d in (record.yi_low, record.yi_high) for se in (record.sei_low, record.sei_high)
    }
    assert (record.yi_low, record.yi_high) == pytest.approx(
        (record.yi - 0.0005, record.yi + 0.0005), rel=1e-9
    )


def test_a_tampered_variance_leaves_nothing():
    row = ROW | {"variance": str(Decimal(ROW["variance"]) + Decimal("0.002"))}
    assert reconstruct_row(row).basis == "printed"


def test_a_lost_minus_leaves_nothing():
    row = row_of(-0.5, 0.3)
    for column in ("smd", "ci_low", "z"):
        assert reconstruct_row(row | {column: row[column].removeprefix("-")}).basis == "printed"


def test_p_alone_can_contradict_at_an_effect_of_zero():
    row = row_of(0.0, 0.3)
    assert reconstruct_row(row).basis == "rounding"
    assert reconstruct_row(row | {"p": "0.500"}).basis == "printed"


def test_a_z_printed_short_leaves_both_sides_of_zero_open():
    """z prints 0.0 and p 0.980: |z| is near 0.025, its sign is not known, and both stay in."""
    row = row_of(0.0, 1.0, digits=1) | {"p": "0.980"}
    record = reconstruct_row(row)
    assert record.basis == "rounding"
    assert record.yi_low == pytest.approx(-record.yi_high, rel=1e-9)
    assert record.yi_high > 0.02


def test_p_of_zero_is_a_bound():
    """p < 0.0005 two-sided is z > 3.4808 in any table; z printed 3.5 alone would allow 3.45."""
    record = reconstruct_row(row_of(0.5, 0.143, digits=1) | {"p": "0.000"})
    assert min(d / se for d, se in record.vertices) == pytest.approx(3.4808, abs=5e-5)
    assert all(record.holds(*vertex) for vertex in record.vertices)  # on the bound is within it
    assert not record.holds(3.4807 * 0.143, 0.143)


def test_wrong_group_sizes_fall_back_to_the_rounding():
    record = reconstruct_row(ROW, Arms(20, 60))
    assert record.basis == "rounding"
    assert record.note == (
        "no effect in groups of 20 and 60 prints as this row; rounding alone bounds it"
    )
    assert record.yi == pytest.approx(reconstruct_row(ROW).yi)


def test_the_variance_at_an_interval_across_zero():
    """The curve is lowest at d = 0, inside the interval and at neither end."""
    record = reconstruct_row(row_of(0.0, true_se(0.0, 10, 10), digits=1), Arms(10, 10))
    assert record.yi_low < 0 < record.yi_high
    assert record.sei_low == pytest.approx(true_se(0.0, 10, 10), rel=1e-12)


def test_a_curve_that_only_touches():
    """n = 2 and 4, d = 0: variance 3/4 is a tie, and where it prints as 0.7 no other d is left."""
    row = row_of(0.0, true_se(0.0, 2, 4), digits=1, rounding=ROUND_HALF_DOWN)
    assert row["variance"] == "0.7"
    record = reconstruct_row(row, Arms(2, 4))
    assert (record.basis, record.yi) == ("arms", pytest.approx(0, abs=1e-5))


@pytest.mark.parametrize("most", [(9, 12), (10, 13)])
def test_inferred_arms_are_those_in_which_some_effect_prints_as_the_row(most):
    """Tried one by one, with effects all over what smd rounds."""
    row = row_of(0.5, true_se(0.5, 9, 12))

    def fits(n1, n2):
        pairs = ((d, true_se(d, n1, n2)) for d in (0.4995 + i / 1e5 for i in range(101)))
        return any(printed(se, 3) == row["se"] and row_of(d, se) == row for d, se in pairs)

    sizes = product(range(2, most[0] + 1), range(2, most[1] + 1))
    expected = {pair for pair in sizes if fits(*pair)}
    assert (9, 12) in expected
    assert {(arms.n1, arms.n2) for arms in inferred_arms(row, Arms(*most))} == expected


def table(*studies):
    return pd.DataFrame(studies, columns=["study", "n_treatment", "n_control"])


@pytest.mark.parametrize(
    ("studies", "basis", "note"),
    [
        ([("made2000", "20", "30")], "arms", ""),
        (
            [("made2000", "20", "NRD")],
            "rounding",
            "studies.csv does not give both group sizes; rounding alone bounds it",
        ),
        ([], "rounding", "the study has no row in studies.csv; rounding alone bounds it"),
    ],
)
def test_the_whole_table(studies, basis, note):
    (record,) = reconstruct(pd.DataFrame([ROW]), table(*studies))
    assert (record.study, record.outcome) == ("made2000", "symptoms")
    assert (record.basis, record.note) == (basis, note)


def test_a_table_with_no_rows():
    assert reconstruct(pd.DataFrame([ROW]).iloc[:0], table()) == ()


def test_arms_by_hand():
    """n = 10 and 10, d = 2: 20/100 + 4/40 = 0.3."""
    assert Arms(10, 10).variance(2) == pytest.approx(0.3, rel=1e-12)


@pytest.mark.parametrize(
    ("plane", "expected"),
    [
        ((1, 1, 3), [(0, 0), (2, 0), (2, 1), (1, 2), (0, 2)]),
        ((1, 1, 2), [(0, 0), (2, 0), (0, 2)]),
        ((1, 1, 4), [(0, 0), (2, 0), (2, 2), (0, 2)]),
        ((1, 1, 0), [(0, 0)]),
        ((1, 0, 0), [(0, 0), (0, 2)]),
        ((1, 1, -1), []),
    ],
)
def test_a_square_cut_by_a_line(plane, expected):
    assert sorted(polygon([*box(0, 2, 0, 2), plane])) == sorted(expected)


@pytest.mark.parametrize(
    ("vertices", "expected"),
    [
        (((0, 0), (3, 0), (0, 3)), (1, 1)),
        (((0, 0), (2, 0), (2, 1), (1, 2), (0, 2)), (19 / 21, 19 / 21)),
        (((5, 1),), (5, 1)),
        (((0, 0), (4, 2)), (2, 1)),
    ],
)
def test_centroids_by_hand(vertices, expected):
    """The pentagon is the square of area 4 less the triangle of area 1/2 around (5/3, 5/3)."""
    assert centroid(vertices) == pytest.approx(expected, rel=1e-12)


def test_the_curve_within_a_box():
    """With base 0.2 and slope 1/40, se = sqrt(0.3) is reached at d = 2 and sqrt(0.225) at d = 1."""
    planes = box(-1, 5, sqrt(0.225), sqrt(0.3))
    assert on_curve(planes, Arms(10, 10)) == pytest.approx((-1, 2), rel=1e-9)
    assert on_curve(box(0, 5, sqrt(0.225), sqrt(0.3)), Arms(10, 10)) == pytest.approx((1, 2))
    assert on_curve(box(0, 5, 2, 3), Arms(10, 10)) is None


def test_a_curve_that_meets_a_bound_once():
    """Where a bound on d has a scale of its own; and where it runs beside the curve far out.

    With groups of 4 and 4, se² = 1/2 + d²/16, which meets d/4 + se = 1 at d = 1, se = 3/4 alone.
    """
    assert on_curve([*box(0, 5, 0, 3), (2, 0, 3)], Arms(4, 4)) == pytest.approx((0, 1.5))
    assert on_curve([*box(-5, 5, 0, 3), (0.25, 1, 1)], Arms(4, 4)) == pytest.approx((-5, 1))
