"""The checks of the publication's own arithmetic, as a table and as findings in words."""

from __future__ import annotations

from ..display.numbers import count
from ..display.registry import Registry
from ..display.table import Column, Row, Table
from ..review.checks import run_checks
from ..review.data import Review
from .verdicts import capitalised

COLUMNS = (
    Column("asks", "What must hold"),
    Column("cases", "Cases", "right"),
    Column("failed", "Not met", "right"),
    Column("findings", "What was found"),
)


def add_checks(registry: Registry, review: Review) -> None:
    """Register what every check of `review` asked, how often, and what it found."""
    rows = []
    for check in run_checks(review):
        prefix = f"checks.{check.name}"
        cases = registry.value(
            f"{prefix}.cases", check.cases, count, f"cases checked: {check.asks}"
        )
        failed = registry.value(
            f"{prefix}.failed", len(check.findings), count, f"cases not met: {check.asks}"
        )
        found = "; ".join(finding.text for finding in check.findings)
        rows.append(
            Row(
                {
                    "asks": capitalised(check.asks),
                    "cases": cases,
                    "failed": failed,
                    "findings": found or "Nothing",
                }
            )
        )
    registry.add("checks", Table("checks", COLUMNS, tuple(rows)))
