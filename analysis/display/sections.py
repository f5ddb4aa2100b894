"""Sections that data make, one a subject: facts with their labels, and a table. On the website alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .escape import escape_markdown
from .table import Table
from .value import Value

Fact = Mapping[str, Value | str]  # what is said, by what to call it; "" where its heading does


@dataclass(frozen=True)
class Section:
    """What stands below `title`: `facts` by their headings, then `table` or else the sentence `without`.

    `key` is the section's name in the data and, where it is in the bibliography, its entry there.
    """

    key: str
    title: str
    facts: Mapping[str, Fact]
    table: Table | None
    without: str

    def markdown(self, cited: Collection[str]) -> str:
        """The section in Markdown, with its reference where that is among the `cited` entries."""
        paragraphs = [
            f"## {escape_markdown(self.title)} {{#{place(self.key)} .on-the-web .unnumbered}}"
        ]
        paragraphs += [
            f"**{escape_markdown(heading)}.** {'; '.join(map(_said, fact, fact.values()))}."
            for heading, fact in self.facts.items()
            if fact
        ]
        paragraphs.append(
            f"::: {{.wide}}\n{self.table._repr_markdown_()}\n:::"
            if self.table
            else escape_markdown(self.without)
        )
        paragraphs += [f"**Reference.** @{self.key}."] if self.key in cited else []
        return "\n\n".join(paragraphs)


@dataclass(frozen=True)
class Sections:
    """Sections, in their order."""

    sections: tuple[Section, ...]

    def markdown(self, cited: Collection[str]) -> str:
        """The sections in Markdown, with the references that are among the `cited` entries."""
        return "\n\n".join(section.markdown(cited) for section in self.sections)


def place(key: str) -> str:
    """The id of the section on `key`."""
    return f"trial-{key}"


def _said(label: str, cell: Value | str) -> str:
    shown = cell._repr_markdown_() if isinstance(cell, Value) else escape_markdown(cell)
    return f"{escape_markdown(label)}: {shown}" if label else shown
