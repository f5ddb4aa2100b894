"""The bootstrap against `pool`, known distributions, and SciPy's intervals from the same replicates."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from scipy import stats

import analysis as ma
from analysis.engine.batch_tau2 import TAU2
from analysis.engine.bootstrap import _shares

BCG = ma.example("bcg")
KINDS = ("nonparametric", "parametric")


def pooled(yi, vi, method):
    result = ma.pool(yi, vi=vi, method=method)
    return result.estimate, result.tau2


@pytest.mark.parametrize("method", TAU2)
def test_replicates_are_the_pooled_resamples_as_often_as_these_are_drawn(method):
    """Three studies have 27 equally likely resamples; their replicates are 9,000 draws from these."""
    yi, vi = np.array([0.1, 0.9, -0.4]), np.array([0.05, 0.1, 0.2])
    drawn = ma.bootstrap(yi, vi=vi, method=method, replicates=9000).replicated
    expected = Counter()
    for rows in itertools.product(range(3), repeat=3):
        expected[tuple(np.round(pooled(yi[list(rows)], vi[list(rows)], method), 7) + 0.0)] += 1
    found = Counter(map(tuple, np.round(drawn, 7) + 0.0))
    assert set(found) == set(expected)
    counts = np.array([(found[one], expected[one] * 9000 / 27) for one in expected])
    assert stats.chisquare(counts[:, 0], counts[:, 1]).pvalue > 0.001


def test_the_model_s_replicates_have_the_distributions_that_theory_gives():
    """With equal variances v the mean is normal, and Q over 1 + tau2/v chi-squared with k - 1 df."""
    yi, v = np.random.default_rng(1).normal(0.3, 0.7, 8), 0.2
    result = ma.bootstrap(yi, vi=np.full(8, v), method="DL", kind="parametric")
    observed = result.statistics.loc["observed"]
    tau2 = observed["tau2"]
    assert tau2 > 0.05
    mean = stats.norm(observed["estimate"], np.sqrt((v + tau2) / 8))
    assert stats.kstest(result.replicated[:, 0], mean.cdf).pvalue > 0.001
    q = stats.chi2(7, scale=1 + tau2 / v)
    found = result.replicated[:, 1]
    assert np.mean(found == 0) == pytest.approx(q.cdf(7), abs=5 * 0.5 / np.sqrt(9999))
    above = (found[found > 0] / v) * 7 + 7  # tau2 = v (Q - 7) / 7

    def tail(x):
        return (q.cdf(x) - q.cdf(7)) / q.sf(7)

    assert stats.kstest(above, tail).pvalue > 0.001


def from_scipy(result, yi, vi, column, kind):
    """SciPy's interval of the estimate or tau2 from the replicates of `result`."""

    def statistic(rows):
        return pooled(yi[rows], vi[rows], result.method)[column]

    replicates = type("Before", (), {"bootstrap_distribution": result.replicated[:, column]})
    found = stats.bootstrap(
        (np.arange(len(yi)),), statistic, n_resamples=0, bootstrap_result=replicates,
        confidence_level=result.level, method=kind, vectorized=False,
    )  # fmt: skip
    return found.confidence_interval


@pytest.mark.parametrize("level", [0.95, 0.8])
@pytest.mark.parametrize("method", ["DL", "REML"])
@pytest.mark.parametrize("column", [0, 1])
def test_intervals_are_those_of_scipy(method, column, level):
    """SciPy interpolates between order statistics R share, not (R + 1) share: one replicate apart."""
    yi, vi = BCG.yi.to_numpy(), BCG.vi.to_numpy()
    result = ma.bootstrap(yi, vi=vi, method=method, level=level, seed=5)
    t = np.sort(result.replicated[:, column])
    for ours, theirs in (("percentile", "percentile"), ("basic", "basic"), ("bca", "BCa")):
        found = [result.statistics.iloc[:, column][f"{ours}_{end}"] for end in ("low", "high")]
        for value, other in zip(found, from_scipy(result, yi, vi, column, theirs), strict=True):
            if ours == "basic":
                t0 = result.statistics.iloc[0, column]
                value, other = 2 * t0 - value, 2 * t0 - other
            assert abs(np.searchsorted(t, value) - np.searchsorted(t, other)) <= 1


def test_percentile_bounds_are_the_order_statistics_that_davison_and_hinkley_name():
    """Of 9,999 replicates numbers 250 and 9,750: (R + 1) share, with nothing to interpolate."""
    result = ma.bootstrap(BCG.yi, vi=BCG.vi, method="DL")
    t = np.sort(result.replicated, axis=0)
    stated = result.statistics
    assert stated.loc["percentile_low"].to_numpy() == pytest.approx(t[249], rel=1e-12)
    assert stated.loc["percentile_high"].to_numpy() == pytest.approx(t[9749], rel=1e-12)
    observed = stated.loc["observed"].to_numpy()
    assert stated.loc["basic_low"].to_numpy() == pytest.approx(2 * observed - t[9749], rel=1e-12)
    assert stated.loc["basic_high"].to_numpy() == pytest.approx(2 * observed - t[249], rel=1e-12)
    assert observed == pytest.approx(pooled(BCG.yi, BCG.vi, "DL"), rel=1e-12)
    bias, se = np.mean(t, axis=0) - observed, np.std(t, axis=0, ddof=1)
    assert stated.loc["bias"].to_numpy() == pytest.approx(bias, abs=1e-12)
    assert stated.loc["se"].to_numpy() == pytest.approx(se, rel=1e-12)


def test_no_interval_where_none_can_be_corrected():
    parametric = ma.bootstrap(BCG.yi, vi=BCG.vi, method="DL", kind="parametric", replicates=99)
    assert parametric.statistics.filter(like="bca", axis=0).isna().all(axis=None)


def test_replicates_on_one_side_have_no_corrected_interval():
    t, t0 = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]), np.array([0.5, 2.0])
    found = _shares(t0, t, np.array([[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]]), np.array([0.025, 0.975]))
    assert np.isnan(found[:, 0]).all()
    assert found[:, 1] == pytest.approx([0.025, 0.975])  # no bias, and nothing changes with a study


def test_identical_studies_leave_no_doubt():
    result = ma.bootstrap([1, 1, 1], vi=[1, 1, 1], replicates=20)
    assert (result.statistics.loc["percentile_low":, "estimate"] == 1).all()
    assert (result.statistics["tau2"] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_repeats_and_another_does_not(kind):
    one, again, other = (
        ma.bootstrap(BCG.yi, vi=BCG.vi, method="DL", kind=kind, replicates=50, seed=seed)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one.replicated, again.replicated)
    assert not np.array_equal(one.replicated, other.replicated)


def test_the_result_reads():
    result = ma.bootstrap(BCG.yi, vi=BCG.vi, replicates=199, seed=3)
    low, high = result.statistics.loc[["percentile_low", "percentile_high"], "estimate"]
    assert f"interval of the estimate -0.71 runs from {low:.2f} to {high:.2f}" in result.report()
    assert "199 nonparametric bootstrap replicates of 13 studies (REML)" in result.report()
    assert list(result.to_frame().columns) == ["estimate", "tau2"] and "bca_high" in repr(result)
    assert result.to_dict()["statistics"]["percentile_low"]["estimate"] == low
    with pytest.raises(ValueError, match="read-only"):
        result.replicated[0] = 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"replicates": 1}, "replicates is 1; it must be a whole number from 2"),
        ({"replicates": True}, "replicates is True"),
        ({"replicates": 10.0}, "replicates is 10.0"),
        ({"kind": "wild"}, "kind is 'wild'; allowed: nonparametric, parametric"),
        ({"method": "XX"}, "method is 'XX'"),
        ({"level": 95}, "level is 95"),
        ({"yi": [1.0], "vi": [1.0]}, "a bootstrap needs at least 2 studies"),
        ({"yi": [1.0, np.nan]}, r"yi\[1\] is nan"),
        ({"vi": [1.0, 0.0]}, r"vi\[1\] is 0"),
        ({"vi": [1.0, 1.0, 1.0]}, "yi has 2 values and vi has 3"),
    ],
)
def test_what_is_refused(given, message):
    arguments = {"yi": [0.1, 0.2], "vi": [1.0, 1.0]} | given
    with pytest.raises(ValueError, match=message):
        ma.bootstrap(arguments.pop("yi"), **arguments)
