"""The dot plot: a dot where its value is, its text beside it, one row below the other."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.display.dots import DotRow, dot_plot
from analysis.display.scale import axis

from svg import centre, ids, texts

SHARES = axis([0, 100])
ROWS = [
    DotRow("One", (10.0, 40.0), ("10%", "40%")),
    DotRow("<i>Two</i>", (100.0, None), ("100%", "—")),
]
FIGURE = dot_plot("f", ROWS, ["Before", "After"], "Item", SHARES)


def test_every_dot_stands_where_its_value_belongs():
    ticks = [centre(FIGURE.svg, gid)[0] for gid in ids(FIGURE.svg, "tick-")]
    for gid, value in (("dot-1-1", 10), ("dot-1-2", 40), ("dot-2-1", 100)):
        place = centre(FIGURE.svg, gid)[0]
        assert np.interp(place, [ticks[0], ticks[-1]], [0, 100]) == pytest.approx(value, abs=1e-4)
    assert len(ids(FIGURE.svg, "dot-")) == 3


def test_texts_stand_in_reading_order_and_the_key_names_the_series():
    found = texts(FIGURE.svg)
    assert found[:9] == ["Item", "Before", "After", "One", "10%", "40%", "<i>Two</i>", "100%", "—"]
    assert found[-2:] == ["Before", "After"]
    single = dot_plot("f", [DotRow("One", (10.0,), ("10%",))], ["Share"], "Item", SHARES)
    assert texts(single.svg).count("Share") == 1


def test_words():
    assert FIGURE.alt == (
        "Dot plot, 2 rows by Item. Before: from 10% (One) to 100% (<i>Two</i>). "
        "After: from 40% (One) to 40% (One)."
    )


def test_what_does_not_fit_is_refused():
    with pytest.raises(
        ValueError, match=r"rows\[0\] has the value 101.0; the axis allows 0.0 to 100"
    ):
        dot_plot("f", [DotRow("x", (101.0,), ("101%",))], ["Share"], "Item", SHARES)
    with pytest.raises(ValueError, match=r"rows\[0\] has 1 values and 1 texts; there are 2 series"):
        dot_plot("f", [DotRow("x", (1.0,), ("1%",))], ["a", "b"], "Item", SHARES)
    with pytest.raises(ValueError, match="series has 4 names; between 1 and 3"):
        dot_plot("f", [], ["a", "b", "c", "d"], "Item", SHARES)
