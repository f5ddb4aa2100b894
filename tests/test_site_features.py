"""What readers can do with a page, in Chromium: from the disk, and over HTTP."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from conftest import served, until
from reading import built, look_for


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """The small book, built with the embedded engine."""
    return built(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def base(book) -> str:
    """The address of the site's root on the disk, where browsers allow the least."""
    return (book / "_site").as_uri()


def test_a_number_tells_its_exact_value_and_name(visit, base):
    page = visit(f"{base}/chapters/one.html")
    page.locator('#tbl-long [data-id="toy.Chen"]').hover()
    box = page.locator(".reader-preview")
    box.wait_for()
    assert box.locator("dd").all_inner_texts() == ["−0.1", "toy.Chen"]
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    page.locator('#tbl-long [data-id="toy.Diaz"]').click()
    assert box.locator("dd").all_inner_texts() == ["none", "toy.Diaz"]


def test_colours_follow_the_system_until_the_reader_chooses(visit, base):
    page = visit(f"{base}/index.html", color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    button = page.locator(".reader-theme")
    assert button.get_attribute("aria-pressed") == "true"
    page.emulate_media(color_scheme="light")
    until(page, f"{ground} === 'rgb(255, 255, 255)'")
    button.click()
    assert page.evaluate(ground) == dark
    page.goto(f"{base}/chapters/one.html")
    assert page.evaluate(ground) == dark
    assert page.locator(".reader-theme").get_attribute("aria-pressed") == "true"
    assert "invert(1)" in page.locator("#fig-x img").evaluate("e => getComputedStyle(e).filter")
    page.emulate_media(media="print")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    assert page.locator("#fig-x img").evaluate("e => getComputedStyle(e).filter") == "none"


def test_a_dark_page_is_dark_before_the_script_comes(browser, base):
    context = browser.new_context(color_scheme="light")
    context.add_init_script("try { localStorage.setItem('reader-theme', 'dark') } catch {}")
    page = context.new_page()
    page.route("**/reader.js", lambda route: route.abort())
    page.goto(f"{base}/index.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    context.close()


@pytest.mark.parametrize(
    ("link", "says"),
    [
        (".citation a", "A Title"),
        ("a.footnote-ref", "A footnote about estimates."),
        ('a[href$="#sec-sub"]', "The section begins like this."),
        ('a[href$="#fig-x"]', "The caption of the figure."),
        ('a[href$="#tbl-long"]', "Älvarez"),
        ('a[href$="#eq-square"]', "(1.1)"),
    ],
)
def test_hover_and_focus_show_what_a_link_points_to(visit, base, link, says):
    page = visit(f"{base}/index.html")
    box = page.locator(".reader-preview")
    page.locator(f"main {link}").first.hover()
    box.wait_for()
    assert says in box.inner_text()
    assert box.evaluate("e => e.querySelectorAll('[id]').length") == 0
    box.locator(".reader-preview-content").hover()  # the pointer may go there and stay
    page.wait_for_timeout(400)
    assert box.is_visible()
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    page.mouse.move(0, 0)
    page.locator(f"main {link}").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    box.wait_for()
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    assert page.locator(f"main {link}").first.evaluate("e => e === document.activeElement")


def test_the_keyboard_leads_into_a_preview_that_scrolls_and_back(visit, base):
    page = visit(f"{base}/index.html", viewport={"width": 900, "height": 350})
    link = page.locator('main a[href$="#tbl-long"]')
    page.locator(".reader-actions a").last.focus()
    while not link.evaluate("e => e === document.activeElement"):
        page.keyboard.press("Tab")
    box = page.locator(".reader-preview")
    box.wait_for()
    page.keyboard.press("Tab")
    assert box.evaluate("e => e.contains(document.activeElement)")
    page.wait_for_timeout(400)
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    assert link.evaluate("e => e === document.activeElement")


def test_a_previewed_figure_of_another_page_is_there(visit, base):
    page = visit(f"{base}/index.html")
    page.locator('main a[href$="#fig-x"]').hover()
    page.locator(".reader-preview img").wait_for()
    until(page, "document.querySelector('.reader-preview img').naturalWidth > 0")


def test_the_first_touch_shows_and_the_second_goes(visit, base):
    page = visit(f"{base}/index.html", has_touch=True, viewport={"width": 390, "height": 800})
    link = page.locator('main a.quarto-xref[href$="#fig-x"]')
    link.tap()
    page.locator(".reader-preview").wait_for()
    assert page.url == f"{base}/index.html"
    assert page.locator(".reader-go").get_attribute("href") == f"{base}/chapters/one.html#fig-x"
    link.tap()
    page.wait_for_url(f"{base}/chapters/one.html#fig-x")


def test_a_figure_can_be_enlarged_by_keyboard_and_gives_the_focus_back(visit, base):
    page = visit(f"{base}/chapters/one.html")
    button = page.locator("#fig-x .reader-zoom")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.locator(".reader-zoom-dialog")
    image = dialog.locator("img")
    assert image.get_attribute("alt") == "What the picture shows"
    assert "The caption of the figure." in dialog.inner_text()
    before = image.bounding_box()["width"]
    page.keyboard.press("+")
    assert image.bounding_box()["width"] > before * 1.4
    page.keyboard.press("-")
    assert image.bounding_box()["width"] == before
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert button.evaluate("e => e === document.activeElement")
    page.locator("#fig-x img").click()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def names(page, identifier: str) -> list[str]:
    return page.locator(f"#{identifier} tbody th").all_inner_texts()


def test_the_same_from_a_server(visit, book):
    with served(book / "_site") as address:
        page = visit(f"{address}/index.html")
        look_for(page, "caption figure")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/chapters/one.html#fig-x")
        page.locator("#fig-x .reader-zoom").click()
        page.locator(".reader-zoom-dialog img").wait_for()
        page.keyboard.press("Escape")
        page.locator("#tbl-long thead button").nth(1).click()
        assert names(page, "tbl-long")[0] == "Chen"
        page.locator(".reader-theme").click()
        page.goto(f"{address}/index.html")
        assert page.locator("html").get_attribute("data-theme") == "dark"
        page.locator('main a.quarto-xref[href$="#fig-x"]').hover()
        page.locator(".reader-preview img").wait_for()
        page.locator('.reader-actions a[href="#reader-cite"]').click()
        page.get_by_role("button", name="Copy the citation").click()
        until(page, "document.querySelector('.reader-status').textContent === 'Copied'")


def test_a_long_table_is_sorted_by_exact_values_absent_ones_last(visit, base):
    page = visit(f"{base}/chapters/one.html")
    original = names(page, "tbl-long")
    head = page.locator("#tbl-long thead th").nth(1)
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    upwards = ["Chen", "Fox", "Evans", "Gray", "Älvarez", "Hill", "Baker", "Diaz"]
    assert names(page, "tbl-long") == upwards
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert names(page, "tbl-long") == [*reversed(upwards[:-1]), "Diaz"]
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert names(page, "tbl-long") == original
    page.locator("#tbl-long thead th").nth(2).get_by_role("button").click()
    codes = page.locator("#tbl-long tbody td:last-child").all_inner_texts()
    assert codes == ["b1", "b2", "b3", "b4", "b5", "b6", "b9", "b10"]
    assert page.locator("#tbl-long [aria-sort]").count() == 1


def test_rows_stay_in_their_group(visit, base):
    page = visit(f"{base}/chapters/one.html")
    page.locator("#tbl-groups thead th").nth(1).get_by_role("button").click()
    assert names(page, "tbl-groups") == [
        "Group P", "P3", "P2", "P1", "P0", "Group Q", "Q3", "Q2", "Q1", "Q0",
    ]  # fmt: skip


def test_tabs_move_with_the_arrows_and_all_is_there_without_script(visit, browser, base):
    page = visit(f"{base}/chapters/one.html")
    tabs = page.get_by_role("tab")
    assert tabs.all_inner_texts() == ["First tab", "Second tab"]
    hidden = page.get_by_text("kingfisher")
    assert not hidden.is_visible()
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    assert tabs.nth(1).get_attribute("aria-selected") == "true"
    assert hidden.is_visible() and not page.get_by_text("Visible at once.").is_visible()
    page.keyboard.press("ArrowRight")
    assert tabs.first.get_attribute("aria-selected") == "true"
    page.emulate_media(media="print")
    assert hidden.is_visible()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/chapters/one.html")
    assert page.get_by_text("kingfisher").is_visible()
    assert not page.locator(".reader-search").is_visible()
    assert page.locator("#fig-x .reader-menu a").count() == 2
    context.close()


def test_the_citation_can_be_copied(visit, base):
    page = visit(f"{base}/index.html")
    page.get_by_role("button", name="Copy the citation").click()
    until(page, "document.querySelector('.reader-status').textContent === 'Copied'")
    assert page.evaluate("getSelection().toString()") == (
        "A. Author (2020). Values & <signs> #in a title."
    )


def test_the_keyboard_reaches_everything_and_the_focus_shows(visit, base):
    page = visit(f"{base}/chapters/one.html")
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    expected = page.evaluate(
        """() => [...document.querySelectorAll(
            'a[href], button, input, select, summary, [tabindex="0"]')]
          .filter((e) => e.tabIndex >= 0 && e.checkVisibility() && e.tagName !== 'SUMMARY').length"""
    )
    page.evaluate("window.seen = new Set()")
    for _ in range(expected + 8):
        page.keyboard.press("Tab")
        style = page.evaluate(
            """() => {
              const e = document.activeElement;
              if (e.matches('body, summary') || e.closest('.reader-preview')) return '';
              window.seen.add(e);
              const style = getComputedStyle(e);
              return `${style.outlineStyle} ${style.outlineWidth} ${e.outerHTML.slice(0, 80)}`;
            }"""
        )
        assert style == "" or style.startswith("solid 3px"), style
        page.keyboard.press("Escape")
    assert page.evaluate("window.seen.size") == expected, page.evaluate(
        "[...window.seen].map((e) => e.outerHTML.slice(0, 60))"
    )


def test_the_contents_mark_the_section_that_is_read(visit, base):
    page = visit(f"{base}/chapters/one.html", viewport={"width": 1400, "height": 500})
    page.locator("h2", has_text="After the tabs").scroll_into_view_if_needed()
    page.mouse.wheel(0, 5000)
    active = page.locator("#TOC a.active")
    expect(active).to_have_text(re.compile("After the tabs"))
    page.mouse.wheel(0, -9000)
    expect(active).to_have_text(re.compile("Section"))
