"""What is told to do: of cells that every row needs, of words nearly right, of files not there."""

from __future__ import annotations

import pytest
from own_trials import COUNTS, problems, read

from analysis.display.value import Value
from analysis.report.__main__ import main
from analysis.report.compose import compose, read_data
from analysis.report.measures import MEASURES
from analysis.review.data import DataError

ROWS = "A,4,100,8,100\nB,5,90,9,95\n"


def refused(folder, settings: str) -> str:
    """What is told of these `settings` beside counts."""
    (folder / "trials.yml").write_text(settings, encoding="utf-8")
    (told,) = problems(folder, COUNTS + ROWS)
    return told


def test_an_empty_cell_that_every_row_needs_is_told_with_the_file_s_columns(tmp_path):
    (told,) = problems(tmp_path, COUNTS + "A,4,100,,100\nB,5,90,9,95\n")
    assert told == (
        "trials.csv:2:events_c: is empty; every row needs events_t, n_t, events_c and n_c; write the "
        "number, or leave all numbers of its effect empty, and the report lists the trial as left out "
        "(or give every row its effect and standard error, in place of these columns)"
    )
    (told,) = problems(tmp_path, "study,yi,vi\nA,1,\nB,1,0.1\n")
    assert told == (
        "trials.csv:2:vi: is empty; every row needs yi and vi; write the number, or leave all "
        "numbers of its effect empty, and the report lists the trial as left out"
    )


def test_no_cell_that_every_row_needs_is_said_to_be_left_empty(tmp_path):
    told = problems(tmp_path, COUNTS + "A,x,100,8,100\nB,5,90,,95\n")
    assert len(told) == 2 and "leave it empty" not in "".join(told)


def test_half_a_person_is_told_in_a_sentence(tmp_path):
    (told,) = problems(tmp_path, COUNTS + "A,4.5,100,8,100\nB,5,90,9,95\n")
    assert told == (
        "trials.csv:2:events_t: is 4.5, and must be a whole number: participants with the event, "
        "treated group"
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("favors: [a, b]", "favors: is not known; did you mean favours?; settings:"),
        ("mesure: RR", "did you mean measure?"),
        ("measure: rr", "is 'rr'; did you mean RR?; allowed:"),
        ("measure: risk ratio", "did you mean RR?"),
        ("measure: Hedges' g", "did you mean SMD?"),
        ("columns: {n_t: moderater}", "'n_t' is 'moderater'; did you mean moderator?; allowed:"),
        ("columns: {n_t: sample size treated}", "did you mean n_treated?"),
        ("columns: {N_t: note}", "; did you mean n_t?"),
        ("columns: {n_treated: n_t}", "it is the other way round: columns: {n_t: n_treated}"),
        ("columns: {sd_treated: 'SD: a'}", "the other way round: columns: {'SD: a': sd_treated}"),
    ],
)
def test_what_is_nearly_right_is_told_with_what_may_be_meant(tmp_path, settings, said):
    assert said in refused(tmp_path, settings)


@pytest.mark.parametrize("settings", ["colour: red", "measure: XX", "columns: {n_t: zzz}"])
def test_what_is_like_nothing_is_not_guessed_at(tmp_path, settings):
    assert "did you mean" not in refused(tmp_path, settings)


def test_measures_are_told_with_their_meaning(tmp_path):
    told = refused(tmp_path, "measure: XX")
    assert all(f"{key} {measure.name}" in told for key, measure in MEASURES.items())


def test_a_file_that_is_not_there_is_told_with_those_that_are(tmp_path, capsys):
    for name in ("pain.csv", "sleep.CSV", "pain.yml"):
        (tmp_path / name).write_text("a", encoding="utf-8")
    assert main([str(tmp_path / "pian.csv"), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert f"pian.csv: is not in {tmp_path}, where it was looked for" in told
    assert "CSV files there: pain.csv and sleep.CSV; did you mean pain.csv?" in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (".", "is a folder; give a file; no CSV file is there"),
        ("x.csv", "is not in {0}, where it was looked for; no CSV file is there"),
        ("none/x.csv", "is not there, nor is the folder {0}/none in which it was looked for"),
    ],
)
def test_where_no_file_can_be_is_told(tmp_path, monkeypatch, capsys, name, said):
    monkeypatch.chdir(tmp_path)
    assert main([name]) == 1
    assert said.format(tmp_path) in capsys.readouterr().err
    with pytest.raises(DataError):
        read_data(tmp_path / name)


def test_a_number_of_the_file_is_told_with_its_line_and_column(tmp_path):
    text = "study,Mean yoga,SD yoga,N yoga,Mean control,SD control,N control\n"
    registry = compose(read(tmp_path, text + "A,12,2,20,10,3,30\nB,11,2,25,10,3,25\n"))
    said = registry.get(Value, "outcome.study.b.mean_treated").source
    assert said == "mean, treated group, B; trials.csv, line 3, column Mean yoga"
