"""Links to where a value is shown: `<a class="used" data-used="NAME">` gets its target.

Only the finished pages tell where that is: the nearest element with an id around the first
`data-id="NAME"` of another page. A link to what no other page shows becomes plain text.
"""

from __future__ import annotations

import posixpath
from html import escape

from .markup import Node


def with_links(sources: dict[str, str], trees: dict[str, Node]) -> dict[str, str]:
    """Return those of the pages `sources`, parsed as `trees`, that change, their links set."""
    waiting = {page: tree.all(_waits) for page, tree in trees.items()}
    shown = {page: _places(tree) for page, tree in trees.items()} if any(waiting.values()) else {}
    return {
        page: _linked(sources[page], page, links, shown) for page, links in waiting.items() if links
    }


def _waits(node: Node) -> bool:
    return node.tag == "a" and node.has_class("used") and "data-used" in node.attributes


def _places(tree: Node) -> dict[str, str]:
    """The id around the first place of each value that the page `tree` shows."""
    found: dict[str, str] = {}
    for node in tree.walk():
        name = node.attributes.get("data-id")
        if name and name not in found:
            home = node if node.id else node.around(lambda n: bool(n.id))
            if home:
                found[name] = home.id
    return found


def _linked(source: str, page: str, links: list[Node], shown: dict[str, dict[str, str]]) -> str:
    pieces, position = [], 0
    for link in links:
        name = link.attributes["data-used"]
        target = next(
            (
                f"{posixpath.relpath(other, posixpath.dirname(page) or '.')}#{places[name]}"
                for other, places in shown.items()
                if other != page and name in places
            ),
            None,
        )
        text = source[link.inner : link.inner_end]
        pieces.append(source[position : link.start])
        pieces.append(f'<a class="used" href="{escape(target)}">{text}</a>' if target else text)
        position = link.end
    return "".join([*pieces, source[position:]])
