"""A file of trials is read as people write them, understood by rules that are shown, or refused."""

from __future__ import annotations

from math import exp, log
from pathlib import Path

import pytest

from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.report.compose import compose, read_data
from analysis.report.published import read_published
from analysis.report.roles import role_by_name
from analysis.review.data import DataError

EXAMPLES = Path(__file__).parent.parent / "examples"
REACH = 1.959963984540054 * 0.2  # of an interval around a logarithm with a standard error of 0.2
COUNTS = "study,events_t,n_t,events_c,n_c\nA,4,100,8,100\nB,5,90,9,95\n"


def file(folder, text: str | bytes, settings: str = ""):
    path = folder / "trials.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    if settings:
        (folder / "trials.yml").write_text(settings, encoding="utf-8")
    return path


def problems(folder, text, settings: str = "") -> list[str]:
    with pytest.raises(DataError) as error:
        read_data(file(folder, text, settings))
    return [str(problem) for problem in error.value.problems]


def effects(folder, text, settings: str = ""):
    trials = read_data(file(folder, text, settings)).outcomes[0].trials
    return [(t.name, t.yi, t.vi) for t in trials]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Mean.E", "mean_treated"), ("SD_control", "sd_control"), ("n1i", "n_treated"),
        ("Event.c", "events_control"), ("TE", "estimate"), ("seTE", "se"), ("sei", "se"),
        ("Odds Ratio", "ratio"), ("logOR", "log_ratio"), ("Lower CI", "ci_low"), ("ci.ub", "ci_high"),
        ("ri", "r"), ("ni", "n"), ("tpos", "events_treated"), ("cneg", "nonevents_control"),
        ("Studlab", "study"), ("Publication year", "year"), ("bi", "nonevents_treated"),
        ("depression", None), ("country", None),
    ],
)  # fmt: skip
def test_usual_names_are_recognised(name, role):
    assert role_by_name(name) == role


@pytest.mark.parametrize(
    "text",
    [
        COUNTS.encode(),
        b"\xef\xbb\xbf" + COUNTS.encode(),
        COUNTS.replace(",", ";").encode(),
        COUNTS.replace(",", "\t").encode(),
        COUNTS.replace("\n", "\r\n").encode(),
        COUNTS.replace("A,", "\u00c5,").encode("cp1252"),
        COUNTS.encode("utf-16"),
        (COUNTS + ",,,,\n\n").encode(),
        COUNTS.replace("\n", ",,\n").encode(),
    ],
    ids=[
        "plain",
        "mark",
        "semicolon",
        "tab",
        "crlf",
        "latin",
        "utf-16",
        "blank rows",
        "blank columns",
    ],
)
def test_files_are_read_as_spreadsheets_write_them(tmp_path, text):
    found = effects(tmp_path, text)
    risk = [(4 / 100) / (8 / 100), (5 / 90) / (9 / 95)]
    assert [y for _, y, _ in found] == pytest.approx([log(r) for r in risk])
    assert found[0][0] in ("A", "\u00c5")


def test_a_decimal_comma_is_seen_and_said(tmp_path):
    data = read_data(file(tmp_path, "study;yi;se\nA;0,25;0,1\nB;-0,5;0,2\n"))
    assert data.source.decimal == ","
    trials = data.outcomes[0].trials
    assert [t.yi for t in trials] == [0.25, -0.5]
    assert [t.vi for t in trials] == pytest.approx([0.01, 0.04])


@pytest.mark.parametrize(
    ("text", "settings", "yi", "vi"),
    [
        ("study,yi,vi\nA,0.5,0.04\n", "", 0.5, 0.04),
        ("study,estimate,se\nA,0.5,0.2\n", "", 0.5, 0.04),
        ("study,md,ci_low,ci_high\nA,0.5,0.108007203,0.891992797\n", "", 0.5, 0.04),
        ("study,log_or,se\nA,0.5,0.2\n", "", 0.5, 0.04),
        (f"study,HR,lower,upper\nA,2,{2 * exp(-REACH)!r},{2 * exp(REACH)!r}\n", "", log(2), 0.04),
        ("study,r,n\nA,0.5,103\n", "", 0.5493061443, 0.01),
        # Hand: (12 - 10) with variances 4/20 and 9/30.
        ("study,m1,sd1,n1,m2,sd2,n2\nA,12,2,20,10,3,30\n", "measure: MD", 2.0, 0.5),
        ("study,ai,bi,ci,di\nA,4,96,8,92\n", "measure: OR", log((4 / 96) / (8 / 92)),
         1 / 4 + 1 / 96 + 1 / 8 + 1 / 92),
        ("study,ai,n1i,ci,n2i\nA,4,100,8,100\n", "measure: RD", -0.04,
         0.04 * 0.96 / 100 + 0.08 * 0.92 / 100),
    ],
)  # fmt: skip
def test_every_kind_of_column_gives_its_effect(tmp_path, text, settings, yi, vi):
    ((_, y, v),) = effects(tmp_path, text, settings)
    assert y == pytest.approx(yi, rel=1e-6)
    assert v == pytest.approx(vi, rel=1e-5)


def test_all_problems_come_at_once_with_row_and_column(tmp_path):
    rows = "A,four,100,8,100", ",5,90,9,95", "C,5,90,,95", "D,99,90,9,95", "E,1.5,9,1,9"
    text = "\n".join(("study,events_t,n_t,events_c,n_c", *rows))
    found = problems(tmp_path, text)
    assert [p.split(": ")[0] for p in found] == [
        "trials.csv:2:events_t", "trials.csv:3:study", "trials.csv:4:events_c", "trials.csv:5:events_t",
        "trials.csv:6:events_t",
    ]  # fmt: skip
    assert "'four' is no number" in found[0]
    assert "is 99; it must not exceed n_t" in found[3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("study,yi,vi\n", "no row below its header"),
        ("only one column\nA\n", "a single column"),
        ("study,yi,yi\nA,1,1\n", "have the same name"),
        ("study,,vi\nA,1,1\n", "has no name"),
        ("study,yi,vi\nA,1\n", "has 2 cells where the header has 3"),
        ("yi,vi\n1,1\n", "no column names the studies"),
        ("study,age\nA,1\n", "no effect can be computed"),
        ("study,yi,vi\nA,1,0\n", "must be above 0"),
        ("study,yi,vi\nA,1,0.1\nA,1,0.1\n", "trials.csv:3: is the same as line 2, of A"),
        ("study,yi,vi\nA,nan,NA\n", "no row holds an effect"),
        ("study,yi,d,vi\nA,1,2,1\n", "look like the same thing"),
        ("study,or,se\nA,2,0.1\n", "no effect can be computed"),
        ("study,yi,vi\nA,\"1,5\",0.1\n", "is no number"),
        ("study,yi,vi\nA,1,\"0.1\n", "is no CSV"),
        (b"\xff\xfes\x00", "a single column"),
        (b"PK\x03\x04\x00\x00", "is it a spreadsheet"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_the_reason(tmp_path, text, said):
    assert said in "\n".join(problems(tmp_path, text))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("measure: XX", "'XX'"),
        ("colour: red", "is not known; settings:"),
        ("columns: {nowhere: note}", "there is no such column"),
        ("columns: {n_t: thing}", "'thing'"),
        ("level: 95", "a share between 0 and 1"),
        ("measure: SMD", "SMD needs"),
        ("measure: [SMD]", "trials.yml:1:measure: is ['SMD']; allowed: SMD"),
        ("given_level: 95", "a share between 0 and 1"),
        ("favours: left", "two texts"),
        ("better: fewer", "trials.yml:1:better: is 'fewer'; allowed: lower, higher"),
        ("better: {pain: less}", "trials.yml:1:better: 'pain' is 'less'; allowed: lower, higher"),
        ("better: [lower]", "must be one text, such as lower, or lines such as 'outcome: lower'"),
        (
            "better: {pain: lower}",
            "trials.yml:1:better: 'pain' is set, and there is no such outcome",
        ),
        ("a: [", "is no YAML"),
        ("- measure", "must hold lines"),
    ],
)
def test_settings_are_refused_with_what_is_allowed(tmp_path, settings, said):
    assert said in "\n".join(problems(tmp_path, COUNTS, settings))


def test_columns_are_understood_by_settings_then_names_then_what_they_hold(tmp_path):
    text = "trial,yi,vi,country,dose,id,comment,extra\n" + "".join(
        f"T{i},{i / 10},0.1,{'DE' if i % 2 else 'CH'},{i},{i},word {i},{i}\n" for i in range(6)
    )
    data = read_data(file(tmp_path, text, "columns: {extra: ignore}"))
    found = {each.column: (each.role, each.by) for each in data.columns.understood}
    assert found == {
        "trial": ("study", "by its name"),
        "yi": ("estimate", "by its name"),
        "vi": ("variance", "by its name"),
        "country": ("subgroup", "by what it holds"),
        "dose": ("moderator", "by what it holds"),
        "id": ("note", "by its name"),
        "comment": ("note", "by what it holds"),
        "extra": ("ignore", "as set"),
    }


def test_several_outcomes_and_several_effects_of_a_study_are_kept_apart(tmp_path):
    rows = (
        "A,Pain,1,0.4",
        "A,Pain,2,0.6",
        "B,Pain,1,0.5",
        "A,Sleep & rest,3,0.1",
        "B,Sleep & rest,NA,",
    )
    text = "\n".join(("study,outcome,yi,vi", *rows))
    data = read_data(file(tmp_path, text))
    pain, sleep = data.outcomes
    assert (pain.key, sleep.key) == ("pain", "sleep_rest")
    assert pain.dependent and not sleep.dependent
    assert len(pain.rows) == 3 and len(pain.trials) == 2
    # Borenstein et al. (2009), chapter 24: the mean, its variance with a correlation of one half.
    assert pain.trials[0].yi == pytest.approx(1.5)
    assert pain.trials[0].vi == pytest.approx((0.4 + 0.6 + 2 * 0.5 * (0.4 * 0.6) ** 0.5) / 4)
    assert [str(finding) for finding in data.left_out] == [
        "trials.csv:6: B has no numbers and is left out"
    ]


@pytest.mark.parametrize(
    ("rows", "size"),
    [
        (("A,0.5,221", "A,0.3,161"), None),
        (("A,0.3,161", "A,0.5,221"), None),
        (("A,0.5,221", "A,0.3,221"), 221),
    ],
)
def test_a_study_has_the_participants_on_which_its_rows_agree(tmp_path, rows, size):
    data = read_data(file(tmp_path, "\n".join(("study,r,n", *rows, "B,0.4,80"))))
    assert [trial.size for trial in data.outcomes[0].trials] == [size, 80]


def test_years_tell_studies_of_one_name_apart(tmp_path):
    text = "study,year,yi,vi\nSmith,1999,1,0.4\nSmith,2001,2,0.6\nJones,2003,1,0.5\n"
    data = read_data(file(tmp_path, text))
    names = [t.name for t in data.outcomes[0].trials]
    assert names == ["Smith, 1999", "Smith, 2001", "Jones"]


def test_the_level_of_the_report_is_not_that_of_the_file(tmp_path):
    text = "study,md,ci_low,ci_high\nA,0.5,0.108007203,0.891992797\n"  # 95% with an error of 0.2
    ((_, _, v),) = effects(tmp_path, text, "level: 0.9")
    assert v == pytest.approx(0.04, rel=1e-6)
    # The standard normal distribution's quantile at 0.95.
    half = 1.6448536269514722 * 0.2
    text = f"study,md,ci_low,ci_high\nA,0.5,{0.5 - half},{0.5 + half}\n"
    path = file(tmp_path, text, "given_level: 0.9")
    assert read_data(path).outcomes[0].trials[0].vi == pytest.approx(0.04, rel=1e-9)
    said = compose(read_data(path)).get(Phrase, "data.measure").text
    assert said.endswith("computed from md, ci_low and ci_high, intervals of 90%.")


KINDS = (
    "study,yi,vi,kind\nA,1,0.1,Group\nB,2,0.1,group\nC,1,0.2,n/a\n"
    "D,3,0.2,Single\nE,1,0.2,\nF,2,0.3,GROUP\n"
)


def test_categories_that_differ_in_case_alone_are_one(tmp_path):
    registry = compose(read_data(file(tmp_path, KINDS)))
    rows = registry.get(Table, "outcome.subgroups").rows
    assert [(row.cells["category"], row.cells["k"].raw) for row in rows] == [
        ("Group", 3),
        ("Single", 1),
    ]
    inputs = registry.get(Value, "outcome.random.kind.q_between").inputs
    assert {name.split(".")[2] for name in inputs} == {"a", "b", "d", "f"}


def test_marks_for_nothing_are_counted_as_missing(tmp_path):
    registry = compose(read_data(file(tmp_path, KINDS)))
    missing = {
        row.cells["column"]: row.cells["missing"].raw
        for row in registry.get(Table, "data.columns").rows
    }
    assert missing == {"study": 0, "yi": 0, "vi": 0, "kind": 2}


PUBLISHED = "id,where,quantity,printed\n"


def ledger(folder, rows: str):
    path = file(folder, COUNTS)
    (folder / "trials-published.csv").write_text(PUBLISHED + rows, encoding="utf-8")
    return compose(read_data(path), read_published(path)).judged


def test_what_was_published_is_judged(tmp_path):
    rows = (
        "a,Table 1,outcome.k,2\nb,Table 1,outcome.k,3\nc,Table 1,outcome.fixed.estimate,0.99\n"
        "d,Table 1,outcome.nothing,1\ne,Text,outcome.study.a.estimate,0.50\n"
    )
    found = {name: one.verdict.status for name, one in ledger(tmp_path, rows).items()}
    assert found == {
        "a": "reproduced", "b": "different", "c": "different", "d": "not computable", "e": "reproduced",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,T,outcome.k,two\n", "is no printed number"),
        ("a,T,outcome.k,2\na,T,outcome.k,2\n", "is the id of line 2 as well"),
    ],
)
def test_a_ledger_that_cannot_be_used_is_refused(tmp_path, rows, said):
    with pytest.raises(DataError) as error:
        ledger(tmp_path, rows)
    assert said in str(error.value)


def test_a_published_chapter_is_reproduced_to_the_last_digit():
    """Raudenbush (2009), Tables 16.2 and 16.3, which the example's file quotes."""
    path = EXAMPLES / "expectancy.csv"
    judged = compose(read_data(path), read_published(path)).judged
    assert len(judged) == 18
    assert {one.verdict.status for one in judged.values()} == {"reproduced"}


def test_what_is_said_of_several_columns_is_said_once_below_the_table(tmp_path):
    heads = "study,Mean CBT,SD CBT,N CBT,Mean TAU,SD TAU,N TAU\n"
    rows = "A,10,4,30,13,4.4,31\nB,11,4.5,40,12,4.2,38\n"
    table = compose(read_data(file(tmp_path, heads + rows))).get(Table, "data.columns")
    assert table.notes == ("TAU is taken for the control group, so that CBT is the treated one.",)
    assert "Remark" not in [column.label for column in table.columns]
