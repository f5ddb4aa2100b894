"""YAML as a tree of nodes in which a scalar is text as it is written, and the values of its leaves.

YAML would read a date, a number or a fraction of a day into what is not printed as it was written, and
raises errors of many kinds at those that are none. From a tree only what is asked for is read.
"""

from __future__ import annotations

import unicodedata

import yaml

from .errors import brief, quoted

MEND = "indent by spaces, and quote a text that holds a colon, a bracket or a sign"
DEEPEST = 20  # brackets within each other
DEPTH = range(1, 7)  # the levels of headings
WORDS = {str: "text", list: "a list of texts", bool: "true or false", DEPTH: "a number from 1 to 6"}
TRUTHS = yaml.SafeLoader.bool_values


class NotYaml(ValueError):
    """Why a text is no YAML, and the `line`, from 1, where it is known."""

    def __init__(self, line: int | None, why: str) -> None:
        self.line = line
        super().__init__(why)


class _Loader(yaml.SafeLoader):
    """Refuses brackets in brackets in brackets, of which a kilobyte takes seconds to read."""

    def fetch_flow_collection_start(self, token) -> None:
        if self.flow_level >= DEEPEST:
            raise yaml.scanner.ScannerError(None, None, "it is nested too deeply", self.get_mark())
        super().fetch_flow_collection_start(token)


def compose(text: str) -> yaml.Node | None:
    """Return the tree of `text`, None if it holds nothing; raises `NotYaml`."""
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        why = f"it holds {error.character:#x}, which is no character of a text; delete it"
        raise NotYaml(line, why) from None
    try:
        return loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else loader.line
        raise NotYaml(line + 1, f"{brief(error.problem)}; {MEND}") from None
    except (ValueError, OverflowError):  # of "\\UFFFFFFFF"
        why = "an escape names a character that does not exist"
        raise NotYaml(loader.line + 1, why) from None
    except RecursionError:
        raise NotYaml(loader.line + 1, "it is nested too deeply") from None


def leaf(node: yaml.Node, kinds: tuple):
    """Return the value of `node`, which must be one of `kinds`; else raises ValueError that says so.

    A kind is `str`, `bool`, `list` (of texts), `DEPTH`, or a word by itself.
    """
    tag = node.tag.rpartition(":")[2]
    if isinstance(node, yaml.ScalarNode):
        if bool in kinds and tag == "bool" and node.value.lower() in TRUTHS:
            return TRUTHS[node.value.lower()]
        if DEPTH in kinds and node.value in map(str, DEPTH):
            return int(node.value)
        if node.value in kinds:
            return node.value
        if str in kinds and tag != "bool":
            return writable("" if tag == "null" else node.value)
    elif isinstance(node, yaml.SequenceNode) and list in kinds:
        try:
            return [leaf(item, (str,)) for item in node.value]
        except ValueError as error:
            raise ValueError(f"a list in which one is {error}") from None
    wanted = ", or ".join(WORDS.get(kind, kind) for kind in kinds)
    raise ValueError(f"{_told(node)}; it must be {wanted}")


def _told(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return quoted(node.value) if node.value else "empty"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"


def writable(text: str) -> str:
    """Return `text`; raises ValueError where it holds control characters or half a character."""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        raise ValueError(f"{quoted(text)}; it must be text without control characters")
    return text
