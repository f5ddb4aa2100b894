"""Reading a CSV file: text stays as printed; every kind of bad input is told."""

import pytest

from analysis.review import read_effects, read_published, read_studies

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


def effects_problems(*lines):
    return problems(read_effects, write("effects", *lines))


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


def test_a_byte_that_no_text_has_is_told_with_its_line():
    path = write("effects", HEADER, ROW, OTHER.replace("otto", "ot\0to"))
    assert problems(read_effects, path) == [
        "data/effects.csv:3: holds a byte that no text has; save the file as CSV"
    ]


def test_a_long_cell_and_an_odd_column_are_told_in_short():
    (problem,) = effects_problems(HEADER, changed(ROW, smd="9" * 10_000 + "x"))
    assert problem.startswith("data/effects.csv:2:smd: '999") and len(problem) < 300
    (problem, *_) = effects_problems(HEADER.replace("outcome", "out\x1b[31m" + "x" * 9000), ROW)
    assert problem.startswith("data/effects.csv:1:") and len(problem) < 500
    assert problem.isprintable()


def test_of_hundreds_of_problems_a_hundred_are_told():
    found = effects_problems(HEADER, *(f"{ROW},{i}" for i in range(250)))
    assert len(found) == 101 and found[-1].startswith("data/effects.csv: and 150 problems more")
