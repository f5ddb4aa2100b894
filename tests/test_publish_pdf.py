"""The PDF as a reader and a screen reader meet it: text, tags, bookmarks, fonts and geometry."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from publish.build import build, build_pdf

from conftest import SITE, program
from rendered import differences, html_tokens, pages, pdf_chapters, soup

MM = 72 / 25.4
SIDE, TOP, BOTTOM = 27 * MM, 27 * MM, 25 * MM  # what book.typ sets
HANGING = 3  # points by which a hyphen or a full stop may hang into the margin
NUMBERS = 15 * MM  # how far into the side margin a reviewer's line numbers reach
XHTML = "{http://www.w3.org/1999/xhtml}"

EXTRA = """
Inline $\\hat\\theta_i^2$, and @eq-pool:

$$
\\hat\\theta = \\frac{\\sum_{i=1}^k w_i y_i}{\\sum_i w_i}
$$ {#eq-pool alt="The pooled effect is the weighted mean of the effects"}

$$ a^2 + b^2 = c^2 $$

::: {.callout-note}
## A *note*'s title

Its body holds `{python} 1 + 1`.
:::

::: {.callout-warning title="Beware"}
Of this.
:::

::: {.panel-tabset}
## First tab

One.

## Second tab

Two.
:::

::: {.content-visible when-format="typst"}
Only on paper.
:::

::: {.content-hidden when-format="typst"}
Only on the screen.
:::

A [word]{.content-visible unless-format="html"} more.
"""


@dataclass(frozen=True)
class Line:
    """A line of text on a page: its box in points from the page's upper left corner."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    text: str


@dataclass(frozen=True)
class Sheet:
    """A page's size and its lines, running head and page number included."""

    width: float
    height: float
    lines: tuple[Line, ...]

    @property
    def body(self) -> list[Line]:
        """The lines between the margins, from the top of the page to its foot."""
        inside = [a for a in self.lines if a.y1 > TOP - 1 and a.y0 < self.height - BOTTOM + 1]
        return sorted(inside, key=lambda line: line.y0)


@pytest.fixture(scope="session")
def manuscript(site) -> Path:
    return site / "manuscript.pdf"


def sheets(pdf: Path) -> list[Sheet]:
    """The pages of `pdf` with their lines, as Poppler finds them."""
    run = subprocess.run(
        [program("pdftotext"), "-bbox-layout", str(pdf), "-"],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    found = []
    for number, page in enumerate(ElementTree.fromstring(run.stdout).iter(f"{XHTML}page")):
        lines = tuple(
            Line(
                number,
                *(float(line.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")),
                " ".join(word.text for word in line.iter(f"{XHTML}word")),
            )
            for line in page.iter(f"{XHTML}line")
        )
        found.append(Sheet(float(page.get("width")), float(page.get("height")), lines))
    return found


def structure(pdf: Path) -> list[DictionaryObject]:
    """Every element of the structure tree of `pdf`, in reading order."""
    found = []

    def walk(node) -> None:
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(node)
            walk(node.get("/K", []))

    walk(PdfReader(pdf).trailer["/Root"]["/StructTreeRoot"])
    return found


def test_it_says_what_it_is_and_claims_pdf_ua(manuscript, site):
    reader = PdfReader(manuscript)
    root = reader.trailer["/Root"]
    assert reader.metadata.title.startswith("Psychotherapy after non-response")
    assert reader.metadata.author
    assert reader.metadata.subject or "description" in root["/Metadata"].get_data().decode()
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert re.search(r"pdfuaid:part\W+1\b", root["/Metadata"].get_data().decode())
    assert reader.metadata.creation_date.strftime("%Y-%m-%d") == "2026-11-24"


def test_every_font_is_embedded_and_its_letters_can_be_read(manuscript):
    run = subprocess.run(
        [program("pdffonts"), str(manuscript)], capture_output=True, text=True, check=True
    )
    head, _, *rows = run.stdout.splitlines()
    assert rows
    for row in rows:
        embedded, _, unicode = row[head.index("emb") :].split()[:3]
        assert (embedded, unicode) == ("yes", "yes"), row


def test_bookmarks_are_the_headings_of_the_pages(manuscript, site):
    def titles(entries) -> list[str]:
        return [t for e in entries for t in (titles(e) if isinstance(e, list) else [e.title])]

    expected = ["Contents"]
    for page in pages(site):
        for heading in soup(page).select("main :is(h1, h2, h3, h4):not(.callout-title)"):
            if heading.find_parent(id="TOC") or heading.find_parent("nav"):
                continue
            expected.append(" ".join(heading.get_text(" ", strip=True).split()))
    book = soup(pages(site)[0]).select_one("#title-block-header h1").get_text(" ", strip=True)
    expected.remove(" ".join(book.split()))
    assert [" ".join(t.split()) for t in titles(PdfReader(manuscript).outline)] == expected


def test_nothing_stands_beyond_the_margins(manuscript, tmp_path):
    for number, sheet in enumerate(sheets(manuscript), start=1):
        for line in sheet.lines:
            where = f"page {number}: {line.text!r}"
            assert line.x0 >= SIDE - 1, where
            assert line.x1 <= sheet.width - SIDE + HANGING, where
            assert line.y0 >= TOP / 3 and line.y1 <= sheet.height - BOTTOM / 4, where
    assert ink_in_the_margins(manuscript, tmp_path) == []


def ink_in_the_margins(pdf: Path, folder: Path) -> list[str]:
    """The pages of `pdf` with ink, drawn or written, in the outer margins."""
    subprocess.run(
        [program("pdftoppm"), "-r", "72", "-gray", "-png", str(pdf), str(folder / "page")],
        check=True,
    )
    found = []
    for path in sorted(folder.glob("page*.png")):
        with Image.open(path).convert("L") as image:
            side = int(SIDE) - HANGING - 1
            for box in (
                (0, 0, side, image.height),
                (image.width - side, 0, image.width, image.height),
            ):
                if image.crop(box).getextrema()[0] < 250:
                    found.append(f"{path.name} {box}")
    return found


def test_no_page_is_nearly_empty_without_need(manuscript):
    found = sheets(manuscript)
    for number, (sheet, following) in enumerate(pairwise(found), start=1):
        if sheet.width < sheet.height and following.width < following.height:
            filled = sheet.body[-1].y1 - TOP
            assert filled > 0.6 * (sheet.height - TOP - BOTTOM), f"page {number}"


def test_every_figure_and_equation_has_alternative_text(manuscript, toy):
    append(toy / "chapters/one.qmd", EXTRA)
    both = [*structure(manuscript), *structure(build(toy, "embedded", quiet) / "manuscript.pdf")]
    figures = [e for e in both if e["/S"] == "/Figure"]
    formulas = [e for e in both if e["/S"] == "/Formula"]
    assert len(figures) >= 3 and len(formulas) == 3
    assert all(str(e.get("/Alt", "")).strip() for e in figures + formulas)
    alts = [str(e["/Alt"]) for e in formulas]
    assert alts[1] == "The pooled effect is the weighted mean of the effects"
    assert "θ" in alts[0] and alts[2] == "a² + b² = c²"
    assert 'What the "picture" shows' in [str(e["/Alt"]) for e in figures]


def test_the_constructs_of_quarto_stand_in_both_outputs(toy, pdfinfo):
    append(toy / "chapters/one.qmd", EXTRA)
    site = build(toy, "embedded", quiet)
    paper = " ".join(token for chapter in pdf_text(pdfinfo, site) for token in chapter)
    screen = soup(site / "chapters/one.html").select_one("main").get_text(" ", strip=True)
    in_order = r"Equation 1 \.1|Equation 1\.1.*\(\s?1\.1\s?\)"
    assert re.search(in_order, paper)
    assert re.search(r"A note ’ s title Its body holds 2 \. Beware Of this \.", paper)
    assert re.search(r"First tab One \. Second tab Two \.", paper)
    assert "Only on paper . A word more ." in paper and "Only on the screen" not in paper
    assert "Only on the screen." in screen and "Only on paper" not in screen
    page = soup(site / "chapters/one.html")
    assert page.select_one("#eq-pool math") is not None
    assert page.select_one('a.quarto-xref[href="#eq-pool"]').get_text() == "Equation\u00a01.1"
    assert page.select_one("#eq-pool .equation-number").get_text() == "(1.1)"


def test_equations_read_the_same_on_paper_and_on_the_screen(toy, pdfinfo):
    append(toy / "chapters/one.qmd", EXTRA.split("::: {.callout-note}")[0])
    config = (toy / "_quarto.yml").read_text(encoding="utf-8")
    with_contents = config.replace("citeproc: true", "citeproc: true\n    toc: true")
    (toy / "_quarto.yml").write_text(with_contents, encoding="utf-8")
    site = build(toy, "embedded", quiet)
    html = [html_tokens(page) for page in pages(site)]
    pdf = pdf_chapters(pdfinfo, site / "manuscript.pdf")
    assert [differences(*both) for both in zip(html, pdf, strict=True)] == [[], [], []]
    wrong = (
        (site / "chapters/one.html").read_text(encoding="utf-8").replace("<mi>b</mi>", "<mi>d</mi>")
    )
    (site / "chapters/one.html").write_text(wrong, encoding="utf-8")
    assert len(differences(html_tokens(site / "chapters/one.html"), pdf[1])) == 1


def pdf_text(pdfinfo: str, site: Path) -> list[list[str]]:
    run = subprocess.run(
        [pdfinfo, "-struct-text", "-enc", "UTF-8", str(site / "manuscript.pdf")],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    quoted = re.findall(r'^ *"(.*)"$', run.stdout, re.MULTILINE)
    return [re.findall(r"\d+\.\d+|\w+|[^\w\s]", text) for text in quoted]


def test_no_heading_is_left_alone_at_the_foot_of_a_page(toy):
    lengths = [
        max(0, (n * n) % 31 - 9) for n in range(150)
    ]  # so that pages end everywhere in a section
    sections = "".join(
        f"\n## Heading {n}\n\nWords^[A note. {'It is long. ' * (n % 9)}] {'to fill it. ' * length}\n"
        for n, length in enumerate(lengths)
    )
    append(toy / "chapters/one.qmd", sections)
    found = sheets(build(toy, "embedded", quiet) / "manuscript.pdf")
    assert len(found) > 12
    headings = 0
    for sheet in found:
        for line, below in pairwise([*sheet.body, Line(0, 0, 0, 0, 0, "the foot of the page")]):
            if re.match(r"1\.\d+ Heading", line.text):
                headings += 1
                assert below.text.startswith("Words"), f"{line.text} stands above {below.text}"
    assert headings == len(lengths)


def test_a_heading_goes_along_with_a_line_whose_footnote_has_no_room(toy):
    index = (toy / "index.qmd").read_text(encoding="utf-8")
    for lines in range(28, 40):  # one of which ends where heading and line fit but not the note
        filled = index + "\n" + "A line.\\\n" * lines + "\nEnd.\n"
        (toy / "index.qmd").write_text(filled, encoding="utf-8")
        for sheet in sheets(build_pdf(toy, review=False, progress=quiet)):
            for line, below in pairwise([*sheet.body, Line(0, 0, 0, 0, 0, "the foot")]):
                assert line.text != "1 Chapter title" or below.text.startswith("See Table")


def test_a_figure_moves_rather_than_leave_a_gap(toy):
    tall = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 120" width="400" height="800"/>'
    (toy / "x.svg").write_text(tall, encoding="utf-8")
    append(toy / "chapters/one.qmd", "\nText that flows around the figure.\n" * 80)
    found = sheets(build(toy, "embedded", quiet) / "manuscript.pdf")
    for sheet in found[:-1]:
        assert sheet.body[-1].y1 > sheet.height - BOTTOM - 40


def test_a_landscape_table_has_pages_of_its_shape(manuscript):
    wide = [sheet for sheet in sheets(manuscript) if sheet.width > sheet.height]
    captions = [
        found[1]
        for sheet in wide
        for line in sheet.lines
        if (found := re.match(r"Table \d+\.\d+: (.*)", line.text))
    ]
    assert len(captions) == sum(
        page.read_text(encoding="utf-8").count('class="landscape"') for page in pages(SITE)
    )
    for words in ("The trials, as", "Subgroups of trials", "Printed numbers with"):
        assert sum(caption.startswith(words) for caption in captions) == 1


def test_the_pdf_for_review_has_numbered_lines_twice_as_far_apart(toy, pdfinfo):
    append(toy / "chapters/one.qmd", "\n" + "Words that fill several lines. " * 60 + "\n")
    site = build(toy, "embedded", quiet)
    review = build_pdf(toy, review=True, progress=quiet)
    assert pdf_chapters(pdfinfo, review) == pdf_chapters(pdfinfo, site / "manuscript.pdf")
    found = sheets(review)
    margin = [
        line.text for sheet in found for line in sheet.body if line.x1 < SIDE
    ]  # fmt: skip
    assert margin == [str(number) for number in range(1, len(margin) + 1)]
    assert len(margin) > 15
    pitch = {name: distance(found) for name, found in
             (("plain", sheets(site / "manuscript.pdf")), ("review", found))}  # fmt: skip
    assert pitch["review"] >= 2 * 10.5  # the size of the text
    assert 1.15 * 10.5 < pitch["plain"] < 1.45 * 10.5
    assert all(line.x0 >= NUMBERS for sheet in found for line in sheet.lines)


def distance(found: list[Sheet]) -> float:
    """The distance between two full lines of the paragraph of words."""
    full = [a for sheet in found for a in sheet.body if a.text.count("Words that fill") >= 2]
    steps = [b.y0 - a.y0 for a, b in pairwise(full) if a.page == b.page]
    return sorted(steps)[len(steps) // 2]


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def quiet(_: str) -> None:
    """Progress that nobody reads."""
