"""The Bayesian meta-analysis: grids by brute force, closed forms, symmetries, and refusals."""

from math import exp, isnan, log, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.engine import priors
from analysis.engine.bayes import bayes

from schools import EIGHT_FLAT, SIX, V, Y


class Grid:
    """The joint posterior of SIX from the densities of the data alone, summed on a fixed grid.

    Even steps in mu, which is smooth and vanishes at the ends, and 300 Gauss points in tau.
    """

    def __init__(self):
        points, weights = np.polynomial.legendre.leggauss(300)
        self.mu, self.tau = np.linspace(-7, 4, 1501), 3 * (1 + points)
        self.cells = np.full((1501, 1), self.mu[1] - self.mu[0]) * 3 * weights
        self.density = stats.norm.pdf(self.mu, 0, 4)[:, None] * stats.halfnorm.pdf(
            self.tau, scale=0.5
        )
        for y, v in zip(Y, V, strict=True):
            self.density *= stats.norm.pdf(y, self.mu[:, None], np.sqrt(v + self.tau**2))
        self.evidence = np.sum(self.density * self.cells)
        self.density /= self.evidence

    def mean(self, values) -> float:
        return float(np.sum(self.density * self.cells * values))


GRID = Grid()


def test_a_grid_by_brute_force():
    mu, tau = GRID.mu[:, None], GRID.tau
    exact = {"rel": 1e-9, "abs": 1e-10}
    for found, values in ((SIX.mu, mu), (SIX.tau, tau)):
        mean = GRID.mean(values)
        sd = sqrt(GRID.mean((values - mean) ** 2))
        assert [found.mean, found.sd] == pytest.approx([mean, sd], **exact)
    further = sqrt(GRID.mean((mu - SIX.mu.mean) ** 2 + tau**2))
    assert SIX.prediction.sd == pytest.approx(further, **exact)
    assert SIX.log_marginal == pytest.approx(log(GRID.evidence), **exact)
    for x in (-3.0, -1.6, -0.3, SIX.prediction.low, SIX.prediction.high):
        # Where tau is small, nearly a step in mu, for which the even grid has five digits.
        below = GRID.mean(stats.norm.cdf(x, mu, tau))
        assert SIX.prediction.cdf(x) == pytest.approx(below, abs=1e-5)
    across = np.sum(GRID.density * GRID.cells, axis=1) / (GRID.mu[1] - GRID.mu[0])
    assert SIX.mu.density(GRID.mu) == pytest.approx(across, rel=1e-9, abs=1e-12)
    assert across.max() <= SIX.mu.density(SIX.mu.mode)
    across = GRID.density.sum(axis=0) * (GRID.mu[1] - GRID.mu[0])
    assert SIX.tau.density(GRID.tau) == pytest.approx(across, rel=1e-9, abs=1e-12)
    assert np.allclose(SIX.joint_density(mu, tau), GRID.density, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("index", range(6))
def test_true_effects_by_the_slope_of_the_evidence(index):
    """Tweedie's formula (Robbins 1956): y + v g' and v + v² g'', g being the log density of the data."""

    def evidence(shift: float) -> float:
        moved = Y.copy()
        moved[index] += shift
        return bayes(moved, vi=V, mu_prior=(0, 4), tau_prior=priors.half_normal(0.5)).log_marginal

    h, v = 0.02, V[index]
    values = [evidence(n * h) for n in (-2, -1, 0, 1, 2)]
    slope = np.dot([1, -8, 0, 8, -1], values) / (12 * h)
    bend = np.dot([-1, 16, -30, 16, -1], values) / (12 * h**2)
    assert SIX.studies.mean[index] == pytest.approx(Y[index] + v * slope, rel=1e-5)
    assert SIX.studies.sd[index] == pytest.approx(sqrt(v + v**2 * bend), rel=1e-4)


def test_bayes_factors_by_integration():
    """Of the data where tau is 0, normal around a common mean, and where mu is 0."""
    total = np.diag(V) + 16.0
    at_zero = stats.multivariate_normal.pdf(Y, np.zeros(6), total)
    assert SIX.bayes_factor_tau0 == pytest.approx(at_zero / GRID.evidence, rel=1e-9)
    weight = stats.halfnorm.pdf(GRID.tau, scale=0.5) * GRID.cells[0] / (GRID.mu[1] - GRID.mu[0])
    for y, v in zip(Y, V, strict=True):
        weight = weight * stats.norm.pdf(y, 0, np.sqrt(v + GRID.tau**2))
    assert SIX.bayes_factor_mu0 == pytest.approx(weight.sum() / GRID.evidence, rel=1e-9)
    assert isnan(EIGHT_FLAT.bayes_factor_mu0) and isnan(EIGHT_FLAT.log_marginal)


@pytest.mark.parametrize("mu_prior", [None, (0.3, 0.7)])
def test_a_known_tau_has_a_closed_form(mu_prior):
    """A prior that is a needle at tau = 0.4: normal theory, as of an equal-effects analysis."""
    tau2 = 0.4**2
    found = bayes(Y, vi=V, mu_prior=mu_prior, tau_prior=priors.log_normal(log(tau2), 1e-6))
    mean, sd = mu_prior or (0.0, np.inf)
    w = 1 / (V + tau2)
    precision = w.sum() + sd**-2
    centre, error = (w @ Y + mean * sd**-2) / precision, precision**-0.5
    for marginal, middle, spread in (
        (found.mu, centre, error),
        (found.prediction, centre, sqrt(error**2 + tau2)),
        (
            found.study(2),
            (tau2 * Y[2] + V[2] * centre) * w[2],
            sqrt(tau2 * V[2] * w[2] + (V[2] * w[2] * error) ** 2),
        ),
    ):
        low, high = stats.norm.interval(0.95, middle, spread)
        numbers = [marginal.mean, marginal.median, marginal.mode, marginal.sd]
        assert numbers == pytest.approx([middle] * 3 + [spread], rel=1e-8)
        assert [marginal.low, marginal.high] == pytest.approx([low, high], rel=1e-8)
        assert [marginal.central_low, marginal.central_high] == pytest.approx([low, high], rel=1e-8)
        assert marginal.sf(middle + 20 * spread) == pytest.approx(stats.norm.sf(20), rel=1e-5)
    assert [found.tau.mean, found.tau.mode] == pytest.approx([0.4, 0.4], rel=1e-8)
    assert found.studies.shrink == pytest.approx(tau2 * w, rel=1e-8)
    if mu_prior:  # the density at 0, after and before: Dickey (1971)
        ratio = stats.norm.pdf(0, centre, error) / stats.norm.pdf(0, *mu_prior)
        assert found.bayes_factor_mu0 == pytest.approx(ratio, rel=1e-6)


PRIORS = [
    priors.half_normal(0.5), priors.half_cauchy(0.5), priors.half_t(1, 4), priors.uniform(2.0),
    priors.uniform(), priors.log_normal(-2.56, 1.74), priors.log_t(-3.44, 2.59),
    priors.half_normal(0.01), priors.half_normal(100), priors.uniform(0.05), priors.log_normal(0, 50),
]  # fmt: skip


@pytest.mark.parametrize("tau_prior", PRIORS, ids=str)
def test_intervals_and_quantiles_keep_what_they_promise(tau_prior):
    found = bayes(Y, vi=V, tau_prior=tau_prior)
    assert found.error < 1e-9
    p = np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 0.999, 1 - 1e-9])
    for marginal in (found.mu, found.tau, found.prediction, found.study(1)):
        x = marginal.quantile(p)
        assert marginal.cdf(x) == pytest.approx(p, rel=1e-10)
        assert marginal.sf(x) == pytest.approx(1 - p, rel=1e-6)
        ends = np.array([marginal.low, marginal.high])
        assert np.diff(marginal.cdf(ends)) == pytest.approx(0.95, rel=1e-10)
        assert marginal.high - marginal.low <= marginal.central_high - marginal.central_low
        if marginal.low > 0 or marginal is not found.tau:
            low, high = marginal.density(ends)
            assert low == pytest.approx(high, rel=1e-6) or marginal.high == tau_prior.high
        assert marginal.density(marginal.mode) >= marginal.density(x).max() * (1 - 1e-12)


@pytest.mark.parametrize("tau_prior", PRIORS, ids=str)
def test_tau_against_the_trapezium_rule(tau_prior):
    """In log(tau), with even steps and the likelihood of a multivariate normal."""
    cut = tau_prior.high < np.inf
    x = np.linspace(-250, log(tau_prior.high) if cut else 12, 50_001)
    tau = np.minimum(np.exp(x), tau_prior.high)
    logs = -0.5 * np.log(V[:, None] + tau**2).sum(axis=0)
    w = 1 / (V[:, None] + tau**2)
    centre = (w * Y[:, None]).sum(axis=0) / w.sum(axis=0)
    logs += -0.5 * (w * (Y[:, None] - centre) ** 2).sum(axis=0) - 0.5 * np.log(w.sum(axis=0))
    with np.errstate(divide="ignore"):
        mass = np.exp(logs + x) * tau_prior.density(tau)
    mass[-1] /= 2
    share = mass / mass.sum()
    found = bayes(Y, vi=V, tau_prior=tau_prior)
    # Where the support is cut, the rule has the square of its step as its error.
    near = {"rel": 1e-4 if cut else 1e-8}
    mean = share @ tau
    assert found.tau.mean == pytest.approx(mean, **near)
    assert found.tau.sd == pytest.approx(sqrt(share @ (tau - mean) ** 2), **near)
    assert found.mu.mean == pytest.approx(share @ centre, **near)
    between = share @ (centre - share @ centre) ** 2 + share @ (1 / w.sum(axis=0))
    assert found.mu.sd == pytest.approx(sqrt(between), **near)


@settings(max_examples=20)
@given(
    yi=st.lists(st.floats(-3, 3), min_size=3, max_size=8),
    shift=st.floats(-50, 50),
    power=st.integers(-8, 8),
)
def test_shift_and_scale(yi, shift, power):
    scale = 2.0**power
    yi = np.array(yi)
    vi = 0.05 + 0.1 * np.arange(len(yi)) % 0.3
    base = bayes(yi, vi=vi, mu_prior=(0.5, 2), tau_prior=priors.half_t(0.5, 3))
    moved = bayes(
        scale * (yi + shift), vi=scale**2 * vi, mu_prior=(scale * (0.5 + shift), scale * 2),
        tau_prior=priors.half_t(scale * 0.5, 3),
    )  # fmt: skip
    for name in ("median", "low", "high"):
        old, new = getattr(base.mu, name), getattr(moved.mu, name)
        assert new == pytest.approx(scale * (old + shift), abs=1e-8 * scale)
        old, new = getattr(base.tau, name), getattr(moved.tau, name)
        assert new == pytest.approx(scale * old, rel=1e-7, abs=1e-9 * scale)


def test_two_modes_and_a_prior_that_contradicts_the_data():
    """Half the posterior of mu follows the prior at 0, with a large tau, half the data at 10."""
    found = bayes(
        [10.0, 10.1, 9.9], vi=[0.01] * 3, mu_prior=(0, 1.57), tau_prior=priors.half_cauchy(1)
    )
    x = np.linspace(-10, 20, 6001)
    density = found.mu.density(x)
    peaks = (density[1:-1] > density[:-2]) & (density[1:-1] > density[2:])
    assert peaks.sum() == 2
    assert found.mu.mode == pytest.approx(x[density.argmax()], abs=0.005)
    for level in (0.3, 0.5, 0.8):
        low, high = found.mu.interval(level)
        cdf = found.mu.cdf(x)
        ends = np.interp(np.minimum(cdf + level, 1), cdf, x)
        shortest = np.min((ends - x)[cdf + level < 1])
        assert high - low == pytest.approx(shortest, rel=1e-3)


def test_a_tail_too_heavy_for_moments():
    """Under flat priors tau falls as the power 1 - k: no mean for 3 studies, no sd for 4."""
    three, four, five = (bayes(Y[:k], vi=V[:k], tau_prior=priors.uniform()) for k in (3, 4, 5))
    assert isnan(three.tau.mean) and isnan(three.mu.mean) and not isnan(three.tau.median)
    assert isnan(four.tau.sd) and isnan(four.prediction.sd) and not isnan(four.tau.mean)
    assert not isnan(five.tau.sd) and not isnan(three.study(0).sd)
    with pytest.raises(ValueError, match="does not integrate to 1; take a proper prior"):
        bayes(Y[:2], vi=V[:2], tau_prior=priors.uniform())
    assert bayes(Y[:2], vi=V[:2], mu_prior=(0, 4), tau_prior=priors.uniform()).tau.median > 0


@pytest.mark.parametrize(
    ("yi", "vi"),
    [
        (np.zeros(5), np.ones(5)),
        (1e6 + Y, V),
        (1e-20 * Y, 1e-40 * V),
        (np.tile(Y, 200), np.tile(V, 200)),
        ([0.1, 0.2, 40.0], [1e-12, 1.0, 1e6]),
    ],
)
def test_odd_data_settle(yi, vi):
    scale = float(np.sqrt(np.median(vi)))
    found = bayes(yi, vi=vi, tau_prior=priors.half_normal(scale))
    assert found.error < 1e-9
    assert found.mu.low < found.mu.median < found.mu.high
    assert 0 <= found.tau.low < found.tau.median < found.tau.high


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"yi": [0.1]}, "yi has 1 value"),
        ({"yi": [0.1, float("nan"), 1]}, r"yi\[1\] is nan"),
        ({"vi": [1, -1, 1]}, r"vi\[1\] is -1.0"),
        ({"vi": [1, 1]}, "each estimate needs one variance"),
        ({"tau_prior": 0.5}, "tau_prior is 0.5; take one of priors"),
        (
            {"mu_prior": (0, 0)},
            "the standard deviation in mu_prior is 0.0; it must be a number above 0",
        ),
        ({"mu_prior": 3}, r"mu_prior has shape \(\); it must be one-dimensional"),
        ({"mu_prior": "flat"}, "mu_prior is not a list of numbers"),
        ({"level": 95}, "level is 95"),
    ],
)
def test_refusals(changed, message):
    given = {"yi": [0.1, 0.2, 0.3], "vi": [1, 1, 1], "tau_prior": priors.half_normal(1)} | changed
    yi = given.pop("yi")
    if len(yi) == 1:
        given["vi"] = [1]
    with pytest.raises(ValueError, match=message):
        bayes(yi, **given)


def test_refusals_of_the_methods():
    for call, message in (
        (lambda: SIX.study(6), "index is 6; it must be a whole number from 0 to 5"),
        (lambda: SIX.mu.quantile([0.5, 1.0]), r"p\[1\] is 1.0"),
        (lambda: SIX.mu.interval(0.9, "hpd"), "kind is 'hpd'; allowed: shortest, central"),
        (lambda: SIX.conditional(-1), r"tau\[0\] is -1.0; allowed: from 0 to 1e\+50"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_results_tell_what_they_are():
    assert SIX.report() == (
        "Over 6 studies the posterior median of the mean effect was -1.57 (95% credible interval "
        "-2.23 to -0.93), of tau 0.34 (0.00 to 0.86); the true effect of a further study is expected "
        "between -2.76 and -0.41."
    )
    frame = SIX.to_frame()
    assert list(frame.index) == ["mu", "tau", "prediction"] and frame.loc["mu", "sd"] == SIX.mu.sd
    held = SIX.to_dict()
    assert held["tau"]["median"] == SIX.tau.median and "posterior" not in held
    assert "distribution" not in held["mu"] and "<" not in repr(SIX)
    assert list(SIX.studies.to_frame().columns) == ["mean", "sd", "median", "low", "high", "shrink"]
    assert "6 studies" in SIX.studies.report() and "median is" in SIX.mu.report()
    assert (SIX.tau_prior, SIX.mu_prior) == ("half-normal(0.5)", "normal(0, 4)")
    assert EIGHT_FLAT.mu_prior == "flat"


def test_the_normal_constant_of_the_evidence():
    """One common value in both studies, tau near 0: the density of two normals around mu."""
    needle = priors.log_normal(-40, 1e-3)
    found = bayes([0.0, 0.0], vi=[1.0, 1.0], mu_prior=(0, 1), tau_prior=needle)
    assert exp(found.log_marginal) == pytest.approx(1 / (2 * pi * sqrt(3)), rel=1e-9)
