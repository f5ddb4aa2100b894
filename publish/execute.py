"""Run one chapter's cells and inline expressions in IPython; return the Markdown of each.

The semantics are those of Quarto's Jupyter engine: one namespace for the chapter, the project's
folder as working directory, the last expression of a cell displayed, Markdown preferred over
plain text, and plain text escaped. An output that only HTML could show is refused, since the
PDF would lose it.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from .errors import PublishError, at
from .qmd import Cell, Inline, Part

MARKDOWN_SPECIALS = set("\\`*_{}[]<>()#+-.!|~^$@'\"=:")


class CellFailed(PublishError):
    """A cell or an inline expression raised; the message shows where, its source and why."""


@dataclass(frozen=True)
class Output:
    """One thing that a cell showed: its Markdown and the class that Quarto gives its div."""

    markdown: str
    kind: str


class _Hook(DisplayHook):
    """Collects what a cell's last expression shows; IPython's own prints it."""

    def __call__(self, result=None):
        if result is not None and not self.quiet():
            data, _ = self.shell.display_formatter.format(result)
            self.shell.shown.append(data)


class _Publisher(DisplayPublisher):
    """Collects what `display(…)` shows."""

    def publish(self, data, metadata=None, **_):
        self.shell.shown.append(data)


class _Shell(InteractiveShell):
    """An IPython shell that keeps its outputs and never prints a traceback of its own."""

    def __init__(self, **options) -> None:
        self.shown: list[dict] = []
        super().__init__(displayhook_class=_Hook, display_pub_class=_Publisher, **options)
        self.history_manager.enabled = False

    def showtraceback(self, *args, **options) -> None:
        """Leave the exception to whoever asked for the cell."""


def run_chapter(parts: Sequence[Part], path: Path, root: Path, echo: bool) -> tuple[str, ...]:
    """Return the Markdown of each cell and inline expression among `parts`, in reading order.

    `parts` is the parsed source of the chapter at `path`. `root` becomes the working directory and
    heads `sys.path`; `echo` says whether cells show their source unless they say otherwise. Raises
    `CellFailed` at the first exception.
    """
    os.chdir(root)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    shell = _Shell()
    shown = []
    for part in parts:
        if isinstance(part, Inline):
            shown.append(_inline(shell, part, path))
        elif isinstance(part, Cell):
            shown.append(_cell(shell, part, path, echo))
    return tuple(shown)


def _inline(shell: _Shell, inline: Inline, path: Path) -> str:
    # The same call that Quarto makes of a kernel, so that the result is formatted the same way.
    result = shell.user_expressions({"value": inline.expression})["value"]
    where = at(path, inline.line, f"the inline expression `{inline.expression}`")
    if result["status"] != "ok":
        raise CellFailed(f"{where} raised {result['ename']}: {result['evalue']}")
    return _markdown(result["data"], where)


def _cell(shell: _Shell, cell: Cell, path: Path, echo: bool) -> str:
    shown = _source(cell) if (echo if cell.echo is None else cell.echo) else ""
    outputs = _run(shell, cell, path) if cell.eval else []
    if not cell.include or (cell.output is False and not shown):
        return "\n"
    if cell.output is False:
        outputs = []
    if cell.output == "asis":
        return "\n" + shown + "\n\n".join(o.markdown for o in outputs) + "\n\n"
    blocks = [
        f"::: {{.cell-output .cell-output-{o.kind}}}\n\n{o.markdown}\n\n:::\n\n" for o in outputs
    ]
    if not shown and not blocks:
        return "\n"
    identifier = f"#{cell.label} " if cell.label else ""
    return f"\n:::: {{{identifier}.cell}}\n\n{shown}{''.join(blocks)}::::\n\n"


def _run(shell: _Shell, cell: Cell, path: Path) -> list[Output]:
    shell.shown.clear()
    printed = StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        result = shell.run_cell(cell.source, store_history=False)
    error = result.error_before_exec or result.error_in_exec
    name = f"the cell {cell.label!r}" if cell.label else "the cell"
    where = at(path, cell.line, name)
    if error is not None:
        # An exception that lists its `problems`, each with its place, tells them itself.
        told = getattr(error, "problems", ())
        raise CellFailed(*map(str, told)) if told else CellFailed(_failure(where, cell, error))
    outputs = []
    if printed.getvalue():
        outputs.append(Output(_block(printed.getvalue()), "stdout"))
    outputs += [Output(_markdown(data, where), "display") for data in shell.shown]
    return outputs


def _failure(where: str, cell: Cell, error: BaseException) -> str:
    """Say where `cell` failed, with its source, the line that failed marked, and the exception."""
    failed = None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(("<ipython-input", "/tmp/ipykernel")) or not frame.filename:
            failed = frame.lineno
    if isinstance(error, SyntaxError):
        failed = error.lineno
    source = "\n".join(
        f"  {'>' if number == failed else ' '} {cell.first_line + number - 1:4} | {line}"
        for number, line in enumerate(cell.source.split("\n"), start=1)
    )
    last = "".join(traceback.format_exception_only(error)).strip()
    return f"{where} raised\n{source}\n    {last.replace(chr(10), chr(10) + '    ')}"


def _markdown(data: dict[str, str], where: str) -> str:
    """Choose among the representations `data` the one that both outputs can show."""
    if "text/markdown" in data:
        return data["text/markdown"]
    rich = sorted(kind for kind in data if kind != "text/plain")
    if rich:
        raise CellFailed(
            f"{where} shows {', '.join(rich)}, which the PDF cannot; return Markdown "
            "(an object with _repr_markdown_) or text"
        )
    return "".join("\\" + c if c in MARKDOWN_SPECIALS else c for c in data["text/plain"])


def _source(cell: Cell) -> str:
    # With a language class Pandoc would load its syntax definitions, half a second a page.
    return "::: {.sourceCode .cell-code}\n\n" + _block(cell.source) + "\n\n:::\n\n"


def _block(text: str) -> str:
    longest = max((len(run) for run in text.split() if set(run) == {"`"}), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text.rstrip()}\n{fence}"
