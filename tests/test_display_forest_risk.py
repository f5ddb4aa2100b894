"""Risk of bias beside a forest plot: the letter and the colour of each judgement, under its domain."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from analysis.display.forest import forest
from analysis.display.forest_layout import LAYOUTS
from analysis.display.forest_parts import ForestRow, Group, Limits, Summary, Words

from svg import centre, ids, placed, shape, texts

DOMAINS = ("Randomisation", "Missing data", "Overall")
LETTERS = {"low": "+", "some": "!", "high": "−", "none": "?"}
RISKS = [("low", "some", "high"), (), ("none", "low", "low")]
LIMITS = Limits(0.1, 0.9, "0.10", "0.90")


def group(risks, label: str = "") -> Group:
    """A group of studies with their judgements."""
    rows = (
        ForestRow(f"{label}S{n}", 0.5, "0.50", LIMITS, 10, "10%", risk=tuple(risk))
        for n, risk in enumerate(risks)
    )
    return Group(tuple(rows), label)


SUMMARY = Summary("Random", 0.5, "0.50", LIMITS)
WORDS = Words("SMD", "95% CI", "a", "b", risk=DOMAINS)
FIGURE = forest("f", [group(RISKS)], [SUMMARY], WORDS)


def letter_at(svg: str, gid: str) -> str:
    """The text that stands in the middle of the mark `gid`."""
    x, y = centre(svg, gid)
    near = [t for t in placed(svg) if abs((t.left + t.right) / 2 - x) < 0.6 and abs(t.y - y) < 5]
    (found,) = near
    return found.text


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_each_judgement_has_its_letter_on_the_line_of_its_study(layout):
    svg = forest("f", [group(RISKS)], [SUMMARY], WORDS, layout).svg
    for row, judgements in enumerate(RISKS, 1):
        for n, judgement in enumerate(judgements, 1):
            gid = f"risk-{row}-{n}"
            assert letter_at(svg, gid) == LETTERS[judgement]
            assert centre(svg, gid)[1] == pytest.approx(centre(svg, f"study-{row}")[1], abs=1e-4)
    assert not ids(svg, "risk-2-") and len(ids(svg, "risk-1-")) == 3


def test_domains_stand_under_their_letters_in_columns():
    heads = {t.text: (t.left + t.right) / 2 for t in placed(FIGURE.svg, "bold") if t.text in "ABC"}
    for n, letter in enumerate("ABC", 1):
        columns = [centre(FIGURE.svg, f"risk-{row}-{n}")[0] for row in (1, 3)]
        assert columns == pytest.approx([heads[letter]] * 2, abs=0.05)
    gaps = np.diff([centre(FIGURE.svg, f"risk-1-{n}")[0] for n in (1, 2, 3)])
    assert gaps[0] == pytest.approx(gaps[1]) and gaps[0] > 72 * 2 * 0.072


def test_judgements_differ_by_colour_too():
    colours = set()
    for gid in ("risk-1-1", "risk-1-2", "risk-1-3", "risk-3-1"):
        (mark,) = [e for e in ElementTree.fromstring(FIGURE.svg).iter() if e.get("id") == gid]
        colours.update(re.findall(r"stroke: (#\w+)", ElementTree.tostring(mark).decode()))
        assert shape(FIGURE.svg, gid).count("C") >= 4
    assert len(colours) == 4


def test_the_legend_says_what_occurs_and_the_domains():
    found = texts(FIGURE.svg)
    for text in ("low risk", "some concerns", "high risk", "no information"):
        assert text in found
    assert "Risk of bias: A Randomisation; B Missing data; C Overall" in found
    svg = forest("f", [group([("low", "low", "low")])], [], WORDS).svg
    assert "high risk" not in texts(svg) and letter_at(svg, "risk-key-low") == "+"


def test_words():
    assert FIGURE.alt.endswith(
        "Risk of bias: Randomisation low risk in 1, no information in 1; Missing data low risk in 1, "
        "some concerns in 1; Overall low risk in 1, high risk in 1."
    )
    assert "not judged" in forest("f", [group([()])], [], WORDS).alt


def test_numbers_of_studies_run_on_over_groups():
    svg = forest("f", [group(RISKS[:1], "A"), group(RISKS[2:], "B")], [], WORDS).svg
    assert letter_at(svg, "risk-2-1") == "?"


def test_a_plot_without_domains_is_as_it_was():
    plain = forest("f", [group([()] * 3)], [SUMMARY], Words("SMD", "95% CI", "a", "b"))
    assert not ids(plain.svg, "risk") and "Risk of bias" not in plain.alt


@pytest.mark.parametrize(
    ("risks", "words", "message"),
    [
        ([("low", "low")], WORDS, "'S0' has 2 judgements of risk; there are 3 domains"),
        ([("low", "low", "bad")], WORDS, "'S0' has the risk 'bad'; allowed: low, some, high, none"),
        ([("low",)], Words("SMD", "CI", "a", "b"), "'S0' has 1 judgements of risk; there are 0"),
    ],
)
def test_refusals(risks, words, message):
    with pytest.raises(ValueError, match=message):
        forest("f", [group(risks)], [], words)
