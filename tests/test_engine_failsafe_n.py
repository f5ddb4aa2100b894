"""The fail-safe N does what its name says: with so many null studies the finding is gone."""

from math import inf, isnan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from analysis.engine.failsafe_n import failsafe_n

from bias_studies import STUDIES, arrays, close

ALPHAS = st.sampled_from([0.01, 0.05, 0.1])
# What rounding may do to a p-value or a mean that meets its limit exactly.
SLACK = 1 + 1e-7


@given(studies=STUDIES, alpha=ALPHAS)
def test_rosenthal(studies, alpha):
    yi, vi = arrays(studies)
    result = failsafe_n(yi, vi=vi, alpha=alpha)
    z = abs(np.sum(yi / np.sqrt(vi)))

    def pvalue(missing):
        return norm.sf(z / sqrt(len(yi) + missing))

    assert result.pvalue == close(pvalue(0))
    assert pvalue(result.n) * SLACK >= alpha
    assert result.n == 0 or pvalue(result.n - 1) <= alpha * SLACK


@given(studies=STUDIES, alpha=ALPHAS)
def test_rosenberg(studies, alpha):
    yi, vi = arrays(studies)
    result = failsafe_n(yi, vi=vi, method="Rosenberg", alpha=alpha)
    wi = 1 / vi

    def pvalue(missing):
        return 2 * norm.sf(abs(np.sum(wi * yi)) / sqrt(wi.sum() + missing * wi.mean()))

    assert result.pvalue == close(pvalue(0))
    assert result.mean == pytest.approx(np.average(yi, weights=wi), rel=1e-9, abs=1e-12)
    assert pvalue(result.n) * SLACK >= alpha
    assert result.n == 0 or pvalue(result.n - 1) <= alpha * SLACK


@given(studies=STUDIES, target=st.floats(0.01, 1))
def test_orwin(studies, target):
    yi, vi = arrays(studies)
    result = failsafe_n(yi, vi=vi, method="Orwin", target=target)
    k, total = len(yi), abs(yi.sum())
    assert total / (k + result.n) <= target * SLACK
    assert result.n == 0 or total / (k + result.n - 1) * SLACK >= target
    assert abs(result.target) == target


def test_orwin_at_half_the_mean_is_k():
    """Exactly, though k (mean - mean/2) / (mean/2) may come out a rounding above k."""
    rng = np.random.default_rng(1)
    for k in range(2, 40):
        for weights in ("equal", "inverse-variance"):
            yi, vi = rng.normal(0.3, 0.1, k), rng.random(k) + 0.1
            assert failsafe_n(yi, vi=vi, method="Orwin", weights=weights).n == k


def test_orwin_without_a_target_effect():
    assert failsafe_n([1, 2], vi=[1, 1], method="Orwin", target=0).n == inf
    assert failsafe_n([-1, 1], vi=[1, 1], method="Orwin").n == 0
    assert failsafe_n([-1, -2], vi=[1, 1], method="Orwin", target=0.5).target == -0.5


def test_one_study():
    """z = 3: 9 / 1.645² - 1 = 2.3 studies, rounded up; 1.645 and 1.96 stand in any table."""
    assert failsafe_n([3], vi=[1]).n == 3
    assert failsafe_n([3], vi=[1], method="Rosenberg").n == 2
    assert isnan(failsafe_n([3], vi=[1]).mean) and isnan(failsafe_n([3], vi=[1]).target)


@given(studies=STUDIES, power=st.integers(-6, 6))
def test_sign_and_unit_do_not_matter(studies, power):
    yi, vi = arrays(studies)
    scale = 2.0**power
    for method in ("Rosenthal", "Orwin", "Rosenberg"):
        base = failsafe_n(yi, vi=vi, method=method)
        assert failsafe_n(-yi, vi=vi, method=method).n == base.n
        assert failsafe_n(scale * yi, vi=scale**2 * vi, method=method).n == base.n


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "Fisher"}, "method is 'Fisher'; allowed: Rosenthal, Orwin, Rosenberg"),
        ({"target": 0.1}, "target and weights are for method 'Orwin', not 'Rosenthal'"),
        ({"weights": "inverse-variance"}, "target and weights are for method 'Orwin'"),
        ({"method": "Orwin", "weights": "n"}, "weights is 'n'; allowed: equal, inverse-variance"),
        (
            {"method": "Orwin", "target": inf},
            "target is inf; it must be a number from -1e+50 to 1e+50",
        ),
        ({"alpha": 5}, "alpha is 5; it must be a number above 0 and below 1"),
        ({"yi": []}, "yi has shape (0,)"),
    ],
)
def test_refusals(arguments, message):
    given = {"yi": [1, 2], "vi": [1, 2]} | arguments
    with pytest.raises(ValueError) as refusal:
        failsafe_n(given.pop("yi"), **given)
    assert str(refusal.value).startswith(message)


def test_report():
    assert "3 missing studies" in failsafe_n([3], vi=[1]).report()
    assert "from 3.00 to 1.50" in failsafe_n([3], vi=[1], method="Orwin").report()
