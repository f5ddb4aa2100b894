"""What the chapters of a manuscript call: whatever its registry holds, by name.

    v(name)        a number           say(name)     wording that the numbers chose
    p(name)        a p-value with its relation: p = 0.027, p < 0.001
    printed(name)  a number as the publication prints it
    table(name)    a table            figure(name)  a figure with computed alternative text
    what_if()      the reader's experiment, in HTML

Whatever is not registered is an error, so that a chapter cannot show what was never computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from IPython.display import Markdown

from .escape import escape_markdown
from .figure import Figure
from .numbers import ABSENT, relation
from .registry import Registry
from .table import Table
from .value import Phrase, Value
from .whatif import WhatIf

FIGURES = "figures"  # where cells write what pages show


@dataclass(frozen=True)
class Shown:
    """What `registry` holds, for the chapters of the project in the folder `root`."""

    registry: Registry
    root: Path

    def v(self, name: str) -> Value:
        """Return the number called `name`."""
        return self.registry.get(Value, name)

    def p(self, name: str) -> Markdown:
        """Return the p-value called `name` with its relation to it."""
        value = self.v(name)
        return Markdown(f"*p*\u00a0{relation(value.text)}{value._repr_markdown_()}")

    def printed(self, name: str) -> Markdown:
        """Return the number called `name` as the publication prints it."""
        self.v(name)  # a name that was never registered is a slip
        text = escape_markdown(self.registry.printed(name) or ABSENT)
        return Markdown(f'[{text}]{{.printed data-id="{name}"}}')

    def say(self, name: str) -> Phrase:
        """Return the wording called `name`."""
        return self.registry.get(Phrase, name)

    def table(self, name: str) -> Table:
        """Return the table called `name`."""
        return self.registry.get(Table, name)

    def what_if(self) -> WhatIf:
        """Return the experiment in which the reader chooses trials and methods."""
        return self.registry.get(WhatIf, "what_if")

    def figure(self, name: str) -> Markdown:
        """Write the figure called `name` as SVG and return the Markdown that shows it."""
        shown = self.registry.get(Figure, name)
        folder = self.root / FIGURES
        folder.mkdir(exist_ok=True)
        file = folder / f"{shown.name}.svg"
        file.write_text(shown.svg, encoding="utf-8")
        return Markdown(shown.markdown(f"/{FIGURES}/{file.name}"))
