"""Batches of analyses: the answers of `pool` and `meta_regression`, row by row."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import analysis as ma
from analysis.engine import batch, parallel
from analysis.engine.batch_regression import Design, regress
from analysis.engine.batch_tau2 import TAU2
from analysis.engine.leave_one_out import leave_one_out
from analysis.engine.pool import CI, pool
from analysis.engine.regression import meta_regression

FIELDS = ("estimate", "se", "tau2", "q", "q_pvalue", "i2", "h2", "ci_low", "ci_high", "pvalue")
RANDOM = np.random.default_rng(5)


@st.composite
def matrices(draw):
    """yi, vi of up to 4 analyses of up to 7 studies; some studies absent, none from all."""
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 7))
    yi = draw(arrays(float, shape, elements=st.integers(-300, 300).map(lambda i: i / 64)))
    vi = draw(arrays(float, shape, elements=st.integers(-8, 8).map(lambda e: 2.0**e)))
    absent = draw(arrays(bool, shape))
    absent[:, draw(st.integers(0, shape[1] - 1))] = False
    return np.where(absent, np.nan, yi), vi


def close(ours, theirs, size=1.0):
    return ours == pytest.approx(theirs, rel=1e-10, abs=1e-10 * size, nan_ok=True)


@pytest.mark.parametrize("method", TAU2)
@given(data=matrices(), ci=st.sampled_from(batch.CI))
@settings(max_examples=60, deadline=None)
def test_each_row_is_what_pool_says(method, data, ci):
    yi, vi = data
    found = batch.pool(yi, vi, method, ci=ci)
    for row in range(len(yi)):
        here = ~np.isnan(yi[row])
        alone = pool(yi[row, here], vi=vi[row, here], method=method, ci=ci)
        assert found.k[row] == alone.k and found.converged[row]
        for name in FIELDS:
            ours, theirs = getattr(found, name)[row], getattr(alone, name)
            # A tau2 of 0 or a rounding error of one: compared on the scale of what it is added to.
            size = 1e3 if name in ("tau2", "i2") else 1.0
            assert close(ours, theirs, size), (name, ours, theirs)


@pytest.mark.parametrize("method", TAU2)
@given(data=matrices())
@settings(max_examples=20, deadline=None)
def test_absent_is_dropped_wherever_the_nan_stands(method, data):
    yi, vi = data
    absent = np.isnan(yi)
    inside = batch.pool(np.where(absent, 7.0, yi), np.where(absent, np.nan, vi), method)
    assert np.array_equal(inside.estimate, batch.pool(yi, vi, method).estimate, equal_nan=True)


@pytest.mark.parametrize("method", TAU2)
def test_blocks_do_not_show(method, monkeypatch):
    yi, vi = RANDOM.normal(size=(50, 6)), RANDOM.uniform(0.1, 2, (50, 6))
    whole = batch.pool(yi, vi, method)
    monkeypatch.setattr(parallel, "BLOCK", 24)
    assert batch.pool(yi, vi, method).tau2 == pytest.approx(whole.tau2, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("method", TAU2)
def test_far_from_zero_the_differences_keep_their_digits(method):
    """Effects about 2^40 that differ by multiples of 2^-10: exact in doubles, as is the shift."""
    yi = np.round(RANDOM.normal(scale=0.1, size=(5, 8)) * 2**10) / 2**10
    vi = RANDOM.uniform(1e-4, 2e-3, (5, 8))
    near = batch.pool(yi, vi, method, ci="hksj")
    far = batch.pool(yi + 2.0**40, vi, method, ci="hksj")
    for name in ("q", "tau2", "se"):
        assert getattr(far, name) == pytest.approx(getattr(near, name), rel=1e-12), name


@pytest.mark.parametrize("tiny", [1e-6, 1e-9, 1e-12, 1e-15])
def test_a_study_with_nearly_all_the_weight(tiny):
    """DL (1986), eq. 8, in fractions: s1 - s2/s1 loses every digit of the others' weights in doubles."""
    yi, vi = [0.25, -1.5, 3.0, 0.5], [0.5, tiny, 0.25, 1.0]
    y, w = [Fraction(x) for x in yi], [1 / Fraction(x) for x in vi]
    s1, s2 = sum(w), sum(x * x for x in w)
    mean = sum(a * b for a, b in zip(w, y, strict=True)) / s1
    q = sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))
    tau2 = (q - 3) / (s1 - s2 / s1)
    found = batch.pool([yi], [vi], "DL")
    assert found.q[0] == pytest.approx(float(q), rel=1e-9)
    assert found.tau2[0] == pytest.approx(float(tau2), rel=1e-9)
    left_out = leave_one_out([*yi, 0.75], vi=[*vi, 0.125], method="DL")
    assert left_out.tau2[4] == pytest.approx(float(tau2), rel=1e-9)


def test_a_likelihood_with_two_peaks():
    """Where PM and DL are far apart the ML score falls through 0 twice; the higher peak counts."""
    yi = np.array([[0.0, 0.3, 10, 0.1, -9], [0, 0.3, 0.5, 0.1, -0.2]])
    vi = np.array([[0.01, 0.04, 60, 0.02, 50], [0.01, 0.04, 0.1, 0.02, 0.1]])
    for method in ("ML", "REML"):
        found = batch.pool(yi, vi, method)
        grid = np.concatenate([[0], np.geomspace(1e-4, 1e3, 4000)])
        for row in range(2):
            heights = [_log_likelihood(yi[row], vi[row], t, method == "REML") for t in grid]
            best = _log_likelihood(yi[row], vi[row], found.tau2[row], method == "REML")
            assert best >= max(heights) - 1e-12


def _log_likelihood(yi, vi, tau2, restricted):
    weights = 1 / (vi + tau2)
    rss = np.sum(weights * (yi - np.average(yi, weights=weights)) ** 2)
    return (np.sum(np.log(weights)) - rss - restricted * np.log(weights.sum())) / 2


def test_an_analysis_of_nothing():
    found = batch.pool([[np.nan, np.nan], [1.0, 2.0]], [[1.0, 1.0], [1.0, 1.0]], "DL")
    assert list(found.k) == [0, 2] and list(found.converged) == [False, True]
    for name in FIELDS:
        assert np.isnan(getattr(found, name)[0]) and np.isfinite(getattr(found, name)[1])


@pytest.mark.parametrize(
    ("yi", "vi", "message"),
    [
        ([[1.0, 2.0], [3.0, np.inf]], np.ones((2, 2)), r"yi\[1, 1\] is inf"),
        (np.ones((2, 2)), [[1.0, 1.0], [0.0, 1.0]], r"vi\[1, 0\] is 0.0"),
        (np.ones((2, 2)), [[1.0, -1.0], [0.0, 1.0]], r"vi\[0, 1\] is -1.0"),
        ([[1.0, np.nan], [3.0, -1e60]], np.ones((2, 2)), r"yi\[1, 1\] is -1e\+60"),
        (np.ones((2, 2)), [[1.0, np.nan], [1e-60, 1.0]], r"vi\[1, 0\] is 1e-60"),
        (np.ones((2, 2)), [[1.0, 1e60], [1.0, 1.0]], r"vi\[0, 1\] is 1e\+60"),
        # Rows without a gap take a shorter way.
        ([[1.0, 2.0], [3.0, -1e60]], np.ones((2, 2)), r"yi\[1, 1\] is -1e\+60"),
        (np.ones((2, 2)), [[1.0, 1.0], [1e-60, 1.0]], r"vi\[1, 0\] is 1e-60"),
        (np.ones((2, 2)), np.ones((2, 3)), "shape"),
        (np.ones(2), np.ones(2), "one row an analysis"),
        ([["a"]], [[1.0]], "not an array of numbers"),
    ],
)
def test_refusals(yi, vi, message):
    with pytest.raises(ValueError, match=message):
        batch.pool(yi, vi, "DL")


def test_result_is_frozen_and_becomes_a_frame():
    found = batch.pool(np.ones((3, 2)), np.ones((3, 2)), "DL")
    with pytest.raises(ValueError, match="read-only"):
        found.estimate[0] = 2
    frame = found.to_frame()
    assert len(frame) == 3 and {"estimate", "ci_low", "pvalue", "i2"} <= set(frame.columns)
    assert found.to_dict()["i2"] == [0, 0, 0]
    assert found.report().startswith("3 meta-analyses by DL, all converged.")


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_a_regression_with_two_peaks(method):
    """One at 0, the higher where a grid must be fine that reaches to two imprecise studies far off."""
    yi = np.array([-2400, -0.6, -2.3, -0.5, -9.6, -0.5, -0.3, 400])
    vi = np.array([9e5, 0.53, 7.94, 0.24, 3.25, 0.01, 0.14, 9e5])
    X = np.column_stack([np.ones(8), np.arange(8.0)])
    grid = np.concatenate([[0], np.geomspace(1e-5, 1e7, 3000)])
    heights = np.array([_regressed(yi, vi, X, tau2, method == "REML") for tau2 in grid])
    assert heights[0] > heights[1] and heights[2:].max() > heights[0]
    alone = meta_regression(yi, vi=vi, X=X, method=method).tau2
    Q = np.linalg.qr(X)[0]
    found = regress(np.array([yi, yi / 2]), np.array([vi, vi]), Design(Q), method, "z")
    assert found.converged.all() and found.tau2[0] == alone
    assert alone == pytest.approx(grid[heights.argmax()], rel=0.02)
    assert _regressed(yi, vi, X, alone, method == "REML") >= heights.max() - 1e-12


def _regressed(yi, vi, X, tau2, restricted):
    W = np.diag(1 / (vi + tau2))
    left = yi - X @ np.linalg.solve(X.T @ W @ X, X.T @ W @ yi)
    restriction = np.linalg.slogdet(X.T @ W @ X)[1] if restricted else 0
    return (np.log(np.diag(W)).sum() - left @ W @ left - restriction) / 2


@pytest.mark.parametrize("method", TAU2)
@pytest.mark.parametrize("ci", batch.CI)
def test_regressions_are_what_meta_regression_says(method, ci):
    k, X = 9, np.column_stack([np.ones(9), RANDOM.normal(size=9), np.arange(9.0)])
    yi, vi = RANDOM.normal(size=(6, k)), RANDOM.uniform(0.05, 1.5, (6, k))
    yi[3:] *= 3
    Q, R = np.linalg.qr(X)
    found = regress(yi, vi, Design(Q), method, ci)
    back = np.linalg.inv(R)
    for row in range(len(yi)):
        alone = meta_regression(yi[row], vi=vi[row], X=X, method=method, ci=ci)
        assert found.converged[row]
        assert found.tau2[row] == pytest.approx(alone.tau2, rel=1e-12, abs=1e-13)
        assert back @ found.b[row] == pytest.approx(alone.coefficients["estimate"], rel=1e-9)
        assert back @ found.covariance[row] @ back.T == pytest.approx(alone.covariance, rel=1e-9)


def test_docstrings_name_the_methods_and_intervals_that_there_are():
    """Those of `batch.pool` are fewer than those of `pool`, and its series take no more than it."""
    text = batch.pool.__doc__
    assert all(word in text for word in (*TAU2, *(f'"{ci}"' for ci in batch.CI)))
    for function in (
        ma.leave_one_out, ma.influence, ma.residuals, ma.gosh, ma.bootstrap, ma.permutation_test,
    ):  # fmt: skip
        with pytest.raises(ValueError, match="method is 'PMM'; allowed"):
            function([0.1, 0.2, 0.4], vi=[0.1, 0.1, 0.1], method="PMM")
        assert "those of `batch.pool`" in function.__doc__, function
    for function in (ma.subgroups, ma.meta_regression):
        assert all(f'"{ci}"' in function.__doc__ for ci in CI), function


def test_a_number_that_is_none_is_not_answered_with_another():
    """An absent study is y 0, v inf here; what else is passed must not come out as if it were found."""
    y, v = np.array([[1.0, np.nan], [1.0, 2.0]]), np.ones((2, 2))
    fields = batch.fit_block(y, v, np.array([2, 2]), "DL", "z")
    assert np.isnan(fields["estimate"]).all() and np.isnan(fields["q"]).all()
