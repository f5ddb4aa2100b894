"""Totals of events, what the pooled effect makes of a thousand, and the notes on Mantel and Haenszel."""

from __future__ import annotations

import pytest
from own_trials import COUNTS, read

import analysis as ma
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.report.absolute import difference, more_or_fewer
from analysis.report.chapters import chapters
from analysis.report.compose import compose

# Two trials alike: each ratio is that of either, and 40 of 200 with control had the event.
ALIKE = COUNTS + "A,10,100,20,100\nB,10,100,20,100\n"
CELLS = "study,ai,bi,ci,di\nA,10,90,20,80\nB,10,90,20,80\n"


def raw(registry, name: str):
    return registry.get(Value, f"outcome.{name}").raw


# At a risk of 0.2: half of it is 0.1, 100 fewer. The odds 0.1/0.9 over 0.2/0.8 have the ratio 4/9, which
# takes the odds of 0.25 to 1/9, a risk of 0.1. The difference of risks is -0.1.
@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
@pytest.mark.parametrize("text", [ALIKE, CELLS], ids=["sizes", "cells"])
def test_totals_and_the_difference_that_the_effect_makes(tmp_path, measure, text):
    settings = f"measure: {measure}\narms: [drug, placebo]"
    (tmp_path / "trials.yml").write_text(settings, encoding="utf-8")
    registry = compose(read(tmp_path, text))
    totals = {"events_treated": 20, "n_treated": 200, "events_control": 40, "n_control": 200}
    assert {name: raw(registry, f"total.{name}") for name in totals} == totals
    assert raw(registry, "absolute.control") == pytest.approx(200)
    assert raw(registry, "absolute.estimate") == pytest.approx(-100)
    said = registry.get(Phrase, "outcome.absolute.told").text
    name = {"RR": "risk ratio", "OR": "odds ratio", "RD": "risk difference"}[measure]
    assert said.startswith(
        "In all, 20 of 200 with drug and 40 of 200 with placebo had the event. At the risk with "
        f"placebo, 200 of 1000, the pooled {name} means 100 fewer per 1000 (from "
    )


@pytest.mark.parametrize(
    ("measure", "risk", "effect", "expected"),
    [
        ("RR", 0.1, 0.7, -30.0),  # 70 of 1000 in place of 100
        ("RR", 0.4, 3.0, 600.0),  # 1200 of 1000 there are not
        ("OR", 0.5, 3.0, 250.0),  # odds of 3 are a risk of 0.75
        ("OR", 1.0, 0.5, 0.0),
        ("RD", 0.03, -0.05, -30.0),
        ("RD", 0.2, 0.05, 50.0),
    ],
)
def test_a_difference_of_risks_by_hand(measure, risk, effect, expected):
    assert difference(measure, risk, effect) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("x", "said"), [(-27.4, "27 fewer"), (3.6, "4 more"), (0.0, "0 more"), (-0.04, "0.04 fewer")]
)
def test_a_difference_is_told_in_words(x, said):
    assert more_or_fewer(x) == said


def test_the_chapter_tells_it_of_counts_alone(tmp_path):
    told = 'say("outcome.absolute.told")'
    assert told in chapters(read(tmp_path, ALIKE))["chapters/03-outcome.qmd"]
    effects = "study,log_rr,se\nA,0.1,0.2\nB,0.3,0.2\n"
    data = read(tmp_path, effects)
    assert told not in chapters(data)["chapters/03-outcome.qmd"]
    assert "outcome.absolute.control" not in compose(data)


NOUGHT = COUNTS + "A,4,100,8,100\nB,0,90,3,95\nC,5,80,9,85\n"
SILENT = COUNTS + "A,4,100,8,100\nB,0,90,0,95\nC,5,80,9,85\n"


@pytest.mark.parametrize(
    ("text", "corrected", "silent"),
    [(ALIKE, False, False), (NOUGHT, True, False), (SILENT, False, True)],
)
def test_the_row_of_mantel_and_haenszel_tells_what_it_rests_on(tmp_path, text, corrected, silent):
    table = compose(read(tmp_path, text)).get(Table, "outcome.pooled")
    row = table.rows[0].cells
    assert row["model"] == "Mantel–Haenszel"
    assert (row["i2"] is None) is corrected
    assert any("counts of zero to be corrected" in note for note in table.notes) is corrected
    assert any("trials of which no ratio can be told" in n for n in table.notes) is silent


@pytest.mark.parametrize("measure", ["RR", "OR"])
def test_a_silent_trial_leaves_the_summary_of_mantel_and_haenszel_as_it_is(measure):
    both = [
        ma.mantel_haenszel(
            measure, events_treated=a, n_treated=n, events_control=c, n_control=m
        )
        for a, n, c, m in (
            ([4, 0, 5], [100, 90, 80], [8, 0, 9], [100, 95, 85]),
            ([4, 5], [100, 80], [8, 9], [100, 85]),
        )
    ]  # fmt: skip
    for end in ("estimate", "ci_low", "ci_high"):
        assert getattr(both[0], end) == pytest.approx(getattr(both[1], end), rel=1e-12)
