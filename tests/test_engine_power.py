"""The power of a two-sided z test, by simulation-free theory of another shape."""

import numpy as np
import pytest
from scipy import stats

from analysis.engine.power import study_power

VI = np.array([0.01, 0.04, 0.25, 4.0])


@pytest.mark.parametrize("theta", [0.0, 0.3, -0.8])
@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_by_the_noncentral_chi_square(theta, alpha):
    """z² is chi-square with 1 df and noncentrality theta²/v: both tails in one."""
    limit = stats.chi2.isf(alpha, 1)
    expected = stats.ncx2.sf(limit, 1, theta**2 / VI) if theta else np.full(4, alpha)
    assert study_power(VI, theta, alpha) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: study_power([0.1, 0.0], 1.0), r"vi\[1\] is 0.0"),
        (lambda: study_power(["a"], 1.0), "vi is not a list of numbers"),
        (lambda: study_power([1.0], float("nan")), "theta is nan"),
        (lambda: study_power([1.0], 1.0, 5), "alpha is 5"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
