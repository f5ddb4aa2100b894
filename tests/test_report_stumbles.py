"""What people put into files of trials that no analysis can use, and what the report says of it."""

from __future__ import annotations

from math import exp
from pathlib import Path
from runpy import run_path

import pytest
from own_trials import COUNTS, problems, read

import analysis as ma
from analysis.display.value import Phrase, Value
from analysis.report.cells import holds_several, in_file_terms, is_sum, no_number
from analysis.report.chapters import chapters
from analysis.report.compose import compose, read_data
from analysis.report.intervals import off_centre
from analysis.report.project import write_project

from leaves import REFERENCE, document

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.parametrize(
    ("cell", "decimal", "said"),
    [
        ("12%", ".", "a percentage"),
        ("1,210", ".", "if it is 1210"),
        ("1.210", ",", "if it is 1210"),
        ("9,8", ".", "the file’s decimal sign is a point"),
        ("9.85", ",", "the file’s decimal sign is a comma"),
        ("0.70 (0.45-1.10)", ".", "several numbers"),
        ("O.4", ".", "if it is not known, leave all numbers of its effect"),
    ],
)
def test_a_cell_that_is_no_number_is_told_what_to_write(cell, decimal, said):
    assert said in no_number(cell, decimal)


@pytest.mark.parametrize(
    ("cell", "several"),
    [
        ("0.70 (0.45-1.10)", True), ("0,70 [0,45; 1,10]", True), ("−0.3 (−0.5 to −0.1)", True),
        ("0.70", False), ("0.70 (12)", True), ("-0.3", False), ("see 0.7 (0.4-1.1)", False),
    ],
)  # fmt: skip
def test_an_effect_with_its_interval_in_a_cell_is_seen(cell, several):
    assert holds_several(cell) is several


def test_a_row_that_sums_the_others_up_is_refused(tmp_path):
    assert is_sum("Total") and is_sum(" all studies ") and not is_sum("Totaljerk 2001")
    (told,) = problems(tmp_path, COUNTS + "A,4,100,8,100\nB,5,90,9,95\nTotal,9,190,17,195\n")
    assert told.startswith("trials.csv:4:study: 'Total' seems to sum the others up")


def test_a_standard_deviation_of_nought_is_refused(tmp_path):
    header = "study,mean_t,sd_t,n_t,mean_c,sd_c,n_c\n"
    (told,) = problems(tmp_path, header + "A,1,0,20,2,1,20\nB,1,1,20,2,1,20\n")
    assert told.startswith(
        "trials.csv:2:sd_t: is 0; a standard deviation is above 0; check whether"
    )


def test_the_engine_s_complaints_speak_of_the_file_s_columns():
    columns = {"events_treated": "dead_1", "n_treated": "n_1", "n_control": "n"}
    said = "events_treated[0] is 12.0; it must not exceed n_treated, the arm's size"
    cells = {"dead_1": "12", "n_1": "10", "n": "11"}
    told = "is 12; it must not exceed n_1, the arm's size; here n_1 is 10"
    assert in_file_terms(said, columns, cells) == ("dead_1", told)


def test_a_column_named_like_another_s_role_keeps_its_name():
    columns = {"events_treated": "n_treated", "n_treated": "sample 1.0"}
    said = "events_treated[0] is 12.0; it must not exceed n_treated, the arm's size"
    told = "is 12; it must not exceed sample 1.0, the arm's size; here sample 1.0 is 9"
    cells = {"n_treated": "12", "sample 1.0": "9"}
    assert in_file_terms(said, columns, cells) == ("n_treated", told)


def test_what_is_missing_for_an_effect_is_told_in_short(tmp_path):
    header = "study,mean1,se1,n1,mean2,se2,n2\n"
    (told,) = problems(tmp_path, header + "A,1,1,20,2,1,20\nB,1,1,20,2,1,20\n")
    assert "of which sd_treated and sd_control cannot be found" in told
    assert "a standard error is no standard deviation" in told
    assert "not recognised: se1, se2" in told and "trials.yml" in told
    # Nothing may lead to a standard error being read as a standard deviation.
    assert "se1: sd" not in told


def test_an_interval_in_the_effect_s_cell_is_told_by_its_column(tmp_path):
    (told,) = problems(tmp_path, "study,OR (95% CI)\nA,0.70 (0.45-1.10)\nB,0.55 (0.33-0.90)\n")
    assert "OR (95% CI) holds an effect and its interval in a cell" in told


@pytest.mark.parametrize(
    "header", ["study;OR;95% CI lower;95% CI upper", "study;OR;Lower 95% CI;Upper 95% CI"]
)
def test_the_coverage_may_stand_in_the_name_of_a_limit(tmp_path, header):
    data = read(tmp_path, f"{header}\nA;0,70;0,45;1,10\nB;0,55;0,33;0,90\n", "utf-8-sig")
    assert data.columns.form == ("ratio", "ci_low", "ci_high")
    assert data.columns.measure.key == "OR"


def test_marks_of_what_was_not_reported_are_missing_cells(tmp_path):
    data = read(tmp_path, COUNTS + "A,4,100,8,100\nB,5,90,9,95\nC,n.r.,NR,not reported,?\n")
    assert [trial.name for trial in data.outcomes[0].trials] == ["A", "B"]
    assert len(data.left_out) == 1


def test_ratios_alone_are_not_said_to_be_of_a_treatment():
    registry = compose(read_data(EXAMPLES / "smoke.csv"))
    said = registry.get(Phrase, "outcome.reml.direction").text
    assert (
        said
        == "the ratio is above that of no difference (“Higher risk with exposure”), which is worse, "
        "and the interval does not cross the line of no difference"
    )
    counts = compose(read_data(EXAMPLES / "bcg.csv"))
    said = "less frequent with vaccination than with no vaccination (“Favours vaccination”)"
    assert said in counts.get(Phrase, "outcome.reml.direction").text


def test_effects_that_are_not_amid_their_intervals_are_told():
    """The middles of the limits, logged, are 1.13, 1.28 and 1.55 for odds of 1.20, 1.20 and 1.60."""
    said = compose(read_data(EXAMPLES / "smoke.csv")).get(Phrase, "data.off_centre").text
    assert "in Cardenas (line 5), Wu (line 13) and Stockwell (line 31):" in said


@pytest.mark.parametrize(
    ("row", "off"),
    [
        # Half a unit of each number aside, -0.35 is the middle of -0.80 and 0.10, and -0.30 is not.
        ("-0.35,-0.80,0.10", False), ("-0.36,-0.80,0.10", False), ("-0.30,-0.80,0.10", True),
        # Whole numbers are rounded as well: 31 may be 31.25, amid 9.75 and 52.75.
        ("31,10,53", False), ("30,10,53", True),
        # As it is typeset, and as programs write it.
        ("−0.36,−0.80,0.10", False), ("−0.30,−0.80,0.10", True), ("+0.36,-0.10,0.80", False),
        ("-3.6e-1,-8.0e-1,1.0e-1", False), ("-3.0e-1,-8.0e-1,1.0e-1", True),
    ],
)  # fmt: skip
def test_rounding_is_allowed_for_where_an_effect_is_not_amid_its_interval(tmp_path, row, off):
    data = read(tmp_path, f"study,logOR,lower,upper\nA,{row}\nB,-0.60,-1.10,-0.10\n")
    assert [row.name for row in off_centre(data)] == ["A"] * off


def test_the_larger_of_both_errors_is_taken_and_the_smaller_one_told():
    registry = compose(read_data(EXAMPLES / "smoke.csv"))
    theirs = document(REFERENCE / "metafor" / "hackshaw1998.json")["fits"]["REML"]
    for name, test in (("reml", "adhoc"), ("reml.own", "knha")):
        for ours, leaf in (("ci_low", "ci.lb"), ("ci_high", "ci.ub")):
            found = registry.get(Value, f"outcome.{name}.{ours}").raw
            assert found == pytest.approx(exp(theirs[test][leaf][0]), rel=1e-6)
    assert "1.13 to 1.37" in registry.get(Phrase, "outcome.reml.narrow").text
    wide = compose(read_data(EXAMPLES / "bcg.csv"))
    assert wide.get(Phrase, "outcome.reml.narrow").text == ""


def test_who_took_part_is_told_where_every_row_tells_it():
    known = compose(read_data(EXAMPLES / "bcg.csv"))
    # The thirteen tables of Colditz et al. (1994), summed.
    total = known.get(Value, "outcome.participants")
    assert total.raw == sum(known.get(Value, f"outcome.study.{t}").raw for t in _cells(known))
    unknown = compose(read_data(EXAMPLES / "smoke.csv"))
    assert unknown.get(Value, "outcome.participants").raw is None
    assert unknown.get(Phrase, "outcome.participants.told").text == ""


def _cells(registry) -> list[str]:
    """The names of the cells of all tables of the BCG trials."""
    keys = [v.id for v in registry.all(Value) if v.id.endswith("events_treated")]
    studies = {key.split(".")[2] for key in keys if key.startswith("outcome.study.")}
    roles = ("events_treated", "nonevents_treated", "events_control", "nonevents_control")
    return [f"{study}.{role}" for study in studies for role in roles]


def test_without_enough_studies_there_is_a_sentence_and_no_empty_table(tmp_path):
    header, row = "study,yi,vi,age\n", "{0},0.{0},0.1,4{0}\n"
    few = read(tmp_path, header + "".join(row.format(i) for i in range(1, 9)))
    (text,) = (t for name, t in chapters(few).items() if name.endswith("outcome.qmd"))
    assert "regressions.told" in text and 'outcome.regressions")' not in text
    said = compose(few).get(Phrase, "outcome.regressions.told").text
    assert said == "Age: no regression, since there are fewer than 10 studies. "
    enough = read(
        tmp_path, header + "".join(row.format(i) for i in range(1, 9)) + "A,1,1,5\nB,2,1,6\n"
    )
    (text,) = (t for name, t in chapters(enough).items() if name.endswith("outcome.qmd"))
    assert 'outcome.regressions")' in text and "outcome.regression.age" in text


def test_what_a_row_may_hold_is_told_a_line_each(tmp_path):
    (told,) = problems(tmp_path, "study,age\nA,41\nB,42\n")
    lines = told.splitlines()
    assert "    r, n" in lines and "    not recognised: age" in lines
    assert len(lines) < 12 and max(map(len, lines)) < 90


def test_a_moderator_that_some_studies_lack_is_said_to_be_too_rare(tmp_path):
    rows = "".join(f"S{i},0.{i},0.1,{i if i < 9 else ''}\n" for i in range(1, 13))
    said = compose(read(tmp_path, "study,yi,vi,age\n" + rows)).get(
        Phrase, "outcome.regressions.told"
    )
    assert said.text == "Age: no regression, since fewer than 10 studies have it. "


def test_an_effect_of_no_name_is_said_to_be_pooled_as_it_is(tmp_path):
    registry = compose(read(tmp_path, "study,yi,vi\nA,0.5,0.1\nB,0.1,0.2\n"))
    assert registry.get(Phrase, "data.measure").text == (
        "What the file calls its effect is pooled as it is; the settings can name the measure. It is "
        "read from yi and vi."
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [("A,1", "cells are missing"), ("A,1,1,5", "quote cells that hold the delimiter")],
)
def test_a_row_of_another_length_is_told_what_to_do(tmp_path, row, said):
    (told,) = problems(tmp_path, f"study,yi,vi\n{row}\n")
    assert said in told and ("quote" in told) is (said.startswith("quote"))


@pytest.mark.parametrize(
    ("effects", "reason"),
    [
        (
            [5 + i % 2 for i in range(12)],
            "its disagreement would be counted as heterogeneity (τ would rise from 0.00 to ",
        ),
        (
            [2 + 4 * (i % 2) for i in range(12)],
            "the studies differ; τ would be ",
        ),
    ],
)
def test_why_no_next_trial_turns_the_conclusion_is_true_of_these_studies(tmp_path, effects, reason):
    rows = "".join(f"S{i},{y / 10},0.01\n" for i, y in enumerate(effects))
    registry = compose(read(tmp_path, "study,yi,vi\n" + rows))
    assert registry.get(Value, "outcome.next.se").raw is None
    assert reason in registry.get(Phrase, "outcome.next.told").text
    # Q of twelve effects around their mean: 12 · 0.05² / 0.01, below its 11 df, or 12 · 0.2² / 0.01.
    assert (registry.get(Value, "outcome.reml.tau2").raw > 0) is reason.startswith("the studies")


def test_where_tau_is_0_the_model_of_equal_effects_says_what_trial_would_turn_it(tmp_path):
    """Twelve effects of 0.55 in the mean, each with the variance 0.01: W is 1200 and S 660.

    A trial of the inverse variance w leaves z at 660 / sqrt(1200 + w), which is 1.959964 for a w of
    113 394 - 1200 and so a standard error of 0.0029855.
    """
    effects = [0.5 + i % 2 / 10 for i in range(12)]
    rows = "".join(f"S{i},{y},0.01\n" for i, y in enumerate(effects))
    registry = compose(read(tmp_path, "study,yi,vi\n" + rows))
    se = registry.get(Value, "outcome.next.equal.se").raw
    assert se == pytest.approx(0.0029855, rel=2e-5)
    assert registry.get(Phrase, "outcome.next.told").text.endswith(
        " By the equal-effects model a standard error of at most 0.003 would suffice."
    )
    found = ma.pool([*effects, 0.0], vi=[*[0.01] * 12, se**2], method="EE", ci="z")
    assert found.pvalue == pytest.approx(0.05, rel=1e-9)


@pytest.mark.parametrize(
    "effects",
    [
        [2 + 4 * (i % 2) for i in range(12)],  # τ is above 0
        [5 + i % 2 for i in range(3)],  # a trial would turn it
        [-1 + 2 * (i % 2) for i in range(12)],  # nothing is significant
    ],
)
def test_the_model_of_equal_effects_is_not_asked_elsewhere(tmp_path, effects):
    rows = "".join(f"S{i},{y / 10},0.01\n" for i, y in enumerate(effects))
    registry = compose(read(tmp_path, "study,yi,vi\n" + rows))
    assert registry.get(Value, "outcome.next.equal.se").raw is None
    assert "equal-effects" not in registry.get(Phrase, "outcome.next.told").text


def test_a_next_trial_is_told_with_the_weight_that_it_would_get(tmp_path):
    """Thirteen errors that are nothing next to τ leave all weights alike, a thirteenth each."""
    rows = "".join(f"S{i},{5 + i % 2},0.000001\n" for i in range(12))
    registry = compose(read(tmp_path, "study,yi,vi\n" + rows))
    told = registry.get(Phrase, "outcome.next.told").text
    assert told.endswith(" even that trial would get no more than 8% of the weight.")
    assert registry.get(Value, "outcome.next.weight").raw == pytest.approx(100 / 13, rel=1e-4)


@pytest.mark.parametrize("name", ["multi.csv", 'it\'s "mine" ü.csv'])
def test_the_file_is_called_as_it_was_given(tmp_path, monkeypatch, name):
    path = tmp_path / name
    path.write_text(COUNTS + "A,4,100,8,100\nB,5,90,9,95\nC,,,,\n", encoding="utf-8")
    root = tmp_path / "out"
    write_project(read_data(path), path, root, file=path.name)
    monkeypatch.chdir(root)
    registry = run_path(str(root / "report.py"))["PROJECT"].shown.registry
    assert registry.get(Phrase, "data.file").text == name
    assert f"{name}:4: C has no numbers" in registry.get(Phrase, "data.left_out").text


def test_none_is_a_category_and_no_gap():
    """In Molloy et al. (2014) "none" says that a study controlled for no variable."""
    registry = compose(read_data(EXAMPLES / "adherence.csv"))
    k = {c: registry.get(Value, f"outcome.reml.controls.{c}.k").raw for c in ("none", "multiple")}
    assert k == {"none": 13, "multiple": 3}


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_that_tells_excel_the_delimiter_is_no_header(tmp_path, first):
    data = read(tmp_path, f"{first}\r\nstudy;yi;vi\r\nA;0,5;0,1\r\nB;0,25;0,2\r\n")
    (outcome,) = data.outcomes
    assert [(t.name, t.yi, t.line) for t in outcome.trials] == [("A", 0.5, 3), ("B", 0.25, 4)]
    assert (data.source.delimiter, data.source.decimal) == (";", ",")
