"""Leaving studies out, adding them one by one, and their influence: the same as fitting anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine import deletion
from analysis.engine.baujat import baujat
from analysis.engine.cumulative import cumulative
from analysis.engine.influence import influence
from analysis.engine.leave_one_out import leave_one_out
from analysis.engine.pool import pool
from analysis.engine.radial import radial
from analysis.engine.random_effects import random_effects
from analysis.engine.residuals import residuals

FIELDS = (
    "k", "estimate", "se", "ci_low", "ci_high", "statistic", "pvalue", "tau2", "q", "q_pvalue", "i2",
    "h2",
)  # fmt: skip
RANDOM = np.random.default_rng(11)
EVERY = (leave_one_out, cumulative, influence, residuals, baujat, radial, random_effects)


@st.composite
def studies(draw, least=2, most=8):
    """Effects and variances; some far out, some with nearly all the weight, some identical."""
    k = draw(st.integers(least, most))
    effects = st.integers(-200, 200).map(lambda i: i / 64) | st.sampled_from([0.5, 0.5, 1000.0])
    variances = st.integers(-4, 4).map(lambda e: 2.0**e) | st.sampled_from([2.0**-10, 2.0**8])
    yi = draw(st.lists(effects, min_size=k, max_size=k))
    vi = draw(st.lists(variances, min_size=k, max_size=k))
    return np.array(yi), np.array(vi)


def same(result, row, alone):
    scale = 1 + abs(alone.estimate)
    # Identical effects leave Hartung-Knapp an error of 0, or what rounding makes of it.
    unknown = ("statistic", "pvalue") if alone.se < 1e-9 * scale else ()
    for name in set(FIELDS).difference(unknown):
        ours, theirs = getattr(result, name)[row], getattr(alone, name)
        # What rounding leaves of 0 is small against the effects, their squares, or their weights.
        size = {
            "tau2": scale**2,
            "i2": 100,
            "q": max(alone.q, 1e-6),
            "statistic": scale / max(alone.se, 1e-9),
        }
        assert ours == pytest.approx(theirs, rel=1e-8, abs=1e-9 * size.get(name, scale)), name


@pytest.mark.parametrize(
    ("method", "ci"), [("EE", "z"), ("DL", "z"), ("DL", "t"), ("REML", "hksj")]
)
@given(data=studies())
@settings(max_examples=60, deadline=None)
def test_leaving_one_out_is_pooling_the_rest(method, ci, data):
    yi, vi = data
    result = leave_one_out(yi, vi=vi, method=method, ci=ci)
    for i in range(len(yi)):
        same(result, i, pool(np.delete(yi, i), vi=np.delete(vi, i), method=method, ci=ci))


@pytest.mark.parametrize("method", ["EE", "DL"])
def test_leaving_one_of_many_out(method):
    vi = np.exp(RANDOM.uniform(-7, 1, 400))
    yi = RANDOM.normal(0.4, np.sqrt(vi + 0.2))
    yi[17] = 40
    result = leave_one_out(yi, vi=vi, method=method)
    for i in range(0, 400, 17):
        same(result, i, pool(np.delete(yi, i), vi=np.delete(vi, i), method=method))


@pytest.mark.parametrize("spread", [1e-9, 0.01, 3.0, 1e6])
def test_sums_at_many_tau2_are_sums(spread):
    vi, yi = np.exp(RANDOM.uniform(-9, 1, 200)), RANDOM.normal(size=200)
    tau2 = RANDOM.uniform(0, spread, 500)
    weights, weighted = deletion.sums_at(tau2, yi, vi)
    w = 1 / (vi + tau2[:, None])
    assert weights == pytest.approx(w.sum(axis=1), rel=1e-12)
    assert weighted == pytest.approx(w @ yi, rel=1e-11, abs=1e-11 * (w @ np.abs(yi)).max())


@pytest.mark.parametrize(("method", "ci"), [("EE", "z"), ("DL", "z"), ("REML", "hksj")])
@given(data=studies(least=1), order=st.sampled_from([None, "precision", "backwards"]))
@settings(max_examples=40, deadline=None)
def test_accumulating_is_pooling_the_first(method, ci, data, order):
    yi, vi = data
    k = len(yi)
    positions = {
        None: np.arange(k), "precision": np.argsort(vi, kind="stable"), "backwards": np.arange(k)[::-1],
    }[order]  # fmt: skip
    given_order = positions if order == "backwards" else order
    result = cumulative(yi, vi=vi, order=given_order, method=method, ci=ci)
    assert list(result.order) == list(positions)
    for j in range(k):
        first = positions[: j + 1]
        same(result, j, pool(yi[first], vi=vi[first], method=method, ci="z" if j == 0 else ci))


def test_many_deletions_that_leave_no_tau2_and_some_that_leave_much():
    """Q less a study that adds 1.5 is below its df, Q less one that adds nothing is 1 above it.

    The tau2 of the latter is beyond the least variance, far from the 0 of all the others.
    """
    yi = np.concatenate([np.tile([1.5**0.5, -(1.5**0.5)], 20), np.zeros(21)])
    vi = np.append(np.ones(60), 0.01)
    found = leave_one_out(yi, vi=vi, method="DL")
    assert (found.tau2[:40] == 0).all() and (found.tau2[40:60] > 0.01).all()
    for i in range(61):
        same(found, i, pool(np.delete(yi, i), vi=np.delete(vi, i), method="DL"))


def test_two_studies_with_nearly_all_the_weight():
    """Without either, the sums over the others are small beside what was taken away."""
    yi, vi = np.array([0.1, 0.2, 1.5, -0.7, 0.4]), np.array([1e-12, 1e-11, 1.0, 1.0, 1.0])
    found = leave_one_out(yi, vi=vi, method="DL")
    for i in range(5):
        same(found, i, pool(np.delete(yi, i), vi=np.delete(vi, i), method="DL"))


@pytest.mark.parametrize("method", ["EE", "DL", "REML"])
def test_influence_by_its_definitions(method):
    """Viechtbauer & Cheung (2010), with every quantity from analyses of the other studies."""
    vi = RANDOM.uniform(0.02, 0.5, 12)
    yi = RANDOM.normal(0.3, np.sqrt(vi + 0.05))
    yi[4] = 4
    whole = pool(yi, vi=vi, method=method)
    found = influence(yi, vi=vi, method=method)
    weights = 1 / (vi + whole.tau2)
    for i in range(12):
        rest = pool(np.delete(yi, i), vi=np.delete(vi, i), method=method)
        change, total = whole.estimate - rest.estimate, vi[i] + rest.tau2
        hat = weights[i] / weights.sum()
        deviation = (yi[i] - rest.estimate) / np.sqrt(total + rest.se**2)
        own = {
            "rstudent": deviation, "dffits": change / np.sqrt(hat * total),
            "cook_d": (change / whole.se) ** 2, "cov_r": (rest.se / whole.se) ** 2,
            "tau2_deleted": rest.tau2, "q_deleted": rest.q, "hat": hat, "weight": 100 * hat,
            "dfbetas": change * np.sqrt(np.sum(1 / (vi + rest.tau2))),
        }  # fmt: skip
        for name, value in own.items():
            assert getattr(found, name)[i] == pytest.approx(value, rel=1e-8, abs=1e-12), name
        beyond = [  # metafor's rules for one coefficient; the median of chi2 with 1 df from a table
            abs(found.dffits[i]) > 3 / np.sqrt(11), own["cook_d"] > 0.4549,
            hat > 3 / 12, abs(own["dfbetas"]) > 1,
        ]  # fmt: skip
        assert found.influential[i] == any(beyond)
    assert found.influential[4] and not found.influential.all()
    flagged = [str(study) for study in range(1, 13) if found.influential[study - 1]]
    assert f"flagged as influential ({', '.join(flagged)});" in found.report()


def test_among_many_studies_dffits_alone_flags():
    """40 effects of variance 1 around 0, one of them 3.6: DFFITS is 3.6 / sqrt(39) = 0.58.

    That is beyond 3 / sqrt(39) = 0.48, while its square is below 0.4549, and the hat is 1/40.
    """
    yi = np.append(np.zeros(39), 3.6)
    found = influence(yi, vi=np.ones(40), method="EE")
    assert found.dffits[-1] == pytest.approx(3.6 / np.sqrt(39), rel=0.02)
    assert list(np.flatnonzero(found.influential)) == [39]


@given(data=studies(most=6), unit=st.sampled_from([0.25, 4.0]))
@settings(max_examples=40, deadline=None)
def test_influence_has_no_unit(data, unit):
    yi, vi = data
    plain, scaled = (
        influence(yi, vi=vi, method="DL"),
        influence(yi * unit, vi=vi * unit**2, method="DL"),
    )
    for name in ("rstudent", "dffits", "cook_d", "cov_r", "hat", "dfbetas"):
        ours, theirs = getattr(scaled, name), getattr(plain, name)
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6, nan_ok=True), name


def test_heterogeneity_of_a_baujat_plot_adds_up_to_q():
    vi, yi = RANDOM.uniform(0.02, 0.5, 9), RANDOM.normal(size=9)
    q = pool(yi, vi=vi, method="EE").q
    assert baujat(yi, vi=vi, method="EE").heterogeneity.sum() == pytest.approx(q, rel=1e-12)


def test_deviations_add_to_the_predicted_effects():
    vi, yi = RANDOM.uniform(0.02, 0.5, 9), RANDOM.normal(size=9)
    whole = pool(yi, vi=vi, method="REML")
    deviations = random_effects(yi, vi=vi, method="REML")
    assert whole.estimate + deviations.estimate == pytest.approx(whole.blups().estimate, rel=1e-9)


@pytest.mark.parametrize("function", EVERY)
def test_every_result_reads_and_refuses(function):
    result = function([0.1, 0.4, 0.9], vi=[0.04, 0.09, 0.01])
    assert len(result.to_frame()) == 3
    assert result.report().endswith(".") and type(result).__name__ in repr(result)
    arrays = [v for v in vars(result).values() if isinstance(v, np.ndarray)]
    assert arrays and not any(a.flags.writeable for a in arrays)
    with pytest.raises(ValueError, match="method is 'XX'"):
        function([0.1, 0.4], vi=[0.04, 0.09], method="XX")
    with pytest.raises(ValueError, match=r"vi\[1\] is 0.0"):
        function([0.1, 0.4], vi=[0.04, 0.0])


@pytest.mark.parametrize("function", [leave_one_out, influence, residuals, baujat])
def test_one_study_cannot_be_left_out(function):
    with pytest.raises(ValueError, match="at least 2 studies"):
        function([0.1], vi=[0.04])


@pytest.mark.parametrize("order", ["size", [0, 0, 1], [0, 1], [1, 2, 3], [[0, 1, 2]], 4])
def test_orders_that_are_none(order):
    with pytest.raises(ValueError, match="order is"):
        cumulative([0.1, 0.4, 0.9], vi=[0.04, 0.09, 0.01], order=order)


@pytest.mark.parametrize("method", ["EE", "DL"])
def test_leaving_the_study_out_that_has_nearly_all_the_weight(method):
    """Its weight less itself would leave four digits of the others' weights."""
    yi, vi = np.array([0.3, -0.2, 0.9, 0.4, 0.1]), np.array([0.5, 0.25, 1e-12, 0.4, 0.2])
    result = leave_one_out(yi, vi=vi, method=method)
    alone = pool(np.delete(yi, 2), vi=np.delete(vi, 2), method=method)
    for name in FIELDS:
        ours, theirs = getattr(result, name)[2], getattr(alone, name)
        assert ours == pytest.approx(theirs, rel=1e-12), name
