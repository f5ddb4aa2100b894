"""New data: what they changed, and how precise the next trial must be to turn the conclusion."""

from __future__ import annotations

import json
from math import atanh
from pathlib import Path

import numpy as np
import pytest

import analysis as ma
from analysis.display.downloads import write_downloads
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.report.compose import compose, read_data
from analysis.report.project import open_project, write_project

EXAMPLES = Path(__file__).parent.parent / "examples"


def pooled(trials, effect: float, se: float):
    yi, vi = [*(t.yi for t in trials), effect], [*(t.vi for t in trials), se**2]
    return ma.pool(yi, vi=vi, method="REML", ci="hksj")


@pytest.mark.parametrize("name", ["bcg", "adherence", "calendar", "stroke", "expectancy"])
def test_the_next_trial_turns_the_conclusion_and_no_less_precise_one_does(name):
    data = read_data(EXAMPLES / f"{name}.csv")
    registry, trials = compose(data), data.outcomes[0].trials
    p = registry.get(Value, "outcome.reml.pvalue").raw
    shown = registry.get(Value, "outcome.reml.estimate").raw
    estimate = {"bcg": np.log, "adherence": atanh}.get(name, float)(shown)
    effect = 0.0 if p < 0.05 else float(estimate)
    se = registry.get(Value, "outcome.next.se").raw
    largest = max(t.vi for t in trials) ** 0.5
    smallest = min(t.vi for t in trials) ** 0.5 / 100
    grid = np.exp(np.linspace(np.log(largest), np.log(se or smallest), 40))
    turned = [(pooled(trials, effect, x).pvalue < 0.05) != (p < 0.05) for x in grid]
    if se is None:
        assert not any(turned)
        assert "however large" in registry.get(Phrase, "outcome.next.told").text
    else:
        assert not any(turned[:-1])
        assert pooled(trials, effect, se).pvalue == pytest.approx(0.05, abs=1e-6)


def test_a_new_trial_is_told_with_what_it_changed(tmp_path):
    path, root = tmp_path / "mine.csv", tmp_path / "out"
    lines = (EXAMPLES / "bcg.csv").read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:4]), encoding="utf-8")
    write_project(read_data(path), path, root)
    (root / "_site").mkdir()
    write_downloads(open_project(root).shown.registry, root / "_site")
    before = json.loads((root / "_site/values.json").read_text(encoding="utf-8"))["values"]
    path.write_text("\n".join(lines), encoding="utf-8")
    write_project(read_data(path), path, root)
    registry = open_project(root).shown.registry
    assert registry.get(Value, "changed.added").raw == 10
    assert registry.get(Value, "changed.gone").raw == 0
    old = registry.get(Value, "before.outcome.reml.estimate")
    assert old.raw == before["outcome.reml.estimate"]["raw"]
    first = registry.get(Table, "changed").rows[0].cells
    assert (first["before"].raw, first["now"].raw) == (3, 13)
    assert (root / "chapters/05-changed.qmd").is_file()
    # The same file again is no change, and what was kept stays.
    write_project(read_data(path), path, root)
    assert open_project(root).shown.registry.get(Value, "changed.added").raw == 10


def test_a_first_report_has_nothing_that_changed(tmp_path):
    path = EXAMPLES / "bcg.csv"
    write_project(read_data(path), path, tmp_path)
    assert not (tmp_path / "chapters/05-changed.qmd").exists()
