"""Read a built site back: its values, and the text of its pages and of its PDF as tokens.

Text is read in logical order: an HTML page's main part as it stands, the PDF by its structure tree
(PDFium's and pypdf's), which leaves out running heads, page numbers and repeated table heads. Three
conventions differ and are levelled here: a float's caption comes first, a tab's title before what
it opens, a footnote where its mark is. The PDF has of the ledger only the rows that are not met, and
nothing of the reference of functions and of the experiment: a page's other rows, and those, are passed
over. The
text inside an SVG figure belongs to the page that shows it; Poppler reads it without the gaps between
its pieces, so there the letters and digits are compared and not how they are parted.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import accumulate, groupby, takewhile
from operator import eq
from pathlib import Path
from xml.etree import ElementTree

from bs4 import BeautifulSoup, NavigableString, Tag

from paper import told

MINUS = "\u2212"
# A number with its sign, a word, or a single sign.
TOKEN = re.compile(rf"{MINUS}?\d+(?:\.\d+)?|[^\W\d_]+|[^\w\s]|\w")
# An address up to where its line ends: a number of it that follows belongs to the point before.
BROKEN = re.compile(r"https?://\S*\.")
TOOLS = ".page-navigation, .reader-menu, .reader-code, .figure-links, style, script"
NOT_CONTENT = f"#title-block-header > :not(h1), #TOC, .footnotes, {TOOLS}"
MET = ("given", "reproduced")
HEX_AS_LETTERS = str.maketrans("0123456789", "ghijklmnop")
DRAWN = "\ue000", "\ue001"  # private signs around the text of a figure
SVG = "{http://www.w3.org/2000/svg}"


class Drawn(str):
    """A token from the inside of a figure."""


@dataclass(frozen=True)
class Shown:
    """A number as a page shows it."""

    page: str
    id: str
    data_value: str
    text: str


def pages(site: Path) -> list[Path]:
    """The site's pages in the book's order, which is that of the side bar."""
    index = BeautifulSoup((site / "index.html").read_text(encoding="utf-8"), "html.parser")
    return [site / link["href"] for link in index.select("#quarto-sidebar li a")]


def soup(page: Path) -> BeautifulSoup:
    """The parsed page, to be read and not changed: it is parsed once."""
    return _parsed(page, page.stat().st_mtime_ns)


@lru_cache(maxsize=32)  # the pages of one site
def _parsed(page: Path, _: int) -> BeautifulSoup:
    return fresh(page)


def fresh(page: Path) -> BeautifulSoup:
    """The parsed page, to be changed."""
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def shown_values(site: Path, on_paper: bool = False) -> list[Shown]:
    """Every `span.value` of the site, or of what of it is `on_paper` as well."""
    return [
        Shown(page.name, span["data-id"], span["data-value"], span.get_text())
        for page in pages(site)
        for span in (as_on_paper(fresh(page)) if on_paper else soup(page)).select("span.value")
    ]


def as_on_paper(page: Tag) -> Tag:
    """The `page` without the sections and rows that the PDF leaves out."""
    for section in page.select("section.on-the-web, #what-if, #what-if ~ script"):
        section.decompose()
    for row in page.select(".filterable tbody tr"):
        if row.td.get_text() in MET:
            row.decompose()
    return page


def registered(site: Path) -> dict[str, dict]:
    """The values that the site carries in values.json."""
    return json.loads((site / "values.json").read_text(encoding="utf-8"))["values"]


def value_problems(shown: list[Shown], values: dict[str, dict]) -> list[str]:
    """What is wrong with the numbers `shown`, held against the registered `values`."""
    problems = []
    for value in shown:
        where = f"{value.page}: {value.id} shows {value.text!r}"
        if value.id not in values:
            problems.append(f"{where}, but was never registered")
            continue
        raw = values[value.id]["raw"]
        if value.data_value != ("" if raw is None else repr(raw)):
            problems.append(f"{where} with data-value {value.data_value}, registered is {raw!r}")
        elif not correctly_rounded(raw, value.text):
            problems.append(f"{where}, which {raw!r} does not round to")
    return problems


def correctly_rounded(raw: float | int | None, text: str) -> bool:
    """Whether `text` is `raw` rounded to the decimals that it shows."""
    if raw is None:
        return text == "—"
    bound = re.fullmatch(r"<\s(0\.\d+)", text)
    if bound:
        return raw < float(bound[1])
    # Thousands are told apart in whole numbers of five digits or more, and in these always.
    if not re.fullmatch(
        rf"{MINUS}?(\d+\.\d+|\d{{1,4}}|\d{{2,3}}(,\d{{3}})+|\d(,\d{{3}}){{2,}})", text
    ):
        return False
    shown = Decimal(text.replace(MINUS, "-").replace(",", ""))
    return Decimal(raw).quantize(shown, rounding=ROUND_HALF_EVEN) == shown


def html_tokens(page: Path) -> list[str]:
    """The tokens of a page's main part in reading order."""
    parsed = fresh(page)
    main = parsed.select_one("main#quarto-document-content")
    notes = {
        item["id"]: item.get_text(" ").replace("↩︎", "") for item in main.select(".footnotes li[id]")
    }
    for mark in main.select("a.footnote-ref"):
        number = mark.get_text()
        mark.replace_with(NavigableString(f" {number} {number} {notes[mark['href'][1:]]} "))
    if page.name == "index.html":  # its title block holds the book's title, not a chapter's
        main.select_one("#title-block-header").decompose()
    as_on_paper(main)
    for tab in main.select(".panel-tabset .nav-link"):
        main.select_one(tab["href"]).insert(0, tab.extract())
    for element in main.select(NOT_CONTENT):
        element.decompose()
    for figure in main.select("figure.quarto-float"):
        figure.insert(0, figure.find("figcaption").extract())
    for image in main.select("img"):
        drawing = (page.parent / image["src"]).resolve()
        image.replace_with(NavigableString(f" {svg_text(drawing)} ".join(DRAWN)))
    for equation in main.select("span.equation, math"):
        for source in equation.select("annotation"):
            source.decompose()
        if equation.find_parent(class_="equation") is None:
            equation.replace_with(NavigableString(f" {_formula(equation.get_text())} "))
    outside, *figures = _text(main).split(DRAWN[0])
    tokens = TOKEN.findall(outside)
    for figure in figures:
        inside, outside = figure.split(DRAWN[1])
        tokens += [Drawn(token) for token in TOKEN.findall(inside)] + TOKEN.findall(outside)
    return tokens


def _formula(text: str) -> str:
    """A single word that stands for the letters and digits of an equation, in whatever order.

    Page and PDF name the same fraction or exponent in different orders and alphabets.
    """
    letters = sorted(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())
    return "formula" + "".join(letters).encode().hex().translate(HEX_AS_LETTERS)


def _text(element: Tag) -> str:
    return " ".join(str(part) for part in element.find_all(string=True))


def svg_text(path: Path) -> str:
    """The text of an SVG figure in drawing order."""
    root = ElementTree.parse(path).getroot()
    return " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))


def pdf_chapters(pdf: Path) -> list[list[str]]:
    """The tokens of each chapter of the PDF, by its structure tree; its contents page left out."""
    chapters: list[list[str]] = []
    formula, start = "", None  # the text of an equation, and how deep its element stands
    before = ""  # the piece of text that was read last
    for depth, name, text in told(pdf):
        if start is not None and depth <= start:
            chapters[-1].append(_formula(formula))
            formula, start = "", None
        if name == "H1":
            chapters.append([])
        elif name == "Formula" and chapters:
            start = depth
        elif start is not None:
            formula += text
        elif chapters:
            if BROKEN.fullmatch(before) and text[:1].isdecimal():
                del chapters[-1][-len(TOKEN.findall(before)) :]
                text = before + text
            chapters[-1] += TOKEN.findall(text)
            before = text
    return chapters[1:]  # the first is the table of contents


def differences(html: list[str], pdf: list[str]) -> list[str]:
    """Where two token streams differ, each with what stands before it."""
    html, pdf = _folded(html, pdf)
    # A matcher's time grows with the square of what it is given, and most is alike.
    same = _alike(html, pdf)
    rest = _alike(html[same:][::-1], pdf[same:][::-1])
    ours, theirs = html[same : len(html) - rest], pdf[same : len(pdf) - rest]
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return [
        f"after {' '.join(html[max(0, same + a - 6) : same + a])!r}: "
        f"HTML {' '.join(ours[a:b])!r}, PDF {' '.join(theirs[c:d])!r}"
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal" and not _word_across_pages(ours[a:b], theirs[c:d])
    ]


def _alike(some: Sequence[str], others: Sequence[str]) -> int:
    """How many tokens from the start are the same in both."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False))
    )


def _folded(html: list[str], pdf: list[str]) -> tuple[list[str], list[str]]:
    """Both streams with each drawing as a single token, since its words recur and mislead a matcher."""
    told, read = [], []
    for drawn, run in groupby(html, key=lambda token: isinstance(token, Drawn)):
        if drawn:
            text = "".join(run)
            start, end = _nearest(text, pdf)
            read += [*pdf[:start], "".join(pdf[start:end])]
            pdf = pdf[end:]
            told.append(text)
        else:
            told += run
    return told, read + pdf


def _nearest(text: str, pdf: list[str]) -> tuple[int, int]:
    """The range of tokens that say `text`, or as long a one that comes nearest to it."""
    whole = "".join(pdf)
    places = {end: n for n, end in enumerate(accumulate(map(len, pdf), initial=0))}
    start = whole.find(text)
    while start >= 0:
        if start in places and start + len(text) in places:
            return places[start], places[start + len(text)]
        start = whole.find(text, start + 1)
    spans = [(start, start + len(text)) for start in places if start + len(text) in places]
    start, end = max(
        spans, key=lambda span: sum(map(eq, text, whole[slice(*span)])), default=(0, 0)
    )
    return places[start], places[end]


def _word_across_pages(html: list[str], pdf: list[str]) -> bool:
    """Whether the PDF has the one word of `html` in two parts, with the hyphen at a page's end."""
    return (
        len(html) == 1
        and html[0].isalpha()
        and pdf[1:2] == ["-"]
        and "".join(pdf) == (pdf[0] + "-" + html[0][len(pdf[0]) :])
    )
