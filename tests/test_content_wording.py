"""Words follow numbers: when data change, no sentence goes on saying what is no longer so."""

from __future__ import annotations

import csv
import shutil
from math import sqrt
from statistics import NormalDist

import pytest
from scipy import stats

from analysis.content.compose import compose
from analysis.content.wording import benefit, prediction
from analysis.display.value import Phrase, Value
from analysis.manuscript import REGISTRY

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


def test_the_probability_of_a_benefit_is_that_of_the_prediction_interval():
    def raw(name):
        return REGISTRY.get(Value, f"symptoms.random.{name}").raw

    # The interval's lower end has 2.5 per cent below it; the probability is by the same t.
    spread = sqrt(raw("tau2") + raw("se") ** 2)
    assert raw("prediction_low") == pytest.approx(
        raw("estimate") - stats.t.ppf(0.975, raw("k") - 2) * spread
    )
    expected = 100 * stats.t.sf(0, raw("k") - 2, raw("estimate"), spread)
    assert raw("predicted_benefit") == pytest.approx(expected)
    assert benefit(0.0, 0.1, 0.1, 5) == pytest.approx(50)
    assert benefit(1.0, 0.1, 0.1, 2) is None


@pytest.mark.parametrize(
    ("low", "high", "chance", "words"),
    [
        (-0.21, 1.84, 94, ("most settings psychotherapy would do better", "up to a small effect")),
        (-1.06, 2.93, 83, ("do better", "up to a large effect")),
        (-0.1, 2.0, 97, ("do better", "up to a very small effect")),
        (-5.5, 8.7, 71, ("depends on the setting",)),
        (-1.84, 0.21, 6, ("most settings psychotherapy would do worse", "better by up to a small")),
        (0.1, 0.5, 99, ("stays on the side of psychotherapy",)),
        (-0.5, -0.1, 1, ("stays on the side of the comparison",)),
        (None, None, None, ("cannot be computed",)),
    ],
)
def test_a_prediction_is_no_coin_toss_where_the_probability_is_not(low, high, chance, words):
    def shown(raw):
        return Value(
            "x", raw, f"{raw:.2f}".replace("-", "\u2212") if raw is not None else "—", "test"
        )

    said = prediction(shown(low), shown(high), shown(chance))
    assert all(word in said for word in words), said
