"""What a report says its conclusion hangs on follows from R's results and from textbook arithmetic."""

from __future__ import annotations

import csv
import functools
from collections import defaultdict
from math import sqrt
from pathlib import Path

import numpy as np
from own_trials import read
from scipy.optimize import minimize_scalar
from scipy.stats import t as student

from analysis.display.numbers import number
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
    return registry(name).get(Phrase, f"outcome.{phrase}").text


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


def by_reml(y, v) -> tuple[float, float, float]:
    """τ², the mean, and p by Hartung and Knapp with the larger error, from the restricted likelihood."""

    def mean(tau2):
        w = 1 / (v + tau2)
        return w, np.sum(w * y) / np.sum(w)

    def deviance(tau2):
        w, mu = mean(tau2)
        return np.sum(w * (y - mu) ** 2) - np.sum(np.log(w)) + np.log(np.sum(w))

    within = 0, 25 * np.var(y)
    tau2 = minimize_scalar(deviance, bounds=within, method="bounded", options={"xatol": 1e-9}).x
    w, mu = mean(tau2)
    scatter = np.sum(w * (y - mu) ** 2) / (len(y) - 1)
    se = sqrt(max(scatter, 1.0) / np.sum(w))
    return tau2, mu, 2 * student.sf(abs(mu) / se, len(y) - 1)


def test_a_conclusion_that_hangs_on_dependence_says_so_in_summary_and_section():
    found = document(REFERENCE / "metafor" / "konstantopoulos2011.json")["threelevel"]
    levels, robust = found["REML.t"], found["REML"]["robust"]["CR2"]
    p = by_reml(*averaged(0.5))[2]
    assert p < 0.05 < min(levels["pval"][0], robust["pval"][0])
    ends = [
        f"{number(r['ci.lb'][0], 3)} to {number(r['ci.ub'][0], 3)}; p = {r['pval'][0]:.3f}"
        for r in (levels, robust)
    ]
    told = (
        "The conclusion hangs on how dependence is handled: the pooled effect is significant where each "
        f"study’s effects are averaged (p = {p:.3f}), not significant in the three-level model of all "
        f"effects ({ends[0]}) and not significant with cluster-robust errors ({ends[1]})."
    )
    assert said("calendar", "methods.differ").startswith(told)
    assert told in said("calendar", "methods.agree")
    texts = chapters(read_data(EXAMPLES / "calendar.csv"))
    assert 'say("outcome.methods.differ")' in texts["index.qmd"]
    assert 'say("outcome.methods.agree")' in texts["chapters/03-outcome.qmd"]


def test_a_conclusion_that_hangs_on_single_studies_says_on_how_many():
    y, v = averaged(0.5)
    left = [by_reml(np.delete(y, i), np.delete(v, i))[2] for i in range(len(y))]
    turned = sum(p >= 0.05 for p in left)
    assert 0 < turned < len(y)
    assert registry("calendar").get(Value, "outcome.reml.without.turning").raw == turned
    assert said("calendar", "methods.differ").endswith(
        f"It also hangs on single studies: in {turned} of the {len(y)} analyses that leave a study out "
        "the pooled effect is not significant."
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
    tau2, _, p = by_reml(y, v)
    moments = by_hand.moments_tau2(y, v)
    assert said("stroke", "methods.differ").endswith(
        f"not significant by the recommended one (p = {p:.3f}), whose τ is larger ({sqrt(tau2):.2f} "
        f"against {sqrt(moments):.2f}), and whose interval allows for the error of τ²."
    )


def test_where_both_have_the_same_tau_the_interval_alone_is_the_cause():
    """Without any difference between the studies both have τ² of nought."""
    found = registry("statins").get(Phrase, "stroke.methods.differ").text
    assert registry("statins").get(Value, "stroke.random.tau").raw == 0
    assert "), whose interval allows for the error of τ²." in found and "larger" not in found
