"""The trials as a whole: their sums, and the plot of their quality ratings, follow data/studies.csv."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from analysis.content.given import add_given
from analysis.content.settings import add_settings
from analysis.content.trials import add_trials
from analysis.display.dots import DotRow, dot_plot
from analysis.display.figure import Figure
from analysis.display.registry import Registry
from analysis.display.scale import axis
from analysis.display.value import Value
from analysis.review import read_review

from by_hand import DATA, read
from svg import centre, ids, placed, texts

REVIEW = read_review(DATA)
ROWS = read("studies")
LONG = "A study group with many more members than anybody has ever cared to count (1999)"


def trials(rows) -> Registry:
    studies = pd.DataFrame(rows, columns=list(ROWS[0]))
    registry = Registry()
    add_settings(registry)
    add_given(registry, replace(REVIEW, studies=studies))
    add_trials(registry, studies)
    return registry


def changed(study: str, **cells: str) -> list[dict[str, str]]:
    return [row | cells if row["study"] == study else row for row in ROWS]


def plot(rows) -> Figure:
    return trials(rows).get(Figure, "studies.quality")


def rated(figure: Figure) -> list[tuple[str, str]]:
    """The names of the drawing with their ratings, from top to bottom."""
    names = {row["name"] for row in ROWS} | {LONG}
    shown = texts(figure.svg)
    return [(name, shown[n + 1]) for n, name in enumerate(shown) if name in names]


def place(figure: Figure, gid: str) -> float:
    """The rating that a dot stands at, by the first and the last tick."""
    ticks = [centre(figure.svg, tick)[0] for tick in ids(figure.svg, "tick-")]
    return float(np.interp(centre(figure.svg, gid)[0], [ticks[0], ticks[-1]], [0, 2]))


def test_the_highest_rating_stands_first_and_every_dot_where_it_belongs():
    figure = plot(ROWS)
    found = rated(figure)
    assert sorted(found) == sorted((row["name"], row["quality"]) for row in ROWS)
    assert all(
        float(a[1]) > float(b[1]) or (a[1] == b[1] and a[0] < b[0]) for a, b in pairwise(found)
    )
    for n, (_, rating) in enumerate(found, 1):
        assert place(figure, f"dot-{n}-1") == pytest.approx(float(rating), abs=1e-3)


def test_another_rating_is_drawn_written_and_said():
    figure = plot(changed("otto2003", quality="0.25"))
    assert rated(figure)[-1] == ("Otto et al. (2003)", "0.25")
    assert place(figure, "dot-18-1") == pytest.approx(0.25, abs=1e-3)
    assert figure.alt == (
        "Dot plot, 18 rows by Study. Quality rating: from 0.25 (Otto et al. (2003)) to 1.9 "
        "(Gloster et al. (2015))."
    )


def test_a_rating_that_is_not_reported_is_a_dash_at_the_end():
    cells = {"gloster2015": "NRD", "otto2003": "0"}
    figure = plot([row | {"quality": cells.get(row["study"], row["quality"])} for row in ROWS])
    assert rated(figure)[-2:] == [("Otto et al. (2003)", "0"), ("Gloster et al. (2015)", "—")]
    assert ids(figure.svg, "dot-") == [f"dot-{n}-1" for n in range(1, 18)]
    assert "Gloster" not in figure.alt


@pytest.mark.parametrize(
    "rows", [[], [row | {"quality": "NRD"} for row in ROWS]], ids=["no", "unrated"]
)
def test_without_ratings_there_is_a_plot_of_none(rows):
    registry = trials(rows)
    figure = registry.get(Figure, "studies.quality")
    assert ids(figure.svg, "dot-") == [] and len(ids(figure.svg, "tick-")) > 1
    assert figure.alt == f"Dot plot, {len(rows)} rows by Study."
    assert texts(figure.svg).count("—") == len(rows)
    for name in ("low", "high", "median"):
        assert registry.get(Value, f"studies.quality.{name}").text == "—"


def test_a_rating_beyond_the_scale_widens_the_axis():
    figure = plot(changed("otto2003", quality="3.5"))
    ticks = [centre(figure.svg, tick)[0] for tick in ids(figure.svg, "tick-")]
    assert ticks[0] < centre(figure.svg, "dot-1-1")[0] <= ticks[-1]


def test_a_long_name_breaks_and_stays_left_of_the_dots():
    figure = plot(changed("otto2003", name=LONG))
    start = centre(figure.svg, ids(figure.svg, "tick-")[0])[0]
    words = [line for line in placed(figure.svg) if line.text in LONG and line.left == 0]
    assert len(words) > 1 and " ".join(line.text for line in words) == LONG
    assert all(line.right < start for line in words)
    assert len({line.y for line in words}) == len(words)
    assert LONG in figure.alt


def test_rows_do_not_run_into_each_other_where_a_name_breaks():
    rows = [DotRow(LONG, (1.0,), ("1.0",)), DotRow("Short", (2.0,), ("2.0",))]
    svg = dot_plot("f", rows, ["Quality rating"], "Study", axis([0, 2])).svg
    last = max(line.y for line in placed(svg) if line.text in LONG and line.left == 0)
    (short,) = (line for line in placed(svg) if line.text == "Short")
    assert short.y - last > 9  # points, of a line
    assert abs(centre(svg, "dot-2-1")[1] - short.y) < 9


def test_sums_and_extremes_are_those_of_the_rows():
    registry = trials(changed("wiles2013", n_control="1000", quality="2"))

    def raw(name):
        return registry.get(Value, f"studies.{name}").raw

    controls = sum(int(row["n_control"]) for row in ROWS) - 235 + 1000
    assert raw("n_control") == controls
    assert raw("n") == controls + sum(int(row["n_treatment"]) for row in ROWS)
    assert raw("largest.n") == 234 + 1000 and raw("smallest.n") == 5 + 4
    ratings = [float(row["quality"]) for row in ROWS if row["study"] != "wiles2013"] + [2.0]
    assert (raw("quality.high"), raw("quality.low")) == (2.0, min(ratings))
    assert raw("quality.median") == np.median(ratings)


def test_a_trial_without_sizes_counts_in_no_sum():
    registry = trials(changed("wiles2013", n_control="NRD", n_treatment="NRD"))
    assert registry.get(Value, "studies.n").raw == 1734 - 234 - 235
    assert registry.get(Value, "studies.largest.n").raw == 195 + 94
