"""Files of trials, and settings beside them, that are no such files: refused in short, with the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.report.compose import read_data
from analysis.report.source import read_source
from analysis.review.data import DataError

COUNTS = "study,events_t,n_t,events_c,n_c\nA,4,100,8,100\nB,5,90,9,95\n"


def file(folder: Path, text: str, settings: str = "") -> Path:
    path = folder / "trials.csv"
    path.write_text(text, encoding="utf-8")
    if settings:
        path.with_suffix(".yml").write_text(settings, encoding="utf-8")
    return path


def problems(folder: Path, text: str, settings: str = "") -> list[str]:
    with pytest.raises(DataError) as error:
        read_data(file(folder, text, settings))
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("title: a\ntitle: b", "trials.yml:2:title: is set in line 1 as well"),
        ("? [a]\n: b", "trials.yml:1:a list or a mapping as a key: is not known"),
        ("title: &a [*a]", "trials.yml:1:title: holds itself"),
        ("title: {[a]: b}", "trials.yml:1:title: holds itself, or a list as a key"),
        ("\ntitle: " + "[" * 5000, "trials.yml:2: is no YAML: it is nested too deeply"),
        ('\ntitle: "\\UFFFFFFFF"', "trials.yml:2: is no YAML: an escape names a character"),
        ('title: "\\ud800"', "must be text without control characters"),
        ("\ntitle: \x01", "trials.yml:2: is no YAML: it holds 0x1"),
        ("level: .nan", "trials.yml:1:level: is '.nan'; it must be a share"),
        ("level: 0x" + "f" * 9000, "trials.yml:1:level: is '0xff"),
        ("columns: {n_t: [a]}", "trials.yml:1:columns: 'n_t' is ['a']; allowed: study,"),
        ("encoding: idna", "trials.yml:1:encoding: is 'idna', not known"),
        ("encoding: rot13", "trials.yml:1:encoding: is 'rot13', not known"),
        ("encoding: nothing", "trials.yml:1:encoding: is 'nothing', not known"),
        ("a: b\n" * 30_000, "trials.yml: is larger than 100000 bytes"),
        (
            "labels:\n  n_t: Patients\n  dosis: Dose",
            "trials.yml:3:labels: 'dosis' is set, and there is no "
            "such column; there are: study, events_t, n_t, events_c, n_c",
        ),
        (
            "\nunits: {dosis: mg}",
            "trials.yml:2:units: 'dosis' is set, and there is no such column;",
        ),
        ("\ncolumns: {dosis: note}", "trials.yml:2:columns: 'dosis' is set, and there is no such"),
        (
            "units: {n_t: person}",
            "trials.yml:1:units: 'n_t' is taken for: participants, treated group; "
            "only years and moderators have a unit, here none; delete the unit, or set columns: {n_t:",
        ),
    ],
)
def test_settings_that_mean_nothing_are_refused_in_short(tmp_path, settings, said):
    (told,) = problems(tmp_path, COUNTS, settings)
    assert said in told and len(told) < 500 and told.isprintable()


@pytest.mark.parametrize("text", ["2020-02-30", "0000-00-00", "1.10", "no", "0x10", "12:30"])
def test_settings_are_text_as_it_is_written(tmp_path, text):
    settings = f"title: {text}\ndate: {text}\nlabels: {{{text}: {text}}}\ncolumns: {{on: note}}"
    rows = f"study,on,yi,vi,{text}\nA,1,0.5,0.1,3\nB,2,0.1,0.2,4\n"
    data = read_data(file(tmp_path, rows, settings))
    assert (data.settings.title, data.settings.date, data.label(text)) == (text, text, text)
    assert "on" in data.columns.of("note")


def test_a_unit_is_that_of_a_moderator_or_of_the_year(tmp_path):
    rows = "study,yi,vi,year,dose,land\n" + "".join(
        f"S{i},0.{i},0.1,{1990 + i},{i},{'AB'[i % 2]}\n" for i in range(1, 7)
    )
    data = read_data(file(tmp_path, rows, "units: {year: calendar year, dose: mg}"))
    assert [data.unit(column) for column in ("year", "dose")] == ["1 calendar year", "1 mg"]
    (told,) = problems(tmp_path, rows, "units:\n  dose: mg\n  land: km")
    assert told.startswith(
        "trials.yml:3:units: 'land' is taken for: categories that divide the studies;"
    )
    assert "here year, dose;" in told
    # What is set of a column decides, too.
    (told,) = problems(tmp_path, rows, "columns: {dose: note}\nunits: {dose: mg}")
    assert told.startswith("trials.yml:2:units: 'dose' is taken for: kept in the file")


def test_settings_that_are_no_text_are_refused_with_their_line(tmp_path):
    path = file(tmp_path, COUNTS)
    (tmp_path / "trials.yml").write_bytes(b"title: a\ndate: \xff")
    with pytest.raises(DataError, match=r"trials\.yml:2: is not UTF-8"):
        read_data(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("study,yi,vi\nA,1e999,0.1\n", "trials.csv:2:yi: '1e999' is no number"),
        (
            "study,events_t,n_t,events_c,n_c\nA,1,1e999,2,3\n",
            "trials.csv:2:n_t: '1e999' is no number",
        ),
        ("study,yi,vi\nA," + "x" * 10_000 + ",0.1\n", "trials.csv:2:yi: 'xxx"),
        (
            "study,yi,vi," + "x" * 200_000 + "\nA,1,1,1\n",
            "trials.csv:1: the first line has more than",
        ),
        ("study,yi,vi,z\nA,1,1," + "x" * 200_000 + "\n", "is no CSV from here on: field larger"),
        ("study,\x1b[31m,vi\nA,1,1,1\n", "trials.csv:2: has 4 cells"),
        ("study,\x1b[31m\nA,1\n", "not recognised: \ufffd[31m"),
        ("study," + "x" * 10_000 + "\nA,1\n", "not recognised: xxx"),
    ],
)
def test_what_is_long_or_not_printable_is_not_echoed(tmp_path, text, said):
    told = problems(tmp_path, text)
    assert said in "\n".join(told)
    assert all(len(line) < 2000 and line.replace("\n", "").isprintable() for line in told)


@pytest.mark.parametrize("row", ["A,1,1e308,20,2,1,20", "A,1,1,20,2,1e200,20"])
def test_numbers_too_large_to_analyse_are_refused(tmp_path, row):
    rows = f"study,mean_t,sd_t,n_t,mean_c,sd_c,n_c\n{row}\nB,1,1,20,2,1,20\n"
    (told,) = problems(tmp_path, rows, "measure: MD")
    assert told.startswith("trials.csv:2: gives no mean difference with a variance above 0 that")


def test_of_thousands_of_problems_a_hundred_are_told(tmp_path):
    told = problems(tmp_path, "study,yi,vi\n" + "A,x,1\n" * 3000)
    assert len(told) == 101
    assert told[-1] == "trials.csv: and 2900 problems more, told once these are mended"


@pytest.mark.parametrize("content", [b"+2AA-,b\n1,2\n", b"a\0,b\n1,2\n"])
def test_half_a_character_or_none_is_no_text(tmp_path, content):
    with pytest.raises(DataError, match=r"trials\.csv: holds bytes that no text has"):
        (tmp_path / "trials.csv").write_bytes(content)
        read_source(tmp_path / "trials.csv", encoding="utf-7")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "study,events_t,n_t,events_c,n_c\nA,152,150,8,100\nB,5,90,9,95\n",
            "events_t: is 152; it must not exceed n_t, the arm's size; here n_t is 150",
        ),
        (
            "study,RR,95% CI low,95% CI high\nA,0.7,0.8,0.9\nB,1,0.8,1.2\n",
            "RR: is 0.7; it must lie between 95% CI low and 95% CI high; here 95% CI low is 0.8 and "
            "95% CI high is 0.9",
        ),
        ("study,yi,vi\nA,0.5,NR\nB,1,0.1\n", "vi: is 'NR', which stands for no number; every row"),
        ("study,yi,vi\nA,28.5 (10.2),0.1\nB,1,0.1\n", "several numbers; write each in a column"),
        ('study,yi,vi\nA,"0,5",0.1\nB,1,0.1\n', "write it with that, or set decimal: ',' for"),
        ("study,yi,vi\nA,1,0.1\nB,1,0.2\nA,1,0.1\n", "trials.csv:4: is the same as line 2, of A;"),
    ],
)
def test_a_refusal_says_what_else_the_row_holds_and_what_to_do(tmp_path, text, said):
    assert said in "\n".join(problems(tmp_path, text))


def test_a_sign_for_the_whole_file_is_offered_only_where_it_would_make_a_number(tmp_path):
    told = "\n".join(problems(tmp_path, 'study,yi,vi\nA,"1,234.5",0.1\nB,1,0.1\n'))
    assert "'1,234.5' is no number" in told and "decimal:" not in told
