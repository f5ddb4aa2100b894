"""What holds of a site whichever engine rendered it; Quarto renders one where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from conftest import ROOT, SITE, copy_project, program, run_build
from rendered import pages, registered, shown_values, soup, value_problems

ENGINES = ["embedded", *(["quarto"] if shutil.which("quarto") else [])]
LABELS = "[id^=sec-], [id^=fig-], [id^=tbl-], [id^=eq-], [id^=ref-]"
MADE_BY_READER = "search.js", "reader.js", "reader.css"


@pytest.fixture(scope="module", params=ENGINES)
def rendered(request, site, tmp_path_factory) -> Path:
    """The site, as each engine that is installed renders it."""
    if request.param == "embedded":
        return site
    root = copy_project(tmp_path_factory.mktemp("quarto") / "project")
    run = run_build(root, "--engine", "quarto", PYTHONPATH=str(ROOT))
    assert run.returncode == 0, run.stderr
    return root / "_site"


def both(rendered: Path) -> list[tuple[BeautifulSoup, BeautifulSoup]]:
    """Each page as the embedded engine and as the engine under test rendered it."""
    return [(soup(page), soup(rendered / page.relative_to(SITE))) for page in pages(SITE)]


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(element.get_text().split()) for element in page.select(selector)]


def test_the_values_are_the_same(rendered):
    assert registered(rendered) == registered(SITE)


def test_the_downloads_are_the_same(rendered):
    made = [
        path.relative_to(SITE)
        for path in SITE.rglob("*")
        if path.suffix in (".csv", ".json", ".svg", ".png", ".md") and "site_libs" not in path.parts
    ]
    assert len(made) > 5
    for path in made:
        assert (rendered / path).read_bytes() == (SITE / path).read_bytes(), path


def test_every_shown_number_is_the_registered_one_in_the_same_place(rendered):
    assert value_problems(shown_values(rendered), registered(rendered)) == []
    for ours, theirs in both(rendered):
        for selector in ("main span.value", "main span.phrase"):
            assert [(s["data-id"], s.get_text()) for s in theirs.select(selector)] == [
                (s["data-id"], s.get_text()) for s in ours.select(selector)
            ]


def test_labels_captions_and_references_are_the_same(rendered):
    for ours, theirs in both(rendered):
        ids = {element["id"] for element in ours.select(LABELS) if "caption" not in element["id"]}
        assert ids <= {element["id"] for element in theirs.select("[id]")}
        for selector in ("main figcaption", "main a.quarto-xref"):
            assert texts(theirs, selector) == texts(ours, selector)
        targets = [
            [a["href"].partition("#")[2] for a in page.select("main a.quarto-xref")]
            for page in (ours, theirs)
        ]
        assert targets[0] == targets[1]


def test_pictures_have_the_same_alternative_text(rendered):
    for ours, theirs in both(rendered):
        assert [i.get("alt") for i in theirs.select("main img")] == [
            i.get("alt") for i in ours.select("main img")
        ]


def test_readers_get_the_same_tools(rendered):
    for name in MADE_BY_READER:
        assert list(rendered.rglob(name)), name
    for _, theirs in both(rendered):
        loaded = [script["src"] for script in theirs.select("script[src]")]
        assert any(source.endswith("reader.js") for source in loaded)


def test_the_pdf_shows_the_same_numbers(rendered):
    run = subprocess.run(
        [program("pdftotext"), str(rendered / "manuscript.pdf"), "-"],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    shown = shown_values(rendered, on_paper=True)
    assert len(shown) > 1000
    assert [v for v in shown if v.text.split()[-1] not in run.stdout] == []


def test_the_reference_of_functions_is_the_same(rendered):
    page = "chapters/90-software.html"
    ours, theirs = soup(SITE / page), soup(rendered / page)
    anchors = [section["id"] for section in ours.select("section[id^='ma.']")]
    assert [element["id"] for element in theirs.select("[id^='ma.']")] == anchors and anchors
    for selector in (".signature", ".example-code", ".example-output"):
        assert texts(theirs, f"main {selector} pre") == texts(ours, f"main {selector} pre")
