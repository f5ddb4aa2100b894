"""Which numbers of a text have a row: on a text made up for it, and on the paper where it is given.

The paper's text is not part of this project. `PAPER=/path/to/text.txt` runs the tests on it.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from analysis import coverage as command
from analysis.review import read_review
from analysis.review.coverage import ASIDES, Number, Source, cover

from conftest import ROOT

TEXT = """
 Sheep and sleep (Smith & Jones, 2011; Miller, 1998a,
2003): up to May 2019 twenty-one herds, p. 17.

METHODS
We counted 12 of 12 herds with the Sleep-9 (see Table 4), and p < .05 was the rule.
1 http://example.org/record?id=77

RESULTS
One-third slept. In three herds the effect was b=\u2212
0.013, 95% CI \u22120.035, -.008, z=-
1.22, p< \n.001, I2= 81.25%, between 19%-34%; SMD (7)=.485.
-1.00 -0.50 0.00 0.50 1.00
No herd was lost.
"""
OWN = [
    {"kind": "passage", "name": "Introduction", "pattern": "Sheep and sleep", "note": ""},
    {"kind": "passage", "name": "Methods", "pattern": "METHODS", "note": ""},
    {"kind": "passage", "name": "Results", "pattern": "RESULTS", "note": ""},
    {"kind": "aside", "name": "instrument", "pattern": "Sleep-9", "note": "a name"},
    {"kind": "aside", "name": "footnote", "pattern": r"\b1 (?=http)", "note": "an address"},
    {"kind": "number", "name": "0", "pattern": "No(?= herd)", "note": "none"},
]
SOURCE = Source(OWN)
QUANTITIES = {
    "Introduction": ["21"],
    "Methods": ["12", "12", "<.05"],
    "Results": [
        "1/3", "3", "-0.013", "-0.035", "-.008", "-1.22", "<.001", "81.25", "19", "34", "7", ".485",
        "0",
    ],
}  # fmt: skip
LEFT_OUT = {
    "2011": "year of a citation", "1998": "year of a citation", "2003": "year of a citation",
    "2019": "date", "17": "page", "9": "instrument", "4": "label", "1": "footnote",
    "77": "address", "95": "level of an interval", "2": "squared", "-1.00": "axis", "1.00": "axis",
}  # fmt: skip


def row(where, printed, quantity="a.b"):
    quantity = "" if "/" in printed else quantity  # a share in words has none
    return {"id": f"{where}.{printed}", "where": where, "quantity": quantity, "printed": printed}


def rows():
    """A row for each quantity of the made-up text, the threshold as a setting holds it."""
    source = [row(w, p) for w, own in QUANTITIES.items() for p in own if p != "<.05"]
    return [*source, row("Methods, on the rule", ".05", "settings.alpha")]


@pytest.fixture(scope="module")
def numbers() -> tuple[Number, ...]:
    return SOURCE.numbers(TEXT)


def covered(text, *own, source=()):
    reader = Source(source)
    return cover(reader.numbers(text), own, reader)


def test_the_numbers_of_a_text_in_their_passages(numbers):
    found: dict[str, list[str]] = {}
    for number in numbers:
        if number.aside is None:
            found.setdefault(number.passage, []).append(number.printed)
    assert found == QUANTITIES


def test_what_is_no_quantity_is_left_out_by_a_named_rule(numbers):
    rules = {n.printed: n.aside.name for n in numbers if n.aside}
    assert rules.items() >= LEFT_OUT.items()
    assert set(rules) - set(LEFT_OUT) == {"-0.50", "0.00", "0.50"}


def test_a_number_knows_its_line(numbers):
    (found,) = [n for n in numbers if n.printed == ".485"]
    assert ".485" in TEXT.split("\n")[found.line - 1]
    assert "SMD (7)=.485" in found.context


@pytest.mark.parametrize("aside", ASIDES, ids=lambda aside: aside.name)
def test_every_rule_has_a_reason(aside):
    assert len(aside.reason.split()) > 3


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("in 2013 participants", "2013"),  # no citation
        ("17-item", "17"),
        ("a 2- and a 3-fold", "2"),
        ("95% of them", "95"),
        ("95% CI-1.749", "-1.749"),
        ("CI\u22120.035", "-0.035"),
        ("p > .05", ">.05"),
        ("Eighteen trials", "18"),
        ("forty-two", "42"),
        ("at least16", "16"),
        ("3,228 articles", "3228"),
        ("(n = 3 228)", "3228"),
        ("3\u202f228\u202f401", "3228401"),
        ("\u22121,234.50", "-1234.50"),
        ("in 2011, 401 of them", "401"),
        ("1,23", "23"),  # no thousands
        ("1.234,567", "567"),
        ("1,2345", "2345"),
        ("12\n345", "345"),  # numbers of two lines
    ],
)
def test_what_the_rules_must_not_leave_out(text, printed):
    quantities = [n.printed for n in Source().numbers(text) if n.aside is None]
    assert printed in quantities


def test_thousands_are_one_number():
    found = [n.printed for n in Source().numbers("3,228 of 1 234 567, 16 401 and 12,5")]
    assert found == ["3228", "1234567", "16401", "12", "5"]


def test_a_text_with_a_row_for_each_number_is_covered(numbers):
    found = cover(numbers, rows(), SOURCE)
    assert found.gaps == () and found.not_found == ()


@pytest.mark.parametrize("position", range(sum(map(len, QUANTITIES.values()))))
def test_a_row_that_is_missing_is_noticed(numbers, position):
    """Also where the same number has another row in the passage, or in another one."""
    whole = rows()
    lost = whole[position]["printed"]
    gaps = cover(numbers, whole[:position] + whole[position + 1 :], SOURCE).gaps
    assert {gap.number.printed.lstrip("<") for gap in gaps} == {lost.lstrip("<")}
    assert {gap.rows - gap.times for gap in gaps} == {-1}


def test_a_row_whose_number_is_not_there_is_told():
    found = covered("Two herds.", row("", "2"), row("", "2") | {"id": "again"}, row("", "3"))
    assert found.gaps == () and found.not_found == ("again", ".3")


def test_a_row_covers_its_own_passage_alone(numbers):
    moved = [r | {"where": "Methods"} if r["printed"] == "81.25" else r for r in rows()]
    found = cover(numbers, moved, SOURCE)
    assert [gap.number.printed for gap in found.gaps] == ["81.25"]
    assert found.not_found == ("Results.81.25",)
    nowhere = [r | {"where": "Appendix"} if r["printed"] == "12" else r for r in rows()]
    assert len(cover(numbers, nowhere, SOURCE).not_found) == 2


def test_a_threshold_without_its_sign_is_for_settings_alone():
    assert covered("p < .05", row("", ".05", "settings.alpha")).gaps == ()
    assert covered("p < .05", row("", ".05")).gaps


def test_a_passage_that_does_not_begin_is_an_error():
    with pytest.raises(ValueError, match="no line after line 1 begins with 'METHODS'"):
        SOURCE.numbers("Sheep and sleep: 3")


@pytest.fixture
def project(tmp_path):
    """A folder of data with the made-up text's own source.csv and published.csv, and the text."""
    files = {
        "source": (list(OWN[0]), [list(own.values()) for own in OWN]),
        "published": (
            ["id", "where", "quantity", "printed", "note"],
            [[f"r{n}", r["where"], r["quantity"], r["printed"], "x"] for n, r in enumerate(rows())],
        ),
    }
    for name, (header, own) in files.items():
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *own])
    for name in ("effects", "studies"):
        (tmp_path / f"{name}.csv").write_text((ROOT / f"data/{name}.csv").read_text())
    (tmp_path / "paper.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


def run(project, *more):
    return command.main([str(project / "paper.txt"), "--data", str(project), *more])


def test_the_command_says_that_all_is_covered(project, capsys):
    assert run(project, "--asides") == 0
    shown = capsys.readouterr().out
    assert "instrument: 1 left out; a name" in shown
    assert "without a row: 0; rows without a number: 0" in shown


def test_the_command_names_what_is_not_covered(project, capsys):
    published = project / "published.csv"
    lines = published.read_text().splitlines(True)
    published.write_text("".join(x for x in lines if ",12," not in x))
    assert run(project) == 1
    shown = capsys.readouterr().out
    assert "line 6, Methods: 12 (printed here 2 times, rows: 0)" in shown


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"\xff", "is not UTF-8"),
        (b"RESULTS", "begins with 'Sheep and sleep'"),
    ],
)
def test_a_text_that_cannot_be_used(project, capsys, content, said):
    (project / "paper.txt").unlink()
    if content is not None:
        (project / "paper.txt").write_bytes(content)
    assert run(project) == 2
    assert said in capsys.readouterr().err


PAPER = os.environ.get("PAPER")


@pytest.mark.skipif(not PAPER, reason="PAPER does not name the paper's text")
def test_every_number_of_the_paper_has_its_row_and_no_other_would_do():
    review = read_review(ROOT / "data")
    source = Source(review.source.to_dict("records"))
    numbers = source.numbers(Path(PAPER).read_text(encoding="utf-8"))
    published = review.published.to_dict("records")
    found = cover(numbers, published, source)
    assert found.gaps == () and found.not_found == ()
    for position, lost in enumerate(published):
        rest = published[:position] + published[position + 1 :]
        gaps = cover(numbers, rest, source).gaps
        assert gaps, lost["id"]
        assert {gap.number.passage for gap in gaps} == {source.passage_of(lost["where"])}
        assert {gap.number.printed.lstrip("<>") for gap in gaps} == {
            lost["printed"].replace("\u2212", "-").lstrip("<>")
        }
