"""How far a result can move: on sets small enough to see the answer, and on the paper's trials."""

import math
from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine import egger, meta_regression, pool, trim_fill
from analysis.review import Propagation, Reconstructed, formulas, read_review, reconstruct
from analysis.review.formulas import Z95, Formula
from analysis.review.printed import agrees
from analysis.review.reconstruct import reconstruct_row
from analysis.review.region import Arms

REVIEW = read_review(Path(__file__).parents[1] / "data")
ROWS = {
    key: REVIEW.effects[REVIEW.effects["outcome"] == key]
    for key in REVIEW.effects["outcome"].unique()
}
RECORDS = {key: reconstruct(rows, REVIEW.studies) for key, rows in ROWS.items()}
SMOOTH = ("estimate", "se", "variance", "ci_low", "ci_high", "statistic", "q")
DERIVED = ("pvalue", "q_pvalue", "i2")
METHODS = ("EE", "DL")

BOX = Reconstructed(
    "a", "o", "rounding", 0.0, 2.25, -1, 1, 1, 2, ((-1, 1), (1, 1), (1, 2), (-1, 2)), None, ""
)
SUM = Formula(lambda ys, vs: {"sum": ys[0] + ys[1], "first": vs[0]}, {})


def ours(yi, vi, method, name):
    result = pool(yi, vi=vi, method=method)
    return result.se**2 if name == "variance" else getattr(result, name)


def test_a_sum_moves_by_all_its_extremes():
    far = replace(BOX, yi=5.0, yi_low=4, yi_high=6, vertices=((4, 1), (6, 1)))
    records = [BOX, far]
    assert Propagation(records, SUM).bounds("sum") == pytest.approx((3, 7))


def test_the_second_coordinate_is_a_standard_error():
    low, high = Propagation([BOX, BOX], SUM).bounds("first")
    assert 0 < low <= 1 and high == pytest.approx(4)


def test_a_square_across_its_lowest_point_is_bounded_though_its_slope_has_no_sign():
    square = Formula(lambda ys, vs: {"square": ys[0] * ys[0]}, {})
    low, high = Propagation([BOX], square).bounds("square")
    assert low <= 0 and 1 <= high <= 2.0001


def test_a_derived_statistic_turns_round_at_zero():
    effect = Formula(lambda ys, vs: {"statistic": ys[0]}, formulas.pooled("EE", 1).derived)
    low, high = Propagation([BOX], effect).bounds("pvalue")
    assert (low, high) == (
        pytest.approx(0.3173, abs=5e-5),
        1,
    )  # of z = 1, Abramowitz & Stegun table


def test_tau2_at_its_kink_is_bounded_from_both_sides():
    """Two studies whose Q may lie on either side of its degrees of freedom."""
    records = [
        Reconstructed(
            "a", "o", "rounding", y, 1.0, low, high, 1, 1, ((low, 1), (high, 1)), None, ""
        )
        for y, low, high in ((0.0, -0.02, 0.02), (1.41, 1.39, 1.43))
    ]
    low, high = Propagation(records, formulas.pooled("DL", 2)).bounds("se")
    ses = [
        pool([a, b], vi=[1, 1], method="DL").se
        for a in np.linspace(-0.02, 0.02, 21)
        for b in np.linspace(1.39, 1.43, 21)
    ]
    assert low <= min(ses) and max(ses) <= high
    assert high - low < 3 * (max(ses) - min(ses))


@pytest.mark.parametrize("key", ROWS)
@pytest.mark.parametrize("method", METHODS)
def test_the_formulas_are_the_engines(key, method):
    records = RECORDS[key]
    propagation = Propagation(records, formulas.pooled(method, len(records)))
    yi, vi = [r.yi for r in records], [r.vi for r in records]
    smooth = propagation.formula.compute(yi, vi)
    for name in SMOOTH:
        assert smooth[name] == pytest.approx(ours(yi, vi, method, name), rel=1e-12), name
    for name in DERIVED:
        base, how = propagation.formula.derived[name]
        assert how(smooth[base]) == pytest.approx(ours(yi, vi, method, name), rel=1e-9), name


@pytest.mark.parametrize("column", ["age", "quality", "treatment_weeks"])
def test_the_formula_of_a_regression_is_the_engines(column):
    texts = dict(zip(REVIEW.studies["study"], REVIEW.studies[column], strict=True))
    records = [r for r in RECORDS["symptoms"] if texts[r.study] != "NRD"]
    xs = [float(texts[r.study]) for r in records]
    yi, vi = [r.yi for r in records], [r.vi for r in records]
    fit = meta_regression(yi, vi=vi, X=np.column_stack([np.ones(len(xs)), xs]), method="DL")
    ours = formulas.regression([(x, x) for x in xs]).compute(yi, vi, *xs)
    slope = fit.coefficients.iloc[1]
    for name in ("estimate", "se", "ci_low", "ci_high", "statistic"):
        assert ours[name] == pytest.approx(slope[name], rel=1e-10), name
    for name in ("q_e", "tau2", "r2"):
        assert ours[name] == pytest.approx(getattr(fit, name), rel=1e-9, abs=1e-9), name


def test_the_formulas_of_asymmetry_are_the_engines():
    records = RECORDS["symptoms"]
    yi, vi = [r.yi for r in records], [r.vi for r in records]
    ours, theirs = formulas.egger(len(yi)).compute(yi, vi), egger(yi, vi=vi)
    for name in ("estimate", "se", "statistic"):
        assert ours[name] == pytest.approx(getattr(theirs, name), rel=1e-10)
    found = trim_fill(yi, vi=vi, method="DL", find="EE", side="left")
    largest = np.argsort(yi)[len(yi) - found.k0 :].tolist()
    filled = formulas.trimmed_and_filled("DL", largest).compute(yi, vi)
    assert filled["estimate"] == pytest.approx(found.adjusted.estimate, rel=1e-10)


def test_what_cannot_be_enclosed_has_no_bounds():
    """A denominator that may be 0: no bound is claimed, and a witness is what it says."""
    ratio = Formula(lambda ys, vs: {"ratio": vs[0] / ys[0]}, {})
    propagation = Propagation([replace(BOX, yi=0.5)], ratio)
    assert propagation.bounds("ratio") == (-math.inf, math.inf)
    found = propagation.witness("ratio", "3.0")
    if found is not None:
        assert found.value == pytest.approx(found.vi[0] / found.yi[0])
        assert 2.95 <= found.value <= 3.05
        assert BOX.holds(found.yi[0], math.sqrt(found.vi[0]))


def drawn(records, shares):
    """Feasible effects of `records`, at a share of the way along each range or between vertices."""
    points = []
    for record, (a, b) in zip(records, shares, strict=True):
        if record.arms:
            d = record.yi_low + a * (record.yi_high - record.yi_low)
            points.append((d, record.arms.se(d)))
        else:
            first, second, third = (record.vertices[i % len(record.vertices)] for i in (0, 1, 2))
            a, b = min(a, b), max(a, b)
            points.append(
                tuple(
                    a * x + (b - a) * y + (1 - b) * z
                    for x, y, z in zip(first, second, third, strict=True)
                )
            )
    return points


SHARES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=18, max_size=18)
BOUNDED = {
    (key, method): Propagation(RECORDS[key], formulas.pooled(method, len(RECORDS[key])))
    for key in ROWS
    for method in METHODS
}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(BOUNDED)), SHARES)
def test_no_feasible_effects_lie_outside_the_bounds(which, shares):
    key, method = which
    points = drawn(RECORDS[key], shares[: len(RECORDS[key])])
    yi, vi = [d for d, _ in points], [se * se for _, se in points]
    for name in (*SMOOTH, *DERIVED):
        low, high = BOUNDED[which].bounds(name)
        slack = 1e-12 * max(1, abs(high))
        assert low - slack <= ours(yi, vi, method, name) <= high + slack, name


def printed_row(d, arms, digits):
    """An effect as a page prints it, with so many decimals."""
    se = arms.se(d)
    numbers = {
        "smd": d,
        "se": se,
        "variance": se**2,
        "ci_low": d - Z95 * se,
        "ci_high": d + Z95 * se,
    }
    numbers |= {"z": d / se, "p": math.erfc(abs(d / se) / math.sqrt(2))}
    return {name: f"{x:.{digits}f}" for name, x in numbers.items()} | {"study": "a", "outcome": "o"}


TRIALS = st.lists(
    st.tuples(st.floats(-3, 3), st.integers(2, 150), st.integers(2, 150)), min_size=1, max_size=6
)


@settings(max_examples=150)
@given(TRIALS, st.integers(1, 3), st.booleans())
def test_the_truth_behind_any_printed_rows_is_within_the_bounds(trials, digits, sized):
    """However coarse the digits, whatever the effects: the statistics of what was printed."""
    arms = [Arms(n1, n2) for _, n1, n2 in trials]
    ys = [d for d, _, _ in trials]
    vs = [a.variance(d) for a, d in zip(arms, ys, strict=True)]
    records = [
        reconstruct_row(printed_row(d, a, digits), a if sized else None)
        for d, a in zip(ys, arms, strict=True)
    ]
    assert all(record.basis != "printed" for record in records)
    k = len(trials)
    known = [formulas.pooled("EE", k), formulas.pooled("DL", k)]
    known += [formulas.between("DL", [[0], list(range(1, k))])] if k > 1 else []
    known += [formulas.egger(k)] if k > 2 and len({round(v, 9) for v in vs}) == k else []
    for formula in known:
        try:
            truth = formula.compute(ys, vs)
        except ZeroDivisionError:  # studies on one line leave Egger's test no error
            continue
        propagation = Propagation(records, formula)
        for name, value in truth.items():
            low, high = propagation.bounds(name)
            slack = 1e-9 * max(1, abs(value))
            assert low - slack <= value <= high + slack, name


@pytest.mark.parametrize("which", sorted(BOUNDED), ids="-".join)
def test_the_bounds_are_tight(which):
    """Moving each effect to its better extreme point, one after the other, comes close to them."""
    key, method = which
    records = RECORDS[key]
    for name in ("estimate", "se", "statistic", "q"):
        low, high = BOUNDED[which].bounds(name)
        found = []
        for sign in (1, -1):
            points = [(r.yi, r.sei) for r in records]
            for _ in range(2):
                for i, record in enumerate(records):
                    tries = [[*points[:i], vertex, *points[i + 1 :]] for vertex in record.vertices]
                    points = max(
                        tries,
                        key=lambda p: (
                            sign * ours([d for d, _ in p], [s * s for _, s in p], method, name)
                        ),
                    )
            found.append(ours([d for d, _ in points], [s * s for _, s in points], method, name))
        assert max(found) - min(found) > 0.5 * (high - low), name


def attainable():
    """Every printed pooled number, with its outcome, method and name."""
    methods = {"fixed": "EE", "random": "DL"}
    for row in REVIEW.published.to_dict("records"):
        parts = row["quantity"].split(".")
        if len(parts) == 3 and parts[1] in methods and parts[2] not in ("k", "q_df"):
            yield pytest.param(parts[0], methods[parts[1]], parts[2], row["printed"], id=row["id"])


@pytest.mark.parametrize(("key", "method", "name", "text"), list(attainable()))
def test_a_witness_prints_as_every_row_and_gives_the_printed_result(key, method, name, text):
    records = RECORDS[key]
    propagation = Propagation(records, formulas.pooled(method, len(records)))
    point = ours([r.yi for r in records], [r.vi for r in records], method, name)
    if agrees(point, text):
        low, high = propagation.bounds(name)
        assert low <= point <= high
        return
    witness = propagation.witness(name, text)
    assert agrees(ours(witness.yi, witness.vi, method, name), text)
    for d, v, row in zip(witness.yi, witness.vi, ROWS[key].to_dict("records"), strict=True):
        se = sqrt(v)
        shown = {"smd": d, "se": se, "variance": v, "ci_low": d - Z95 * se, "ci_high": d + Z95 * se}
        shown |= {"z": d / se}
        assert all(agrees(value, row[column]) for column, value in shown.items()), row


def test_no_witness_for_what_the_bounds_exclude():
    propagation = BOUNDED["symptoms", "DL"]
    low, high = propagation.bounds("estimate")
    assert high - low < 0.001
    assert propagation.witness("estimate", "0.820") is None
    assert propagation.witness("estimate", "0.817") is None


def test_bounds_and_witness_of_a_regression_count_the_rounding_of_its_moderator():
    """Exact effects of equal variance, of which one lies anywhere along a stretch of the moderator."""
    exact = [
        replace(
            BOX, yi=y, yi_low=y, yi_high=y, vi=1.0, sei_low=1.0, sei_high=1.0, vertices=((y, 1.0),)
        )
        for y in (0.0, 0.0, 1.0, 1.0)
    ]
    spans = [(0.0, 0.0), (0.0, 0.0), (2.7, 3.3), (3.0, 3.0)]
    propagation = Propagation(exact, formulas.regression(spans))
    low, high = propagation.bounds("estimate")
    # By hand, for xs of 0, 0, x, 3: the slope is sxy/sxx = 2 (3 + x)/(27 + 3 x^2 - 6 x).
    slopes = [2 * (3 + x) / (27 + 3 * x * x - 6 * x) for x in np.linspace(2.7, 3.3, 201)]
    assert low <= min(slopes) and max(slopes) <= high
    assert high - low < 4 * (max(slopes) - min(slopes))
    printed = f"{slopes[10]:.3f}"
    witness = propagation.witness("estimate", printed)
    x = witness.xs[2]
    assert 2.7 <= x <= 3.3 and agrees(2 * (3 + x) / (27 + 3 * x * x - 6 * x), printed)
    again = Propagation(exact, formulas.regression(spans, propagation.bounds("tau2")))
    narrower = again.bounds("estimate")
    assert low <= narrower[0] <= min(slopes) and max(slopes) <= narrower[1] <= high


def test_a_moderator_without_rounding_is_a_number_as_it_is():
    records = RECORDS["symptoms"][:6]
    xs = [1.0, 2.0, 4.0, 3.0, 7.0, 5.0]
    propagation = Propagation(records, formulas.regression([(x, x) for x in xs]))
    wider = Propagation(records, formulas.regression([(x - 0.1, x + 0.1) for x in xs]))
    for name in ("estimate", "se", "statistic", "q_e"):
        (low, high), (lower, higher) = propagation.bounds(name), wider.bounds(name)
        assert lower < low <= high < higher, name
