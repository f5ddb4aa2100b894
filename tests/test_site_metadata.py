"""What machines read: CITATION.cff by its schema, JSON-LD, tags for Google Scholar, OpenGraph."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import pytest
import yaml
from bs4 import BeautifulSoup

from publish.citation import FILE, cff, person
from publish.project import read_project
from publish.reader.markup import parse
from publish.reader.metadata import described, tags, title_of

from conftest import ROOT
from rendered import pages, registered, soup

PROJECT = read_project(ROOT)
SCHEMA = json.loads((ROOT / "tests/schemas/cff-1.2.0.json").read_text(encoding="utf-8"))
# The properties that schema.org gives these types, of those in use, and what Google asks of a data set.
PROPERTIES = {
    "ScholarlyArticle": {
        "headline", "alternativeHeadline", "abstract", "description", "author", "datePublished",
        "version", "inLanguage", "keywords", "encoding", "hasPart",
    },
    "Dataset": {
        "name", "description", "creator", "datePublished", "version", "isPartOf", "distribution",
    },
    "Chapter": {"name", "abstract", "inLanguage", "isPartOf"},
    "DataDownload": {"name", "contentUrl", "encodingFormat"},
    "MediaObject": {"name", "contentUrl", "encodingFormat"},
    "Organization": {"name"},
    "Person": {"givenName", "familyName"},
}  # fmt: skip


def valid(text: str) -> dict:
    """CITATION.cff read, once its schema has nothing against it."""
    read = yaml.safe_load(text)
    jsonschema.Draft7Validator(
        SCHEMA, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER
    ).validate(read)
    return read


def tagged(page: BeautifulSoup) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in page.select("head meta[property], head meta[name]"):
        found.setdefault(tag.get("property") or tag["name"], []).append(tag["content"])
    return found


def linked(page: BeautifulSoup) -> dict:
    (script,) = page.select('head script[type="application/ld+json"]')
    return json.loads(script.string)


def typed(thing) -> list[dict]:
    """Everything in `thing` that has a type."""
    if isinstance(thing, list):
        return [found for each in thing for found in typed(each)]
    if not isinstance(thing, dict):
        return []
    return [thing] * ("@type" in thing) + typed(list(thing.values()))


def test_the_citation_file_is_valid_and_says_what_the_book_says():
    text = (ROOT / FILE).read_text(encoding="utf-8")
    assert text == cff(PROJECT), "run make citation"
    read = valid(text)
    assert read["title"] == f"{PROJECT.title}. {PROJECT.subtitle}"
    assert read["authors"] == [{"name": name} for name in PROJECT.authors]
    assert read["date-released"] == PROJECT.date and read["abstract"] == PROJECT.description
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert read["version"] == version[1]


def test_people_are_told_from_groups_and_a_date_in_words_is_no_date(tmp_path):
    book = replace(
        PROJECT, root=tmp_path, authors=("Díaz, Ana", "A group: of 3"), date="Spring 2026",
        keywords=("one", "yes"), title="'Quoted': #1", subtitle="",
    )  # fmt: skip
    read = valid(cff(book))
    assert read["authors"] == [
        {"given-names": "Ana", "family-names": "Díaz"},
        {"name": "A group: of 3"},
    ]
    assert read["title"] == "'Quoted': #1" and read["keywords"] == ["one", "yes"]
    assert "date-released" not in read and "version" not in read
    assert person("Trailing,") is None


@pytest.mark.parametrize("broken", [{"authors": []}, {"date-released": "soon"}, {"doi": "x"}])
def test_the_schema_bites(broken):
    with pytest.raises(jsonschema.ValidationError):
        valid(yaml.safe_dump(yaml.safe_load(cff(PROJECT)) | broken))


def test_the_site_offers_the_citation_file(site):
    assert (site / FILE).read_text(encoding="utf-8") == cff(PROJECT)
    assert soup(site / "index.html").select_one(f'#reader-downloads a[href="{FILE}"]')


def test_every_type_has_only_properties_that_it_knows(site):
    found = set()
    for page in pages(site):
        data = linked(soup(page))
        assert data["@context"] == "https://schema.org"
        for thing in typed(data):
            names = {name for name in thing if not name.startswith("@")}
            assert names <= PROPERTIES[thing["@type"]], page.name
            assert all(thing[name] for name in names)
            found.add(thing["@type"])
    assert found == set(PROPERTIES) - {"Person"}


def test_the_front_page_is_the_article_and_its_data(site):
    page = soup(site / "index.html")
    article, data = linked(page)["@graph"]
    assert (article["@type"], data["@type"]) == ("ScholarlyArticle", "Dataset")
    assert article["headline"] == PROJECT.title == page.h1.get_text()
    assert article["author"] == [{"@type": "Organization", "name": PROJECT.authors[0]}]
    assert article["hasPart"]["@id"] == data["@id"] and data["isPartOf"]["@id"] == article["@id"]
    assert 50 <= len(data["description"]) <= 5000
    files = [article["encoding"], *data["distribution"]]
    for file in files:
        assert (site / unquote(file["contentUrl"])).is_file()
    data_files = {f"data/{file.name}" for file in (ROOT / "data").glob("*.csv")}
    assert {file["contentUrl"] for file in files} == {
        "manuscript.pdf", "values.json", "ledger.csv", *data_files,
    }  # fmt: skip
    found = tagged(page)
    assert found["citation_title"] == [f"{PROJECT.title}. {PROJECT.subtitle}"]
    assert found["citation_author"] == list(PROJECT.authors)
    assert found["citation_publication_date"] == [PROJECT.date.replace("-", "/")]


def test_the_front_page_is_described_by_its_result(site):
    values = registered(site)
    (shown,) = tagged(soup(site / "index.html"))["og:description"]
    for name in ("estimate", "ci_low", "ci_high"):
        assert values[f"symptoms.random.{name}"]["text"] in shown
    assert len(shown) <= 300


def test_every_page_has_its_own_title_and_description(site):
    titles, descriptions = [], []
    for file in pages(site):
        page = soup(file)
        found = tagged(page)
        for name in ("og:title", "og:type", "og:site_name"):
            assert len(found[name]) == 1
        titles += found["og:title"]
        descriptions += found["og:description"]
        if file.name != "index.html":
            assert found["og:title"][0] == linked(page)["name"]
            assert page.select_one("h1 .chapter-title").get_text() == found["og:title"][0]
            assert not any(name.startswith("citation_") for name in found)
            whole = linked(page)["isPartOf"]["@id"].partition("#")[0]
            assert (file.parent / whole).resolve() == (site / "index.html").resolve()
    assert len(set(titles)) == len(titles) and all(titles)
    assert len(set(descriptions)) > len(titles) - 3


def test_nothing_claims_an_address_that_nobody_knows(site):
    for file in pages(site):
        page = soup(file)
        found = tagged(page)
        assert not {"og:url", "og:image", "citation_pdf_url", "citation_doi"} & set(found)
        text = json.dumps(linked(page)).replace("https://schema.org", "")
        assert "://" not in text and "doi" not in text.lower()


def test_what_a_title_holds_ends_neither_tag_nor_script():
    title = 'A "b" & </script><b>'
    book = replace(PROJECT, title=title, subtitle="")
    source = "<html><main><h1>x</h1><p>First <em>words</em>.</p></main></html>"
    html = tags(parse(source), "index.html", "", book, [])
    page = BeautifulSoup(f"<head>{html}</head>", "html.parser")
    assert tagged(page)["og:title"] == [title]
    (article,) = linked(page)["@graph"]
    assert article["headline"] == title and article["abstract"] == "First words."
    assert not page.select("b") and "encoding" not in article


def test_a_description_is_a_paragraph_of_the_text_or_what_is_marked():
    head = "<header><p>No</p></header><figure><p>No</p></figure><p></p>"
    assert described(parse(f"<main>{head}<p>Yes.</p><p>No</p></main>")) == "Yes."
    marked = "<p>No</p><div class='gist'><p>Result: <span>1</span>.</p></div>"
    assert described(parse(f"<main>{marked}</main>")) == "Result: 1."
    long = described(parse(f"<main><p>{'word ' * 100}</p></main>"))
    assert len(long) <= 300 and long.endswith("word …")
    assert described(parse("<main></main>")) == "" == title_of(parse("<p>x</p>"))
    number = '<h1><span class="chapter-number">3</span>&nbsp; <span>Title</span></h1>'
    assert title_of(parse(number)) == "Title"


def test_one_source(site):
    """Neither the name of the author nor the title stands in the code."""
    for file in Path(ROOT / "publish").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert PROJECT.authors[0] not in text and PROJECT.title not in text, file
