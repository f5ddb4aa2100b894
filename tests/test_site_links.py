"""Links that name a value lead to where another page shows it, or are no links."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urljoin

from bs4 import BeautifulSoup

from analysis.content.ledger import HOMES
from publish.reader.links import with_links
from publish.reader.markup import parse

VALUE = '<span class="value" data-id="{0}" data-value="1">1</span>'
PAGES = {
    "index.html": f'<main id="m"><p>{VALUE.format("a&amp;b")} {VALUE.format("x.k")}</p></main>',
    "chapters/one.html": f"<section id='s'><p>{VALUE.format('x.k')} {VALUE.format('x.k')}</p>"
    f"<div id='tbl-t'><table><tr><td id='c' data-id='y.k'>1</td></tr></table></div></section>",
    "chapters/two.html": "<div id='own'>"
    + "".join(
        f'<a class="used" data-used="{name}" data-home="{home}">To <em>{text}</em></a> '
        for name, home, text in (
            ("x.k", "", "x"), ("y.k", "tbl-t", "y"), ("a&amp;b", "", "ab"), ("own.k", "own", "own"),
            ("drawn.k", "tbl-t", "d"), ("nowhere.k", "lost", "n"),
        )
    )
    + VALUE.format("own.k") + VALUE.format("x.k") + "</div>",
}  # fmt: skip


def linked(pages: dict[str, str]) -> dict[str, str]:
    return with_links(pages, {page: parse(source) for page, source in pages.items()})


def test_a_link_leads_to_the_number_itself_of_a_chapter_first():
    found = PAGES | linked(PAGES)
    links = {
        a.get_text(): a["href"]
        for a in BeautifulSoup(found["chapters/two.html"], "html.parser").select("a")
    }
    assert links == {
        "To x": "one.html#value-x.k", "To y": "one.html#c", "To ab": "../index.html#value-a&b",
        "To d": "one.html#tbl-t",
    }  # fmt: skip
    one = BeautifulSoup(found["chapters/one.html"], "html.parser")
    first, second = one.select('[data-id="x.k"]')
    assert first["id"] == "value-x.k" and not second.has_attr("id")
    front = BeautifulSoup(found["index.html"], "html.parser")
    assert [v.get("id") for v in front.select(".value")] == ["value-a&b", None]


def test_what_no_other_page_shows_or_draws_is_text():
    text = linked(PAGES)["chapters/two.html"]
    assert "To <em>own</em> To <em>d</em>" not in text and "data-used" not in text
    assert "To <em>own</em> <a" in text and "</a> To <em>n</em> <span" in text


def test_links_are_set_once():
    after = PAGES | linked(PAGES)
    assert linked(after) == {}


def test_a_link_without_a_value_leads_home_and_is_no_row_of_a_ledger():
    home = '<section id="s"></section>'
    link = '<a class="used" data-used="" data-home="s">To it</a>'
    pages = {"index.html": link + link, "a.html": home}
    assert linked(pages) == {"index.html": '<a class="used" href="a.html#s">To it</a>' * 2}
    assert linked({"index.html": link, "a.html": ""}) == {"index.html": "To it"}


def test_every_row_of_the_ledger_leads_to_its_number_or_home_and_as_many_as_are_told(site):
    pages = {
        file.relative_to(site).as_posix(): BeautifulSoup(file.read_text("utf-8"), "html.parser")
        for file in site.rglob("*.html")
    }
    places = {
        (page, node["data-id"]) for page, soup in pages.items() for node in soup.select(".value")
    }
    at_home = 0
    ledger = pages["chapters/16-ledger.html"]
    for page, soup in pages.items():
        assert soup.select_one("[data-used]") is None
        ids = Counter(node["id"] for node in soup.select("[id]"))
        assert set(ids.values()) == {1}
        for link in soup.select("a.used"):
            if page != "chapters/16-ledger.html":
                assert not link.has_attr("id")
                continue
            file, _, anchor = urljoin(page, link["href"]).partition("#")
            target = pages[file].find(id=anchor)
            assert file != page and target is not None, link
            value = link.find_parent("tr").select_one(".value")
            if value is None:  # what contradicts others is not recomputed, and yet stands somewhere
                continue
            shown = value["data-id"]
            if target.get("data-id") != shown:
                at_home += 1
                assert anchor in HOMES.values()
                assert {p for p, name in places if name == shown} == {page}, link
    rows = ledger.select(".filterable tbody tr")
    links = ledger.select(".filterable tbody a.used")
    told = {name: int(ledger.select_one(f'[data-id="ledger.{name}.k"]').get_text())
            for name in ("linked", "unlinked")}  # fmt: skip
    assert told == {"linked": len(links), "unlinked": len(rows) - len(links)}
    assert 0 < at_home < len(links) / 2
