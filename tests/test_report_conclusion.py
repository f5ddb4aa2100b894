"""What a report says its conclusion depends on follows from R's results and from textbook arithmetic."""

from __future__ import annotations

import csv
import functools
from collections import defaultdict
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from own_trials import read
from scipy.optimize import minimize_scalar

from analysis.display.numbers import NBSP, number
from analysis.display.value import Phrase, Value
from analysis.report.chapters import chapters
from analysis.report.compose import compose, read_data

import by_hand
from leaves import REFERENCE, document

EXAMPLES = Path(__file__).parent.parent / "examples"


@functools.cache
def registry(name: str):
    return compose(read_data(EXAMPLES / f"{name}.csv"))


def said(name: str, phrase: str) -> str:
    """The phrase, with spaces for those at which no line may end."""
    return registry(name).get(Phrase, f"outcome.{phrase}").text.replace(NBSP, " ")


def averaged(correlation: float) -> tuple[np.ndarray, np.ndarray]:
    """The districts' mean effects and their variances: Borenstein et al. (2009), chapter 24."""
    rows = defaultdict(list)
    with (EXAMPLES / "calendar.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows[row["district"]].append((float(row["yi"]), float(row["vi"])))
    y, v = [], []
    for own in rows.values():
        errors = np.sqrt([variance for _, variance in own])
        all_pairs, same = np.sum(np.outer(errors, errors)), np.sum(errors**2)
        y.append(np.mean([effect for effect, _ in own]))
        v.append((same + correlation * (all_pairs - same)) / len(own) ** 2)
    return np.array(y), np.array(v)


def test_a_conclusion_that_hangs_on_dependence_says_so_in_summary_and_section():
    found = document(REFERENCE / "metafor" / "konstantopoulos2011.json")["threelevel"]
    levels, robust = found["REML.t"], found["REML"]["robust"]["CR2"]
    p = by_hand.by_reml(*averaged(0.5))[2]
    assert p < 0.05 < min(levels["pval"][0], robust["pval"][0])
    ends = [
        f"{number(r['ci.lb'][0], 3)} to {number(r['ci.ub'][0], 3)}; p = {r['pval'][0]:.3f}"
        for r in (levels, robust)
    ]
    told = (
        "The conclusion depends on how dependence is handled: the pooled effect is significant where "
        f"each study’s effects are averaged (p = {p:.3f}), not significant in the three-level model of "
        f"all effects ({ends[0]}) and not significant with cluster-robust errors ({ends[1]})."
    )
    assert said("calendar", "methods.differ").startswith(told)
    assert told.replace("The conclusion", "But it") in said("calendar", "methods.agree")
    texts = chapters(read_data(EXAMPLES / "calendar.csv"))
    assert 'say("outcome.methods.differ")' in texts["index.qmd"]
    assert 'say("outcome.methods.agree")' in texts["chapters/03-outcome.qmd"]


def test_a_conclusion_that_hangs_on_single_studies_says_on_how_many():
    y, v = averaged(0.5)
    left = [by_hand.by_reml(np.delete(y, i), np.delete(v, i))[2] for i in range(len(y))]
    turned = sum(p >= 0.05 for p in left)
    assert 0 < turned < len(y)
    assert registry("calendar").get(Value, "outcome.reml.without.turning").raw == turned
    assert said("calendar", "methods.differ").endswith(
        f"It also depends on single studies: in {turned} of the {len(y)} analyses that leave a study "
        "out the pooled effect is not significant."
    )


def test_a_conclusion_that_hangs_on_nothing_says_nothing():
    assert said("bcg", "methods.differ") == ""
    assert said("bcg", "methods.agree") == (
        "Both ways lead to the same conclusion: the pooled effect is significant."
    )


def test_effects_that_depend_but_leave_the_conclusion_are_not_said_to_turn_it(tmp_path):
    rows = "".join(f"S{i // 2},{1 + i % 3 / 10},0.01\n" for i in range(16))
    found = compose(read(tmp_path, "study,yi,vi\n" + rows))
    assert found.get(Value, "outcome.robust.pvalue").raw < 0.05
    assert found.get(Phrase, "outcome.methods.differ").text == ""


def test_both_causes_of_another_conclusion_are_told():
    found = document(REFERENCE / "metafor" / "normand1999_smd.json")["escalc"]["MD"]
    y, v = np.array(found["yi"]), np.array(found["vi"])
    tau2, _, p = by_hand.by_reml(y, v)
    moments = by_hand.moments_tau2(y, v)
    assert said("stroke", "methods.differ").endswith(
        f"not significant by the recommended one (p = {p:.3f}), whose τ is larger ({sqrt(tau2):.1f} "
        f"against {sqrt(moments):.1f}), and whose interval allows for the error of τ²."
    )


def test_where_both_have_the_same_tau_the_interval_alone_is_the_cause():
    """Without any difference between the studies both have τ² of nought."""
    found = registry("statins").get(Phrase, "stroke.methods.differ").text
    assert registry("statins").get(Value, "stroke.random.tau").raw == 0
    assert "), whose interval allows for the error of τ²." in found and "larger" not in found


def test_both_degrees_of_heterogeneity_are_told_where_they_differ():
    fits = document(REFERENCE / "metafor" / "hackshaw1998.json")["fits"]
    own, by_q = (fits[method]["z"]["I2"] for method in ("REML", "DL"))
    q, df = fits["REML"]["z"]["QE"], fits["REML"]["z"]["QEdf"]
    assert by_q == pytest.approx(100 * (q - df) / q)
    assert by_q < 25 < own < 75
    low, high = (registry("smoke").get(Value, f"outcome.reml.i2_{e}").text for e in ("low", "high"))
    assert said("smoke", "heterogeneity").endswith(
        f"heterogeneity would be called moderate by REML ({own:.1f}%), low by Q ({by_q:.1f}%); its "
        f"interval ({low}% to {high}%) reaches from low to moderate."
    )
    assert said("bcg", "heterogeneity").endswith("by I² heterogeneity is high.")


def test_a_next_trial_is_not_said_to_meet_differences_that_q_does_not_find():
    found = document(REFERENCE / "metafor" / "hackshaw1998.json")
    assert found["fits"]["REML"]["z"]["QEp"] > 0.05
    y, v = (np.array(found["input"][name]) for name in ("yi", "vi"))
    after = by_hand.by_reml(np.append(y, 0.0), np.append(v, min(v) / 100**2))[0]
    before = found["fits"]["REML"]["z"]["tau2"]
    assert said("smoke", "next.told").endswith(
        ": its disagreement would be counted as heterogeneity (τ would rise from "
        f"{sqrt(before):.2f} to {sqrt(after):.2f}), and a random-effects mean gives one trial limited "
        "weight."
    )


def test_a_next_trial_that_agrees_is_not_said_to_disagree():
    """It finds exactly the pooled effect, so that τ falls and is no nought."""
    found = registry("statins").get(Phrase, "non_cardiovascular_death.next.told").text
    now, then = (
        registry("statins").get(Value, f"non_cardiovascular_death.{name}.tau")
        for name in ("reml", "next")
    )
    assert 0 < then.raw < now.raw
    assert f": τ, now {now.text}, would still be {then.text}, and a random-effects mean" in found


def slope_by_reml(y, v) -> float:
    """The slope of the effects on their standard errors, with τ² from the restricted likelihood."""
    X = np.column_stack([np.ones(len(y)), np.sqrt(v)])

    def fitted(tau2):
        w = 1 / (v + tau2)
        return w, np.linalg.solve(X.T @ (w[:, None] * X), X.T @ (w * y))

    def deviance(tau2):
        w, b = fitted(tau2)
        information = np.linalg.slogdet(X.T @ (w[:, None] * X))[1]
        return np.sum(w * (y - X @ b) ** 2) - np.sum(np.log(w)) + information

    tau2 = minimize_scalar(deviance, bounds=(0, 25 * np.var(y)), method="bounded").x
    return float(fitted(tau2)[1][1])


def test_trim_and_fill_against_the_sign_of_egger_s_slope_says_so():
    y, v = averaged(0.5)
    assert by_hand.egger(y, v)["statistic"] > 0 > slope_by_reml(y, v)
    assert "studies on the right;" in said("calendar", "bias")
    assert (
        "That is against the sign of Egger’s slope, which is positive and would have studies missing on "
        "the left" in said("calendar", "bias")
    )
    # A negative slope, and studies put in on the right: nothing to tell.
    bias = document(REFERENCE / "metafor" / "bcg_rr.json")["bias"]
    assert bias["regtest"]["lm"]["sei"]["zval"] < 0
    assert "study on the right;" in said("bcg", "bias")
    assert "against the sign" not in said("bcg", "bias")


@pytest.mark.parametrize(
    ("name", "caution"),
    [
        (
            "bcg",
            " That does not rule asymmetry out: with so few studies the test has little power.",
        ),
        ("smoke", ""),  # the test is significant
    ],
)
def test_a_test_of_asymmetry_that_finds_none_does_not_rule_it_out(name, caution):
    assert (registry(name).get(Value, "outcome.egger.pvalue").raw >= 0.05) is bool(caution)
    for where in ("bias", "bias.summary"):
        tested, _, rest = said(name, where).partition(").")
        assert tested.startswith("Egger’s test") and rest.startswith(caution)
        assert ("rule asymmetry out" in rest) is bool(caution)


@pytest.mark.parametrize(("k", "few"), [(19, True), (20, False)])
def test_little_power_is_told_of_few_studies_alone(tmp_path, k, few):
    rows = "".join(f"S{i},{i % 2},{0.1 + 0.01 * (i // 2)}\n" for i in range(k))
    told = compose(read(tmp_path, "study,yi,vi\n" + rows)).get(Phrase, "outcome.bias").text
    assert "shows no clear asymmetry" in told and " That does not rule asymmetry out" in told
    assert ("little power" in told) is few


def test_the_summary_leaves_out_what_trim_and_fill_fills_in_where_studies_differ_a_lot():
    assert registry("calendar").get(Value, "outcome.reml.i2").raw >= 75
    assert "Trim and fill puts in" in said("calendar", "bias")
    assert "Trim and fill puts in" not in said("calendar", "bias.summary")
    assert "too much for this test or for trim and fill" in said("calendar", "bias.summary")
    assert registry("smoke").get(Value, "outcome.reml.i2").raw < 75
    assert said("smoke", "bias.summary") == said("smoke", "bias")
    texts = chapters(read_data(EXAMPLES / "calendar.csv"))
    assert 'say("outcome.bias.summary")' in texts["index.qmd"]
    assert 'say("outcome.bias")' in texts["chapters/03-outcome.qmd"]


def test_averages_are_tried_with_other_correlations():
    ps = [by_hand.by_reml(*averaged(rho))[2] for rho in (0.0, 0.3, 0.5, 0.7, 0.9)]
    for name, p in (("lowest", min(ps)), ("highest", max(ps))):
        found = registry("calendar").get(Value, f"outcome.dependent.correlation.{name}")
        assert found.raw == pytest.approx(p, rel=1e-6)
    assert "With correlations from 0 to 0.9, p of the averaged effects lies between" in said(
        "calendar", "dependent.told"
    )


@pytest.mark.parametrize(("name", "times"), [("hypericum", 1), ("bcg", 0), ("adherence", 0)])
def test_a_classic_test_of_groups_that_says_otherwise_is_told(name, times):
    found = {value.id: value.raw for value in registry(name).all(Value)}
    columns = [i.split(".")[2] for i in found if i.endswith(".f_pvalue")]
    pairs = [
        (found[f"outcome.reml.{c}.f_pvalue"], found[f"outcome.random.{c}.q_between_pvalue"])
        for c in columns
    ]
    assert sum((f < 0.05) != (q < 0.05) for f, q in pairs) == times
    told = said(name, "subgroups.told")
    assert told.count("since it takes the τ² of each group for known") == times


def test_a_test_of_groups_that_only_the_common_tau_finds_is_explained_by_it(tmp_path):
    rows = zip(
        "aabbbb", (-0.225, 0.507, 0.897, 0.881, 0.954, 0.869),
        (0.082, 0.014, 0.065, 0.011, 0.017, 0.062), strict=True,
    )  # fmt: skip
    text = "study,yi,vi,kind\n" + "".join(f"S{y},{y},{v},{kind}\n" for kind, y, v in rows)
    found = compose(read(tmp_path, text))
    f, q = (
        found.get(Value, f"outcome.{name}").raw
        for name in ("reml.kind.f_pvalue", "random.kind.q_between_pvalue")
    )
    assert f < 0.05 < q
    told = found.get(Phrase, "outcome.subgroups.told").text
    assert "since each group has a τ² of its own there, and one for all here" in told
