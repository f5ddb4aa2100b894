"""The code behind each figure and table: the cells or the expression of its chapter, folded below it.

With what the chapter imports it can be run as it stands; what it shows is the float itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from ..qmd import Cell, Inline, Text, parse
from .markup import Node

FENCE = re.compile(r"^ {0,3}:{3,}[ ]*(?P<opens>.*?)[ ]*:*$", re.MULTILINE)
FLOAT = re.compile(r"\{#(?P<id>(?:fig|tbl)-[\w:.-]+)")


def codes(source: str, path: str) -> dict[str, str]:
    """Return the code of each float of the chapter's `source`, by its id; `path` is for messages."""
    parts = parse(source, path)
    imported = [part.source for part in parts if isinstance(part, Cell) and not part.include]
    made: dict[str, list[Cell | Inline]] = {}
    open_divs: list[str] = []  # the ids of floats, nothing for other divs
    for part in parts:
        if isinstance(part, Text):
            for fence in FENCE.finditer(part.markdown):
                if fence["opens"]:
                    found = FLOAT.search(fence["opens"])
                    open_divs.append(found["id"] if found else "")
                elif open_divs:
                    open_divs.pop()
        elif float_ := next(filter(None, reversed(open_divs)), ""):
            made.setdefault(float_, []).append(part)
    return {float_: "\n\n".join([*imported, *_code(own)]) for float_, own in made.items()}


def folded(
    tree: Node, code: dict[str, str], name_of: Callable[[Node], str]
) -> list[tuple[int, str]]:
    """Return what the page `tree` gets, and where: the `code` of its floats, which `name_of` names."""
    additions = []
    for node in tree.walk():
        figure = node.id in code and node.first(lambda n: n.tag == "figure")
        if figure:
            additions.append(
                (
                    figure.inner_end,
                    '<details class="reader-code"><summary>Code<span class="reader-hidden"> of '
                    f"{escape(name_of(figure) or 'this')}</span></summary>"
                    f'<pre tabindex="0"><code>{escape(code[node.id])}</code></pre></details>\n',
                )
            )
    return additions


def _code(parts: list[Cell | Inline]) -> list[str]:
    """The cells, or where there are none the first expression: others stand in the caption."""
    cells = [part.source for part in parts if isinstance(part, Cell)]
    return cells or [part.expression for part in parts[:1]]
