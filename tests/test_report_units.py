"""The unit of an outcome stands wherever its effects do, and a report says where it is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_trials import problems, read

from analysis.display.figure import Figure
from analysis.display.table import Table
from analysis.display.value import Phrase
from analysis.report.compose import compose, read_data

from svg import texts

STROKE = Path(__file__).parent.parent / "examples" / "stroke.csv"
SEVERAL = "study,outcome,mean_t,sd_t,n_t,mean_c,sd_c,n_c\n" + "".join(
    f"S{i},{outcome},{i},2,30,{i + 1},2,31\n" for i in range(3) for outcome in ("pain", "stay")
)


def heads(registry, name: str) -> list[str]:
    return [column.label for column in registry.get(Table, name).columns]


def test_a_unit_stands_in_text_heads_axes_and_with_tau():
    registry = compose(read_data(STROKE))
    for name, said in (
        ("data.unit", "Its unit, as set: days."),
        ("outcome.measure", "mean difference in days"),
        ("outcome.analysed", "the mean difference in days"),
    ):
        assert registry.get(Phrase, name).text == said
    assert "MD, days" in heads(registry, "outcome.studies")
    assert {"Estimate, days", "τ, days"} <= set(heads(registry, "outcome.pooled"))
    drawn = texts(registry.get(Figure, "outcome.forest").svg)
    assert "MD, days" in drawn
    assert " ".join(drawn).count(" days") == 2 and " days" in " ".join(drawn).split("τ = ")[1]
    axes = "Mean difference in days against Standard error in days. "
    assert axes in registry.get(Figure, "outcome.funnel").alt


@pytest.mark.parametrize(
    ("settings", "said", "measures"),
    [
        (
            "",
            "The file does not tell the unit of pain and stay; a line such as ‘unit: days’ in "
            "trials.yml can.",
            ["mean difference", "mean difference"],
        ),
        (
            "unit: {stay: days}",
            "Its unit, as set: days (stay). The file does not tell the unit of pain; a line such "
            "as ‘unit: days’ in trials.yml can.",
            ["mean difference", "mean difference in days"],
        ),
        (
            "unit: points",
            "Its unit, as set: points (pain) and points (stay).",
            ["mean difference in points"] * 2,
        ),
    ],
)
def test_outcomes_have_units_of_their_own(tmp_path, settings, said, measures):
    (tmp_path / "trials.yml").write_text(f"measure: MD\n{settings}", encoding="utf-8")
    registry = compose(read(tmp_path, SEVERAL))
    assert registry.get(Phrase, "data.unit").text == said
    assert [registry.get(Phrase, f"{o}.measure").text for o in ("pain", "stay")] == measures


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("measure: MD\nunit: {sleep: hours}", "trials.yml:2:unit: 'sleep' is set, and there is no"),
        ("measure: MD\nunit: [hours]", "trials.yml:2:unit: must be one text, such as days, or"),
        ("measure: MD\nunit: {pain: [a]}", "trials.yml:2:unit: 'pain' is ['a']; it must be text"),
    ],
)
def test_a_unit_that_says_nothing_is_refused(tmp_path, settings, said):
    (tmp_path / "trials.yml").write_text(settings, encoding="utf-8")
    (told,) = problems(tmp_path, SEVERAL)
    assert told.startswith(said)


def test_a_risk_has_no_unit(tmp_path):
    (tmp_path / "trials.yml").write_text("unit: days", encoding="utf-8")
    (told,) = problems(tmp_path, "study,events_t,n_t,events_c,n_c\nA,1,9,2,9\nB,3,8,2,9\n")
    assert told.startswith("trials.yml:1:unit: is set, and the outcome of measure RR has no unit")


def test_standardised_effects_are_in_no_unit_though_the_outcome_may_have_one(tmp_path):
    (tmp_path / "trials.yml").write_text("measure: SMD\nunit: days", encoding="utf-8")
    registry = compose(read(tmp_path, SEVERAL))
    assert registry.get(Phrase, "pain.measure").text == "standardised mean difference"
    assert registry.get(Phrase, "data.unit").text == ""
