"""Run some test files of a copy of the project in a forked process, within a time and a memory."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import resource
import signal
import sys
import time
from pathlib import Path

TIMED_OUT = -1
MEMORY = 4 << 30
HEAVY = (
    "numpy", "scipy.stats", "scipy.optimize", "scipy.integrate", "scipy.special", "scipy.interpolate",
    "pandas", "pandera.pandas", "formulaic", "flint", "hypothesis", "hypothesis.strategies",
    "matplotlib.figure", "great_tables", "bs4", "pypdf", "axe_playwright_python.sync_playwright",
    "playwright.sync_api", "pytest", "xdist.plugin",
)  # fmt: skip
SINGLE = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Quickest:
    """A pytest plugin: notes each test's processor time, then runs what together fits the budget."""

    def __init__(self, notes: Path, budget: float) -> None:
        self.notes, self.budget = notes, budget
        self.known = json.loads(notes.read_text()) if notes.exists() else None
        self.seconds: dict[str, float] = {}

    def pytest_collection_modifyitems(self, config, items) -> None:
        """Deselect the slowest tests, if the times are known and exceed the budget."""
        if self.known is None:
            return
        left, kept = self.budget, set()
        for name in sorted(self.known, key=self.known.get):
            left -= self.known[name]
            if left >= 0:
                kept.add(name)
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in kept])
        items[:] = [item for item in items if item.nodeid in kept]

    def pytest_runtest_logstart(self) -> None:
        """Start the clock."""
        self.start = time.process_time()

    def pytest_runtest_logfinish(self, nodeid) -> None:
        """Note what the test took."""
        self.seconds[nodeid] = time.process_time() - self.start

    def pytest_sessionfinish(self) -> None:
        """Write down the times of a run of all tests."""
        if self.known is None:
            self.notes.write_text(json.dumps(self.seconds))


def prepare() -> None:
    """Import what takes long and belongs to no mutant."""
    os.environ |= dict.fromkeys(SINGLE, "1")
    for name in HEAVY:
        importlib.import_module(name)


def run(copy: Path, tests: list[str], budget: float, limit: float) -> int:
    """Return pytest's exit status for `tests` in `copy`, TIMED_OUT after `limit` seconds.

    The first run in a copy takes all tests; later ones those that fit the `budget` of seconds together.
    """
    process = multiprocessing.get_context("fork").Process(target=child, args=(copy, tests, budget))
    process.start()
    process.join(limit)
    if process.is_alive():
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
        return TIMED_OUT
    return process.exitcode


def child(copy: Path, tests: list[str], budget: float) -> None:
    """Run `tests` in `copy` and end with pytest's status."""
    os.setsid()
    os.chdir(copy)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    notes = copy / "seconds.json"
    # What a mutant is compiled to would be loaded in place of a later one of the same size.
    sys.dont_write_bytecode = notes.exists()
    here = str(Path(__file__).parent.parent)
    sys.path[:] = [part for part in sys.path if part not in ("", here)]
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    import pytest

    arguments = ["-x", "-q", "-m", "not long", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    os._exit(int(pytest.main([*arguments, *tests], plugins=[Quickest(notes, budget)])))
