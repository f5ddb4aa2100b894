"""What the publication prints and the data hold: every cell that is a number, digit for digit.

Value names are `effects.<outcome>.<study>.<column>`, `studies.<study>.<column>`, `flow.<id>`,
`literature.<id>`, and `definitions.<study>.<column>.<n>` for the numbers in the wording of a cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..display.numbers import MINUS
from ..display.registry import Registry
from ..review.coverage import Source
from ..review.data import Review
from ..review.printed import is_number
from ..review.verify import Given as GivenEvidence
from .settings import PAPER

# The publication's figure of each outcome, and its tables.
FIGURES = {
    "symptoms": 2,
    "symptoms_completers": 4,
    "symptoms_followup": 5,
    "qol": 6,
    "qol_followup": 7,
}
DEFINITIONS, CHARACTERISTICS = (f"Table {n}" for n in (1, 2))
# What the columns of numbers hold.
NUMERIC = {
    "age": "mean age in years",
    "female_percent": "women, per cent",
    "married_percent": "married or in a relationship, per cent",
    "n_treatment": "participants in the treated group",
    "n_control": "participants in the comparison group",
    "treatment_weeks": "length of the treatment in weeks",
    "quality": "quality rating",
}
EFFECTS = {
    "smd": "standardised mean difference of the trial",
    "se": "standard error of the trial's effect",
    "variance": "variance of the trial's effect",
    "ci_low": "lower confidence limit of the trial's effect",
    "ci_high": "upper confidence limit of the trial's effect",
    "z": "test statistic z of the trial's effect",
    "p": "significance (p) of the trial's effect, both tails",
}
CRITERION = "number in what the trial took for non-response"


@dataclass(frozen=True)
class Given:
    """A number as `printed`, the name of its value, where it stands, and what it is."""

    name: str
    where: str
    printed: str
    source: str


def given(review: Review) -> Iterator[Given]:
    """Yield every printed number that stands in a data file of `review`, file by file."""
    for row in review.literature.to_dict("records"):
        source = f"{row['claim']}; {row['cited']}, as cited in {row['where']}"
        yield Given(f"literature.{row['id']}", row["where"], row["printed"], source)
    for row in review.flow.to_dict("records"):
        source = f"{row['label']}; {PAPER}{row['where']}"
        yield Given(f"flow.{row['id']}", row["where"], row["count"], source)
    names = dict(zip(review.studies["study"], review.studies["name"], strict=True))
    yield from _defined(review, names)
    for row in review.studies.to_dict("records"):
        for column, meaning in NUMERIC.items():
            if is_number(row[column]):
                where = f"{CHARACTERISTICS}, {row['name']}"
                name = f"studies.{row['study']}.{column}"
                yield Given(name, where, row[column], f"{meaning}; {PAPER}{CHARACTERISTICS}")
    for row in review.effects.to_dict("records"):
        figure = f"Figure {FIGURES[row['outcome']]}"
        where = f"{figure}, {names.get(row['study'], row['study'])}"
        for column, meaning in EFFECTS.items():
            name = f"effects.{row['outcome']}.{row['study']}.{column}"
            yield Given(name, where, row[column], f"{meaning}; {PAPER}{figure}")


def _defined(review: Review, names: dict[str, str]) -> Iterator[Given]:
    """The numbers in our wording of what the trials called non-response: the printed conditions."""
    # Of the paper's own names with digits in them, only the rules apply: a cell has no passages.
    rows = review.source[review.source["kind"] == "aside"].to_dict("records")
    source = Source(rows)
    for row in review.definitions.to_dict("records"):
        where = f"{DEFINITIONS}, {names.get(row['study'], row['study'])}"
        for column in ("earlier", "current"):
            found = [n for n in source.numbers(row[column]) if n.aside is None]
            for n, number in enumerate(found, start=1):
                name = f"definitions.{row['study']}.{column}.{n}"
                yield Given(name, where, number.printed, f"{CRITERION}; {PAPER}{where}")


def add_given(registry: Registry, review: Review) -> None:
    """Register every number that `given` yields; a bound such as `<.001` is no value."""
    for one in given(review):
        if is_number(one.printed):
            registry.value(
                one.name, _raw(one.printed), lambda _, t=one.printed: t.replace("-", MINUS),
                one.source, evidence=GivenEvidence(),
            )  # fmt: skip


def _raw(text: str) -> int | float:
    return int(text) if text.isdecimal() else float(text.replace(MINUS, "-"))
