"""Numbers, values and tables are shown correctly, and text is shown as text in every format."""

from __future__ import annotations

import csv
import io
import json
import math
import re

import pypandoc
import pytest
import typst
from bs4 import BeautifulSoup
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.display.escape import (
    ON_PAPER,
    escape_csv,
    escape_html,
    escape_markdown,
    escape_typst,
)
from analysis.display.figure import Figure
from analysis.display.numbers import apart, count, number, pvalue, with_minus
from analysis.display.registry import NotRegistered, Registry
from analysis.display.table import Column, Row, Table
from analysis.display.value import Marked, Phrase, Value

UNSEEN = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufffe\uffff"
HOSTILE = (
    '<script>alert("1")</script>', "#panic()", "$x_1$", "*b* _i_ `c`", "[l](u) ![i](j)", "@ref [@x]",
    "\\ back", "=1+1", "- item", "1. item", "// comment", "a -- b ... 'q'", "~sub~ ^sup^", "<!-- x -->",
    "{.class}", "\u202egnp.exe", "👩‍⚕️ emoji", "a & b &amp; c", "table.cell[x]",
    "https://a.b/c?d=e&f", "x" * 500,
    "x" * 10_000, "a\x00b\x1b[2Jc\x9bd\x7f", "\u2066a\u2069", "Hebrew \u05d0\u200f", "\ufeffa", "<x>",
    "#let x = 1;", "]{.y}", '"; panic("', "{{< include x >}}", "`{python} 1`", "$$x$$", "\\(x\\)", "]]>",
    "&#60;b&#62;", "{=html}",
    "a\n```\n\n## b", "a\r```\r\r## b", "a\v\u2028# b", "a ``` b",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-0.52", "−0.52"),
        ("from -.5 to (-3)", "from −.5 to (−3)"),
        ("2009-10, meta-2, t-test, p = .10-.20", "2009-10, meta-2, t-test, p = .10-.20"),
    ],
)
def test_hyphens_before_digits_are_minus_signs_but_not_within_words_and_ranges(text, shown):
    assert with_minus(text) == shown


@pytest.mark.parametrize(
    ("x", "decimals", "text"),
    [
        (0.8184, 2, "0.82"), (-0.2131, 2, "−0.21"), (2.675, 2, "2.67"), (0.125, 2, "0.12"),
        (-0.001, 2, "0.00"), (0.0, 1, "0.0"), (-0.0, 0, "0"), (1234.5, 0, "1234"), (None, 2, "—"),
        (math.nan, 2, "—"), (-0.5, 0, "0"), (-1.5, 0, "−2"),
    ],
)  # fmt: skip
def test_number(x, decimals, text):
    """2.675 is a little less as a binary number; exact ties go to even (IEEE 754)."""
    assert number(x, decimals) == text


@pytest.mark.parametrize(
    ("x", "decimals", "line", "text"),
    [
        (0.0004, 2, 0, "0.0004"), (-0.0004, 2, 0, "−0.0004"), (0.004, 2, 0, "0.004"),
        (0.0, 2, 0, "0.00"), (0.3, 2, 0, "0.30"), (1.0026, 2, 1, "1.003"),
        (0.9996, 2, 1, "0.9996"), (1.0, 2, 1, "1.00"), (1.01, 2, 1, "1.01"), (3e-9, 2, 0, "0.00"),
        (None, 2, 0, "—"), (math.nan, 2, 0, "—"),
    ],
)  # fmt: skip
def test_a_limit_shows_on_which_side_of_the_line_it_lies(x, decimals, line, text):
    assert apart(x, decimals, line) == text


@given(st.floats(-2, 2), st.integers(0, 4), st.sampled_from([0.0, 1.0, 0.05]))
def test_a_number_that_is_not_the_line_is_not_shown_as_if_it_were(x, decimals, line):
    assume(abs(x - line) > 10**-decimals * 1e-6)
    shown = float(apart(x, decimals, line).replace("−", "-"))
    there = float(number(line, decimals + 7))
    assert (shown > there) == (x > line) and (shown < there) == (x < line)


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0496, "0.0496"),
        (0.04996, "0.04996"),
        (0.0503, "0.0503"),
        (0.05, "0.050"),
        (0.051, "0.051"),
        (0.0274, "0.027"),
        (0.001, "0.001"),
        (0.00099, "<\u00a00.001"),
        (0.0, "<\u00a00.001"),
        (None, "—"),
    ],
)
def test_pvalue(p, text):
    assert pvalue(p) == text


def test_count_of_nothing_is_a_dash():
    assert (count(18), count(0), count(None)) == ("18", "0", "—")


def test_thousands_are_told_apart_from_five_digits_on():
    shown = [count(n) for n in (9999, 10_000, 262_143, 1_048_575, -9999, -10_000)]
    assert shown == ["9999", "10,000", "262,143", "1,048,575", "−9999", "−10,000"]


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_a_number_reads_back_within_half_a_unit(x, decimals):
    back = float(number(x, decimals).replace("\u2212", "-"))
    assert abs(back - x) <= 0.5 * 10**-decimals * (1 + 1e-9) + 1e-12


def markdown_text(markdown: str, to: str = "plain") -> str:
    return pypandoc.convert_text(markdown, to, format="markdown", extra_args=["--wrap=none"])


def folded(text):
    """As it is shown: on one line, with a sign for what nobody sees."""
    text = re.sub(r"[\t\n\v\f\r\u2028]+", " ", text)
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]", "\ufffd", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_cell_when_a_table_goes_through_markdown(text):
    """The table's HTML and Typst stand in fenced blocks of one Markdown output."""
    table = Table("t", (Column("a", "A"),), (Row({"a": text}), Row({"a": "last"})))
    html = BeautifulSoup(markdown_text(table._repr_markdown_(), "html"), "html.parser")
    cells = [cell.get_text() for cell in html.select("tbody th")]
    assert cells == [folded(text), "last"] and not html.find(["h1", "h2", "script"])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_html_and_markdown(text):
    shown = BeautifulSoup(f"<p>{escape_html(text)}</p>", "html.parser").p
    assert shown.get_text() == folded(text) and shown.find() is None
    html = markdown_text(f"a {Phrase('p.x', text)._repr_markdown_()} b", "html")
    span = BeautifulSoup(html, "html.parser").select_one("span.phrase")
    assert span.get_text() == folded(text) and span["data-id"] == "p.x"
    assert [tag.name for tag in BeautifulSoup(html, "html.parser").find_all()] == ["p", "span"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_typst(text):
    source = f"#metadata([{escape_typst(text)}]) <x>\n"
    found = json.loads(typst.query(source.encode(), "<x>", field="value", one=True))
    shown = text if len(text) <= ON_PAPER else f"{text[: ON_PAPER - 1]}…"
    assert found == {"func": "text", "text": folded(shown)}


@given(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=UNSEEN),
        min_size=1,
        max_size=40,
    )
)
def test_any_text_survives_markdown(text):
    text = text.strip(" ")  # Pandoc keeps no space at the ends of a span
    assume(text)
    tree = json.loads(markdown_text(f"x[{escape_markdown(text)}]{{.y}}x", "json"))
    (para,) = tree["blocks"]

    def plain(inlines):
        return "".join(
            i["c"]
            if i["t"] == "Str"
            else " "
            if i["t"] in ("Space", "SoftBreak")
            else plain(i["c"][-1])
            for i in inlines
        )

    assert plain(para["c"]).split() == f"x{text}x".split()


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+x", "'+x"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("a\x00b", "a\ufffdb"),
        ("−0.2", "−0.2"),
        ("x=1", "x=1"),
    ],
)
def test_a_spreadsheet_runs_no_text_as_a_formula(text, safe):
    assert escape_csv(text) == safe


def test_a_value_carries_its_name_and_its_exact_number():
    value = Value("symptoms.random.estimate", 0.1 + 0.2, "0.30", "s")
    expected = (
        '<span class="value" data-id="symptoms.random.estimate" '
        'data-value="0.30000000000000004">0.30</span>'
    )
    assert value.html() == expected
    assert markdown_text(value._repr_markdown_(), "html").strip() == f"<p>{expected}</p>"
    assert Value("n", 18, "18", "s").data_value == "18"
    assert Value("n", None, "—", "s").data_value == ""


NAME = HOSTILE[0]
TABLE = Table(
    "t",
    (
        Column("name", "Study & <name>"),
        Column("a", "A", "right", spanner="Both"),
        Column("b", "B", "right", spanner="Both"),
        Column("note", "Note"),
    ),
    (
        Row(
            {"name": NAME, "a": Value("x.a", -1.25, "−1.2", "s"), "b": None, "note": "=1"},
            group="G #1",
        ),
        Row(
            {"name": "second", "a": "n. r.", "b": Value("x.b", 3, "3", "s"), "note": ""},
            group="G #1",
        ),
        Row({"name": "third", "a": "1", "b": "2", "note": "$x$"}, group="H"),
    ),
    ("A *note*.",),
)
WORDS = ["Study & <name>", "Both", "Note", "A", "B", "G #1", NAME, "−1.2", "—", "=1", "second",
         "n. r.", "3", "H", "third", "1", "2", "$x$", "A *note*."]  # fmt: skip


def test_a_table_in_html_has_scopes_spans_and_plain_text():
    soup = BeautifulSoup(TABLE.html(), "html.parser")
    assert [t for t in soup.stripped_strings] == WORDS
    assert soup.find("script") is None and soup.find("style") is None
    assert soup.table["data-quarto-disable-processing"] == "true"
    assert all(th.get("scope") for th in soup.select("th"))
    assert len(soup.select('th[scope="row"]')) == 3
    spans = {s["data-id"]: s["data-value"] for s in soup.select("span.value")}
    assert spans == {"x.a": "-1.25", "x.b": "3"}
    region = soup.select_one("div.table-scroll")
    assert region["tabindex"] == "0" and region["role"] == "region" and region["aria-label"]


def test_a_table_in_typst_says_the_same_words_in_the_same_order():
    typst.compile(TABLE.typst().encode(), ignore_system_fonts=True)
    source = f"#let found = (); {TABLE.typst()}"
    html = typst.compile(source.encode(), format="html", ignore_system_fonts=True).decode()
    words = [*BeautifulSoup(html, "html.parser").body.stripped_strings]
    assert words == WORDS


def test_a_table_in_csv_holds_exact_numbers_and_no_formula():
    rows = list(csv.reader(io.StringIO(TABLE.csv())))
    assert rows == [
        ["group", "name", "a", "b", "note"],
        ["G #1", NAME, "-1.25", "", "'=1"],
        ["G #1", "second", "n. r.", "3", ""],
        ["H", "third", "1", "2", "$x$"],
    ]


def test_a_registry_knows_its_names_judges_and_suggests():
    rows = [
        {"id": "x.one", "quantity": "a.one", "printed": "0.82"},
        {"id": "y.one", "quantity": "a.one", "printed": "0.9"},
        {"id": "x.two", "quantity": "a.two", "printed": "18"},
    ]
    registry = Registry(rows)
    registry.value("a.one", 0.8184, lambda x: number(x, 2), "s")
    registry.value("a.two", 17, lambda x: number(x, 0), "s")
    registry.value("a.gone", math.nan, lambda x: number(x, 2), "s")
    one = registry.get(Value, "a.one")
    assert (one.published, one.status) == ("0.82", "reproduced")
    assert {i: j.verdict.status for i, j in registry.judged.items()} == {
        "x.one": "reproduced", "y.one": "undecided", "x.two": "different",
    }  # fmt: skip
    assert registry.printed("a.one") == "0.82" and registry.printed("a.gone") is None
    assert "a.one" in registry and "a.on" not in registry
    assert registry.get(Value, "a.gone").raw is None
    with pytest.raises(NotRegistered, match=r"no value is called 'a\.on'; did you mean a.one"):
        registry.get(Value, "a.on")
    with pytest.raises(ValueError, match="registered twice"):
        registry.phrase("p", "x", ()) and registry.phrase("p", "y", ())


def test_a_mark_stands_outside_of_the_number():
    marked = Marked(Value("x.a", 1.5, "1.5", "s"), "a")
    assert BeautifulSoup(marked.html(), "html.parser").select_one("span.value").get_text() == "1.5"
    assert marked.html().endswith("</span><sup>a</sup>")
    assert marked.typst().endswith('#super[#"a";]')
    assert Marked(marked.value, "").html() == marked.value.html()


def test_a_figure_is_drawn_when_it_is_first_asked_for_and_once():
    drawn = []

    def draw() -> Figure:
        drawn.append("a")
        return Figure("a", "<svg/>", "nothing")

    registry = Registry()
    registry.figure("a", draw)
    assert drawn == []
    assert registry.get(Figure, "a") is registry.get(Figure, "a")
    assert [figure.name for figure in registry.all(Figure)] == drawn == ["a"]
    with pytest.raises(ValueError, match="registered twice"):
        registry.figure("a", draw)
    with pytest.raises(NotRegistered, match="did you mean a"):
        registry.get(Figure, "ab")
