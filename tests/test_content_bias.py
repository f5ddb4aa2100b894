"""Fail-safe numbers by their tails, and Kendall's test of the other kind of effect."""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
import pytest

from analysis.display.table import Table
from analysis.display.value import Value
from analysis.manuscript import REGISTRY

from by_hand import PRINTED, concordance, kendall, read
from edited import raw, said
from refit import effects_of

OUTCOMES = ("symptoms", "symptoms_completers", "symptoms_followup", "qol", "qol_followup")
# Percentage points of the normal distribution, from any table of it.
ONE_TAIL, BOTH_TAILS = 1.644854, 1.959964


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_fail_safe_numbers(outcome):
    """The fewest trials of z = 0 beside which Stouffer's z, or the fixed-effect z, is too small."""
    _, y, v = effects_of(outcome)
    z, k = np.sum(y / np.sqrt(v)), len(y)
    for name, critical in (("rosenthal", ONE_TAIL), ("rosenthal_both", BOTH_TAILS)):
        n = raw(REGISTRY, f"{outcome}.failsafe.{name}")
        assert z / sqrt(k + n) <= critical < z / sqrt(k + n - 1)
    # Rosenberg (2005): the missing have the mean weight of the others.
    total = np.sum(1 / v)
    n = ((np.sum(y / v) / BOTH_TAILS) ** 2 - total) / (total / k)
    assert raw(REGISTRY, f"{outcome}.failsafe.rosenberg") == ceil(n)


def test_every_fail_safe_number_says_its_tails():
    labels = [c.label for c in REGISTRY.get(Table, "bias").columns if c.spanner == "Fail-safe N"]
    assert labels == ["Rosenthal, single tail", "Rosenthal, both tails", "Rosenberg, both tails"]
    source = REGISTRY.get(Value, "symptoms.failsafe.rosenthal").source
    assert source.endswith("(Rosenthal, single tail)")


def test_kendalls_test_of_hedges_g_gives_what_is_printed():
    """By the usual approximation of J, which leaves the order of all pairs as it is."""
    studies, y, v = effects_of("symptoms")
    n = {r["study"]: int(r["n_treatment"]) + int(r["n_control"]) for r in read("studies")}
    j = np.array([1 - 3 / (4 * (n[study] - 2) - 1) for study in studies])
    found = kendall(j * y, j**2 * v)
    assert (concordance(j * y, j**2 * v)[np.triu_indices(len(y), 1)] != 0).all()
    prefix = "symptoms.kendall.g"
    assert found["statistic"] == raw(REGISTRY, f"{prefix}.statistic")
    assert found["tau"] == pytest.approx(raw(REGISTRY, f"{prefix}.tau"))
    for name in ("statistic", "tau"):
        printed = PRINTED[f"results.symptoms.kendall.{name}"]
        assert REGISTRY.get(Value, f"{prefix}.{name}").text == printed
    assert raw(REGISTRY, "symptoms.kendall.statistic") != found["statistic"]
    assert raw(REGISTRY, "symptoms.kendall.pairs") == 18 * 17 / 2
    assert said(REGISTRY, f"{prefix}.met") == "is what the publication prints"
