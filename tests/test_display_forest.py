"""The forest plot shows every number as text, in order, whatever it is given."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from analysis.display.figure import FAMILY
from analysis.display.forest import (
    ForestRow,
    Summary,
    Words,
    axis_limits,
    fitted,
    forest,
    text_width,
)

WORDS = Words("SMD", "95% CI", "Favours a", "Favours b", "Heterogeneity: Q = 1.00")
SUMMARY = Summary(
    "Random effects", 0.5, 0.3, 0.7, "0.50", "[0.30, 0.70]", -0.1, 1.1, "[−0.10, 1.10]"
)


def row(label: str, estimate: float, half: float = 0.3, weight: float = 10.0) -> ForestRow:
    low, high = estimate - half, estimate + half
    return ForestRow(
        label,
        estimate,
        low,
        high,
        weight,
        f"{estimate:.2f}",
        f"[{low:.2f}, {high:.2f}]",
        f"{weight:.1f}%",
    )


def texts(svg: str) -> list[str]:
    return [
        "".join(t.itertext())
        for t in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


def test_text_is_text_and_stands_in_reading_order():
    figure = forest("f", [row("One", 0.4), row("Two", 0.6)], [SUMMARY], WORDS)
    found = texts(figure.svg)
    assert found[:12] == [
        "Study", "SMD", "95% CI", "Weight", "One", "0.40", "[0.10, 0.70]", "10.0%",
        "Two", "0.60", "[0.30, 0.90]", "10.0%",
    ]  # fmt: skip
    assert found[12:17] == [
        "Random effects", "0.50", "[0.30, 0.70]", "Prediction interval", "[−0.10, 1.10]",
    ]  # fmt: skip
    assert found[-3:] == ["← Favours a", "Favours b →", "Heterogeneity: Q = 1.00"]


def test_the_typeface_comes_along_and_nothing_is_fetched():
    svg = forest("f", [row("One", 0.4)], [SUMMARY], WORDS).svg
    assert svg.count("@font-face") == 2 and FAMILY in svg
    assert all(
        url.startswith("data:font/woff;base64,") for url in re.findall(r"url\(([^)#]+)\)", svg)
    )
    assert not re.search(r'(?:href|src)="(?:https?:)?//', svg)


def test_an_outlier_does_not_squash_the_axis_and_ends_in_an_arrow():
    usual = [row(f"S{i}", 0.1 * i) for i in range(10)]
    low, high = axis_limits([*usual, row("Far", 8.0)], [SUMMARY])
    assert (low, high) == axis_limits(usual, [SUMMARY])
    assert low <= -0.3 and 1.2 <= high < 3
    with_arrow = forest("f", [*usual, row("Far", 8.0)], [SUMMARY], WORDS).svg
    without = forest("f", [*usual, row("Far", 0.5)], [SUMMARY], WORDS).svg
    assert with_arrow.count("<path") != without.count("<path")
    assert "[7.70, 8.30]" in texts(with_arrow)


def test_the_axis_holds_no_effect_and_both_intervals_of_the_summary():
    low, high = axis_limits([row("A", 5.0)], [SUMMARY])
    assert low <= -0.1 and high >= 5.3
    assert axis_limits([], []) == pytest.approx((-1, 1))


@pytest.mark.parametrize("k", [0, 1, 200])
def test_any_number_of_rows(k):
    figure = forest("f", [row(f"S{i}", 0.5) for i in range(k)], [SUMMARY] if k else [], WORDS)
    ElementTree.fromstring(figure.svg)
    assert f"of {k} studies" in figure.alt


def test_an_absent_effect_keeps_its_row():
    absent = ForestRow("Gone", None, None, None, None, "—", "[—, —]", "—")
    found = texts(forest("f", [row("One", 0.4), absent], [SUMMARY], WORDS).svg)
    assert found[8:12] == ["Gone", "—", "[—, —]", "—"]


def test_hostile_and_long_names_are_drawn_as_text():
    for name in ("<b>$x$</b> & #y", "$\\frac{1}{2}$", "\u202eabc", "👩 emoji", "x" * 300):
        found = texts(forest("f", [row(name, 0.4)], [SUMMARY], WORDS).svg)
        assert found[4] == fitted(name, 1.75)
    assert fitted("x" * 300, 1.75).endswith("…")
    assert text_width(fitted("x" * 300, 1.75)) <= 1.75
    assert fitted("Short", 1.75) == "Short"


def test_alternative_text_tells_the_numbers():
    alt = forest("f", [row("One", 0.4)], [SUMMARY], WORDS).alt
    for part in ("1 studies", "0.50 [0.30, 0.70]", "[−0.10, 1.10]", "Q = 1.00"):
        assert part in alt


def test_the_bytes_do_not_depend_on_the_surroundings():
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from test_display_forest import *\n"
        "sys.stdout.write(forest('f', [row('One', .4)], [SUMMARY], WORDS).svg)"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=Path(__file__).parent.parent, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}, capture_output=True,
        ).stdout
        for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/Lima"))
    }  # fmt: skip
    assert len(outputs) == 1 and len(outputs.pop()) > 1000
