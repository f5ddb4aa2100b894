"""What readers can do with the pages of a small book, in Chromium: from the disk, and over HTTP."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from publish.build import build
from publish.errors import PublishError
from publish.project import read_project
from publish.reader.features import add_features

from conftest import CONFIG, PICTURE, served, violations

ROWS = [
    ("Älvarez", "2.5", "2.4999", "b10"), ("Baker", "10.0", "9.96", "b9"), ("Chen", "−0.1", "-0.1", "b1"),
    ("Diaz", "—", "", "b2"), ("Evans", "0.3", "0.31", "b3"), ("Fox", "0.3", "0.29", "b4"),
    ("Gray", "1.0", "1", "b5"), ("Hill", "7.0", "7", "b6"),
]  # fmt: skip
CELLS = "".join(
    f'<tr><th scope="row">{name}</th><td><span class="value" data-id="toy.{name}" data-value="{raw}">'
    f"{shown}</span></td><td>{text}</td></tr>"
    for name, shown, raw, text in ROWS
)
GROUPED = "".join(
    f'<tr><th colspan="3" scope="colgroup">Group {group}</th></tr>'
    + "".join(
        f'<tr><th scope="row">{group}{n}</th><td>{9 - n}</td><td>x{n}</td></tr>' for n in range(4)
    )
    for group in "PQ"
)
REGION = '<div class="table-scroll" data-name="{}" tabindex="0" role="region" aria-label="Table">'
HEAD = '<tr><th scope="col">Name</th><th scope="col">Number</th><th scope="col">Code</th></tr>'


def table(name: str, rows: str) -> str:
    """A table as the display layer writes it."""
    return (
        f"```{{=html}}\n{REGION.format(name)}<table><thead>{HEAD}</thead><tbody>{rows}</tbody></table>"
        "</div>\n```\n\n```{=typst}\n#table([a])\n```\n"
    )


INDEX = """\
# Abstract {.unnumbered}

See @fig-x and @sec-sub; @one2001 said so, and more stands in @tbl-long.[^note] So does @eq-square. The estimate is
[0.82]{.value data-id="toy.estimate" data-value="0.8184"}.

[^note]: A footnote about *estimates*.

## More {.unnumbered}

Müller and τ are words that a search finds.

::: {.content-visible when-format="html"}
Only the page says peacock.
:::

::: {.content-visible unless-format="html"}
Only the PDF says ostrich.
:::

Both say [heron]{.content-hidden when-format="typst"}[egret]{.content-hidden when-format="html"}.
"""
CHAPTER = f"""\
# First chapter {{#sec-one}}

## Section {{#sec-sub}}

The section begins like this.

$$ a^2 = b $$ {{#eq-square alt="a squared is b"}}

::: {{#fig-x}}
![](/figures/x.svg){{fig-alt="What the picture shows"}}

The caption of the figure.
:::

::: {{#tbl-long}}
{table("long", CELLS)}
A long table.
:::

::: {{#tbl-groups}}
{table("groups", GROUPED)}
A table with groups.
:::

::: {{.callout-warning title="Mind *this*"}}
The body of the warning.
:::

::: {{.callout-note}}
## A heading as title

The body of the note.
:::

::: {{.panel-tabset}}
## First tab

Visible at once.

## Second tab

Hidden word: kingfisher, and [1.5]{{.value data-id="toy.hidden" data-value="1.5"}}.
:::

## After the tabs

Numbered as the next section.
"""
STEP = """\
import json, os, pathlib
site = pathlib.Path(os.environ["QUARTO_PROJECT_OUTPUT_DIR"])
values = {name: {"text": "3.25"} for name in ("toy.estimate", "toy.unshown")}
(site / "values.json").write_text(json.dumps({"values": values}))
for name, text in {"tables/long.csv": "a\\n", "data/toy.csv": "a\\n", "data/README.md": "#",
                   "figures/x.png": "png"}.items():
    (site / name).parent.mkdir(exist_ok=True)
    (site / name).write_text(text)
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """The project, built once with the embedded engine."""
    root = tmp_path_factory.mktemp("book")
    config = CONFIG.replace("book:\n", "  post-render: python step.py\nbook:\n", 1)
    for name, text in {
        "_quarto.yml": config,
        "index.qmd": INDEX,
        "chapters/one.qmd": CHAPTER,
        "chapters/refs.qmd": "# References {.unnumbered}\n\n::: {#refs}\n:::\n",
        "chapters/refs.bib": "@book{one2001, author = {One, A.}, title = {A title}, year = {2001}}\n",
        "figures/x.svg": PICTURE,
        "step.py": STEP,
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    build(root, "embedded", lambda _: None)
    return root


@pytest.fixture(scope="module")
def base(book) -> str:
    """The address of the site's root on the disk, where browsers allow the least."""
    return (book / "_site").as_uri()


def soup(book: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((book / "_site" / name).read_text(encoding="utf-8"), "html.parser")


def look_for(page, words: str):
    """Open the search by keyboard and type `words`; return the results once they are there."""
    page.keyboard.press("/")
    page.locator("#reader-query").fill(words)
    page.locator(".reader-count:not(:empty)").wait_for()
    return page.locator("#reader-results [role=option]")


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


def test_found_words_are_marked_on_arrival(visit, base):
    page = visit(f"{base}/index.html")
    look_for(page, "begins like")
    page.keyboard.press("Enter")
    page.wait_for_url("**/one.html#sec-sub")
    page.wait_for_function("CSS.highlights.get('reader-found')?.size === 2")


def test_colours_follow_the_system_until_the_reader_chooses(visit, base):
    page = visit(f"{base}/index.html", color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    button = page.locator(".reader-theme")
    assert button.get_attribute("aria-pressed") == "true"
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"{ground} === 'rgb(255, 255, 255)'")
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
    page.wait_for_function("document.querySelector('.reader-preview img').naturalWidth > 0")


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
        page.wait_for_function("document.querySelector('.reader-status').textContent === 'Copied'")


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
    page.wait_for_function("document.querySelector('.reader-status').textContent === 'Copied'")
    assert page.evaluate("getSelection().toString()") == (
        "A. Author (2020). Values & <signs> #in a title."
    )


def test_the_keyboard_reaches_everything_and_the_focus_shows(visit, base):
    page = visit(f"{base}/chapters/one.html")
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    expected = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, summary, [tabindex="0"]')]
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_axe_finds_nothing_in_callouts_and_tabs(visit, book, width, scheme):
    size = {"width": width, "height": 900}
    with served(book / "_site") as address:
        page = visit(f"{address}/chapters/one.html", viewport=size, color_scheme=scheme)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_contents_mark_the_section_that_is_read(visit, base):
    page = visit(f"{base}/chapters/one.html", viewport={"width": 1400, "height": 500})
    page.locator("h2", has_text="After the tabs").scroll_into_view_if_needed()
    page.mouse.wheel(0, 5000)
    active = page.locator("#TOC a.active")
    expect(active).to_have_text(re.compile("After the tabs"))
    page.mouse.wheel(0, -9000)
    expect(active).to_have_text(re.compile("Section"))


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
    add_features(site, read_project(book))
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
    add_features(site, project)
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
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    data = (site / "site_libs/reader/search.js").read_text(encoding="utf-8")
    index = json.loads(re.search(r"search: (.*) };", data)[1])
    assert ["reference", 2, "ref-one2001", "Reference", "One. (2001). A title."] in index["entries"]
