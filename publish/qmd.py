"""Split a chapter into Markdown text, cells and inline expressions, each with its line.

Only what the executor must know is parsed here; everything else is Pandoc's. Quarto syntax that
the embedded engine does not carry out is refused, so that it never slips through as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from .errors import PublishError, at, brief, quoted
from .tree import NotYaml, compose, leaf

FENCE = re.compile(r"^(?P<indent>[ ]{0,3})(?P<ticks>`{3,}|~{3,})(?P<info>.*)$")
CELL = re.compile(r"^\{(?P<language>\w+)(?P<rest>[^}]*)\}\s*$")
INLINE = re.compile(r"(?<!`)`\{(?P<language>\w+)\}[ ]+(?P<expression>[^`]+)`(?!`)")
OPTION = re.compile(r"^#\|\s?(?P<text>.*)$")
# The cell options that are carried out, and what each may be, as `tree.leaf` takes it.
CELL_OPTIONS = {
    "label": (str,),
    "echo": (bool,),
    "eval": (bool,),
    "include": (bool,),
    "output": (bool, "asis"),
}

UNSUPPORTED = (
    (re.compile(r"\{\{<.*?>\}\}"), "the shortcode {} is not supported"),
    (
        re.compile(r"!\[[^\]]*\]\([^)]*\)\{[^}]*#fig-[^}]*\}"),
        "the labelled image {} is not supported",
    ),
)
ALTERNATIVE = {
    "the labelled image {} is not supported": "put it in a ::: {#fig-…} div with its caption below",
}


@dataclass(frozen=True)
class Text:
    """Markdown between cells."""

    markdown: str
    line: int


@dataclass(frozen=True)
class Inline:
    """An inline expression, shown as its value's Markdown."""

    expression: str
    line: int


@dataclass(frozen=True)
class Cell:
    """A Python cell; `line` is that of its opening fence, `first_line` that of its source."""

    source: str
    line: int
    first_line: int
    label: str | None = None
    echo: bool | None = None
    eval: bool = True
    include: bool = True
    output: bool | str = True


Part = Text | Inline | Cell


def read_chapter(root: Path, path: Path) -> list[Part]:
    """Return the parts of the chapter at `path` in the project `root`; raises as `parse` does."""
    content = (root / path).read_bytes()
    try:
        source = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PublishError(at(path, line, "is not UTF-8; save it with that encoding")) from None
    return parse(source, path)


def parse(source: str, path: Path | str) -> list[Part]:
    """Split `source`, the text of the chapter at `path`, into its parts in reading order.

    Raises `PublishError` with every unsupported construct of the chapter at once.
    """
    problems: list[str] = []
    parts: list[Part] = []
    lines = source.split("\n")
    if lines[0].strip() == "---":
        problems.append(
            at(
                path,
                1,
                "front matter is not supported by the embedded engine; "
                "start with '# Title' and put options in _quarto.yml",
            )
        )
    text: list[str] = []
    start = i = 0
    while i < len(lines):
        fence = FENCE.match(lines[i])
        if not fence:
            text.append(lines[i])
            i += 1
            continue
        end = _closing(lines, i, fence["ticks"])
        if end is None:
            problems.append(
                at(path, i + 1, f"the code block opened by {brief(fence['ticks'])} never ends")
            )
            break
        cell = CELL.match(fence["info"].strip())
        if cell:
            parts += _text(text, start, path, problems)
            parts += _cell(lines, i, end, cell, path, problems)
            text, start = [], end + 1
        else:
            # A plain code block is text that must not be scanned for expressions.
            parts += _text(text, start, path, problems)
            parts.append(Text("\n".join(lines[i : end + 1]) + "\n", i + 1))
            text, start = [], end + 1
        i = end + 1
    parts += _text(text, start, path, problems)
    if problems:
        raise PublishError(*problems)
    return parts


def weave(parts: Sequence[Part], outputs: Sequence[str]) -> str:
    """Return the Markdown of a chapter: its text, and for each piece of code its output."""
    remaining = iter(outputs)
    return "".join(p.markdown if isinstance(p, Text) else next(remaining) for p in parts)


def _closing(lines: list[str], opening: int, ticks: str) -> int | None:
    closing = re.compile(rf"^[ ]{{0,3}}{re.escape(ticks[0])}{{{len(ticks)},}}\s*$")
    return next((j for j in range(opening + 1, len(lines)) if closing.match(lines[j])), None)


def _text(lines: list[str], start: int, path, problems: list[str]) -> list[Part]:
    """Split running text at its inline expressions."""
    if not lines:
        return []
    for offset, line in enumerate(lines):
        bare = re.sub(r"`[^`]*`", "", line)
        for pattern, message in UNSUPPORTED:
            found = pattern.search(bare)
            if found:
                advice = ALTERNATIVE.get(message, "build with ENGINE=quarto to use it")
                problems.append(
                    at(path, start + offset + 1, f"{message.format(brief(found[0]))}; {advice}")
                )
    whole = "\n".join(lines) + "\n"
    parts: list[Part] = []
    position = 0
    for found in INLINE.finditer(whole):
        line = start + 1 + whole.count("\n", 0, found.start())
        if found["language"] != "python":
            language = brief(found["language"])
            problems.append(at(path, line, f"inline {language} code; only python is run"))
        parts.append(Text(whole[position : found.start()], line))
        parts.append(Inline(found["expression"].strip(), line))
        position = found.end()
    parts.append(Text(whole[position:], start + 1 + whole.count("\n", 0, position)))
    return parts


def _cell(lines: list[str], opening: int, end: int, head, path, problems: list[str]) -> list[Part]:
    if head["language"] != "python" or head["rest"].strip():
        problems.append(
            at(
                path,
                opening + 1,
                f"the cell {brief('{' + head['language'] + head['rest'] + '}')} is not supported; "
                "write {python} and put options on #| lines",
            )
        )
        return []
    body = lines[opening + 1 : end]
    count = 0
    while count < len(body) and OPTION.match(body[count]):
        count += 1
    options = _options(body[:count], opening + 2, path, problems)
    source = "\n".join(body[count:])
    return [Cell(source, opening + 1, opening + 2 + count, **options)]


def _options(lines: list[str], first: int, path, problems: list[str]) -> dict:
    """Read the `#| key: value` lines of a cell; the first of them is on line `first`."""
    options = {}
    for offset, line in enumerate(lines):
        where = first + offset
        for key, value in _pairs(line, path, where, problems):
            if key not in CELL_OPTIONS:
                known = ", ".join(CELL_OPTIONS)
                problems.append(
                    at(
                        path,
                        where,
                        f"the cell option {quoted(key)} is not supported by the embedded "
                        f"engine; use {known}, or build with ENGINE=quarto",
                    )
                )
                continue
            try:
                options[key] = leaf(value, CELL_OPTIONS[key])
            except ValueError as error:
                problems.append(at(path, where, f"{key} is {error}"))
    label = options.get("label", "")
    if label.startswith(("fig-", "tbl-")):
        problems.append(
            at(
                path,
                first,
                f"the label {quoted(label)} would make the cell's output a numbered float; "
                "put the cell in a ::: {#" + brief(label) + "} div with its caption below",
            )
        )
    return options


def _pairs(line: str, path, where: int, problems: list[str]) -> list[tuple[str, yaml.Node]]:
    """The key and the value on a line of options."""
    try:
        node = compose(OPTION.match(line)["text"])
    except NotYaml:
        node = None
    if not isinstance(node, yaml.MappingNode):
        told = f"{quoted(line)} is not a cell option; write '#| key: value'"
        problems.append(at(path, where, told))
        return []
    return [(str(key.value), value) for key, value in node.value]
