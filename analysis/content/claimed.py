"""What the publication states in words, and whether the recomputed numbers bear it out.

Value names are `claims.<verdict>.k`, phrases `claims.<id>.verdict` and `claims.<id>.why`.
"""

from __future__ import annotations

import pandas as pd

from ..display.numbers import count
from ..display.registry import Registry
from ..display.table import Column, Row, Table
from ..display.value import Value
from .claim_rules import RULES
from .settings import SIZES

VERDICTS = {True: "holds", False: "does not hold", None: "cannot be checked"}
COLUMNS = (
    Column("claim", "Claim"),
    Column("verdict", "Verdict"),
    Column("why", "Because"),
    Column("where", "Place"),
)


def add_claimed(registry: Registry, claims: pd.DataFrame) -> None:
    """Register the verdict on each of `claims` with its reason, their table, and how many there are."""
    rows, ids = [], {verdict: [] for verdict in VERDICTS.values()}
    inputs: dict[str, None] = {}
    for row in claims.to_dict("records"):
        found, name = RULES[row["id"]](registry), f"claims.{row['id']}"
        verdict = VERDICTS[found.holds]
        ids[verdict].append(row["id"])
        inputs |= dict.fromkeys(found.inputs)
        cells = {
            "claim": row["claim"],
            "where": row["where"],
            "verdict": registry.phrase(f"{name}.verdict", verdict, found.inputs),
            "why": registry.phrase(f"{name}.why", found.why, found.inputs),
        }
        rows.append(Row(cells))
    registry.add("claims", Table("claims", COLUMNS, tuple(rows), (_note(registry),)))
    for verdict, such in ({"all": [i for own in ids.values() for i in own]} | ids).items():
        registry.value(
            f"claims.{verdict.replace(' ', '_')}.k", len(such), count,
            f"conclusions in words, {verdict}", tuple(inputs),
        )  # fmt: skip


def _note(registry: Registry) -> str:
    """Say from where on the words are used that the publication leaves open."""
    sizes = ", ".join(
        f"{word} from {registry.get(Value, f'settings.size.{word}').text}" for word in SIZES
    )
    low, high = (registry.get(Value, f"settings.{end}_i2").text for end in ("low", "high"))
    return (
        f"Sizes by Cohen’s convention, which the publication does not name: {sizes}. I² is low below "
        f"{low}%, as in the publication, and high from {high}%. A trial changes the mean significantly "
        "if it differs significantly from the others. SMD, standardised mean difference."
    )
