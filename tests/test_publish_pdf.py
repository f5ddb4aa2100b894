"""The PDF as a screen reader meets it: text, tags, bookmarks and fonts."""

from __future__ import annotations

import re
import subprocess

import pytest
from pypdf import PdfReader

from publish.build import build

from conftest import append, program, quiet
from paper import structure, told
from rendered import (
    TOKEN,
    as_on_paper,
    differences,
    fresh,
    html_tokens,
    pages,
    pdf_chapters,
    soup,
)

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
        for heading in as_on_paper(fresh(page)).select(
            "main :is(h1, h2, h3, h4):not(.callout-title)"
        ):
            if heading.find_parent(id="TOC") or heading.find_parent("nav"):
                continue
            expected.append(" ".join(heading.get_text(" ", strip=True).split()))
    book = soup(pages(site)[0]).select_one("#title-block-header h1").get_text(" ", strip=True)
    expected.remove(" ".join(book.split()))
    assert [" ".join(t.split()) for t in titles(PdfReader(manuscript).outline)] == expected


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


def test_the_constructs_of_quarto_stand_in_both_outputs(toy):
    append(toy / "chapters/one.qmd", EXTRA)
    site = build(toy, "embedded", quiet)
    words = (text for _, _, text in told(site / "manuscript.pdf"))
    paper = " ".join(token for text in words for token in TOKEN.findall(text))
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


def test_equations_read_the_same_on_paper_and_on_the_screen(toy):
    append(toy / "chapters/one.qmd", EXTRA.split("::: {.callout-note}")[0])
    config = (toy / "_quarto.yml").read_text(encoding="utf-8")
    with_contents = config.replace("citeproc: true", "citeproc: true\n    toc: true")
    (toy / "_quarto.yml").write_text(with_contents, encoding="utf-8")
    site = build(toy, "embedded", quiet)
    html = [html_tokens(page) for page in pages(site)]
    pdf = pdf_chapters(site / "manuscript.pdf")
    assert [differences(*both) for both in zip(html, pdf, strict=True)] == [[], [], []]
    wrong = (
        (site / "chapters/one.html").read_text(encoding="utf-8").replace("<mi>b</mi>", "<mi>d</mi>")
    )
    (site / "chapters/one.html").write_text(wrong, encoding="utf-8")
    assert len(differences(html_tokens(site / "chapters/one.html"), pdf[1])) == 1


LONG = "The first of very many words of a {} that nobody could keep in mind"


@pytest.mark.parametrize(
    ("book", "chapter", "head"),
    [
        ("A book: a story", "A chapter", "A book A chapter"),
        ("One's own title", "One's own title", "One's own title"),
        (LONG.format("book"), "A chapter", f"{LONG.format('book')} A chapter"),
        (LONG.format("book"), LONG.format("chapter"), f"The first of … {LONG.format('chapter')}"),
        ("A book", f"{LONG} {LONG}".format("chapter", "part"), "The first of …"),
    ],
)
def test_the_head_of_a_page_is_a_single_line(toy, book, chapter, head):
    """With the part of the book's title, and of a chapter's that is longer, for which there is room."""
    config, one = toy / "_quarto.yml", toy / "chapters/one.qmd"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("Values & <signs> #in a title", book), encoding="utf-8")
    text = one.read_text(encoding="utf-8").replace("# Chapter title", f"# {chapter}", 1)
    one.write_text(text + "\n\nword" * 300, encoding="utf-8")
    pdf = build(toy, "embedded", quiet) / "manuscript.pdf"
    run = [program("pdftotext"), "-layout", "-f", "3", "-l", "3", str(pdf), "-"]
    page = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split("\n")
    lines = [" ".join(line.split()) for line in page if line.strip()]
    assert lines[1] == "word"
    first, cut, rest = head.partition(" …")
    assert lines[0].startswith(first) and lines[0].endswith(rest)
    assert lines[0] == head or (cut and lines[0].count("…") == 1)
