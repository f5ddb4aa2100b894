"""Meta-regression: sums done by hand, its invariances, formulas, and what it refuses.

What R says of it is compared in test_engine_against_r_models.py.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine.pool import pool
from analysis.engine.regression import meta_regression
from analysis.engine.subgroups import subgroups
from analysis.engine.tau2 import TAU2

STUDIES = st.lists(
    st.tuples(st.integers(-3000, 3000), st.floats(0.01, 5), st.integers(-20, 20)),
    min_size=5,
    max_size=12,
).filter(lambda rows: len({x for _, _, x in rows}) > 2)


def arrays(studies):
    y, v, x = np.array(studies).T
    return y / 1000, v, x


def design(x):
    return np.column_stack([np.ones(len(x)), x])


def test_a_line_through_three_studies_by_hand():
    """y = 0, 1, 4 at x = 0, 1, 2, v = 1: slope 2, intercept -1/3, residuals 1/3, -2/3, 1/3."""
    fit = meta_regression([0, 1, 4], vi=[1, 1, 1], X=design([0, 1, 2]), method="EE")
    assert fit.coefficients["estimate"].tolist() == pytest.approx([-1 / 3, 2])
    assert fit.q_e == pytest.approx(6 / 9) and fit.q_e_df == 1
    assert fit.coefficients["se"].tolist() == pytest.approx([(5 / 6) ** 0.5, 0.5**0.5])
    assert fit.q_m == pytest.approx(4 / 0.5) and fit.q_m_df == 1


@pytest.mark.parametrize("method", TAU2)
@settings(max_examples=25, deadline=None)
@given(studies=STUDIES)
def test_a_regression_on_the_mean_alone_is_the_pooled_effect(method, studies):
    y, v, _ = arrays(studies)
    fit, mean = (
        meta_regression(y, vi=v, X=np.ones(len(y)), method=method),
        pool(y, vi=v, method=method),
    )
    row = fit.coefficients.iloc[0]
    for name in ("estimate", "se", "ci_low", "ci_high"):
        assert row[name] == pytest.approx(getattr(mean, name), rel=1e-6, abs=1e-8)
    assert fit.q_e == pytest.approx(mean.q, rel=1e-9, abs=1e-9)
    assert fit.tau2 == pytest.approx(mean.tau2, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("method", ["EE", "DL", "REML", "PM"])
@settings(max_examples=40, deadline=None)
@given(studies=STUDIES, start=st.integers(-2000, 2000), unit=st.sampled_from([0.001, 0.5, 365.0]))
def test_origin_and_unit_of_a_moderator_do_not_matter(method, studies, start, unit):
    y, v, x = arrays(studies)
    base = meta_regression(y, vi=v, X=design(x), method=method)
    moved = meta_regression(y, vi=v, X=design(unit * (x + start)), method=method)
    for name in ("q_e", "q_m", "i2", "h2"):
        assert getattr(moved, name) == pytest.approx(getattr(base, name), rel=1e-6, abs=1e-6)
    slope, rescaled = (fit.coefficients["estimate"].iloc[1] for fit in (base, moved))
    assert rescaled * unit == pytest.approx(slope, rel=1e-6, abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(studies=STUDIES, slope=st.integers(-5, 5))
def test_a_slope_added_to_the_effects_is_found(studies, slope):
    y, v, x = arrays(studies)
    base = meta_regression(y, vi=v, X=design(x))
    tilted = meta_regression(y + slope * x, vi=v, X=design(x))
    difference = tilted.coefficients["estimate"] - base.coefficients["estimate"]
    assert difference.tolist() == pytest.approx([0, slope], abs=1e-5)


def test_a_factor_is_the_subgroups_with_a_common_tau2():
    y = np.array([0.1, 0.5, 0.9, 1.4, 0.2, 0.7])
    v = np.array([0.1, 0.2, 0.1, 0.3, 0.2, 0.1])
    labels = list("aabbba")
    data = pd.DataFrame({"g": labels})
    fit = meta_regression(y, vi=v, formula="g", data=data, method="DL")
    groups = subgroups(y, vi=v, groups=labels, method="DL", tau2="common")
    assert fit.tau2 == pytest.approx(groups.groups["a"].tau2)
    assert fit.q_m == pytest.approx(groups.q_between)
    means = fit.predict(data=pd.DataFrame({"g": ["a", "b"]}))
    assert means.estimate == pytest.approx([groups.groups[g].estimate for g in "ab"])
    assert means.se == pytest.approx([groups.groups[g].se for g in "ab"])


def test_a_formula_leaves_out_studies_with_a_missing_moderator_and_says_which():
    data = pd.DataFrame({"dose": [1.0, 2.0, None, 4.0, 5.5], "arm": ["a", "b", "a", "b", "a"]})
    fit = meta_regression([1, 2, 9, 4, 4], vi=[1] * 5, formula="dose + arm", data=data, method="EE")
    assert fit.used.tolist() == [0, 1, 3, 4] and fit.k == 4
    assert list(fit.coefficients.index) == ["Intercept", "dose", "arm[T.b]"]
    assert list(fit.terms.index) == ["dose", "arm"]
    same = meta_regression([1, 2, 4, 4], vi=[1] * 4, X=fit.design.X, method="EE")
    assert same.coefficients["estimate"].tolist() == pytest.approx(
        fit.coefficients["estimate"].tolist()
    )


def test_a_prediction_interval_is_wider_by_tau2():
    y, v, x = [0.1, 1.5, 0.4, 2.2, 1.0], [0.1] * 5, [0, 1, 2, 3, 4]
    fit = meta_regression(y, vi=v, X=design(x), method="REML", ci="hksj")
    found = fit.predict([[1, 2.5]])
    half, wide = (found.ci_high - found.estimate)[0], (found.prediction_high - found.estimate)[0]
    quantile = half / found.se[0]
    assert wide == pytest.approx(quantile * (found.se[0] ** 2 + fit.tau2) ** 0.5)
    assert quantile == pytest.approx(3.182, abs=5e-4)  # t with 3 df for 95 % in any table


def test_a_joint_test_of_one_coefficient_is_its_own():
    y, v, x = [0.1, 1.5, 0.4, 2.2, 1.0], [0.1] * 5, [0, 1, 2, 3, 5]
    fit = meta_regression(y, vi=v, X=pd.DataFrame({"one": 1.0, "x": x}), method="DL")
    test = fit.test(["x"])
    assert test.statistic == pytest.approx(fit.coefficients.loc["x", "statistic"] ** 2)
    assert test.pvalue == pytest.approx(fit.coefficients.loc["x", "pvalue"])
    assert fit.test([1]) == test


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give either X or formula and data"),
        ({"X": [[1], [1]]}, "X has shape (2, 1); it needs a row for each of the 4 studies"),
        ({"X": [[1, 0], [1, 1], [1, float("nan")], [1, 2]]}, "X[2, 1] is nan; every moderator"),
        ({"X": [[1, 2]] * 4}, "the columns of X (x0, x1) are linearly dependent"),
        ({"X": np.eye(4)}, "4 studies with all moderators are too few for 4 coefficients"),
        ({"X": [["a"]] * 4}, "X is not a table of numbers"),
        ({"formula": "x"}, "formula came with no data"),
        ({"formula": "x", "data": pd.DataFrame({"x": [1]})}, "formula came with data with 1 rows"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError) as refusal:
        meta_regression([1, 2, 3, 4], vi=[1, 1, 1, 1], **arguments)
    assert str(refusal.value).startswith(message)


def test_a_result_prints_becomes_a_dict_a_frame_and_a_sentence():
    fit = meta_regression([0.1, 1.5, 0.4, 2.2], vi=[0.1] * 4, X=design([0, 1, 2, 3]))
    assert "estimate" in repr(fit) and "R2" in repr(fit)
    assert set(fit.to_dict()) >= {"coefficients", "tau2", "q_m"} and "design" not in fit.to_dict()
    assert fit.report().startswith(
        "In a meta-regression of 4 studies (REML) the moderators gave Q = "
    )
    assert fit.to_frame().equals(fit.coefficients)
