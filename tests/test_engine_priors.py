"""Priors of tau: densities, probabilities and quantiles agree, and published tables are as printed."""

from itertools import pairwise
from math import inf

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from analysis.engine import priors
from analysis.engine.priors_published import RHODES_2015, TURNER_2012, TURNER_2015

SCIPY = [
    (priors.half_normal(0.5), stats.halfnorm(scale=0.5)),
    (priors.half_cauchy(2), stats.halfcauchy(scale=2)),
    (priors.half_t(1, 1), stats.halfcauchy()),
    (priors.uniform(3), stats.uniform(0, 3)),
    # log(tau2) normal is log(tau) normal with halves of both.
    (priors.log_normal(-2.14, 1.74), stats.lognorm(1.74 / 2, scale=np.exp(-2.14 / 2))),
]


@pytest.mark.parametrize(("prior", "theirs"), SCIPY, ids=lambda x: str(x)[:20])
def test_as_scipy_has_them(prior, theirs):
    x = np.array([1e-3, 0.1, 0.7, 2.5, 9.0])
    p = np.array([0.01, 0.5, 0.99])
    assert prior.density(x) == pytest.approx(theirs.pdf(x), rel=1e-12)
    assert prior.cdf(x) == pytest.approx(theirs.cdf(x), rel=1e-12)
    assert prior.quantile(p) == pytest.approx(theirs.ppf(p), rel=1e-9)


@pytest.mark.parametrize("prior", [priors.half_t(0.7, 4), priors.log_t(-3.44, 2.59)], ids=str)
def test_the_density_is_the_slope_of_the_probability(prior):
    low, high = prior.quantile(np.array([0.2, 0.9]))
    assert quad(prior.density, low, high, epsabs=1e-12)[0] == pytest.approx(0.7, rel=1e-9)


def test_half_t_by_its_definition():
    x = np.array([0.3, 1.5])
    assert priors.half_t(0.7, 4).density(x) == pytest.approx(2 * stats.t.pdf(x, 4, scale=0.7))


def test_log_t_by_its_definition():
    p = np.array([0.025, 0.5, 0.975])
    expected = np.exp(stats.t.ppf(p, 5, -3.44, 2.59) / 2)
    assert priors.log_t(-3.44, 2.59).quantile(p) == pytest.approx(expected, rel=1e-10)


def test_at_zero():
    assert priors.log_normal(-2, 1).density(0.0) == 0
    assert priors.log_t(-2, 1).density(0.0) == inf
    assert priors.half_normal(1).density(0.0) == pytest.approx(2 * stats.norm.pdf(0))


def test_turner_2015_as_bayesmeta_prints_it():
    """Röver (2020), J Stat Softw 93(6), section 3.4."""
    prior = priors.turner2015("surgical or device success", "pharmacological vs control")
    expected = [0.06233896, 0.34300852, 1.88734045]
    assert prior.quantile([0.025, 0.5, 0.975]) == pytest.approx(expected, abs=5e-9)


@pytest.mark.parametrize(
    ("comparison", "outcome", "median", "high"),
    [
        ("pharmacological vs control", "all-cause mortality", 0.017, 0.30),
        ("pharmacological vs control", "semi-objective", 0.049, 1.83),
        ("pharmacological vs control", "subjective", 0.12, 2.63),
        ("pharmacological vs pharmacological", "all-cause mortality", 0.014, 0.25),
        ("pharmacological vs pharmacological", "semi-objective", 0.040, 1.58),
        ("pharmacological vs pharmacological", "subjective", 0.096, 2.31),
        ("non-pharmacological vs any", "all-cause mortality", 0.020, 0.38),
        ("non-pharmacological vs any", "semi-objective", 0.056, 2.35),
        ("non-pharmacological vs any", "subjective", 0.13, 3.33),
    ],
)
def test_turner_2012_gives_the_quantiles_that_the_paper_prints(comparison, outcome, median, high):
    """Median and upper 95% limit of tau2, to what two decimals of mean and sd leave of them."""
    tau2 = priors.turner2012(outcome, comparison).quantile([0.5, 0.975]) ** 2
    assert tau2[0] == pytest.approx(median, rel=0.005, abs=half_unit(median))
    assert tau2[1] == pytest.approx(high, rel=0.005 * (1 + 1.96), abs=half_unit(high))


def half_unit(value: float) -> float:
    """Half a unit of the last digit of `value`, which the paper prints to two or three digits."""
    return 0.5 * 10.0 ** -(3 if value < 0.1 else 2)


@pytest.mark.parametrize("table", [TURNER_2012, TURNER_2015, RHODES_2015])
def test_published_means_are_a_sum_of_outcome_and_comparison(table):
    """The papers' models: two comparisons lie a constant apart, but for the rounding of 4 numbers."""
    for one, other in pairwise(table.values()):
        apart = [one[name][0] - other[name][0] for name in one if name in other]
        assert max(apart) - min(apart) <= 0.02 + 1e-9
        spread = [one[name][1] - other[name][1] for name in one if name in other]
        assert max(spread) - min(spread) <= 0.23


def test_how_many_there_are():
    assert [sum(map(len, t.values())) for t in (TURNER_2012, TURNER_2015, RHODES_2015)] == [
        9,
        80,
        23,
    ]
    assert (
        repr(priors.turner2012()) == repr(priors.turner2015()) == "log-normal(-2.56, 1.74) of tau2"
    )
    assert repr(priors.rhodes2015()) == "log-t(-3.44, 2.59, df 5) of tau2"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: priors.half_normal(0), "scale is 0; it must be a number above 0"),
        (lambda: priors.half_t(1, -1), "df is -1"),
        (lambda: priors.half_cauchy("1"), "scale is '1'"),
        (lambda: priors.uniform(float("nan")), "high is nan"),
        (lambda: priors.log_normal(inf, 1), "mean is inf; it must be a number from"),
        (lambda: priors.log_t(0, 0), "scale is 0"),
        (lambda: priors.uniform().cdf(1.0), "no probabilities"),
        (
            lambda: priors.turner2015("pain", "anything"),
            "comparison is 'anything'; allowed: pharma",
        ),
        (lambda: priors.turner2015("hope", "pharmacological vs control"), "outcome is 'hope'"),
        (lambda: priors.rhodes2015("pain"), "comparison is 'general'"),
        (
            lambda: priors.rhodes2015("mental health", "non-pharmacological vs any"),
            "print -3.85 .* choose",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
