"""Intervals of tau2 by likelihood, error, generalised Q, and H; of the mean for few studies."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from analysis.engine.model import Mean
from analysis.engine.pool import pool
from analysis.engine.root import root_above
from analysis.engine.tau2 import log_likelihood

from leaves import FILES, document

RANDOM = np.random.default_rng(2013)
Y, V = RANDOM.normal(0.3, 0.9, 12), RANDOM.uniform(0.02, 0.3, 12)


@pytest.mark.parametrize(("level", "least_in_valley"), [(0.95, True), (0.5, False)])
def test_the_likelihood_interval_holds_what_is_not_rejected(level, least_in_valley):
    """Of two peaks, at 0 and near 0.7, it covers both, even if the valley between is rejected."""
    (path,) = (path for path in FILES if path.stem == "gibson2002_md")
    given = document(path)["input"]
    found = pool(given["yi"], vi=given["vi"], method="ML")
    least = log_likelihood(found.model, found.tau2, False) - stats.chi2.ppf(level, 1) / 2
    bounds = found.confint(level, kind="PL").tau2
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e4, 4000)])
    kept = np.array([log_likelihood(found.model, tau2, False) >= least for tau2 in grid])
    inside = grid[kept]
    assert kept[grid <= inside[-1]].all() == least_in_valley
    assert found.tau2 == 0
    assert bounds.low == 0
    assert inside[-1] <= bounds.high <= inside[-1] * 1.01
    assert log_likelihood(found.model, bounds.high, False) == pytest.approx(least, rel=1e-9)


def test_the_likelihood_of_two_studies_reaches_far_beyond_their_scatter():
    """With equal v their difference d is N(0, 2 s), s = v + tau2, whose likelihood peaks at d^2 / 2.

    At both bounds log(s / peak) + peak / s - 1 is the quantile of chi-squared.
    """
    v, peak = 0.01, 0.5
    bounds = pool([0.0, 1.0], vi=[v, v], method="REML").confint(kind="PL").tau2

    def excess(s):
        return log(s / peak) + peak / s - 1 - stats.chi2.ppf(0.95, 1)

    expected = [brentq(excess, *ends) - v for ends in ((1e-3, peak), (peak, 1e3))]
    assert [bounds.low, bounds.high] == pytest.approx(expected, rel=1e-9)
    assert bounds.high > 100 * peak


def test_a_lower_bound_above_0_is_as_high_as_the_upper():
    found = pool(Y, vi=V / 10, method="REML")
    bounds = found.confint(kind="PL").tau2
    heights = [log_likelihood(found.model, tau2, True) for tau2 in (bounds.low, bounds.high)]
    peak = log_likelihood(found.model, found.tau2, True)
    assert 0 < bounds.low < found.tau2 < bounds.high
    assert heights == pytest.approx([peak - stats.chi2.ppf(0.95, 1) / 2] * 2, rel=1e-9)


def test_wald():
    found = pool(Y, vi=V, method="DL")
    bounds = found.confint(0.8, kind="Wald").tau2
    half = stats.norm.ppf(0.9) * found.tau2_se
    assert (bounds.low, bounds.high) == pytest.approx(
        (max(0, found.tau2 - half), found.tau2 + half)
    )


def test_jackson_covers_as_often_as_it_says():
    """By simulation at its own bounds: each tail of Q has its share."""
    found = pool(Y, vi=V, method="DL")
    bounds, w = found.confint(0.9, kind="J").tau2, V**-0.5

    def q(y):
        residuals = y - (y @ w / w.sum())[..., None]
        return (w * residuals**2).sum(axis=-1)

    for tau2, share in ((bounds.low, 0.05), (bounds.high, 0.95)):
        draws = RANDOM.normal(size=(200_000, 12)) * np.sqrt(V + tau2)
        assert np.mean(q(draws) > q(Y)) == pytest.approx(share, abs=4 * sqrt(0.05 * 0.95 / 200_000))


def test_by_h():
    """Higgins & Thompson (2002), with Q above and below k."""
    for y in (Y, Y / 5):
        found = pool(y, vi=V, method="DL")
        k, q = 12, found.q
        error = (
            0.5 * (log(q) - log(k - 1)) / (sqrt(2 * q) - sqrt(2 * k - 3))
            if q > k
            else sqrt((1 - 1 / (3 * (k - 2) ** 2)) / (2 * (k - 2)))
        )
        h = max(1.0, sqrt(q / (k - 1)))
        low, high = (exp(log(h) + side * 1.959963984540054 * error) ** 2 for side in (-1, 1))
        bounds = found.confint(kind="HT")
        assert (bounds.h2.low, bounds.h2.high) == pytest.approx((max(1, low), high), rel=1e-9)
        assert bounds.i2.high == pytest.approx(100 * (high - 1) / high, rel=1e-9)


def test_a_q_that_no_tau2_explains_is_named():
    """Q of six equal effects is 0; the lower quantile of chi-squared with 5 df is 0.83."""
    assert "empty: Q is smaller" in repr(pool([0.3] * 6, vi=[0.1] * 6).confint())
    assert "empty" not in repr(pool(Y, vi=V).confint())


@pytest.mark.parametrize("kind", ["PL", "Wald", "J", "HT"])
def test_every_kind_shows_and_tells_itself(kind):
    found = pool(Y, vi=V).confint(kind=kind)
    assert found.kind == kind
    assert repr(found).startswith(f"{kind} intervals")
    assert found.to_frame().shape == (4, 2)
    assert "confidence interval of tau" in found.report()


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"method": "DL"}, "PL", "method is 'DL'; the interval PL goes with ML and REML alone"),
        ({"method": "EE"}, "Wald", "method is 'EE', which leaves tau2 no standard error"),
        ({}, "profile", "kind is 'profile'; allowed: QP, PL, Wald, J, HT"),
        ({"yi": [1.0], "vi": [1.0]}, "J", "one study, or as many coefficients as studies"),
        ({"yi": [1.0, 1.1], "vi": [1.0, 1.0]}, "HT", "two studies with so small a Q"),
    ],
)
def test_refusals(given, kind, message):
    given = {"yi": Y, "vi": V} | given
    result = pool(given.pop("yi"), **given)
    with pytest.raises(ValueError, match=message):
        result.confint(kind=kind)


def kenward_roger(v, tau2):
    """Error and degrees of freedom with all matrices: Kenward & Roger (1997), one coefficient."""
    X, inverse = np.ones((len(v), 1)), np.diag(1 / (v + tau2))
    phi = np.linalg.inv(X.T @ inverse @ X)
    P = inverse - inverse @ X @ phi @ X.T @ inverse
    w = 2 / np.trace(P @ P)  # variance of tau2, from the expected information
    p, q = -X.T @ inverse @ inverse @ X, X.T @ inverse @ inverse @ inverse @ X
    adjusted = float((phi + 2 * phi @ (w * (q - p @ phi @ p)) @ phi).item())
    # The variance as an estimate: its own variance by the delta method, matched to a chi-squared.
    slope = adjusted * p.item() * adjusted
    return sqrt(adjusted), 2 * adjusted**2 / (w * slope**2)


def test_kenward_roger():
    found = pool(Y, vi=V, ci="kenward-roger")
    se, df = kenward_roger(V, found.tau2)
    assert (found.se, found.df) == pytest.approx((se, df), rel=1e-10)
    half = stats.t.ppf(0.975, df) * se
    assert (found.ci_low, found.ci_high) == pytest.approx(
        (found.estimate - half, found.estimate + half)
    )
    future = found.prediction_interval(df="ci")
    wide = stats.t.ppf(0.975, df) * sqrt(se**2 + found.tau2)
    assert (future.df, future.high) == pytest.approx((df, found.estimate + wide))


def test_kenward_roger_goes_with_reml():
    for given in ({"method": "DL"}, {"tau2": 0.1}):
        with pytest.raises(ValueError, match="goes with method 'REML' alone"):
            pool(Y, vi=V, ci="kenward-roger", **given)


@pytest.mark.parametrize("scatter", [0.01, 1.0])
def test_the_wider_of_two_intervals(scatter):
    y = 0.3 + scatter * (Y - Y.mean())
    wider, t, z = (pool(y, vi=V, method="DL", ci=ci) for ci in ("hksj-wider", "hksj", "z"))
    best = max(t, z, key=lambda fit: fit.ci_high - fit.ci_low)
    assert (best is z) == (scatter < 1)
    assert (wider.ci_low, wider.se, wider.df) == pytest.approx((best.ci_low, best.se, best.df))


@pytest.mark.parametrize("ci", ["hksj-wider", "kenward-roger"])
def test_one_study_is_pooled_as_it_is(ci):
    found = pool([0.5], vi=[0.04], ci=ci)
    assert (found.se, found.df) == (pytest.approx(0.2), None)


def test_a_root_far_above():
    assert root_above(lambda x: x**3 - 2, 5.0) == pytest.approx(2 ** (1 / 3), rel=1e-12)
    assert root_above(lambda x: log(x / 1e6) if x else -1.0, 1.0) == pytest.approx(1e6, rel=1e-12)
    with pytest.raises(ValueError, match="no root up to"):
        root_above(lambda x: -1.0, 1.0)


def test_the_mean_model_and_the_pool_agree():
    assert Mean(Y, V).equal.rss == pytest.approx(pool(Y, vi=V, method="EE").q)
