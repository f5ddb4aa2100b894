"""Columns that are misspelt or called by words of their own: what is told, and that its lines help."""

from __future__ import annotations

import pytest
from own_trials import problems, read

from analysis.report.nearest import nearest

GROUPS = "study,N exercise,Mean exercise,SD exercise,N usual care,Mean usual care,SD usual care"
MEANS = "A,20,12,2,30,10,3\nB,25,11,2,25,10,3\n"
TABLES = "A,4,100,8,100\nB,5,90,9,95\n"


def mended(folder, text: str):
    """The columns of a file with this `text` beside the line of settings that its refusal ends with."""
    (told,) = problems(folder, text)
    (folder / "trials.yml").write_text(told.splitlines()[-1].strip(), encoding="utf-8")
    return read(folder, text).columns


def test_the_number_that_a_group_lacks_is_told_with_the_column_that_may_be_it(tmp_path):
    header = GROUPS.replace("SD exercise", "SD exercize")
    (told,) = problems(tmp_path, f"{header}\n{MEANS}")
    assert told.splitlines() == [
        "trials.csv:1: no effect can be computed: the SD of exercise cannot be found",
        "    SD exercize: is it the SD of exercise? Then rename it “SD exercise”, or make a text file "
        "trials.yml beside the CSV with",
        "    columns: {SD exercize: sd_treated}",
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "role"),
    [
        ("SD exercise", "SD exercize", "sd_treated"),
        ("SD exercise", "StdDv exercise", "sd_treated"),
        ("N usual care", "N usual cre", "n_control"),
        ("Mean usual care", "Mean ususal care", "mean_control"),
    ],
)
def test_setting_one_column_leaves_the_others_recognised(tmp_path, right, wrong, role):
    columns = mended(tmp_path, f"{GROUPS.replace(right, wrong)}\n{MEANS}")
    assert columns.one(role) == wrong
    assert columns.one("mean_treated").endswith("exercise") and len(columns.form) == 6


@pytest.mark.parametrize("word", ["StdDev", "Std. Dev.", "Std deviation"])
def test_further_words_for_a_standard_deviation_are_known(tmp_path, word):
    header = GROUPS.replace("SD exercise", f"{word} exercise")
    assert read(tmp_path, f"{header}\n{MEANS}").columns.one("sd_treated") == f"{word} exercise"


@pytest.mark.parametrize(("right", "other"), [("Mean", "Median"), ("SD", "SE"), ("SD", "SEM")])
def test_another_statistic_is_never_taken_for_the_one_that_is_missing(tmp_path, right, other):
    header = GROUPS.replace(f"{right} exercise", f"{other} exercise")
    (told,) = problems(tmp_path, f"{header}\n{MEANS}")
    assert f"{other} exercise" not in told and "columns:" not in told
    assert ("no standard deviation" in told) is (right == "SD")


def test_a_column_of_texts_is_never_taken_for_a_number(tmp_path):
    header = GROUPS.replace("SD exercise", "SD exercize")
    (told,) = problems(tmp_path, f"{header}\nA,20,12,x,30,10,3\nB,25,11,y,25,10,3\n")
    assert "SD exercize" not in told and "call its column “SD exercise”" in told


def test_without_a_control_by_name_no_role_is_made_up(tmp_path):
    header = GROUPS.replace("usual care", "CBT").replace("SD exercise", "SD exercize")
    (told,) = problems(tmp_path, f"{header}\n{MEANS}")
    assert "is it the SD of exercise?" in told and "columns:" not in told


@pytest.mark.parametrize("word", ["Deaths", "Died", "Cases", "Responders", "Relapses"])
@pytest.mark.parametrize("arms", [("drug", "placebo"), ("1", "2")])
def test_usual_words_for_events_are_known(tmp_path, word, arms):
    header = ",".join(["study", *(f"{stem} {arm}" for arm in arms for stem in (word, "N"))])
    columns = read(tmp_path, f"{header}\n{TABLES}").columns
    assert columns.one("events_treated") == f"{word} {arms[0]}"
    assert columns.one("n_control") == f"N {arms[1]}"


def test_events_as_such_stand_before_those_of_one_kind(tmp_path):
    header = "study,died_t,died_c,events_t,n_t,events_c,n_c"
    columns = read(tmp_path, header + "\nA,1,2,4,100,8,100\nB,1,3,5,90,9,95\n").columns
    assert columns.one("events_treated") == "events_t"
    header = header.replace("_t", " drug").replace("_c", " placebo")
    columns = read(tmp_path, header + "\nA,1,2,4,100,8,100\nB,1,3,5,90,9,95\n").columns
    assert columns.one("events_control") == "events placebo"


def test_any_word_that_both_groups_have_may_be_the_event(tmp_path):
    columns = mended(tmp_path, f"study,Infected drug,N drug,Infected placebo,N placebo\n{TABLES}")
    assert columns.one("events_control") == "Infected placebo"
    assert columns.one("n_treated") == "N drug"


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("study,estmate,se", ("estimate", "se")),
        ("study,efect,stder", ("estimate", "se")),
        ("study,OR,lower,uper", ("ratio", "ci_low", "ci_high")),
        ("study,mean_t,sd_t,n_t,mean_c,sd_contrl,n_c", None),
        ("study,abc,se", ("estimate", "se")),
    ],
)
def test_the_line_that_is_told_can_be_copied(tmp_path, header, form):
    numbers = {"OR": "0.7,0.4,1.2"}.get(header.split(",")[1], "0.5,0.2" + ",20,1,2,30" * (not form))
    columns = mended(tmp_path, f"{header}\nA,{numbers}\nB,{numbers}\n")
    if form is None:
        assert columns.one("sd_control") == "sd_contrl"
    else:
        assert set(form) <= {each.role for each in columns.understood}


def test_a_line_keeps_what_is_set_already(tmp_path):
    text = f"{GROUPS.replace('SD exercise', 'SD exercize')}\n{MEANS}"
    (tmp_path / "trials.yml").write_text("columns: {study: study}", encoding="utf-8")
    (told,) = problems(tmp_path, text)
    assert "write in trials.yml, in place of its columns:" in told
    assert told.endswith("columns: {study: study, SD exercize: sd_treated}")


def test_a_measure_that_is_set_does_not_hide_what_is_misspelt(tmp_path):
    text = f"{GROUPS.replace('SD exercise', 'SD exercize')}\n{MEANS}"
    (tmp_path / "trials.yml").write_text("measure: MD", encoding="utf-8")
    (told,) = problems(tmp_path, text)
    assert "SD exercize: is it the SD of exercise?" in told


def test_a_measure_that_the_columns_do_not_allow_is_told_with_those_they_do(tmp_path):
    (tmp_path / "trials.yml").write_text("measure: SMD", encoding="utf-8")
    (told,) = problems(tmp_path, f"study,events_t,n_t,events_c,n_c\n{TABLES}")
    assert told.endswith("these allow measure: RR or OR or RD")


def test_words_without_end_are_like_none():
    assert nearest("x" * 100_000, ["study"]) is None
    assert nearest("favors", ["level", "favours"]) == "favours"
    assert nearest("colour", ["level", "favours"]) is None
