"""All subsets, or drawn ones: each is what `pool` says of its studies."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine.batch_tau2 import TAU2
from analysis.engine.gosh import gosh
from analysis.engine.pool import pool

RANDOM = np.random.default_rng(3)


def members(result, row):
    return np.array([result.includes(i)[row] for i in range(result.studies)])


def is_pooled(result, row, yi, vi):
    inside = members(result, row)
    alone = pool(yi[inside], vi=vi[inside], method=result.method)
    assert result.k[row] == alone.k == inside.sum()
    for name in ("estimate", "tau2", "q", "i2", "h2"):
        ours, theirs = getattr(result, name)[row], getattr(alone, name)
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9), name


@pytest.mark.parametrize("method", TAU2)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_every_subset_once_and_pooled(method, data):
    k = data.draw(st.integers(1, 5))
    yi = np.array(data.draw(st.lists(st.integers(-99, 99), min_size=k, max_size=k))) / 32
    vi = 2.0 ** np.array(data.draw(st.lists(st.integers(-5, 5), min_size=k, max_size=k)))
    result = gosh(yi, vi=vi, method=method)
    sets = {tuple(members(result, row)) for row in range(len(result.k))}
    assert len(result.k) == len(sets) == 2**k - 1 and result.exact
    for row in range(len(result.k)):
        is_pooled(result, row, yi, vi)


@pytest.mark.parametrize("k", [3, 8, 70])
def test_drawn_subsets(k):
    yi, vi = RANDOM.normal(size=k), RANDOM.uniform(0.1, 1, k)
    result = gosh(yi, vi=vi, method="DL", subsets=300, seed=4)
    again, other = (gosh(yi, vi=vi, method="DL", subsets=300, seed=seed) for seed in (4, 5))
    assert np.array_equal(result.estimate, again.estimate)
    assert not np.array_equal(result.estimate, other.estimate)
    assert len(result.k) == 300 and not result.exact and result.k.min() >= 1
    for row in range(0, 300, 25):
        is_pooled(result, row, yi, vi)


def test_drawn_subsets_hold_every_study_half_of_the_time():
    """Of the 2^10 - 1 subsets 2^9 have a given study; 5 standard errors of 20,000 draws."""
    result = gosh(RANDOM.normal(size=10), vi=np.ones(10), method="EE", subsets=20_000)
    shares = np.array([result.includes(i).mean() for i in range(10)])
    assert np.abs(shares - 512 / 1023).max() < 5 * 0.5 / np.sqrt(20_000)


def test_progress_reaches_the_end():
    heard = []
    gosh(RANDOM.normal(size=14), vi=np.ones(14), method="EE", progress=lambda *at: heard.append(at))
    assert len(heard) > 1 and heard == sorted(heard) and heard[-1] == (2**14 - 1,) * 2


def test_two_clouds_are_seen():
    """One study of the opposite sign and great weight splits the subsets in two: with and without."""
    yi, vi = np.array([0.5, 0.6, 0.4, 0.55, -2.0]), np.array([0.1, 0.1, 0.1, 0.1, 0.001])
    result = gosh(yi, vi=vi, method="EE")
    outlier = result.includes(4)
    assert result.estimate[outlier].max() < 0 < result.estimate[~outlier].min()
    assert "31 subsets" in result.report() and len(result.to_frame()) == 31


@pytest.mark.parametrize("subsets", [0, -1, 2.5, "many", True])
def test_numbers_of_subsets_that_are_none(subsets):
    with pytest.raises(ValueError, match="subsets is"):
        gosh([0.1, 0.2], vi=[1, 1], subsets=subsets)


@pytest.mark.parametrize("study", [-1, 2])
def test_a_study_that_is_not_there(study):
    with pytest.raises(ValueError, match=r"study is .*; it must be a whole number from 0 to 1"):
        gosh([0.1, 0.2], vi=[1, 1]).includes(study)


def test_all_subsets_on_request(monkeypatch):
    monkeypatch.setattr(sys.modules["analysis.engine.gosh"], "MOST", 100)
    yi, vi = RANDOM.normal(size=8), RANDOM.uniform(0.1, 1, 8)
    drawn = gosh(yi, vi=vi, method="DL")
    every = gosh(yi, vi=vi, method="DL", subsets="all")
    assert (drawn.exact, len(drawn.k)) == (False, 100)
    assert (
        every.exact and every.seed is None and len({row.tobytes() for row in every.subset}) == 255
    )
    with pytest.raises(ValueError, match="'all' of 33 studies; allowed up to 32"):
        gosh(np.zeros(33), vi=np.ones(33), subsets="all")
