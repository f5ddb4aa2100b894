"""What a downloaded site says.

values      values.json     shown       each number that a page shows, with its name
tables      the CSV files of tables/ and the ledger, by name, as rows of cells
drawings    the SVG files of figures/, by name
inputs      the hash of each file that it says it was made from; nothing where it does not say
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from ..review.quoted import plain

VALUES, RECORD, BUILT = "values.json", "build.json", "_site"
PAGES, TABLES, DRAWINGS = "**/*.html", ("tables/*.csv", "ledger.csv"), "figures/*.svg"


LONGEST = 200  # letters of what is said of a page


class NoSite(Exception):
    """Why a folder cannot be compared, and what to do."""


@dataclass(frozen=True)
class Shown:
    """A number as the `page` shows it: its name, its exact value as text, and its display."""

    page: str
    name: str
    exact: str
    text: str


@dataclass(frozen=True)
class Site:
    """What a site says; see the module."""

    values: Mapping[str, Mapping]
    shown: tuple[Shown, ...]
    tables: Mapping[str, list[list[str]]]
    drawings: Mapping[str, str]
    inputs: Mapping[str, str]


def find_site(folder: Path) -> Path:
    """Return the site in `folder`: itself, or its `_site`. Raises `NoSite` where there is none."""
    if not folder.is_dir():
        what = "a file; unpack it, and name the folder" if folder.exists() else "not found"
        raise NoSite(f"{folder}: {what}")
    for site in (folder, folder / BUILT):
        if (site / VALUES).is_file():
            return site
    raise NoSite(
        f"{folder}: holds no {VALUES}, so it is no site of this manuscript; name the folder that "
        "holds index.html and values.json"
    )


def read_site(site: Path) -> Site:
    """Read the folder `site`; raises `NoSite` where a file of it is not what a site has."""
    values = _json(site / VALUES).get("values")
    fields = {"raw", "text"}
    if not isinstance(values, dict) or not all(
        isinstance(value, dict) and fields <= value.keys() for value in values.values()
    ):
        raise NoSite(f"{site / VALUES}: not the values of a site: each has a raw and a text")
    record = _json(site / RECORD) if (site / RECORD).is_file() else {}
    inputs = record.get("project", {})
    if not isinstance(inputs, dict):
        raise NoSite(f"{site / RECORD}: project must be a mapping of files to hashes")
    return Site(
        values,
        tuple(shown for page in sorted(site.glob(PAGES)) for shown in _shown(page, site)),
        {
            _name(file, site): _rows(file)
            for pattern in TABLES
            for file in sorted(site.glob(pattern))
        },
        {_name(file, site): _text(file) for file in sorted(site.glob(DRAWINGS))},
        inputs,
    )


def _name(file: Path, site: Path) -> str:
    return file.relative_to(site).as_posix()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise NoSite(f"{file}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise NoSite(f"{file}: {error.strerror}") from None


def _json(file: Path) -> dict:
    try:
        read = json.loads(_text(file))
    except json.JSONDecodeError as error:
        raise NoSite(f"{file}: not JSON: {error}") from None
    except (ValueError, RecursionError):
        why = "a number of thousands of digits, or brackets nested too deeply"
        raise NoSite(f"{file}: not JSON: it holds {why}") from None
    if not isinstance(read, dict):
        raise NoSite(f"{file}: must hold a mapping, holds a {type(read).__name__}")
    return read


def _rows(file: Path) -> list[list[str]]:
    try:
        return list(csv.reader(_text(file).splitlines(keepends=True)))
    except csv.Error as error:
        raise NoSite(f"{file}: not CSV: {error}") from None


def _shown(page: Path, site: Path) -> list[Shown]:
    parser = _Values()
    try:
        parser.feed(_text(page))
    except (AssertionError, ValueError) as error:  # a declaration or a number that HTML has not
        raise NoSite(f"{page}: not HTML: {plain(str(error), LONGEST)}") from None
    # To close the parser upon a tag that never ends takes time that grows with the square of its length.
    if parser.rawdata.startswith("<"):
        raise NoSite(f"{page}: ends within a tag or a script; download it again")
    parser.close()
    return [Shown(_name(page, site), *each) for each in parser.found]


class _Values(HTMLParser):
    """Collects the name, the exact value and the text of each `span.value`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str, str]] = []
        self._depth = 0  # of spans, from the one that is read

    def handle_starttag(self, tag, attrs) -> None:
        attributes = dict(attrs)
        if self._depth:
            self._depth += tag == "span"
        elif tag == "span" and "value" in (attributes.get("class") or "").split():
            self._depth = 1
            name, exact = (attributes.get(key) or "" for key in ("data-id", "data-value"))
            self.found.append((name, exact, ""))

    def handle_data(self, data) -> None:
        if self._depth:
            name, exact, text = self.found[-1]
            self.found[-1] = name, exact, text + data

    def handle_endtag(self, tag) -> None:
        if self._depth and tag == "span":
            self._depth -= 1
