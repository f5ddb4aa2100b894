"""Where every shown number comes from: values.json in parts small enough to load when one is asked for.

A part is a script file, since pages opened from a disk may load a script but not read a file. Which
part holds a value follows from the first words of its name (`part_of`; the same in assets/trace.js),
so that the inputs of a number lie in few of them. In a part, lists of inputs that several values share
stand once.
"""

from __future__ import annotations

from collections.abc import Mapping

from .links import JUDGED
from .markup import Node

PARTS = 64
WORDS = 2  # of a name, which decide its part
FUNCTION = "ma."  # begins the id of a function's description


def part_of(name: str) -> str:
    """The name of the part that holds the value called `name`."""
    total = 0
    for byte in ".".join(name.split(".")[:WORDS]).encode("utf-8"):
        total = (total * 31 + byte) % 65521
    return f"values-{total % PARTS}"


def parts(values: Mapping[str, Mapping], trees: Mapping[str, Node]) -> dict[str, dict]:
    """The parts by name, from the `values` of values.json and the parsed pages `trees`."""
    ledger = _rows(trees)
    functions = _described(trees)
    found: dict[str, dict] = {f"values-{i}": {"lists": [], "values": {}} for i in range(PARTS)}
    known: dict[str, dict[tuple, int]] = {name: {} for name in found}
    for name, value in values.items():
        part = part_of(name)
        inputs = tuple(value["inputs"])
        place = known[part].setdefault(inputs, len(known[part]))
        if place == len(found[part]["lists"]):
            found[part]["lists"].append(inputs)
        entry = {
            "raw": value["raw"],
            "text": value["text"],
            "source": value["source"],
            "inputs": place,
            "published": value["published"],
            "status": value["status"],
            "function": functions.get(value.get("function")),
            "ledger": ledger.get(name),
        }
        found[part]["values"][name] = {key: it for key, it in entry.items() if it is not None}
    return found


def _rows(trees: Mapping[str, Node]) -> dict[str, str]:
    """Where the ledger judges each value: a link from the site's root."""
    return {
        node.id.removeprefix(JUDGED): f"{page}#{node.id}"
        for page, tree in trees.items()
        for node in tree.walk()
        if node.id.startswith(JUDGED)
    }


def _described(trees: Mapping[str, Node]) -> dict[str | None, tuple[str, str]]:
    """Where the reference describes each function, by its name, as a link, and what to call it."""
    return {
        node.id: (f"{page}#{node.id}", node.id)
        for page, tree in trees.items()
        for node in tree.walk()
        if node.id.startswith(FUNCTION)
    }
