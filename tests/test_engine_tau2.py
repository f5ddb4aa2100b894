"""Further estimators of tau2, written out with matrices or by their own iteration."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from analysis.engine import batch
from analysis.engine.model import Mean, Model
from analysis.engine.pool import pool
from analysis.engine.regression import meta_regression
from analysis.engine.tau2 import TAU2, moments_error

from leaves import FILES, document

RANDOM = np.random.default_rng(2007)
Y, V = RANDOM.normal(0.3, 0.9, 12), RANDOM.uniform(0.02, 0.3, 12)
X = np.column_stack([np.ones(12), RANDOM.normal(size=12)])


def moments(y, v, design, w):
    """tau2 and its error by the method of moments with weights w, all matrices written out."""
    W = np.diag(w)
    P = W - W @ design @ np.linalg.inv(design.T @ W @ design) @ design.T @ W
    tau2 = max(0.0, (y @ P @ y - np.trace(P @ np.diag(v))) / np.trace(P))
    spread = P @ np.diag(v + tau2)
    return tau2, np.sqrt(2 * np.trace(spread @ spread)) / np.trace(P)


@pytest.mark.parametrize("design", [X[:, :1], X], ids=["mean", "moderator"])
@pytest.mark.parametrize(("method", "weights"), [("DL2", 1 / V), ("CA2", np.ones(12))])
def test_two_steps(method, weights, design):
    first, _ = moments(Y, V, design, weights)
    tau2, error = moments(Y, V, design, 1 / (V + first))
    assert first > 0
    if design.shape[1] == 1:
        found = pool(Y, vi=V, method=method)
    else:
        found = meta_regression(Y, vi=V, X=design, method=method)
    assert found.tau2 == pytest.approx(tau2, rel=1e-8)
    assert found.tau2_se == pytest.approx(error, rel=1e-8)


def test_the_plain_and_the_general_model_agree_on_the_error():
    weights = V**-0.5
    plain = moments_error(Mean(Y, V), 0.1, weights)
    assert plain == pytest.approx(moments_error(Model(Y, V, X[:, :1]), 0.1, weights), rel=1e-10)


def iterated_dl(y, v):
    """DL with the weights of its own last tau2, until it stays: DerSimonian & Kacker (2007)."""
    tau2 = 0.1
    for _ in range(20000):
        last, tau2 = tau2, moments(y, v, np.ones((len(y), 1)), 1 / (v + tau2))[0]
        if abs(tau2 - last) < 1e-14:
            return tau2
    raise AssertionError("no fixed point")


def iterated_sj(y, v):
    """SJ from the last tau2 in place of the variance of the effects, until it stays."""
    tau2 = float(np.var(y))
    for _ in range(100000):
        w = 1 / (v + tau2)
        rss = float(w @ (y - w @ y / w.sum()) ** 2)
        last, tau2 = tau2, tau2 * rss / (len(y) - 1)
        if abs(tau2 - last) < 1e-14:
            return tau2
    raise AssertionError("no fixed point")


@pytest.mark.parametrize("iterated", [iterated_dl, iterated_sj])
def test_iterated_moments_end_at_paule_and_mandel(iterated):
    """So that DLIT and SJIT of metafor need no name of their own."""
    assert iterated(Y, V) == pytest.approx(TAU2["PM"](Mean(Y, V)), rel=1e-9)


def test_where_metafor_stops_dl_its_equation_is_not_solved():
    """Its DLIT of version 3.8 is a step away from a root, the engine's PM is none."""
    (path,) = (path for path in FILES if path.stem == "bcg_rr")
    given = document(path)
    y, v = (np.array(given["input"][name]) for name in ("yi", "vi"))
    ones = np.ones((len(y), 1))
    theirs = given["fits"]["variants"]["DLIT"]["tau2"]
    assert abs(moments(y, v, ones, 1 / (v + theirs))[0] - theirs) > 0.1
    ours = TAU2["PM"](Mean(y, v))
    assert moments(y, v, ones, 1 / (v + ours))[0] == pytest.approx(ours, rel=1e-9)


@pytest.mark.parametrize("method", ["HSk", "PMM", "DL2", "CA2"])
def test_one_study_and_equal_effects_have_no_heterogeneity(method):
    assert pool([1.0], vi=[0.1], method=method).tau2 == 0
    assert pool([1.0, 1.0, 1.0], vi=[0.1, 0.2, 0.3], method=method).tau2 == 0


def test_a_given_tau2_is_taken_as_it_is():
    found = pool(Y, vi=V, tau2=0.25)
    w = 1 / (V + 0.25)
    assert found.estimate == pytest.approx(w @ Y / w.sum(), rel=1e-12)
    assert found.se == pytest.approx(w.sum() ** -0.5, rel=1e-12)
    assert found.method == "given"
    assert "(given)" in found.report()
    assert np.isnan(found.tau2_se)
    assert found.fit_statistics().aic == pytest.approx(2 - 2 * found.fit_statistics().loglik)
    assert json.loads(json.dumps(found.to_dict()))["tau2"] == 0.25


@pytest.mark.parametrize("tau2", [-0.1, float("nan"), float("inf"), "much"])
def test_refused_tau2(tau2):
    with pytest.raises(ValueError, match=r"tau2 is .*; it must be a number from 0 to"):
        pool(Y, vi=V, tau2=tau2)


@pytest.mark.parametrize("columns", [1, 2, 4])
@pytest.mark.parametrize("method", ["ML", "REML"])
def test_the_likelihood_is_flat_at_its_peak(method, columns):
    """Harville (1977): there y'PPy is tr(P), or tr(W) for the full likelihood; matrices written out."""
    design = np.column_stack([X, np.arange(12.0), np.arange(12) % 3 == 0])[:, :columns]
    if columns == 1:
        tau2 = pool(Y, vi=V, method=method).tau2
    else:
        tau2 = meta_regression(Y, vi=V, X=design, method=method).tau2
    W = np.diag(1 / (V + tau2))
    P = W - W @ design @ np.linalg.inv(design.T @ W @ design) @ design.T @ W
    up, down = Y @ P @ P @ Y, np.trace(P if method == "REML" else W)
    assert tau2 > 0
    assert up == pytest.approx(down, rel=1e-10)


def test_precise_studies_keep_their_digits_in_a_regression():
    """At the peak y'PPy is tr(P) in fractions of whole numbers: a line, variances that differ widely."""
    y, v = [2, -130, -360, -2100, -2300, 270], [4, 2000, 2000, 3e7, 9e5, 2e6]
    tau2 = Fraction(meta_regression(y, vi=v, X=range(6)).tau2)
    w = [1 / (Fraction(each) + tau2) for each in v]
    s0, s1, s2 = (sum(w[x] * x**power for x in range(6)) for power in range(3))
    t0, t1 = (sum(w[x] * y[x] * x**power for x in range(6)) for power in range(2))
    size = s0 * s2 - s1 * s1
    at_zero, slope = (s2 * t0 - s1 * t1) / size, (s0 * t1 - s1 * t0) / size
    up = sum((w[x] * (y[x] - at_zero - slope * x)) ** 2 for x in range(6))
    down = s0 - sum(w[x] ** 2 * (s2 - 2 * s1 * x + s0 * x * x) for x in range(6)) / size
    assert tau2 > 0
    assert float(up / down) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("method", "lost"), [("ML", 0), ("REML", 1)])
def test_equal_variances_leave_the_variance_of_the_effects(method, lost):
    """With v the same in all studies the likelihood of v + tau2 is that of a normal's variance."""
    found = pool(Y, vi=np.full(12, 0.07), method=method)
    assert found.tau2 == pytest.approx(np.var(Y, ddof=lost) - 0.07, rel=1e-12)
    assert batch.pool([Y, 2 * Y], np.full((2, 12), 0.07), method).tau2[0] == found.tau2
    residuals = Y - X @ np.linalg.lstsq(X, Y, rcond=None)[0]
    regressed = meta_regression(Y, vi=np.full(12, 0.07), X=X, method=method)
    expected = residuals @ residuals / (12 - 2 * lost) - 0.07
    assert regressed.tau2 == pytest.approx(expected, rel=1e-12)


def test_the_columns_of_a_model_need_not_be_orthonormal():
    """Groups as columns of ones and zeros: what `subgroups` with a common tau2 makes of them."""
    groups = np.repeat(np.eye(3), 4, axis=0)
    common = TAU2["REML"](Model(Y, V, groups))
    assert common == pytest.approx(TAU2["REML"](Model(Y, V, groups / 2)), rel=1e-12)
    assert common == pytest.approx(meta_regression(Y, vi=V, X=groups).tau2, rel=1e-12)


def test_a_tau2_that_is_not_found_is_refused_with_the_variances(monkeypatch):
    monkeypatch.setattr("analysis.engine.tau2.highest", lambda *arguments: (0.0, False))
    with pytest.raises(ValueError, match=r"vi runs from 0\.001 to 90, over too many orders"):
        pool([1, 2, 3], vi=[0.1, 90, 0.001])
