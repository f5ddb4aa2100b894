"""The audit lists each contradiction once, with its place, its arithmetic and what hangs on it."""

from __future__ import annotations

from dataclasses import replace
from math import erfc, exp, sqrt

import pytest

from analysis.content.audit import STAKES, add_audit, read_contradictions, suspects_of
from analysis.display.registry import Registry
from analysis.display.table import Table
from analysis.display.value import Value
from analysis.manuscript import REGISTRY
from analysis.review import read_review
from analysis.review.consistency import Contradiction
from analysis.review.verify import Suspicion

from by_hand import DATA, PRINTED

REVIEW = read_review(DATA)
FOUND = read_contradictions(REVIEW)


def row(name: str, printed: str, where: str = "Results, A part", quantity: str = "") -> dict:
    return {"id": name, "where": where, "quantity": quantity, "printed": printed, "note": "because"}


def audited(found, *rows, **values: float) -> Registry:
    """A registry of `rows` judged against `values`, with the audit of the contradictions `found`."""
    registry = Registry(rows, suspects_of(found))
    for name, raw in values.items():
        registry.value(name.replace("_", "."), raw, str, "a number")
    registry.judge_rest()
    add_audit(registry, found)
    return registry


def cells(registry: Registry) -> list[dict[str, str]]:
    rows = registry.get(Table, "audit").rows
    return [
        {key: getattr(cell, "text", cell) for key, cell in one.cells.items()} | {"stake": one.group}
        for one in rows
    ]


ONE = Contradiction(
    ("a.x", "a.y"), ("a.y",), "An x of -1.5 gives a y of 2, but -3 is printed.",
    "With a y of 2 in place of -3 all would fit.", "conclusion",
)  # fmt: skip


def test_a_contradiction_in_words():
    (found,) = cells(audited([ONE], row("a.x", "-1.5"), row("a.y", "-3")))
    assert found == {
        "where": "Results, A part",
        "arithmetic": "An x of −1.5 gives a y of 2, but −3 is printed.",
        "conjecture": "With a y of 2 in place of −3 all would fit.",
        "stake": STAKES["conclusion"],
        "verdict": "1",
    }


def test_hyphens_in_words_stay():
    two = replace(ONE, arithmetic="a chi-squared of -2 at follow-up -", conjecture="")
    (found,) = cells(audited([two], row("a.x", "1"), row("a.y", "2")))
    assert found["arithmetic"] == "a chi-squared of −2 at follow-up -"
    assert found["conjecture"] == "It cannot be told."


def test_places_are_named_once_each_and_unknown_rows_not_at_all():
    three = replace(ONE, ids=("a.x", "a.y", "a.z", "gone"))
    rows = [row("a.x", "1", "There"), row("a.y", "2", "Here"), row("a.z", "3", "There")]
    (found,) = cells(audited([three], *rows))
    assert found["where"] == "There; Here"


def test_a_suspect_that_our_value_meets_is_not_called_inconsistent():
    both = replace(ONE, suspects=("a.x", "a.y"))
    rows = [row("a.x", "2.0", quantity="q.x"), row("a.y", "3.0", quantity="q.y")]
    registry = audited([both], *rows, q_x=2.01, q_y=9.0)
    assert registry.judged["a.x"].verdict.status == "reproduced"
    assert registry.judged["a.y"].verdict.status == "inconsistent"
    assert registry.judged["a.y"].verdict.note == f"{both.arithmetic} {both.conjecture}"
    assert cells(registry)[0]["verdict"] == "1"


@pytest.mark.parametrize("first", [0, 1])
def test_a_number_that_alone_would_have_to_be_another_is_told_as_such(first):
    """One of two in a contradiction, the only one in another; whichever of them comes first."""
    both, alone = replace(ONE, suspects=("a.x", "a.y")), replace(ONE, arithmetic="3 is 2.")
    found = [both, alone] if first == 0 else [alone, both]
    assert suspects_of(found)["a.y"] == Suspicion(f"3 is 2. {ONE.conjecture}", alone=True)
    assert suspects_of(found)["a.x"] == Suspicion(f"{ONE.arithmetic} {ONE.conjecture}", alone=False)


def test_of_several_reasons_the_most_consequential_is_told():
    one, other = ONE, replace(ONE, arithmetic="3 is 2.", touches="result")
    assert suspects_of([one, other])["a.y"].why.startswith(one.arithmetic)


@pytest.mark.parametrize("touches", STAKES)
def test_what_hangs_on_it(touches):
    registry = audited([replace(ONE, touches=touches)], row("a.x", "1"), row("a.y", "2"))
    assert cells(registry)[0]["stake"] == STAKES[touches]
    counted = {one: registry.get(Value, f"audit.{one}.k").raw for one in STAKES}
    assert counted == {one: int(one == touches) for one in STAKES}


def test_contradictions_and_repetitions_are_counted_apart():
    """By hand: two df, two p, a lower limit, a number of trials, an R² and a count; five repeated."""
    counted = {
        one: REGISTRY.get(Value, f"audit.{one}.k").raw for one in ("contradicting", "repeating")
    }
    assert counted == {"contradicting": 8, "repeating": 5}
    twice = replace(ONE, suspects=("a.x",), repeats=True)
    registry = audited([ONE, twice], row("a.x", "1"), row("a.y", "2"))
    for name in counted:
        assert registry.get(Value, f"audit.{name}.k").raw == 1


def test_shares_are_held_against_the_printed_trials_alone():
    """With a trial fewer than the printed degrees of freedom tell, no τ² is known to hold R² against."""
    quality = "results.symptoms_followup.regression.quality.r2"
    assert quality in suspects_of(FOUND)
    effects = REVIEW.effects[
        (REVIEW.effects["outcome"] != "symptoms_followup")
        | (REVIEW.effects["study"] != "isasi2010")
    ]
    assert quality not in suspects_of(read_contradictions(replace(REVIEW, effects=effects)))
    assert read_contradictions(replace(REVIEW, effects=REVIEW.effects.iloc[:0]))


def test_nothing_found_is_an_empty_table():
    registry = audited([])
    assert registry.get(Value, "audit.k").raw == 0
    table = registry.get(Table, "audit")
    assert table.rows == () and table.html() and table.typst() and table.csv()
    assert suspects_of([]) == {}


def test_every_number_called_inconsistent_is_a_suspect_and_in_the_table():
    called = {i for i, one in REGISTRY.judged.items() if one.verdict.status == "inconsistent"}
    counted = [int(one["verdict"]) for one in cells(REGISTRY)]
    assert sum(counted) == len(called) and min(counted) >= 1
    assert REGISTRY.get(Value, "audit.k").raw == len(counted) == len(FOUND)


def test_the_arithmetic_says_what_is_printed():
    """Each contradiction tells a number of a suspect as it stands in the paper."""
    for one, found in zip(FOUND, cells(REGISTRY), strict=True):
        printed = {PRINTED[suspect].replace("-", "−") for suspect in one.suspects}
        assert any(text in found["arithmetic"] for text in printed)


def test_one_number_gives_and_several_give():
    said = " ".join(one["arithmetic"] for one in cells(REGISTRY))
    # Both tails of z, at the end of what rounds to -1.94 that is farther out.
    assert f"a statistic of −1.94 gives a p of {erfc(1.945 / sqrt(2)):.4g}" in said
    assert f"Q of 7.384 and degrees of freedom of 2 give a p of {exp(-7.3845 / 2):.4g}" in said


@pytest.mark.parametrize(
    ("name", "printed", "more"),
    [
        ("results.symptoms_followup.q_df", "6", -1),
        ("results.qol.regression.married_percent.pvalue", "0.05", -1),
        ("table3.disorder.mood.q_df", "12", 1),
        ("figure2.fixed.se", "0.054", 1),
    ],
)
def test_a_number_changed_resolves_or_adds_a_contradiction(name, printed, more):
    published = REVIEW.published.copy()
    published.loc[published["id"] == name, "printed"] = printed
    found = read_contradictions(replace(REVIEW, published=published))
    assert len(found) == len(FOUND) + more
    assert (name in suspects_of(found)) == (more > 0)


def test_a_part_of_the_flow_larger_than_the_whole():
    flow = REVIEW.flow.copy()
    flow.loc[flow["id"] == "screened.hand", "count"] = "428"
    found = read_contradictions(replace(REVIEW, flow=flow))
    (new,) = [one for one in found if one not in FOUND]
    assert new.arithmetic == (
        "From the hand search: 428 of 427 (Records after the first check of titles and abstracts)."
    )
    assert new.conjecture.startswith(f"{427 - 411} ")
