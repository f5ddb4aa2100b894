"""Run every chapter in a process of its own, forked after the imports were done once.

A process a chapter rather than a pool: a chapter that dies or hangs is known by name, and its
process can be ended without losing the others.
"""

from __future__ import annotations

import ast
import importlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from pathlib import Path

from .errors import PublishError
from .execute import run_chapter
from .project import Project
from .qmd import Cell, Part

TIME_LIMIT = 600.0  # seconds a chapter may run before it counts as hanging


def execute(
    project: Project,
    parsed: dict[Path, list[Part]],
    progress: Callable[[str], None],
    time_limit: float = TIME_LIMIT,
) -> dict[Path, str]:
    """Return each chapter's Markdown with outputs; chapters run side by side, one per core.

    Every chapter is tried, so that all failures are reported at once in a `PublishError`.
    """
    _import_once(project.root, parsed)
    context = multiprocessing.get_context("fork")
    waiting = list(parsed)
    running: dict[Connection, tuple[Path, multiprocessing.Process, float]] = {}
    done: dict[Path, str] = {}
    problems: list[str] = []
    try:
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 1):
                path = waiting.pop(0)
                receiver, sender = context.Pipe(duplex=False)
                process = context.Process(
                    target=_work, args=(sender, parsed[path], path, project.root, project.echo)
                )
                process.start()
                sender.close()
                running[receiver] = path, process, time.monotonic()
            for receiver in wait(list(running), timeout=0.2):
                path, process, started = running.pop(receiver)
                markdown, failures = _receive(receiver, process, path)
                problems += failures
                if markdown is not None:
                    done[path] = markdown
                    progress(f"{path}  executed in {time.monotonic() - started:.1f} s")
            for receiver, (path, process, started) in list(running.items()):
                if time.monotonic() - started > time_limit:
                    del running[receiver]
                    process.kill()
                    process.join()
                    problems.append(f"{path}: still running after {time_limit:g} s; stopped")
    finally:
        for _, process, _ in running.values():
            process.kill()
            process.join()
    if problems:
        raise PublishError(*problems)
    return {path: done[path] for path in parsed}


def _work(sender: Connection, parts: list[Part], path: Path, root: Path, echo: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers itself
    try:
        sender.send((run_chapter(parts, path, root, echo), ()))
    except PublishError as error:
        sender.send((None, error.problems))


def _receive(receiver: Connection, process, path: Path) -> tuple[str | None, tuple[str, ...]]:
    try:
        result = receiver.recv()
    except EOFError:
        process.join()
        code = process.exitcode
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        return None, (f"{path}: its process died ({how}) before the chapter was done",)
    process.join()
    return result


def _import_once(root: Path, parsed: dict[Path, list[Part]]) -> None:
    """Import what the cells import, so that each forked worker finds it done."""
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    sources = [part.source for parts in parsed.values() for part in parts if isinstance(part, Cell)]
    for name in sorted({name for source in sources for name in _imported(source)}):
        try:
            importlib.import_module(name)
        except Exception:  # the chapter itself will raise it, with its place
            continue


def _imported(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # an IPython magic, or an error that the cell will report
        return set()
    names = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names
