"""The trials: their number, their participants, and the table of their characteristics."""

from __future__ import annotations

from functools import partial
from statistics import median

import pandas as pd

from ..display.dots import DotRow, dot_plot
from ..display.figure import Figure
from ..display.numbers import ABSENT, count, number
from ..display.registry import Registry
from ..display.scale import axis
from ..display.sections import place
from ..display.table import Column, Row, Table
from ..display.value import Used, Value
from ..review.printed import is_number
from .given import CHARACTERISTICS, NUMERIC
from .settings import PAPER

SOURCE = PAPER + CHARACTERISTICS
DIAGNOSES = {"mood": "Mood Disorder", "anxiety": "Anxiety", "transdiagnostic": "Transdiagnostic"}
# Measures of which the text tells how many trials used them.
MEASURES = {"scl20": "SCL-20", "ymrs": "YMRS"}
DEPRESSION = "MDD"
USUAL = ("BDI", "HAM")  # how the names of its two most usual measures begin
NOT_GIVEN = {"NRD": "n. r.", "NA": "—", "": "—"}

COLUMNS = (
    Column("name", "Study"),
    Column("diagnosis", "Diagnosis"),
    Column("age", "Age", "right"),
    Column("female_percent", "Women, %", "right"),
    Column("married_percent", "Married, %", "right"),
    Column("n_treatment", "Treated", "right", spanner="Participants"),
    Column("n_control", "Compared", "right", spanner="Participants"),
    Column("treatment", "Treatment"),
    Column("treatment_weeks", "Weeks", "right"),
    Column("symptom_measure", "Symptoms", spanner="Measures"),
    Column("qol_measure", "Quality of life", spanner="Measures"),
    Column("quality", "Quality rating", "right"),
)
NOTES = (
    "Age is the mean in years; weeks is the length of the treatment; n. r. means not reported; "
    "a dash means not measured.",
    "CBT, cognitive behavioural therapy; CT, cognitive therapy; IPT, interpersonal psychotherapy; "
    "MDD, major depressive disorder; Meds, medication; PTSD, post-traumatic stress disorder.",
)


def add_trials(registry: Registry, studies: pd.DataFrame) -> None:
    """Register what the text says of `studies` as a whole, and their table."""
    rows = [_row(registry, study) for study in studies.to_dict("records")]
    registry.add("studies", Table("studies", COLUMNS, tuple(rows), NOTES))

    keys = tuple(studies["study"])
    registry.value("studies.k", len(keys), count, f"trials of the review; rows of {SOURCE}")
    sizes = {}
    for column in ("n_treatment", "n_control"):
        sizes[column] = [int(n) for n in studies[column] if n.isdecimal()]
        ids = tuple(f"studies.{key}.{column}" for key in keys)
        registry.value(
            f"studies.{column}",
            sum(sizes[column]),
            count,
            f"{NUMERIC[column]}; sum over the trials",
            ids,
        )
    registry.value(
        "studies.n", sum(sizes["n_treatment"]) + sum(sizes["n_control"]), count,
        "participants; sum of both groups", ("studies.n_treatment", "studies.n_control"),
    )  # fmt: skip
    for name, label in DIAGNOSES.items():
        k = int((studies["diagnosis"] == label).sum())
        registry.value(
            f"studies.{name}.k", k, count, f"trials with the diagnosis {label}; {SOURCE}"
        )
    for name, label in MEASURES.items():
        k = int(studies["symptom_measure"].str.startswith(label).sum())
        registry.value(
            f"studies.measure.{name}.k",
            k,
            count,
            f"trials that measured symptoms by {label}; {SOURCE}",
        )
    registry.value(
        "studies.qol_measure.k", int((studies["qol_measure"] != "NA").sum()), count,
        f"trials that name a measure of quality of life; {SOURCE}",
    )  # fmt: skip
    depressed = studies[studies["disorder"] == DEPRESSION]
    usual = depressed["symptom_measure"].str.startswith(USUAL)
    for name, k, what in (
        ("depression", len(depressed), f"trials with the disorder {DEPRESSION}"),
        (
            "depression.usual",
            int(usual.sum()),
            f"trials with the disorder {DEPRESSION} measured by {' or '.join(USUAL)}",
        ),
    ):
        registry.value(f"studies.{name}.k", k, count, f"{what}; {SOURCE}")
    _add_extremes(registry, studies)
    registry.figure("studies.quality", partial(_quality, registry, studies))


def _add_extremes(registry: Registry, studies: pd.DataFrame) -> None:
    totals = {
        row["study"]: int(row["n_treatment"]) + int(row["n_control"])
        for row in studies.to_dict("records")
        if row["n_treatment"].isdecimal() and row["n_control"].isdecimal()
    }
    for name, choose in (("smallest", min), ("largest", max)):
        key = choose(totals, key=totals.get, default=None)
        inputs = (f"studies.{key}.n_treatment", f"studies.{key}.n_control") if key else ()
        registry.value(
            f"studies.{name}.n", totals.get(key), count, f"participants of the {name} trial", inputs
        )
    ratings = {
        r["study"]: r["quality"] for r in studies.to_dict("records") if is_number(r["quality"])
    }
    for name, choose in (("low", min), ("high", max)):
        key = choose(ratings, key=lambda k: float(ratings[k]), default=None)
        registry.value(
            f"studies.quality.{name}", float(ratings[key]) if key else None,
            lambda raw: number(raw, 1),
            f"{name}est quality rating; {choose.__name__}imum over the trials",
            (f"studies.{key}.quality",) if key else (),
        )  # fmt: skip
    registry.value(
        "studies.quality.median", median(map(float, ratings.values())) if ratings else None,
        lambda raw: number(raw, 2), "quality rating in the middle; median over the trials",
        tuple(f"studies.{key}.quality" for key in ratings),
    )  # fmt: skip


def _row(registry: Registry, study: dict[str, str]) -> Row:
    cells = {}
    for column in COLUMNS:
        text = study[column.key]
        if column.key in NUMERIC and is_number(text):
            cells[column.key] = registry.get(Value, f"studies.{study['study']}.{column.key}")
        elif column.key == "diagnosis":
            # The category and, where there is one, the disorder within it: "Mood disorder (MDD)".
            disorder = f" ({study['disorder']})" if study["disorder"] else ""
            cells[column.key] = text.capitalize() + disorder
        else:
            cells[column.key] = NOT_GIVEN.get(text, text)
    cells["name"] = Used(study["name"], home=place(study["study"]))
    return Row(cells)


def _quality(registry: Registry, studies: pd.DataFrame) -> Figure:
    """The ratings, the highest first, over the scale that they were given on."""
    rated = []
    for study in studies.to_dict("records"):
        name = f"studies.{study['study']}.quality"
        value = registry.get(Value, name) if name in registry else None
        texts = (value.raw, value.text) if value else (None, ABSENT)
        rated.append(DotRow(study["name"], texts[:1], texts[1:]))
    rated.sort(key=lambda row: (row.values[0] is None, -(row.values[0] or 0), row.label))
    ends = [registry.get(Value, f"settings.quality_{end}").raw for end in ("low", "high")]
    scale = axis([*ends, *(row.values[0] for row in rated)])
    return dot_plot("studies-quality", rated, ["Quality rating"], "Study", scale)
