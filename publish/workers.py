"""The fresh process that executes: it imports once, then forks one process a job.

    python -m publish.workers    reads a pickled `Work`, writes pickled `Result`s (see `jobs`)

A process a job rather than a pool: one that dies or hangs is known by name, and its process can be
ended without losing the others.
"""

from __future__ import annotations

import ast
import importlib
import multiprocessing
import os
import pickle
import runpy
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from importlib.util import cache_from_source
from multiprocessing.connection import Connection, wait
from pathlib import Path

from .errors import PublishError
from .execute import run_chapter
from .jobs import FIGURES, Chapter, Command, Job, Result, Work
from .qmd import Cell

PARENT = 0  # standard input; it closes when the build ends
WRITING = os.O_WRONLY | os.O_RDWR


def main() -> None:
    """Do the work that standard input describes; report on standard output."""
    report = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what imports print must not get between the results
    work: Work = pickle.load(sys.stdin.buffer)
    _forget_stale_bytecode(work.root)
    _import_once(work)
    pickle.dump(None, report)
    report.flush()
    for result in _all_results(work):
        pickle.dump(result, report)
        report.flush()


def _all_results(work: Work) -> Iterator[Result]:
    context = multiprocessing.get_context("fork")
    waiting = list(work.jobs)
    running: dict[Connection, tuple[Job, multiprocessing.Process, float]] = {}
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            job = waiting.pop(0)
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(sender, job, work.root))
            process.start()
            sender.close()
            running[receiver] = job, process, time.monotonic()
        for ready in wait([*running, PARENT], timeout=0.2):
            if ready == PARENT:
                os.killpg(0, signal.SIGKILL)
            job, process, started = running.pop(ready)
            outcome = _receive(ready, process, job)
            yield Result(job.name, *outcome, seconds=time.monotonic() - started)
        for receiver, (job, process, started) in list(running.items()):
            if time.monotonic() - started > work.time_limit:
                del running[receiver]
                process.kill()
                process.join()
                problem = f"{job.name}: still running after {work.time_limit:g} s; stopped"
                yield Result(job.name, problems=(problem,))


def _work(sender: Connection, job: Job, root: Path) -> None:
    """Do one job, in its own process; send outputs, the files written, and problems."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        if isinstance(job, Chapter):
            written = _record_writing()
            outputs = run_chapter(job.parts, job.path, root, job.echo)
            sender.send((outputs, _figures(written, root), ()))
        else:
            said = _run_command(job, root)
            sender.send(((said,) if said else (), _below(job.folder, job.folder.rglob("*")), ()))
    except PublishError as error:
        sender.send(((), (), error.problems))


def _receive(receiver: Connection, process, job: Job) -> tuple:
    try:
        outcome = receiver.recv()
    except EOFError:
        process.join()
        code = process.exitcode
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        return (), (), (f"{job.name}: its process died ({how}) before it was done",)
    process.join()
    return outcome


def _record_writing() -> set[str]:
    """Return a set that from now on takes in every path that this process writes."""
    written: set[str] = set()

    def hook(event: str, arguments: tuple) -> None:
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            if arguments[2] & WRITING:
                written.add(os.path.abspath(os.fsdecode(arguments[0])))
        elif event == "os.rename":
            written.add(os.path.abspath(os.fsdecode(arguments[1])))

    sys.addaudithook(hook)
    return written


def _figures(written: set[str], root: Path) -> tuple[str, ...]:
    return _below(
        root, (path for path in map(Path, written) if path.is_relative_to(root / FIGURES))
    )


def _below(folder: Path, paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(sorted(path.relative_to(folder).as_posix() for path in paths if path.is_file()))


def _run_command(job: Command, root: Path) -> str:
    """Run a post-render command as Quarto does, with the output's folder told; return what it says."""
    os.chdir(root)
    os.environ["QUARTO_PROJECT_OUTPUT_DIR"] = str(job.folder)
    words = shlex.split(job.name)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        if words[0] in ("python", "python3"):
            words[0] = sys.executable
        if words[0].endswith(".py"):  # here, so that it finds the imports done
            status = _in_this_process(lambda: _run_script(words), output.fileno())
        else:
            status = subprocess.run(
                words, stdout=output, stderr=subprocess.STDOUT, check=False
            ).returncode
        output.seek(0)
        said = output.read().strip()
    if status:
        raise PublishError(f"post-render `{job.name}` failed:\n{said}")
    return said


def _run_script(words: list[str]) -> None:
    sys.argv = words
    runpy.run_path(words[0], run_name="__main__")


def _in_this_process(run: Callable[[], None], output: int) -> int | str:
    """Call `run` with its output going to the descriptor `output`; return its exit status."""
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    try:
        run()
    except SystemExit as leaving:
        return leaving.code or 0
    except Exception as error:
        print(_told(error), file=sys.stderr)
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _told(error: Exception) -> str:
    """What `error` says, after the last place in the project that it passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    here = [f for f in frames if Path(f.filename).is_relative_to(Path.cwd())]
    where = f"{Path(here[-1].filename).relative_to(Path.cwd())}:{here[-1].lineno}: " if here else ""
    return where + "".join(traceback.format_exception_only(error)).strip()


def _forget_stale_bytecode(root: Path) -> None:
    """Remove bytecode that Python would take for that of a module saved since it was written.

    Python tells versions of a module apart by size and the second of saving; two quick edits can
    share both.
    """
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if name[0] != "." and name != "__pycache__"]
        for name in names:
            if name.endswith(".py"):
                source = Path(folder, name)
                compiled = Path(cache_from_source(str(source)))
                if compiled.exists() and compiled.stat().st_mtime_ns <= source.stat().st_mtime_ns:
                    compiled.unlink(missing_ok=True)


def _import_once(work: Work) -> None:
    """Import what the cells import, so that each forked worker finds it done."""
    if str(work.root) not in sys.path:
        sys.path.insert(0, str(work.root))
    chapters = [job for job in work.jobs if isinstance(job, Chapter)]
    sources = [part.source for job in chapters for part in job.parts if isinstance(part, Cell)]
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


if __name__ == "__main__":
    main()
