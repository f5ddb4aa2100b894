"""What a page may load and run: its own site's files and its theme, whatever slipped into its text."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from publish.build import build
from publish.policy import POLICY, with_policy

from conftest import BIBLIOGRAPHY, CONFIG, REFERENCES, quiet, served, wait_for
from reading import built
from rendered import pages

PAGE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>x</title></head><body></body></html>'
)
RAN = "window.ran !== undefined"
# Ways in which markup that slipped in as text could act, each with how to tell that it did; None where
# something from outside, at {0}, was asked for.
WAYS = {
    "script": ("<script>window.ran = 1</script>", RAN),
    "handler": ("<img alt='' src='missing.png' onerror=\"window.ran = 1\">", RAN),
    "drawing": ("<svg onload=\"window.ran = 1\"></svg>", RAN),
    "frame": ("<iframe srcdoc=\"<script>parent.ran = 1</script>\"></iframe>", RAN),
    "address": ("<a id='go' href=\"javascript:void(window.ran = 1)\">x</a>", RAN),
    "script in an address": ("<script src='data:text/javascript,window.ran=1'></script>", RAN),
    # A page of another origin, which can do no more than send a message.
    "object": ("<object data='data:text/html,<script>parent.postMessage(1,`*`)</script>'></object>",
               RAN),
    "base": ("<base href='https://elsewhere.invalid/'>", "document.baseURI.includes('elsewhere')"),
    "style": ("<style>main { display: none !important }</style>",
              "getComputedStyle(document.querySelector('main')).display === 'none'"),
    "style of an element": ("<p id='own' style='display: none'>x</p>",
                            "getComputedStyle(document.getElementById('own')).display === 'none'"),
    "picture outside": ("<img alt='' src='{0}/x.png'>", None),
    "script outside": ("<script src='{0}/x.js'></script>", None),
    "style outside": ("<link rel='stylesheet' href='{0}/x.css'>", None),
    "frame outside": ("<iframe src='{0}/'></iframe>", None),
    "film outside": ("<video src='{0}/x.mp4'></video>", None),
}  # fmt: skip
CHAPTERS = {way: f"chapters/way-{number}" for number, way in enumerate(WAYS)}


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """The small book's site."""
    return built(tmp_path_factory.mktemp("book")) / "_site"


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A server that is not the site's: its address, and what it was asked for."""
    asked: list[str] = []
    with served(tmp_path_factory.mktemp("outside"), asked) as address:
        yield address, asked


@pytest.fixture(scope="module")
def injected(tmp_path_factory, outside) -> Path:
    """The site of a book with a chapter for each way, which held it before the book was built."""
    root = tmp_path_factory.mktemp("injected")
    (root / "chapters").mkdir()
    listed = "".join(f"    - {chapter}.qmd\n" for chapter in CHAPTERS.values())
    texts = {
        f"{CHAPTERS[way]}.qmd": f"# Way\n\n```{{=html}}\n{html.replace('{0}', outside[0])}\n```\n"
        for way, (html, _) in WAYS.items()
    }
    texts |= {
        "_quarto.yml": CONFIG.replace("    - chapters/one.qmd\n", listed),
        "index.qmd": "# Abstract\n\nSee @one2001.\n",
        "chapters/refs.qmd": REFERENCES,
        "chapters/refs.bib": BIBLIOGRAPHY,
    }
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    build(root, "embedded", quiet)
    return root / "_site"


@pytest.fixture(scope="module")
def unguarded(injected, tmp_path_factory) -> Path:
    """The same site without its policies."""
    site = tmp_path_factory.mktemp("unguarded") / "site"
    shutil.copytree(injected, site)
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert text.count("Content-Security-Policy") == 1
        page.write_text(text.replace("Content-Security-Policy", "x-none"), encoding="utf-8")
    return site


def test_the_policy_stands_ahead_of_all_that_it_governs_and_is_the_same_whatever_the_page_holds():
    assert "default-src 'none'" in POLICY and "unsafe" not in POLICY and "http" not in POLICY
    page = with_policy(PAGE)
    assert page.index("Content-Security-Policy") < page.index("<title>")
    more = "<script>f()</script><style>p { color: red }</style></body>"
    assert with_policy(PAGE.replace("</body>", more)) == page.replace("</body>", more)


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_pages_break_no_rule_of_their_own(book, visit, scheme):
    with served(book) as address:
        root = book.as_uri() if scheme == "file" else address
        for page in pages(book):
            opened = visit(f"{root}/{page.relative_to(book)}")
            assert opened.locator("meta[http-equiv=Content-Security-Policy]").count() == 1
            assert opened.locator("html").get_attribute("data-theme") == "light"
            opened.keyboard.press("Control+k")
            opened.locator("#reader-query").fill("first")
            opened.locator("#reader-results li").first.wait_for()
            assert opened.evaluate("document.fonts.check('16px \"Source Serif 4\"')")


class Reading:
    """A page with a way of acting in it, opened: what its policy refused, and whether it acted."""

    def __init__(self, browser, address: str, sign: str | None, asked: list[str]) -> None:
        self.page, self.sign, self.asked = browser.new_page(), sign, asked
        self.refused: list[str] = []
        asked.clear()
        self.page.on(
            "console",
            lambda m: "Content Security Policy" in m.text and self.refused.append(m.text),
        )
        self.page.add_init_script("addEventListener('message', told => { window.ran = told.data })")
        self.page.goto(address)
        if self.page.locator("#go").count():
            self.page.locator("#go").click()

    def acted(self) -> bool:
        # What the browser tells comes while it is asked for something.
        found = self.page.evaluate(self.sign or "null")
        return bool(self.asked) if self.sign is None else found


@pytest.mark.parametrize("scheme", ["file", "http"])
@pytest.mark.parametrize("way", WAYS)
def test_what_slipped_into_the_text_is_refused(injected, outside, browser, way, scheme):
    with served(injected) as address:
        root = injected.as_uri() if scheme == "file" else address
        read = Reading(browser, f"{root}/{CHAPTERS[way]}.html", WAYS[way][1], outside[1])
        wait_for(lambda: read.acted() or read.refused)
        assert read.refused and not read.acted()
        read.page.close()


@pytest.mark.parametrize("way", WAYS)
def test_without_the_policy_it_would_act(unguarded, outside, browser, way):
    """That the test above can fail."""
    with served(unguarded) as address:
        read = Reading(browser, f"{address}/{CHAPTERS[way]}.html", WAYS[way][1], outside[1])
        wait_for(read.acted)
        assert read.refused == []
        read.page.close()


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["file", "http"])
def test_no_page_of_the_manuscript_breaks_its_rules(site, visit, scheme):
    with served(site) as address:
        root = site.as_uri() if scheme == "file" else address
        for page in pages(site):
            visit(f"{root}/{page.relative_to(site)}", viewport={"width": 1200, "height": 900})
