"""Which trials the publication's subgroups hold where it does not print it: the search, told.

Value names are `<outcome>.<variable>.<category>.search.<tried|fitting>` and
`<outcome>.<variable>.search.partitions`.
"""

from __future__ import annotations

from math import comb

import pandas as pd

from ..display.numbers import count
from ..display.registry import Registry
from ..display.sentence import listed
from ..display.table import Column, Row, Table
from ..display.value import Value
from ..review.membership import MOST, Search, partitions, search
from ..review.printed import is_number
from .outcome import Outcome
from .pooled import MODELS
from .subgroups import VARIABLES, members

COLUMNS = (
    Column("category", "Category"),
    Column("k", "Trials", "right"),
    Column("tried", "Subsets tried", "right"),
    Column("fitting", "That fit", "right"),
    Column("members", "The trials"),
)
SETTLED = "The members found are those that our results rest on."
NOT_SETTLED = (
    "The members that our results rest on are not those that the search finds: the data, or the printed "
    "results, have changed since."
)
NOTHING_RECOVERED = "No category was recovered."
FEW = 5  # more trials than this are named as the others


def add_memberships(registry: Registry, outcome: Outcome, groups: pd.DataFrame) -> None:
    """Search for the trials of each recovered category of `outcome`, on k, estimate and SE alone."""
    rows, settled = [], True
    recovered = groups.loc[groups["source"] == "recovered", "variable"].unique()
    for variable in (v for v in VARIABLES if v in recovered):
        described, found = VARIABLES[variable], {}
        for category in described.categories:
            subset = f"fixed.{variable}.{category}"
            result = _searched(registry, outcome, subset, ("estimate", "se"))
            found[category] = result or Search(0, ())
        ways = partitions(list(found.values()), len(outcome.effects))
        registry.value(
            f"{outcome.key}.{variable}.search.partitions", len(ways), count,
            f"ways to share all trials out among the categories of {described.label.lower()}",
            tuple(f"{outcome.key}.{variable}.{category}.search.fitting" for category in found),
        )  # fmt: skip
        members_found = dict(zip(found, ways[0], strict=True)) if len(ways) == 1 else None
        settled &= members_found == members(outcome, groups, variable)
        for category, result in found.items():
            k = registry.get(Value, f"{outcome.key}.fixed.{variable}.{category}.k")
            cells = {"category": described.categories[category], "k": k}
            cells |= add_search(registry, outcome, f"{variable}.{category}", result)
            named = members_found and _named(outcome, members_found[category])
            cells["members"] = named or "Not settled"
            rows.append(Row(cells, group=described.label))
    table = Table(f"{outcome.key}-memberships", COLUMNS, tuple(rows))
    registry.add(f"{outcome.key}.memberships", table)
    words = (SETTLED if settled else NOT_SETTLED) if rows else NOTHING_RECOVERED
    registry.phrase(f"{outcome.key}.memberships.settled", words, ())


def add_search(registry: Registry, outcome: Outcome, subset: str, result: Search) -> dict:
    """Register how many subsets were tried and fit for `subset`; return both values."""
    prefix = f"{outcome.key}.{subset}.search"
    return {
        "tried": registry.value(
            f"{prefix}.tried", result.tried, count, "subsets of the printed number of trials"
        ),
        "fitting": registry.value(
            f"{prefix}.fitting", len(result.fitting), count,
            "subsets whose pooled effect and standard error can print as the publication prints them",
        ),
    }  # fmt: skip


def add_random_search(registry: Registry, outcome: Outcome, variable: str, category: str) -> None:
    """Search for a category of `outcome` on the random-effects estimate and limits of the text."""
    result = _searched(
        registry, outcome, f"random.{variable}.{category}", ("estimate", "ci_low", "ci_high")
    )
    add_search(registry, outcome, f"{variable}.{category}", result or Search(0, ()))


def _searched(registry: Registry, outcome: Outcome, subset: str, statistics) -> Search | None:
    """Search on the `statistics` that the publication prints for `subset`, None if one is missing."""
    prefix = f"{outcome.key}.{subset}"
    printed = {name: registry.printed(f"{prefix}.{name}") for name in statistics}
    k = registry.printed(f"{prefix}.k")
    if k is None or not all(text and is_number(text) for text in printed.values()):
        return None
    if comb(len(outcome.effects), int(k)) > MOST:
        return None
    method = MODELS[subset.split(".")[0]][0]
    return search(outcome.effects, int(k), printed, method)


def _named(outcome: Outcome, positions: tuple[int, ...]) -> str:
    if len(positions) > FEW:
        return "The other trials"
    return listed([outcome.name_of(outcome.effects[i].study) for i in positions])
