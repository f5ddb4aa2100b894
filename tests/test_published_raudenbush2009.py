"""Raudenbush (2009), Analyzing effect sizes: Random-effects models, chapter 16 of Cooper, Hedges &
Valentine (eds.), The Handbook of Research Synthesis and Meta-Analysis, 2nd ed.: teacher expectancy.

19 studies, with d and its variance as the chapter prints them (raudenbush1985 of the reference).
Tables 16.2 (page 301, text page 302) and 16.3 (page 309); pages as metafor's own tests of the chapter
cite them. Where the chapter rounded on the way, its number is named and ours differs by one unit: the
z of the equal-effects model is 1.65 there, the random-effects mean in Table 16.2 0.083 (0.084 in 16.3),
the lowest prediction of the mixed model -0.07.
"""

import numpy as np
import pytest

from analysis.engine.pool import pool
from analysis.engine.regression import meta_regression

from leaves import REFERENCE, document

STUDIES = document(REFERENCE / "metafor" / "raudenbush1985.json")["input"]
YI, VI, WEEKS = STUDIES["yi"], STUDIES["vi"], STUDIES["mods"]["weeks"]


def three(printed):
    return pytest.approx(printed, abs=0.0005, rel=0)


def two(printed):
    return pytest.approx(printed, abs=0.005, rel=0)


def test_equal_effects():
    """Table 16.2, page 301."""
    result = pool(YI, vi=VI, method="EE")
    assert (result.estimate, result.q) == (three(0.060), two(35.83))


def test_random_effects():
    """Table 16.2 and page 302; the range of the predicted true effects there too."""
    result = pool(YI, vi=VI)
    assert (result.statistic, result.tau2) == (two(1.62), three(0.019))
    predicted = result.blups().estimate
    assert (predicted.min(), predicted.max()) == (two(-0.03), two(0.25))


def test_weeks_of_contact():
    """Table 16.2, page 301: weeks of contact before the expectancy, those above 3 counted as 3."""
    result = meta_regression(YI, vi=VI, X=np.column_stack([np.ones(19), np.minimum(WEEKS, 3)]))
    assert result.tau2 == three(0.0)
    assert list(result.coefficients["estimate"]) == [three(0.407), three(-0.157)]
    assert list(result.coefficients["statistic"]) == [two(4.68), two(-4.39)]
    assert result.q_e == two(16.57)
    assert result.blups().estimate.max() == two(0.41)


@pytest.mark.parametrize(
    ("method", "tau2", "estimate", "se", "statistic", "ci_low", "ci_high"),
    [
        ("EE", 0.000, 0.060, 0.036, 1.655, -0.011, 0.132),
        ("ML", 0.013, 0.078, 0.047, 1.637, -0.015, 0.171),
        ("REML", 0.019, 0.084, 0.052, 1.621, -0.018, 0.185),
        ("DL", 0.026, 0.089, 0.056, 1.601, -0.020, 0.199),
        ("HE", 0.080, 0.114, 0.079, 1.443, -0.041, 0.270),
    ],
)
def test_conventional_approach(method, tau2, estimate, se, statistic, ci_low, ci_high):
    """Table 16.3, page 309."""
    result = pool(YI, vi=VI, method=method)
    assert (result.tau2, result.estimate, result.se) == (three(tau2), three(estimate), three(se))
    assert result.statistic == three(statistic)
    assert (result.ci_low, result.ci_high) == (three(ci_low), three(ci_high))


@pytest.mark.parametrize(
    ("method", "se", "statistic", "ci_low", "ci_high"),
    [
        ("EE", 0.051, 1.173, -0.048, 0.168),
        ("ML", 0.059, 1.311, -0.047, 0.202),
        ("REML", 0.062, 1.359, -0.046, 0.213),
        ("DL", 0.064, 1.405, -0.044, 0.223),
        ("HE", 0.071, 1.608, -0.035, 0.264),
    ],
)
def test_knapp_and_hartung(method, se, statistic, ci_low, ci_high):
    """Table 16.3, page 309."""
    result = pool(YI, vi=VI, method=method, ci="hksj")
    assert (result.se, result.statistic) == (three(se), three(statistic))
    assert (result.ci_low, result.ci_high) == (three(ci_low), three(ci_high))
