"""A docstring as its parts: paragraphs, words with their meanings, examples with what they show.

An example is written as for Python's doctest, `>>>` before its lines, but without its output: that is
computed, so that it cannot be out of date. Its names are those of the examples above it, `ma` and `np`.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from doctest import DocTestParser
from inspect import cleandoc
from io import StringIO
from textwrap import dedent

import numpy as np

import analysis

WORD = re.compile(r"(?P<word>\S.*?) {2,}(?P<meaning>\S.*)")


@dataclass(frozen=True)
class Words:
    """Words in the order of the docstring, each with the lines that say what it means."""

    meanings: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Example:
    """Lines of code and what they show, by `print` or as the value of the last of them."""

    source: str
    output: str


Part = str | Words | Example


def parts(docstring: str, name: str) -> list[Part]:
    """Return the parts of the `docstring` of what is called `name`; its examples are run.

    RuntimeError, with its source, for an example that raises or warns.
    """
    found: list[Part] = []
    names = {"ma": analysis, "np": np}
    source = ""
    for piece in DocTestParser().parse(cleandoc(docstring), name):
        if isinstance(piece, str):
            found += _text(piece)
            continue
        source += piece.source
        output = _run(piece.source, names, name)
        if output:
            found.append(Example(source, output))
            source = ""
    return [*found, Example(source, "")] if source else found


def _text(text: str) -> Iterator[str | Words]:
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        if paragraph.strip():
            yield _words(dedent(paragraph)) or paragraph


def _words(paragraph: str) -> Words | None:
    """Return the words of a `paragraph` that sets them apart from their meanings, if it does."""
    meanings: dict[str, list[str]] = {}
    for line in paragraph.split("\n"):
        found = WORD.fullmatch(line)
        if found:
            word = found["word"]
            meanings[word] = [found["meaning"]]
        elif meanings and line.startswith(" "):
            meanings[word].append(line.strip())
        else:
            return None
    return Words({word: tuple(lines) for word, lines in meanings.items()})


def _run(source: str, names: dict, name: str) -> str:
    """Run one statement as an interactive session would; return what it shows."""
    shown = StringIO()
    try:
        with _showing(), redirect_stdout(shown), warnings.catch_warnings():
            warnings.simplefilter("error")
            exec(compile(source, f"<an example of {name}>", "single"), names)
    except Exception as error:
        raise RuntimeError(
            f"an example in the docstring of {name} raised {type(error).__name__}: {error}\n{source}"
        ) from error
    return shown.getvalue()


@contextmanager
def _showing() -> Iterator[None]:
    """Print values as an interactive session does, and keep them from the session around it."""

    def show(value) -> None:
        if value is not None:
            print(repr(value))

    kept, sys.displayhook = sys.displayhook, show
    try:
        yield
    finally:
        sys.displayhook = kept
