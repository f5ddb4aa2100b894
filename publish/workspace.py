"""The folder that building works in: one build at a time, and nothing left of a killed one."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

WORK = Path(".build")
PREFIX = "tmp-"


def end_like_interrupted() -> None:
    """Let the end that another program asks for be as orderly as that by Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@contextmanager
def workspace(root: Path, progress: Callable[[str], None]) -> Iterator[tuple[Path, Path]]:
    """Hold the project in `root` for one build; give its working folder and a scratch folder.

    The lock is the system's own and ends with the process, so that a killed build leaves none; what
    it left in the folder goes when the next one begins.
    """
    work = root / WORK
    work.mkdir(exist_ok=True)
    descriptor = os.open(work, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another build of this project")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        for left in work.glob(PREFIX + "*"):
            shutil.rmtree(left, ignore_errors=True)
        scratch = Path(tempfile.mkdtemp(prefix=PREFIX, dir=work))
        try:
            yield work, scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    finally:
        os.close(descriptor)
