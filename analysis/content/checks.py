"""The checks of the publication's own arithmetic, and of our files against each other, as a table."""

from __future__ import annotations

from ..display.numbers import count
from ..display.registry import Registry
from ..display.table import Column, Row, Table
from ..review.checks import Check, run_checks
from ..review.data import Finding, Review
from .settings import SCALES
from .subgroups import VARIABLES
from .verdicts import capitalised

COLUMNS = (
    Column("asks", "What must hold"),
    Column("cases", "Cases", "right"),
    Column("failed", "Not met", "right"),
    Column("findings", "What was found"),
)


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
        cells = {"asks": capitalised(check.asks), "cases": cases, "failed": failed}
        rows.append(Row(cells | {"findings": found or "Nothing"}))
    registry.add("checks", Table("checks", COLUMNS, tuple(rows)))


def _belong_together(registry: Registry, review: Review) -> Check:
    """Find rows of our files that nothing uses: a slip in a key would take them out without a word."""
    found = list(review.findings)
    for line, outcome in review.effects["outcome"].items():
        if outcome not in SCALES:
            found.append(
                Finding("effects.csv", line, "outcome", f"{outcome} is no outcome of ours")
            )
    for line, row in review.groups.iterrows():
        known = VARIABLES.get(row["variable"])
        if known is None or row["category"] not in known.categories:
            where = f"{row['study']}, {row['variable']}"
            text = f"{where}: {row['category']} is no category of ours"
            found.append(Finding("groups.csv", line, "category", text))
    for line, row in review.published.iterrows():
        if row["id"] not in registry.judged:
            text = f"{row['id']}: no value is called {row['quantity']}"
            found.append(Finding("published.csv", line, "quantity", text))
    grouped = set(zip(review.groups["study"], review.groups["variable"], strict=True))
    for study in dict.fromkeys(review.effects["study"]):
        for variable in VARIABLES:
            if (study, variable) not in grouped:
                text = f"{study} has no category of {variable}"
                found.append(Finding("groups.csv", None, "category", text))
    cases = len(review.effects) + len(review.groups) + len(review.published) + len(review.studies)
    return Check("files", "the rows of the data files belong together", cases, tuple(found))
