"""What a page may load and run: its own site's files and its own inline code, nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from publish.policy import policy, with_policy

from conftest import served
from reading import built
from rendered import pages

PAGE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>x</title>'
    "<script>f()</script></head><body></body></html>"
)
# Ways in which markup that slipped in as text could act.
INJECTED = (
    "<script>window.ran = 'inline'</script>",
    "<img src='missing.png' onerror=\"window.ran = 'handler'\">",
    "<svg onload=\"window.ran = 'svg'\"></svg>",
    "<iframe srcdoc=\"<script>parent.ran = 'frame'</script>\"></iframe>",
    "<a id='go' href=\"javascript:void(window.ran = 'address')\">x</a>",
    "<script src='data:text/javascript,window.ran = 1'></script>",
    "<base href='https://elsewhere.invalid/'>",
    "<object data='data:text/html,<script>parent.ran = 1</script>'></object>",
    "<style>main { display: none }</style>",
)
OUTSIDE = (
    "<img src='{0}/x.png'>",
    "<script src='{0}/x.js'></script>",
    "<link rel='stylesheet' href='{0}/x.css'>",
    "<iframe src='{0}/'></iframe>",
    "<video src='{0}/x.mp4'></video>",
)


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """The small book's site."""
    return built(tmp_path_factory.mktemp("book")) / "_site"


def test_a_page_names_its_own_code_by_hash_and_nothing_else():
    """The hash of f() is that of `printf 'f()' | openssl dgst -sha256 -binary | base64`."""
    told = policy(PAGE)
    assert "default-src 'none'" in told and "unsafe" not in told and "http" not in told
    assert "'sha256-GcEEE0IkDzIP5EQ6DXZaDPORqT5RTBELX8Fyzyg9yvo='" in told
    page = with_policy(PAGE)
    assert page.index("Content-Security-Policy") < page.index("<title>") < page.index("<script>")


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_pages_break_no_rule_of_their_own(book, visit, scheme):
    with served(book) as address:
        root = book.as_uri() if scheme == "file" else address
        for page in pages(book):
            opened = visit(f"{root}/{page.relative_to(book)}")
            assert opened.locator("meta[http-equiv=Content-Security-Policy]").count() == 1
            opened.keyboard.press("Control+k")
            opened.locator("#reader-query").fill("first")
            opened.locator("#reader-results li").first.wait_for()
            assert opened.evaluate("document.fonts.check('16px \"Source Serif 4\"')")


def injected(book: Path, folder: Path, html: str) -> Path:
    """A copy of the site whose front page holds `html` in its text."""
    site = Path(shutil.copytree(book, folder / "site"))
    page = site / "index.html"
    before, found, after = page.read_text(encoding="utf-8").partition("</main>")
    page.write_text(f"{before}{html}{found}{after}", encoding="utf-8")
    return site


def read(browser, address: str) -> tuple:
    """The page at `address`, and what its policy refused."""
    page, refused = browser.new_page(), []
    page.on("console", lambda m: "Content Security Policy" in m.text and refused.append(m.text))
    page.goto(address)
    if page.locator("#go").count():
        page.locator("#go").click()
    page.wait_for_timeout(100)
    return page, refused


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_injected_code_does_not_run_and_nothing_comes_from_outside(book, browser, tmp_path, scheme):
    (tmp_path / "outside").mkdir()
    asked: list[str] = []
    with served(tmp_path / "outside", asked) as outside:
        html = [*INJECTED, *(code.format(outside) for code in OUTSIDE)]
        site = injected(book, tmp_path, "".join(html))
        with served(site) as address:
            root = site.as_uri() if scheme == "file" else address
            page, refused = read(browser, f"{root}/index.html")
            assert page.evaluate("window.ran") is None
            assert page.locator("main").is_visible()
            assert len(refused) >= len(html)
            assert asked == []
            page.close()


def test_without_the_policy_it_would(book, browser, tmp_path):
    """That the test above can fail: each way of acting acts, and what is outside answers."""
    (tmp_path / "outside").mkdir()
    asked: list[str] = []
    with served(tmp_path / "outside", asked) as outside:
        for number, html in enumerate((*INJECTED[:5], OUTSIDE[0].format(outside))):
            asked.clear()
            (tmp_path / str(number)).mkdir()
            site = injected(book, tmp_path / str(number), html)
            front = site / "index.html"
            text = front.read_text(encoding="utf-8")
            front.write_text(text.replace("Content-Security-Policy", "x-none"), encoding="utf-8")
            with served(site) as address:
                page, refused = read(browser, f"{address}/index.html")
            assert page.evaluate("window.ran") is not None or asked, html
            assert refused == []
            page.close()


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["file", "http"])
def test_no_page_of_the_manuscript_breaks_its_rules(site, visit, scheme):
    with served(site) as address:
        root = site.as_uri() if scheme == "file" else address
        for page in pages(site):
            visit(f"{root}/{page.relative_to(site)}", viewport={"width": 1200, "height": 900})
