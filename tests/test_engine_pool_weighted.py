"""Weights of one's own, against sums written out and against the usual weights."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

import analysis as ma
from analysis.engine.likelihood_ratio import likelihood_ratio
from analysis.engine.pool import pool
from analysis.engine.pool_weighted import pool_weighted
from analysis.engine.robust import robust
from analysis.engine.tau2 import standard_error

RANDOM = np.random.default_rng(7)
Y, V = RANDOM.normal(0.3, 0.7, 10), RANDOM.uniform(0.02, 0.3, 10)


@pytest.mark.parametrize("method", ["EE", "DL", "REML", "GENQ", "GENQM"])
def test_unweighted_is_the_mean(method):
    found = pool_weighted(Y, vi=V, weights=np.full(10, 3.0), method=method)
    se = np.sqrt(np.sum(V + found.tau2)) / 10
    assert (found.estimate, found.se) == pytest.approx((Y.mean(), se), rel=1e-12)
    assert found.pvalue == pytest.approx(2 * stats.norm.sf(abs(Y.mean()) / se), rel=1e-10)
    assert list(found.weights) == pytest.approx([10.0] * 10)


@pytest.mark.parametrize("ci", ["z", "t"])
def test_the_usual_weights_give_the_usual_result(ci):
    usual = pool(Y, vi=V, ci=ci)
    found = pool_weighted(Y, vi=V, weights=1 / (V + usual.tau2), ci=ci)
    for name in ("estimate", "se", "ci_low", "ci_high", "pvalue", "tau2", "q", "i2", "tau2_se"):
        assert getattr(found, name) == pytest.approx(getattr(usual, name), rel=1e-10)
    assert found.df == usual.df
    assert list(found.weights) == pytest.approx(list(usual.weights))
    assert found.fit_statistics().loglik == pytest.approx(usual.fit_statistics().loglik)


def test_moments_with_equal_weights_are_hedges_and_with_precisions_dl():
    for weights, method in ((np.ones(10), "HE"), (1 / V, "DL")):
        ours, theirs = (
            pool_weighted(Y, vi=V, weights=weights, method="GENQ"),
            pool(Y, vi=V, method=method),
        )
        assert (ours.tau2, ours.tau2_se) == pytest.approx((theirs.tau2, theirs.tau2_se), rel=1e-9)


def test_equal_variances_leave_the_median_to_chi_squared():
    found = pool_weighted(Y, vi=np.full(10, 0.1), weights=np.ones(10), method="GENQM")
    tau2 = np.sum((Y - Y.mean()) ** 2) / stats.chi2.median(9) - 0.1
    assert found.tau2 == pytest.approx(tau2, rel=1e-10)


def test_the_likelihood_is_that_of_the_weighted_estimate():
    found = pool_weighted(Y, vi=V, weights=np.ones(10), method="ML")
    loglik = stats.norm.logpdf(Y, found.estimate, np.sqrt(V + found.tau2)).sum()
    assert found.fit_statistics().loglik == pytest.approx(loglik, rel=1e-12)


def test_the_result_tells_itself():
    found = pool_weighted(Y, vi=V, weights=np.arange(1.0, 11))
    assert "(REML, weights given)" in found.report()
    assert json.loads(json.dumps(found.to_dict()))["k"] == 10
    assert len(found.to_frame()) == 1
    assert found.prediction_interval().low < found.ci_low
    with pytest.raises(ValueError, match="no best predictions"):
        found.blups()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"weights": [1.0] * 9}, "weights has 9 values and yi has 10"),
        ({"weights": [1.0] * 9 + [0.0]}, r"weights\[9\] is 0.0; every weight must be"),
        ({"weights": [1.0] * 9 + [np.nan]}, r"weights\[9\] is nan"),
        ({"weights": "equal"}, "weights is not a list of numbers"),
        ({"ci": "hksj"}, "ci is 'hksj'; allowed: z, t"),
        ({"method": "XX"}, "method is 'XX'; allowed: EE, .*GENQ, GENQM"),
    ],
)
def test_refusals(given, message):
    with pytest.raises(ValueError, match=message):
        pool_weighted(Y, **({"vi": V, "weights": np.ones(10)} | given))


def test_one_study():
    found = pool_weighted([0.5], vi=[0.04], weights=[2.0], method="GENQM")
    assert (found.estimate, found.se, found.tau2, found.df) == (0.5, 0.2, 0, None)


def test_wald_takes_the_error_of_these_weights():
    """2 tr(M S M S) over the square of tr(M), with M = W - W 11' W / sum(W) written out."""
    bcg = ma.example("bcg")
    sizes = (bcg.n_treated + bcg.n_control).to_numpy(float)
    found = pool_weighted(bcg.yi, vi=bcg.vi, weights=sizes, method="GENQ")
    M = np.diag(sizes) - np.outer(sizes, sizes) / sizes.sum()
    MS = M @ np.diag(bcg.vi + found.tau2)
    se = np.sqrt(2 * np.trace(MS @ MS)) / np.trace(M)
    bounds = found.confint(kind="Wald").tau2
    assert found.tau2_se == pytest.approx(se, rel=1e-10)
    assert bounds.high - found.tau2 == pytest.approx(stats.norm.ppf(0.975) * se, rel=1e-10)


def test_no_error_is_given_by_another_methods_formula():
    with pytest.raises(ValueError, match="'GENQ'; no standard error of its tau2"):
        standard_error(pool(Y, vi=V).model, "GENQ", 0.1)


def test_what_goes_by_the_usual_weights_refuses_others():
    usual, own = pool(Y, vi=V), pool_weighted(Y, vi=V, weights=np.ones(10))
    for name, refused in (
        ("result", lambda: robust(own, cluster=range(10))),
        ("full", lambda: likelihood_ratio(own, usual)),
        ("reduced", lambda: likelihood_ratio(usual, own)),
    ):
        with pytest.raises(ValueError, match=f"{name} has weights of its own, .*pool without them"):
            refused()
