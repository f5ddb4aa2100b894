"""The ledger: every number that the publication prints, with its verdict, in the order of its file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from ..display.escape import escape_csv
from ..display.numbers import count, with_minus
from ..display.registry import Judged, Registry
from ..display.sentence import capitalised
from ..display.table import Cell, Column, Row, Table
from ..display.tally import TallyRow, tally
from ..display.value import Used, Value
from ..review.printed import is_number
from ..review.statuses import AS_PRINTED, MEANINGS, STATUSES, key
from ..review.verify import Given
from .moderators import MODEL, SLOPE
from .pooled import STATISTICS
from .settings import SCALES
from .verdicts import BOUNDS, BOUNDS_NOTE, as_printed, bounds, statistic_of

FIELDS = ("id", "where", "quantity", "printed", "recomputed", "low", "high", "status", "note")

# The verdict comes early, where a narrow screen still shows it.
COLUMNS = (
    Column("what", "Number"),
    Column("verdict", "Verdict", order=STATUSES),
    Column("printed", "Printed", "right"),
    Column("computed", "Recomputed", "right"),
    *BOUNDS,
    Column("analysis", "Analysis", roomy=True),
    Column("section", "Section"),
    Column("place", "Place in it"),
    Column("note", "Note", roomy=True),
)
# Where the manuscript draws or tells a number that no place shows as one, by how its name begins.
HOMES = {
    "effects.symptoms.": "fig-forest",
    "effects.symptoms_completers.": "fig-completers",
    "effects.symptoms_followup.": "fig-followup",
    "effects.qol.": "fig-qol",
    "effects.qol_followup.": "fig-qol-followup",
    "definitions.": "tbl-definitions",
    "flow.": "fig-flow",
    "studies.": "tbl-studies",
    "settings.": "sec-review",
    "decisions.": "tbl-decisions",
    "symptoms.random.": "sec-categories",
    "symptoms.subgroups.": "tbl-subgroups",
    "symptoms.regression.": "tbl-regressions",
    "symptoms_followup.regression.": "tbl-followup-regressions",
    "qol.random.": "sec-qol-subgroups",
    "qol.regression.": "tbl-qol-regressions",
}
NONE = "no value of ours"  # in place of an analysis
# What the rows without a value are about, by the last words of their ids but one.
SUBJECTS = {
    "anxiety": "anxiety disorders",
    "aims": "aims of the review",
    "terms": "meaning of non-response",
    "cbt_as_usual": "trials that compare with CBT as usual",
    "criteria": "trials by criterion of quality",
    "employed_percent": "share of employed participants",
    "comparison_weeks": "length of the comparison treatment",
    "original_weeks": "length of the original treatment",
    "followup_weeks": "length of the follow-up",
    "qol_completers": "quality of life among completers",
    "qol": "trials with quality of life",
    "qol_reported": "trials that report quality of life",
    "decisions": "trials that stand apart",
    "town": "without means and standard deviations",
    "agreement": "agreement of the raters",
    "third": "share in words",
}
# How the note of such a row begins that then says what was counted.
COUNTED = "nothing that could be computed: "
# How it begins where the inputs are missing.
UNPRINTED = "not computable: "


def add_ledger(registry: Registry) -> None:
    """Register the ledger of all that is `judged`: all rows, those not as printed, and their tally."""
    judged = list(registry.judged.values())
    apart = [one for one in judged if one.verdict.status not in AS_PRINTED]
    # Of rows that are met the bounds stand in the file alone: as values they would be most of what
    # the site knows, and say nothing that the verdict does not.
    shown = {one.row["id"]: bounds(registry, one) for one in apart if one.value}
    cells = {one.row["id"]: _cells(one) | shown.get(one.row["id"], {}) for one in judged}
    notes = (BOUNDS_NOTE,) if shown else ()
    for name, of in (("ledger", judged), ("ledger.apart", apart)):
        own = tuple(Row(cells[one.row["id"]]) for one in of)
        registry.add(name, Table(name.replace(".", "-"), COLUMNS, own, notes))
    _add_verdicts(registry)
    _add_sections(registry, judged)
    linked = sum(one.value is not None for one in judged)
    lost = [_lacks_inputs(one) for one in judged if one.verdict.status == "not computable"]
    for name, k, what in (
        ("linked", linked, "with a value of ours"),
        ("unlinked", len(judged) - linked, "without a value of ours"),
        ("lacking", lost.count(True), "not computable for lack of what they rest on"),
        ("nothing", lost.count(False), "with nothing to compute"),
    ):
        registry.value(f"ledger.{name}.k", k, count, f"printed numbers {what}")


def ledger_csv(judged: Iterable[Judged]) -> str:
    """Return the ledger of `judged` as CSV, numbers at full precision."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    for one in judged:
        row, verdict = one.row, one.verdict
        raw = one.value.raw if _recomputed(one) else None
        exact = ["" if x is None else repr(x) for x in (raw, verdict.low, verdict.high)]
        # A printed number may begin with a minus; only what is no number can be a formula.
        printed = row["printed"] if is_number(row["printed"]) else escape_csv(row["printed"])
        texts = [escape_csv(row[field]) for field in ("id", "where", "quantity")]
        writer.writerow([*texts, printed, *exact, verdict.status, escape_csv(verdict.note)])
    return out.getvalue()


def _recomputed(judged: Judged) -> bool:
    """Tell whether there is a value of ours: of an input that contradicts others there is none."""
    given = isinstance(judged.evidence, Given)
    return judged.value is not None and not (given and judged.verdict.status == "inconsistent")


def _lacks_inputs(judged: Judged) -> bool:
    """Tell whether a number that is not computable would be, if more was printed or in the data."""
    return bool(judged.row["quantity"]) or judged.row["note"].startswith(UNPRINTED)


def section_of(judged: Judged) -> tuple[str, str]:
    """Return the section, table or figure in which `judged` is printed, and the place in it."""
    section, _, place = judged.row["where"].partition(",")
    return section.strip(), place.strip()


def _cells(judged: Judged) -> dict[str, Cell]:
    value, printed = judged.value, judged.row["printed"]
    section, place = section_of(judged)
    return {
        "what": Used(_heading(statistic_of(judged)), value.id, _home(value.id))
        if value
        else words(judged.row),
        "verdict": judged.verdict.status,
        "printed": with_minus(printed),
        "computed": as_printed(replace(value, published=printed)) if _recomputed(judged) else None,
        "low": "",
        "high": "",
        "analysis": _analysis(value) if value else NONE,
        "section": section,
        "place": place,
        "note": with_minus(judged.verdict.note),
    }


def words(row: Mapping[str, str]) -> str:
    """Say what number the `row` gives, where no value of ours says it: by its note, or else its id."""
    _, _, counted = row["note"].partition(COUNTED)
    if counted:
        return capitalised(counted)
    *above, last = row["id"].split(".")
    known = {name: meaning for name, (_, meaning) in (SLOPE | MODEL).items()}
    if "regression" not in above:
        known = {name: statistic.meaning for name, statistic in STATISTICS.items()}
    # The first word is where it stands, which has a column of its own.
    said = [*(SUBJECTS.get(word, word) for word in above[1:][-1:]), known.get(last)]
    said[-1] = said[-1] or SUBJECTS.get(last, last)
    return capitalised(": ".join(dict.fromkeys(said)).replace("_", " "))


def _heading(text: str) -> str:
    """The `text` with a capital, unless it begins with a symbol such as τ²."""
    return capitalised(text) if text[:1].isascii() else text


def _home(name: str) -> str:
    return next((place for start, place in HOMES.items() if name.startswith(start)), "")


def _analysis(value: Value) -> str:
    """Where `value` comes from, and the outcome that it is about."""
    source = value.source.partition(";")[2].strip()
    scale = SCALES.get(value.id.partition(".")[0])
    return ": ".join(filter(None, (scale.name if scale else "", source)))


def _add_verdicts(registry: Registry) -> None:
    """Register the table of what each verdict means and how many numbers have it."""
    columns = (
        Column("verdict", "Verdict"),
        Column("k", "Numbers", "right"),
        Column("meaning", "What it says"),
    )
    rows = [
        Row({
            "verdict": status.capitalize(),
            "k": registry.get(Value, f"verdicts.{key(status)}.k"),
            "meaning": f"{capitalised(meaning)}.",
        })
        for status, meaning in MEANINGS.items()
    ]  # fmt: skip
    registry.add("ledger.verdicts", Table("ledger-verdicts", columns, tuple(rows)))


def _add_sections(registry: Registry, judged: Sequence[Judged]) -> None:
    """Register the figure of how many numbers of each section have which verdict."""
    found = [(section_of(one)[0], one.verdict.status) for one in judged]
    rows = [
        TallyRow(section, tuple(found.count((section, status)) for status in STATUSES))
        for section in dict.fromkeys(section for section, _ in found)
    ]
    plot = partial(tally, "ledger-sections", rows, STATUSES, "Section")
    registry.figure("ledger.sections", plot)
