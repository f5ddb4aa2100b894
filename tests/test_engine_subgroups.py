"""Subgroups against sums done by hand, and what they refuse; R is in test_engine_against_r_models.py."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.engine.pool import pool
from analysis.engine.subgroups import subgroups

STUDIES = st.lists(
    st.tuples(st.integers(-3000, 3000), st.floats(0.01, 5), st.sampled_from("abc")),
    min_size=3,
    max_size=12,
).filter(lambda rows: len({g for _, _, g in rows}) > 1)


def test_two_pairs_by_hand():
    """Means 1 and 5 with variances 1/2 each: Q between = (4 ** 2) / (1/2 + 1/2)."""
    found = subgroups([0, 2, 4, 6], vi=[1, 1, 1, 1], groups=list("aabb"), method="EE")
    assert {g: r.estimate for g, r in found.groups.items()} == {"a": 1, "b": 5}
    assert (found.q_between, found.q_between_df) == (pytest.approx(16), 1)
    assert (found.q_within, found.q_within_df) == (pytest.approx(4), 2)
    assert found.q_between + found.q_within == pytest.approx(
        pool([0, 2, 4, 6], vi=[1] * 4, method="EE").q
    )


@given(studies=STUDIES)
def test_equal_effects_split_q_without_rest(studies):
    """Hedges & Olkin (1985), p. 156: Q is what lies between and what lies within."""
    y, v, labels = (
        np.array([s[0] / 1000 for s in studies]),
        [s[1] for s in studies],
        [s[2] for s in studies],
    )
    found = subgroups(y, vi=v, groups=labels, method="EE")
    whole = pool(y, vi=v, method="EE").q
    assert found.q_between + found.q_within == pytest.approx(whole, rel=1e-7, abs=1e-9)


@given(studies=STUDIES)
def test_each_group_is_pooled_on_its_own(studies):
    y, v, labels = (
        np.array([s[0] / 1000 for s in studies]),
        np.array([s[1] for s in studies]),
        [s[2] for s in studies],
    )
    found = subgroups(y, vi=v, groups=labels, method="DL")
    for label, result in found.groups.items():
        own = [g == label for g in labels]
        assert result == pool(y[own], vi=v[own], method="DL")


def test_a_common_tau2_is_shared_and_separate_ones_are_not():
    y, v, labels = [0, 2, 4, 4.1], [0.1] * 4, list("aabb")
    common = subgroups(y, vi=v, groups=labels, method="DL", tau2="common")
    separate = subgroups(y, vi=v, groups=labels, method="DL")
    assert len({r.tau2 for r in common.groups.values()}) == 1
    assert separate.groups["b"].tau2 == 0 < common.groups["b"].tau2 < separate.groups["a"].tau2


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (["a"] * 3, "groups has 3 labels and yi has 4"),
        (["a"] * 4, "groups holds only 'a'; a comparison needs two labels"),
        (["a", None, "b", "b"], "groups[1] is None; every study needs a label"),
        (["a", float("nan"), "b", "b"], "groups[1] is nan; every study needs a label"),
    ],
)
def test_refusals(groups, message):
    with pytest.raises(ValueError) as refusal:
        subgroups([1, 2, 3, 4], vi=[1] * 4, groups=groups)
    assert str(refusal.value).startswith(message)


def test_a_result_becomes_a_frame_and_a_sentence():
    found = subgroups([0, 2, 4, 6], vi=[1, 1, 1, 1], groups=list("aabb"), method="EE")
    assert found.to_frame().loc["b", "estimate"] == 5
    assert found.report() == (
        "The effects of 2 groups (a 1.00, b 5.00) were compared by Q = 16.00 on 1 degrees of freedom, "
        "p < 0.001."
    )
