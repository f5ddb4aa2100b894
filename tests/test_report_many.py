"""Where studies are many a page shows some of them, says which, and everything is computed from all."""

from __future__ import annotations

import csv
import io
import random

import numpy as np
import pytest

from analysis.display.figure import Figure
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.report.compose import compose, read_data
from analysis.report.many import MOST, NAMED, foremost, named, spread

from svg import ids, texts

K = MOST + 37


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """What a report of K studies shows; the variances rise, the years do not."""
    draw = random.Random(1)
    file = tmp_path_factory.mktemp("many") / "many.csv"
    rows = [
        f"Study {n},{1990 + n * 7 % 30},{draw.gauss(0.4, 0.3):.3f},{0.01 + n / 5000:.4f}"
        for n in range(K)
    ]
    file.write_text("\n".join(["study,year,estimate,variance", *rows, ""]), encoding="utf-8")
    return compose(read_data(file))


def test_few_are_all_shown_without_a_word():
    assert foremost([None] * MOST, "x").positions == tuple(range(MOST)) == spread(MOST).positions
    assert foremost([None] * MOST, "x").notes == spread(MOST).notes == ()


def test_the_largest_are_chosen_and_stand_in_their_order():
    sizes = [float(-n) for n in range(MOST)] + [None, 5.0]
    chosen = foremost(sizes, "by size")
    assert chosen.positions == (*range(MOST - 1), MOST + 1)
    assert chosen.notes == (f"The {MOST} of {MOST + 2} studies by size; the downloads have all.",)


def test_steps_are_spread_from_the_first_to_the_last():
    steps = spread(1000).positions
    assert len(set(steps)) == MOST and (steps[0], steps[-1]) == (0, 999)
    assert set(np.diff(steps).tolist()) <= {5, 6}


def test_a_sentence_names_the_first_and_counts_the_others():
    names = [f"S{n}" for n in range(NAMED + 3)]
    assert named(names).endswith(f"S{NAMED - 1} and 3 others")
    assert named(names[:2]) == "S0 and S1"


def test_the_table_and_the_forest_plot_show_the_heaviest_and_the_file_has_all(registry):
    table = registry.get(Table, "outcome.studies")
    assert len(table.rows) == MOST and table.notes[0].startswith(f"The {MOST} of {K} studies")
    assert [row.cells["study"] for row in table.rows] == [f"Study {n}" for n in range(MOST)]
    assert len(list(csv.DictReader(io.StringIO(table.csv())))) == K
    assert f"Study {K - 1}<" not in table.html()
    figure = registry.get(Figure, "outcome.forest")
    assert len(ids(figure.svg, "study-")) == MOST
    assert any("with the most weight" in text for text in texts(figure.svg))
    assert registry.get(Value, "outcome.k").raw == K


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("leave_one_out", "changes the pooled effect most"),
        ("influence", "largest Cook’s distance"),
        ("cumulative", "at equal distances"),
    ],
)
def test_series_show_some_and_say_which(registry, name, told):
    figure = registry.get(Figure, f"outcome.{name}")
    assert told in figure.alt
    assert len({gid.split("-")[1] for gid in ids(figure.svg, "study-")}) == MOST


def test_every_study_has_its_values(registry):
    for prefix in ("reml.without.", "reml.cumulative.", "study."):
        found = [v for v in registry.all(Value) if v.id.startswith(f"outcome.{prefix}")]
        assert sum(v.id.endswith(".estimate") for v in found) >= K
    assert "No single study" in registry.get(Phrase, "outcome.reml.without.verdict").text
