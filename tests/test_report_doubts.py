"""What a report takes in a way that may not be meant: rows of one name, a column with an odd cell."""

from __future__ import annotations

import pytest
from own_trials import read

from analysis.display.value import Phrase
from analysis.report.compose import compose
from analysis.report.doubts import doubts
from analysis.report.project import open_project, write_project

EFFECTS = "study,year,yi,vi\n"


def told(folder, text: str) -> list[str]:
    """What the terminal tells of a file with this `text`."""
    return [str(finding) for finding in doubts(read(folder, text))]


def test_rows_of_one_name_are_told_in_the_chapter_and_in_the_terminal(tmp_path, capsys):
    data = read(tmp_path, "study,yi,vi\nSmith,1,0.1\nB,1,0.2\nC,2,0.2\nSmith,3,0.1\n")
    said = (
        "Smith stands in lines 2 and 5 and is taken for one study with 2 effects; if these are "
        "different trials, name them apart."
    )
    assert compose(data).get(Phrase, "data.same_name").text == said
    root = tmp_path / "report"
    write_project(data, tmp_path / "trials.csv", root)
    assert 'say("data.same_name")' in (root / "chapters/01-data.qmd").read_text(encoding="utf-8")
    open_project(root, "mine.csv").tell()
    assert f"finding: mine.csv:study: {said}\n" in capsys.readouterr().out


def test_of_several_names_each_is_told_with_its_lines(tmp_path):
    rows = "Smith,1999,1,0.1\nSmith,1999,2,0.1\nLee,2001,1,0.2\nSmith,2003,1,0.3\nLee,2001,2,0.2\n"
    (said,) = told(tmp_path, EFFECTS + rows)
    # A year tells Smiths apart, so that the third is a study of its own.
    assert "Smith, 1999 stands in lines 2 and 3 and Lee in lines 4 and 6; each is taken" in said
    assert "5" not in said


@pytest.mark.parametrize(
    "text",
    [
        EFFECTS + "Smith,1999,1,0.1\nSmith,2003,2,0.1\n",
        "study,outcome,yi,vi\nSmith,Pain,1,0.1\nSmith,Sleep,2,0.1\n",
    ],
)
def test_names_that_a_year_or_an_outcome_tells_apart_are_no_doubt(tmp_path, text):
    assert told(tmp_path, text) == []


def test_a_column_that_an_odd_cell_keeps_from_analysis_is_told(tmp_path):
    rows = "A,1,0.1,41\nB,2,0.1,~40\nC,3,0.1,NA\nD,1,0.1,39\nE,1,0.1,38\nF,2,0.1,\n"
    (said,) = told(tmp_path, "study,yi,vi,age\n" + rows)
    assert said == (
        "trials.csv:3:age: holds numbers and is not analysed: '~40' is none; mend the cell or leave it "
        "empty, and the column is taken for a number that may go with the effects"
    )
    (said,) = told(tmp_path, "study,yi,vi,age\n" + rows + "G,1,0.2,old\nH,1,0.2,37\n")
    assert "'~40' is none, nor is that of line 8; mend" in said
    assert told(tmp_path, "study,yi,vi,age\n" + rows.replace("~", "")) == []


def test_a_column_of_texts_is_no_column_of_numbers(tmp_path):
    assert told(tmp_path, "study,yi,vi,sort\nA,1,0.1,x\nB,2,0.1,y\nC,2,0.2,3\n") == []


MEANS = "study,mean_t,sd_t,n_t,mean_c,sd_c,n_c\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("10,2,30,8,2.1,31", ""),
        ("10,8,30,8,2,31", ""),
        ("10,8.1,30,8,2,31", "A: sd_t is 8.1 and sd_c 2; one of them may be a standard error"),
        ("10,2,300,8,2,30", ""),
        ("10,2,30,8,2,301", "A: n_t is 30 and n_c 301; one of them may count something else"),
    ],
)
def test_groups_that_are_not_alike_are_told_with_their_numbers(tmp_path, row, said):
    text = f"{MEANS}A,{row}\nB,5,2,30,4,2,30\n"
    assert told(tmp_path, text) == ([f"trials.csv:2: {said}"] if said else [])
    sentence = f"The groups of a trial are usually alike, but not in {said} (line 2)."
    data = compose(read(tmp_path, text)).get(Phrase, "data.unlike").text
    assert data == (sentence if said else "")


def test_a_year_that_is_not_yet_is_told(tmp_path):
    assert told(tmp_path, EFFECTS + "A,2103,1,0.1\nB,2013,1,0.2\n") == [
        "trials.csv:2:year: is 2103, a year that is not yet"
    ]


def test_a_trial_without_events_is_looked_at_too(tmp_path):
    text = "study,events_t,n_t,events_c,n_c\nA,0,100,0,10000\nB,5,90,9,95\nC,5,90,8,95\n"
    assert "A: n_t is 100 and n_c 10000" in "\n".join(told(tmp_path, text))
