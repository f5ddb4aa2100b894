"""Run some test files of a copy of the project in a forked process, within a time and a memory."""

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import multiprocessing
import os
import resource
import signal
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOTES = ROOT / ".build/test_seconds.json"
TIMED_OUT, PATIENCE = -1, 10
MEMORY = 4 << 30
HEAVY = (
    "numpy", "scipy.stats", "scipy.optimize", "scipy.integrate", "scipy.special", "scipy.interpolate",
    "pandas", "pandera.pandas", "formulaic", "flint", "numba", "hypothesis", "hypothesis.strategies",
    "matplotlib.figure", "great_tables", "bs4", "pypdf", "axe_playwright_python.sync_playwright",
    "playwright.sync_api", "xdist.plugin", "_hypothesis_pytestplugin", "pdb", "xml.etree.ElementTree",
)  # fmt: skip
SINGLE = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Quickest:
    """A pytest plugin: runs the quickest tests that fit into `budget` together, and times them.

    Every file has the same share of it.

    notes      processor time by test, of earlier runs; a test without a note is run
    mutated    whether the times are those of a mutant, which are not noted
    """

    def __init__(self, notes: Path, budget: float, mutated: bool) -> None:
        self.notes, self.budget, self.mutated = notes, budget, mutated
        self.known = read(notes)
        self.seconds: dict[str, float] = {}

    def pytest_collection_modifyitems(self, config, items) -> None:
        """Deselect the tests that have no room in the budget."""
        files = {item.path for item in items}
        left = dict.fromkeys(files, self.budget / len(files))
        kept = set()
        for item in sorted(items, key=self.seconds_of):
            left[item.path] -= self.seconds_of(item)
            if left[item.path] >= 0:
                kept.add(item)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = [item for item in items if item in kept]

    def seconds_of(self, item) -> float:
        """Return what the test took in an earlier run, 0 without one."""
        return self.known.get(item.nodeid, 0)

    def pytest_runtest_logstart(self) -> None:
        """Start the clock."""
        self.start = time.process_time()

    def pytest_runtest_logfinish(self, nodeid) -> None:
        """Stop the clock."""
        self.seconds[nodeid] = time.process_time() - self.start

    def pytest_sessionfinish(self) -> None:
        """Note the times, one process after the other."""
        if self.mutated:
            return
        self.notes.parent.mkdir(exist_ok=True)
        with open(self.notes, "a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            known = read(self.notes) | self.seconds
            file.truncate(0)
            json.dump(known, file)


def read(notes: Path) -> dict[str, float]:
    """Return what is noted; nothing while another process writes."""
    try:
        return json.loads(notes.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def prepare() -> None:
    """Import what takes long and belongs to no mutant."""
    os.environ |= dict.fromkeys(SINGLE, "1")
    for name in HEAVY:
        importlib.import_module(name)
    gc.freeze()  # what is here already, pytest's own collections need not walk through


def run(copy: Path, tests: list[str], budget: float, limit: int, mutated: bool) -> int:
    """Return pytest's exit status for `tests` in `copy`, TIMED_OUT after `limit` s of processor time.

    Or of PATIENCE times as long by the clock, for what sleeps.
    """
    process = multiprocessing.get_context("fork").Process(
        target=child, args=(copy, tests, budget, limit, mutated)
    )
    process.start()
    process.join(PATIENCE * limit)
    if process.is_alive():
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
        return TIMED_OUT
    return TIMED_OUT if process.exitcode == -signal.SIGXCPU else process.exitcode


def child(copy: Path, tests: list[str], budget: float, limit: int, mutated: bool) -> None:
    """Run `tests` in `copy` and end with pytest's status."""
    os.setsid()
    os.chdir(copy)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    # What a mutant is compiled to would be loaded in place of a later one of the same size.
    sys.dont_write_bytecode = mutated
    sys.path[:] = [part for part in sys.path if part not in ("", str(ROOT))]
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    arguments = ["-x", "-q", "-m", "not long", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    os._exit(int(pytest.main([*arguments, *tests], plugins=[Quickest(NOTES, budget, mutated)])))
