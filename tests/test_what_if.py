"""The experiment's page against the engine, in Chromium: its numbers and the conclusions."""

from __future__ import annotations

import random
from urllib.parse import urlencode

import numpy as np
import pytest

import analysis as ma
from analysis.display.value import Phrase, Value
from analysis.manuscript import REGISTRY

from experiment import DATA, FOLLOW, REVIEW, address, expected, included, state

ALPHA = 0.05


@pytest.mark.parametrize("states", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_states_by_the_hundred_have_the_numbers_of_the_engine(opened, states):
    draw = random.Random(20261130)
    several = 0
    for _ in range(states):
        chosen = state(draw)
        shown = opened.evaluate(FOLLOW, address(chosen))["numbers"]
        ours = expected(chosen)
        several += ours.get("k", 0) > 2
        for name, value in ours.items():
            if np.isnan(value):
                assert shown[name] is None, (chosen, name)
            else:
                # What is 0 to one may be rounding to the other: tau2 and I2 on the boundary, Q of one.
                assert shown[name] == pytest.approx(value, rel=1e-8, abs=1e-9), (chosen, name)
        if not ours:
            assert shown["estimate"] is None and shown["k"] is None
    assert several > states / 2


def judged(chosen: dict) -> dict[str, bool | None]:
    """Whether each conclusion holds, from the engine's results."""
    studies, yi, vi = included(chosen)
    k, found = len(yi), {}
    options = {"method": chosen["method"], "ci": chosen["ci"]}
    result = ma.pool(yi, vi=vi, **options) if k else None
    for rule in DATA["conclusions"]:
        if rule["outcome"] != chosen["outcome"]:
            continue
        holds: bool | None = None
        if rule["kind"] == "effect" and k:
            holds = result.pvalue < ALPHA and result.estimate > 0
        elif rule["kind"] == "size" and k:
            shown = abs(float(f"{result.estimate:.2f}"))
            word = "large" if shown >= 0.8 else "moderate" if shown >= 0.5 else "small"
            holds = shown >= 0.2 and word in rule["words"]
        elif rule["kind"] == "degree" and k > 1:
            shown = float(f"{result.i2:.0f}")
            word = "high" if shown >= 75 else "moderate" if shown >= 50 else "low"
            holds = shown >= 25 and word in rule["words"]
        elif rule["kind"] == "heterogeneous" and k > 1:
            holds = (result.q_pvalue < ALPHA) == rule["expected"]
        elif rule["kind"] == "asymmetry" and k > 2:
            try:
                test = ma.egger(yi, vi=vi)
                biased = test.pvalue < ALPHA and (not rule["expected"] or test.estimate > 0)
                holds = biased == rule["expected"]
            except ValueError:
                holds = None
        elif rule["kind"] == "groups" and k:
            members = DATA["groups"][rule["variable"]]["members"]
            own = [i for i, study in enumerate(studies) if study in members]
            labels = [members[studies[i]] for i in own]
            if len(set(labels)) > 1:
                test = ma.subgroups(yi[own], vi=vi[own], groups=labels, **options)
                holds = (test.q_between_pvalue < ALPHA) == rule["differ"]
        elif rule["kind"] == "predicted" and k > 2 and chosen["method"] != "EE":
            interval = result.prediction_interval()
            holds = (interval.low > 0 or interval.high < 0) == rule["clear"]
        elif rule["kind"] == "steady" and k > 2:
            without = ma.leave_one_out(yi, vi=vi, **options).pvalue
            holds = bool(np.all((without < ALPHA) == (result.pvalue < ALPHA)))
        found[rule["id"]] = holds
    return found


def test_the_conclusions_follow_from_the_engines_results(opened):
    draw = random.Random(7)
    turned = 0
    for _ in range(80):
        chosen = state(draw)
        shown = opened.evaluate(FOLLOW, address(chosen))["holds"]
        assert shown == judged(chosen), chosen
        usual = {
            **chosen,
            "method": DATA["outcomes"][chosen["outcome"]]["method"],
            "ci": "z",
            "correction": "d",
            "only": "",
            "without": [],
            "own": [],
        }
        turned += shown != judged(usual)
    assert turned > 20


@pytest.mark.parametrize("outcome", DATA["outcomes"])
def test_it_starts_with_the_published_analysis(opened, outcome):
    shown = opened.evaluate(FOLLOW, urlencode({"outcome": outcome}))["numbers"]
    model = "fixed" if DATA["outcomes"][outcome]["method"] == "EE" else "random"
    for name in ("k", "estimate", "ci_low", "ci_high", "pvalue"):
        assert shown[name] == pytest.approx(
            REGISTRY.get(Value, f"{outcome}.{model}.{name}").raw, rel=1e-8
        )


def test_claims_get_the_verdict_of_the_table_of_claims(opened):
    words = {True: "holds", False: "does not hold", None: "cannot be checked"}
    compared = 0
    for outcome in DATA["outcomes"]:
        shown = opened.evaluate(FOLLOW, urlencode({"outcome": outcome}))["holds"]
        for rule, holds in shown.items():
            name = f"claims.{rule}.verdict"
            if rule in set(REVIEW.claims["id"]):
                verdict = REGISTRY.get(Phrase, name).text
                assert verdict in (words[holds], "depends on convention"), rule
                compared += verdict == words[holds]
    assert compared >= 7
