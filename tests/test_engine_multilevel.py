"""Three-level models against matrices of all effects, analysis of variance, and their own symmetries.

What R says of them is compared in test_engine_against_r_dependent.py.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

import analysis as ma
from analysis.engine.clusters import ONE_STACK

from three_levels import CLUSTER, RESTRICTED, UNIT, VI, YI, X, dense, density, fit


@RESTRICTED
@pytest.mark.parametrize("theta", [(0.1, 0.05), (0, 0.2), (0.3, 0), (0, 0)])
def test_likelihood_and_coefficients_with_the_matrix_of_all_effects(method, theta):
    result = fit(X=X, method=method, sigma2=theta)
    M = dense(theta)
    assert result.fit_statistics().loglik == pytest.approx(density(M, X, method), rel=1e-11)
    W = np.linalg.inv(M)
    A = np.linalg.inv(X.T @ W @ X)
    np.testing.assert_allclose(result.covariance, A, rtol=1e-11)
    np.testing.assert_allclose(result.coefficients["estimate"], A @ X.T @ W @ YI, rtol=1e-11)
    at_zero = np.diag(1 / VI)
    residuals = YI - X @ np.linalg.solve(X.T @ at_zero @ X, X.T @ at_zero @ YI)
    assert result.q_e == pytest.approx(residuals @ at_zero @ residuals, rel=1e-11)


@RESTRICTED
@pytest.mark.parametrize("design", [X[:, :1], X], ids=["mean", "moderator"])
def test_no_other_variances_are_likelier(method, design):
    result = fit(X=design, method=method)
    best = density(dense(result.sigma2), design, method)
    assert best == pytest.approx(result.fit_statistics().loglik, rel=1e-11)
    grid = [0, *np.geomspace(1e-4, 2, 25)]
    assert max(density(dense((a, b)), design, method) for a in grid for b in grid) <= best + 1e-10


@RESTRICTED
def test_slope_and_curvature_are_the_likelihoods_own(method):
    model, restricted = fit(X=X).model, method == "REML"
    theta, h = np.array([0.13, 0.07]), 1e-4
    value, slope, curvature = model.look(theta, restricted)
    at = lambda *step: model.log_likelihood(theta + h * np.array(step), restricted)  # noqa: E731
    assert value == pytest.approx(at(0, 0), rel=1e-14)
    np.testing.assert_allclose(
        slope, [(at(1, 0) - at(-1, 0)) / 2 / h, (at(0, 1) - at(0, -1)) / 2 / h], rtol=1e-5
    )
    second = [at(1, 0) - 2 * value + at(-1, 0), at(0, 1) - 2 * value + at(0, -1)]
    mixed = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / 4
    expected = -np.array([[second[0], mixed], [mixed, second[1]]]) / h**2
    np.testing.assert_allclose(curvature, expected, rtol=1e-4, atol=1e-4)


def test_the_expected_information_is_the_mean_of_the_observed():
    """y'P D P D P y has the expectation tr(P D P D): summed over a root of the variance."""
    theta = (0.1, 0.05)
    model = fit(X=X, sigma2=theta).model
    total, trace = np.zeros((2, 2)), 2 * model.information(np.array(theta), True)
    for y in np.linalg.cholesky(dense(theta)).T:
        part = ma.multilevel(y, vi=VI, cluster=CLUSTER, unit=UNIT, X=X, sigma2=theta).model
        total += part.look(np.array(theta), True)[2] + trace / 2
    np.testing.assert_allclose(total, trace, rtol=1e-9)


@RESTRICTED
def test_one_effect_a_cluster_is_pooling(method):
    pooled = ma.pool(YI, vi=VI, method=method)
    for arguments in (
        {"cluster": range(20), "sigma2": (None, 0)},
        {"cluster": CLUSTER, "sigma2": (0, None)},
    ):
        result = ma.multilevel(YI, vi=VI, method=method, **arguments)
        assert sum(result.sigma2) == pytest.approx(pooled.tau2, rel=1e-9)
        assert (result.mean.estimate, result.mean.se) == pytest.approx(
            (pooled.estimate, pooled.se), rel=1e-9
        )
        assert vars(result.fit_statistics()) == pytest.approx(
            vars(pooled.fit_statistics()), rel=1e-9
        )
        interval = pooled.prediction_interval(df="z")
        assert result.prediction_interval().low == pytest.approx(interval.low, rel=1e-9)
        assert sum((result.i2_between, result.i2_within)) == pytest.approx(pooled.i2, rel=1e-9)


def test_without_variances_it_is_the_equal_effects_model():
    result, pooled = fit(sigma2=(0, 0)), ma.pool(YI, vi=VI, method="EE")
    assert (result.mean.estimate, result.mean.se, result.q_e) == pytest.approx(
        (pooled.estimate, pooled.se, pooled.q), rel=1e-12
    )
    assert result.parameters == 1


def test_equal_clusters_by_analysis_of_variance():
    """REML of a balanced design: Searle, Casella & McCulloch (1992), section 4.5."""
    m, n, v = 7, 4, 0.05
    random = np.random.default_rng(2)
    y = random.normal(0, 0.6, (m, 1)) + random.normal(0, 0.5, (m, n))
    within = np.sum((y - y.mean(axis=1, keepdims=True)) ** 2) / (m * (n - 1))
    between = n * np.var(y.mean(axis=1), ddof=1)
    result = ma.multilevel(y.ravel(), vi=np.full(m * n, v), cluster=np.repeat(range(m), n), ci="t")
    assert result.sigma2 == pytest.approx(((between - within) / n, within - v), rel=1e-9)
    assert result.mean.estimate == pytest.approx(y.mean(), rel=1e-12)
    assert result.mean.se == pytest.approx((between / (m * n)) ** 0.5, rel=1e-9)
    assert result.mean.df == m - 1


@RESTRICTED
@given(data=st.data())
@settings(max_examples=15)
def test_neither_order_nor_labels_matter(method, data):
    order = np.array(data.draw(st.permutations(range(20))))
    base = fit(method=method)
    moved = ma.multilevel(
        YI[order], vi=VI[order], cluster=CLUSTER[order], unit=UNIT[order], method=method
    )
    assert moved.sigma2 == pytest.approx(base.sigma2, rel=1e-8, abs=1e-12)
    assert moved.mean.estimate == pytest.approx(base.mean.estimate, rel=1e-9)
    renamed = fit(
        cluster=[ord(c) for c in CLUSTER], unit=[f"unit {u}" for u in UNIT], method=method
    )
    assert renamed.sigma2 == base.sigma2


def test_a_scale_moves_all():
    base, scaled = fit(), ma.multilevel(1000 * YI, vi=1e6 * VI, cluster=CLUSTER, unit=UNIT)
    assert scaled.sigma2 == pytest.approx(tuple(1e6 * s for s in base.sigma2), rel=1e-8)
    assert scaled.i2_between == pytest.approx(base.i2_between, rel=1e-8)


def test_correlated_errors():
    V = ma.within_study_covariance(VI, CLUSTER, 0.6)
    whole = V.toarray()
    same = CLUSTER[:, None] == CLUSTER[None, :]
    expected = np.where(same, 0.6, 0) * np.sqrt(np.outer(VI, VI))
    np.fill_diagonal(expected, VI)
    np.testing.assert_allclose(whole, expected, rtol=1e-14)
    result = fit(vi=None, V=V)
    M = dense(result.sigma2, whole)
    assert result.fit_statistics().loglik == pytest.approx(density(M, X[:, :1], "REML"), rel=1e-11)
    full = fit(vi=None, V=whole)
    assert full.sigma2 == pytest.approx(result.sigma2, rel=1e-9)
    assert fit(vi=None, V=np.diag(VI)).sigma2 == fit().sigma2
    ml = fit(vi=None, V=V, method="ML").fit_statistics()
    saturated = multivariate_normal.logpdf(YI, mean=YI, cov=whole)
    assert ml.deviance == pytest.approx(2 * (saturated - ml.loglik), rel=1e-11)


def test_several_stacks_of_clusters_give_what_one_does():
    """Clusters of 1 to 90 effects, whose padding would fill more than one stack."""
    random = np.random.default_rng(3)
    sizes = [1] * 40 + [2, 3, 5, 9, 17, 33, 90]
    cluster = np.repeat(np.arange(len(sizes)), sizes)
    k = len(cluster)
    assert len(sizes) * 90**2 > ONE_STACK
    y = random.normal(0, 0.4, len(sizes))[cluster] + random.normal(0, 0.5, k)
    v = random.uniform(0.02, 0.2, k)
    result = ma.multilevel(y, vi=v, cluster=cluster)
    assert len(result.model.V) > 1
    same = cluster[:, None] == cluster[None, :]
    M = np.diag(v + result.sigma2[1]) + result.sigma2[0] * same
    expected = density(M, np.ones((k, 1)), "REML", y)
    assert result.fit_statistics().loglik == pytest.approx(expected, rel=1e-10)
    W = np.linalg.inv(M)
    assert result.mean.estimate == pytest.approx((W @ y).sum() / W.sum(), rel=1e-10)
    assert len(result.random_effects("within").estimate) == k
