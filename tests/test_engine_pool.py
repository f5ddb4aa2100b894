"""The pooled effect against sums done by hand, and its own symmetries.

What R says of it is compared in test_engine_against_r_models.py.
"""

from dataclasses import FrozenInstanceError, dataclass, fields
from fractions import Fraction
from math import inf, isnan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from analysis.engine.bayes import Bayes, Marginal
from analysis.engine.mixed import Mixed
from analysis.engine.multilevel import Multilevel
from analysis.engine.pool import CI, Pooled, pool
from analysis.engine.regression import Regression
from analysis.engine.results import Result
from analysis.engine.robust import Robust
from analysis.engine.selection_model import SelectionModel
from analysis.engine.tau2 import TAU2, log_likelihood

METHODS = tuple(TAU2)
ITERATED = {"ML", "REML", "EB", "PM"}


def close(expected):
    return pytest.approx(expected, rel=1e-9, abs=0)


def test_two_studies_by_hand():
    """y = 0, 2 with v = 1, 1: Q = 1 + 1, C = 2 - 2/2, tau2 = (2 - 1) / 1, se2 = (1 + 1) / 2."""
    result = pool([0, 2], vi=[1, 1], method="DL")
    assert (result.q, result.q_df, result.tau2) == (2, 1, 1)
    assert (result.i2, result.h2) == (50, 2)
    assert (result.estimate, result.se, result.statistic) == (1, close(1), close(1))
    assert pool([0, 2], vi=[1, 1], method="EE").se == close(sqrt(1 / 2))


def test_weights_by_hand():
    """Weights 1/1 and 1/3 give the shares 3:1 and the mean (3*0 + 1*4) / 4."""
    result = pool([0, 4], vi=[1, 3], method="EE")
    assert list(result.weights) == close([75, 25])
    assert result.estimate == close(1)


def test_level_by_table():
    """The normal quantile for 99 % is 2.5758 in any table."""
    result = pool([1.0], vi=[1.0], method="EE", level=0.99)
    assert result.ci_high - 1 == pytest.approx(2.5758, abs=5e-5)
    assert 1 - result.ci_low == pytest.approx(2.5758, abs=5e-5)
    assert result.level == 0.99


def test_prediction_interval_by_table():
    """k = 3: t with one df for 90 % is 6.314 in any table; se is 1 and tau2 is 0."""
    result = pool([1, 1, 1], vi=[3, 3, 3], method="DL")
    interval = result.prediction_interval(level=0.9)
    assert interval.high - 1 == pytest.approx(6.314, abs=5e-4)
    assert interval.level == 0.9
    assert result.prediction_interval().level == 0.95


@pytest.mark.parametrize("method", METHODS)
def test_one_study(method):
    result = pool([0.1], vi=[0.7], method=method)
    assert (result.k, result.estimate, result.se) == (1, close(0.1), close(sqrt(0.7)))
    assert (result.q, result.q_df, result.q_pvalue) == (0, 0, 1)
    assert (result.tau2, result.i2, result.h2) == (0, 0, 1)


def test_studies_that_agree_exactly():
    result = pool([0.5, 0.5], vi=[1, 2], method="EE")
    assert (result.q, result.i2, result.q_pvalue) == (0, 0, 1)


@pytest.mark.parametrize(("method", "k"), [("EE", 5), ("DL", 1), ("DL", 2)])
def test_no_prediction_interval(method, k):
    interval = pool(range(k), vi=[1] * k, method=method).prediction_interval()
    assert isnan(interval.low) and isnan(interval.high) and isnan(interval.df)


def test_p_values_far_in_the_tail():
    """z = 20, and Q = 450 on one df: a survival function still has a value; 1 - cdf is 0."""
    result = pool([20.0, 20.0], vi=[2.0, 2.0], method="EE")
    assert 0 < result.pvalue < 1e-80
    assert 0 < pool([-15.0, 15.0], vi=[1.0, 1.0], method="EE").q_pvalue < 1e-80


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"yi": [1, 2], "vi": [1]}, "yi has 2 values and vi has 1; each estimate needs one"),
        ({"vi": [1, 0, 1]}, "vi[1] is 0.0; every variance must be a finite number above 0"),
        ({"vi": [1, -1, -2]}, "vi[1] is -1.0 (and 1 more like it); every variance"),
        ({"vi": [1, 1, float("nan")]}, "vi[2] is nan; every variance"),
        ({"vi": [1, 1, float("inf")]}, "vi[2] is inf; every variance"),
        ({"yi": [1, None, 2]}, "yi[1] is nan; every estimate must be a finite number"),
        ({"yi": [1, 1e60, 2]}, "yi[1] is 1e+60; every estimate must lie within 1e+50 of 0"),
        ({"vi": [1, 1, 1e-60]}, "vi[2] is 1e-60; every variance must lie between 1e-50 and 1e+50"),
        ({"yi": [], "vi": []}, "yi has shape (0,); it must be one-dimensional, with at least one"),
        ({"yi": [[1, 2, 3]]}, "yi has shape (1, 3)"),
        ({"yi": 1.0}, "yi has shape ()"),
        ({"yi": ["a", 1, 2]}, "yi is not a list of numbers: could not convert string"),
        ({"method": "XX"}, "method is 'XX'; allowed: EE, DL, HE, HS, SJ, ML, REML, EB, PM"),
        ({"ci": "hk"}, "ci is 'hk'; allowed: z, t, hksj, hksj-adhoc"),
        ({"level": 95}, "level is 95; it must be a number above 0 and below 1, for example 0.95"),
        ({"level": "95"}, "level is '95'"),
    ],
)
def test_refusals(arguments, message):
    given = {"yi": [1, 2, 3], "vi": [1, 1, 1], "method": "DL"} | arguments
    with pytest.raises(ValueError) as refusal:
        pool(given.pop("yi"), **given)
    assert str(refusal.value).startswith(message)


def test_prediction_level_is_checked():
    with pytest.raises(ValueError, match="level is 2"):
        pool([1, 2, 3], vi=[1, 1, 1], method="DL").prediction_interval(level=2)


def test_a_variance_cannot_be_passed_by_position():
    with pytest.raises(TypeError):
        pool([1, 2], [1, 1], method="EE")


def test_nothing_changes_afterwards():
    yi, vi = np.array([1.0, 2.0, 4.0]), np.array([1.0, 1.0, 2.0])
    result = pool(yi, vi=vi, method="DL")
    weights = list(result.weights)
    yi[0] = vi[0] = 100
    assert list(result.weights) == weights
    with pytest.raises(FrozenInstanceError):
        result.estimate = 0
    with pytest.raises(FrozenInstanceError):
        result.prediction_interval().low = 0
    with pytest.raises(ValueError, match="read-only"):
        result.weights[0] = 0
    with pytest.raises(ValueError, match="WRITEABLE"):
        result.weights.setflags(write=True)


# Effects in thousandths, as a paper prints them: a double such as 1e-200 has a square of 0, and
# what is lost there is lost in one unit and not in another.
THOUSANDTHS = st.integers(-5000, 5000).map(lambda number: number / 1000)
STUDIES = st.lists(st.tuples(THOUSANDTHS, st.floats(0.01, 10)), min_size=2, max_size=12)
FREE_OF_UNIT = ("q", "i2", "h2", "statistic", "pvalue")


@pytest.mark.parametrize("method", METHODS)
@given(studies=STUDIES, power=st.integers(-8, 8))
def test_the_unit_of_measurement_does_not_matter(method, studies, power):
    """A power of two scales doubles without rounding, so the results scale exactly."""
    scale = 2.0**power
    yi, vi = np.array(studies).T
    base, scaled = (pool(factor * yi, vi=factor**2 * vi, method=method) for factor in (1.0, scale))
    # An iteration may stop a step earlier in one unit than in the other.
    near = (lambda x: pytest.approx(x, rel=1e-7, abs=1e-9)) if method in ITERATED else close
    assert scaled.estimate / scale == near(base.estimate)
    assert scaled.se / scale == near(base.se)
    assert scaled.tau2 / scale**2 == pytest.approx(base.tau2, rel=1e-7, abs=1e-10)
    for name in FREE_OF_UNIT:
        assert getattr(scaled, name) == near(getattr(base, name))


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data(), studies=STUDIES)
def test_the_order_of_the_studies_does_not_matter(method, data, studies):
    order = data.draw(st.permutations(range(len(studies))))
    yi, vi = np.array(studies).T
    base, shuffled = pool(yi, vi=vi, method=method), pool(yi[order], vi=vi[order], method=method)
    for name in ("estimate", "se", "q", "tau2"):
        assert getattr(shuffled, name) == pytest.approx(getattr(base, name), rel=1e-7, abs=1e-9)
    assert list(shuffled.weights) == pytest.approx(list(base.weights[order]), rel=1e-7)


@given(studies=STUDIES)
def test_random_effects_never_claim_more_precision(studies):
    yi, vi = np.array(studies).T
    equal, random = (pool(yi, vi=vi, method=method) for method in ("EE", "DL"))
    assert random.se >= equal.se
    assert min(yi) - 1e-12 <= random.estimate <= max(yi) + 1e-12


@given(studies=STUDIES, shift=st.integers(-50, 50))
@pytest.mark.parametrize("method", METHODS)
def test_a_shift_of_all_effects_moves_the_estimate_alone(method, studies, shift):
    yi, vi = np.array(studies).T
    base, moved = pool(yi, vi=vi, method=method), pool(yi + shift, vi=vi, method=method)
    assert moved.estimate == pytest.approx(base.estimate + shift, rel=1e-7, abs=1e-7)
    assert (moved.tau2, moved.se) == pytest.approx((base.tau2, base.se), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("restricted", [False, True])
@given(studies=STUDIES)
def test_no_other_tau2_is_more_likely(restricted, studies):
    """On a fine grid, so that the peak found is the highest of all."""
    yi, vi = np.array(studies).T
    result = pool(yi, vi=vi, method="REML" if restricted else "ML")
    best = log_likelihood(result.model, result.tau2, restricted)
    reach = np.ptp(yi) ** 2 + 1
    for tau2 in [0, *np.geomspace(1e-6, reach, 300)]:
        assert log_likelihood(result.model, tau2, restricted) <= best + 1e-9


@given(studies=STUDIES)
def test_paule_and_mandel_solve_their_equation(studies):
    """Q with weights 1/(v + tau2) equals k - 1, or is below it at once."""
    yi, vi = np.array(studies).T
    tau2 = pool(yi, vi=vi, method="PM").tau2
    w = 1 / (vi + tau2)
    q = np.sum(w * (yi - np.average(yi, weights=w)) ** 2)
    assert q == pytest.approx(len(yi) - 1, rel=1e-9) or (tau2 == 0 and q <= len(yi) - 1)


@given(studies=STUDIES)
def test_a_q_profile_interval_holds_where_q_is_at_its_quantiles(studies):
    yi, vi = np.array(studies).T
    found = pool(yi, vi=vi, method="DL").confint().tau2
    assert 0 <= found.low <= found.high
    for bound, tail in ((found.low, 0.975), (found.high, 0.025)):
        if bound > 0:
            w = 1 / (vi + bound)
            q = np.sum(w * (yi - np.average(yi, weights=w)) ** 2)
            assert q == pytest.approx(chi2.ppf(tail, len(yi) - 1), rel=1e-7)


def test_hartung_knapp_by_hand():
    """y = 0, 2 with v = 1, 1 and tau2 = 1: weights 1/2, sum of squares 1, one df; t(1) is a Cauchy."""
    result = pool([0, 2], vi=[1, 1], method="DL", ci="hksj")
    assert (result.se, result.df) == (close(1), 1)
    assert result.pvalue == close(0.5)  # P(|t| > 1) of a Cauchy variable
    assert (
        pool([0, 2], vi=[4, 4], method="DL", ci="hksj").se < pool([0, 2], vi=[4, 4], method="DL").se
    )
    adhoc = pool([0, 2], vi=[4, 4], method="DL", ci="hksj-adhoc")
    assert adhoc.se == close(pool([0, 2], vi=[4, 4], method="DL", ci="t").se)


@pytest.mark.parametrize("ci", CI)
def test_effects_without_scatter(ci):
    """Hartung and Knapp's error is 0 there, and the test infinite; no warning, no nan."""
    result = pool([2.0, 2.0, 2.0], vi=[1, 2, 3], method="REML", ci=ci)
    assert result.estimate == 2 and result.tau2 == 0
    if ci == "hksj":
        assert (result.se, result.statistic, result.pvalue) == (0, inf, 0)


def test_prediction_intervals_state_their_degrees_of_freedom():
    result = pool([0.1, 0.5, 0.9, 1.4], vi=[0.1] * 4)
    dfs = {df: result.prediction_interval(df=df).df for df in ("k-2", "k-1", "z")}
    assert dfs == {"k-2": 2, "k-1": 3, "z": inf}
    widths = [result.prediction_interval(df=df).high for df in ("k-2", "k-1", "z")]
    assert widths == sorted(widths, reverse=True)
    with pytest.raises(ValueError, match="df is 3; allowed: k-2, k-1, z"):
        result.prediction_interval(df=3)


WIDE = st.lists(
    st.tuples(st.integers(-5000, 5000), st.integers(-15, 15)), min_size=2, max_size=7
).map(lambda rows: [(y / 1000, 10.0**e) for y, e in rows])


@given(studies=WIDE)
def test_huge_and_tiny_variances_against_exact_arithmetic(studies):
    """Thirty orders of magnitude: DerSimonian and Laird's sums in fractions of whole numbers."""
    yi, vi = zip(*studies, strict=True)
    y, w = [Fraction(x) for x in yi], [1 / Fraction(v) for v in vi]
    mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    q = sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))
    c = sum(w) - sum(a**2 for a in w) / sum(w)
    result = pool(yi, vi=vi, method="DL")
    assert result.q == pytest.approx(float(q), rel=1e-12)
    expected = float((q - (len(y) - 1)) / c)
    assert result.tau2 == pytest.approx(max(0, expected), rel=1e-12, abs=1e-12 * float(q / c))
    tau2 = Fraction(result.tau2)
    w = [1 / (Fraction(v) + tau2) for v in vi]
    mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    assert result.estimate == pytest.approx(float(mean), rel=1e-12, abs=1e-12)
    assert result.se == pytest.approx(float(1 / sum(w)) ** 0.5, rel=1e-12)


@pytest.mark.parametrize("restricted", [False, True])
@given(studies=WIDE)
def test_the_highest_peak_among_huge_and_tiny_variances(restricted, studies):
    yi, vi = np.array(studies).T
    result = pool(yi, vi=vi, method="REML" if restricted else "ML")
    best = log_likelihood(result.model, result.tau2, restricted)
    for tau2 in [0, *np.geomspace(1e-3 * vi.min(), np.ptp(yi) ** 2 + 1, 200)]:
        assert log_likelihood(result.model, tau2, restricted) <= best + 1e-9 * abs(best)


@pytest.mark.parametrize("method", METHODS)
@given(studies=WIDE)
def test_huge_and_tiny_variances_have_a_defined_answer(method, studies):
    """By every method: finite numbers, no warning, also from what is computed on demand."""
    yi, vi = np.array(studies).T
    result = pool(yi, vi=vi, method=method, ci="hksj-adhoc")
    numbers = [
        getattr(result, name) for name in ("estimate", "se", "tau2", "q", "i2", "h2", "pvalue")
    ]
    assert np.isfinite([*numbers, *result.weights, result.fit_statistics().loglik]).all()
    assert np.isfinite(result.blups().se).all()
    assert method == "EE" or result.tau2_se >= 0
    found = result.confint().tau2
    assert 0 <= found.low <= found.high < inf


def test_a_result_prints_becomes_a_dict_a_frame_and_a_sentence():
    result = pool([0.1, 0.5, 0.9], vi=[0.1, 0.1, 0.2])
    assert "estimate" in repr(result) and "model" not in repr(result)
    assert result.to_dict()["weights"] == list(result.weights)
    assert result.to_frame().loc[0, "tau2"] == result.tau2
    assert result.report().startswith("Over 3 studies the random-effects estimate (REML) was 0.4")


def test_what_a_result_was_computed_from_is_neither_shown_nor_handed_on():
    @dataclass(frozen=True, repr=False)
    class Found(Result):
        held = ("model", "word")

        estimate: float
        model: object
        word: str

    found = Found(0.5, object(), "within")
    assert repr(found) == "Found\n  estimate  0.5"
    assert found.to_dict() == {"estimate": 0.5}
    assert list(found.to_frame()) == ["estimate"]
    for cls in (Pooled, Regression, Mixed, Multilevel, Robust, SelectionModel, Bayes, Marginal):
        assert set(cls.held) < {field.name for field in fields(cls)}
        assert cls.to_dict is Result.to_dict
        assert cls.held
