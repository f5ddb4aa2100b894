"""The checks of the publication's own arithmetic, and of our files against each other, as a table."""

from __future__ import annotations

from difflib import get_close_matches

from ..display.numbers import count
from ..display.registry import Registry
from ..display.sentence import capitalised
from ..display.table import Column, Row, Table
from ..review.checks import Check, run_checks
from ..review.data import DataError, Finding, Review
from .claim_rules import RULES
from .settings import SCALES
from .subgroups import VARIABLES

FILES = "data/"
COLUMNS = (
    Column("asks", "What must hold"),
    Column("cases", "Cases", "right"),
    Column("failed", "Not met", "right"),
    Column("findings", "What was found"),
)


def refuse_unknown(review: Review) -> None:
    """Refuse outcomes, variables, categories and claims that the manuscript does not speak of.

    A slip in one of these words would take a trial out of its place without a trace. DataError tells
    all of them.
    """
    problems = []
    for line, outcome in review.effects["outcome"].items():
        problems += _unknown("effects.csv", line, "outcome", outcome, SCALES)
    for line, row in review.groups.iterrows():
        unknown = _unknown("groups.csv", line, "variable", row["variable"], VARIABLES)
        if not unknown:
            allowed = VARIABLES[row["variable"]].categories
            unknown = _unknown("groups.csv", line, "category", row["category"], allowed)
        problems += unknown
    for line, key in review.claims["id"].items():
        problems += _unknown("claims.csv", line, "id", key, RULES)
    if problems:
        raise DataError(problems)


def _unknown(file: str, line: int, column: str, word: str, allowed) -> list[Finding]:
    if word in allowed:
        return []
    near = get_close_matches(word, allowed, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    text = f"{word!r} is not among {', '.join(allowed)}{hint}"
    return [Finding(f"{FILES}{file}", line, column, text)]


def add_checks(registry: Registry, review: Review) -> None:
    """Register what every check of `review` asked, how often, and what it found; last of all."""
    rows = []
    for check in (*run_checks(review), _belong_together(registry, review)):
        prefix = f"checks.{check.name}"
        cases = registry.value(
            f"{prefix}.cases", check.cases, count, f"cases checked: {check.asks}"
        )
        failed = registry.value(
            f"{prefix}.failed", len(check.findings), count, f"cases not met: {check.asks}"
        )
        found = "; ".join(finding.text for finding in check.findings)
        placed = "\n".join(map(str, check.findings))
        registry.phrase(f"{prefix}.placed", placed, (f"{prefix}.failed",))
        registry.phrase(f"{prefix}.found", found, (f"{prefix}.failed",))
        cells = {"asks": capitalised(check.asks), "cases": cases, "failed": failed}
        rows.append(Row(cells | {"findings": found or "Nothing"}))
    registry.add("checks", Table("checks", COLUMNS, tuple(rows)))


def _belong_together(registry: Registry, review: Review) -> Check:
    """Find rows of our files that nothing uses: a slip in a key would take them out without a word."""
    found = list(review.findings)
    found += _without_value(registry, review)
    grouped = set(zip(review.groups["study"], review.groups["variable"], strict=True))
    known = set(review.studies["study"])
    for study in dict.fromkeys(s for s in review.effects["study"] if s in known):
        missing = [variable for variable in VARIABLES if (study, variable) not in grouped]
        if missing:
            text = f"{study} has no category of {', '.join(missing)}"
            found.append(Finding(f"{FILES}groups.csv", None, "category", text))
    cases = len(review.effects) + len(review.groups) + len(review.published) + len(review.studies)
    return Check("files", "the rows of the data files belong together", cases, tuple(found))


def _without_value(registry: Registry, review: Review) -> list[Finding]:
    """Find rows of published.csv that name a quantity which there is not, once for each lost trial."""
    found, lost = [], {}
    for line, row in review.published.iterrows():
        quantity = row["quantity"]
        # A row without a quantity says in its note why nothing stands for it.
        if not quantity or quantity in registry:
            continue
        if row["id"] != quantity:
            text = f"{row['id']}: no value is called {quantity}"
            found.append(Finding(f"{FILES}published.csv", line, "quantity", text))
        else:
            file, *middle = quantity.split(".")
            study = middle[1] if file == "effects" else middle[0]
            lost.setdefault((file, study), []).append(line)
    for (file, name), lines in lost.items():
        rows = f"{len(lines)} rows repeat cells" if len(lines) > 1 else "a row repeats a cell"
        text = f"{rows} of {name} that {FILES}{file}.csv no longer holds; make published drops them"
        found.append(Finding(f"{FILES}published.csv", lines[0], "quantity", text))
    return found
