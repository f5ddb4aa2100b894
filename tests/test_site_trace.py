"""A number tells where it comes from, to pointer, touch and keyboard, on the disk and over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from publish.reader.trace import part_of

from conftest import served, violations
from reading import INPUTS, VALUES, built
from rendered import pages, registered, soup

MINUS = "\u2212"
SHOWN = '.value[data-id="toy.estimate"]'


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """The small book, built with the embedded engine."""
    return built(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def base(book) -> str:
    """The address of the site's root on the disk."""
    return (book / "_site").as_uri()


def told(box) -> dict[str, str]:
    """What the open `box` says, by its terms."""
    box.locator("dl").wait_for()
    terms = box.locator("dl > dt").all_inner_texts()
    return dict(zip(terms, box.locator("dl > dd").all_inner_texts(), strict=True))


def test_a_number_tells_all_that_is_known_of_it(visit, base):
    page = visit(f"{base}/index.html")
    box = page.locator(".reader-preview")
    page.locator(SHOWN).hover()
    found = told(box)
    assert list(found) == ["Exact value", "What it is", "Published", "Computed by", "From", "Name"]
    assert found["Exact value"] == "0.8184" and found["Name"] == "toy.estimate"
    assert found["What it is"] == VALUES["toy.estimate"]["source"]
    assert found["Published"] == f"{MINUS}0.83 – different; row of the ledger"
    assert found["Computed by"] == "ma.pool"
    shown = [f"{VALUES[name]['text']} {VALUES[name]['source']}" for name in INPUTS]
    assert found["From"].split("\n") == [*shown[:6], "and 2 more"]
    links = [a.get_attribute("href") for a in box.locator("a").all()]
    assert links == [
        f"{base}/chapters/refs.html#judged-toy.estimate", f"{base}/chapters/refs.html#ma.pool",
    ]  # fmt: skip
    box.locator("summary").click()
    expect(box.locator("details li")).to_have_text(shown[6:])


def test_the_pointer_must_rest_and_may_move_into_what_opens(visit, base):
    page = visit(f"{base}/index.html")
    box = page.locator(".reader-preview")
    page.locator(SHOWN).hover()
    page.wait_for_timeout(200)
    expect(box).to_have_count(0)  # not yet: a pointer often rests on a number that is being read
    box.wait_for()
    box.locator("dt").first.hover()
    page.wait_for_timeout(400)
    assert box.is_visible()
    page.mouse.move(0, 0)
    expect(box).to_have_count(0)
    page.locator(SHOWN).click()
    box.wait_for(timeout=500)  # at once
    page.locator("h1").first.click()
    expect(box).to_have_count(0)


def test_a_touch_opens_and_a_touch_elsewhere_closes(visit, base):
    page = visit(f"{base}/index.html", has_touch=True, viewport={"width": 390, "height": 800})
    page.locator(SHOWN).tap()
    box = page.locator(".reader-preview")
    assert told(box)["Exact value"] == "0.8184"
    edges = box.bounding_box()
    assert edges["x"] >= 0 and edges["x"] + edges["width"] <= 390
    box.get_by_role("button", name="effect of 3").tap()
    expect(box.locator("dd").first).to_have_text(repr(3 / 7))
    page.locator("h1").first.tap()
    expect(box).to_have_count(0)


def test_inputs_are_traced_on_and_back(visit, base):
    page = visit(f"{base}/index.html")
    page.locator(SHOWN).click()
    box = page.locator(".reader-preview")
    assert box.locator(".reader-back").count() == 0
    for name, exact in ((INPUTS[0], f"{MINUS}1e{MINUS}7"), ("toy.unshown", "3.25")):
        box.locator(f'button[data-input="{name}"]').click()
        expect(box.locator("dl > dd").last).to_have_text(name)
        assert told(box)["Exact value"] == exact
        assert box.evaluate("e => e.contains(document.activeElement)")
    for name in (INPUTS[0], "toy.estimate"):
        box.locator(".reader-back").click()
        expect(box.locator("dl > dd").last).to_have_text(name)
    assert box.locator(".reader-back").count() == 0
    assert told(box)["Exact value"] == "0.8184"


def test_the_keyboard_opens_traces_and_gives_the_focus_back(visit, base):
    page = visit(f"{base}/index.html")
    page.locator(".reader-actions a").last.focus()
    while not page.locator(SHOWN).evaluate("e => e === document.activeElement"):
        page.keyboard.press("Tab")
    box = page.locator(".reader-preview")
    expect(box).to_have_count(0)  # the focus alone, on its way through the page, opens nothing
    page.keyboard.press("Enter")
    assert told(box)["Name"] == "toy.estimate"
    while not page.evaluate("document.activeElement.dataset.input"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(box.locator("dl > dd").last).to_have_text(INPUTS[0])
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    assert page.locator(SHOWN).evaluate("e => e === document.activeElement")
    page.keyboard.press(" ")
    assert told(box)["Name"] == "toy.estimate"


def test_a_table_is_one_stop_and_the_arrows_lead_through_it(visit, base):
    page = visit(f"{base}/chapters/one.html")
    values = page.locator("#tbl-long .value")
    assert values.evaluate_all("all => all.map(e => e.tabIndex)") == [0, *[-1] * 7]
    values.first.focus()
    for key, name in (
        ("ArrowDown", "toy.Baker"), ("ArrowRight", "toy.Chen"), ("ArrowUp", "toy.Baker"),
        ("ArrowLeft", "toy.Älvarez"), ("ArrowLeft", "toy.Älvarez"),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.id") == name
        assert values.evaluate_all("all => all.filter(e => e.tabIndex === 0).length") == 1
    page.keyboard.press("Enter")
    found = told(page.locator(".reader-preview"))
    assert found["What it is"] == "effect of Älvarez" and found["From"] == "3.25 what no page shows"


def test_without_script_the_text_is_the_same(browser, visit, base):
    scripted = visit(f"{base}/index.html").locator("main").inner_text()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/index.html")
    assert page.locator("main").inner_text() == scripted
    context.close()
    source = (Path(base.removeprefix("file://")) / "index.html").read_text(encoding="utf-8")
    (value,) = BeautifulSoup(source, "html.parser").select(SHOWN)
    assert set(value.attrs) == {"class", "data-id", "data-value"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_axe_finds_nothing_while_it_is_open(visit, book, scheme, width):
    with served(book / "_site") as address:
        page = visit(
            f"{address}/index.html", color_scheme=scheme, viewport={"width": width, "height": 800}
        )
        page.locator(SHOWN).click()
        box = page.locator(".reader-preview")
        box.locator("summary").click()
        assert violations(page) == []
        box.locator(f'button[data-input="{INPUTS[0]}"]').click()
        box.locator(".reader-back").wait_for()
        assert violations(page) == []


def test_only_what_is_asked_for_is_loaded_and_only_once(visit, book):
    with served(book / "_site") as address:
        page = visit(f"{address}/index.html")
        asked = []
        page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
        for _ in range(2):
            page.locator(SHOWN).click()
            told(page.locator(".reader-preview"))
            page.keyboard.press("Escape")
    assert sorted(asked) == sorted({f"{part_of(name)}.js" for name in ("toy.estimate", *INPUTS)})


@pytest.mark.long
def test_numbers_of_the_site_tell_what_it_registered(visit, site):
    values, pressed = registered(site), 0
    for file in pages(site):
        ids = list(dict.fromkeys(s["data-id"] for s in soup(file).select("main span.value")))
        page = visit(file.as_uri()) if ids else None
        for name in ids[:: max(1, len(ids) // 3)]:
            page.locator(f'main .value[data-id="{name}"]').first.evaluate("e => e.click()")
            box = page.locator(".reader-preview")
            found, value = told(box), values[name]
            exact = "none" if value["raw"] is None else found["Exact value"].replace(MINUS, "-")
            assert exact == "none" or float(exact) == value["raw"], name
            assert found["Name"] == name and found["What it is"] == value["source"]
            if value["published"] is not None:
                verdict = f"{value['published'].replace('-', MINUS)} – {value['status']}"
                assert found["Published"].startswith(verdict)
            inputs = box.locator(".reader-inputs").first.locator("button")
            named = [button.get_attribute("data-input") for button in inputs.all()]
            assert named == value["inputs"][:6]
            page.keyboard.press("Escape")
            pressed += 1
    assert pressed > 30
