"""The manuscript composes whatever the data hold: few trials or none, coarse digits, missing files."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest

from analysis.display.figure import Figure
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.review import DataError
from analysis.review.statuses import STATUSES, key

from conftest import ROOT
from edited import ROWS, edited

with (ROOT / "data/published.csv").open(encoding="utf-8", newline="") as _file:
    PUBLISHED = list(csv.DictReader(_file))


def of(*studies):
    return [row for row in ROWS if row[1] in studies]


def coarse(row):
    return [*row[:2], *(f"{float(cell):.2f}" for cell in row[2:])]


def contradictory(row):
    return [*row[:7], "9.000", row[8]] if row[:2] == ["symptoms", "isasi2010"] else row


@pytest.fixture
def composed(tmp_path):
    """Compose from a copy of the data with other `rows` of effects.csv and other `files`.

    With `drawn` also make every table and figure.
    """

    def run(rows=ROWS, drawn=False, **files):
        registry = edited(tmp_path, rows, **files)
        for table in registry.all(Table) if drawn else ():
            assert table.html() and table.typst() and table.csv()
        for figure in registry.all(Figure) if drawn else ():
            assert figure.svg and figure.alt
        return registry

    return run


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(of("clarke2014"), marks=pytest.mark.long),
        pytest.param(of("clarke2014", "fonagy2015"), marks=pytest.mark.long),
        pytest.param(of("clarke2014", "fonagy2015", "wiles2013"), marks=pytest.mark.long),
        pytest.param([row for row in ROWS if not row[0].startswith("qol")], marks=pytest.mark.long),
        pytest.param([row for row in ROWS if row[0] != "symptoms"], marks=pytest.mark.long),
    ],
    ids=["one", "two", "three", "no quality of life", "no symptoms"],
)
def test_few_trials(composed, rows):
    registry = composed(rows, drawn=True)
    k = sum(row[0] == "symptoms" for row in rows)
    assert registry.get(Value, "symptoms.random.k").raw == (k or None)


def test_digits_too_coarse_for_a_proof_stop_nothing(composed):
    statuses = {judged.verdict.status for judged in composed(map(coarse, ROWS)).judged.values()}
    assert "undecided" in statuses


def test_nothing_is_proven_where_a_row_contradicts_itself(composed):
    registry = composed(map(contradictory, ROWS))
    assert registry.get(Value, "checks.rows.failed").raw == 1
    placed = registry.get(Phrase, "checks.rows.placed").text
    assert re.fullmatch(
        r"data/effects\.csv:\d+: symptoms, isasi2010: .*\bz 9\.000.* contradict each other; .*",
        placed,
    )
    touched = [
        judged.verdict.status
        for judged in registry.judged.values()
        if judged.value
        and judged.value.id.rpartition(".")[0] in ("symptoms.fixed", "symptoms.random")
        and isinstance(judged.value.raw, float)
    ]
    assert set(touched) <= {"reproduced", "undecided"}


def test_files_without_rows(composed):
    registry = composed(
        published="id,where,quantity,printed,note\n",
        groups="study,variable,category,source\n",
        flow="id,kind,label,count,where,note\na,reason,Lost,3,Figure 1,\n",
    )
    assert registry.judged == {}
    assert registry.get(Phrase, "symptoms.agreement").text.startswith(
        "The publication prints no such"
    )


def test_a_word_that_the_manuscript_does_not_know_is_refused_with_its_place(composed):
    groups = (ROOT / "data/groups.csv").read_text(encoding="utf-8")
    rows = [["symptom", *ROWS[0][1:]], *ROWS[1:]]
    with pytest.raises(DataError) as refusal:
        composed(rows, groups=groups.replace(",disorder,mood,", ",disorder,moood,", 1))
    assert str(refusal.value).split("\n") == [
        "data/effects.csv:2:outcome: 'symptom' is not among symptoms, symptoms_completers, "
        "symptoms_followup, qol, qol_followup; did you mean symptoms?",
        "data/groups.csv:2:category: 'moood' is not among anxiety, mood, transdiagnostic; did you mean "
        "mood?",
    ]


def test_a_row_that_nothing_uses_is_a_finding(composed):
    published = (ROOT / "data/published.csv").read_text(encoding="utf-8")
    wrong = published.replace(",symptoms.random.estimate,", ",symptoms.random.estimat,", 1)
    registry = composed(published=wrong)
    assert registry.get(Value, "checks.files.failed").raw == 1
    assert (
        "no value is called symptoms.random.estimat"
        in registry.get(Phrase, "checks.files.found").text
    )


def statuses_of(registry) -> Counter:
    """How many rows the ledger has of each verdict, once it is told that the tally says the same."""
    shown = Counter(row.cells["verdict"] for row in registry.get(Table, "ledger").rows)
    told = {status: registry.get(Value, f"verdicts.{key(status)}.k").raw for status in STATUSES}
    assert told == {status: shown[status] for status in STATUSES}
    return shown


@pytest.mark.parametrize("gone", ["a trial", pytest.param("all effects", marks=pytest.mark.long)])
def test_whatever_is_deleted_tally_and_ledger_have_every_printed_number(composed, gone):
    rows = [row for row in ROWS if gone == "a trial" and row[1] != "isasi2010"]
    registry = composed(rows, drawn=True)
    assert registry.get(Value, "verdicts.all.k").raw == len(PUBLISHED)
    assert statuses_of(registry).total() == len(PUBLISHED)
    assert list(registry.judged) == [row["id"] for row in PUBLISHED]
    lost = registry.judged["effects.symptoms.isasi2010.smd"].verdict
    found = registry.get(Phrase, "checks.files.placed").text.splitlines()
    told = [one for one in found if " of isasi2010 " in one and "effects.csv" in one]
    rows = sum(row["id"].startswith("effects.") and ".isasi2010." in row["id"] for row in PUBLISHED)
    assert len(told) == 1 and f"quantity: {rows} rows repeat cells of isasi2010" in told[0]
    assert (lost.status, lost.note) == ("not computable", "the data no longer hold it")


def test_an_unknown_quantity_is_not_computable_and_counted(composed):
    text = (ROOT / "data/published.csv").read_text(encoding="utf-8")
    registry = composed(published=f"{text}extra,Somewhere,symptoms.random.estimat,0.82,\n")
    assert registry.get(Value, "verdicts.all.k").raw == len(PUBLISHED) + 1
    assert statuses_of(registry).total() == len(PUBLISHED) + 1
    assert registry.judged["extra"].verdict.note == "no value is called symptoms.random.estimat"
