"""Words follow numbers: when data change, no sentence goes on saying what is no longer so."""

from __future__ import annotations

import csv
import shutil
from statistics import NormalDist

import pytest

from analysis.content.compose import compose
from analysis.display.value import Phrase

from conftest import ROOT

with (ROOT / "data/effects.csv").open(encoding="utf-8", newline="") as _file:
    HEADER, *ROWS = csv.reader(_file)


def printed(row, smd):
    """`row` with another effect, its standard error kept, all else computed and printed anew."""
    se = float(row[3])
    low, high, z = smd - 1.959964 * se, smd + 1.959964 * se, smd / se
    p = 2 * NormalDist().cdf(-abs(z))
    return [*row[:2], *(f"{x:.3f}" for x in (smd, se, se * se, low, high, z, p))]


@pytest.fixture
def say(tmp_path):
    """Compose with every effect changed, and return the phrase of a name."""

    def composed(change):
        data = shutil.copytree(ROOT / "data", tmp_path / "data")
        rows = [printed(row, change(place, float(row[2]))) for place, row in enumerate(ROWS)]
        with (data / "effects.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADER, *rows])
        registry = compose(data)
        return lambda name: registry.get(Phrase, name).text

    return composed


OUTCOMES = ("symptoms", "symptoms_completers", "symptoms_followup", "qol", "qol_followup")


def test_as_printed_the_effects_are_clear_and_differ(say):
    said = say(lambda place, smd: smd)
    assert said("symptoms.random.direction").startswith("were lower with psychotherapy")
    assert said("qol.random.direction").startswith("was better with psychotherapy")
    assert said("symptoms.heterogeneity") == "differ more than chance alone would explain"
    assert said("symptoms.egger.asymmetry") == "lie asymmetrically around their mean"
    assert said("symptoms.regression.quality.relation") == "went with smaller effects"


def test_without_effects_nothing_is_called_an_effect(say):
    said = say(lambda place, smd: 0.01 * (-1) ** place)
    for outcome in OUTCOMES:
        assert "did not differ clearly" in said(f"{outcome}.random.direction")
        assert said(f"{outcome}.heterogeneity").startswith("show no clear heterogeneity")
        assert "both sides of no difference" in said(f"{outcome}.prediction")


def test_turned_round_the_comparison_is_better(say):
    said = say(lambda place, smd: -smd)
    for outcome in OUTCOMES[:3]:
        assert said(f"{outcome}.random.direction").startswith("were higher")
    for outcome in OUTCOMES[3:]:
        assert said(f"{outcome}.random.direction").startswith("was worse")
    assert said("symptoms.regression.quality.relation") == "went with larger effects"
