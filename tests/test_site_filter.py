"""Tables whose rows can be filtered, in Chromium: by words, by a column's contents, by keyboard."""

from __future__ import annotations

import csv
import json
import re

import pytest

from conftest import served, violations
from reading import built


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> str:
    """The address on the disk of the small book, built with the embedded engine."""
    return (built(tmp_path_factory.mktemp("book")) / "_site").as_uri()


def rows(page, table: str) -> list[str]:
    """The first cell of each row of `table` that is shown."""
    return page.eval_on_selector_all(
        f"#{table} tbody tr",
        "rows => rows.filter(r => r.checkVisibility()).map(r => r.cells[0].textContent)",
    )


def test_words_and_choices_keep_the_rows_that_have_them_all(visit, base):
    page = visit(f"{base}/chapters/one.html")
    block = page.locator("#tbl-groups .filterable")
    assert block.get_by_role("combobox").count() == 1, "a column that is not there gets no choice"
    whole = rows(page, "tbl-groups")
    told = block.get_by_role("status")
    assert len(whole) == 10 and told.inner_text() == "8 of 8 rows"
    assert not block.get_by_role("button", name="Show all").is_visible()
    field, choice = block.get_by_label("Words"), block.get_by_label("Code")
    assert choice.locator("option").all_inner_texts()[:2] == ["All", "x0 (2)"]
    field.fill("P")
    assert rows(page, "tbl-groups") == ["Group P", "P0", "P1", "P2", "P3"]
    choice.select_option("x2")
    assert rows(page, "tbl-groups") == ["Group P", "P2"] and told.inner_text() == "1 of 8 rows"
    field.fill("")
    assert rows(page, "tbl-groups") == ["Group P", "P2", "Group Q", "Q2"]
    field.fill("x2 nothing")
    assert rows(page, "tbl-groups") == [] and told.inner_text() == "0 of 8 rows"
    block.get_by_role("button", name="Show all").click()
    assert rows(page, "tbl-groups") == whole and field.input_value() == ""


def test_what_was_chosen_stands_in_the_address_and_is_chosen_again(visit, base):
    page = visit(f"{base}/chapters/one.html")
    block = page.locator("#tbl-groups .filterable")
    block.get_by_label("Words").fill("p & #2")
    block.get_by_label("Words").fill("P")
    block.get_by_label("Code").select_option("x2")
    address = page.evaluate("location.href")
    assert address.endswith("#Words=P&Code=x2")
    again = visit(address)
    assert rows(again, "tbl-groups") == ["Group P", "P2"]
    assert again.locator("#tbl-groups .filterable").get_by_label("Words").input_value() == "P"
    again.locator("#tbl-groups .filterable").get_by_role("button", name="Show all").click()
    assert again.evaluate("location.href") == f"{base}/chapters/one.html"
    other = visit(f"{base}/chapters/one.html#Code=never")
    assert len(rows(other, "tbl-groups")) == 10
    assert other.locator("#tbl-groups .filterable").get_by_label("Code").input_value() == ""


def test_the_keyboard_is_enough_and_sorting_keeps_the_filter(visit, base):
    page = visit(f"{base}/chapters/one.html")
    field = page.locator("#tbl-groups").get_by_label("Words")
    field.focus()
    page.keyboard.type("q")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert rows(page, "tbl-groups") == ["Group Q", "Q1"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert len(rows(page, "tbl-groups")) == 10
    field.fill("q")
    page.locator("#tbl-groups thead th").nth(1).get_by_role("button").click()
    assert rows(page, "tbl-groups") == ["Group Q", "Q3", "Q2", "Q1", "Q0"]


def test_without_the_script_every_row_shows(browser, base):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/chapters/one.html")
    assert page.locator("#tbl-groups tbody tr:visible").count() == 10
    assert page.locator(".reader-filter").count() == 0
    context.close()


@pytest.fixture
def ledger(site) -> tuple[str, list[dict[str, str]]]:
    """The name of the ledger's page, and the rows of its file."""
    (page,) = (site / "chapters").glob("*-ledger.html")
    with (site / "ledger.csv").open(encoding="utf-8", newline="") as file:
        return f"chapters/{page.name}", list(csv.DictReader(file))


def test_the_ledger_is_filtered_by_verdict_section_and_words(visit, site, ledger):
    name, known = ledger
    page = visit((site / name).as_uri())
    table = page.locator("#tbl-ledger")
    told = table.get_by_role("status")
    assert told.inner_text() == f"{len(known)} of {len(known)} rows"
    for status in {row["status"] for row in known}:
        table.get_by_label("Verdict").select_option(status)
        wanted = [row for row in known if row["status"] == status]
        assert len(rows(page, "tbl-ledger")) == len(wanted)
    table.get_by_label("Verdict").select_option("")
    table.get_by_label("Section").select_option("Table 3")
    wanted = [row for row in known if row["where"].startswith("Table 3,")]
    assert len(rows(page, "tbl-ledger")) == len(wanted)
    table.get_by_label("Words").fill("disorder.mood.i2")
    wanted = [row for row in wanted if row["quantity"].endswith("disorder.mood.i2")]
    assert len(rows(page, "tbl-ledger")) == len(wanted) > 0


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_ledger_can_be_read_on_a_phone(visit, site, ledger, scheme):
    size = {"width": 390, "height": 800}
    with served(site) as address:
        page = visit(f"{address}/{ledger[0]}", viewport=size, color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        cells = page.locator("#tbl-ledger tbody tr").first.locator("th, td")
        for n in (0, 1, 2, 3):  # the number, its verdict, what is printed, what we get
            cell = cells.nth(n).bounding_box()
            assert cell["x"] >= 0 and cell["x"] + cell["width"] <= 390
        # Among all rows axe would be busy for long; the few that stay have the same markup.
        page.locator("#tbl-ledger").get_by_label("Words").fill("disorder.mood.i2")
        assert violations(page) == []


def test_on_a_phone_the_verdicts_of_an_outcome_are_on_the_screen(visit, site):
    shown = 0
    for file in sorted((site / "chapters").glob("*.html")):
        if 'data-name="symptoms-agreement"' in file.read_text(encoding="utf-8"):
            page = visit(file.as_uri(), viewport={"width": 390, "height": 800})
            cells = page.locator('[data-name="symptoms-agreement"] tbody td').filter(
                has_text=re.compile("^(reproduced|attainable|different)$")
            )
            for box in (cell.bounding_box() for cell in cells.all()):
                assert box["x"] >= 0 and box["x"] + box["width"] <= 390
                shown += 1
    assert shown > 0


def test_the_search_passes_over_the_rows_of_the_ledger(site, ledger):
    """A search need not load the table a second time."""
    _, known = ledger
    text = (site / "site_libs/reader/search.js").read_text(encoding="utf-8")
    entries = json.loads(re.search(r"'search': (.*) };", text)[1])["entries"]
    (told,) = [entry[-1] for entry in entries if entry[2] == "tbl-ledger"]
    assert len(told) < len(known), "its caption, no rows"
