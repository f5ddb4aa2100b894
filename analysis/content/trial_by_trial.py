"""Each trial by itself: what it is, its effect on every outcome, and what the pooled results owe to it.

Value names: `<outcome>.<model>.without.<study>.change`, the pooled effect without the trial less that
of all trials, by the published random-effects model and by REML; phrases
`<outcome>.influence.of.<study>`, whether the deletion diagnostics flag it.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..display.registry import Registry
from ..display.sections import Fact, Section, Sections
from ..display.sentence import capitalised
from ..display.table import Cell, Column, Row, Table
from ..display.value import Phrase, Value
from .definitions import COLUMNS as DEFINED
from .outcome import Outcome
from .pooled import decimals
from .recommended import flagged_in
from .samples import as_reconstructed
from .subgroups import VARIABLES
from .trials import COLUMNS as CHARACTERISTICS

MODELS = {"random": "As published (random effects)", "reml": "REML"}
COLUMNS = (
    Column("outcome", "Outcome"),
    *(
        Column(name, label, "right", spanner="Effect of the trial")
        for name, label in (("estimate", "SMD"), ("ci_low", "Lower"), ("ci_high", "Upper"))
    ),
    Column("weight", "Weight, %", "right", spanner=MODELS["random"]),
    *(
        Column(f"{model}.{name}", label, "right", spanner=spanner)
        for model, spanner in MODELS.items()
        for name, label in (("estimate", "Without it"), ("change", "Change"))
    ),
    Column("flagged", "Influential", spanner=MODELS["reml"]),
)
NONE = "The data hold no effect of this trial."


def add_trial_by_trial(
    registry: Registry,
    outcomes: Mapping[str, Outcome],
    studies: pd.DataFrame,
    groups: pd.DataFrame,
    definitions: pd.DataFrame,
) -> None:
    """Register a section a trial: those of `studies`, then others that `outcomes` have effects of."""
    for outcome in outcomes.values():
        _add_influence(registry, outcome)
    described = dict(zip(studies["study"], registry.get(Table, "studies").rows, strict=True))
    named = {e.study: o.name_of(e.study) for o in outcomes.values() for e in o.effects}
    names = dict(zip(studies["study"], studies["name"], strict=True)) | named
    sections = tuple(
        Section(
            study,
            name,
            {
                "Characteristics": _characteristics(described.get(study)),
                **_defined(study, definitions),
                "Groups": _grouped(study, groups),
            },
            _table(registry, study, outcomes),
            NONE,
        )
        for study, name in names.items()
    )
    registry.add("trials", Sections(sections))


def _add_influence(registry: Registry, outcome: Outcome) -> None:
    sample = as_reconstructed(outcome, "")
    flagged = flagged_in(sample)
    for study in sample.studies:
        for model in MODELS:
            names = (
                f"{outcome.key}.{model}.without.{study}.estimate",
                f"{outcome.key}.{model}.estimate",
            )
            raws = [registry.get(Value, name).raw if name in registry else None for name in names]
            registry.value(
                f"{outcome.key}.{model}.without.{study}.change",
                None if None in raws else raws[0] - raws[1],
                decimals(3),
                f"change of the pooled effect when {outcome.name_of(study)} is left out",
                tuple(name for name in names if name in registry),
            )
        registry.phrase(
            f"{outcome.key}.influence.of.{study}",
            "yes" if study in flagged else "no",
            sample.inputs,
        )


def _characteristics(row: Row | None) -> Fact:
    labels = {
        c.key: f"{c.spanner.lower()}, {c.label.lower()}" if c.spanner else c.label.lower()
        for c in CHARACTERISTICS[1:]
    }
    return {labels[key]: row.cells[key] for key in labels} if row else {}


def _defined(study: str, definitions: pd.DataFrame) -> dict[str, Fact]:
    rows = definitions[definitions["study"] == study].to_dict("records")
    return {c.label: {"": row[c.key]} for row in rows for c in DEFINED[1:]}


def _grouped(study: str, groups: pd.DataFrame) -> Fact:
    """The categories of `study`; what the publication does not print is said to be recovered."""
    return {
        VARIABLES[row["variable"]].label.lower(): VARIABLES[row["variable"]].categories[
            row["category"]
        ]
        + ("" if row["source"] == "printed" else f" ({row['source']})")
        for row in groups[groups["study"] == study].to_dict("records")
    }


def _table(registry: Registry, study: str, outcomes: Mapping[str, Outcome]) -> Table | None:
    rows = [
        Row(_cells(registry, study, outcome))
        for outcome in outcomes.values()
        if study in {effect.study for effect in outcome.effects}
    ]
    name = f"trials.{study}"
    return registry.add(name, Table(name.replace(".", "-"), COLUMNS, tuple(rows))) if rows else None


def _cells(registry: Registry, study: str, outcome: Outcome) -> dict[str, Cell]:
    key = outcome.key
    names = {
        **{n: f"{key}.study.{study}.{n}" for n in ("estimate", "ci_low", "ci_high")},
        "weight": f"{key}.random.study.{study}.weight",
        **{
            f"{model}.{n}": f"{key}.{model}.without.{study}.{n}"
            for model in MODELS
            for n in ("estimate", "change")
        },
    }
    values = {n: registry.get(Value, name) for n, name in names.items() if name in registry}
    flagged = registry.get(Phrase, f"{key}.influence.of.{study}")
    return {"outcome": capitalised(outcome.scale.name), **values, "flagged": flagged}
