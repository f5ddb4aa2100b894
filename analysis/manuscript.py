"""Run everything once; give the chapters every value, phrase, table and figure by name.

    v(name)        a number           say(name)     wording that the numbers chose
    p(name)        a p-value with its relation: p = 0.027, p < 0.001
    printed(name)  a number as the publication prints it
    table(name)    a table            figure(name)  a figure with computed alternative text
    trials()       a section a trial, in HTML
    what_if()      the reader's experiment, in HTML

Whatever is not registered is an error, so that a chapter cannot show what was never computed.
"""

from __future__ import annotations

import re
from pathlib import Path

from IPython.display import Markdown

from .content.compose import compose
from .display.escape import escape_markdown
from .display.figure import Figure
from .display.numbers import ABSENT
from .display.sections import Sections
from .display.table import Table
from .display.value import Phrase, Value
from .display.whatif import WhatIf

ROOT = Path(__file__).parent.parent
FIGURES = ROOT / "figures"
BIBLIOGRAPHY = ROOT / "chapters/references.bib"

REGISTRY = compose(ROOT / "data")


def v(name: str) -> Value:
    """Return the number called `name`."""
    return REGISTRY.get(Value, name)


def p(name: str) -> Markdown:
    """Return the p-value called `name` with its relation to it."""
    value = v(name)
    relation = "" if value.text.startswith("<") else "=\u00a0"
    return Markdown(f"*p*\u00a0{relation}{value._repr_markdown_()}")


def printed(name: str) -> Markdown:
    """Return the number called `name` as the publication prints it."""
    v(name)  # a name that was never registered is a slip
    text = escape_markdown(REGISTRY.printed(name) or ABSENT)
    return Markdown(f'[{text}]{{.printed data-id="{name}"}}')


def say(name: str) -> Phrase:
    """Return the wording called `name`."""
    return REGISTRY.get(Phrase, name)


def table(name: str) -> Table:
    """Return the table called `name`."""
    return REGISTRY.get(Table, name)


def trials() -> Markdown:
    """Return a section on each trial."""
    entries = re.findall(
        r"^@\w+\{([^,\s]+),", BIBLIOGRAPHY.read_text(encoding="utf-8"), re.MULTILINE
    )
    return Markdown(REGISTRY.get(Sections, "trials").markdown(entries))


def what_if() -> WhatIf:
    """Return the experiment in which the reader chooses trials and methods."""
    return REGISTRY.get(WhatIf, "what_if")


def figure(name: str) -> Markdown:
    """Write the figure called `name` as SVG and return the Markdown that shows it."""
    shown = REGISTRY.get(Figure, name)
    FIGURES.mkdir(exist_ok=True)
    file = FIGURES / f"{shown.name}.svg"
    file.write_text(shown.svg, encoding="utf-8")
    return Markdown(shown.markdown(f"/{FIGURES.name}/{file.name}"))
