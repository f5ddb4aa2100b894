"""Read a CSV file as people write them: its encoding, delimiter and decimal sign, or why not.

Spreadsheets write UTF-8 with or without a mark, or an old Western encoding; commas, semicolons or
tabs; decimal points or commas. What was found is kept, so that the report can say it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isinf
from pathlib import Path

from ..review.data import DataError, Finding
from .many import named
from .nearest import nearest

MARK = b"\xef\xbb\xbf"
ENCODINGS = ("utf-8", "cp1252")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
DECIMALS = {".": "point", ",": "comma"}
MISSING = (
    "", "na", "n/a", "n.a.", "nan", "null", ".", "-", "–", "—", "?", "nr", "n.r.", "n/r",
    "not reported", "missing",
)  # fmt: skip
SIGNS = str.maketrans({"−": "-", "–": "-", "\u00a0": None, "\u202f": None})
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# What Excel writes or reads as a first line: which sign stands between the cells.
TOLD = re.compile(r'"?sep=(?P<delimiter>[,;\t])"?(?=\r?\n)', re.IGNORECASE)
NO_TEXT = re.compile("[\0\ud800-\udfff]")
LONGEST = 100_000  # letters of a header; the csv module takes no more in a cell
LARGEST = 20_000_000  # bytes


@dataclass(frozen=True)
class Line:
    """A row: the line of the file on which it starts, and its cells by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """A CSV file as text: its `columns` and `rows`, and how it was read."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Line, ...]
    encoding: str
    delimiter: str
    decimal: str

    def problem(self, line: int | None, column: str | None, text: str) -> Finding:
        """A problem with a place in this file."""
        return Finding(self.name, line, column, text)

    def number(self, text: str) -> float | None:
        """The number that `text` is, or None."""
        return as_number(text, self.decimal)


def is_missing(text: str) -> bool:
    """Whether a cell holds nothing, or one of the usual marks for nothing."""
    return text.strip().lower() in MISSING


def as_number(text: str, decimal: str = ".") -> float | None:
    """Return the number that `text` is with this `decimal` sign, None where it is none.

    Nor is one that no double can hold, such as 1e999.
    """
    plain = plain_number(text, decimal)
    value = None if plain is None else float(plain)
    return None if value is None or isinf(value) else value


def plain_number(text: str, decimal: str) -> str | None:
    """Return the number that `text` is with this `decimal` sign as Python writes it, digit for digit."""
    plain = text.strip().translate(SIGNS)
    if decimal == ",":
        if "." in plain:
            return None
        plain = plain.replace(",", ".")
    return plain if NUMBER.fullmatch(plain) else None


def read_source(
    path: Path,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
) -> Source:
    """Read the CSV file at `path`; `delimiter`, `decimal` and `encoding` as told, or as found.

    Raises `DataError` with every problem at once.
    """
    name = path.name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError([Finding(name, None, None, f"cannot be read: {error.strerror}")]) from None
    if len(content) > LARGEST:
        raise DataError([Finding(name, None, None, f"is larger than {LARGEST} bytes")])
    text, encoding = _decode(name, content, encoding)
    told = TOLD.match(text)
    if told:  # its line stays, as an empty one, so that the others keep their numbers
        text, delimiter = text[told.end() :], delimiter or told["delimiter"]
    delimiter = delimiter or _delimiter(name, text)
    records = _records(name, text, delimiter)
    columns, rows, problems = _rows(name, records)
    if problems:
        raise DataError(problems)
    decimal = decimal or _decimal(rows, delimiter)
    return Source(name, columns, rows, encoding, delimiter, decimal)


def check_there(path: Path) -> None:
    """Raise `DataError` where no file is at `path`: where it was looked for, and what is there."""
    if path.exists() and not path.is_dir():
        return
    place = path.resolve()
    folder, said = (
        (place, "is a folder; give a file") if path.is_dir() else (place.parent, "is not")
    )
    if not folder.is_dir():
        text = f"is not there, nor is the folder {folder} in which it was looked for"
        raise DataError([Finding(place.name, None, None, text)])
    files = sorted(f.name for f in folder.iterdir() if f.suffix.lower() == ".csv")
    stems = {Path(name).stem: name for name in files}
    meant = stems.get(nearest(place.stem, stems))
    near = f"; did you mean {meant}?" if meant else ""
    there = f"CSV files there: {named(files)}" if files else "no CSV file is there"
    looked = "" if path.is_dir() else f" in {folder}, where it was looked for"
    text = f"{said}{looked}; {there}{near}"
    raise DataError([Finding(place.name or str(place), None, None, text)])


def _decode(name: str, content: bytes, encoding: str | None) -> tuple[str, str]:
    """Return the text of `content`, and the encoding that it was read by."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    tried = (encoding,) if encoding else ENCODINGS
    problem = ""
    for each in tried:
        try:
            text = content.removeprefix(MARK).decode(each)
        except UnicodeError as error:
            line = content.count(b"\n", 0, getattr(error, "start", 0)) + 1
            text = f"not {each} at line {line}; save it as UTF-8 (in Excel: CSV UTF-8)"
            problem = problem or text
        else:
            if not NO_TEXT.search(text):
                return text, each
            problem = "holds bytes that no text has; is it a spreadsheet? Save it as CSV UTF-8"
    raise DataError([Finding(name, None, None, problem)])


def _delimiter(name: str, text: str) -> str:
    """The delimiter of `text`: the one that gives its header the most cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise DataError([Finding(name, None, None, "is empty; write a header and a row a trial")])
    if len(first) > LONGEST:
        text = f"the first line has more than {LONGEST} letters, which no header has"
        raise DataError([Finding(name, 1, None, text)])
    counts = {sign: len(next(csv.reader([first], delimiter=sign), [])) for sign in DELIMITERS}
    best = max(counts, key=counts.get)
    if counts[best] < 2:
        known = ", ".join(DELIMITERS.values())
        text = f"the first line has a single column; separate columns by {known}"
        raise DataError([Finding(name, 1, None, text)])
    return best


def _records(name: str, text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The records of `text` with the line on which each starts; blank ones are no records."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records, start = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError([Finding(name, start, None, f"is no CSV from here on: {error}")]) from None
    return records


def _rows(name: str, records) -> tuple[tuple[str, ...], tuple[Line, ...], list[Finding]]:
    if len(records) < 2:
        what = "has no row below its header" if records else "is empty"
        return (), (), [Finding(name, None, None, f"{what}; write one row a trial")]
    (top, header), *rest = records
    while header and not header[-1] and all(len(c) < len(header) or not c[-1] for _, c in rest):
        header = header[:-1]  # spreadsheets leave empty columns behind
        rest = [(n, cells[: len(header)]) for n, cells in rest]
    problems = [
        Finding(name, top, f"column {i}", "has no name in the first line")
        for i, column in enumerate(header, 1)
        if not column
    ]
    seen: dict[str, int] = {}
    for i, column in enumerate(header, 1):
        if column and column in seen:
            text = f"columns {seen[column]} and {i} have the same name"
            problems.append(Finding(name, top, column, text))
        seen.setdefault(column, i)
    for number, cells in rest:
        if len(cells) != len(header):
            text = f"has {len(cells)} cells where the header has {len(header)}"
            what = "quote cells that hold the delimiter"
            if len(cells) < len(header):
                what = "cells are missing; an empty one takes its delimiter all the same"
            problems.append(Finding(name, number, None, f"{text}; {what}"))
    if problems:
        return (), (), problems
    rows = (Line(n, dict(zip(header, cells, strict=True))) for n, cells in rest)
    return tuple(header), tuple(rows), []


def _decimal(rows: tuple[Line, ...], delimiter: str) -> str:
    """The decimal sign: a comma where numbers have one and none has a point."""
    if delimiter == ",":
        return "."
    cells = [cell for row in rows for cell in row.cells.values()]
    commas = sum("," in cell and as_number(cell, ",") is not None for cell in cells)
    points = sum("." in cell and as_number(cell, ".") is not None for cell in cells)
    return "," if commas > points else "."
