"""Multivariate models against matrices of all effects, each other, and the three-level model.

What R says of them is compared in test_engine_against_r_dependent.py.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import null_space
from scipy.stats import multivariate_normal

import analysis as ma
from analysis.engine.covariance_structure import STRUCTURES

# Twelve studies with some of three outcomes each, correlated in truth and in error.
RANDOM = np.random.default_rng(11)
HAS = ["xyz", "xyz", "xy", "xz", "yz", "xyz", "x", "xy", "xyz", "yzx", "zy", "xyz"]
STUDY = np.repeat(np.arange(12), [len(h) for h in HAS])
OUTCOME = np.array(list("".join(HAS)))
VI = RANDOM.uniform(0.02, 0.1, len(STUDY))
V = ma.within_study_covariance(VI, STUDY, 0.5).toarray()
TRUE = np.array([[0.3, 0.2, 0.05], [0.2, 0.25, 0.1], [0.05, 0.1, 0.2]])
EFFECTS = RANDOM.multivariate_normal([0.2, 0.5, 0.8], TRUE, size=12)
YI = EFFECTS[STUDY, ["xyz".index(o) for o in OUTCOME]] + RANDOM.multivariate_normal(0 * VI, V)
KINDS = ("UN", "HCS", "CS")


def fit(structure="UN", **arguments):
    given = {"V": V, "cluster": STUDY, "outcome": OUTCOME} | arguments
    return ma.multivariate(YI, structure=structure, **given)


def density(T, method):
    """The log-density of the effects with the covariance `T` of true effects, outcomes x, y, z."""
    index = np.array(["xyz".index(o) for o in OUTCOME])
    M = V + T[np.ix_(index, index)] * (STUDY[:, None] == STUDY[None, :])
    X = (index[:, None] == np.arange(3)).astype(float)
    if method == "REML":
        K = null_space(X.T)
        return multivariate_normal.logpdf(K.T @ YI, cov=K.T @ M @ K)
    W = np.linalg.inv(M)
    b = np.linalg.solve(X.T @ W @ X, X.T @ W @ YI)
    return multivariate_normal.logpdf(YI, mean=X @ b, cov=M)


def covariance(result):
    """T of a fitted model."""
    return result.rho * np.sqrt(np.outer(result.tau2, result.tau2))


@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize("structure", KINDS)
def test_likelihood_with_the_matrix_of_all_effects_and_no_neighbour_is_likelier(structure, method):
    result = fit(structure, method=method)
    T = covariance(result)
    best = density(T, method)
    assert result.fit_statistics().loglik == pytest.approx(best, rel=1e-10)
    random = np.random.default_rng(1)
    for size in (1e-3, 0.03, 0.3):
        for _ in range(30):
            scale = np.exp(size * random.normal(size=3 if structure != "CS" else 1))
            R = np.eye(3) + (1 - np.eye(3)) * result.rho[0, 1] * (1 + size * random.normal())
            if structure == "UN":
                A = np.eye(3) + size * random.normal(size=(3, 3))
                other = A @ T @ A.T
            else:
                tau = np.sqrt(result.tau2 * scale)
                other = R * np.outer(tau, tau)
            if np.linalg.eigvalsh(other)[0] > 0:
                assert density(other, method) <= best + 1e-9


def test_more_parameters_fit_better():
    fits = {kind: fit(kind, method="ML") for kind in (*KINDS, None)}
    logliks = [result.fit_statistics().loglik for result in fits.values()]
    assert logliks == sorted(logliks, reverse=True)
    assert [result.parameters for result in fits.values()] == [3 + 6, 3 + 4, 3 + 2, 3]
    test = ma.likelihood_ratio(fits["UN"], fits["HCS"])
    assert test.df == 2 and test.statistic == pytest.approx(2 * (logliks[0] - logliks[1]))


def test_derivatives_of_the_structures():
    """Central differences of polynomials of degree 2 are exact; here against small steps."""
    random = np.random.default_rng(4)
    for kind in KINDS:
        shape = STRUCTURES[kind](list("xyz"), 0.2)
        x = random.uniform(0.1, 0.6, len(shape.start))
        first, second = shape.derivatives(x)
        for i, step in enumerate(1e-5 * np.eye(len(x))):
            slope = (shape.cells(x + step) - shape.cells(x - step)) / 2e-5
            np.testing.assert_allclose(first[:, i], slope, atol=1e-9)
            bend = shape.derivatives(x + step)[0] - shape.derivatives(x - step)[0]
            np.testing.assert_allclose(second[:, i], bend / 2e-5, atol=1e-8)


def test_compound_symmetry_is_the_three_level_model():
    """A correlation that is not negative is a variance between and one within studies."""
    result = fit("CS")
    X = pd.get_dummies(pd.Series(OUTCOME)).astype(float)
    levels = ma.multilevel(YI, V=V, cluster=STUDY, X=X)
    assert levels.sigma2_between > 0 and levels.sigma2_within > 0
    rho, tau2 = result.rho[0, 1], result.tau2[0]
    assert levels.sigma2 == pytest.approx((rho * tau2, (1 - rho) * tau2), rel=1e-7)
    np.testing.assert_allclose(levels.coefficients["se"], result.coefficients["se"], rtol=1e-8)


def test_one_outcome_is_pooling():
    one = OUTCOME == "x"
    result = ma.multivariate(YI[one], vi=VI[one], cluster=STUDY[one], outcome=OUTCOME[one])
    pooled = ma.pool(YI[one], vi=VI[one])
    assert result.tau2[0] == pytest.approx(pooled.tau2, rel=1e-8)
    assert (result.mean.estimate, result.mean.se) == pytest.approx(
        (pooled.estimate, pooled.se), rel=1e-8
    )


def test_without_variance_it_is_generalised_least_squares():
    result = fit(None)
    X = (OUTCOME[:, None] == np.array(list("xyz"))).astype(float)
    W = np.linalg.inv(V)
    A = np.linalg.inv(X.T @ W @ X)
    np.testing.assert_allclose(result.covariance, A, rtol=1e-10)
    np.testing.assert_allclose(result.coefficients["estimate"], A @ X.T @ W @ YI, rtol=1e-10)
    assert np.isnan(result.rho).all() and not result.tau2.any()


def test_a_correlation_at_its_bound():
    """Outcomes that rise and fall together more than any covariance allows."""
    random = np.random.default_rng(6)
    both = random.normal(0, 1, 10)
    y = np.column_stack([both, both + 0.01 * random.normal(size=10)]).ravel()
    arguments = {
        "vi": np.full(20, 0.1),
        "cluster": np.repeat(range(10), 2),
        "outcome": list("ab") * 10,
    }
    for structure in KINDS:
        result = ma.multivariate(y, structure=structure, **arguments)
        assert result.rho[0, 1] == pytest.approx(1, abs=1e-6)
    opposite = np.where(np.tile([True, False], 10), y, -y)
    result = ma.multivariate(opposite, structure="CS", **arguments)
    assert result.rho[0, 1] == pytest.approx(-1, abs=1e-6)


@pytest.mark.parametrize("structure", KINDS)
def test_a_scale_moves_all(structure):
    """Correlations have no unit, and small effects no other ones than large effects."""
    base = fit(structure)
    for scale in (1e-6, 1e6):
        moved = ma.multivariate(
            scale * YI, V=scale**2 * V, cluster=STUDY, outcome=OUTCOME, structure=structure
        )
        np.testing.assert_allclose(moved.tau2, scale**2 * base.tau2, rtol=1e-6)
        np.testing.assert_allclose(moved.rho, base.rho, rtol=1e-6)


def test_order_and_moderators():
    order = np.random.default_rng(8).permutation(len(YI))
    base = fit()
    moved = ma.multivariate(
        YI[order], V=V[np.ix_(order, order)], cluster=STUDY[order], outcome=OUTCOME[order]
    )
    taus = dict(zip(base.outcomes, base.tau2, strict=True))
    for name, tau2 in zip(moved.outcomes, moved.tau2, strict=True):
        assert tau2 == pytest.approx(taus[name], rel=1e-7)
    data = pd.DataFrame({"outcome": OUTCOME, "dose": RANDOM.normal(size=len(YI))})
    by_formula = fit(formula="outcome - 1", data=data)
    np.testing.assert_allclose(by_formula.coefficients["estimate"], base.coefficients["estimate"])
    # Only the intercept is the same within each of the twelve studies.
    by_dose = fit(formula="outcome * dose", data=data, ci="t")
    assert list(by_dose.coefficients["df"]) == [12 - 6, *[29 - 6] * 5]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"structure": "AR"}, "structure is 'AR'; allowed: UN, CS, HCS, None"),
        ({"outcome": OUTCOME[:2]}, "outcome has 2 labels and yi has"),
        ({"outcome": list(map(str, range(len(YI))))}, "are too few for"),
        ({"cluster": np.arange(len(YI))}, r"but cluster has effects 0 and 1 apart"),
        ({"V": None, "vi": VI, "cluster": range(len(YI))}, r"tell nothing of T\[y, x\]"),
        ({"method": "EE"}, "method is 'EE'; allowed: REML, ML"),
    ],
)  # fmt: skip
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        fit(**arguments)


def test_a_result_prints_becomes_a_dict_a_frame_and_a_sentence():
    result = fit("HCS")
    assert repr(result).startswith("Multivariate model (HCS, REML, z) of 29 effects in 12 studies")
    assert result.to_dict()["tau2"] == list(result.tau2)
    assert list(result.to_frame().index) == list("xyz")
    assert result.report().startswith("Over 29 effects on 3 outcomes in 12 studies (REML)")
