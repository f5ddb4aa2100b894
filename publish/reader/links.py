"""Links to where a value is shown: `<a class="used" data-used="NAME" data-home="ID">` gets its target.

Only the finished pages tell where that is: the first `data-id="NAME"` of another page, which gets an id
for it; the front page comes last, since it repeats what a chapter tells. A value that no other page
shows leads home, to the element called ID that it is drawn in or rests on. A link to neither becomes
plain text. Without a NAME a link leads home.
"""

from __future__ import annotations

import posixpath
from html import escape

from .markup import Node

PREFIX = "value-"  # of the ids of places that have none
JUDGED = "judged-"  # of the ids of the links themselves, the first to each value
Edit = tuple[int, int, str]  # from where to where in a page's source, and what stands there instead


def with_links(sources: dict[str, str], trees: dict[str, Node]) -> dict[str, str]:
    """Return those of the pages `sources`, parsed as `trees`, that change: links set, places named."""
    waiting = {page: tree.all(_waits) for page, tree in trees.items()}
    if not any(waiting.values()):
        return {}
    front, *chapters = trees
    pages = {page: trees[page] for page in (*chapters, front)}
    shown = {page: _first(tree, "data-id") for page, tree in pages.items()}
    homes = {page: _first(tree, "id") for page, tree in pages.items()}
    edits: dict[str, dict[int, Edit]] = {page: {} for page in trees}
    judged: set[str] = set()
    for page, links in waiting.items():
        for link in links:
            names = (("data-used", shown), ("data-home", homes))
            found = (_elsewhere(page, link.attributes.get(a, ""), places) for a, places in names)
            place = next((place for place in found if place), None)
            text = sources[page][link.inner : link.inner_end]
            if place:
                other, node = place
                used = link.attributes["data-used"]
                anchor = node.id or PREFIX + used
                if not node.id:
                    at = node.start + len(f"<{node.tag}")
                    edits[other][at] = (at, at, f' id="{escape(anchor)}"')
                path = posixpath.relpath(other, posixpath.dirname(page) or ".")
                name = f' id="{escape(JUDGED + used)}"' if used and used not in judged else ""
                judged.add(used)
                text = f'<a class="used"{name} href="{escape(f"{path}#{anchor}")}">{text}</a>'
            edits[page][link.start] = (link.start, link.end, text)
    return {page: _edited(sources[page], own) for page, own in edits.items() if own}


def _waits(node: Node) -> bool:
    return node.tag == "a" and node.has_class("used") and "data-used" in node.attributes


def _first(tree: Node, attribute: str) -> dict[str, Node]:
    """The first element of the page `tree` for each value of the `attribute`."""
    found: dict[str, Node] = {}
    for node in tree.walk():
        if node.attributes.get(attribute):
            found.setdefault(node.attributes[attribute], node)
    return found


def _elsewhere(page: str, name: str, places: dict[str, dict[str, Node]]) -> tuple[str, Node] | None:
    """The first page but `page` that has the `name` among its `places`, and the element there."""
    return next(
        ((other, own[name]) for other, own in places.items() if other != page and name in own), None
    )


def _edited(source: str, edits: dict[int, Edit]) -> str:
    pieces, position = [], 0
    for start, end, text in sorted(edits.values()):
        pieces += [source[position:start], text]
        position = end
    return "".join([*pieces, source[position:]])
