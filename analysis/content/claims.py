"""What the publication states in words, and whether the recomputed numbers bear it out.

Value names are `claims.<verdict>.k` and, of the words of degree, `claims.word.<readings>.k`; phrases
`claims.<id>.verdict` and `claims.<id>.why`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..display.numbers import count
from ..display.registry import Registry
from ..display.sentence import listed
from ..display.table import Column, Row, Table
from ..display.value import Value
from .claim_rules import RULES
from .rule_kinds import CONVENTION, VERDICTS, Found
from .settings import HIGGINS, SIZES, VERY_LARGE

COLUMNS = (
    Column("claim", "Claim"),
    Column("verdict", "Verdict"),
    Column("why", "Because"),
)
# How many readings of a convention give the publication's word; None where no convention has it.
READINGS = {"both": 2, "one": 1, "neither": 0, "unnamed": None}
NOTE = (
    "Every claim stands under the place where the publication makes it. Pooled effects and tests are "
    "those of the publication’s own methods where nothing else is said. That leaving trials out does "
    "not change the mean significantly may mean that the intervals of both means overlap, as those of "
    "nearly the same trials hardly ever fail to; or that the trials left out are no outliers, which is "
    "a test of our own, of how far they are from the mean of the others. SMD, standardised mean "
    "difference; I², share of the variation between trials that is not due to chance."
)
# The claims that are judged by today's methods too, each with what the conclusion is called there.
TODAY = {
    "effect": "symptoms",
    "bias.tests": "asymmetry",
    "quality": "quality_symptoms",
    "followup.effect": "symptoms_followup",
    "followup.quality": "quality_symptoms_followup",
    "qol.effect": "qol",
    "qol_followup.effect": "qol_followup",
    "treatment.better": "treatment",
}


def add_claims(registry: Registry, claims: pd.DataFrame) -> None:
    """Register the verdict on each of `claims` with its reason, their table, and how many there are."""
    rows, every = [], []
    for claim in claims.to_dict("records"):
        found, name = RULES[claim["id"]](registry), f"claims.{claim['id']}"
        every.append(found)
        today, inputs = _by_today(registry, claim["id"])
        cells = {
            "claim": claim["claim"],
            "verdict": registry.phrase(f"{name}.verdict", found.verdict, found.inputs),
            "why": registry.phrase(f"{name}.why", found.why + today, (*found.inputs, *inputs)),
        }
        rows.append(Row(cells, group=claim["where"]))
    registry.add("claims", Table("claims", COLUMNS, tuple(rows), (_conventions(registry), NOTE)))
    _add_counts(registry, every)


def _by_today(registry: Registry, claim: str) -> tuple[str, tuple[str, ...]]:
    """Under how many of today's methods `claim` holds, if they judge it, and the names that say so."""
    if claim not in TODAY:
        return "", ()
    names = tuple(f"robust.{TODAY[claim]}.{name}" for name in ("held", "tried"))
    held, tried = (registry.get(Value, name) for name in names)
    if not tried.raw:
        return "", names
    return f" Of today’s methods, it holds under {held.text} of {tried.text}.", names


def _add_counts(registry: Registry, every: list[Found]) -> None:
    words = [found for found in every if found.verdict == CONVENTION]
    counted = {"all": every}
    counted |= {v.replace(" ", "_"): [f for f in every if f.verdict == v] for v in VERDICTS}
    counted |= {
        f"word.{name}": [found for found in words if found.readings == readings]
        for name, readings in READINGS.items()
    }
    for name, such in counted.items():
        inputs = tuple(dict.fromkeys(i for found in such for i in found.inputs))
        registry.value(
            f"claims.{name}.k", len(such), count,
            f"claims in words: {name.replace('_', ' ').replace('.', ', ')}", inputs,
        )  # fmt: skip


def _conventions(registry: Registry) -> str:
    """Say which values have which words, and how they are read."""
    sizes = {"Cohen": SIZES, "Sawilowsky": {"very large": VERY_LARGE}}
    said = {who: _points(registry, "size", words) for who, words in sizes.items()}
    return (
        f"Standardised mean differences are called {said['Cohen']} by Cohen and {said['Sawilowsky']} by "
        f"Sawilowsky; I² is called {_points(registry, 'i2', HIGGINS)} by Higgins and colleagues. "
        "Of the ranges, the first takes these values as lower bounds, the second goes by the "
        "nearest of them."
    )


def _points(registry: Registry, kind: str, words: Mapping[str, float]) -> str:
    """The `words` with their values, as the settings of this `kind` show them."""
    unit = "%" if kind == "i2" else ""
    values = {w: registry.get(Value, f"settings.{kind}.{w.replace(' ', '_')}") for w in words}
    return listed([f"{word} at {value.text}{unit}" for word, value in values.items()])
