"""What contradicts itself in the publication, most consequential first.

Numbers that contradict each other with the arithmetic; names, labels and statements word for word.

Value names are `audit.<touches>.k` and `remarks.<touches>.k`, by what hangs on it, and of all `….k`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from ..display.numbers import count, with_minus
from ..display.registry import Registry
from ..display.table import Column, Row, Table
from ..review import formulas
from ..review.consistency import Contradiction, contradictions
from ..review.data import Review
from ..review.relations import Span
from ..review.schema import TOUCHES
from ..review.verify import Suspicion
from .moderators import MODERATORS, with_moderator
from .outcome import read_outcome
from .pooled import evidence_on
from .settings import ALPHA, SCALES

STAKES = {
    "conclusion": "A conclusion or a reason depends on it",
    "result": "In a reported result; no conclusion depends on it",
    "label": "Only a name, a count or a description depends on it",
}
COLUMNS = (
    Column("where", "Place"),
    Column("arithmetic", "What does not fit"),
    Column("conjecture", "What would fit (a conjecture)"),
    Column("verdict", "Called inconsistent", "right"),
)
REMARKS = (
    Column("what", "What differs"),
    Column("one", "Wording"),
    Column("other", "Other wording"),
)


def read_contradictions(review: Review) -> tuple[Contradiction, ...]:
    """Return what contradicts itself in the printed numbers of `review`."""
    return contradictions(
        review.published.to_dict("records"),
        review.flow.to_dict("records"),
        ALPHA,
        dict(_tau2_alone(review)),
    )


def _tau2_alone(review: Review) -> Iterator[tuple[str, Span]]:
    """Yield each regression printed with R², and what τ² its trials leave without the moderator.

    Their variances are free within their digits: a contradiction must hold whatever the arms were. Where
    the data have other trials than the printed degrees of freedom tell, nothing is known.
    """
    printed = dict(zip(review.published["quantity"], review.published["printed"], strict=True))
    for quantity in printed:
        match quantity.split("."):
            case [key, "regression", moderator, "r2"] if key in SCALES and moderator in MODERATORS:
                analysis = quantity.rpartition(".")[0]
                outcome = read_outcome(key, review.effects, review.studies)
                effects = with_moderator(outcome, review.studies, moderator)
                if printed.get(f"{analysis}.q_e_df") != str(len(effects) - 2):
                    continue
                free = evidence_on([e.untied for e in effects], formulas.heterogeneity())
                if free:
                    yield analysis, free.bounds("tau2")


def suspects_of(found: Sequence[Contradiction]) -> dict[str, Suspicion]:
    """Return by row id why each suspect of the contradictions `found` is one: it alone, if so in any."""
    reasons: dict[str, Suspicion] = {}
    # The most consequential come first, and still do among those of one suspect and among the others.
    for one in sorted(found, key=lambda one: len(one.suspects) > 1):
        for row in one.suspects:
            why = f"{one.arithmetic} {one.conjecture}".rstrip()
            reasons.setdefault(row, Suspicion(why, alone=len(one.suspects) == 1))
    return reasons


def add_audit(registry: Registry, found: Sequence[Contradiction]) -> None:
    """Register the table of the contradictions `found`, and their number; after all is judged."""
    rows, kinds = [], {}
    for place, one in enumerate(found, start=1):
        called = [
            row
            for row in one.suspects
            if row in registry.judged and registry.judged[row].verdict.status == "inconsistent"
        ]
        kinds = dict.fromkeys(called, one.repeats) | kinds
        value = registry.value(
            f"audit.{place}.k",
            len(called),
            count,
            "numbers of this contradiction called inconsistent",
        )
        cells = {
            "where": _where(registry, one),
            "arithmetic": with_minus(one.arithmetic),
            "conjecture": with_minus(one.conjecture) or "It cannot be told.",
            "verdict": value,
        }
        rows.append(Row(cells, STAKES[one.touches]))
    _add_counts(
        registry, "audit", [one.touches for one in found], "printed numbers that contradict"
    )
    for name, repeats, what in (
        ("contradicting", False, "that contradict other printed numbers"),
        ("repeating", True, "that repeat another analysis digit for digit"),
    ):
        k = list(kinds.values()).count(repeats)
        registry.value(f"audit.{name}.k", k, count, f"numbers called inconsistent {what}")
    registry.add("audit", Table("audit", COLUMNS, tuple(rows)))


def add_remarks(registry: Registry, remarks: pd.DataFrame) -> None:
    """Register the table of what reading found, the rows of remarks.csv, and how many there are."""
    found = sorted(remarks.to_dict("records"), key=lambda row: TOUCHES.index(row["touches"]))
    rows = [
        Row(
            {
                "what": row["what"],
                "one": f"“{row['text1']}”, {row['place1']}",
                "other": f"“{row['text2']}”, {row['place2']}",
            },
            STAKES[row["touches"]],
        )
        for row in found
    ]
    _add_counts(registry, "remarks", [row["touches"] for row in found], "rows of remarks.csv")
    registry.add("remarks", Table("remarks", REMARKS, tuple(rows)))


def _add_counts(registry: Registry, name: str, touched: Sequence[str], source: str) -> None:
    """Register how many there are under `name`, in all and by what they have `touched`."""
    registry.value(f"{name}.k", len(touched), count, source)
    for touches in TOUCHES:
        k = touched.count(touches)
        registry.value(
            f"{name}.{touches}.k", k, count, f"{source}, by what depends on them: {touches}"
        )


def _where(registry: Registry, one: Contradiction) -> str:
    places = [registry.judged[row].row["where"] for row in one.ids if row in registry.judged]
    return "; ".join(dict.fromkeys(places))
