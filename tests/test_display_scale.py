"""Axes end where they must, tick at round numbers, and label what they tick."""

from __future__ import annotations

from math import exp, inf, log, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.display.scale import DIFFERENCE, RATIO, axis, bulk, snug

EFFECTS = st.floats(-1e6, 1e6)


def read(label: str) -> float:
    return float(label.replace("−", "-"))


@given(st.lists(EFFECTS, min_size=1, max_size=20))
def test_an_axis_covers_its_values_and_its_labels_say_where_its_ticks_stand(values):
    found = axis(values)
    assert found.low <= min(values) and max(values) <= found.high
    assert 2 <= len(found.ticks) <= 7
    places = [place for place, _ in found.ticks]
    assert places == sorted(places)
    assert [places[0], places[-1]] == pytest.approx(
        [found.low, found.high], abs=1e-8 * (places[1] - places[0])
    )
    assert [read(label) for _, label in found.ticks] == pytest.approx(places, rel=1e-12, abs=1e-300)


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=20))
def test_a_ratio_axis_ticks_at_the_logarithm_of_the_ratio_it_says(values):
    found = axis(values, RATIO)
    assert found.low <= min(values) and max(values) <= found.high
    assert 2 <= len(found.ticks) <= 8
    for place, label in found.ticks:
        assert exp(place) == pytest.approx(read(label), rel=1e-9)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.5, 2, ["0.5", "1", "2"]),
        (0.8, 1.2, ["0.8", "0.9", "1.0", "1.1", "1.2"]),
        (0.01, 50, ["0.01", "0.1", "1", "10", "100"]),
    ],
)
def test_ratios_have_round_ticks(low, high, labels):
    assert [label for _, label in axis([log(low), log(high)], RATIO).ticks] == labels


def test_differences_have_round_ticks_and_no_minus_nought():
    assert [label for _, label in axis([-0.42, 1.2]).ticks] == ["−0.5", "0.0", "0.5", "1.0", "1.5"]


@pytest.mark.parametrize("values", [[], [nan], [None, inf], [3.0], [0.0, 0.0], [1e300, -1e300]])
@pytest.mark.parametrize("scale", [DIFFERENCE, RATIO], ids=["difference", "ratio"])
def test_an_axis_exists_for_anything(values, scale):
    for found in (axis(values, scale), snug(values, scale)):
        assert np.isfinite([found.low, found.high]).all() and found.low < found.high
        assert found.ticks


@given(st.lists(EFFECTS, min_size=2, max_size=20))
def test_a_snug_axis_leaves_no_more_than_its_margin(values):
    found = snug(values)
    spread = max(values) - min(values)
    if spread > 1e-6 * max(1.0, *map(abs, values)):
        assert found.low == pytest.approx(min(values) - 0.05 * spread)
        assert found.high == pytest.approx(max(values) + 0.05 * spread)
    assert all(found.holds(place) for place, _ in found.ticks) and found.ticks


def test_the_bulk_leaves_out_what_lies_beyond_tukeys_fences():
    # Quartiles 2 and 4: the fences are at -1 and 7.
    assert bulk([1, 2, 3, 4, 7.5]) == [1, 2, 3, 4]
    assert bulk([1, 2, 3, 4, 7.0]) == [1, 2, 3, 4, 7.0]
    assert bulk([1, 2, 3, 4, 7.5], fence=2) == [1, 2, 3, 4, 7.5]
    assert bulk([None, nan, inf, 1.0]) == [1.0]
