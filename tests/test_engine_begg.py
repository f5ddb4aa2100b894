"""The rank test: pairs counted one by one, all orders listed, SciPy's tests, and symmetries."""

from itertools import combinations, permutations
from math import copysign

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from analysis.engine.begg import EXACT_UP_TO, begg

from bias_studies import STUDIES, UNEQUAL, arrays, close


def score(x, y):
    """Concordant minus discordant pairs."""
    return sum(np.sign((a - c) * (b - d)) for (a, b), (c, d) in combinations(zip(x, y), 2))  # noqa: B905


def deviates(yi, vi):
    """Begg & Mazumdar's (1994) formula as they print it."""
    wi = 1 / vi
    return (yi - np.sum(wi * yi) / np.sum(wi)) / np.sqrt(vi - 1 / np.sum(wi))


@given(studies=STUDIES)
def test_pairs_counted_one_by_one(studies):
    yi, vi = arrays(studies)
    assert begg(yi, vi=vi, on="effects").s == score(yi, vi)


@given(studies=UNEQUAL)
def test_standardised_deviates(studies):
    yi, vi = arrays(studies)
    result = begg(yi, vi=vi)
    assert result.s == score(np.round(deviates(yi, vi), 9), vi)
    assert result.tau_a == close(result.s / (len(yi) * (len(yi) - 1) / 2))


@pytest.mark.parametrize("k", [3, 4, 5, 6, 7])
def test_exact_p_by_listing_all_orders(k):
    """The share of the k! orders whose |S| is at least as large; p for every S that occurs."""
    vi = np.arange(1.0, k + 1)
    scores = [int(score(order, vi)) for order in permutations(range(k))]
    for order in list(permutations(range(k)))[:: max(1, k // 2)]:
        result = begg(order, vi=vi, on="effects")
        share = np.mean([abs(s) >= abs(result.s) for s in scores])
        assert result.exact
        assert result.pvalue == close(share)


@given(studies=STUDIES)
def test_scipy_agrees_with_ties_and_without(studies):
    yi, vi = arrays(studies)
    ties = len(set(yi)) < len(yi) or len(set(vi)) < len(vi)
    result = begg(yi, vi=vi, on="effects")
    expected = kendalltau(yi, vi, method="asymptotic" if ties else "exact")
    assert result.exact is not ties
    assert result.tau == close(expected.statistic) or abs(result.tau) < 1e-12
    assert result.pvalue == close(expected.pvalue)
    normal = begg(yi, vi=vi, on="effects", exact=False)
    assert normal.pvalue == close(kendalltau(yi, vi, method="asymptotic").pvalue)


def test_groups_of_ties_in_both_lists():
    """SciPy's variance counts the threes of both; tau is 1 at most, where rounding passes the end."""
    yi, vi = [1, 1, 1, 2, 4, 3], [1, 2, 2, 2, 3, 3]
    assert begg(yi, vi=vi, on="effects").pvalue == close(kendalltau(yi, vi).pvalue)
    assert begg([1, 1, 1, 3], vi=[1, 1, 1, 3], on="effects").tau == 1
    assert begg([1, 1, 1, 3], vi=[3, 3, 3, 1], on="effects").tau == -1


@given(studies=STUDIES)
def test_the_continuity_correction_is_one_step(studies):
    yi, vi = arrays(studies)
    plain = begg(yi, vi=vi, exact=False)
    corrected = begg(yi, vi=vi, continuity=True)
    step = copysign(max(abs(plain.s) - 1, 0), plain.s)
    assert (corrected.s, corrected.tau, corrected.se) == (plain.s, plain.tau, plain.se)
    assert corrected.statistic == step / plain.se
    assert corrected.tau_a == step / (len(yi) * (len(yi) - 1) / 2)
    assert corrected.pvalue >= plain.pvalue and not corrected.exact


@given(data=st.data(), studies=UNEQUAL)
def test_sign_order_shift_and_scale(data, studies):
    yi, vi = arrays(studies)
    order = data.draw(st.permutations(range(len(yi))))
    base = begg(yi, vi=vi)
    assert begg(-yi, vi=vi).s == -base.s
    assert begg(yi[order], vi=vi[order]) == base
    assert begg(4 * yi, vi=16 * vi) == base
    assert begg(yi + 8, vi=vi, on="effects") == begg(yi, vi=vi, on="effects")


def test_a_study_with_all_the_weight():
    """Its distance from the mean of the others counts, not the rounding of vi - 1/sum(wi)."""
    result = begg([1.0, 0.0, 0.5, 0.2], vi=[1e-24, 1.0, 2.0, 3.0])
    # Deviates: 1.9 (far above the mean of the others), then -1, -0.35 and -0.46 around 1.
    assert result.s == -4 + 2 - 0
    assert begg([1.0, 0.0, 0.5, 0.2], vi=[1e-6, 1.0, 2.0, 3.0]).s == result.s


def test_many_studies():
    """Above the limit the p-value is the normal one, and close to the exact one there."""
    rng = np.random.default_rng(3)
    yi, vi = rng.standard_normal(EXACT_UP_TO), rng.random(EXACT_UP_TO) + 0.1
    exact = begg(yi, vi=vi)
    assert exact.exact
    assert begg(yi, vi=vi, exact=False).pvalue == pytest.approx(exact.pvalue, rel=2e-3)
    assert not begg(np.append(yi, 0.123), vi=np.append(vi, 0.456)).exact


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"yi": [1, 2], "vi": [1, 2]}, "yi has 2 values; the rank test needs at least 3 studies"),
        ({"vi": [2, 2, 2]}, "all 3 values of vi are equal"),
        ({"yi": [2, 2, 2], "on": "effects"}, "all 3 values of yi are equal"),
        ({"on": "ranks"}, "on is 'ranks'; allowed: deviates, effects"),
        ({"vi": [1, 1, 2], "exact": True}, "exact is True; ties and the continuity correction"),
        ({"exact": True, "continuity": True}, "exact is True; ties and the continuity correction"),
        ({"yi": [1, 2, None]}, "yi[2] is nan"),
    ],
)
def test_refusals(arguments, message):
    given = {"yi": [1, 2, 4], "vi": [1, 2, 3]} | arguments
    with pytest.raises(ValueError) as refusal:
        begg(given.pop("yi"), **given)
    assert str(refusal.value).startswith(message)


def test_report():
    text = begg([1, 2, 4], vi=[1, 2, 3], on="effects").report()
    assert "tau = 1.00 (S = 3, p = 0.333, exact)" in text
