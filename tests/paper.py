"""Read a PDF back: its pages with the boxes of their lines, and the elements of its structure tree."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2 as pdfium
import pypdfium2.raw as raw
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


def marked_text(pdf: Path) -> dict[tuple[int, int], str]:
    """The text of every piece of marked content, by page and number.

    PDFium reads a page once; Poppler's pdfinfo reads it anew for each piece, a minute for our tables.
    """
    found: dict[tuple[int, int], str] = {}
    document = pdfium.PdfDocument(pdf)
    for number, page in enumerate(document):
        text = page.get_textpage()
        for thing in page.get_objects([raw.FPDF_PAGEOBJ_TEXT]):
            mark = raw.FPDFPageObj_GetMarkedContentID(thing.raw)
            size = raw.FPDFTextObj_GetText(thing.raw, text.raw, None, 0)
            letters = (ctypes.c_ushort * (size // 2))()
            raw.FPDFTextObj_GetText(thing.raw, text.raw, letters, size)
            own = bytes(letters).decode("utf-16-le").rstrip("\0").replace("\x02", "-")
            found[number, mark] = found.get((number, mark), "") + own
    document.close()
    return found


def told(pdf: Path) -> Iterator[tuple[int, str, str]]:
    """Each element of the structure tree with its depth, and each text in it, without a name."""
    reader, texts = PdfReader(pdf), marked_text(pdf)
    pages = {page.indirect_reference.idnum: n for n, page in enumerate(reader.pages)}

    def walk(node, depth: int, page: int | None) -> Iterator[tuple[int, str, str]]:
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, list):
            for child in node:
                yield from walk(child, depth, page)
        elif isinstance(node, int):
            yield depth, "", texts.get((page, node), "")
        elif isinstance(node, dict):
            if "/Pg" in node:
                page = pages[node.raw_get("/Pg").idnum]
            if node.get("/Type") == "/MCR":
                yield depth, "", texts.get((page, node["/MCID"]), "")
            elif "/S" in node:
                yield depth, str(node["/S"])[1:], ""
                yield from walk(node.get("/K", []), depth + 1, page)

    yield from walk(reader.trailer["/Root"]["/StructTreeRoot"].get("/K", []), 0, None)
