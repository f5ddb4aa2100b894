"""Callouts, tabsets and content by format; and pages of either engine get the same features."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from publish.build import build
from publish.errors import PublishError
from publish.project import read_project
from publish.reader.features import add_features

from conftest import PICTURE, served, until, violations
from reading import built, look_for


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """The small book, built with the embedded engine."""
    return built(tmp_path_factory.mktemp("book"))


def soup(book: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((book / "_site" / name).read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_axe_finds_nothing_in_callouts_and_tabs(visit, book, width, scheme):
    size = {"width": width, "height": 900}
    with served(book / "_site") as address:
        page = visit(f"{address}/chapters/one.html", viewport=size, color_scheme=scheme)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_callouts_tabsets_and_content_by_format_have_quarto_s_markup(book):
    one = soup(book, "chapters/one.html")
    warning, note = one.select(".callout")
    assert "callout-warning" in warning["class"] and "callout-titled" in note["class"]
    title = warning.select_one(".callout-header .callout-title-container")
    assert title.get_text(strip=True) == "Mindthis" and title.select_one("em")
    assert note.select_one(".callout-title-container").get_text(strip=True) == "A heading as title"
    assert note.select_one(".callout-body").get_text(strip=True) == "The body of the note."
    tab = one.select_one(".panel-tabset > ul.nav-tabs a.nav-link.active[role=tab]")
    pane = one.select_one(".tab-content > .tab-pane.active")
    assert tab["aria-controls"] == pane["id"] and pane["aria-labelledby"] == tab["id"]
    numbers = [span.get_text() for span in one.select("h2 .header-section-number")]
    assert numbers == ["1.1", "1.2"], "what divides a tabset or heads a callout is no section"
    text = soup(book, "index.html").select_one("main").get_text()
    assert "peacock" in text and "heron" in text
    assert "ostrich" not in text and "egret" not in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("::: {.callout-hint}\na\n:::", ("index.qmd", "callout-hint")),
        ("::: {.callout-note collapse=true}\na\n:::", ("index.qmd", "collapse")),
        ("::: {.panel-tabset}\na\n\n## Tab\n:::", ("index.qmd", "heading of its first tab")),
        ('::: {.content-visible when-format="pdf"}\na\n:::', ("index.qmd", "html and typst")),
        ("::: {.content-visible when-profile=a}\na\n:::", ("index.qmd", "when-profile")),
        ('::: {.content-hidden when-format="html"}\n## Head {#sec-h}\n:::', ("sec-h", "numbered")),
    ],
)
def test_what_is_not_supported_of_them_is_refused(toy, text, words):
    index = toy / "index.qmd"
    index.write_text(f"{index.read_text()}\n{text}\n")
    with pytest.raises(PublishError) as raised:
        build(toy, "embedded", lambda _: None)
    for word in words:
        assert word in str(raised.value)


def test_features_are_added_once(book):
    site = book / "_site"
    before = {file: file.read_bytes() for file in site.rglob("*") if file.is_file()}
    add_features(site, read_project(book), "embedded")
    assert {file: file.read_bytes() for file in site.rglob("*") if file.is_file()} == before


QUARTO = """<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en"><head>
<meta charset="utf-8"><title>A page</title>
</head><body class="nav-sidebar floating quarto-light">
<div id="quarto-search-results"></div>
<header id="quarto-header" class="headroom fixed-top"></header>
<div id="quarto-content" class="quarto-container page-columns page-rows-contents page-layout-article">
<nav id="quarto-sidebar" class="sidebar collapse sidebar-navigation floating">
<a href="" class="quarto-color-scheme-toggle quarto-navigation-tool">dark</a></nav>
<main class="content" id="quarto-document-content">
<header id="title-block-header" class="quarto-title-block default">
<div class="quarto-title"><h1 class="title">Book</h1></div></header>
<section id="sec-sub" class="level2" data-number="1.1">
<h2 data-number="1.1" class="anchored" data-anchor-id="sec-sub"><span class="header-section-number">1.1</span> Section</h2>
<p>See <a href="#fig-x" class="quarto-xref">Figure&nbsp;1.1</a> and
<span class="citation" data-cites="one2001">One (<a href="chapters/refs.html#ref-one2001" role="doc-biblioref">2001</a>)</span>.</p>
<div id="fig-x" class="quarto-float quarto-figure quarto-figure-center anchored">
<figure class="quarto-float quarto-float-fig figure">
<div aria-describedby="fig-x-caption-0ceaefa1-69ba-4598-a22c-09a6ac19f8ca">
<p><img src="figures/x.svg" class="img-fluid figure-img" alt="What it shows"></p>
</div>
<figcaption class="quarto-float-caption-bottom quarto-float-caption quarto-float-fig" id="fig-x-caption-0ceaefa1-69ba-4598-a22c-09a6ac19f8ca">Figure&nbsp;1.1: The caption.</figcaption>
</figure>
</div>
</section>
</main></div></body></html>
"""  # noqa: E501


def test_pages_as_quarto_writes_them_get_the_same_features(book, tmp_path, visit):
    site = tmp_path / "site"
    refs = QUARTO.split("<section")[0] + (
        '<div id="refs"><div id="ref-one2001" class="csl-entry" role="listitem">One. (2001). '
        "<em>A title</em>.</div></div></main></div></body></html>"
    )
    for name, text in {
        "index.html": QUARTO,
        "chapters/one.html": QUARTO,
        "chapters/refs.html": refs,
        "figures/x.svg": PICTURE,
    }.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    project = read_project(book)
    add_features(site, project, "quarto")
    page = visit(f"{site.as_uri()}/index.html")
    assert page.locator("#fig-x .reader-menu a").get_attribute("href") == "figures/x.svg"
    page.locator("main .citation a").hover()
    page.locator(".reader-preview").wait_for()
    assert "A title" in page.locator(".reader-preview").inner_text()
    page.keyboard.press("Escape")
    assert look_for(page, "caption").first.locator(".reader-title").inner_text() == "Figure 1.1"
    page.keyboard.press("Escape")
    assert page.locator(".reader-theme").count() == 0, "Quarto has a switch of its own"
    page.evaluate("document.body.classList.replace('quarto-light', 'quarto-dark')")
    until(page, "document.documentElement.dataset.theme === 'dark'")
    data = (site / "site_libs/reader/search.js").read_text(encoding="utf-8")
    index = json.loads(re.search(r"'search': (.*) };", data)[1])
    assert ["reference", 2, "ref-one2001", "Reference", "One. (2001). A title."] in index["entries"]
