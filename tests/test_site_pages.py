"""The built site as its readers meet it: accessible, whole, light, nothing fetched from elsewhere."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from analysis.display.downloads import png
from analysis.display.figure import Figure
from analysis.display.table import Table
from analysis.downloads import DATA
from analysis.manuscript import REGISTRY

from conftest import PICTURE, SITE, served, until, violations
from rendered import pages, registered, soup

NAMES = [p.relative_to(SITE).as_posix() for p in sorted(SITE.rglob("*.html"))]
KILOBYTE = 1024
# A page of each kind: text, a forest plot, verdicts, the ledger, the experiment; make test-long has all.
KINDS = ("index", "05-symptoms", "15-audit", "16-ledger", "17-what-if")


@pytest.fixture(scope="module")
def address(site):
    with served(site) as address:
        yield address


@pytest.mark.parametrize("width", [390, pytest.param(1400, marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "name",
    [
        name if Path(name).stem in KINDS else pytest.param(name, marks=pytest.mark.long)
        for name in NAMES
    ],
)
def test_axe_finds_nothing(visit, address, name, width):
    page = visit(f"{address}/{name}", viewport={"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    # The rows of a long table are made alike; a part of them stands for all, or axe takes minutes.
    page.evaluate(
        "document.querySelectorAll('tbody tr:nth-child(n + 60)').forEach((r) => r.remove())"
    )
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        until(page, f"document.documentElement.dataset.theme === '{scheme}'")
        assert violations(page) == [], scheme
    # The text never scrolls sideways; what is wider than the page scrolls within itself.
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_opens(visit, address, scheme):
    page = visit(f"{address}/chapters/05-symptoms.html", color_scheme=scheme)
    page.keyboard.press("/")
    page.locator("#reader-query").fill("symptoms")
    page.locator("#reader-results li").first.wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("main a.quarto-xref").first.hover()
    page.locator(".reader-preview").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator(".reader-zoom").first.click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator(".reader-sort").first.click()
    assert violations(page) == []


def test_axe_bites(visit, tmp_path):
    body = "<img src='x.svg' width='9' height='9'><p style='color: #ccc; background: #fff'>Pale</p>"
    (tmp_path / "x.html").write_text(
        f"<!DOCTYPE html><html><link rel=icon href='data:,'><body>{body}"
    )
    (tmp_path / "x.svg").write_text(PICTURE)
    with served(tmp_path) as address:
        found = " ".join(violations(visit(f"{address}/x.html")))
    assert "image-alt" in found and "color-contrast" in found and "html-has-lang" in found


def test_every_chapter_can_be_reached_by_the_next_link_over_http(visit, site, address):
    page = visit(f"{address}/index.html")
    visited = [page.url]
    while page.locator("a[rel=next]").count():
        page.locator("a[rel=next]").click()
        page.wait_for_load_state()
        visited.append(page.url)
    expected = [f"{address}/{page.relative_to(site).as_posix()}" for page in pages(site)]
    assert visited == expected


def test_every_link_leads_somewhere_and_nothing_is_fetched(site):
    parsed = {file.resolve(): soup(file) for file in pages(site)}
    ids = {file: {each["id"] for each in page.select("[id]")} for file, page in parsed.items()}
    for file, page in parsed.items():
        for element in page.select("[href], [src]"):
            target = element.get("href") or element.get("src")
            if target.startswith("data:"):
                continue
            if re.match(r"[a-z]+:|//", target):
                # Only a reader who follows a link leaves the site.
                assert element.name == "a" and target.startswith("https://doi.org/"), target
                continue
            path, _, fragment = target.partition("#")
            other = (file.parent / unquote(path)).resolve() if path else file
            assert other.is_file(), f"{file.name} links to {target}"
            if fragment and other.suffix == ".html":
                assert unquote(fragment) in ids[other], f"{file.name} links to {target}"


def test_ids_are_there_once(site):
    for file in pages(site):
        ids = [element["id"] for element in soup(file).select("[id]")]
        assert sorted(ids) == sorted(set(ids)), file.name


def test_every_shown_table_can_be_taken_away_as_it_is_shown(site):
    compared = 0
    for file in pages(site):
        for float_ in soup(file).select(".quarto-float:has(table)"):
            (link,) = float_.select(".reader-menu a")
            text = (file.parent / link["href"]).read_text(encoding="utf-8")
            records = list(csv.reader(io.StringIO(text)))[1:]
            group, shown = [], []
            for row in float_.select("tbody tr"):
                if "gt_group_heading_row" in row.get("class", []):
                    group = [row.get_text(strip=True)]
                    continue
                shown.append(group + [exact(cell) for cell in row.select("th, td")])
            assert [[plain(cell) for cell in record] for record in records] == shown, link["href"]
            compared += len(shown)
    assert compared > 40


def exact(cell) -> str:
    """What a cell of a page holds: its exact number, else its text; nothing for a dash."""
    value = cell.select_one("[data-value]")
    return value["data-value"] if value else plain(cell.get_text())


def plain(text: str) -> str:
    """Text without the apostrophe that guards a spreadsheet, and a dash as nothing."""
    text = " ".join(text.split())
    return "" if text == "—" else text.removeprefix("'")


def test_every_table_of_the_registry_has_its_file(site):
    for table in REGISTRY.all(Table):
        file = site / "tables" / f"{table.name}.csv"
        assert file.read_bytes().decode() == table.csv()


def test_every_shown_figure_can_be_taken_away_as_svg_and_png(site):
    found = set()
    for file in pages(site):
        for image in soup(file).select("main img"):
            menu = image.find_parent("figure") or image.find_parent("p").find_next_sibling()
            links = {
                a.contents[0]: (file.parent / a["href"]).resolve()
                for a in menu.select("a[download]")
            }
            assert list(links) == ["SVG", "PNG"], image["src"]
            assert links["SVG"] == (file.parent / image["src"]).resolve()
            found.add(links["PNG"].stem)
    figures = {figure.name: figure for figure in REGISTRY.all(Figure)}
    assert found and found <= set(figures)
    for name in found:
        data = (site / "figures" / f"{name}.png").read_bytes()
        assert data == png(figures[name].svg), "the same bytes from the same drawing"
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = (int.from_bytes(data[at : at + 4]) for at in (16, 20))
        size = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', figures[name].svg)
        # The drawing takes whole pixels at 96 an inch before it is enlarged.
        assert width == pytest.approx(float(size[1]) / 72 * 300, abs=4)
        assert height == pytest.approx(float(size[2]) / 72 * 300, abs=4)


def test_a_picture_keeps_its_letters():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="72pt">{}</svg>'
    text = '<text x="5" y="40" style="font: 20px \'Source Sans Pro\'">text</text>'
    assert len(png(svg.format(text))) > 2 * len(png(svg.format("")))


def test_the_data_and_its_codebook_come_along(site):
    for file in (*DATA.glob("*.csv"), DATA / "README.md"):
        assert (site / "data" / file.name).read_bytes() == file.read_bytes()
    offered = {a["href"] for a in soup(site / "index.html").select("#reader-downloads a")}
    assert offered == {
        "manuscript.pdf", "values.json", "ledger.csv", "CITATION.cff", "build.json", "data/README.md",
        "index.qmd",
        *(f"data/{file.name}" for file in DATA.glob("*.csv")),
    }  # fmt: skip


def test_search_knows_every_registered_value_and_every_float(site):
    text = (site / "site_libs/reader/search.js").read_text(encoding="utf-8")
    index = json.loads(re.search(r"'search': (.*) };", text)[1])
    assert {value[0] for value in index["values"]} == set(registered(site))
    floats = {f["id"] for file in pages(site) for f in soup(file).select("div.quarto-float[id]")}
    assert {e[2] for e in index["entries"] if e[0] in ("figure", "table")} == floats
    parsed = [soup(site / page) for page, _ in index["pages"]]
    for name, shown, page, _ in index["values"]:
        if page >= 0:
            first = (
                parsed[page].select_one("main").find("span", {"class": "value", "data-id": name})
            )
            assert " ".join(first.get_text().split()) == shown


def test_every_reference_of_the_text_has_a_preview(site):
    text = (site / "site_libs/reader/previews.js").read_text(encoding="utf-8")
    known = json.loads(re.search(r"'previews': (.*) };", text)[1])
    links = 0
    for file in pages(site):
        for link in soup(file).select("main a.quarto-xref, main .citation a, main a.footnote-ref"):
            path, _, fragment = link["href"].partition("#")
            target = (file.parent / path).resolve() if path else file
            assert f"{target.relative_to(site.resolve()).as_posix()}#{fragment}" in known
            links += 1
    assert links > 10


def test_pages_are_light(site):
    shared = [*site.glob("site_libs/*.css"), *site.glob("site_libs/reader/reader.*")]
    weight = sum(file.stat().st_size for file in shared)
    for file in pages(site):
        # A table that is made to be searched in holds all there is, each row with places to lead to.
        # So has the reference of functions.
        text = file.read_text(encoding="utf-8")
        most = 950 if 'class="filterable"' in text or file.name == "90-software.html" else 300
        assert weight + file.stat().st_size < most * KILOBYTE, file.name


def test_nothing_moves(site):
    """Without motion there is none to reduce."""
    for file in site.rglob("*.css"):
        assert not re.search(r"transition|animation|smooth", file.read_text(encoding="utf-8"))
