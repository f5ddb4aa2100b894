"""Break the statistics on purpose and see whether the tests notice; write MUTANTS.md.

python -m bench.mutation [--survivors] [MODULE ...]     such as analysis/engine/tau2.py; all without one

--survivors tries those again that are left and not yet judged, by more of the tests.

mutant     a module with one operator, number or condition changed, by cosmic-ray
sample     SIZE mutants a module, drawn with SEED, no line twice before every line came once
killed     a test of the module's files in TESTS fails, or runs out of time or memory
survivor   all of them pass: judged by hand in survivors.csv

Each mutant is tried in a process forked from one that has imported numpy and pytest but nothing of
this project: starting anew takes seven seconds, most tests less than one. Forking from one that has
run the tests, as mutmut does, would leave results in caches that hide the mutant; and mutmut leaves
out properties, which hold many of the statistics, and the constants of a module.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from .mutants import Mutant, mutants, sample
from .mutation_report import FOUND, document, judgements
from .mutation_run import TIMED_OUT, prepare, run
from .mutation_tests import TESTS

HERE = Path(__file__).parent
ROOT = HERE.parent
SEED, SIZE = 2026, 12
# Seconds of processor time: the tests of a module that take longest are left out, so that the others
# fit into BUDGET; a mutant may take LIMIT.
BUDGET, LIMIT = 6, 20
WIDER, LONGER = 30, 100  # the same for survivors that are tried again
FIRST = 300  # for all tests of a module, without a mutant
OUT = (
    ".git", ".venv*", "_site", "_pdf", "_diff", ".build", "figures", ".hypothesis", ".ruff_cache",
)  # fmt: skip


@dataclass
class Found:
    """What became of the mutants of one module."""

    module: str
    tests: list[str]
    possible: int
    tried: int
    killed: int
    timed_out: int
    survivors: list[dict]
    date: str


def main(modules: list[str], again: bool) -> None:
    """Try the sample of every one of `modules`, or `again` its survivors, and renew MUTANTS.md."""
    unknown = [module for module in modules if module not in TESTS]
    if unknown:
        sys.exit(f"{', '.join(unknown)}: no tests are named; add a line to bench/mutation_tests.py")
    known, failed = read(), []
    chosen = {
        module: open_survivors(known, module) if again else None for module in modules or TESTS
    }
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        waiting = [pool.submit(try_module, *item) for item in chosen.items() if item[1] != []]
        for done in as_completed(waiting):
            try:
                found = done.result()
            except RuntimeError as error:
                failed.append(str(error))
                continue
            only = chosen[found.module]
            known[found.module] = (
                merged(known[found.module], only, found) if again else asdict(found)
            )
            save(known)
            print(f"{found.module}: {found.killed} of {found.tried} killed", flush=True)
    if failed:
        sys.exit("\n".join(failed))


def open_survivors(known: dict[str, dict], module: str) -> list[dict]:
    """Return the survivors of `module` that nobody has judged to be equivalent or unimportant."""
    closed = {key for key, row in judgements().items() if row["judgement"] != "hole"}
    ones = known[module]["survivors"] if module in known else []
    return [one for one in ones if (module, one["before"], one["after"]) not in closed]


def merged(before: dict, only: list[dict], found: Found) -> dict:
    """Return what was known `before` of a module, after `only` some survivors were tried again."""
    left = [one for one in before["survivors"] if one not in only] + found.survivors
    late = before["timed_out"] + found.timed_out
    return before | asdict(found) | {
        "tried": before["tried"], "killed": before["tried"] - len(left), "timed_out": late,
        "survivors": left,
    }  # fmt: skip


def try_module(module: str, only: list[dict] | None = None) -> Found:
    """Return what became of the sample of mutants of `module`, or of `only` some of them.

    RuntimeError if its tests fail without any mutant.
    """
    prepare()
    tests = [f"tests/test_{name}.py" for name in TESTS[module].split()]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(
            shutil.copytree(ROOT, Path(folder) / "copy", ignore=shutil.ignore_patterns(*OUT))
        )
        code = run(copy, tests, BUDGET, FIRST, mutated=False)
        if code:
            raise RuntimeError(
                f"{module}: {' '.join(tests)} fail without any mutant (pytest: {code})"
            )
        source = (copy / module).read_text(encoding="utf-8")
        possible = mutants(source)
        chosen = sample(possible, SIZE, f"{SEED} {module}")
        if only is not None:
            chosen = [mutant for mutant in chosen if mutant.shown(source) in only]
        room = (BUDGET, LIMIT) if only is None else (WIDER, LONGER)
        ends = [try_mutant(copy, module, mutant, tests, *room) for mutant in chosen]
    return Found(
        module=module,
        tests=tests,
        possible=len(possible),
        tried=len(chosen),
        killed=sum(end != 0 for end in ends),
        timed_out=ends.count(TIMED_OUT),
        survivors=[m.shown(source) for m, end in zip(chosen, ends, strict=True) if end == 0],
        date=f"{datetime.now(UTC):%Y-%m-%d}",
    )


def try_mutant(
    copy: Path, module: str, mutant: Mutant, tests: list[str], budget: float, limit: int
) -> int:
    """Return how pytest ends in the `copy` of the project with `mutant` in place of `module`."""
    path = copy / module
    kept = path.read_text(encoding="utf-8")
    path.write_text(mutant.apply(kept), encoding="utf-8")
    try:
        return run(copy, tests, budget, limit, mutated=True)
    finally:
        path.write_text(kept, encoding="utf-8")


def read() -> dict[str, dict]:
    """Return what was found before, by module."""
    return json.loads(FOUND.read_text(encoding="utf-8")) if FOUND.exists() else {}


def save(known: dict[str, dict]) -> None:
    """Keep what is `known` of all modules, and write MUTANTS.md."""
    ordered = {module: known[module] for module in TESTS if module in known}
    FOUND.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (HERE / "MUTANTS.md").write_text(
        document(ordered, SEED, SIZE, (BUDGET, WIDER)), encoding="utf-8"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "modules", nargs="*", help="such as analysis/engine/tau2.py; all without one"
    )
    parser.add_argument("--survivors", action="store_true", help="only those that survived before")
    given = parser.parse_args()
    main(given.modules, given.survivors)
