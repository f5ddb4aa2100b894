"""Cluster-robust errors against sums over all effects, and what they must be on average.

What R says of them is compared in test_engine_against_r_dependent.py.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import analysis as ma
from analysis.engine.clusters import Clusters
from analysis.engine.sandwich import Sandwich

RANDOM = np.random.default_rng(21)
CLUSTER = np.repeat(list("abcdefgh"), [1, 2, 3, 2, 4, 1, 3, 2])
CODES = np.unique(CLUSTER, return_inverse=True)[1]
K = len(CLUSTER)
VI = RANDOM.uniform(0.05, 0.3, K)
X = np.column_stack([np.ones(K), RANDOM.normal(size=K), CODES % 2])
YI = RANDOM.normal(0.3, 0.5, K) + RANDOM.normal(0, 0.4, 8)[CODES]
# A working variance with dependence within clusters.
PHI = np.diag(VI) + 0.1 * (CODES[:, None] == CODES[None, :])


def sandwich(y, estimator, Phi=PHI):
    i, j = np.nonzero(Phi)
    names = ["a", "b", "c"]
    return Sandwich(y, X, (i, j, Phi[i, j]), Clusters(CODES), estimator, np.eye(3), names)


def bilinear(estimator, Phi=PHI):
    """The matrices Q of which each cell of the robust variance is y' Q y, shape (3, 3, k, k)."""
    Q, basis = np.empty((3, 3, K, K)), np.eye(K)
    # Some scatter everywhere, since one effect alone would be refused; it cancels between both signs.
    scatter = 1e-3 * RANDOM.normal(size=K)

    def both(y):
        return sum(sandwich(sign * y + scatter, estimator, Phi).covariance for sign in (1, -1))

    for i in range(K):
        for j in range(i + 1):
            cell = (both(basis[i] + basis[j]) - both(basis[i] - basis[j])) / 8
            Q[:, :, i, j] = Q[:, :, j, i] = cell
    return Q


@pytest.mark.parametrize("estimator", ["CR0", "CR1"])
def test_by_sums_over_clusters(estimator):
    W = np.linalg.inv(PHI)
    A = np.linalg.inv(X.T @ W @ X)
    b = A @ X.T @ W @ YI
    scores = [(X.T @ W)[:, c] @ (YI - X @ b)[c] for c in (j == CODES for j in range(8))]
    factor = 8 / (8 - 3) if estimator == "CR1" else 1
    expected = factor * A @ sum(np.outer(s, s) for s in scores) @ A
    own = sandwich(YI, estimator)
    np.testing.assert_allclose(own.covariance, expected, rtol=1e-11)
    np.testing.assert_allclose(own.b, b, rtol=1e-11)
    assert list(own.df) == [5, 5, 5]


@pytest.fixture(scope="module")
def cells():
    return bilinear("CR2")


def test_cr2_is_unbiased_under_its_working_model(cells):
    """E y' Q y is tr(Q Phi), and shall be the model's own variance."""
    W = np.linalg.inv(PHI)
    expected = np.linalg.inv(X.T @ W @ X)
    np.testing.assert_allclose(np.einsum("abij,ji->ab", cells, PHI), expected, rtol=1e-8)


def test_degrees_of_freedom_by_the_variance_of_the_variance(cells):
    """Satterthwaite: 2 E^2 / Var, where Var y' Q y is 2 tr(Q Phi Q Phi)."""
    own = sandwich(YI, "CR2")
    for c in range(3):
        turned = cells[c, c] @ PHI
        assert own.df[c] == pytest.approx(
            np.trace(turned) ** 2 / np.trace(turned @ turned), rel=1e-7
        )


def test_joint_test_by_the_variances_of_all_cells(cells):
    """Tipton & Pustejovsky (2015): the variances of the scaled cells sum to q (q + 1) / eta."""
    own, part = sandwich(YI, "CR2"), [1, 2]
    expected = np.einsum("abij,ji->ab", cells, PHI)[np.ix_(part, part)]
    values, vectors = np.linalg.eigh(expected)
    G = vectors @ np.diag(values**-0.5) @ vectors.T
    scaled = np.einsum("sa,abij,tb->stij", G, cells[np.ix_(part, part)], G)
    total = sum(2 * np.trace(Q @ PHI @ Q @ PHI) for row in scaled for Q in row)
    eta = 2 * 3 / total
    b, V = own.b[part], own.covariance[np.ix_(part, part)]
    statistic = (eta - 1) / (eta * 2) * b @ np.linalg.solve(V, b)
    found = own.test(part)
    assert (found.m, found.df) == (2, pytest.approx(eta - 1, rel=1e-7))
    assert found.statistic == pytest.approx(statistic, rel=1e-7)
    assert found.pvalue == pytest.approx(stats.f.sf(statistic, 2, eta - 1), rel=1e-7)
    single = own.test([1])
    assert single.statistic == pytest.approx(own.b[1] ** 2 / own.covariance[1, 1], rel=1e-12)
    assert single.df == pytest.approx(own.df[1], rel=1e-12)


@pytest.mark.parametrize("estimator", ["CR1", "CR2"])
def test_equal_clusters_are_their_means(estimator):
    """Of a balanced design the error is that of the mean of the clusters' means, on m - 1 df."""
    m, n = 6, 3
    y = np.random.default_rng(1).normal(size=(m, n))
    fit = ma.multilevel(y.ravel(), vi=np.full(m * n, 0.2), cluster=np.repeat(range(m), n))
    row = ma.robust(fit, estimator=estimator).coefficients.iloc[0]
    test = stats.ttest_1samp(y.mean(axis=1), 0)
    assert row["se"] == pytest.approx(np.std(y.mean(axis=1), ddof=1) / sqrt(m), rel=1e-9)
    assert (row["statistic"], row["pvalue"], row["df"]) == pytest.approx(
        (test.statistic, test.pvalue, m - 1), rel=1e-9
    )
    interval = test.confidence_interval()
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(interval), rel=1e-9)


def test_one_function_for_every_model():
    """Pooling is the regression on a constant, and the three-level model without variance between."""
    pooled = ma.pool(YI, vi=VI)
    constant = ma.meta_regression(YI, vi=VI, X=np.ones(K), ci="hksj")
    levels = ma.multilevel(YI, vi=VI, cluster=CLUSTER, sigma2=(0, None))
    tables = [
        ma.robust(pooled, cluster=CLUSTER).coefficients,
        ma.robust(constant, cluster=CLUSTER).coefficients,
        ma.robust(levels).coefficients,
    ]
    for table in tables[1:]:
        np.testing.assert_allclose(table, tables[0], rtol=1e-7)
    V = ma.within_study_covariance(VI, CLUSTER, 0.5)
    outcome = [("s", "t")[i % 2] for i in range(K)]
    model = ma.multivariate(YI, V=V, cluster=CLUSTER, outcome=outcome, structure="CS", X=X)
    assert ma.robust(model).clusters == 8


def test_coarser_clusters_and_moderators_with_gaps():
    levels = ma.multilevel(YI, vi=VI, cluster=CLUSTER, X=X[:, 1])
    coarse = [{"a": "p", "b": "p", "c": "q", "d": "q"}.get(c, c) for c in CLUSTER]
    assert ma.robust(levels, cluster=coarse).clusters == 6
    data = pd.DataFrame({"x": np.where(np.arange(K) == 4, np.nan, X[:, 1])})
    fit = ma.meta_regression(YI, vi=VI, formula="x", data=data)
    known = np.arange(K) != 4
    other = ma.meta_regression(YI[known], vi=VI[known], formula="x", data=data[known])
    np.testing.assert_array_equal(
        ma.robust(fit, cluster=CLUSTER).coefficients,
        ma.robust(other, cluster=CLUSTER[known]).coefficients,
    )
    assert ma.robust(fit, cluster=CLUSTER[known]).clusters == 8


def test_a_factor_that_explains_a_cluster_whole():
    """Its residuals are 0, and its adjustment a generalised root."""
    factor = (CODES == 4).astype(float) * np.arange(K)
    columns = np.column_stack([X[:, 1], factor])
    fit = ma.meta_regression(YI, vi=VI, X=columns)
    assert np.isfinite(ma.robust(fit, cluster=CLUSTER).coefficients.loc["x1"]).all()
    groups = np.column_stack([CODES == 0, CODES > 0]).astype(float)
    own = ma.meta_regression(YI, vi=VI, X=groups)
    with pytest.raises(ValueError, match="x1 rests on one cluster"):
        ma.robust(own, cluster=CLUSTER, estimator="CR1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"estimator": "CR3"}, "estimator is 'CR3'; allowed: CR0, CR1, CR2"),
        ({"level": 2}, "level is 2"),
        ({"cluster": None}, "cluster is None; this model has no clusters of its own"),
        ({"cluster": CLUSTER[:4]}, "cluster has 4 labels and yi has 18"),
        ({"cluster": ["a"] * K}, "1 clusters are too few for the robust error of 1 coefficients"),
    ],
)  # fmt: skip
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        ma.robust(ma.pool(YI, vi=VI), **({"cluster": CLUSTER} | arguments))


def test_refused_models():
    with pytest.raises(ValueError, match="result is a float; it must come from pool"):
        ma.robust(0.5, cluster=CLUSTER)
    levels = ma.multilevel(YI, vi=VI, cluster=CLUSTER, sigma2=(0.1, None))
    with pytest.raises(ValueError, match="but the model correlates them"):
        ma.robust(levels, cluster=range(K))
    with pytest.raises(ValueError, match="2 clusters are too few for the robust error of 2"):
        ma.robust(ma.meta_regression(YI[:3], vi=VI[:3], X=X[:3, 1]), cluster=["a", "b", "b"])


def dense_moments(y, v, columns, codes, dependence, rho):
    """Both variances by matrices of all effects: sums of squares equal to what they are on average."""
    J = (codes[:, None] == codes[None, :]).astype(float)
    size = J.sum(axis=1)
    mean_v = J @ v / size
    w = 1 / (size * mean_v) if dependence == "correlated" else 1 / v
    W = np.diag(w)
    left = np.eye(len(y)) - columns @ np.linalg.inv(columns.T @ W @ columns) @ columns.T @ W
    Q = left.T @ W @ left
    if dependence == "correlated":
        # The errors of a cluster have its mean variance and correlate by rho; it shares a true effect.
        errors = (rho * J + (1 - rho) * np.eye(len(y))) * np.sqrt(np.outer(mean_v, mean_v))
        return max(0, (y @ Q @ y - np.trace(Q @ errors)) / np.trace(Q @ J)), None
    R = left.T @ J @ left
    system = [[np.trace(S @ J), np.trace(S)] for S in (Q, R)]
    excess = [y @ S @ y - np.trace(S @ np.diag(v)) for S in (Q, R)]
    omega2 = max(0, np.linalg.solve(system, excess)[1])
    return max(0, (excess[0] - omega2 * system[0][1]) / system[0][0]), omega2


@pytest.mark.parametrize("dependence", ["correlated", "hierarchical"])
@pytest.mark.parametrize("seed", range(6))
def test_variances_of_the_weights_by_matrices_of_all_effects(dependence, seed):
    random = np.random.default_rng(seed)
    y = random.normal(0, 0.9, K) + random.normal(0, 0.2 * seed, 8)[CODES]
    own = ma.robust_effects(y, vi=VI, cluster=CLUSTER, dependence=dependence, rho=0.6, X=X)
    tau2, omega2 = dense_moments(y, VI, X, CODES, dependence, 0.6)
    if dependence == "hierarchical":
        assert own.omega2 == pytest.approx(omega2, rel=1e-9, abs=1e-12)
    assert own.tau2 == pytest.approx(tau2, rel=1e-9, abs=1e-12)


def test_variances_that_are_not_zero_are_among_those_compared():
    random = np.random.default_rng(4)
    y = random.normal(0, 0.9, K) + random.normal(0, 0.8, 8)[CODES]
    own = ma.robust_effects(y, vi=VI, cluster=CLUSTER, dependence="hierarchical", X=X)
    assert own.tau2 > 0.1 and own.omega2 > 0.1


def test_single_effects_need_no_dependence():
    """Clusters of one effect: DerSimonian and Laird's tau2 and weights, with a robust error."""
    own = ma.robust_effects(YI, vi=VI, cluster=range(K), small=False)
    pooled = ma.pool(YI, vi=VI, method="DL")
    assert own.tau2 == pytest.approx(pooled.tau2, rel=1e-10)
    assert own.i2 == pytest.approx(ma.pool(YI, vi=VI, method="EE").i2, rel=1e-10)
    expected = ma.robust(pooled, cluster=range(K), estimator="CR1").coefficients
    np.testing.assert_allclose(own.coefficients, expected, rtol=1e-10)
    with pytest.raises(ValueError, match="every cluster has one effect"):
        ma.robust_effects(YI, vi=VI, cluster=range(K), dependence="hierarchical")


def test_robust_effects_refuses():
    for arguments, message in (
        ({"rho": 1.5}, r"rho is 1\.5; it must be a number from 0 to 1"),
        ({"dependence": "both"}, "dependence is 'both'; allowed: correlated, hierarchical"),
        ({"cluster": ["a"] * K}, "1 clusters are too few"),
    ):
        with pytest.raises(ValueError, match=message):
            ma.robust_effects(YI, vi=VI, **({"cluster": CLUSTER} | arguments))


def test_results_print_become_dicts_frames_and_sentences():
    own = ma.robust(ma.pool(YI, vi=VI), cluster=CLUSTER)
    assert repr(own).startswith("Cluster-robust errors (CR2) of 18 effects in 8 clusters: F")
    assert own.to_frame().loc["Intercept", "df"] == own.coefficients["df"].iloc[0]
    assert own.to_dict()["q_m"]["m"] == 1 and "sandwich" not in own.to_dict()
    assert own.report().startswith("With cluster-robust errors (CR2, 8 clusters of 18 effects)")
    assert own.test(["Intercept"]) == own.q_m and "joint test of 1 coefficient" in own.q_m.report()
    weights = ma.robust_effects(YI, vi=VI, cluster=CLUSTER)
    assert weights.report().endswith("weighted for correlated effects.")
