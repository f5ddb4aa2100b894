"""Reading the CSV files: text stays as printed; every kind of bad input is told, all at once."""

import pytest

from analysis.review import DataError, read_effects, read_published, read_review, read_studies

HEADER = "outcome,study,smd,se,variance,ci_low,ci_high,z,p"
ROW = "symptoms,isasi2010,5.233,0.665,0.442,3.929,6.536,7.868,0.000"
OTHER = "symptoms,otto2003,0.679,0.650,0.423,-0.596,1.954,1.044,0.297"
STUDIES_HEADER = (
    "study,name,diagnosis,disorder,age,female_percent,married_percent,n_treatment,n_control,"
    "treatment,treatment_weeks,symptom_measure,qol_measure,quality"
)
STUDY = "isasi2010,Isasi et al. (2010),Mood Disorder,,41.3,47.5,NRD,20,20,CBT,20,YMRS,NA,1.2"
PUBLISHED_HEADER = "id,where,quantity,printed,note"
PUBLISHED = "results.q,Results,symptoms.fixed.q,90.679,"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in an empty folder, so that files are shown relative to it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def write(name, *lines, end="\n"):
    with open(f"data/{name}.csv", "w", encoding="utf-8", newline="") as file:
        file.write("".join(line + end for line in lines))
    return f"data/{name}.csv"


def problems(read, path):
    with pytest.raises(DataError) as refusal:
        read(path)
    assert isinstance(refusal.value, ValueError)
    return str(refusal.value).split("\n")


def effects_problems(*lines):
    return problems(read_effects, write("effects", *lines))


def changed(row, **cells):
    values = dict(zip(HEADER.split(","), row.split(","), strict=True)) | cells
    return ",".join(values.values())


def test_text_stays_as_printed():
    frame = read_effects(write("effects", HEADER, changed(ROW, smd=".480", ci_low="\u22120.10")))
    assert frame.to_dict("list") == {
        name: [cell]
        for name, cell in zip(
            HEADER.split(","), changed(ROW, smd=".480", ci_low="\u22120.10").split(","), strict=True
        )
    }


def test_words_that_pandas_takes_for_missing_stay():
    frame = read_studies(write("studies", STUDIES_HEADER, STUDY))
    words = frame.loc[2, ["married_percent", "qol_measure", "disorder"]]
    assert words.tolist() == ["NRD", "NA", ""]


def test_columns_come_in_the_order_of_the_codebook():
    cells = dict(zip(PUBLISHED_HEADER.split(","), PUBLISHED.split(","), strict=True))
    path = write("published", ",".join(reversed(cells)), ",".join(reversed(cells.values())))
    assert ",".join(read_published(path).columns) == PUBLISHED_HEADER


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_index_is_the_line_in_the_file(end):
    rows = ("", 'a,"two\nlines",b,1,', "", "c,d,e,<.001,")
    path = write("published", PUBLISHED_HEADER, *rows, end=end)
    assert read_published(path).index.tolist() == [3, 6]


def test_a_byte_order_mark_is_no_part_of_the_header():
    path = write("effects", "\ufeff" + HEADER, ROW)
    assert read_effects(path)["outcome"].tolist() == ["symptoms"]


def test_a_file_with_no_rows_is_empty_and_not_wrong():
    assert len(read_effects(write("effects", HEADER))) == 0


def test_the_message_of_a_bad_number():
    assert effects_problems(HEADER, "", "", OTHER, "", "", changed(ROW, smd="0.4x0")) == [
        "data/effects.csv:7:smd: '0.4x0' is not a number; "
        "write digits with a decimal point, for example 0.480"
    ]


def test_lines_are_counted_through_quoted_newlines():
    path = write("published", PUBLISHED_HEADER, 'a,"two\nlines",b,1,', "c,d,e,one,")
    assert problems(read_published, path) == [
        "data/published.csv:4:printed: 'one' is not a printed number; "
        "write it as printed, for example 0.480, .452 or <.001"
    ]


@pytest.mark.parametrize("text", ["nan", "inf", "1e5", "", " 0.5", "1,5", "NA"])
@pytest.mark.parametrize("column", ["smd", "se", "variance", "ci_low", "ci_high", "z", "p"])
def test_only_plain_decimals_are_numbers(column, text):
    row = ROW.split(",")
    row[HEADER.split(",").index(column)] = f'"{text}"'
    (problem,) = effects_problems(HEADER, ",".join(row))
    assert problem.startswith(f"data/effects.csv:2:{column}: {text!r} is not a number")


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"se": "-0.665"}, "se: '-0.665' is not a number of 0 or more; write digits"),
        ({"variance": "-0.442"}, "variance: '-0.442' is not a number of 0 or more"),
        ({"p": "1.001"}, "p: '1.001' is not a number from 0 to 1; write digits"),
        ({"p": "-0.001"}, "p: '-0.001' is not a number from 0 to 1"),
        ({"ci_low": "6.537"}, "ci_low: '6.537' is above ci_high; swap the two limits"),
        ({"study": "Isasi 2010"}, "study: 'Isasi 2010' is not a key; write small letters"),
        ({"outcome": "QoL"}, "outcome: 'QoL' is not an outcome; write small letters"),
    ],
)
def test_cells_of_effects(cells, problem):
    (found,) = effects_problems(HEADER, changed(ROW, **cells))
    assert found.startswith(f"data/effects.csv:2:{problem}")


def test_limits_are_compared_as_numbers():
    path = write("effects", HEADER, changed(ROW, ci_low="9.5", ci_high="10.2"))
    assert len(read_effects(path)) == 1
    path = write("effects", HEADER, changed(ROW, ci_low="\u22120.1", ci_high="-0.1"))
    assert len(read_effects(path)) == 1


def test_an_effect_stands_once():
    assert effects_problems(HEADER, ROW, OTHER, ROW) == [
        "data/effects.csv:4:study: 'isasi2010' stands in an earlier row with the same outcome; "
        "keep one of the two"
    ]
    again = changed(ROW, outcome="qol")
    assert len(read_effects(write("effects", HEADER, ROW, again))) == 2


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("Isasi et al. (2010)", "", "name: '' is not a text; write at least one word"),
        ("Isasi et al. (2010)", " Isasi", "name: ' Isasi' is not a text"),
        (",20,20,CBT", ",0,20,CBT", "n_treatment: '0' is not a count; write a whole number"),
        (",20,20,CBT", ",20,2.5,CBT", "n_control: '2.5' is not a count"),
        ("47.5", "100.1", "female_percent: '100.1' is not a number from 0 to 100; write digits"),
        ("41.3", "old", "age: 'old' is not a number of 0 or more; write digits with a decimal"),
        (",1.2", ",2.1", "quality: '2.1' is not a number from 0 to 2"),
    ],
)
def test_cells_of_studies(old, new, problem):
    assert old in STUDY
    (found,) = problems(read_studies, write("studies", STUDIES_HEADER, STUDY.replace(old, new)))
    assert found.startswith(f"data/studies.csv:2:{problem}")


def test_a_study_stands_once_by_key_and_by_name():
    path = write("studies", STUDIES_HEADER, STUDY, STUDY)
    assert problems(read_studies, path) == [
        f"data/studies.csv:3:{column} stands in an earlier row; keep one of the two"
        for column in ("study: 'isasi2010'", "name: 'Isasi et al. (2010)'")
    ]


def test_missing_extra_and_duplicate_columns():
    header = HEADER.replace(",se", ",SE").replace("variance", "smd")
    assert effects_problems(header, ROW) == [
        "data/effects.csv:1:smd: the column stands 2 times in the header; keep one",
        f"data/effects.csv:1:se: the column is missing; the header is {HEADER}",
        f"data/effects.csv:1:variance: the column is missing; the header is {HEADER}",
        f"data/effects.csv:1:SE: 'SE' is not a column of this file; the header is {HEADER}",
    ]


def test_a_bad_header_does_not_hide_bad_cells():
    header, row = HEADER.replace(",ci_low", ""), ROW.replace(",3.929", "")
    found = effects_problems(header, row.replace("5.233", "x"))
    assert [problem.split(": ")[0] for problem in found] == [
        "data/effects.csv:1:ci_low",
        "data/effects.csv:2:smd",
    ]


def test_ragged_rows():
    assert effects_problems(HEADER, ROW + ",0", OTHER.removesuffix(",0.297")) == [
        "data/effects.csv:2: 10 cells; the header has 9",
        "data/effects.csv:3: 8 cells; the header has 9",
    ]


def test_a_file_that_is_not_there():
    assert problems(read_effects, "data/effects.csv") == [
        "data/effects.csv: cannot be read: No such file or directory"
    ]
    assert problems(read_effects, "data") == ["data: cannot be read: Is a directory"]


def test_an_empty_file():
    assert effects_problems() == [f"data/effects.csv:1: is empty; the first line must be {HEADER}"]


def test_a_file_in_another_encoding(folder):
    (folder / "effects.csv").write_bytes(f"{HEADER}\n{ROW}\n\xe9".encode("latin-1"))
    assert problems(read_effects, "data/effects.csv") == [
        "data/effects.csv:3: is not UTF-8; save the file with that encoding"
    ]


def test_a_quote_that_is_never_closed():
    (problem,) = effects_problems(HEADER, ROW, 'symptoms,"otto')
    assert problem.startswith("data/effects.csv:3: cannot be read as CSV: ")


def test_a_file_outside_the_current_folder_is_shown_whole(folder, monkeypatch):
    path = folder / "effects.csv"
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    assert problems(read_effects, path)[0].startswith(f"{path.as_posix()}: cannot be read")


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
