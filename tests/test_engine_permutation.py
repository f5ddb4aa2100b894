"""Permutation tests against loops over every rearrangement, and by their own properties."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from analysis.engine import permutation
from analysis.engine.permutation import permutation_test
from analysis.engine.pool import pool
from analysis.engine.regression import meta_regression

RANDOM = np.random.default_rng(8)
KINDS = [("EE", "z"), ("DL", "hksj"), ("REML", "z"), ("PM", "hksj-adhoc")]


def data(k):
    vi = RANDOM.uniform(0.05, 0.6, k)
    return RANDOM.normal(0.5, np.sqrt(vi + 0.1)), vi


@pytest.mark.parametrize(("method", "ci"), KINDS)
def test_the_mean_under_every_choice_of_signs(method, ci):
    yi, vi = data(6)
    observed = pool(yi, vi=vi, method=method, ci=ci).statistic
    every = [
        pool(yi * signs, vi=vi, method=method, ci=ci).statistic
        for signs in itertools.product([1, -1], repeat=6)
    ]
    result = permutation_test(yi, vi=vi, method=method, ci=ci)
    assert result.exact and result.permutations == 64
    assert np.sort(result.permuted[:, 0]) == pytest.approx(np.sort(every), rel=1e-8, abs=1e-8)
    share = np.mean(np.abs(every) >= abs(observed) - 1e-6)
    assert result.coefficients["pvalue"].iloc[0] == result.q_m_pvalue == share


@pytest.mark.parametrize(("method", "ci"), KINDS)
@pytest.mark.parametrize("tied", [False, True])
def test_a_regression_under_every_order(method, ci, tied):
    yi, vi = data(6)
    dose = np.array([1.0, 1, 2, 2, 2, 4]) if tied else np.array([1.0, 2, 3.5, 4, 5, 7])
    X = np.column_stack([np.ones(6), dose])
    orders = {tuple(map(tuple, X[list(order)])) for order in itertools.permutations(range(6))}
    fits = [meta_regression(yi, vi=vi, X=np.array(rows), method=method, ci=ci) for rows in orders]
    result = permutation_test(yi, vi=vi, X=X, method=method, ci=ci)
    assert result.exact and result.permutations == len(fits) == (60 if tied else 720)
    for i in range(2):
        every = np.sort([fit.coefficients["statistic"].iloc[i] for fit in fits])
        assert np.sort(result.permuted[:, i]) == pytest.approx(every, rel=1e-7, abs=1e-7)
    q_m = np.array([fit.q_m for fit in fits])
    assert result.q_m_pvalue == np.mean(q_m >= result.q_m - 1e-7)


def test_a_formula_is_its_columns():
    yi, vi = data(7)
    frame = pd.DataFrame({"dose": [1.0, 2, 2, 3, 4, 4, np.nan]})
    by_formula = permutation_test(yi, vi=vi, formula="dose", data=frame)
    X = np.column_stack([np.ones(6), frame["dose"][:6]])
    by_columns = permutation_test(yi[:6], vi=vi[:6], X=X)
    assert by_formula.k == 6
    assert list(by_formula.coefficients["pvalue"]) == list(by_columns.coefficients["pvalue"])


@pytest.mark.parametrize("X", [None, np.column_stack([np.ones(20), np.arange(20.0)])])
def test_drawn_rearrangements(X):
    yi, vi = data(20)
    result = permutation_test(yi, vi=vi, X=X, permutations=500, seed=1)
    again, other = (
        permutation_test(yi, vi=vi, X=X, permutations=500, seed=seed) for seed in (1, 2)
    )
    assert not result.exact and result.permutations == 500 and result.seed == 1
    assert np.array_equal(result.permuted, again.permuted)
    assert not np.array_equal(result.permuted, other.permuted)
    # The data as they are come first, so that p is never 0.
    assert result.permuted[0] == pytest.approx(result.coefficients["statistic"], rel=1e-8)
    assert result.coefficients["pvalue"].min() >= 1 / 500


def test_drawn_comes_near_exact():
    yi, vi = data(10)
    exact = permutation_test(yi, vi=vi, method="DL")
    drawn = permutation_test(yi, vi=vi, method="DL", permutations=20_000)
    p, estimate = (float(r.coefficients["pvalue"].iloc[0]) for r in (exact, drawn))
    assert exact.exact and abs(estimate - p) < 5 * np.sqrt(p * (1 - p) / 20_000) + 1 / 20_000


def test_too_many_to_list_are_drawn(monkeypatch):
    monkeypatch.setattr(permutation, "MOST_EXACT", 64)
    yi, vi = data(7)
    result = permutation_test(yi, vi=vi, method="DL")
    assert not result.exact and result.permutations == permutation.DRAWN


def test_result_reads():
    yi, vi = data(6)
    result = permutation_test(yi, vi=vi, X=np.column_stack([np.ones(6), np.arange(6.0)]))
    assert list(result.to_frame().columns) == ["statistic", "pvalue"]
    assert "all 720 rearrangements of 6 studies" in result.report()
    assert result.to_dict()["permutations"] == 720


@pytest.mark.parametrize("permutations", [1, 0, 2.5, "all", True])
def test_numbers_of_permutations_that_are_none(permutations):
    with pytest.raises(ValueError, match="permutations is"):
        permutation_test([0.1, 0.2, 0.3], vi=[1, 1, 1], permutations=permutations)
