"""The study flow follows data/flow.csv: its counts, its diagram, its shares and its remark."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.content.flow import NAMED, add_flow
from analysis.display.figure import Figure
from analysis.display.registry import Registry
from analysis.display.value import Phrase, Value

from by_hand import read
from svg import ids, texts

COLUMNS = ["id", "kind", "label", "count", "where", "note"]
ROWS = read("flow")


def flow(*rows: dict[str, str], **changed: str) -> Registry:
    """The registry of `rows`, or of the paper's with the counts of `changed` ids (dots as _)."""
    counts = {name.replace("__", "."): text for name, text in changed.items()}
    given = [row | {"count": counts.get(row["id"], row["count"])} for row in rows or ROWS]
    registry = Registry()
    add_flow(registry, pd.DataFrame(given, columns=COLUMNS))
    return registry


def row(name: str, kind: str, label: str, count: str, note: str = "") -> dict[str, str]:
    return dict(zip(COLUMNS, (name, kind, label, count, "Figure 1", note), strict=True))


def shown(registry: Registry) -> str:
    return " ".join(texts(registry.get(Figure, "flow").svg))


def raw(registry: Registry, name: str):
    return registry.get(Value, name).raw


@pytest.mark.parametrize("changed", [row["id"] for row in ROWS])
def test_every_count_in_the_drawing_is_that_of_the_data(changed):
    registry = flow(**{changed.replace(".", "__"): "12345"})
    for said in (shown(registry), registry.get(Figure, "flow").alt):
        assert said.count("(n\u00a0=\u00a012345") == 1
    assert raw(registry, f"flow.{changed}") == 12345


def test_every_label_stands_in_the_drawing_and_in_the_words():
    registry = flow()
    for one in ROWS:
        remark = ", as printed" if one["note"] else ""
        said = f"{one['label']} (n\u00a0=\u00a0{one['count']}{remark})"
        assert said in shown(registry) and said in registry.get(Figure, "flow").alt


def test_what_remains_opens_a_stage_and_what_follows_belongs_to_it():
    left = sum(row["kind"] == "left" for row in ROWS)
    svg = flow().get(Figure, "flow").svg
    # What was found comes before what remains, and is a stage of its own.
    assert len(ids(svg, "stage-")) == left + 1
    outs = {f"out-{n}" for n in (2, 3, 5)}
    assert set(ids(svg, "out-")) == outs


def test_a_reason_belongs_to_the_exclusion_and_a_part_to_what_remains():
    rows = [row("all", "left", "All", "9"), row("half", "part", "Half", "4"),
            row("lost", "out", "Lost", "3"), row("why", "reason", "Why", "2")]  # fmt: skip
    assert flow(*rows).get(Figure, "flow").alt == (
        "Flow diagram from top to bottom. Screening. All (n\u00a0=\u00a09); Half (n\u00a0=\u00a04). "
        "Excluded: Lost (n\u00a0=\u00a03); Why (n\u00a0=\u00a02)."
    )


def test_a_flow_that_begins_with_an_exclusion():
    registry = flow(row("lost", "out", "Lost", "3"), row("kept", "left", "Kept", "9"))
    svg = registry.get(Figure, "flow").svg
    assert ids(svg, "stage-") == ["stage-2"] and ids(svg, "out-") == ["out-1"]
    assert registry.get(Figure, "flow").alt.endswith(
        "Excluded: Lost (n\u00a0=\u00a03). Included. Kept (n\u00a0=\u00a09)."
    )


def test_without_rows_every_named_count_is_a_dash():
    registry = Registry()
    add_flow(registry, pd.DataFrame(columns=COLUMNS))
    for name in NAMED:
        value = registry.get(Value, f"flow.{name}")
        assert (value.raw, value.text) == (None, "—")
    for share in ("psychotherapy", "pharmacological"):
        assert registry.get(Value, f"flow.share.{share}").text == "—"
    assert registry.get(Figure, "flow").alt == "The data hold no counts of the study flow."
    assert registry.get(Phrase, "flow.note").text == "No count needs a remark."


def test_shares_are_of_the_articles_with_some_psychotherapy():
    registry = flow()
    assert raw(registry, "flow.share.psychotherapy") == pytest.approx(100 * 79 / 401)
    assert raw(registry, "flow.share.pharmacological") == pytest.approx(100 * (401 - 79) / 401)
    registry = flow(type="400", type__combined="100")
    assert registry.get(Value, "flow.share.psychotherapy").text == "25"
    assert registry.get(Value, "flow.share.pharmacological").text == "75"
    assert raw(flow(type="0"), "flow.share.psychotherapy") is None


def test_a_count_is_shown_digit_for_digit():
    registry = flow(row("a", "left", "Kept", "0012"), row("b", "left", "On average", "2.50"))
    assert [registry.get(Value, f"flow.{name}").text for name in "ab"] == ["0012", "2.50"]
    assert (raw(registry, "flow.a"), raw(registry, "flow.b")) == (12, 2.5)
    assert "Kept (n\u00a0=\u00a00012)" in shown(registry)


def test_a_remark_names_what_it_is_about():
    registry = flow(row("a", "left", "Kept", "12", note="as printed; 13 would add up"))
    phrase = registry.get(Phrase, "flow.note")
    assert phrase.text == "“Kept” is given as 12 (as printed; 13 would add up)."
    assert phrase.inputs == ("flow.a",)


def test_a_long_label_widens_nothing():
    def width(registry):
        return registry.get(Figure, "flow").svg.split('viewBox="0 0 ')[1].split()[0]

    long = flow(row("a", "left", "What is said at length " * 20, "1"))
    assert width(long) == width(flow())


def test_the_phases_are_those_of_prisma():
    """Records come in; as long as any are excluded they are screened; what is left is included."""
    rows = [row("found", "in", "Found", "9"), row("all", "left", "All", "9"),
            row("lost", "out", "Lost", "3"), row("kept", "left", "Kept", "6")]  # fmt: skip
    words = flow(*rows).get(Figure, "flow").alt
    places = [words.index(name) for name in ("Identification", "Screening", "Included", "Kept")]
    assert places == sorted(places) and words.count("Screening") == 1
    # The last count stays in screening while any are still excluded from it.
    assert "Included" not in flow(*rows[:3]).get(Figure, "flow").alt
