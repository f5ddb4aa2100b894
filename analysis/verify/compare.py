"""Where a site differs from what is computed here, and which of its inputs are others.

Another processor adds in another order, which moves the last digits of numbers in full. Such a number
is told, too, but apart: no page shows these digits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from math import isclose
from os.path import isdir, isfile  # which take names that no file can have
from pathlib import Path

from ..display.numbers import number
from .site import VALUES, Site

RELATIVE, ABSOLUTE = 1e-9, 1e-12  # how far the last digits of a number in full may move
IN_FULL = 12  # characters of a number in full, at the least; a rounded one has fewer


@dataclass(frozen=True)
class Difference:
    """At `where`, what is called `name` reads `theirs` in the site and `ours` here; None is absence.

    `slight` says that only the last digits of a number in full differ.
    """

    where: str
    name: str
    theirs: str | None
    ours: str | None
    slight: bool = False

    def __str__(self) -> str:
        theirs, ours = ("nothing" if side is None else side for side in (self.theirs, self.ours))
        return f"{self.where}: {self.name}: theirs {theirs}, ours {ours}"


def compare(theirs: Site, ours: Site) -> list[Difference]:
    """Return every difference between what two sites say; of `ours` the pages are not needed."""
    return [
        *_values(theirs.values, ours.values),
        *_pages(theirs, ours.values),
        *_files(theirs.tables, ours.tables, _cells),
        *_files(theirs.drawings, ours.drawings, _lines),
    ]


def other_inputs(site: Site, root: Path) -> list[str]:
    """Return which files the `site` was made from are others in the project `root`, and how."""
    root = root.resolve()
    told, folders = [], set()
    for name, theirs in site.inputs.items():
        file = _inside(root, name)
        if file is None or not isfile(file):
            told.append(f"{name}: only in the site's record")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != theirs:
            told.append(f"{name}: another content")
        if file and file.suffix == ".csv" and isdir(file.parent):
            folders.add(file.parent)
    here = {f.relative_to(root).as_posix() for folder in folders for f in folder.glob("*.csv")}
    return told + [f"{name}: only here" for name in sorted(here - site.inputs.keys())]


def _inside(root: Path, name: str) -> Path | None:
    """Where in the folder `root` a record's `name` leads; None for out of it, or where no name leads."""
    try:
        file = (root / name).resolve()
    except (OSError, ValueError):
        return None
    return file if file != root and file.is_relative_to(root) else None


def _values(theirs: Mapping[str, Mapping], ours: Mapping[str, Mapping]) -> Iterator[Difference]:
    for name in dict.fromkeys((*ours, *theirs)):
        if name not in theirs or name not in ours:
            read = (side[name]["text"] if name in side else None for side in (theirs, ours))
            yield Difference(VALUES, name, *read)
            continue
        for field in dict.fromkeys((*ours[name], *theirs[name])):
            read = theirs[name].get(field), ours[name].get(field)
            if read[0] != read[1] or type(read[0]) is not type(read[1]):
                yield Difference(VALUES, f"{name}, {field}", *map(repr, read), _close(*read))


def _pages(site: Site, ours: Mapping[str, Mapping]) -> Iterator[Difference]:
    """Each number that a page shows, against the value of its name."""
    for shown in site.shown:
        if shown.name not in ours:
            yield Difference(shown.page, shown.name, shown.text, None)
            continue
        value = ours[shown.name]
        if shown.text != value["text"] and not _rounds(value, shown.text):
            yield Difference(shown.page, shown.name, shown.text, value["text"])
        exact = "" if value["raw"] is None else repr(value["raw"])
        if shown.exact != exact:
            name = f"{shown.name}, in full"
            yield Difference(shown.page, name, shown.exact, exact, _close_texts(shown.exact, exact))


def _rounds(value: Mapping, text: str) -> bool:
    """Whether `text` is the `value` to other decimals than usual.

    Beside what was published, to those of it; to fewer than both would hide in which digits a site errs.
    """
    least = min(_decimals(value[key]) for key in ("text", "published") if value.get(key))
    decimals = _decimals(text)
    return value["raw"] is not None and decimals >= least and number(value["raw"], decimals) == text


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def _files(theirs: Mapping, ours: Mapping, differing: Callable) -> Iterator[Difference]:
    for name in dict.fromkeys((*ours, *theirs)):
        if name not in theirs or name not in ours:
            there, here = ("the file" if name in side else None for side in (theirs, ours))
            yield Difference(name, "the whole", there, here)
        else:
            yield from differing(name, theirs[name], ours[name])


def _cells(file: str, theirs: list[list[str]], ours: list[list[str]]) -> Iterator[Difference]:
    heads = ours[0] if ours else []
    for line, (there, here) in enumerate(zip_longest(theirs, ours, fillvalue=[]), start=1):
        for column, cells in enumerate(zip_longest(there, here)):
            if cells[0] != cells[1]:
                head = heads[column] if column < len(heads) else f"column {column + 1}"
                yield Difference(f"{file}:{line}", head, *cells, _close_texts(*cells))


def _lines(file: str, theirs: str, ours: str) -> Iterator[Difference]:
    """The first line in which two drawings differ: what follows may just have moved."""
    pairs = zip_longest(theirs.splitlines(), ours.splitlines())
    for line, (there, here) in enumerate(pairs, start=1):
        if there != here:
            yield Difference(f"{file}:{line}", "the drawing", there, here)
            return


def _close_texts(theirs: str | None, ours: str | None) -> bool:
    try:
        return min(len(theirs), len(ours)) >= IN_FULL and _close(float(theirs), float(ours))
    except (TypeError, ValueError):  # absent, or words
        return False


def _close(theirs: object, ours: object) -> bool:
    numbers = isinstance(theirs, float) and isinstance(ours, float)
    return numbers and isclose(theirs, ours, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
