"""Subgroups against sums done by hand, pooling and regression. R: test_engine_against_r_models.py."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from analysis.engine.pool import pool
from analysis.engine.regression import meta_regression
from analysis.engine.subgroups import subgroups

YI, VI = [0.1, 0.4, 0.9, 1.1, 0.2, 0.6], [0.04, 0.09, 0.02, 0.05, 0.03, 0.08]
GROUPS = ["a", "a", "b", "b", "a", "b"]


def close(expected):
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_two_pairs_by_hand():
    """Pairs 0, 2 and 4, 8 with v = 1: tau2 = 1 and 7, so means 1 and 6 with se2 = 1 and 4."""
    result = subgroups([0, 2, 4, 8], vi=[1] * 4, groups=["low", "low", "high", "high"], method="DL")
    assert [r.tau2 for r in result.groups.values()] == [close(1), close(7)]
    assert [r.estimate for r in result.groups.values()] == [close(1), close(6)]
    assert (result.q_between, result.q_between_df) == (close(5**2 / (1 + 4)), 1)
    assert result.q_between_pvalue == close(chi2.sf(5, 1))
    assert (result.q_within, result.q_within_df) == (close(2 + 8), 2)
    assert result.overall.estimate == close((1 / 1 + 6 / 4) / (1 / 1 + 1 / 4))
    assert result.overall.se == close((1 / (1 + 1 / 4)) ** 0.5)


def test_random_across_pools_the_group_means():
    result = subgroups(YI, vi=VI, groups=GROUPS, method="DL", across="random")
    groups = result.groups.values()
    expected = pool([r.estimate for r in groups], vi=[r.se**2 for r in groups], method="DL")
    assert result.overall.tau2 == close(expected.tau2) and expected.tau2 > 0
    assert (result.overall.estimate, result.overall.se) == (
        close(expected.estimate), close(expected.se),
    )  # fmt: skip
    fixed = subgroups(YI, vi=VI, groups=GROUPS, method="DL")
    assert result.q_between == close(fixed.q_between)
    assert fixed.overall.tau2 == 0 < fixed.overall.se < result.overall.se


def test_each_group_is_pooled_on_its_own():
    result = subgroups(YI, vi=VI, groups=GROUPS, method="REML", ci="hksj", level=0.9)
    assert list(result.groups) == ["a", "b"]
    own = [i for i, group in enumerate(GROUPS) if group == "b"]
    alone = pool([YI[i] for i in own], vi=[VI[i] for i in own], method="REML", ci="hksj", level=0.9)
    assert result.groups["b"] == alone


def test_one_tau2_for_all_is_the_regression_on_the_groups():
    """The test between groups is that of the factor, the groups' means are its fitted values."""
    result = subgroups(YI, vi=VI, groups=GROUPS, method="REML", tau2="common")
    X = np.column_stack([np.ones(6), [group == "b" for group in GROUPS]])
    regression = meta_regression(YI, vi=VI, X=X, method="REML")
    assert [r.tau2 for r in result.groups.values()] == [close(regression.tau2)] * 2
    assert result.q_between == close(regression.q_m)
    assert result.groups["b"].estimate == close(regression.coefficients["estimate"].sum())


@pytest.mark.parametrize("tau2", ["separate", "common"])
@pytest.mark.parametrize("method", ["EE", "DL", "PM", "REML"])
def test_a_group_of_one_study(method, tau2):
    result = subgroups([1.0, 2.0, 4.0], vi=[1, 1, 2], groups=[1, 1, 2], method=method, tau2=tau2)
    assert result.groups[2].estimate == 4
    assert (result.groups[2].q, result.groups[2].q_df) == (0, 0)
    if tau2 == "separate":
        assert result.groups[2].tau2 == 0 and result.groups[2].se == close(2**0.5)


def test_groups_of_one_study_each():
    """Nothing is left within; between them stands Cochran's Q of the studies."""
    result = subgroups([1, 2, 4], vi=[1, 1, 2], groups="abc", method="DL")
    assert (result.q_within, result.q_within_df, result.q_within_pvalue) == (0, 0, 1)
    assert result.q_between == close(pool([1, 2, 4], vi=[1, 1, 2], method="EE").q)


@given(
    studies=st.lists(
        st.tuples(st.integers(-5000, 5000), st.floats(0.01, 10), st.sampled_from("abc")),
        min_size=3,
        max_size=12,
    ).filter(lambda rows: len({label for *_, label in rows}) > 1)
)
def test_equal_effects_split_q_between_and_within(studies):
    """Cochran's Q of all studies is the sum of the two: Borenstein et al. (2009), eq. 19.10."""
    yi, vi, labels = zip(*studies, strict=True)
    yi = np.array(yi) / 1000
    result = subgroups(yi, vi=vi, groups=labels, method="EE")
    total = pool(yi, vi=vi, method="EE")
    assert result.q_between + result.q_within == pytest.approx(total.q, rel=1e-8, abs=1e-8)
    assert result.q_between_df + result.q_within_df == total.q_df
    assert result.overall.estimate == pytest.approx(total.estimate, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"groups": ["a", "b"]}, "groups has 2 labels and yi has 3; each effect needs one"),
        ({"groups": ["a", "a", "a"]}, "groups holds only 'a'; a comparison needs two labels"),
        ({"groups": ["a", None, "b"]}, "groups[1] is None; every effect needs a label"),
        ({"groups": [1.0, float("nan"), 2.0]}, "groups[1] is nan; every effect needs a label"),
        ({"tau2": "pooled"}, "tau2 is 'pooled'; allowed: separate, common"),
        ({"across": "mixed"}, "across is 'mixed'; allowed: fixed, random"),
        ({"across": "random", "method": "EE"}, "across is 'random' and method 'EE'"),
        ({"method": "XX"}, "method is 'XX'; allowed: EE, DL"),
        ({"vi": [1, 0, 1]}, "vi[1] is 0.0; every variance must be"),
    ],
)
def test_refusals(arguments, message):
    given = {"vi": [1, 1, 1], "groups": ["a", "a", "b"], "method": "DL"} | arguments
    with pytest.raises(ValueError) as refusal:
        subgroups([1, 2, 3], **given)
    assert str(refusal.value).startswith(message)


def test_a_frame_and_a_sentence():
    result = subgroups(YI, vi=VI, groups=GROUPS, method="DL")
    assert list(result.to_frame().index) == ["a", "b"]
    assert result.to_frame().loc["b", "k"] == 3
    assert result.to_dict()["groups"]["a"]["estimate"] == result.groups["a"].estimate
    assert result.report().startswith("The test that the groups a (0.20), b (0.90) have the same")
    assert "1 degree of freedom, p < 0.001." in result.report()
    assert "Q between 18.8" in str(result)
