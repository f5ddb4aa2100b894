"""Totals of events, what the pooled effect makes of a thousand, and the notes on Mantel and Haenszel."""

from __future__ import annotations

from math import exp
from pathlib import Path

import pytest
from own_trials import COUNTS, read

import analysis as ma
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.report.absolute import difference, more_or_fewer, places
from analysis.report.chapters import chapters
from analysis.report.compose import compose, read_data

from leaves import REFERENCE, document

EXAMPLES = Path(__file__).parent.parent / "examples"
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
        ("RD", 0.03, -0.05, -50.0),  # the same at every risk
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


# Three trials with the same effect, which then is the pooled one, at unlike risks. RR: half of 2, of 100
# and of 800 of 1000. OR 4/9: at 40 of 1000 odds of 1/24 become 1/54, a risk of 1/55; at 500 odds of 1
# become 4/9, a risk of 4/13. RD: a tenth less.
UNLIKE = {
    "RR": ("A,1,1000,2,1000\nB,40,100,80,100\nC,10,200,20,200\n", (2, 100, 800), (-1, -50, -400)),
    "OR": (
        "A,1,55,4,100\nB,10,100,20,100\nC,40,130,65,130\n",
        (40, 200, 500), (1000 / 55 - 40, -100, 4000 / 13 - 500),
    ),
    "RD": (
        "A,50,500,100,500\nB,400,1000,500,1000\nC,150,1000,250,1000\n",
        (200, 250, 500), (-100, -100, -100),
    ),
}  # fmt: skip
PLACES = "lowest", "control", "highest"


@pytest.mark.parametrize("measure", UNLIKE)
def test_the_effect_is_told_at_the_median_risk_and_at_the_farthest(tmp_path, measure):
    rows, risks, differences = UNLIKE[measure]
    (tmp_path / "trials.yml").write_text(f"measure: {measure}", encoding="utf-8")
    registry = compose(read(tmp_path, COUNTS + rows))
    assert [raw(registry, f"absolute.{name}") for name in PLACES] == pytest.approx(risks)
    assert raw(registry, "absolute.median") == pytest.approx(risks[1])
    names = "lowest.estimate", "estimate", "highest.estimate"
    assert [raw(registry, f"absolute.{name}") for name in names] == pytest.approx(differences)


def told(folder, rows: str, measure: str = "RR") -> str:
    """What is said of the numbers in `rows` after the totals."""
    settings = f"measure: {measure}\narms: [drug, placebo]"
    (folder / "trials.yml").write_text(settings, encoding="utf-8")
    text = compose(read(folder, COUNTS + rows)).get(Phrase, "outcome.absolute.told").text
    return text.partition("had the event.")[2]


CAUTION = (
    " These numbers take the ratio to be the same at every risk and the risk as known, and do not tell "
    "how far effects differ between studies."
)


def test_small_numbers_are_told_with_decimals(tmp_path):
    said = told(tmp_path, UNLIKE["RR"][0])
    assert said.startswith(
        " The risk with placebo ran from 2.0 to 800 of 1000 participants, with median 100. At the "
        "median the pooled risk ratio means 50 fewer per 1000 (from "
    )
    assert said.endswith(
        "); at the lowest and the highest risk, 1.0 fewer and 400 fewer." + CAUTION
    )


def test_the_risks_of_the_bcg_trials():
    """The risks are of examples/bcg.csv: 3/2341, 10/629 (the seventh of thirteen) and 372/1451."""
    registry = compose(read_data(EXAMPLES / "bcg.csv"))
    risks = [1000 * x / n for x, n in ((3, 2341), (10, 629), (372, 1451))]
    assert [raw(registry, f"absolute.{name}") for name in PLACES] == pytest.approx(risks)
    fit = document(REFERENCE / "metafor" / "bcg_rr.json")["fits"]["REML"]["knha"]
    fewer = [x * (1 - exp(fit["b"][0])) for x in risks]
    names = "lowest.estimate", "estimate", "highest.estimate"
    found = [raw(registry, f"absolute.{name}") for name in names]
    assert found == pytest.approx([-x for x in fewer], rel=1e-6)
    said = registry.get(Phrase, "outcome.absolute.told").text
    assert " ran from 1.3 to 256 of 1000 participants, with median 16. At the median " in said
    assert " means 8 fewer per 1000 (from " in said
    assert "; at the lowest and the highest risk, 0.7 fewer and 131 fewer." in said


# The variances of the differences are (0.09 + 0.16)/500, (0.24 + 0.25)/1000 and (0.1275 + 0.1875)/1000,
# the inverses 2000, 2041 and 3175, and the error of their mean 0.01177: times t on 2 df, 4.303, 0.0507.
def test_a_difference_of_risks_is_told_of_every_risk(tmp_path):
    said = told(tmp_path, UNLIKE["RD"][0], "RD")
    assert said == (
        " The risk with placebo ran from 200 to 500 of 1000 participants, with median 250. At every "
        "risk the pooled risk difference means 100 fewer per 1000 (from 151 fewer to 49 fewer). "
        "These numbers do not tell how far effects differ between studies."
    )


@pytest.mark.parametrize(
    ("rows", "remark"),
    [
        ("A,0,100,10,100\nB,40,100,50,100\n", "the lowest risk some of this would be fewer than none."),
        ("A,100,100,90,100\nB,60,100,50,100\n", "the highest risk some of this would be more than all."),
        ("A,0,100,10,100\nB,0,100,10,100\n", "this risk some of this would be fewer than none."),
    ],
)  # fmt: skip
def test_a_difference_of_risks_that_goes_beyond_is_remarked(tmp_path, rows, remark):
    assert told(tmp_path, rows, "RD").count(f" At {remark}") == 1


def test_a_risk_ratio_goes_no_further_than_all(tmp_path):
    """Of 300 of 1000 three times as many are 900; of 500 they would be more than all, 500 more."""
    remark = " More than all cannot have it, so that what goes beyond is cut off."
    rows = "".join(f"S{n},{3 * n},1000,{n},1000\n" for n in (300, 200, 100, 250))
    said = told(tmp_path, rows)
    assert remark not in said and said.count(" and 600 more.") == 1
    said = told(tmp_path, rows + "E,1000,1000,500,1000\n")
    assert " and 500 more." + remark + CAUTION in said


@pytest.mark.parametrize("measure", ["RR", "OR"])
def test_a_ratio_makes_nothing_of_a_risk_of_none(tmp_path, measure):
    said = told(tmp_path, "A,1,100,0,100\nB,10,100,20,100\nC,10,100,30,100\n", measure)
    assert " ran from 0 to 300 of 1000 participants, with median 200. At the median " in said
    assert "; at the highest risk, " in said and " 0 more" not in said


# The median of three is none; all groups together have 20 of 300 and 280 of 300.
@pytest.mark.parametrize(
    ("measure", "rows", "words"),
    [
        ("RR", "A,1,100,0,100\nB,2,100,0,100\nC,10,100,20,100\n", ("0 to 200", "0", "67")),
        ("OR", "A,1,100,0,100\nB,2,100,0,100\nC,10,100,20,100\n", ("0 to 200", "0", "67")),
        ("OR", "A,90,100,100,100\nB,95,100,100,100\nC,70,100,80,100\n", ("800 to 1000", "1000", "933")),
    ],
)  # fmt: skip
def test_where_the_median_tells_nothing_the_risk_of_all_is_taken(tmp_path, measure, rows, words):
    ran, middle, of_all = words
    said = told(tmp_path, rows, measure)
    assert said.startswith(
        f" The risk with placebo ran from {ran} of 1000 participants, and was {middle} in at least "
        f"half of the studies. At the risk of all together, {of_all} of 1000, the pooled "
    )
    assert said.count("; at the ") == 1 and "lowest and the highest" not in said


def test_where_nobody_has_the_event_a_ratio_is_not_told_in_numbers(tmp_path):
    rows = "A,1,100,0,100\nB,2,100,0,100\n"
    assert told(tmp_path, rows) == ""
    said = told(tmp_path, rows, "RD")
    assert said.startswith(
        " At the risk with placebo, 0 of 1000, the pooled risk difference means "
    )


def test_a_single_study_is_told_at_its_own_risk(tmp_path):
    assert told(tmp_path, "A,10,100,20,100\n").startswith(
        " At the risk with placebo, 200 of 1000, the risk ratio means 100 fewer per 1000 (from "
    )
    assert "These numbers" not in told(tmp_path, "A,10,100,20,100\n")


@pytest.mark.parametrize(
    ("largest", "expected"),
    [(0.0, 0), (0.049, 3), (0.05, 2), (0.66, 1), (-4.9, 1), (5.0, 0), (256.0, 0)],
)
def test_decimals_change_a_number_by_a_tenth_at_most(largest, expected):
    """Half a unit of the last decimal is a tenth of 5, of 0.5 and of 0.05."""
    assert places(largest) == expected


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


def test_a_risk_ratio_tells_of_a_risk_at_which_all_have_the_event(tmp_path):
    (tmp_path / "trials.yml").write_text("measure: RR", encoding="utf-8")
    found = compose(read(tmp_path, COUNTS + "A,50,100,100,100\nB,45,90,90,90\n"))
    ratio, fewer = (found.get(Value, f"outcome.{n}.estimate").raw for n in ("reml", "absolute"))
    assert fewer == pytest.approx(1000 * (ratio - 1))
    assert "1000 of 1000, the pooled" in found.get(Phrase, "outcome.absolute.told").text
