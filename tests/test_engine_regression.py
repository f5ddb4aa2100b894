"""Meta-regression against pooling, sums done by hand and its own symmetries.

R's results: test_engine_against_r_models.py.
"""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import f

import analysis as ma
from analysis.engine.design import Design, from_arrays
from analysis.engine.formula import columns_of
from analysis.engine.pool import pool
from analysis.engine.regression import meta_regression
from analysis.engine.tau2 import TAU2

YI = [0.1, 0.4, 0.9, 1.1, 0.5, 0.3]
VI = [0.04, 0.09, 0.02, 0.05, 0.04, 0.04]
DATA = pd.DataFrame(
    {"dose": [1.0, 2, 3, 4, 5, 7], "design": list("aabbcc"), "gap": [1, 2, None, 4, 5, 6]}
)
METHODS = tuple(TAU2)


def close(expected):
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_line_by_hand():
    """x = 0, 1, 2 and v = 1: slope 3, intercept 1/3, residuals 2/3 (-1, 2, -1): QE 8/3 on one df."""
    yi = [0 + 1 / 3 - 2 / 3, 3 + 1 / 3 + 4 / 3, 6 + 1 / 3 - 2 / 3]
    result = meta_regression(yi, vi=[1, 1, 1], X=[0, 1, 2], method="EE")
    assert list(result.coefficients["estimate"]) == [close(1 / 3), close(3)]
    assert list(result.coefficients["se"]) == [close((5 / 6) ** 0.5), close(0.5**0.5)]
    assert (result.q_e, result.q_e_df) == (close(8 / 3), 1)
    assert (result.q_m, result.q_m_df) == (close(3**2 / 0.5), 1)


def test_method_of_moments_by_hand():
    """As above, tau2 = (QE - 1) / tr(P), and tr(P) = 1 for three studies of v = 1, two coefficients."""
    yi = [0 + 1 / 3 - 2 / 3, 3 + 1 / 3 + 4 / 3, 6 + 1 / 3 - 2 / 3]
    result = meta_regression(yi, vi=[1, 1, 1], X=[0, 1, 2], method="DL")
    assert result.tau2 == close(8 / 3 - 1)
    assert result.coefficients["se"].iloc[1] == close((8 / 3 / 2) ** 0.5)


def test_hartung_knapp_by_hand():
    """The error is that of ordinary least squares where all v are equal; QM is F = t squared."""
    yi = [0 + 1 / 3 - 2 / 3, 3 + 1 / 3 + 4 / 3, 6 + 1 / 3 - 2 / 3]
    result = meta_regression(yi, vi=[1, 1, 1], X=[0, 1, 2], method="EE", ci="hksj")
    slope = result.coefficients.iloc[1]
    assert slope["se"] == close((8 / 3 / 1 / 2) ** 0.5)
    assert (result.q_m, result.df) == (close(slope["statistic"] ** 2), 1)
    assert result.q_m_pvalue == close(f.sf(slope["statistic"] ** 2, 1, 1)) == slope["pvalue"]


@pytest.mark.parametrize("ci", ["z", "t", "hksj", "hksj-adhoc"])
@pytest.mark.parametrize("method", METHODS)
def test_without_moderators_it_is_the_pooled_effect(method, ci):
    pooled = pool(YI, vi=VI, method=method, ci=ci)
    result = meta_regression(YI, vi=VI, X=np.ones(6), method=method, ci=ci)
    row = result.coefficients.iloc[0]
    for name in ("estimate", "se", "statistic", "pvalue", "ci_low", "ci_high"):
        assert row[name] == pytest.approx(getattr(pooled, name), rel=1e-8)
    for name in ("tau2", "i2", "h2"):
        assert getattr(result, name) == pytest.approx(getattr(pooled, name), rel=1e-8)
    assert (result.q_e, result.q_e_df) == (close(pooled.q), pooled.q_df)
    assert result.tau2_se == pytest.approx(pooled.tau2_se, rel=1e-8, nan_ok=True)
    ours, theirs = result.fit_statistics(), pooled.fit_statistics()
    assert (ours.loglik, ours.aic, ours.bic) == (
        close(theirs.loglik), close(theirs.aic), close(theirs.bic),
    )  # fmt: skip
    assert list(result.blups().estimate) == [close(x) for x in pooled.blups().estimate]
    assert vars(result.confint().tau2) == pytest.approx(vars(pooled.confint().tau2), rel=1e-8)


@pytest.mark.parametrize("method", METHODS)
@given(
    studies=st.lists(
        st.tuples(st.integers(-5000, 5000), st.floats(0.05, 10), st.integers(-20, 20)),
        min_size=4,
        max_size=10,
    ).filter(lambda rows: len({x for *_, x in rows}) > 2),
    shift=st.integers(-100, 2000),
    power=st.integers(-6, 6),
)
def test_neither_origin_nor_unit_of_a_moderator_matters(method, studies, shift, power):
    """x and 2^p (x + shift) span the same space: same fit, the slope in the other unit."""
    yi, vi, x = (np.array(part, dtype=float) for part in zip(*studies, strict=True))
    yi, unit = yi / 1000, 2.0**power
    base = meta_regression(yi, vi=vi, X=x, method=method)
    moved = meta_regression(yi, vi=vi, X=unit * (x + shift), method=method)
    assert moved.tau2 == pytest.approx(base.tau2, rel=1e-6, abs=1e-7)
    assert moved.q_e == pytest.approx(base.q_e, rel=1e-6, abs=1e-8)
    slope, other = (fit.coefficients["estimate"].iloc[1] for fit in (base, moved))
    assert unit * other == pytest.approx(slope, rel=1e-5, abs=1e-7)
    assert list(moved.fitted()) == pytest.approx(list(base.fitted()), rel=1e-5, abs=1e-6)


@given(data=st.data())
def test_the_order_of_the_studies_does_not_matter(data):
    order = data.draw(st.permutations(range(6)))
    base = meta_regression(YI, vi=VI, formula="dose", data=DATA)
    moved = meta_regression(
        np.array(YI)[order], vi=np.array(VI)[order], formula="dose", data=DATA.iloc[order]
    )
    for name in ("tau2", "q_e", "q_m", "r2"):
        assert getattr(moved, name) == pytest.approx(getattr(base, name), rel=1e-7, abs=1e-9)


def test_an_intercept_is_added_where_the_columns_do_not_span_one():
    dose = DATA["dose"].to_numpy()
    with_ones = np.column_stack([np.ones(6), dose])
    fits = [
        meta_regression(YI, vi=VI, X=dose),
        meta_regression(YI, vi=VI, X=with_ones),
        meta_regression(YI, vi=VI, X=with_ones, intercept=False),
        meta_regression(YI, vi=VI, formula="dose", data=DATA),
    ]
    assert {fit.p for fit in fits} == {2}
    assert [fit.q_m for fit in fits] == [close(fits[0].q_m)] * 4
    assert (
        list(fits[0].coefficients.index) == list(fits[1].coefficients.index) == ["Intercept", "x1"]
    )
    assert list(fits[3].coefficients.index) == ["Intercept", "dose"]
    through_zero = meta_regression(YI, vi=VI, X=dose, intercept=False, method="EE")
    w = 1 / np.array(VI)
    assert through_zero.coefficients["estimate"].item() == close(w @ (dose * YI) / (w @ dose**2))
    levels = meta_regression(YI, vi=VI, X=pd.get_dummies(DATA["design"]))
    assert list(levels.coefficients.index) == ["a", "b", "c"]
    assert (levels.q_m_df, np.isnan(levels.r2)) == (3, True)


def test_a_factor_is_one_term():
    result = meta_regression(YI, vi=VI, formula="design", data=DATA, method="EE")
    assert list(result.terms.index) == ["design"]
    assert (result.terms.loc["design", "m"], result.q_m_df) == (2, 2)
    assert result.terms.loc["design", "statistic"] == close(result.q_m)
    assert result.test(["design[T.b]", 2]).statistic == close(result.q_m)
    means = [pool(YI[i : i + 2], vi=VI[i : i + 2], method="EE").estimate for i in (0, 2, 4)]
    assert list(result.fitted()[::2]) == [close(mean) for mean in means]


def test_equal_effects_split_q_into_model_and_residual():
    result = meta_regression(YI, vi=VI, formula="dose + design", data=DATA, method="EE")
    assert result.q_m + result.q_e == close(pool(YI, vi=VI, method="EE").q)


def test_studies_without_a_moderator_are_left_out():
    result = meta_regression(YI, vi=VI, formula="gap", data=DATA)
    keep = [0, 1, 3, 4, 5]
    assert (list(result.used), result.k) == (keep, 5)
    alone = meta_regression(np.array(YI)[keep], vi=np.array(VI)[keep], X=[1, 2, 4, 5, 6])
    assert result.q_m == close(alone.q_m)


def test_predictions():
    by_formula = meta_regression(YI, vi=VI, formula="dose + design", data=DATA, method="DL")
    new = by_formula.predict(data=pd.DataFrame({"dose": [2.0], "design": ["a"]}))
    own = by_formula.predict()
    for name in ("estimate", "se", "ci_low", "ci_high", "prediction_low", "prediction_high"):
        assert getattr(new, name)[0] == close(getattr(own, name)[1])
    half = new.prediction_high - new.estimate
    assert half[0] == close(1.959963984540054 * (by_formula.tau2 + new.se[0] ** 2) ** 0.5)
    by_columns = meta_regression(YI, vi=VI, X=DATA["dose"])
    intercept, slope = by_columns.coefficients["estimate"]
    assert by_columns.predict([[0], [10]]).estimate == pytest.approx(
        [intercept, intercept + 10 * slope]
    )
    assert len(own.to_frame()) == 6


@pytest.mark.parametrize("method", METHODS)
def test_effects_that_do_not_differ(method):
    result = meta_regression([0.0] * 6, vi=VI, X=DATA["dose"], method=method)
    assert (result.tau2, result.q_e, result.q_m, result.q_m_pvalue) == (0, 0, 0, 1)


@pytest.mark.parametrize("method", METHODS)
@given(
    studies=st.lists(
        st.tuples(st.integers(-5000, 5000), st.integers(0, 7), st.integers(-5, 5)),
        min_size=3,
        max_size=7,
    ).filter(lambda rows: len({x for *_, x in rows}) > 1),
    power=st.integers(-20, 12),
)
def test_huge_and_tiny_variances(method, studies, power):
    """Up to seven orders of magnitude apart: finite numbers, no warning."""
    yi, exponents, x = np.array(studies, dtype=float).T
    result = meta_regression(yi / 1000, vi=10 ** (power + exponents), X=x, method=method)
    assert np.isfinite(result.coefficients.to_numpy()).all()
    numbers = [result.tau2, result.q_e, result.q_m, result.i2, result.fit_statistics().loglik]
    assert np.isfinite(numbers).all() and result.tau2 >= 0
    assert method == "EE" or result.tau2_se >= 0
    found = result.confint().tau2
    assert 0 <= found.low <= found.high


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give either X or formula and data"),
        ({"X": DATA["dose"], "formula": "dose", "data": DATA}, "give either X or formula and data"),
        ({"X": [1, 2]}, "X has shape (2, 1); it needs a row for each of the 6 studies"),
        ({"X": np.zeros((6, 0))}, "X has shape (6, 0)"),
        ({"X": [1, 2, 3, np.nan, 5, 6]}, "X[3, 0] is nan; every moderator must be a finite number"),
        ({"X": [1, 2, 3, 4, 5, np.inf]}, "X[5, 0] is inf; every moderator must be a finite number"),
        ({"X": list("aabbcc")}, "X is not a list of numbers: could not convert string to float"),
        ({"X": np.column_stack([YI, YI])}, "the columns of X (Intercept, x1, x2) are linearly"),
        ({"X": np.zeros(6)}, "the columns of X (Intercept, x1) are linearly dependent"),
        ({"X": np.eye(6)}, "6 studies with all moderators are too few for 6 coefficients"),
        ({"formula": "dose"}, "formula came with no data"),
        ({"formula": 3, "data": DATA}, "formula came with 3; it must be a text"),
        ({"formula": "dose", "data": DATA[:3]}, "data has 3 rows and yi has 6; each study needs one"),
        ({"formula": "nope", "data": DATA}, "formula does not fit data with columns dose, design, gap"),
        ({"formula": "dose +", "data": DATA}, "formula does not fit data with columns"),
        ({"formula": "_x('", "data": DATA}, "formula does not fit data with columns"),
        ({"formula": "dose ~ design", "data": DATA}, "formula is 'dose ~ design'; it names moderators"),
        ({"formula": "0", "data": DATA}, "formula is '0'; it names moderators alone"),
        ({"formula": "log(dose - 1)", "data": DATA}, "data row 0 gives log(dose - 1) the value -inf"),
        ({"formula": "log(dose - 3)", "data": DATA}, "formula has no value for data row 0 with dose 1"),
        ({"X": DATA["dose"], "method": "XX"}, "method is 'XX'; allowed: EE, DL"),
        ({"X": DATA["dose"], "ci": "hk"}, "ci is 'hk'; allowed: z, t, hksj, hksj-adhoc"),
        ({"X": DATA["dose"], "level": 95}, "level is 95; it must be a number above 0 and below 1"),
        ({"X": DATA["dose"], "vi": [1e-9, 1, 1, 1, 1, 1]}, "vi runs from 1e-09 to 1; with moderators"),
        ({"X": DATA["dose"], "vi": [1, 1, 1, 1, 1, 0]}, "vi[5] is 0.0; every variance must be"),
    ],
)  # fmt: skip
def test_refusals(arguments, message):
    given = {"vi": VI} | arguments
    with pytest.raises(ValueError) as refusal:
        meta_regression(YI, **given)
    assert str(refusal.value).startswith(message)


def test_effects_on_the_line_leave_hartung_and_knapp_nothing():
    dose = DATA["dose"].to_numpy()
    for yi in (0.3 + 0.1 * dose, 0 * dose):
        with pytest.raises(ValueError, match="the effects in yi lie on the regression exactly"):
            meta_regression(yi, vi=VI, X=dose, ci="hksj")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"X": [[1, 2, 3]]}, "X has shape (1, 3); the model has 1"),
        ({"data": DATA}, "data needs a model fitted by formula; this one was fitted on X"),
    ],
)
def test_refused_predictions(arguments, message):
    with pytest.raises(ValueError) as refusal:
        meta_regression(YI, vi=VI, X=DATA["dose"]).predict(**arguments)
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize(
    "new",
    [{"design": ["z"]}, {"design": [None]}, {"dose": [1.0]}],
    ids=("unseen", "missing", "absent"),
)
def test_refused_new_data(new):
    fitted = meta_regression(YI, vi=VI, formula="design", data=DATA)
    with pytest.raises(ValueError, match="formula does not fit data with columns"):
        fitted.predict(data=pd.DataFrame(new))


def test_a_result_prints_becomes_a_dict_a_frame_and_a_sentence():
    result = meta_regression(YI, vi=VI, formula="dose", data=DATA, method="DL")
    assert "Intercept" in str(result) and "QM" in str(result)
    assert (
        result.to_dict()["coefficients"]["dose"]["estimate"]
        == result.coefficients.loc["dose", "estimate"]
    )
    assert list(result.to_frame().index) == ["Intercept", "dose"]
    assert pickle.loads(pickle.dumps(result)).predict(data=DATA).se[0] == result.predict().se[0]
    assert result.report().startswith(
        "In a meta-regression of 6 studies (DL) the moderators gave Q = "
    )
    with pytest.raises(ValueError, match="read-only"):
        result.covariance[0, 0] = 0


@pytest.mark.parametrize("column", ["year", 3, -1, 1.0, True])
def test_a_test_of_no_coefficient_is_refused_by_every_model(column):
    dose, cluster = np.arange(9.0) ** 2, np.repeat(range(3), 3)
    yi, vi = np.sin(dose), np.full(9, 0.2)
    fits = (
        meta_regression(yi, vi=vi, X=dose),
        ma.multilevel(yi, vi=vi, cluster=cluster, X=dose),
        ma.robust(meta_regression(yi, vi=vi, X=dose), cluster=range(9)),
    )
    for fit in fits:
        with pytest.raises(
            ValueError, match=r"columns.* is .*(names or positions|or a name).*: Intercept, x1"
        ):
            fit.test([column])
        assert fit.test([1]) == fit.test(["x1"])


@pytest.mark.parametrize("columns", [["x1", "x1"], [1, "x1"], [1, 0, 1]])
def test_a_coefficient_is_tested_once(columns):
    dose = np.arange(9.0) ** 2
    fit = meta_regression(np.sin(dose), vi=np.full(9, 0.2), X=dose)
    again = f"columns[{len(columns) - 1}] is {columns[-1]!r}; it is there already"
    with pytest.raises(ValueError, match=re.escape(again)):
        fit.test(columns)


def test_what_is_tested_is_all_but_the_intercept():
    ones, x = np.ones(4), np.arange(4.0)
    for X, tested in ((np.column_stack([x, ones]), [0]), (ones, [0]), (x[1:], [0]), (x, [1])):
        k = len(X)
        columns = from_arrays(X, k, intercept=X is x)
        assert Design(np.arange(k) / 7, np.ones(k), columns).tested == tested


def test_every_model_chooses_between_x_and_formula_alike():
    data = pd.DataFrame({"dose": np.arange(9.0)})
    given = {"vi": np.full(9, 0.2), "X": data, "formula": "dose", "data": data}
    for model in (
        meta_regression,
        ma.selection_model,
        lambda yi, **more: ma.multilevel(yi, cluster=range(9), **more),
    ):
        with pytest.raises(ValueError, match="give either X or formula and data"):
            model(np.arange(9.0), **given)
    assert columns_of(None, None, None, 4, True) == from_arrays(np.ones(4), 4, True)
