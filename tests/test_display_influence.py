"""The influence panel: each diagnostic of each study on its own axis, the flagged ones marked."""

from __future__ import annotations

import re

import numpy as np
import pytest

from analysis.display.influence import Diagnostic, influence_panel

from svg import centre, ids, shape, texts

LABELS = ["One", "<b>Two</b>", "Three"]
FLAGGED = [False, True, False]
DIAGNOSTICS = [
    Diagnostic("rstudent", (0.5, 3.2, -1.0), 0.0, (-1.96, 1.96)),
    Diagnostic("DFFITS", (0.1, 1.2, None), 0.0, (1.0,)),
    Diagnostic("Cook", (0.1, 0.9, 0.2), 0.0),
    Diagnostic("cov.r", (1.1, 0.5, 1.2), 1.0),
    Diagnostic("τ² deleted", (0.2, 0.1, 0.25), 0.21),
]
FIGURE = influence_panel("f", LABELS, FLAGGED, DIAGNOSTICS)


def test_every_mark_stands_where_its_number_belongs():
    svg = FIGURE.svg
    numbers = [t for t in texts(svg) if re.fullmatch(r"−?\d+(\.\d+)?", t)]
    for d, diagnostic in enumerate(DIAGNOSTICS, 1):
        ends = [float(t.replace("−", "-")) for t in numbers[2 * d - 2 : 2 * d]]
        ticks = [centre(svg, gid)[0] for gid in ids(svg, f"tick-{d}-")]
        for n, value in enumerate(diagnostic.values, 1):
            if value is None:
                assert f"study-{n}-{d}" not in ids(svg)
                continue
            place = centre(svg, f"study-{n}-{d}")[0]
            assert np.interp(place, [ticks[0], ticks[-1]], ends) == pytest.approx(value, abs=1e-4)
        if diagnostic.reference is not None:
            place = centre(svg, f"reference-{d}")[0]
            assert np.interp(place, [ticks[0], ticks[-1]], ends) == pytest.approx(
                diagnostic.reference, abs=1e-4
            )
    assert len(ids(svg, "bound-1-")) == 2


def test_a_study_keeps_its_line_in_all_plots_of_a_block():
    heights = {centre(FIGURE.svg, f"study-2-{d}")[1] for d in (1, 2, 3, 4)}
    assert len(heights) == 1
    assert centre(FIGURE.svg, "study-2-5")[1] > heights.pop()


def test_a_flag_is_told_by_shape_weight_and_words():
    curved = ["C" in shape(FIGURE.svg, f"study-{n}-1") for n in (1, 2, 3)]
    assert curved == [True, False, True]  # circles, and a diamond
    assert FIGURE.alt.endswith(
        "1 flagged as influential. <b>Two</b>: rstudent 3.20, DFFITS 1.20, Cook 0.90, cov.r 0.50, "
        "τ² deleted 0.10."
    )
    none = influence_panel("f", LABELS, [False] * 3, DIAGNOSTICS)
    assert none.alt.endswith("None is flagged as influential.")


def test_of_studies_that_were_not_judged_nothing_is_said_of_flags():
    figure = influence_panel("f", LABELS, None, DIAGNOSTICS)
    assert len(ids(figure.svg, "study-")) == len(ids(FIGURE.svg, "study-"))
    assert "flagged" not in figure.alt and "flagged" not in " ".join(texts(figure.svg))


@pytest.mark.parametrize("values", [(0.0, 0.0, 0.0), (0.0, 0.3, 0.1), (0.41, 0.4, 0.42)])
def test_no_axis_goes_below_what_no_value_can_be_below(values):
    svg = influence_panel("f", LABELS, None, [Diagnostic("τ²", values, least=0.0)]).svg
    ends = [t for t in texts(svg) if re.fullmatch(r"−?\d+(\.\d+)?", t)]
    assert "−" not in ends[0]
    ticks = [centre(svg, gid)[0] for gid in ids(svg, "tick-1-")]
    scale = (ticks[-1] - ticks[0]) / (float(ends[-1]) - float(ends[0]))
    marks = [centre(svg, f"study-{n}-1")[0] for n in (1, 2, 3)]
    assert np.diff(marks) == pytest.approx(scale * np.diff(values), abs=1e-3)


def test_nothing_is_lost_of_long_names():
    name = "A name of very many words that goes on & on until nobody remembers how it began"
    found = texts(influence_panel("f", [name], [True], [Diagnostic("d", (1.0,))]).svg)
    assert "".join(found).replace(" ", "").count(name.replace(" ", "")) == 1


def test_values_that_do_not_fit_the_labels_are_refused():
    with pytest.raises(ValueError, match="'short' has 1 values; there are 3 labels"):
        influence_panel("f", LABELS, FLAGGED, [Diagnostic("short", (1.0,))])


@pytest.mark.parametrize("k", [1, 200])
def test_any_number_of_studies(k):
    figure = influence_panel("f", ["S"] * k, [False] * k, [Diagnostic("d", (None,) * k)])
    assert texts(figure.svg).count("S") == k
