"""The flow diagram: stages from top to bottom, exclusions beside them, every text within its box."""

from __future__ import annotations

import pytest

from analysis.display.flow import Entry, Stage, flow_diagram

from svg import Text, corners, ids, placed, texts

LONG = "Records that two people independently of each other took for reports of the same trial " * 3
SMALL = [
    Stage((Entry("Found", "30"), Entry("by hand", "4", part=True)), (Entry("Twice", "2"),)),
    Stage((Entry("<b>Read</b> & kept", "28"),)),
]
WORDY = [
    Stage((Entry(LONG, "30"), Entry(LONG, "4", part=True)), (Entry("Out", "1"),)),
    Stage((Entry("Kept", "3"),), (Entry("W" * 90, "2"), Entry(LONG, "9", part=True))),
    Stage((), (Entry("Lost", "1"),)),
    Stage((Entry("Left", "0"),)),
]


def boxes(svg: str) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of each box by its id."""
    found = {}
    for gid in ids(svg):
        if gid.startswith(("stage-", "out-")):
            points = corners(svg, gid)
            found[gid] = (*points.min(axis=0), *points.max(axis=0))
    return found


def inside(box, line: Text) -> bool:
    left, top, right, bottom = box
    return left < line.left and line.right < right and top < line.y < bottom


def words(svg: str, box) -> str:
    return " ".join(line.text for line in placed(svg) if inside(box, line))


def test_a_box_holds_its_entries_with_their_counts():
    svg = flow_diagram("f", SMALL).svg
    found = boxes(svg)
    assert list(found) == ["stage-1", "out-1", "stage-2"]
    assert words(svg, found["stage-1"]) == "Found (n\u00a0=\u00a030) by hand (n\u00a0=\u00a04)"
    assert words(svg, found["out-1"]) == "Twice (n\u00a0=\u00a02)"
    assert words(svg, found["stage-2"]) == "<b>Read</b> & kept (n\u00a0=\u00a028)"


@pytest.mark.parametrize("stages", [SMALL, WORDY], ids=["small", "wordy"])
def test_every_text_fits_its_box_and_none_is_lost(stages):
    svg = flow_diagram("f", stages).svg
    found = boxes(svg)
    for line in placed(svg):
        assert sum(inside(box, line) for box in found.values()) == 1, line
    said = [entry.said for stage in stages for entry in (*stage.left, *stage.out)]
    drawn = "".join(line.text for line in placed(svg))
    assert sorted(drawn.replace(" ", "")) == sorted("".join(said).replace(" ", ""))


@pytest.mark.parametrize("stages", [SMALL, WORDY], ids=["small", "wordy"])
def test_stages_go_down_and_exclusions_stand_to_the_right(stages):
    found = boxes(flow_diagram("f", stages).svg)
    below = 0.0
    for n in range(1, len(stages) + 1):
        own = [found[gid] for gid in (f"stage-{n}", f"out-{n}") if gid in found]
        assert min(top for _, top, _, _ in own) > below
        below = max(bottom for _, _, _, bottom in own)
        if len(own) == 2:
            assert own[0][2] < own[1][0]


def test_a_part_is_indented():
    left = {line.text: line.left for line in placed(flow_diagram("f", SMALL).svg)}
    assert (
        left["by hand (n\u00a0=\u00a04)"]
        > left["Found (n\u00a0=\u00a030)"]
        == left["<b>Read</b> & kept (n\u00a0=\u00a028)"]
    )


def test_the_drawing_is_as_high_as_its_boxes():
    svg = flow_diagram("f", WORDY).svg
    height = float(svg.split('viewBox="0 0 ')[1].split('"')[0].split()[1])
    lowest = max(bottom for _, _, _, bottom in boxes(svg).values())
    assert lowest == pytest.approx(height, abs=1.5)


def test_an_arrow_leads_to_each_stage_and_to_each_exclusion():
    """From one box downwards to the next, and from a stage to what was excluded there."""
    assert len(ids(flow_diagram("f", SMALL).svg, "patch_")) - 1 == 2
    assert len(ids(flow_diagram("f", WORDY).svg, "patch_")) - 1 == 2 + 2
    assert len(ids(flow_diagram("f", SMALL[1:]).svg, "patch_")) - 1 == 0


def test_words():
    assert flow_diagram("f", SMALL).alt == (
        "Flow diagram from top to bottom. Found (n\u00a0=\u00a030); by hand (n\u00a0=\u00a04). "
        "Excluded: Twice (n\u00a0=\u00a02). "
        "<b>Read</b> & kept (n\u00a0=\u00a028)."
    )


def test_no_stages_are_said_to_be_none():
    figure = flow_diagram("f", [])
    assert figure.alt == "The data hold no counts of the study flow."
    assert texts(figure.svg) == [figure.alt]
    assert boxes(figure.svg) == {}
