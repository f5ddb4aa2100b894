"""MUTANTS.md, out of what was found in mutants.json and how survivors were judged in survivors.csv.

A row of survivors.csv names a mutant by its module and its text before and after, and judges it:

equivalent     no result can differ, or only by rounding: `why` gives the reason
unimportant    a result differs that nobody relies on: `why` says which
hole           a test was missing: `why` names the one that now kills it, or says what is left
"""

from __future__ import annotations

import csv
from importlib.metadata import version
from pathlib import Path

from .mutation_tests import TESTS

HERE = Path(__file__).parent
FOUND, JUDGED = HERE / "mutants.json", HERE / "survivors.csv"
KINDS = {
    "hole": "Holes in the tests that are still open",
    "equivalent": "Equivalent: no test can tell",
    "unimportant": "Unimportant: nobody relies on what differs",
    "": "Not judged yet",
}
HEAD = """\
# Mutants

Written by `make mutants`; do not edit. {tool}, {size} mutants a module, drawn with seed {seed},
{dates}. A mutant is one operator, number or condition changed. It is killed if a test fails in the files
that `mutation_tests.py` names for its module, or if they run out of time or memory: first the quickest
tests, as many as take {quick} s of processor time, and for what survives them (`AGAIN=1`) as many as
take {more} s; none of `make test-long`. The score is the share killed; in brackets, of those
that are not equivalent.

| module | possible | tried | killed | timed out | survived | equivalent | score |
|---|---:|---:|---:|---:|---:|---:|---:|
"""


def judgements() -> dict[tuple[str, str, str], dict[str, str]]:
    """Return the rows of survivors.csv by module, text before and text after."""
    with JUDGED.open(encoding="utf-8", newline="") as file:
        return {(row["module"], row["before"], row["after"]): row for row in csv.DictReader(file)}


def document(found: dict[str, dict], seed: int, size: int, budgets: tuple[int, int]) -> str:
    """Return MUTANTS.md."""
    judged = judgements()
    alive = [
        {"module": module, **one, **judged.get((module, one["before"], one["after"]), NOT_JUDGED)}
        for module, result in found.items()
        for one in result["survivors"]
    ]
    dates = sorted({result["date"] for result in found.values()})
    lines = [
        HEAD.format(
            tool=f"cosmic-ray {version('cosmic-ray')}",
            size=size,
            seed=seed,
            quick=budgets[0],
            more=budgets[1],
            dates=" to ".join(sorted({dates[0], dates[-1]})),
        ).rstrip()
    ]
    for layer in ("analysis/engine", "analysis/review", ""):
        group = {module: result for module, result in found.items() if module.startswith(layer)}
        if layer:
            lines += [row(f"`{name}`", [result], alive, name) for name, result in group.items()]
        lines.append(row(f"**{layer or 'all'}**", list(group.values()), alive, layer))
    if left := [f"`{module}`" for module in TESTS if module not in found]:
        lines += ["", f"Not tried yet, of the modules with tests named: {', '.join(left)}."]
    for kind, title in KINDS.items():
        lines += section(title, [one for one in alive if one["judgement"] == kind])
    now = {(one["module"], one["before"], one["after"]) for one in alive}
    closed = [one for key, one in judged.items() if one["judgement"] == "hole" and key not in now]
    lines += section("Holes that these mutants showed, closed by a test", closed)
    return "\n".join(lines) + "\n"


NOT_JUDGED = {"judgement": "", "why": ""}


def row(name: str, results: list[dict], alive: list[dict], within: str) -> str:
    """Return a line of the table: the `results` of one module, or the sum of several."""
    possible, tried, killed, late = (
        sum(result[key] for result in results)
        for key in ("possible", "tried", "killed", "timed_out")
    )
    same = sum(
        one["judgement"] == "equivalent" and one["module"].startswith(within) for one in alive
    )
    score = f"{share(killed, tried)} ({share(killed, tried - same)})"
    cells = [name, possible, tried, killed, late, tried - killed, same, score]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def share(part: int, whole: int) -> str:
    """Return `part` in per cent of `whole`."""
    return f"{100 * part / whole:.0f} %" if whole else ""


def section(title: str, ones: list[dict]) -> list[str]:
    """Return the lines of a list of mutants under a `title`; none without any."""
    lines = ["", f"## {title}", ""] if ones else []
    for one in ones:
        place = ", ".join(filter(None, (one["module"], one.get("function"))))
        why = f": {one['why']}" if one["why"] else ""
        lines.append(f"- {place}, `{one['before']}` → `{one['after']}`{why}")
    return lines
