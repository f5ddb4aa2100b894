"""Subgroups of an outcome's trials: each category pooled, the categories compared, Table 3.

Value names are `<outcome>.<model>.<variable>.<category>.<statistic>`, and
`<outcome>.random.<variable>.q_between` with its `_df` and `_pvalue`; below a category, `others` are the
trials of all other categories pooled, and `contrast` is how it differs from them. As in the publication,
tau² is estimated within each category and the pooled effects of the categories are compared as fixed.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..display.numbers import count, pvalue
from ..display.registry import Registry
from ..display.table import Column, Row, Table
from ..display.value import Marked, Value
from ..engine.subgroups import subgroups
from ..review import formulas
from ..review.statuses import MARKS
from .differences import add_difference
from .outcome import Outcome
from .pooled import MODELS, Propagated, add_pooled, decimals, evidence_on
from .settings import LEVEL, LOW_I2
from .verdicts import as_printed, mark_notes
from .wording import ALPHA


@dataclass(frozen=True)
class Variable:
    """A variable that groups the trials, with its categories' labels, as Table 3 names them."""

    label: str
    categories: dict[str, str]


VARIABLES = {
    "disorder": Variable(
        "Diagnostic category",
        {"anxiety": "Anxiety", "mood": "Mood", "transdiagnostic": "Transdiagnostic"},
    ),
    "diagnosis": Variable("Diagnosis", {"mdd": "MDD", "other": "Other diagnosis"}),
    "previous_treatment": Variable(
        "Previous treatment",
        {"combined": "Combined", "medication": "Medication", "psychotherapy": "Psychotherapy"},
    ),
    "comparison": Variable(
        "Comparison group",
        {"tau": "Treatment as usual", "wlc": "Waiting list", "hep": "Health programme and drugs"},
    ),
    "comparison_modality": Variable(
        "Modality of the comparison", {"active": "Active", "passive": "Passive"}
    ),
    "treatment": Variable(
        "Psychotherapy",
        {
            "cbt": "CBT",
            "third_wave": "Third wave",
            "combined": "Combined",
            "other": "Other therapy",
        },
    ),
    "measure": Variable(
        "Outcome measure",
        {"bdi": "BDI", "caps": "CAPS", "hamd": "HAM-D", "other": "Other measure"},
    ),
}

COLUMNS = (
    Column("category", "Category"),
    Column("k", "Trials", "right"),
    Column("estimate", "SMD", "right", spanner="Fixed-effect model"),
    Column("se", "SE", "right", spanner="Fixed-effect model"),
    Column("ci_low", "Lower", "right", spanner="Fixed-effect model"),
    Column("ci_high", "Upper", "right", spanner="Fixed-effect model"),
    Column("statistic", "z", "right", spanner="Fixed-effect model"),
    Column("pvalue", "p", "right", spanner="Fixed-effect model"),
    Column("q", "Q", "right", spanner="Heterogeneity"),
    Column("q_df", "df", "right", spanner="Heterogeneity"),
    Column("q_pvalue", "p", "right", spanner="Heterogeneity"),
    Column("i2", "I², %", "right", spanner="Heterogeneity"),
)
ABBREVIATIONS = (
    "SMD, standardised mean difference; SE, standard error; lower and upper, limits of the confidence "
    "interval; df, degrees of freedom; MDD, major depressive disorder; CBT, cognitive behavioural "
    "therapy; BDI, Beck Depression Inventory; CAPS, Clinician-Administered PTSD Scale; HAM-D, Hamilton "
    "Depression Rating Scale."
)


def add_subgroups(registry: Registry, outcome: Outcome, groups: pd.DataFrame) -> None:
    """Register every category of every variable in `groups` for `outcome`, and the tests between."""
    for variable in VARIABLES:
        member = members(outcome, groups, variable)
        for category, positions in member.items():
            effects = [outcome.effects[i] for i in positions]
            for model in MODELS:
                add_pooled(registry, f"{outcome.key}.{model}.{variable}.{category}", model, effects)
        _add_between(registry, outcome, variable, member)


def members(outcome: Outcome, groups: pd.DataFrame, variable: str) -> dict[str, tuple[int, ...]]:
    """Return for each category of `variable` the positions of its trials among `outcome`'s effects."""
    rows = groups[groups["variable"] == variable]
    category_of = dict(zip(rows["study"], rows["category"], strict=True))
    return {
        category: tuple(
            i for i, e in enumerate(outcome.effects) if category_of.get(e.study) == category
        )
        for category in VARIABLES[variable].categories
    }


def _add_between(registry: Registry, outcome: Outcome, variable: str, member: dict) -> None:
    """Register Q between the categories of `variable`, whose positions are `member`."""
    prefix = f"{outcome.key}.random.{variable}"
    present = {category: own for category, own in member.items() if own}
    result, evidence = None, None
    if len(present) > 1:
        chosen = [(i, category) for category, own in present.items() for i in own]
        effects = [outcome.effects[i] for i, _ in chosen]
        method = MODELS["random"][0]
        result = subgroups(
            [e.yi for e in effects], vi=[e.vi for e in effects], groups=[c for _, c in chosen],
            method=method, tau2="separate", level=LEVEL,
        )  # fmt: skip
        evidence = evidence_on(outcome.effects, formulas.between(method, list(present.values())))
    inputs = tuple(
        f"{prefix}.{category}.{part}" for category in present for part in ("estimate", "se")
    )
    for name, text, meaning in (
        ("q_between", decimals(2), "Q between the categories"),
        ("q_between_df", count, "degrees of freedom of Q between the categories"),
        ("q_between_pvalue", pvalue, "significance (p) of Q between the categories"),
    ):
        registry.value(
            f"{prefix}.{name}",
            None if result is None else getattr(result, name),
            text,
            f"{meaning} of {VARIABLES[variable].label.lower()}; random-effects within each",
            inputs,
            Propagated(evidence, name) if evidence and name != "q_between_df" else None,
        )
    _add_wording(registry, prefix)


def add_against_others(
    registry: Registry, outcome: Outcome, groups: pd.DataFrame, variable: str, category: str
) -> None:
    """Register the trials of the other categories of `variable` pooled, and how `category` differs."""
    prefix = f"{outcome.key}.random.{variable}.{category}"
    own = members(outcome, groups, variable)
    rest = [outcome.effects[i] for other in own if other != category for i in own[other]]
    add_pooled(registry, f"{prefix}.others", "random", rest)
    label = VARIABLES[variable].categories[category].lower()
    first, second = (prefix, label), (f"{prefix}.others", "all other categories")
    add_difference(registry, f"{prefix}.contrast", first, second, "other people")


def _add_wording(registry: Registry, prefix: str) -> None:
    test = f"{prefix}.q_between_pvalue"
    p = registry.get(Value, test).raw
    words = "cannot be compared, for lack of trials"
    if p is not None:
        words = "differed more than chance alone would explain"
        if p >= ALPHA:
            words = "did not differ clearly"
    registry.phrase(f"{prefix}.differ", words, (test,))


def add_table3(registry: Registry, outcome: Outcome) -> None:
    """Register the table of all categories of `outcome` in the fixed-effect model, verdicts marked."""
    rows, used = [], set()
    for variable, described in VARIABLES.items():
        for category, label in described.categories.items():
            cells = {"category": label}
            for column in COLUMNS[1:]:
                value = registry.get(
                    Value, f"{outcome.key}.fixed.{variable}.{category}.{column.key}"
                )
                mark = MARKS.get(value.status, "")
                used.add(value.status)
                shown = value if column.key.endswith("pvalue") else as_printed(value)
                cells[column.key] = Marked(shown, mark)
            rows.append(Row(cells, group=described.label))
    _add_low(registry, outcome)
    notes = (ABBREVIATIONS, *mark_notes(used))
    registry.add(
        f"{outcome.key}.subgroups", Table(f"{outcome.key}-subgroups", COLUMNS, tuple(rows), notes)
    )


def _add_low(registry: Registry, outcome: Outcome) -> None:
    """Register how many categories have little heterogeneity: of more than a single trial."""
    low = []
    for variable, described in VARIABLES.items():
        for category in described.categories:
            prefix = f"{outcome.key}.fixed.{variable}.{category}"
            k, i2 = (registry.get(Value, f"{prefix}.{name}").raw for name in ("k", "i2"))
            if i2 is not None and k > 1 and i2 < LOW_I2:
                low.append(f"{prefix}.i2")
    registry.value(
        f"{outcome.key}.subgroups.low.k", len(low), count,
        "categories of several trials whose I² the publication's rule calls small", tuple(low),
    )  # fmt: skip
