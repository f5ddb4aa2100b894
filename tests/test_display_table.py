"""A table on paper: where it is parted, what stays together, and how its columns share the width."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import pytest
import typst
from pypdf import PdfReader

from analysis.display.table import Column, Row, Table


def pages_of(table: Table, before: int, width: str = "156mm") -> list[list[str]]:
    """What each page says that holds `table` below so many lines."""
    source = (
        f"#set page(width: {width}, height: 120mm, margin: 0mm)\n#set document(title: [t])\n"
        + "above\\\n" * before
        + table.typst()
    )
    pdf = typst.compile(source.encode(), ignore_system_fonts=True)
    return [page.extract_text().split("\n") for page in PdfReader(io.BytesIO(pdf)).pages]


LONG = "Words of a cell that is high. " * 4
COLUMNS = (Column("name", "Name"), Column("text", "Text"), Column("n", "Number", "right"))


@pytest.mark.parametrize("before", range(0, 24, 3))
def test_a_table_is_parted_between_its_rows_and_below_no_head(before):
    rows = tuple(
        Row({"name": f"r{n}", "text": LONG, "n": f"e{n}"}, f"Group {n // 4}") for n in range(30)
    )
    found = pages_of(Table("t", COLUMNS, rows, ("Its note.",)), before)
    assert len(found) > 1
    held = [[line for line in page if line != "above"] for page in found]
    assert all(page[-1] == "Its note." for page in held if page), "no note stands alone"
    for page in held:
        text = "\n".join(page)
        assert text.count("Words of a cell") % 4 == 0, "no row is parted"
        for head, below in pairwise(page):
            assert not head.startswith("Group") or re.match(r"r\d", below), f"{head}, then {below}"


def test_a_small_table_is_not_parted():
    rows = tuple(Row({"name": f"r{n}", "text": "short", "n": "1"}) for n in range(6))
    for before in range(12, 26):
        pages = pages_of(Table("t", COLUMNS, rows), before)
        assert sum("Name" in "".join(page) for page in pages) == 1


def test_a_column_holds_its_longest_word_and_a_longer_text_has_more_room():
    words = "Psychodynamic", "Transdiagnostic disorder of a kind", LONG
    columns = tuple(Column(name, name, "left") for name in "abc")
    rows = (Row(dict(zip("abc", words, strict=True))),)
    table = Table("t", columns, rows)
    first, *shares = re.search(r"columns: \((.*),\), align", table.typst())[1].split(", ")
    assert first == "auto" and [share[-2:] for share in shares] == ["fr", "fr"]
    middle, last = (float(share[:-2]) for share in shares)
    assert len("Transdiagnostic") <= middle < last
