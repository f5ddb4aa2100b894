"""Excess significance: a published example, all outcomes counted, limits, and what is refused."""

from itertools import product
from math import inf, isnan, nan, prod

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2, norm

from analysis.engine.excess_significance import excess_significance
from analysis.engine.poisson_binomial import poisson_binomial
from analysis.engine.power import study_power

from bias_studies import EFFECT, VARIANCE

# Dorn et al. (2007), trials of complementary medicine for irritable bowels: responders and sizes.
DORN = np.array([
    [29, 38, 11, 32], [20, 31, 21, 30], [14, 23, 30, 46], [17, 30, 5, 13], [11, 27, 6, 23],
    [24, 29, 5, 29], [26, 32, 9, 22], [17, 18, 13, 18], [4, 12, 5, 13], [21, 60, 26, 59],
    [15, 17, 8, 17], [37, 51, 20, 52], [13, 33, 17, 33], [19, 20, 3, 20], [29, 50, 30, 46],
    [13, 16, 5, 16], [25, 33, 8, 26], [37, 57, 17, 50], [55, 90, 37, 90],
], dtype=float)  # fmt: skip
SIDES = ("greater", "less", "two-sided")


def log_risk_ratios():
    x1, n1, x2, n2 = DORN.T
    return np.log(x1 / n1 / (x2 / n2)), 1 / x1 - 1 / n1 + 1 / x2 - 1 / n2


def test_dorn2007():
    """metafor's reference page of tes() and its test_misc_tes.r print these."""
    yi, vi = log_risk_ratios()
    found = excess_significance(yi, vi=vi, test="chi2")
    assert found.observed == 10 and found.k == 19
    assert found.expected == pytest.approx(4.923333, abs=5e-7)
    assert found.ratio == pytest.approx(2.0311, abs=5e-5)
    assert found.theta == pytest.approx(0.3123, abs=5e-5)
    quartiles = np.quantile(found.power, [0, 0.25, 0.5, 0.75, 1])
    assert quartiles == pytest.approx([0.0894, 0.1270, 0.2118, 0.3537, 0.5397], abs=5e-5)
    assert found.statistic == pytest.approx(7.065648, abs=5e-7)
    assert found.pvalue == pytest.approx(0.003928794, abs=5e-10)
    # R's root-finder stops at 1.2e-4.
    assert found.limit_low == pytest.approx(0.4062, abs=2e-4)
    assert isnan(found.limit_high)
    assert excess_significance(yi, vi=vi, test="binom").pvalue == pytest.approx(
        0.01159554, abs=5e-9
    )
    assert excess_significance(yi, vi=vi).pvalue == pytest.approx(0.007778529, abs=5e-10)


@settings(max_examples=25)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_events_one_by_one(shares):
    """All 2^k outcomes."""
    chances = np.zeros(len(shares) + 1)
    for outcome in product((0, 1), repeat=len(shares)):
        terms = (p if hit else 1 - p for p, hit in zip(shares, outcome, strict=True))
        chances[sum(outcome)] += prod(terms)
    assert poisson_binomial(np.array(shares)) == pytest.approx(chances, abs=1e-14)


@settings(max_examples=25)
@given(st.lists(st.tuples(EFFECT, VARIANCE), min_size=2, max_size=7), st.sampled_from(SIDES))
def test_each_test_by_its_definition(studies, side):
    yi, vi = np.array(studies).T
    sei = np.sqrt(vi)
    theta = np.average(yi, weights=1 / vi)
    power = norm.sf(1.959963984540054 - theta / sei) + norm.cdf(-1.959963984540054 - theta / sei)
    observed = int(np.sum(norm.sf(abs(yi) / sei) * 2 <= 0.05))
    k, mean = len(yi), power.mean()
    assume(mean < 1 - 1e-6)
    chances = poisson_binomial(power)
    exact = {
        "greater": chances[observed:].sum(), "less": chances[: observed + 1].sum(),
        "two-sided": chances[chances <= chances[observed] * (1 + 1e-7)].sum(),
    }[side]  # fmt: skip
    squared = sum((observed - k * mean) ** 2 / part for part in (k * mean, k - k * mean))
    both = chi2.sf(squared, 1)
    excess = observed > k * mean
    one = {"greater": both / 2 if excess else 1 - both / 2}
    one |= {"less": 1 - one["greater"], "two-sided": both}
    expected = {"exact": exact, "chi2": one[side]}
    expected["binom"] = binomtest(observed, k, mean, alternative=side).pvalue
    for test, pvalue in expected.items():
        found = excess_significance(yi, vi=vi, test=test, side=side)
        assert found.pvalue == pytest.approx(min(1, pvalue), rel=1e-6, abs=1e-12)
        assert found.observed == observed == found.significant.sum()
        assert found.power == pytest.approx(power, rel=1e-9)


@pytest.mark.parametrize("test", ["chi2", "binom", "exact"])
def test_at_the_limit_the_p_value_is_that_level(test):
    yi, vi = log_risk_ratios()
    found = excess_significance(-yi, vi=vi, test=test, side="two-sided", limit_alpha=0.2)
    assert found.limit_high < found.limit_low < 0  # in the direction of the effect, away from 0
    for side, limit in (("greater", found.limit_low), ("less", found.limit_high)):
        at = excess_significance(-yi, vi=vi, test=test, side=side, theta=limit)
        assert at.pvalue == pytest.approx(0.1, rel=1e-8)
    # A lack that no effect makes less than probable: all studies are significant.
    every = excess_significance([5, 6, 7], vi=[1, 1, 1], side="less")
    assert isnan(every.limit_high) and every.pvalue == pytest.approx(1)


def test_heterogeneity_spreads_the_power():
    yi, vi = log_risk_ratios()
    found = excess_significance(yi, vi=vi, method="DL", alternative="greater", alpha=0.1)
    assert found.tau2 > 0
    power = study_power(vi, found.theta, 0.1, tau2=found.tau2, alternative="greater")
    assert found.power == pytest.approx(power, rel=1e-12)
    assert found.observed == np.sum(yi / np.sqrt(vi) >= norm.isf(0.1))


def test_certain_powers_leave_nothing_to_test():
    found = excess_significance([50, 60], vi=[1, 1], test="chi2")
    assert (found.statistic, found.pvalue) == (0, 0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"yi": [nan, 1, 2]}, "yi[0] is nan"),
        ({"vi": [1, -2, 1]}, "vi[1] is -2.0"),
        ({"test": "z"}, "test is 'z'; allowed: chi2, binom, exact"),
        ({"side": "both"}, "side is 'both'; allowed: two-sided, greater, less"),
        ({"alternative": "x"}, "alternative is 'x'; allowed: two-sided, greater, less"),
        ({"theta": "0.1"}, "theta is '0.1'; it must be a number"),
        ({"theta": nan}, "theta is nan; it must be a number"),
        ({"alpha": 5}, "alpha is 5"),
        ({"limit_alpha": 0}, "limit_alpha is 0"),
        ({"method": "FE"}, "method is 'FE'; allowed: EE, DL"),
    ],
)
def test_refusals(arguments, message):
    given = {"yi": [1, 2, 4], "vi": [1, 2, 3]} | arguments
    with pytest.raises(ValueError) as refusal:
        excess_significance(given.pop("yi"), **given)
    assert str(refusal.value).startswith(message)


def test_report_and_frame():
    yi, vi = log_risk_ratios()
    found = excess_significance(yi, vi=vi)
    assert "Of 19 studies 10 were significant where 4.9" in found.report()
    assert list(found.to_frame().columns) == ["power", "significant"]


@pytest.mark.parametrize(("yi", "ratio"), [([9.0, 0.1, 0.2], inf), ([0.0, 0.1, 0.2], nan)])
def test_without_any_power_there_is_no_ratio(yi, ratio):
    found = excess_significance(yi, vi=[1.0, 1.0, 1.0], theta=-1e3, alternative="greater")
    assert found.expected == 0
    assert found.ratio == pytest.approx(ratio, nan_ok=True)
