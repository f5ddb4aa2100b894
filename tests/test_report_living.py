"""New data: what they changed, and how precise the next trial must be to turn the conclusion."""

from __future__ import annotations

import json
from math import atanh
from pathlib import Path

import numpy as np
import pytest

import analysis as ma
from analysis.display.downloads import write_downloads, write_values
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.report.compose import compose, read_data
from analysis.report.project import open_project, write_project

EXAMPLES = Path(__file__).parent.parent / "examples"


def pooled(trials, effect: float, se: float):
    yi, vi = [*(t.yi for t in trials), effect], [*(t.vi for t in trials), se**2]
    return ma.pool(yi, vi=vi, method="REML", ci="hksj-adhoc")


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
        told = registry.get(Phrase, "outcome.next.told").text
        assert "would not change this, even if its standard error were 100 times smaller" in told
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


def write(root: Path, path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write the report on a file that says `text`, and what its build leaves behind."""
    path.write_text(text, encoding=encoding)
    write_project(read_data(path), path, root)
    (root / "_site").mkdir(exist_ok=True)
    write_values(open_project(root).shown.registry, root / "_site")


ROWS = "study,yi,vi\nÅs,0.5,0.1\nBø,0.25,0.2\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ROWS, "cp1252"),
        (ROWS.replace(",", ";"), "utf-8"),
        (ROWS.replace(",", ";").replace(".", ","), "utf-8"),
        ("vi,study,yi\n0.1,Ås,0.5\n0.2,Bø,0.25\n", "utf-8"),
    ],
    ids=["encoding", "delimiter", "decimal", "order"],
)
def test_the_same_rows_written_otherwise_are_not_new(tmp_path, text, encoding):
    path, root = tmp_path / "mine.csv", tmp_path / "out"
    write(root, path, text, encoding)
    write(root, path, ROWS + "C,0.75,0.2\n")
    registry = open_project(root).shown.registry
    assert registry.get(Value, "changed.added").raw == 1
    assert registry.get(Value, "changed.gone").raw == 0


def test_another_file_is_not_compared_with_that_of_the_report_before(tmp_path):
    root = tmp_path / "out"
    write(root, tmp_path / "mine.csv", ROWS)
    write(root, tmp_path / "mine.csv", ROWS + "C,0.75,0.2\n")
    assert (root / "chapters/05-changed.qmd").is_file()
    (root / "chapters/05-changed.qmd").unlink()
    write(root, tmp_path / "other.csv", ROWS + "D,0.75,0.2\n")
    assert not (root / "chapters/05-changed.qmd").exists()


def test_nothing_of_an_earlier_report_is_taken_over(tmp_path):
    root, path = tmp_path / "out", tmp_path / "mine.csv"
    settings, published = path.with_suffix(".yml"), tmp_path / "mine-published.csv"
    text = "study,m1,sd1,n1,m2,sd2,n2\nA,12,2,20,10,3,30\nB,12,2,20,10,3,30\n"
    path.write_text(text, encoding="utf-8")
    settings.write_text("title: Mine", encoding="utf-8")
    published.write_text("id,where,quantity,printed\na,T,outcome.k,2\n", encoding="utf-8")
    write_project(read_data(path), path, root, "MD")
    first = open_project(root)
    assert first.data.columns.measure.key == "MD" and first.data.settings.title == "Mine"
    assert first.shown.registry.judged
    settings.unlink()
    published.unlink()
    write_project(read_data(path), path, root)
    second = open_project(root)
    assert second.data.columns.measure.key == "SMD" and not second.data.settings.title
    assert not second.shown.registry.judged


def test_a_first_report_has_nothing_that_changed(tmp_path):
    path = EXAMPLES / "bcg.csv"
    write_project(read_data(path), path, tmp_path)
    assert not (tmp_path / "chapters/05-changed.qmd").exists()


def test_rows_and_tests_that_changed_are_told_by_name(tmp_path):
    """Nine studies have no regression yet; the tenth makes one, whose slope is clear."""
    root, path = tmp_path / "out", tmp_path / "mine.csv"
    rows = [f"S{n},{n / 10},0.01,{n}" for n in range(1, 11)]
    path.with_suffix(".yml").write_text("labels: {dose: Dose of it}", encoding="utf-8")
    write(root, path, "\n".join(["study,yi,vi,dose", *rows[:9], ""]))
    write(root, path, "\n".join(["study,yi,vi,dose", *rows[1:], ""]))
    registry = open_project(root).shown.registry
    assert registry.get(Phrase, "changed.added.told").text.endswith("is new (S10)")
    assert registry.get(Phrase, "changed.gone.told").text.endswith("is gone (S1)")
    assert registry.get(Phrase, "changed.tests").text == ""  # nine again
    write(root, path, "\n".join(["study,yi,vi,dose", *rows, ""]))
    told = open_project(root).shown.registry.get(Phrase, "changed.tests").text
    assert "Significant now and not before: " in told and "the slope on Dose of it" in told
    write(root, path, "\n".join(["study,yi,vi,dose", *rows[:9], ""]))
    told = open_project(root).shown.registry.get(Phrase, "changed.tests").text
    assert "Significant before and no longer: " in told and "the slope on Dose of it" in told


def test_what_no_chapter_of_an_authors_own_shows_is_told(tmp_path, monkeypatch, capsys):
    path, rows = tmp_path / "mine.csv", [f"S{n},{n / 10},0.01,{n}" for n in range(1, 11)]
    path.write_text("\n".join(["study,yi,vi,dose", *rows[:9], ""]), encoding="utf-8")
    write_project(read_data(path), path, tmp_path)
    (tmp_path / "_site").mkdir()
    monkeypatch.setenv("QUARTO_PROJECT_OUTPUT_DIR", str(tmp_path / "_site"))
    assert open_project(tmp_path).write_downloads() == 0
    assert "finding" not in capsys.readouterr().out
    with (tmp_path / "data/trials.csv").open("a", encoding="utf-8") as file:
        file.write(rows[9] + "\n")
    assert open_project(tmp_path).write_downloads() == 0
    said = capsys.readouterr().out
    assert 'finding: no chapter shows table("outcome.regressions")' in said
    assert 'finding: no chapter shows figure("outcome.regression.dose")' in said


def test_a_row_of_a_study_that_stays_is_changed_and_neither_new_nor_gone(tmp_path):
    root, path = tmp_path / "out", tmp_path / "mine.csv"
    write(root, path, "study,yi,vi\nA,1,0.1\nB,2,0.1\nC,3,0.1\n")
    write(root, path, "study,yi,vi\nA,1,0.1\nB,2.5,0.1\nD,3,0.1\n")
    registry = open_project(root).shown.registry
    said = [registry.get(Phrase, f"changed.{n}.told").text for n in ("added", "altered", "gone")]
    assert said == [
        "1 row of the file is new (D)", "1 row of the file is changed (B)",
        "1 row of the file is gone (C)",
    ]  # fmt: skip


def test_a_test_that_is_significant_both_times_has_not_changed(tmp_path):
    root, path = tmp_path / "out", tmp_path / "mine.csv"
    v = [0.01 * n for n in range(1, 13)]
    rows = [f"S{n},{10 * each**0.5:.4f},{each}" for n, each in enumerate(v)]
    write(root, path, "\n".join(["study,yi,vi", *rows[:11], ""]))
    write(root, path, "\n".join(["study,yi,vi", *rows, ""]))
    registry = open_project(root).shown.registry
    before, now = (
        registry.get(Value, f"{prefix}outcome.egger.pvalue").raw for prefix in ("before.", "")
    )
    assert before < 0.05 and now < 0.05
    assert registry.get(Phrase, "changed.tests").text == ""


def test_rows_of_a_study_with_several_effects_are_counted_one_by_one(tmp_path):
    root, path = tmp_path / "out", tmp_path / "mine.csv"
    head, others = "study,yi,vi\n", "B,2,0.1\nC,3,0.1\n"
    write(root, path, f"{head}A,1,0.1\nA,1.1,0.1\nA,1.2,0.1\n{others}")
    write(root, path, f"{head}A,1.5,0.1\n{others}")
    registry = open_project(root).shown.registry
    found = [registry.get(Value, f"changed.{n}").raw for n in ("added", "altered", "gone")]
    assert found == [0, 1, 2]


def test_columns_of_like_names_are_told_apart(tmp_path):
    root, path = tmp_path / "out", tmp_path / "mine.csv"
    rows = [f"S{n},{n / 10},0.01,{n},{n * n % 7}" for n in range(1, 11)]
    head = "study,yi,vi,Dose (mg),dose mg"
    write(root, path, "\n".join([head, *rows[:9], ""]))
    write(root, path, "\n".join([head, *rows, ""]))
    told = open_project(root).shown.registry.get(Phrase, "changed.tests").text
    assert "the slope on Dose (mg)" in told and "dose mg" not in told
