"""Read a PDF back: its pages with the boxes of their lines, and the elements of its structure tree."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from conftest import program

MM = 72 / 25.4
SIDE, TOP, BOTTOM = 27 * MM, 27 * MM, 25 * MM  # what book.typ sets
XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class Line:
    """A line of text on a page: its box in points from the page's upper left corner."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    text: str


@dataclass(frozen=True)
class Sheet:
    """A page's size and its lines, running head and page number included."""

    width: float
    height: float
    lines: tuple[Line, ...]

    @property
    def body(self) -> list[Line]:
        """The lines between the margins, from the top of the page to its foot."""
        inside = [a for a in self.lines if a.y1 > TOP - 1 and a.y0 < self.height - BOTTOM + 1]
        return sorted(inside, key=lambda line: line.y0)


def sheets(pdf: Path) -> list[Sheet]:
    """The pages of `pdf` with their lines, as Poppler finds them."""
    run = subprocess.run(
        [program("pdftotext"), "-bbox-layout", str(pdf), "-"],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    found = []
    for number, page in enumerate(ElementTree.fromstring(run.stdout).iter(f"{XHTML}page")):
        lines = tuple(
            Line(
                number,
                *(float(line.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")),
                " ".join(word.text for word in line.iter(f"{XHTML}word")),
            )
            for line in page.iter(f"{XHTML}line")
        )
        found.append(Sheet(float(page.get("width")), float(page.get("height")), lines))
    return found


def structure(pdf: Path) -> list[DictionaryObject]:
    """Every element of the structure tree of `pdf`, in reading order."""
    found = []

    def walk(node) -> None:
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(node)
            walk(node.get("/K", []))

    walk(PdfReader(pdf).trailer["/Root"]["/StructTreeRoot"])
    return found
