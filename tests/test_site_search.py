"""Search: opened and used by keyboard, over text, tables and values, and what it leads to."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import until
from reading import built, look_for


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """The small book, built with the embedded engine."""
    return built(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def base(book) -> str:
    """The address of the site's root on the disk, where browsers allow the least."""
    return (book / "_site").as_uri()


@pytest.mark.parametrize(
    ("words", "title", "place"),
    [
        ("caption figure", "Figure 1.1", "chapters/one.html#fig-x"),
        ("toy.alvarez", "toy.Älvarez", "chapters/one.html#value=toy.%C3%84lvarez"),
        ("b10", "Table 1.1", "chapters/one.html#tbl-long"),
        ("muller", "More", "index.html#more"),
        ("begins like", "1.1 Section", "chapters/one.html#sec-sub"),
        ("toy.estimate", "toy.estimate", "index.html#value=toy.estimate"),
        ("toy.unshown", "toy.unshown", "values.json"),
        ("title 2001", "Reference", "chapters/refs.html#ref-one2001"),
    ],
)
def test_search_leads_to_text_tables_and_values(visit, base, words, title, place):
    page = visit(f"{base}/index.html")
    results = look_for(page, words)
    assert results.first.locator(".reader-title").inner_text().split(" 3.25")[0].startswith(title)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/{place}")


def test_search_is_loaded_when_asked_for_and_works_by_keyboard_alone(visit, base):
    page = visit(f"{base}/index.html")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator(".reader-search").focus()
    page.wait_for_timeout(50)
    assert not [url for url in asked if url.endswith(".js")]
    page.keyboard.press("Control+k")
    assert page.locator("#reader-query").evaluate("e => e === document.activeElement")
    assert any(url.endswith("site_libs/reader/search.js") for url in asked)
    page.keyboard.type("toy")
    page.locator("#reader-results [aria-selected=true]").wait_for()
    chosen = "#reader-results [aria-selected=true]"
    first = page.locator(chosen).get_attribute("id")
    page.keyboard.press("ArrowDown")
    second = page.locator(chosen).get_attribute("id")
    assert (first, second) == ("reader-result-0", "reader-result-1")
    assert page.locator("#reader-query").get_attribute("aria-activedescendant") == second
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    last = page.locator("#reader-results li").count() - 1
    assert page.locator(chosen).get_attribute("id") == f"reader-result-{last}"
    page.keyboard.press("Escape")
    assert not page.locator(".reader-search-dialog").is_visible()
    for _ in range(2):
        page.keyboard.press("/")
        assert page.locator(".reader-search-dialog").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator(".reader-search-dialog").is_visible()
    assert page.locator(".reader-search").evaluate("e => e === document.activeElement")


def test_the_single_key_can_be_switched_off(visit, base):
    page = visit(f"{base}/index.html")
    dialog = page.locator(".reader-search-dialog")
    page.keyboard.press("/")
    page.get_by_role("checkbox", name="The key / opens this search").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("/")
    assert dialog.count() == 0
    page.keyboard.press("Control+k")
    assert dialog.is_visible()


def test_nothing_found_is_said(visit, base):
    page = visit(f"{base}/index.html")
    assert look_for(page, "peacocks of ostrich").count() == 0
    assert page.locator(".reader-count").inner_text() == "0 results"


def test_a_found_value_is_shown_even_in_a_closed_tab(visit, base):
    page = visit(f"{base}/index.html")
    look_for(page, "toy.hidden")
    page.keyboard.press("Enter")
    value = page.locator(".value.reader-arrived")
    value.wait_for()
    assert value.get_attribute("data-id") == "toy.hidden"
    assert value.is_visible() and page.url.endswith("#value=toy.hidden")
    page.locator(".reader-preview").wait_for()
    told = page.locator(".reader-preview dd").all_inner_texts()
    assert told == ["1.5", "toy.hidden"], "its exact value and its name, for the keyboard as well"


def test_found_words_are_marked_on_arrival(visit, base):
    page = visit(f"{base}/index.html")
    look_for(page, "begins like")
    page.keyboard.press("Enter")
    page.wait_for_url("**/one.html#sec-sub")
    until(page, "CSS.highlights.get('reader-found')?.size === 2")
