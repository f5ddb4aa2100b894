"""Columns that differ within studies, which then make no subgroups and no regression."""

from __future__ import annotations

from pathlib import Path

from own_trials import read

from analysis.display.table import Table
from analysis.display.value import Phrase
from analysis.report.chapters import chapters
from analysis.report.compose import compose


def outcome_of_scales(folder: Path, *rows: str):
    """What is said of two columns, where studies have an effect by each of several scales."""
    data = read(folder, "study,yi,vi,scale,week\n" + "\n".join(rows) + "\n")
    registry = compose(data)
    remarks = {
        row.cells["column"]: row.cells["note"] for row in registry.get(Table, "data.columns").rows
    }
    return data, remarks, registry.get(Phrase, "outcome.dependent.within").text


def test_a_category_that_differs_within_studies_is_said_to_make_no_subgroups(tmp_path):
    data, remarks, said = outcome_of_scales(
        tmp_path, *(f"{'AABBCC'[i]},0.{i},0.1,{'xyxyxy'[i]},{i}" for i in range(6))
    )
    assert remarks["scale"] == "differs within studies: no subgroups"
    assert remarks["week"] == "differs within studies: no regression"
    assert said == (
        "Scale differs within studies: there are no subgroups by it. Week differs within studies: "
        "there is no regression by it."
    )
    texts = chapters(data)
    for name in ("index.qmd", "chapters/03-outcome.qmd"):
        assert "dependent.within" in texts[name] and "settings.correlation" in texts[name]


def test_studies_within_which_a_category_differs_are_named(tmp_path):
    _, remarks, said = outcome_of_scales(
        tmp_path,
        "A,0.1,0.1,x,4",
        "A,0.2,0.1,y,4",
        "B,0.1,0.1,x,4",
        "C,0.3,0.1,y,8",
        "D,0.3,0.1,y,8",
    )
    assert remarks["scale"] == "differs within some studies, which have no part in its subgroups"
    assert remarks["week"] == ""
    assert said == "Scale differs within A, which has no part in its subgroups."
