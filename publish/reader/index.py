"""What search and previews know of the site, taken from its finished pages.

search      {pages: [[file, title]], entries: [[kind, page, id, title, text]],
             values: [[name, text, page, place]]}; a page is a position in `pages`, and -1 for a
             value that is registered but shown nowhere
previews    {"page#id": html}: whatever a link of the pages points to
"""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path

from .markup import Node
from .pages import float_name, is_ours

ROWS = 8  # of a table in a preview
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def search(trees: dict[str, Node], site: Path) -> dict:
    """Return the search index of the pages `trees` (by file name) of the folder `site`."""
    pages, entries, shown = [], [], {}
    for number, (page, tree) in enumerate(trees.items()):
        main = tree.first(lambda n: n.tag == "main")
        titles = main.all(lambda n: n.tag == "h1")  # the front page has the book's before its own
        pages.append([page, titles[-1].text() if titles else page])
        entries += [[kind, number, *entry] for kind, *entry in _entries(main)]
        for node in main.walk():
            name = node.attributes.get("data-id")
            if name and node.has_class("value") and name not in shown:
                shown[name] = [name, node.text(), number, _where(node)]
    registered = site / "values.json"
    if registered.is_file():
        values = json.loads(registered.read_text(encoding="utf-8"))["values"]
        for name, value in values.items():
            shown.setdefault(name, [name, value["text"], -1, ""])
    return {"pages": pages, "entries": entries, "values": list(shown.values())}


def previews(trees: dict[str, Node], sources: dict[str, str]) -> dict[str, str]:
    """Return what the links within `trees` point to, as HTML; `sources` are the pages' texts."""
    wanted = set()
    for page, tree in trees.items():
        main = tree.first(lambda n: n.tag == "main")
        for link in main.all(_is_reference):
            path, _, identifier = link.attributes["href"].partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
            wanted.add((target if path else page, identifier))
    found = {}
    for page, tree in trees.items():
        nodes = {node.id: node for node in tree.walk() if node.id}
        for target, identifier in sorted(wanted):
            if target == page and identifier in nodes:
                html = _preview(nodes[identifier], sources[page])
                found[f"{page}#{identifier}"] = html
    return found


def _is_reference(node: Node) -> bool:
    return (
        node.tag == "a"
        and "#" in node.attributes.get("href", "")
        and (
            node.has_class("quarto-xref")
            or node.has_class("footnote-ref")
            or "doc-biblioref" in node.attributes.get("role", "")
            or node.around(lambda n: n.has_class("citation")) is not None
        )
    )


def _entries(main: Node) -> list[list[str]]:
    """Kind, id, title and text of everything in `main` that a search may lead to."""
    entries = []
    for node in main.walk():
        if _is_float(node):
            kind = "figure" if node.id.startswith("fig-") else "table"
            text = node.text(_not_told)
            pictures = node.all(lambda n: n.tag == "img")
            text = " ".join([text, *(image.attributes.get("alt", "") for image in pictures)])
            entries.append([kind, node.id, float_name(node), text])
        elif node.has_class("csl-entry"):
            entries.append(["reference", node.id, "Reference", node.text()])
        elif node is main or (node.tag == "section" and node.id):
            heading = node.first(lambda n: n.tag in HEADINGS)
            text = node.text(lambda n, own=node: _not_own(n, own))
            if text or node is not main:
                title = heading.text() if heading else "Notes"
                entries.append(["section", "" if node is main else node.id, title, text])
    return entries


def _not_own(node: Node, section: Node) -> bool:
    """Whether the text of `node` is not that of `section` itself."""
    return (
        (node.tag == "section" and node is not section)
        or node.tag in (*HEADINGS, "header", "nav")
        or node.has_class("footnote-back")
        or node.has_class("csl-entry")
        or _is_float(node)
        or is_ours(node)
    )


def _not_told(node: Node) -> bool:
    """Whether a search passes over `node` within a float: tools, and rows that have their own filter."""
    return is_ours(node) or node.has_class("filterable")


def _is_float(node: Node) -> bool:
    return node.tag == "div" and node.has_class("quarto-float") and bool(node.id)


def _where(node: Node) -> str:
    """The figure or table, else the section, in which `node` stands."""
    place = node.around(_is_float)
    if place:
        return float_name(place)
    place = node.around(lambda n: n.tag == "section" and bool(n.id))
    heading = place.first(lambda n: n.tag in HEADINGS) if place else None
    return heading.text() if heading else ""


def _preview(node: Node, source: str) -> str:
    """The HTML that tells what `node` is: itself, or of a section the beginning."""
    if _is_float(node):
        return _cut(node, source)
    if node.tag == "li":
        back = node.first(lambda n: n.has_class("footnote-back"))
        html = source[node.inner : node.inner_end]
        return html.replace(source[back.start : back.end], "") if back else html
    if node.tag in ("section", *HEADINGS) or node.has_class("quarto-section-identifier"):
        home = (
            node if node.tag == "section" else node.around(lambda n: n.tag in ("section", "main"))
        )
        heading = node if node.tag == "span" else home.first(lambda n: n.tag in HEADINGS)
        beginning = home.first(lambda n: n.tag == "p" and not n.around(lambda a: a.tag == "header"))
        parts = [f"<p><strong>{source[heading.inner : heading.inner_end]}</strong></p>"]
        parts += [source[beginning.start : beginning.end]] if beginning else []
        return "".join(parts)
    return source[node.start : node.end]  # a reference, an equation


def _cut(node: Node, source: str) -> str:
    """The source of the float `node` without our tools, its tables cut to the first rows."""
    left_out = [(n.start, n.end) for n in node.walk() if is_ours(n) and not n.around(is_ours)]
    for body in node.all(lambda n: n.tag == "tbody"):
        rows = [n for n in body.children if isinstance(n, Node)]
        if len(rows) > ROWS + 2:
            more = f'<tr><td colspan="99">and {len(rows) - ROWS} more rows</td></tr>'
            left_out.append((rows[ROWS].start, rows[-1].end, more))
    pieces, position = [], node.inner
    for start, end, *instead in sorted(left_out):
        pieces += [source[position:start], *instead]
        position = end
    return re.sub(r"\s+", " ", "".join([*pieces, source[position : node.inner_end]]))
