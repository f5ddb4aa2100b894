"""Studies in which nobody has the event."""

from __future__ import annotations

import pytest
from own_trials import COUNTS, read

from analysis.display.value import Phrase, Value
from analysis.report.compose import compose

EMPTY = COUNTS + "A,4,100,8,100\nB,0,90,0,95\nC,5,80,9,85\n"


def test_a_trial_without_any_event_is_told_and_left_out_beside(tmp_path):
    registry = compose(read(tmp_path, EMPTY))
    said = (
        "B (line 3) has no event in either arm. Such a trial says nothing of a ratio; pooled here,"
    )
    assert registry.get(Phrase, "data.empty").text.startswith(said)
    assert registry.get(Phrase, "outcome.empty.told").text.startswith(said)
    without = compose(read(tmp_path, EMPTY.replace("B,0,90,0,95\n", "")))
    for end in ("estimate", "ci_low", "ci_high"):
        expected = without.get(Value, f"outcome.reml.{end}").raw
        assert registry.get(Value, f"outcome.eventful.{end}").raw == pytest.approx(expected)
        assert registry.get(Value, f"outcome.reml.{end}").raw != pytest.approx(expected, abs=1e-4)
    assert without.get(Phrase, "outcome.empty.told").text == ""
    assert without.get(Value, "outcome.eventful.estimate").raw is None


def test_trials_without_any_event_tell_of_a_risk_difference(tmp_path):
    (tmp_path / "trials.yml").write_text("measure: RD", encoding="utf-8")
    registry = compose(read(tmp_path, EMPTY))
    assert registry.get(Phrase, "data.empty").text == ""


def test_trials_of_which_none_has_an_event_are_told(tmp_path):
    registry = compose(read(tmp_path, COUNTS + "A,0,100,0,100\nB,0,90,0,95\n"))
    said = registry.get(Phrase, "outcome.empty.told").text
    assert said.startswith("A (line 2) and B (line 3) have no event") and "Without" not in said
