"""The ledger holds every row of published.csv, in its order, with the verdict that the row has."""

from __future__ import annotations

import csv
import io
from collections import Counter
from fractions import Fraction
from types import SimpleNamespace

import pytest

from analysis.content.ledger import FIELDS, add_ledger, ledger_csv, words
from analysis.display.figure import Figure
from analysis.display.registry import Judged, Registry
from analysis.display.table import Table
from analysis.display.value import Value
from analysis.manuscript import REGISTRY
from analysis.review.statuses import AS_PRINTED, STATUSES, key
from analysis.review.verify import Verdict

from conftest import ROOT
from svg import texts

with (ROOT / "data/published.csv").open(encoding="utf-8", newline="") as _file:
    PUBLISHED = list(csv.DictReader(_file))


def records(registry: Registry) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(ledger_csv(registry.judged.values()))))


def row(name: str, quantity: str, printed: str, where="Results, A part", note="") -> dict[str, str]:
    return {"id": name, "where": where, "quantity": quantity, "printed": printed, "note": note}


def small(*rows: dict[str, str], raw: float = -0.0512) -> Registry:
    """A registry with the value a.estimate, and the ledger of `rows`."""
    registry = Registry(rows)
    evidence = SimpleNamespace(
        bounds=lambda: (-0.0525, -0.0498), witness=lambda printed: None, untied=lambda: None
    )
    registry.value("a.estimate", raw, lambda x: f"{x:.2f}", "estimate; a model", (), evidence)
    for status in ("all", *STATUSES):
        registry.value(f"verdicts.{key(status)}.k", 0, str, "a count")
    registry.judge_rest()
    add_ledger(registry)
    return registry


def test_every_published_row_stands_in_the_ledger_once_and_in_order():
    found = records(REGISTRY)
    for field in ("id", "where", "quantity"):
        assert [one[field] for one in found] == [one[field] for one in PUBLISHED]
    assert [Fraction(one["printed"].lstrip("<>'")) for one in found] == [
        Fraction(one["printed"].lstrip("<>")) for one in PUBLISHED
    ]
    assert len(REGISTRY.get(Table, "ledger").rows) == len(PUBLISHED)


def test_the_file_has_its_columns_and_full_precision():
    first = ledger_csv(()).splitlines()
    assert first == ["id,where,quantity,printed,recomputed,low,high,status,note"]
    assert tuple(first[0].split(",")) == FIELDS
    for one in records(REGISTRY):
        if one["recomputed"]:
            raw = REGISTRY.get(Value, one["quantity"]).raw
            assert float(one["recomputed"]) == raw
            # A bound is outer: what we computed from the printed digits lies within.
            assert not one["low"] or float(one["low"]) <= raw
            assert not one["high"] or raw <= float(one["high"])


def test_an_input_that_contradicts_others_is_not_recomputed():
    """3228 of 401: that our data hold the digits does not confirm them."""
    found = {one["id"]: one for one in records(REGISTRY)}
    flow = found["flow.type.pharmacological"]
    assert (flow["printed"], flow["recomputed"], flow["status"]) == ("3228", "", "inconsistent")
    other = found["flow.type.combined"]
    assert (other["printed"], other["recomputed"], other["status"]) == ("79", "79", "given")
    shown = [row for row in REGISTRY.get(Table, "ledger").rows if row.cells["printed"] == "3228"]
    assert [row.cells["computed"] for row in shown] == [None]


def test_what_leaves_nothing_to_compute_is_told_from_what_lacks_its_inputs():
    """By hand: 17 rows on how the review was done, 5 shares and definitions; the rest lack inputs."""
    words_of = {
        "introduction.anxiety.third", "introduction.aims.third", "introduction.terms.treatments",
        "discussion.qol.share", "discussion.limits.qol_reported.share",
    }  # fmt: skip
    done = {r["id"] for r in PUBLISHED if r["note"].startswith("how the review was done")}
    lost = [one["id"] for one in records(REGISTRY) if one["status"] == "not computable"]
    assert len(done) == 17 and done | words_of <= set(lost)
    assert REGISTRY.get(Value, "ledger.nothing.k").raw == 17 + 5
    assert REGISTRY.get(Value, "ledger.lacking.k").raw == len(lost) - 22 == 48


def test_a_number_whose_inputs_are_gone_lacks_them():
    registry = small(
        row("x", "a.estimat", "7"), row("y", "", "8"), row("z", "", "9", note="not computable: w")
    )
    assert registry.get(Value, "ledger.lacking.k").raw == 2
    assert registry.get(Value, "ledger.nothing.k").raw == 1


def test_what_stands_in_a_row():
    (one,) = records(small(row("x", "a.estimate", "-0.05", note="=SUM(A1)")))
    assert one == {
        "id": "x", "where": "Results, A part", "quantity": "a.estimate", "printed": "-0.05",
        "recomputed": "-0.0512", "low": "-0.0525", "high": "-0.0498", "status": "reproduced",
        "note": "'=SUM(A1)",
    }  # fmt: skip


def test_a_text_that_a_spreadsheet_would_run_is_kept_from_it_and_a_negative_number_is_not():
    rows = row("a", "a.estimate", "-0.05"), row("+b", "", "=1+1", where="@c", note="-d")
    registry = Registry()
    judged = [
        Judged(rows[0], None, Verdict("undecided")),
        Judged(rows[1], None, Verdict("given", note="-d")),
    ]
    found = list(csv.DictReader(io.StringIO(ledger_csv(judged))))
    assert found[0]["printed"] == "-0.05"
    assert [found[1][field] for field in ("id", "where", "printed", "note")] == [
        "'+b", "'@c", "'=1+1", "'-d",
    ]  # fmt: skip
    assert registry.judged == {}


@pytest.mark.parametrize(
    ("printed", "status", "ends"),
    [("-0.05", "reproduced", ("", "")), ("-0.08", "different", ("−0.0525", "−0.0498"))],
)
def test_the_table_shows_a_range_where_a_number_is_not_met(printed, status, ends):
    registry = small(row("x", "a.estimate", printed))
    (shown,) = registry.get(Table, "ledger").rows
    texts_of = {key: getattr(cell, "text", cell) for key, cell in shown.cells.items()}
    assert texts_of == {
        "what": "Estimate", "verdict": status, "printed": printed.replace("-", "−"),
        "computed": "−0.05", "low": ends[0], "high": ends[1], "analysis": "a model",
        "section": "Results", "place": "A part", "note": "",
    }  # fmt: skip
    assert len(registry.get(Table, "ledger.apart").rows) == (status == "different")


def test_a_row_without_a_value_stands_in_the_ledger_and_is_not_computable():
    registry = small(row("x", "a.estimat", "7"), row("y", "", "8"), row("z", "a.estimate", "-0.05"))
    assert [(one["id"], one["recomputed"], one["status"]) for one in records(registry)] == [
        ("x", "", "not computable"), ("y", "", "not computable"), ("z", "-0.0512", "reproduced"),
    ]  # fmt: skip
    assert [one["note"] for one in records(registry)] == ["no value is called a.estimat", "", ""]
    html = registry.get(Table, "ledger").html()
    assert html.count('class="used"') == 1, "only what has a value can be used somewhere"
    assert html.count("no value of ours") == 2
    assert registry.get(Value, "ledger.linked.k").raw == 1
    assert registry.get(Value, "ledger.unlinked.k").raw == 2


@pytest.mark.parametrize(
    ("row_id", "note", "said"),
    [
        ("results.qol.regression.employed_percent.ci_low", "x",
         "Share of employed participants: lower confidence limit of the slope"),
        ("results.qol_completers.ci_low", "",
         "Quality of life among completers: lower confidence limit"),
        ("results.criteria.aims_missing", "", "Trials by criterion of quality: aims missing"),
        ("methods.raters.selection.1", "nothing that could be computed: people who sorted",
         "People who sorted"),
        ("methods.agreement", "not computable: x", "Agreement of the raters"),
        ("methods.categories", "", "Categories"),
        ("methods.unknown_word.more_words", "", "Unknown word: more words"),
    ],
)  # fmt: skip
def test_rows_without_a_value_are_told_apart_by_words(row_id, note, said):
    assert words(row(row_id, "", "1", note=note)) == said


def test_every_row_says_what_its_number_is():
    """The statistic, not merely the table or figure that it stands in; symbols keep their case."""
    for shown in REGISTRY.get(Table, "ledger").rows:
        what = getattr(shown.cells["what"], "text", shown.cells["what"])
        assert not what.startswith(("The publication", "Τ")) and "_" not in what
        assert (shown.cells["analysis"] == "no value of ours") == isinstance(
            shown.cells["what"], str
        )
        if isinstance(shown.cells["what"], str):
            assert shown.cells["note"], "why there is none"


def test_rows_of_a_section_without_a_value_are_told_apart():
    alike = Counter(
        (one.row["where"], words(one.row), one.row["printed"])
        for one in REGISTRY.judged.values()
        if not one.value
    )
    assert alike and set(alike.values()) == {1}


def test_the_verdicts_have_one_order_everywhere():
    meant = REGISTRY.get(Table, "ledger.verdicts").rows
    assert [shown.cells["verdict"].lower() for shown in meant] == list(STATUSES)
    assert texts(REGISTRY.get(Figure, "ledger.sections").svg)[-len(STATUSES) :] == list(STATUSES)
    assert f'data-order="{"|".join(STATUSES)}"' in REGISTRY.get(Table, "ledger").html()


def test_a_status_without_a_meaning_is_refused():
    with pytest.raises(ValueError, match="x: 'disproved' is not among given, reproduced"):
        Judged(row("x", "", "7"), None, Verdict("disproved"))


def test_a_share_is_no_date_to_a_spreadsheet():
    (shown,) = list(
        csv.DictReader(io.StringIO(ledger_csv(small(row("x", "", "1/2")).judged.values())))
    )
    assert shown["printed"] == "'1/2"


def test_the_tally_adds_up_to_the_rows():
    statuses = Counter(one["status"] for one in records(REGISTRY))
    sections = Counter(one["where"].split(",")[0] for one in PUBLISHED)
    found = texts(REGISTRY.get(Figure, "ledger.sections").svg)
    lines = {}
    for label in (*sections, "All"):
        start = len(found) - 1 - found[::-1].index(label) + 1
        *counts, whole = map(int, found[start : start + 8])
        assert sum(counts) == whole
        lines[label] = counts, whole
    assert {label: whole for label, (_, whole) in lines.items()} == {
        **sections, "All": len(PUBLISHED),
    }  # fmt: skip
    kinds = found[-7:]
    assert dict(zip(kinds, lines["All"][0], strict=True)) == {
        kind: statuses.get(kind, 0) for kind in kinds
    }
    assert set(statuses) <= set(kinds)


def test_the_pdf_lists_what_is_not_met():
    apart = REGISTRY.get(Table, "ledger.apart").rows
    wanted = [one["status"] for one in records(REGISTRY) if one["status"] not in AS_PRINTED]
    assert wanted and [shown.cells["verdict"] for shown in apart] == wanted


def test_nothing_printed_is_an_empty_ledger():
    registry = small()
    assert records(registry) == []
    assert registry.get(Table, "ledger").html() and registry.get(Table, "ledger.apart").typst()
    assert "none" not in registry.get(Figure, "ledger.sections").alt
