"""What is executed, and the fresh process that executes it.

Chapter     a chapter's cells and inline expressions     Command   a post-render command
Work        what the process is told                     Result    what it says of one job

The process starts anew for every build, so that it never holds code or data that have changed
since; it and all its children form a process group that ends with the build, however that ends.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .errors import PublishError
from .qmd import Part

TIME_LIMIT = 600.0  # seconds a job may run before it counts as hanging
GRACE = 10.0  # seconds that the process may be late to say so
FIGURES = Path("figures")  # where cells write what pages show
# What a cell may show must not depend on who builds where: letters, the width of the terminal, the
# order of sets, local time, and the order in which the cores of this machine add numbers.
STEADY = {
    "PYTHONIOENCODING": "utf-8", "COLUMNS": "80", "LINES": "24", "PYTHONHASHSEED": "0", "TZ": "UTC",
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Chapter:
    """A chapter to execute; `echo` says whether cells show their source unless they say otherwise."""

    path: Path
    parts: tuple[Part, ...]
    echo: bool

    @property
    def name(self) -> str:
        """What messages call it."""
        return str(self.path)


@dataclass(frozen=True)
class Command:
    """A post-render command to run, which adds files to the empty `folder`."""

    name: str
    folder: Path


Job = Chapter | Command


@dataclass(frozen=True)
class Work:
    """Jobs to run with `root` as the working directory."""

    root: Path
    jobs: tuple[Job, ...]
    time_limit: float


@dataclass(frozen=True)
class Result:
    """What became of the job `name`: the text of each piece of code, or problems.

    `written` are the files that it wrote, below the project's root or the command's folder.
    """

    name: str
    outputs: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    seconds: float = 0.0


def run_jobs(root: Path, jobs: list[Job], time_limit: float = TIME_LIMIT) -> Iterator[Result]:
    """Run `jobs` in a fresh process in the folder `root`; yield each result as it comes.

    Raises `PublishError` where that process itself dies or stays silent.
    """
    package = str(Path(__file__).parent.parent)
    paths = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.workers"],
        cwd=root, env={**os.environ, **STEADY, "PYTHONPATH": paths},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        # Its input stays open: when it closes, the process knows that nobody waits any more.
        pickle.dump(Work(root.resolve(), tuple(jobs), time_limit), process.stdin)
        process.stdin.flush()
        for number in range(len(jobs) + 1):
            if not select.select([process.stdout], [], [], time_limit + GRACE)[0]:
                what = "the imports of the cells are" if number == 0 else "the jobs are"
                raise PublishError(f"{what} still running after {time_limit:g} s; stopped")
            result = pickle.load(process.stdout)
            if result is not None:  # the first message says that the imports are done
                yield result
    except (EOFError, BrokenPipeError):
        code = process.wait()
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        raise PublishError(f"the process that imports for the cells died ({how})") from None
    finally:
        _end(process)


def _end(process: subprocess.Popen) -> None:
    """End `process` and every process that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.stdin.close()
    process.stdout.close()
    process.wait()
