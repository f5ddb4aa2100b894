"""HTML as nodes that know their place in the source, so that pages are added to, never rewritten.

A node's `start` and `end` enclose it with its tags, `inner` and `inner_end` its content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate

# Text on either side of these belongs together; every other element parts words.
INLINE = {
    "a", "abbr", "b", "code", "em", "i", "img", "kbd", "mark", "small", "span", "strong", "sub", "sup",
    "u", "wbr", "math", "mrow", "mi", "mn", "mo", "mtext", "msup", "msub", "semantics",
}  # fmt: skip
UNREAD = {"script", "style", "annotation"}  # the last is an equation's TeX
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass(eq=False)
class Node:
    """An element; its children are elements and text, entities resolved.

    `page` has all elements in the order of the source; those in it, itself first, stand there from
    `place` to before `past`, since readers' features walk through a page many times.
    """

    tag: str
    attributes: dict[str, str]
    start: int
    inner: int
    inner_end: int
    end: int
    parent: Node | None = field(repr=False)
    page: list[Node] = field(repr=False)
    children: list[Node | str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.place = len(self.page)
        self.page.append(self)
        self.past = self.place + 1

    @property
    def id(self) -> str:
        return self.attributes.get("id", "")

    def has_class(self, name: str) -> bool:
        """Whether `name` is among the element's classes."""
        return name in self.attributes.get("class", "").split()

    def walk(self) -> Iterator[Node]:
        """The element and all elements in it, in the order of the source."""
        return map(self.page.__getitem__, range(self.place, self.past))

    def all(self, test: Callable[[Node], bool]) -> list[Node]:
        """The elements in it that pass `test`, itself included."""
        return [node for node in self.walk() if test(node)]

    def first(self, test: Callable[[Node], bool]) -> Node | None:
        """The first element in it that passes `test`, itself included."""
        return next((node for node in self.walk() if test(node)), None)

    def around(self, test: Callable[[Node], bool]) -> Node | None:
        """The nearest element around it that passes `test`."""
        node = self.parent
        while node is not None and not test(node):
            node = node.parent
        return node

    def text(self, leave_out: Callable[[Node], bool] = lambda node: False) -> str:
        """Its text on one line, without that of the elements that pass `leave_out`."""
        return " ".join("".join(self._pieces(leave_out)).split())

    def _pieces(self, leave_out) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in UNREAD and not leave_out(child):
                yield from child._pieces(leave_out)
                yield "" if child.tag in INLINE else " "


def parse(source: str) -> Node:
    """Return the tree of the page `source`, under a node of tag "" that spans it."""
    parser = _Parser(source)
    parser.feed(source)
    parser.close()
    for node in parser.open:
        node.inner_end = node.end = len(source)
        node.past = len(node.page)
    return parser.root


class _Parser(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = source
        self.lines = [0, *accumulate(len(line) + 1 for line in source.split("\n"))]
        self.root = Node("", {}, 0, 0, len(source), len(source), None, [])
        self.open = [self.root]

    def place(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag, attrs) -> None:
        start = self.place()
        inner = start + len(self.get_starttag_text())
        attributes = {name: value or "" for name, value in attrs}
        node = Node(tag, attributes, start, inner, inner, inner, self.open[-1], self.root.page)
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attrs) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag) -> None:
        if all(node.tag != tag for node in reversed(self.open)):
            return
        start = self.place()
        while True:
            node = self.open.pop()
            node.inner_end, node.past = start, len(node.page)
            if node.tag == tag:
                node.end = self.source.index(">", start) + 1
                return
            node.end = start  # its end tag was left out

    def handle_data(self, data) -> None:
        self.open[-1].children.append(data)
