"""Reading all files of a review: every problem at once, and what the files say of each other."""

import pytest

from analysis.review import read_review

from files import (
    HEADER,
    OTHER,
    PUBLISHED,
    PUBLISHED_HEADER,
    ROW,
    STUDIES_HEADER,
    STUDY,
    changed,
    problems,
    write,
)

pytestmark = pytest.mark.usefixtures("folder")


def test_every_problem_of_every_file_at_once():
    write("effects", HEADER, changed(ROW, smd="x", p="2"), changed(OTHER, se="-1"), "a,b")
    write("studies", STUDIES_HEADER, STUDY.replace("41.3", "?"))
    found = problems(read_review, "data")
    assert [problem.split(": ")[0] for problem in found] == [
        "data/effects.csv:2:smd",
        "data/effects.csv:2:p",
        "data/effects.csv:3:se",
        "data/effects.csv:4",
        "data/studies.csv:2:age",
        "data/published.csv",
    ]


def test_what_files_say_of_each_other_is_a_finding():
    write("effects", HEADER, ROW, OTHER)
    write("studies", STUDIES_HEADER, STUDY, STUDY.replace("isasi", "town").replace("Isasi", "Town"))
    write("published", PUBLISHED_HEADER, PUBLISHED)
    review = read_review("data")
    assert [str(finding) for finding in review.findings] == [
        "data/effects.csv:3:study: 'otto2003' has no row in data/studies.csv",
        "data/studies.csv:3:study: 'town2010' has no row in data/effects.csv",
    ]
    assert len(review.effects) == 2 and len(review.studies) == 2 and len(review.published) == 1


OTHERS = {
    "groups": ("study,variable,category,source", "isasi2010,disorder,mood,printed"),
    "flow": ("id,kind,label,count,where,note", "search,in,Records found,905,Figure 1,"),
    "definitions": ("study,earlier,current", "isasi2010,Medication,Bipolar disorder"),
    "literature": ("id,claim,printed,cited,where,note", "low,Share in per cent,30,A (2014),Intro,"),
    "remarks": (
        "place1,text1,place2,text2,what,touches",
        "Table 1,Smyth,Table 2,Smith,A name,label",
    ),
}


def whole_review(**rows):
    write("effects", HEADER, ROW)
    write("studies", STUDIES_HEADER, STUDY)
    write("published", PUBLISHED_HEADER, PUBLISHED)
    for name, (header, row) in OTHERS.items():
        write(name, header, rows.get(name, row))


def test_the_other_files_are_read_and_may_be_missing(folder):
    whole_review()
    review = read_review(folder)
    assert review.groups["category"].tolist() == ["mood"]
    assert review.flow["count"].tolist() == ["905"]
    assert review.findings == ()
    for name in OTHERS:
        (folder / f"{name}.csv").unlink()
    empty = read_review(folder)
    assert all(len(getattr(empty, name)) == 0 for name in OTHERS)
    assert list(empty.groups.columns) == OTHERS["groups"][0].split(",")


@pytest.mark.parametrize(
    ("name", "row", "problem"),
    [
        ("groups", "isasi2010,disorder,mood,guessed",
         "data/groups.csv:2:source: 'guessed' is not one of printed, recovered"),
        ("groups", "isasi2010,disorder,Mood,printed",
         "data/groups.csv:2:category: 'Mood' is not a category; write small letters"),
        ("flow", "search,found,Records found,905,Figure 1,",
         "data/flow.csv:2:kind: 'found' is not one of in, out, left, part, reason"),
        ("flow", "search,in,Records found,-5,Figure 1,",
         "data/flow.csv:2:count: '-5' is not a number of 0 or more"),
        ("definitions", "isasi2010,,Bipolar disorder",
         "data/definitions.csv:2:earlier: '' is not a text"),
        ("literature", "low,Share,about a third,A (2014),Intro,",
         "data/literature.csv:2:printed: 'about a third' is not a printed number"),
        ("remarks", "Table 1,Smyth,Table 2,Smith,A name,nothing",
         "data/remarks.csv:2:touches: 'nothing' is not one of conclusion, result, label"),
        ("remarks", "Table 1,,Table 2,Smith,A name,label",
         "data/remarks.csv:2:text1: '' is not a text"),
        ("remarks", "Table 1,Smith,Table 2,Smith,A name,label",
         "data/remarks.csv:2:text2: 'Smith' is the same as text1; quote"),
        ("remarks", "T,Smyth,U,Smith,A name,label\nT,Smyth,U,Smith,The same,label",
         "data/remarks.csv:3:text1: 'Smyth' stands in an earlier row with the same place1"),
    ],
)  # fmt: skip
def test_the_other_files_are_checked(folder, name, row, problem):
    whole_review(**{name: row})
    (told,) = problems(read_review, folder)
    assert told.startswith(problem)


def test_rows_elsewhere_that_lost_their_study_are_findings(folder):
    whole_review(groups="otto2003,disorder,mood,printed", definitions="otto2003,Medication,PTSD")
    found = [str(finding) for finding in read_review(folder).findings]
    assert found == [
        "data/groups.csv:2:study: 'otto2003' has no row in data/studies.csv",
        "data/definitions.csv:2:study: 'otto2003' has no row in data/studies.csv",
    ]


def test_a_share_in_words_has_no_quantity():
    write("effects", HEADER, ROW)
    write("studies", STUDIES_HEADER, STUDY)
    write("published", PUBLISHED_HEADER, PUBLISHED, "a.b,A,m.se,1/2,", "a.c,A,,1/2,half")
    (problem,) = problems(read_review, "data")
    assert problem.startswith(
        "data/published.csv:3:quantity: 'm.se' stands beside a share in words"
    )


def test_a_figure_of_the_literature_is_no_share():
    whole_review(literature="low,Share,1/2,A (2014),Intro,")
    (problem,) = problems(read_review, "data")
    assert problem.startswith("data/literature.csv:2:printed: '1/2' is not a printed number")


@pytest.mark.parametrize("pattern", ["(" * 5000, "a{99999999999999}", "[", "(?P<a>x)(?P<a>y)", ""])
def test_what_is_no_pattern_is_refused(pattern):
    write("effects", HEADER, ROW)
    write("studies", STUDIES_HEADER, STUDY)
    write("published", PUBLISHED_HEADER, PUBLISHED)
    write("source", "kind,name,pattern,note", f"passage,A,{pattern},")
    (problem,) = problems(read_review, "data")
    assert problem.startswith("data/source.csv:2:pattern: ")
    assert "is not a regular expression" in problem and len(problem) < 300
