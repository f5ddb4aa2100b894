"""Henmi and Copas' interval: the paper's example, moments by matrices, and what is refused."""

from math import nan, sqrt

import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.stats import gamma, norm

from analysis.engine.henmi_copas import _power_sums, _Sums, henmi_copas

# Lee and Done's trials of acupoint stimulation, which the paper analyses: events and sizes of both arms.
LEE = np.array([
    [18, 100, 20, 100], [5, 50, 18, 50], [9, 20, 7, 20], [32, 135, 31, 139], [9, 23, 10, 23],
    [11, 18, 12, 18], [69, 122, 80, 122], [3, 25, 12, 25], [1, 30, 1, 30], [11, 30, 19, 30],
    [7, 44, 16, 39], [4, 47, 6, 47], [1, 30, 13, 30], [24, 40, 71, 80], [16, 50, 53, 88],
    [28, 110, 25, 111],
], dtype=float)  # fmt: skip


def log_odds_ratios(tables):
    a, n1, c, n2 = tables.T
    cells = np.column_stack([a, n1 - a, c, n2 - c])
    return np.log(cells) @ [1, -1, -1, 1], (1 / cells).sum(axis=1)


def test_the_papers_example():
    """Henmi & Copas (2010), p. 2978, as metafor's test_analysis_example_henmi2010.r quotes it."""
    yi, vi = log_odds_ratios(LEE)
    found = henmi_copas(yi, vi=vi)
    assert found.tau2 == pytest.approx(0.3325, abs=5e-5)
    assert found.estimate == pytest.approx(-0.5145, abs=5e-5)
    assert (found.ci_low, found.ci_high) == pytest.approx((-0.9994, -0.0295), abs=5e-5)


def sums_of(yi, vi, tau2):
    return _Sums(len(yi), tau2, *_power_sums(1 / vi))


@pytest.mark.parametrize("tau2", [0.0, 0.05, 1.0])
@pytest.mark.parametrize("r", [0.0, 0.7, -2.5])
def test_the_moments_are_those_of_a_normal_vector(tau2, r):
    """Q and R are a quadratic and a linear form; given R the effects stay normal."""
    yi, vi = log_odds_ratios(LEE)
    w = 1 / vi
    spread = np.diag(vi + tau2)
    a = w / sqrt(w.sum())
    P = np.diag(w) - np.outer(w, w) / w.sum()
    variance = a @ spread @ a
    given = spread - np.outer(spread @ a, spread @ a) / variance
    mean = spread @ a / variance * (r * sqrt(variance))
    expected = np.trace(P @ given) + mean @ P @ mean
    scatter = 2 * np.trace(P @ given @ P @ given) + 4 * mean @ P @ given @ P @ mean
    sums = sums_of(yi, vi, tau2)
    assert sums.variance == pytest.approx(variance, rel=1e-12)
    assert sums.moments(r) == pytest.approx((expected, scatter), rel=1e-10)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_critical_value_leaves_its_tail(level):
    """The probability by the trapezoidal rule and a gamma distribution of its own."""
    yi, vi = log_odds_ratios(LEE)
    found = henmi_copas(yi, vi=vi, level=level)
    sums = sums_of(yi, vi, found.tau2)
    t = found.critical / sqrt(sums.variance)
    r = np.linspace(t, 12, 200_001)
    mean, scatter = np.array([sums.moments(x) for x in r[::200]]).T
    mean, scatter = (np.interp(r, r[::200], values) for values in (mean, scatter))
    bound = (sums.w1 / sums.w2 - 1) * ((r / t) ** 2 - 1) + len(yi) - 1
    below = gamma.cdf(bound, mean**2 / scatter, scale=scatter / mean)
    assert trapezoid(below * norm.pdf(r), r) == pytest.approx((1 - level) / 2, rel=1e-5)


def test_shift_scale_and_sign():
    yi, vi = log_odds_ratios(LEE)
    base, moved = henmi_copas(yi, vi=vi), henmi_copas(3 - 2 * yi, vi=4 * vi)
    assert moved.estimate == pytest.approx(3 - 2 * base.estimate, rel=1e-10)
    assert moved.ci_low == pytest.approx(3 - 2 * base.ci_high, rel=1e-10)
    assert moved.tau2 == pytest.approx(4 * base.tau2, rel=1e-10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"yi": [1], "vi": [1]},
            "yi has 1 value; the interval of Henmi and Copas needs at least 2",
        ),
        ({"yi": [nan, 1, 2]}, "yi[0] is nan"),
        ({"vi": [1, 2, 0]}, "vi[2] is 0.0"),
        ({"vi": [1, 2]}, "yi has 3 values and vi has 2"),
        ({"level": 0}, "level is 0"),
    ],
)
def test_refusals(arguments, message):
    given = {"yi": [1, 2, 4], "vi": [1, 2, 3]} | arguments
    with pytest.raises(ValueError) as refusal:
        henmi_copas(given.pop("yi"), **given)
    assert str(refusal.value).startswith(message)


def test_report():
    text = henmi_copas([0, 3, 2], vi=[1, 4, 1]).report()
    assert "3 studies" in text and "Henmi and Copas" in text
