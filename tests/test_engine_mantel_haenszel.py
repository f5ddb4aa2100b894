"""Mantel and Haenszel's summaries, against what they become where the answer is known otherwise."""

from __future__ import annotations

import json
from math import log

import numpy as np
import pytest
from scipy import optimize, stats

from analysis.engine.effect_size import effect_size
from analysis.engine.glmm import glmm
from analysis.engine.mantel_haenszel import mantel_haenszel
from analysis.engine.peto import peto
from analysis.engine.tables import tables_of

A, N1 = np.array([4.0, 6, 3, 62, 33]), np.array([123.0, 306, 231, 13598, 5069])
C, N2 = np.array([11.0, 29, 11, 248, 47]), np.array([139.0, 303, 220, 12867, 5808])
GIVEN = {"events_treated": A, "n_treated": N1, "events_control": C, "n_control": N2}
RATES = {"events_treated": A, "time_treated": N1, "events_control": C, "time_control": N2}


def only(i, given):
    return {name: values[i : i + 1] for name, values in given.items()}


def test_one_table_is_its_own_summary():
    """With the variances of one table: Woolf's, and those of the delta method."""
    for measure in ("OR", "RR"):
        found = mantel_haenszel(measure, **only(0, GIVEN))
        own = effect_size(measure, **only(0, GIVEN))
        assert (found.estimate, found.se**2) == pytest.approx((own.yi[0], own.vi[0]), rel=1e-12)
        assert (found.q, found.q_df, found.q_pvalue, found.i2, found.h2) == (0, 0, 1, 0, 1)
    difference = A[0] / N1[0] - C[0] / N2[0]
    assert mantel_haenszel("RD", **only(0, GIVEN)).estimate == pytest.approx(difference, rel=1e-12)
    ratio = mantel_haenszel("IRR", **only(0, RATES))
    assert ratio.estimate == pytest.approx(log(A[0] / N1[0] / (C[0] / N2[0])), rel=1e-12)
    assert ratio.se**2 == pytest.approx(1 / A[0] + 1 / C[0], rel=1e-12)
    rates = mantel_haenszel("IRD", **only(0, RATES))
    assert rates.se**2 == pytest.approx(A[0] / N1[0] ** 2 + C[0] / N2[0] ** 2, rel=1e-12)


def test_matched_pairs_are_mcnemar():
    """Breslow & Day (1980), chapter 5: the ratio of the discordant pairs, and McNemar's test."""
    both, treated, control, neither = 5, 21, 9, 30
    a = np.repeat([1.0, 1, 0, 0], [both, treated, control, neither])
    c = np.repeat([1.0, 0, 1, 0], [both, treated, control, neither])
    ones = np.ones(len(a))
    pairs = {"events_treated": a, "n_treated": ones, "events_control": c, "n_control": ones}
    found = mantel_haenszel("OR", **pairs)
    assert found.estimate == pytest.approx(log(treated / control), rel=1e-12)
    assert found.se**2 == pytest.approx(1 / treated + 1 / control, rel=1e-12)
    assert found.cmh == pytest.approx((treated - control - 1) ** 2 / (treated + control), rel=1e-12)
    plain = mantel_haenszel("OR", **pairs, continuity=False)
    assert plain.cmh == pytest.approx((treated - control) ** 2 / (treated + control), rel=1e-12)
    assert plain.cmh_pvalue == pytest.approx(stats.chi2.sf(plain.cmh, 1), rel=1e-12)
    assert found.k_informative == treated + control


def test_the_expected_cells_have_the_common_odds_ratio_and_the_margins():
    found = mantel_haenszel("OR", **GIVEN)
    odds, total = np.exp(found.estimate), 0.0
    off, spread = 0.0, 0.0
    for a, n1, c, n2 in zip(*GIVEN.values(), strict=True):
        m = a + c

        def excess(e, n1=n1, n2=n2, m=m):
            return e * (n2 - m + e) - odds * (n1 - e) * (m - e)

        e = optimize.brentq(excess, max(0, m - n2), min(n1, m), xtol=1e-13)
        variance = 1 / (1 / e + 1 / (n1 - e) + 1 / (m - e) + 1 / (n2 - m + e))
        total, off, spread = total + (a - e) ** 2 / variance, off + a - e, spread + variance
    assert found.breslow_day == pytest.approx(total, rel=1e-9)
    assert found.tarone == pytest.approx(total - off**2 / spread, rel=1e-9)
    assert found.breslow_day_pvalue == pytest.approx(stats.chi2.sf(total, 4), rel=1e-8)


def test_equal_arms_without_an_effect():
    """An odds ratio of 1 exactly, where the quadratic equation loses its square."""
    equal = GIVEN | {"events_control": A, "n_control": N1}
    found = mantel_haenszel("OR", **equal)
    assert (found.estimate, found.cmh) == (pytest.approx(0, abs=1e-14), 0)
    assert found.breslow_day == pytest.approx(0, abs=1e-20)
    assert mantel_haenszel("RD", **equal).estimate == 0


@pytest.mark.parametrize("study", range(5))
def test_one_table_has_no_other_to_differ_from(study):
    found = mantel_haenszel("OR", **{name: values[[study]] for name, values in GIVEN.items()})
    assert found.breslow_day == pytest.approx(0, abs=1e-20)
    assert np.isnan([found.breslow_day_pvalue, found.tarone_pvalue]).all()


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_the_arms_swapped_turn_the_sign(measure):
    swapped = {
        "events_treated": C, "n_treated": N2, "events_control": A, "n_control": N1,
    }  # fmt: skip
    there, back = mantel_haenszel(measure, **GIVEN), mantel_haenszel(measure, **swapped)
    for name, sign in (("estimate", -1), ("se", 1), ("q", 1)):
        assert getattr(back, name) == pytest.approx(sign * getattr(there, name), rel=1e-10)


def test_studies_that_say_nothing_change_nothing():
    more = {
        name: np.append(values, (0, 50, 0, 60)[i]) for i, (name, values) in enumerate(GIVEN.items())
    }
    for summary in (lambda **given: mantel_haenszel("OR", **given), peto):
        with_it, without = summary(**more), summary(**GIVEN)
        assert (with_it.k, with_it.k_effects) == (6, 5)
        for name in ("estimate", "se", "q", "ci_low"):
            assert getattr(with_it, name) == pytest.approx(getattr(without, name), rel=1e-13)


def test_peto_is_the_score_over_its_variance():
    """Mean and variance of the hypergeometric distribution, from its own table."""
    margins = zip(N1 + N2, N1, A + C, strict=True)
    moments = [stats.hypergeom(*map(int, three)).stats() for three in margins]
    mean, variance = (np.array([float(pair[i]) for pair in moments]) for i in (0, 1))
    found = peto(**GIVEN)
    assert found.estimate == pytest.approx(np.sum(A - mean) / variance.sum(), rel=1e-10)
    assert found.se == pytest.approx(variance.sum() ** -0.5, rel=1e-10)
    # The square of its z is Cochran, Mantel and Haenszel's statistic without the continuity correction.
    assert found.statistic**2 == pytest.approx(
        mantel_haenszel("OR", **GIVEN, continuity=False).cmh, rel=1e-10
    )


def test_random_effects_take_tau2_from_the_summary():
    found = mantel_haenszel("OR", **GIVEN)
    wi = 1 / found.vi
    tau2 = (found.q - 4) / (wi.sum() - np.sum(wi**2) / wi.sum())
    random = found.random_effects()
    w = 1 / (found.vi + tau2)
    assert random.tau2 == pytest.approx(tau2, rel=1e-12)
    assert random.estimate == pytest.approx(w @ found.yi / w.sum(), rel=1e-12)


@pytest.mark.parametrize(
    "found", [mantel_haenszel("OR", **GIVEN), peto(**GIVEN)], ids=["mh", "peto"]
)
def test_the_result_tells_itself(found):
    assert "Over 5 studies the" in found.report()
    assert "log OR was -1." in found.report()
    assert json.loads(json.dumps(found.to_dict()))["measure"] == "OR"
    assert len(found.to_frame()) == 1
    assert "estimate" in repr(found)


@pytest.mark.parametrize(
    ("measure", "given", "message"),
    [
        ("XX", {}, "measure is 'XX'; allowed: OR, RR, RD, IRR, IRD"),
        ("OR", {"n_treated": None}, "n_treated is missing"),
        ("OR", {"time_treated": N1}, "OR takes n_treated and _control alone"),
        ("OR", {"n_treated": N1[:4]}, "every column needs one value a study; the lengths are"),
        ("OR", {"n_treated": A - 1}, r"events_treated\[0\] is 4.0 .*must not exceed n_treated"),
        ("OR", {"events_control": C - 12}, r"events_control\[0\] is -1.0"),
        ("OR", {"events_control": [np.nan] * 5}, r"events_control\[0\] is nan"),
        ("OR", {"events_control": "none"}, "events_control is not a list of numbers"),
        ("OR", {"events_control": C * 0}, "events_control times non-events .*OR has no estimate"),
        ("RR", {"events_treated": A * 0}, "events_treated is 0 in every study; RR has no"),
        ("RD", {"events_treated": A * 0, "events_control": C * 0}, "RD has no estimate"),
        ("OR", {"to": "some"}, "to is 'some'; allowed"),
        ("OR", {"add": -1}, "add is -1; it must be a number from 0 to 1e\\+50"),
        ("OR", {"add": "x"}, "add is 'x'; it must be a number from 0 to 1e\\+50"),
        ("OR", {"level": 95}, "level is 95"),
    ],
)
def test_refusals(measure, given, message):
    with pytest.raises(ValueError, match=message):
        mantel_haenszel(measure, **(GIVEN | given))


@pytest.mark.parametrize(
    ("measure", "events", "sizes"),
    [
        ("RD", (1, 0), (10, 10)),
        ("RD", (1, 0), (7, 13)),
        ("RD", (0, 1), (7, 13)),
        ("RR", (1, 1), (7, 13)),
    ],
)
def test_counts_that_leave_no_error(measure, events, sizes):
    """Everybody of an arm, or nobody, in each of two tables."""
    n1, n2 = sizes[0] * np.array([1.0, 3]), sizes[1] * np.array([1.0, 7])
    given = {
        "events_treated": n1 * events[0], "n_treated": n1,
        "events_control": n2 * events[1], "n_control": n2,
    }  # fmt: skip
    with pytest.raises(
        ValueError, match=f"the counts leave {measure} a variance of 0, and so no error"
    ):
        mantel_haenszel(measure, **given)
    assert mantel_haenszel(measure, **given, exact=False).se > 0


def test_peto_refuses_tables_without_events():
    with pytest.raises(
        ValueError, match="in each of the 5 studies nobody or everybody has the event"
    ):
        peto(**(GIVEN | {"events_treated": A * 0, "events_control": C * 0}))


@pytest.mark.parametrize("measure", ["OR", "IRR"])
def test_both_summaries_of_counts_choose_the_sizes_alike(measure):
    """`tables_of` alone decides: a size too many is the same refusal everywhere."""
    everything = GIVEN | RATES
    for summary in (tables_of, mantel_haenszel, glmm):
        with pytest.raises(ValueError, match=f"{measure} takes .*_treated and _control alone"):
            summary(measure, **everything)
    own = tables_of(measure, **(RATES if measure == "IRR" else GIVEN))
    assert own.rates == (measure == "IRR")
    assert list(own.n1) == list(N1)
