"""Deletion diagnostics of a meta-regression, by their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.engine.influence import influence
from analysis.engine.regression import meta_regression
from analysis.engine.regression_influence import regression_influence

RANDOM = np.random.default_rng(2)


@pytest.mark.parametrize(("method", "ci"), [("EE", "z"), ("DL", "hksj"), ("REML", "z")])
def test_without_moderators_it_is_the_influence_on_the_mean(method, ci):
    vi = RANDOM.uniform(0.02, 0.5, 9)
    yi = RANDOM.normal(0.3, np.sqrt(vi + 0.05))
    plain = influence(yi, vi=vi, method=method, ci=ci)
    fitted = meta_regression(yi, vi=vi, X=np.ones((9, 1)), method=method, ci=ci)
    found = regression_influence(fitted)
    names = {
        "studentized": "rstudent",
        "cook_d": "cook_d",
        "hat": "hat",
        "tau2_deleted": "tau2_deleted",
    }
    for ours, theirs in names.items():
        assert getattr(found, ours) == pytest.approx(getattr(plain, theirs), rel=1e-8, abs=1e-12)
    assert found.dfbetas[:, 0] == pytest.approx(plain.dfbetas, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("ci", ["z", "hksj"])
def test_each_study_is_predicted_by_the_others(ci):
    vi, dose = RANDOM.uniform(0.02, 0.5, 10), np.arange(10.0)
    yi, X = 0.1 * dose + RANDOM.normal(0, np.sqrt(vi + 0.1)), np.column_stack([np.ones(10), dose])
    whole = meta_regression(yi, vi=vi, X=X, method="DL", ci=ci)
    found = regression_influence(whole)
    for i in range(10):
        keep = np.arange(10) != i
        rest = meta_regression(yi[keep], vi=vi[keep], X=X[keep], method="DL", ci=ci)
        b, b_rest = (fit.coefficients["estimate"].to_numpy() for fit in (whole, rest))
        assert found.deleted[i] == pytest.approx(yi[i] - X[i] @ b_rest, rel=1e-8)
        cook = (b - b_rest) @ np.linalg.solve(whole.covariance, b - b_rest)
        assert found.cook_d[i] == pytest.approx(cook, rel=1e-7)


def test_a_study_that_alone_decides_a_coefficient_has_nan():
    only = np.array([0.0, 0, 0, 0, 0, 1])
    fitted = meta_regression(
        RANDOM.normal(size=6), vi=np.ones(6), X=np.column_stack([np.ones(6), only])
    )
    found = regression_influence(fitted)
    for name in ("standardized", "studentized", "cook_d", "tau2_deleted"):
        assert list(np.isnan(getattr(found, name))) == [False] * 5 + [True], name
    assert found.report().startswith("Study ") and len(found.to_frame()) == 6
