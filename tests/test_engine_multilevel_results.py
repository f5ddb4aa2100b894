"""What a three-level model tells: intervals, deviations, tests of moderators, refusals, print."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import chi2

import analysis as ma

from three_levels import CLUSTER, RESTRICTED, UNIT, VI, YI, X, dense, density, fit


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
        np.testing.assert_allclose(own.low, solution[part] - 1.959963984540054 * error[part])
        np.testing.assert_allclose(own.high, solution[part] + 1.959963984540054 * error[part])
    assert result.random_effects("between").labels == tuple(clusters)
    assert list(result.random_effects("within").to_frame().index) == units


def test_degrees_of_freedom_by_containment():
    """A moderator of clusters has their number, one of units theirs, one of effects that of effects."""
    of_cluster = np.unique(CLUSTER, return_inverse=True)[1] % 3
    columns = np.column_stack([of_cluster, UNIT, np.random.default_rng(6).normal(size=20)])
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
        ({"vi": None, "V": "x"}, "V is not a list of numbers|V has shape"),
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
        with pytest.raises(
            ValueError, match=r"rho is .*; it must be a number above -0\.2 and below 1"
        ):
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
