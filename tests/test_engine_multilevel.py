"""Three-level models against matrices of all effects, analysis of variance, and their own symmetries.

What R says of them is compared in test_engine_against_r_dependent.py.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import null_space
from scipy.optimize import minimize_scalar
from scipy.stats import chi2, multivariate_normal

import analysis as ma
from analysis.engine.clusters import ONE_STACK

RANDOM = np.random.default_rng(5)
# Twenty effects in six clusters of one to six, some of them in shared units.
CLUSTER = np.repeat(list("abcdef"), [1, 2, 3, 4, 4, 6])
UNIT = np.array([0, 0, 1, 0, 0, 1, 0, 1, 2, 2, 0, 0, 1, 1, 0, 1, 2, 3, 3, 3])
VI = RANDOM.uniform(0.02, 0.2, 20)
YI = 0.3 + RANDOM.normal(0, 0.5, 6)[np.unique(CLUSTER, return_inverse=True)[1]]
YI = YI + RANDOM.normal(0, 0.4, 20)
X = np.column_stack([np.ones(20), RANDOM.normal(size=20)])
RESTRICTED = pytest.mark.parametrize("method", ["ML", "REML"])


def dense(theta, V=None, unit=UNIT, cluster=CLUSTER):
    """The variance of all effects, cell by cell."""
    same = cluster[:, None] == cluster[None, :]
    both = same & (unit[:, None] == unit[None, :])
    return (np.diag(VI) if V is None else V) + theta[0] * same + theta[1] * both


def density(M, design, method, y=YI):
    """The log-density of the effects at the best coefficients, or of what X leaves of them."""
    if method == "REML":
        K = null_space(design.T)
        return multivariate_normal.logpdf(K.T @ y, cov=K.T @ M @ K)
    W = np.linalg.inv(M)
    b = np.linalg.solve(design.T @ W @ design, design.T @ W @ y)
    return multivariate_normal.logpdf(y, mean=design @ b, cov=M)


def fit(**arguments):
    return ma.multilevel(YI, **({"vi": VI, "cluster": CLUSTER, "unit": UNIT} | arguments))


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


@RESTRICTED
def test_profile_intervals_by_search(method):
    """At a bound, the best of the other variance lies the quantile of chi-squared below the peak."""
    result = fit(method=method)
    peak, drop = result.fit_statistics().loglik, chi2.ppf(0.9, 1) / 2
    found = result.confint(level=0.9)
    for which, bounds in enumerate((found.sigma2_between, found.sigma2_within)):
        for bound in (bounds.low, bounds.high):

            def height(other, bound=bound, which=which):
                theta = (bound, other) if which == 0 else (other, bound)
                return density(dense(theta), X[:, :1], method)

            best = minimize_scalar(lambda t: -height(t), bounds=(0, 5), method="bounded",
                                   options={"xatol": 1e-9})  # fmt: skip
            profile = max(-best.fun, height(0))
            if bound == 0:
                assert peak - profile <= drop
            else:
                assert peak - profile == pytest.approx(drop, abs=1e-6)
    fixed = fit(sigma2=(None, 0.1), method=method).confint()
    assert np.isnan(fixed.sigma2_within.low) and fixed.sigma2_between.high > 0


def test_deviations_by_hendersons_equations():
    """Henderson (1975): coefficients and deviations solved for together."""
    result = fit(X=X, sigma2=(0.2, 0.1))
    clusters, units = (
        list(dict.fromkeys(CLUSTER)),
        list(dict.fromkeys(zip(CLUSTER, UNIT, strict=True))),
    )
    Z = np.column_stack(
        [c == CLUSTER for c in clusters] + [(c == CLUSTER) & (u == UNIT) for c, u in units]
    ).astype(float)
    T = np.column_stack([X, Z])
    penalty = np.diag([0, 0] + [1 / 0.2] * len(clusters) + [1 / 0.1] * len(units))
    C = np.linalg.inv(T.T @ np.diag(1 / VI) @ T + penalty)
    solution, error = C @ T.T @ (YI / VI), np.sqrt(np.diag(C))
    for which, part in (("between", slice(2, 8)), ("within", slice(8, None))):
        own = result.random_effects(which)
        np.testing.assert_allclose(own.estimate, solution[part], rtol=1e-9)
        np.testing.assert_allclose(own.se, error[part], rtol=1e-9)
    assert result.random_effects("between").labels == tuple(clusters)
    assert list(result.random_effects("within").to_frame().index) == units


def test_degrees_of_freedom_by_containment():
    """A moderator of clusters has their number, one of units theirs, one of effects that of effects."""
    of_cluster = np.unique(CLUSTER, return_inverse=True)[1] % 3
    columns = np.column_stack([of_cluster, UNIT, RANDOM.normal(size=20)])
    result = fit(X=columns, ci="t")
    assert list(result.coefficients["df"]) == [6 - 4, 6 - 4, result.units - 4, 20 - 4]
    assert result.test(["x2", "x3"]).df == result.units - 4
    plain = fit(X=columns)
    assert plain.test(["x1"]).statistic == pytest.approx(plain.coefficients["statistic"]["x1"] ** 2)


def test_moderators_by_formula_with_some_missing():
    data = pd.DataFrame({"dose": X[:, 1], "kind": list("uv") * 10})
    data.loc[[3, 8], "dose"] = np.nan
    result = fit(formula="dose + kind", data=data)
    known = [i for i in range(20) if i not in (3, 8)]
    other = ma.multilevel(
        YI[known], vi=VI[known], cluster=CLUSTER[known], unit=UNIT[known], formula="dose + kind",
        data=data.iloc[known],
    )  # fmt: skip
    assert result.sigma2 == other.sigma2 and list(result.used) == known
    assert set(result.terms.index) == {"dose", "kind"}
    new = pd.DataFrame({"dose": [0.5], "kind": ["v"]})
    found = result.predict(data=new)
    row = np.array([1, 1, 0.5]) if "kind" in result.coefficients.index[1] else np.array([1, 0.5, 1])
    estimate = row @ result.coefficients["estimate"].to_numpy()
    assert found.estimate[0] == pytest.approx(estimate, rel=1e-12)
    half = 1.959963984540054 * (row @ result.covariance @ row + sum(result.sigma2)) ** 0.5
    assert found.prediction_high[0] == pytest.approx(estimate + half, rel=1e-12)


def test_effects_that_do_not_differ():
    result = ma.multilevel([2.0] * 5, vi=[0.1, 0.2, 0.3, 0.1, 0.2], cluster=list("aabbc"))
    assert result.sigma2 == (0, 0) and result.mean.estimate == pytest.approx(2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "DL"}, "method is 'DL'; allowed: REML, ML"),
        ({"ci": "hksj"}, "ci is 'hksj'; allowed: z, t"),
        ({"level": 95}, "level is 95"),
        ({"vi": None}, "give either vi, variances, or V"),
        ({"V": np.diag(VI)}, "give either vi, variances, or V"),
        ({"vi": -VI}, r"vi\[0\] is"),
        ({"vi": VI[:3]}, "yi has 20 values and vi has 3"),
        ({"vi": None, "V": np.eye(3)}, r"V has shape \(3, 3\); for 20 effects it needs \(20, 20\)"),
        ({"vi": None, "V": "x"}, "V is not a matrix of numbers|V has shape"),
        ({"vi": None, "V": np.full((20, 20), np.nan)}, "V holds a cell that is no finite number"),
        ({"vi": None, "V": np.triu(np.ones((20, 20)))}, r"V\[0, 1\] is not V\[1, 0\]"),
        ({"vi": None, "V": np.ones((20, 20))}, r"V\[0, 1\] is 1, but cluster has effects 0 and 1 apart"),
        ({"cluster": CLUSTER[:3]}, "cluster has 3 labels and yi has 20; each effect needs one"),
        ({"cluster": [None, *CLUSTER[1:]]}, r"cluster\[0\] is None; every effect needs a label"),
        ({"cluster": 3}, "cluster is not a list of labels"),
        ({"unit": [np.nan] * 20}, r"unit\[0\] is nan"),
        ({"cluster": ["a"] * 20}, "tell nothing of sigma2_between"),
        ({"cluster": range(20)}, "tell nothing of sigma2_between and sigma2_within apart"),
        ({"unit": [0] * 20}, "tell nothing of sigma2_between and sigma2_within apart"),
        ({"sigma2": (None, -1)}, r"sigma2 is \(None, -1\); it is a pair of variances"),
        ({"sigma2": 3}, "sigma2 is 3; it is a pair of variances"),
        ({"X": X, "formula": "x", "data": {}}, "give either X or formula and data"),
        ({"X": np.ones((20, 2))}, "linearly dependent"),
    ],
)  # fmt: skip
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        fit(**arguments)


def test_refused_covariances():
    within = np.where(CLUSTER[:, None] == CLUSTER[None, :], 1.0, 0) + 0 * np.eye(20)
    with pytest.raises(
        ValueError, match="V is not positive definite among the effects of the cluster"
    ):
        fit(vi=None, V=within)
    for rho in (1, -0.2, "x", np.nan):
        with pytest.raises(ValueError, match=r"a correlation lies between -0\.2 and 1"):
            ma.within_study_covariance(VI, CLUSTER, rho)
    with pytest.raises(ValueError, match=r"vi\[0\] is 0"):
        ma.within_study_covariance([0, 1], ["a", "a"], 0.5)
    with pytest.raises(ValueError, match="which is 'x'; allowed: between, within"):
        fit().random_effects("x")
    with pytest.raises(ValueError, match="a model with moderators has no single mean"):
        _ = fit(X=X).mean


def test_a_result_prints_becomes_a_dict_a_frame_and_a_sentence():
    result = fit()
    assert repr(result).startswith(
        "Three-level model (REML, z) of 20 effects, 14 units, 6 clusters"
    )
    assert result.to_dict()["sigma2_between"] == result.sigma2_between
    assert not {"model", "design", "groupings"} & set(result.to_dict())
    assert result.to_frame().loc["Intercept", "estimate"] == result.mean.estimate
    assert result.report().startswith("Over 20 effects in 6 clusters (REML) the mean effect was 0.")
    assert (
        fit(X=X, ci="t").report().startswith("In a regression of 20 effects in 6 clusters (REML)")
    )
    found = result.confint()
    assert "profile-likelihood interval" in found.report() and "sigma2_within" in repr(found)
    assert list(found.to_frame().index) == ["sigma2_between", "sigma2_within"]
    assert "6 clusters" in result.random_effects().report()
    with pytest.raises(FrozenInstanceError):
        result.sigma2_between = 1.0
    with pytest.raises(ValueError, match="read-only"):
        result.theta[0] = 1.0
