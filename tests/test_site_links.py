"""Links that name a value lead to where another page shows it, or are no links."""

from __future__ import annotations

from urllib.parse import urljoin

from bs4 import BeautifulSoup

from publish.reader.links import with_links
from publish.reader.markup import parse

VALUE = '<span class="value" data-id="{0}" data-value="1">1</span>'
PAGES = {
    "index.html": f'<main id="m"><p>{VALUE.format("a&amp;b")}</p></main>',
    "chapters/one.html": f"<section id='s'><p>{VALUE.format('x.k')}</p>"
    f"<div id='tbl-t'><table><tr><td>{VALUE.format('y.k')}</td></tr></table></div></section>"
    f"<p>{VALUE.format('nowhere.k')}</p>",
    "chapters/two.html": "<div id='own'>"
    + "".join(
        f'<a class="used" data-used="{name}">To <em>{text}</em></a> '
        for name, text in (
            ("x.k", "x"), ("y.k", "y"), ("a&amp;b", "ab"), ("own.k", "own"), ("nowhere.k", "n"),
        )
    )
    + VALUE.format("own.k") + VALUE.format("x.k") + "</div>",
}  # fmt: skip


def linked(pages: dict[str, str]) -> dict[str, str]:
    return with_links(pages, {page: parse(source) for page, source in pages.items()})


def test_a_link_leads_to_the_nearest_id_around_the_first_place_on_another_page():
    (page,) = linked(PAGES).items()
    assert page[0] == "chapters/two.html"
    links = {a.get_text(): a["href"] for a in BeautifulSoup(page[1], "html.parser").select("a")}
    assert links == {"To x": "one.html#s", "To y": "one.html#tbl-t", "To ab": "../index.html#m"}


def test_what_no_other_page_shows_with_an_id_around_is_text():
    text = linked(PAGES)["chapters/two.html"]
    assert "To <em>own</em> To <em>n</em> <span" in text and "data-used" not in text


def test_links_are_set_once():
    after = PAGES | linked(PAGES)
    assert linked(after) == {}


def test_every_link_of_a_row_leads_to_a_place_that_shows_its_value(site):
    pages = {
        file.relative_to(site).as_posix(): BeautifulSoup(file.read_text("utf-8"), "html.parser")
        for file in site.rglob("*.html")
    }
    found = 0
    for page, soup in pages.items():
        assert soup.select_one("[data-used]") is None
        for link in soup.select("a.used"):
            file, _, anchor = urljoin(page, link["href"]).partition("#")
            target = pages[file].find(id=anchor)
            assert file != page and target is not None, link
            shown = link.find_parent("tr").select_one(".value")["data-id"]
            assert target.select_one(f'[data-id="{shown}"]'), link
            found += 1
    assert found > 0
