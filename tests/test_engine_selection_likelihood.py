"""The likelihood of the selection models: integrated independently, searched, without selection."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from math import erfc, exp, log, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import differential_evolution
from scipy.stats import chi2, norm

from analysis.engine.pool import pool
from analysis.engine.selection_model import selection_model

from selection_studies import BASKERVILLE, HACKSHAW, least_deviance, reference, studies

# The bound that metafor puts on p-values for weights without a limit.
LEAST = 1e-5


def tail(z):
    """The normal tail beyond z."""
    return erfc(z / sqrt(2)) / 2


def pvalue(y, sei, alternative):
    z = y / sei
    return {"greater": tail(z), "less": tail(-z), "two-sided": 2 * tail(abs(z))}[alternative]


def step(p, delta):
    return delta[0] if p <= 0.025 else delta[1] if p <= 0.5 else delta[2]


def bounded(p):
    return min(max(p, LEAST), 1 - LEAST)


WEIGHT = {
    "step": step,
    "beta": lambda p, d: bounded(p) ** (d[0] - 1) * (1 - bounded(p)) ** (d[1] - 1),
    "half-normal": lambda p, d: exp(-d[0] * p * p),
    "negative-exponential": lambda p, d: exp(-d[0] * p),
    "logistic": lambda p, d: 2 * exp(-d[0] * p) / (1 + exp(-d[0] * p)),
    "power": lambda p, d: (1 - bounded(p)) ** d[0],
}
KINKS = [norm.isf(p) for p in (0.0125, 0.025, 0.25, LEAST, LEAST / 2)]
KINKS = sorted([0.0, *KINKS, *(-z for z in KINKS)])


def likelihood(data, weight, alternative, mu, tau2, delta, rtol=1e-10):
    """The log-likelihood by adaptive integration over each study's effect, piece by piece."""
    total = 0.0
    for y, v in zip(*data, strict=True):
        sei, sigma = sqrt(v), sqrt(v + tau2)

        def part(x, sei=sei, sigma=sigma):
            density = exp(-(((x - mu) / sigma) ** 2) / 2) / (sigma * sqrt(2 * pi))
            return density * WEIGHT[weight](pvalue(x, sei, alternative), delta)

        ends = [mu - 40 * sigma, *(sei * z for z in KINKS), mu + 40 * sigma]
        ends = sorted([mu - 3 * sigma, mu, mu + 3 * sigma, *ends])
        parts = [
            quad(part, *pair, epsabs=1e-13, epsrel=rtol, limit=100)[0] for pair in pairwise(ends)
        ]
        own = WEIGHT[weight](pvalue(y, sei, alternative), delta)
        total += log(own) + norm.logpdf(y, mu, sigma) - log(sum(parts))
    return total


def assumed(data, weight, alternative, delta, method="ML"):
    steps = {"steps": [0.025, 0.5]} if weight == "step" else {}
    return selection_model(
        data[0], vi=data[1], weight=weight, alternative=alternative, delta=delta,
        method=method, **steps,
    )  # fmt: skip


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
@pytest.mark.parametrize(
    ("weight", "delta"),
    [("step", [1, 0.4, 0.2]), ("beta", [0.6, 2.5]), ("half-normal", [7]), ("power", [3]),
     ("negative-exponential", [3]), ("logistic", [5])],
)  # fmt: skip
def test_the_likelihood_is_the_integral(weight, delta, alternative):
    eight = tuple(values[:8] for values in HACKSHAW)
    found = assumed(eight, weight, alternative, delta)
    ours = likelihood(eight, weight, alternative, found.estimate, found.tau2, delta)
    assert found.loglik == pytest.approx(ours, abs=1e-9)
    # And it is the highest: no step in either direction is higher.
    for mu, tau2 in ((1e-3, 0), (-1e-3, 0), (0, 1e-4), (0, -min(1e-4, found.tau2))):
        near = likelihood(eight, weight, alternative, found.estimate + mu, found.tau2 + tau2, delta)
        assert near <= ours + 1e-10


@pytest.mark.parametrize(
    ("name", "kind", "weight", "least"),
    [("hackshaw1998", "beta", "beta", 1e-4), ("baskerville2012", "halfnorm", "half-normal", 1e-9)],
)  # fmt: skip
def test_r_integrates_to_four_digits(name, kind, weight, least):
    """At R's own estimates the likelihood is ours, and not what R prints; README.md tells of it."""
    theirs = reference(name)["selmodel"]["ML"]["greater"][kind]
    yi, vi = studies(name)
    truth = likelihood((yi, vi), weight, "greater", theirs["b"][0], theirs["tau2"], theirs["delta"])
    found = selection_model(yi, vi=vi, weight=weight)
    assert found.loglik + 1e-9 >= truth > found.loglik - 1e-6
    assert abs(theirs["ll"] - truth) > least


def test_the_errors_are_those_of_the_integral():
    """Second differences of the independent likelihood, where R's are 5 % off."""
    found = selection_model(BASKERVILLE[0], vi=BASKERVILLE[1], weight="half-normal")
    best = np.array([found.estimate, found.tau2, found.delta["estimate"].iloc[0]])
    size = np.array([0.02, 0.005, 0.5])

    def at(x):
        return likelihood(BASKERVILLE, "half-normal", "greater", x[0], x[1], x[2:], rtol=1e-12)

    def curvature(h):
        """Central second differences with steps `h`."""
        rows, steps = np.empty((3, 3)), np.diag(h)
        for i in range(3):
            for j in range(i + 1):
                corners = [
                    s * t * at(best + s * steps[i] + t * steps[j]) for s in (1, -1) for t in (1, -1)
                ]
                rows[i, j] = rows[j, i] = sum(corners) / (4 * h[i] * h[j])
        return rows

    # Richardson's extrapolation: the error of the differences is of the order of h squared.
    hessian = (4 * curvature(size / 2) - curvature(size)) / 3
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    ours = [found.se, found.tau2_se, found.delta["se"].iloc[0]]
    assert ours == pytest.approx(errors, rel=2e-3)
    theirs = reference("baskerville2012")["selmodel"]["ML"]["greater"]["halfnorm"]
    assert abs(theirs["se"][0] / errors[0] - 1) > 0.03


@pytest.mark.parametrize("method", ["ML", "EE"])
def test_a_search_of_the_whole_space_finds_no_higher_peak(method):
    """Steps in closed form, by a search that knows no gradient."""
    yi, vi = HACKSHAW
    sei = np.sqrt(vi)
    cuts = norm.isf([0.025, 0.5])
    own = np.searchsorted([0.025, 0.5], norm.sf(yi / sei))

    def falling(x):
        mu, tau2, *logs = x
        delta = np.array([1, *np.exp(logs)])
        sigma = np.sqrt(vi + (tau2 if method == "ML" else 0))
        above = norm.sf((np.outer(sei, cuts) - mu) / sigma[:, None])
        shares = np.column_stack([above[:, 0], above[:, 1] - above[:, 0], 1 - above[:, 1]])
        return -np.sum(norm.logpdf(yi, mu, sigma) + np.log(delta[own]) - np.log(shares @ delta))

    bounds = [(-1, 1), (0, 0.2), (-5, 3), (-5, 3)]
    best = differential_evolution(falling, bounds, rng=1, tol=1e-12, maxiter=400)
    found = selection_model(yi, vi=vi, steps=[0.025, 0.5], method=method)
    assert found.loglik == pytest.approx(-best.fun, abs=1e-8)
    assert found.estimate == pytest.approx(best.x[0], abs=1e-4)
    assert found.delta["estimate"].to_list()[1:] == pytest.approx(np.exp(best.x[2:]), rel=1e-3)


@pytest.mark.parametrize("method", ["ML", "EE"])
@pytest.mark.parametrize(
    ("weight", "none"),
    [("step", [1, 1, 1]), ("beta", [1, 1]), ("half-normal", [0]), ("negative-exponential", [0]),
     ("logistic", [0]), ("power", [0])],
)  # fmt: skip
def test_without_selection_it_is_the_plain_model(weight, none, method):
    found = assumed(HACKSHAW, weight, "greater", none, method)
    plain = pool(HACKSHAW[0], vi=HACKSHAW[1], method=method)
    assert found.estimate == pytest.approx(plain.estimate, rel=1e-8)
    if method == "EE":
        # The error by the observed information, which with tau2 is not that of known weights.
        assert found.se == pytest.approx(plain.se, rel=1e-6)
    assert found.tau2 == pytest.approx(plain.tau2, rel=1e-7)
    assert found.loglik == pytest.approx(plain.fit_statistics().loglik, rel=1e-12)
    assert (found.lrt, found.lrt_df) == (pytest.approx(0, abs=1e-10), 0)


@pytest.mark.parametrize("name", ["hackshaw1998", "baskerville2012"])
def test_the_ends_of_the_profile_are_where_the_likelihood_has_fallen_enough(name):
    """The chi-squared quantile on one df, with the likelihood maximised anew by Nelder and Mead."""
    data = studies(name)
    fit = selection_model(data[0], vi=data[1])

    least = partial(least_deviance, data)
    lowest = least(fit.estimate)
    assert lowest == pytest.approx(-2 * fit.loglik, abs=1e-7)
    for level in (0.95, 0.8):
        for end in (lambda b: (b.low, b.high))(fit.profile_interval(level)):
            assert least(end) - lowest == pytest.approx(chi2.ppf(level, 1), abs=1e-6)
    test = fit.effect_test()
    assert test.statistic == pytest.approx(least(0.0) - lowest, abs=1e-6)
    assert test.pvalue == pytest.approx(chi2.sf(test.statistic, 1), rel=1e-9) and test.df == 1


def test_a_profile_with_moderators_or_on_the_other_side():
    y, v = studies("hackshaw1998")
    turned = selection_model(-y, vi=v, alternative="less").profile_interval()
    plain = selection_model(y, vi=v).profile_interval()
    assert (-turned.high, -turned.low) == pytest.approx((plain.low, plain.high), rel=1e-8)
    with pytest.raises(ValueError, match="2 coefficients"):
        selection_model(y, vi=v, X=v).profile_interval()
