"""Words follow numbers: when data change, no sentence goes on saying what is no longer so."""

from __future__ import annotations

import pytest

from analysis.content.wording import prediction
from analysis.display.value import Phrase

from edited import ROWS, edited, reprinted


@pytest.fixture
def say(tmp_path):
    """Compose with every effect changed, and return the phrase of a name."""

    def composed(change):
        rows = [reprinted(row, change(place, float(row[2]))) for place, row in enumerate(ROWS)]
        registry = edited(tmp_path, rows)
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
        assert "does not rule out that in a new setting" in said(f"{outcome}.prediction")


def test_turned_round_the_comparison_is_better(say):
    said = say(lambda place, smd: -smd)
    for outcome in OUTCOMES[:3]:
        assert said(f"{outcome}.random.direction").startswith("were higher")
    for outcome in OUTCOMES[3:]:
        assert said(f"{outcome}.random.direction").startswith("was worse")
    assert said("symptoms.regression.quality.relation") == "went with larger effects"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.2, 1.8, "for the larger part on the side of psychotherapy, but does not rule out that in a "
                    "new setting the comparison does"),
        (-1.8, 0.2, "for the larger part on the side of the comparison, but does not rule out that in a "
                    "new setting psychotherapy does"),
        (0.1, 0.5, "stays on the side of psychotherapy"),
        (-0.5, -0.1, "stays on the side of the comparison"),
        (None, None, "cannot be computed"),
    ],
)  # fmt: skip
def test_a_prediction_says_which_side_and_what_is_not_ruled_out(low, high, words):
    assert words in prediction(low, high)
