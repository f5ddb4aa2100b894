"""What a value or wording says it was computed from is all that it was chosen by."""

from __future__ import annotations

import pytest

from analysis.content.moderators import MODERATORS
from analysis.display.value import Phrase, Value
from analysis.manuscript import REGISTRY
from analysis.review.printed import is_number

from by_hand import read

EFFECTS, STUDIES = read("effects"), read("studies")


def trials(outcome: str) -> set[str]:
    return {row["study"] for row in EFFECTS if row["outcome"] == outcome}


@pytest.mark.parametrize("name", ["lowest", "highest"])
def test_the_line_that_leaves_a_trial_out_rests_on_the_moderator(name):
    """Which trial is left out hangs on the moderator of each, so that of each is an input."""
    values = {row["study"]: row["quality"] for row in STUDIES}
    assert "quality" in MODERATORS
    prefix = f"symptoms.reml.regression.quality.without.{name}"
    inputs = set(REGISTRY.get(Value, f"{prefix}.estimate").inputs)
    known = {study for study in trials("symptoms") if is_number(values[study])}
    assert known and {f"studies.{study}.quality" for study in known} <= inputs
    whole = REGISTRY.get(Value, "symptoms.reml.regression.quality.estimate").inputs
    assert inputs == set(whole)


@pytest.mark.parametrize("outcome", ["symptoms", "qol"])
def test_the_largest_change_rests_on_every_change(outcome):
    """A trial is the one that changed most by what the others did."""
    both = trials(outcome) & trials(f"{outcome}_followup")
    wanted = {
        f"{of}.study.{study}.{part}"
        for of in (outcome, f"{outcome}_followup")
        for study in both
        for part in ("estimate", "variance")
    }
    prefix = f"{outcome}_followup.same_trials.change.largest"
    assert len(both) > 1
    assert wanted == set(REGISTRY.get(Value, f"{prefix}.estimate").inputs)
    assert wanted == set(REGISTRY.get(Phrase, f"{prefix}.name").inputs)
