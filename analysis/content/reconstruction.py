"""How the printed effects were turned back into numbers, and which group sizes their digits fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..display.numbers import count, number
from ..display.registry import Registry
from ..display.sentence import capitalised, listed
from ..display.table import Column, Row, Table
from ..review.reconstruct import Reconstructed, inferred_arms
from ..review.region import Arms
from .outcome import Outcome

COLUMNS = (
    Column("trial", "Trial"),
    Column("n", "Printed", "right", spanner="Participants"),
    Column("pairs", "Pairs", "right", spanner="Group sizes that fit"),
    Column("smallest", "Smallest", "right", spanner="Group sizes that fit"),
    Column("largest", "Largest", "right", spanner="Group sizes that fit"),
)
NOTES = (
    "Participants are those of both groups. Pairs are sizes of both groups, neither larger than "
    "printed, in which some effect has all the printed digits; smallest and largest are the "
    "participants of such a pair. These sizes are inferred, not printed.",
)


def add_reconstruction(registry: Registry, outcome: Outcome) -> None:
    """Register how many rows of `outcome` fit the printed group sizes, and the exceptions in words."""
    effects, prefix = outcome.effects, f"{outcome.key}.reconstruction"
    registry.value(f"{prefix}.k", len(effects), count, "trials with this outcome")
    arms = sum(effect.basis == "arms" for effect in effects)
    registry.value(f"{prefix}.arms", arms, count, "trials whose digits fit the printed group sizes")
    registry.value(
        f"{prefix}.widest",
        max((e.yi_high - e.yi_low for e in effects), default=None),
        lambda raw: number(raw, 4),
        "largest width of the effects that fit a trial's printed digits",
        tuple(f"{outcome.key}.study.{e.study}.estimate" for e in effects),
    )
    alone = [e for e in effects if e.basis == "rounding"]
    without_fit = [outcome.name_of(e.study) for e in alone if e.sized]
    unsized = [outcome.name_of(e.study) for e in alone if not e.sized]
    broken = [outcome.name_of(e.study) for e in effects if e.basis == "printed"]
    sentences = []
    if without_fit:
        sentences.append(
            f"The printed digits of {listed(without_fit)} do not fit the tie, so there the digits "
            "alone bound the effect."
        )
    if unsized:
        sentences.append(
            f"The group sizes of {listed(unsized)} are not given, so there, too, the digits alone bound "
            "the effect."
        )
    if broken:
        sentences.append(
            f"The printed digits of {listed(broken)} contradict each other, and are taken as they "
            "stand."
        )
    text = " ".join(sentences) or "There is no exception."
    registry.phrase(f"{prefix}.exceptions", text, (f"{prefix}.arms",))


@dataclass(frozen=True)
class _Misfit:
    """A row that does not fit the printed group sizes, these sizes, and the sizes that it fits."""

    effect: Reconstructed
    printed: Arms
    fitting: tuple[Arms, ...]


def add_other_arms(
    registry: Registry, outcomes: Sequence[Outcome], effects: pd.DataFrame, studies: pd.DataFrame
) -> None:
    """Register the table of rows that used other group sizes than printed, and what they fit."""
    text = {(row["outcome"], row["study"]): row for row in effects.to_dict("records")}
    sizes = {
        row["study"]: (row["n_treatment"], row["n_control"]) for row in studies.to_dict("records")
    }
    rows = []
    for outcome in outcomes:
        for effect in outcome.effects:
            own = sizes.get(effect.study, ("", ""))
            if effect.basis == "rounding" and all(n.isdecimal() for n in own):
                printed = Arms(*map(int, own))
                fitting = inferred_arms(text[effect.outcome, effect.study], printed)
                cells = _cells(registry, outcome, _Misfit(effect, printed, fitting))
                rows.append(Row(cells, group=capitalised(outcome.scale.name)))
    registry.add("arms", Table("arms", COLUMNS, tuple(rows), NOTES))


def _cells(registry: Registry, outcome: Outcome, misfit: _Misfit) -> dict:
    study = misfit.effect.study
    prefix = f"{outcome.key}.study.{study}.arms"
    totals = [arms.n1 + arms.n2 for arms in misfit.fitting]
    named = {
        "n": (misfit.printed.n1 + misfit.printed.n2, "participants of both groups as printed"),
        "pairs": (len(misfit.fitting), "pairs of group sizes that fit all digits"),
        "smallest": (min(totals, default=None), "participants of the smallest fitting pair"),
        "largest": (max(totals, default=None), "participants of the largest fitting pair"),
    }
    values = {
        name: registry.value(f"{prefix}.{name}", raw, count, f"{meaning}, {outcome.name_of(study)}")
        for name, (raw, meaning) in named.items()
    }
    return {"trial": outcome.name_of(study), **values}
