"""Variance inflation by correlations of the moderators themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import analysis as ma

RANDOM = np.random.default_rng(3)
YI, VI = RANDOM.normal(size=15), RANDOM.uniform(0.1, 0.4, 15)
DATA = pd.DataFrame({"a": RANDOM.normal(size=15), "kind": list("uvw") * 5})
DATA["b"] = DATA["a"] + 0.5 * RANDOM.normal(size=15)


def fit(formula, **arguments):
    return ma.meta_regression(YI, vi=VI, formula=formula, data=DATA, **arguments)


def weighted_correlations(regression):
    """The correlations of the columns but the intercept, each study with its weight."""
    w = 1 / (VI + regression.tau2)
    columns = regression.design.X[:, 1:]
    spread = columns - np.average(columns, axis=0, weights=w)
    cross = spread.T @ (w[:, None] * spread)
    return cross / np.sqrt(np.outer(np.diag(cross), np.diag(cross)))


def test_two_moderators_by_their_correlation():
    """1 / (1 - r^2): Fox & Monette (1992)."""
    regression = fit("a + b")
    r = weighted_correlations(regression)[0, 1]
    table = ma.variance_inflation(regression).coefficients
    assert list(table["vif"]) == pytest.approx([1 / (1 - r**2)] * 2, rel=1e-9)
    assert list(table["sif"]) == pytest.approx([1 / (1 - r**2) ** 0.5] * 2, rel=1e-9)


@pytest.mark.parametrize("ci", ["z", "hksj"])
def test_a_factor_is_one_term(ci):
    """det(R_1) det(R_2) / det(R) is that of the moderators as much as of their coefficients."""
    regression = fit("a + b + kind", ci=ci)
    found, R = ma.variance_inflation(regression), weighted_correlations(regression)
    for term, row in found.terms.iterrows():
        own = [i - 1 for i in regression.design.terms[term]]
        rest = [i for i in range(4) if i not in own]
        dets = [np.linalg.det(R[np.ix_(part, part)]) for part in (own, rest)]
        expected = dets[0] * dets[1] / np.linalg.det(R)
        assert row["vif"] == pytest.approx(expected, rel=1e-9)
        assert row["sif"] == pytest.approx(expected ** (0.5 / len(own)), rel=1e-9)
    assert list(found.terms["m"]) == [len(regression.design.terms[t]) for t in found.terms.index]
    np.testing.assert_allclose(found.coefficients["vif"], np.diag(np.linalg.inv(R)), rtol=1e-9)


def test_models_of_dependent_effects_have_it_too():
    single = ma.multilevel(
        YI, vi=VI, cluster=np.arange(15) // 3, sigma2=(0, None), formula="a + b", data=DATA
    )
    expected = ma.variance_inflation(fit("a + b")).coefficients
    found = ma.variance_inflation(single).coefficients
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_refusals():
    with pytest.raises(
        ValueError, match="has 1 coefficient beside the intercept; inflation needs two"
    ):
        ma.variance_inflation(fit("a"))
    with pytest.raises(
        ValueError, match="regression is a Pooled; it must come from meta_regression"
    ):
        ma.variance_inflation(ma.pool(YI, vi=VI))


def test_a_result_prints_becomes_a_dict_a_frame_and_a_sentence():
    found = ma.variance_inflation(fit("a + b"))
    assert found.report().startswith("The variance of 2 coefficients is inflated most for a, ")
    assert list(found.to_frame().columns) == ["m", "vif", "sif"] and "vif" in repr(found)
    assert found.to_dict()["coefficients"]["a"]["m"] == 1
