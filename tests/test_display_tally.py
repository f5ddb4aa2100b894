"""The tally: bars whose parts are shares of the row, and every count as text."""

from __future__ import annotations

import pytest

from analysis.display.tally import TallyRow, tally

from svg import corners, ids, texts

ROWS = [TallyRow("<b>One</b>", (3, 1, 0)), TallyRow("Two", (0, 0, 5)), TallyRow("Three", (0, 0, 0))]
KINDS = ["met", "near", "apart"]
FIGURE = tally("f", ROWS, KINDS, "Section")


def width(gid: str) -> float:
    xs = corners(FIGURE.svg, gid)[:, 0]
    return xs.max() - xs.min()


def test_the_parts_of_a_bar_are_its_shares():
    whole = width("bar-2-3")
    assert width("bar-1-1") == pytest.approx(whole * 3 / 4, rel=1e-4)
    assert width("bar-1-2") == pytest.approx(whole * 1 / 4, rel=1e-4)
    assert width("bar-4-3") == pytest.approx(whole * 5 / 9, rel=1e-4)
    assert corners(FIGURE.svg, "bar-1-2")[:, 0].min() == pytest.approx(
        corners(FIGURE.svg, "bar-1-1")[:, 0].max(), abs=1e-4
    )
    assert ids(FIGURE.svg, "bar-") == [
        "bar-1-1", "bar-1-2", "bar-2-3", "bar-4-1", "bar-4-2", "bar-4-3",
    ]  # fmt: skip


def test_every_count_is_a_text_and_the_last_line_adds_them_up():
    assert texts(FIGURE.svg) == [
        "Section", "Total",
        "<b>One</b>", "3", "1", "0", "4",
        "Two", "0", "0", "5", "5",
        "Three", "0", "0", "0", "0",
        "All", "3", "1", "5", "9",
        *KINDS,
    ]  # fmt: skip


def test_words():
    assert FIGURE.alt == (
        "Bars of shares, 3 rows by Section. <b>One</b>: 3 met, 1 near. Two: 5 apart. Three: none."
    )


def test_no_rows_are_a_tally_of_nothing():
    assert texts(tally("f", [], KINDS, "Section").svg)[2:6] == ["All", "0", "0", "0"]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"rows\[0\] has 1 counts; there are 3 kinds"):
        tally("f", [TallyRow("x", (1,))], KINDS, "Section")
    with pytest.raises(ValueError, match="there are 8 kinds; at most 7"):
        tally("f", [], ["k"] * 8, "Section")
