"""The power of each study: against integration, simulation's limits and tables, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from analysis.engine.power import study_power

VI = st.integers(1, 300).map(lambda number: number / 100)
THETA = st.integers(-300, 300).map(lambda number: number / 100)


def integrated(vi, theta, alpha, tau2, alternative):
    """The density of the estimates over the region where the study's test rejects."""
    sei = vi**0.5
    density = norm(theta, (vi + tau2) ** 0.5).pdf
    far = theta + 40 * (vi + tau2) ** 0.5, theta - 40 * (vi + tau2) ** 0.5
    bound = norm.isf(alpha / 2 if alternative == "two-sided" else alpha) * sei
    above = quad(density, bound, max(far[0], bound), points=[max(theta, bound)], limit=400)[0]
    below = quad(density, min(far[1], -bound), -bound, points=[min(theta, -bound)], limit=400)[0]
    return {"greater": above, "less": below, "two-sided": above + below}[alternative]


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("tau2", [0.0, 0.3])
@settings(max_examples=10)
@given(vi=VI, theta=THETA)
def test_it_is_the_area_beyond_the_critical_values(alternative, tau2, vi, theta):
    (power,) = study_power([vi], theta, 0.05, tau2=tau2, alternative=alternative)
    expected = integrated(vi, theta, 0.05, tau2, alternative)
    assert power == pytest.approx(expected, rel=1e-6, abs=1e-10)


def test_two_values_that_every_textbook_has():
    """1.96 + 0.84 errors give 80 % power, 1.96 + 1.28 give 90 %: Cohen (1988), ch. 2, by z."""
    z = norm.isf(0.025)
    power = study_power([1.0, 1.0], z + norm.ppf(0.8))
    assert power == pytest.approx([0.8, 0.8], abs=1e-5)
    assert study_power([1.0], z + norm.ppf(0.9)) == pytest.approx([0.9], abs=1e-6)


@given(vi=VI, alpha=st.sampled_from([0.01, 0.05, 0.2]))
def test_without_an_effect_it_is_the_level(vi, alpha):
    for alternative in ("two-sided", "greater", "less"):
        power = study_power([vi], 0.0, alpha, alternative=alternative)
        assert power == pytest.approx([alpha], rel=1e-12)


@given(vi=VI, theta=THETA)
def test_the_sign_of_the_effect_turns_the_sides(vi, theta):
    assert study_power([vi], theta) == pytest.approx(study_power([vi], -theta), rel=1e-12)
    greater = study_power([vi], theta, alternative="greater")
    assert greater == pytest.approx(study_power([vi], -theta, alternative="less"), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vi": [1, 0]}, "vi[1] is 0.0; every variance must be"),
        ({"vi": "x"}, "vi is not a list of numbers"),
        ({"theta": np.nan}, "theta is nan; it must be a number from"),
        ({"theta": "1"}, "theta is '1'; it must be a number from"),
        ({"theta": True}, "theta is True; it must be a number from"),
        ({"alpha": 1}, "alpha is 1; it must be a number above 0 and below 1"),
        ({"tau2": -1}, "tau2 is -1; it must be a number from 0 to 1e+50"),
        ({"alternative": "both"}, "alternative is 'both'; allowed: two-sided, greater, less"),
    ],
)
def test_refusals(arguments, message):
    given = {"vi": [1, 2], "theta": 1.0} | arguments
    with pytest.raises(ValueError) as refusal:
        study_power(given.pop("vi"), given.pop("theta"), **given)
    assert str(refusal.value).startswith(message)
