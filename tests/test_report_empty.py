"""Trials that say nothing of a ratio: not pooled, told of, and with them the result beside."""

from __future__ import annotations

from math import exp, log

import pytest
from own_trials import COUNTS, problems, read

import analysis as ma
from analysis.display.figure import Figure
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.report.chapters import chapters
from analysis.report.compose import compose

EMPTY = COUNTS + "A,4,100,8,100\nB,0,90,0,95\nC,5,80,9,85\n"
WITHOUT = EMPTY.replace("B,0,90,0,95\n", "")
FULL = COUNTS + "A,4,100,8,100\nB,90,90,95,95\nC,5,80,9,85\n"
ENDS = ("estimate", "ci_low", "ci_high")


def raw(registry, name: str):
    return registry.get(Value, f"outcome.{name}").raw


def log_risk_ratio(a: float, n1: float, c: float, n2: float) -> tuple[float, float]:
    """The logged risk ratio and its variance, by the textbook: Borenstein et al. (2009), chapter 5."""
    return log(a / n1 / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2


def test_a_trial_without_any_event_has_no_part_in_any_result(tmp_path):
    with_it, without = (compose(read(tmp_path, text)) for text in (EMPTY, WITHOUT))
    names = [f"{model}.{end}" for model in ("fixed", "random", "reml", "mh") for end in ENDS]
    for name in (*names, "k", "mh.k", "fixed.q", "participants"):
        assert raw(with_it, name) == pytest.approx(raw(without, name), rel=1e-12), name
    # By hand: 100 + 100 + 80 + 85 took part in A and C.
    assert raw(with_it, "participants") == 365 and raw(with_it, "k") == 2


def test_what_is_pooled_is_what_the_textbook_pools(tmp_path):
    registry = compose(read(tmp_path, EMPTY))
    trials = [log_risk_ratio(4, 100, 8, 100), log_risk_ratio(5, 80, 9, 85)]
    weights = [1 / v for _, v in trials]
    mean = sum(w * y for w, (y, _) in zip(weights, trials, strict=True)) / sum(weights)
    assert raw(registry, "fixed.estimate") == pytest.approx(exp(mean), rel=1e-12)
    # Mantel and Haenszel: events times the other arm's size over the total, summed.
    mh = (4 * 100 / 200 + 5 * 85 / 165) / (8 * 100 / 200 + 9 * 80 / 165)
    assert raw(registry, "mh.estimate") == pytest.approx(mh, rel=1e-12)


def test_the_result_with_it_is_told_beside(tmp_path):
    registry = compose(read(tmp_path, EMPTY))
    trials = [
        log_risk_ratio(4, 100, 8, 100), log_risk_ratio(0.5, 91, 0.5, 96), log_risk_ratio(5, 80, 9, 85),
    ]  # fmt: skip
    yi, vi = zip(*trials, strict=True)
    all_three = ma.pool(yi, vi=vi, method="REML", ci="hksj-adhoc")
    for end in ENDS:
        expected = exp(getattr(all_three, end))
        assert raw(registry, f"with_silent.{end}") == pytest.approx(expected, rel=1e-6)
        assert raw(registry, f"reml.{end}") != pytest.approx(expected, abs=1e-4)
    why = "Such a trial says nothing of a ratio and is not pooled."
    said = f"B (line 3) has no event in either arm. {why}"
    assert registry.get(Phrase, "data.empty").text == said
    # Which contradicts nothing that stands beside it.
    beside = "Every row has the numbers that its effect is computed from."
    assert registry.get(Phrase, "data.left_out").text == beside
    told = registry.get(Phrase, "outcome.empty.told").text
    assert told.startswith(said) and f"would be {exp(all_three.estimate):.2f} (" in told
    without = compose(read(tmp_path, WITHOUT))
    assert without.get(Phrase, "outcome.empty.told").text == ""
    assert raw(without, "with_silent.estimate") is None


def test_it_stays_in_the_table_of_data_and_below_the_forest_plot(tmp_path):
    registry = compose(read(tmp_path, EMPTY))
    rows = {row.cells["study"]: row.cells for row in registry.get(Table, "outcome.studies").rows}
    assert list(rows) == ["A", "C", "B"]
    assert rows["B"]["n_control"].text == "95" and rows["B"]["weight"] == "not pooled"
    assert "effect" not in rows["B"] and rows["A"]["weight"].raw > 0
    alt = registry.get(Figure, "outcome.forest").alt
    assert "Forest plot of 2 studies" in alt and "say nothing of a ratio: B." in alt


@pytest.mark.parametrize(("measure", "k"), [("OR", 2), ("RR", 3), ("RD", 3)])
def test_a_trial_in_which_everybody_has_the_event_says_nothing_of_odds_alone(tmp_path, measure, k):
    (tmp_path / "trials.yml").write_text(f"measure: {measure}", encoding="utf-8")
    registry = compose(read(tmp_path, FULL))
    assert raw(registry, "k") == k
    said = registry.get(Phrase, "data.empty").text
    assert said.startswith("In B (line 3) everybody has the event, in both arms.") is (k == 2)


def test_trials_without_any_event_tell_of_a_risk_difference(tmp_path):
    (tmp_path / "trials.yml").write_text("measure: RD", encoding="utf-8")
    registry = compose(read(tmp_path, EMPTY))
    assert registry.get(Phrase, "data.empty").text == "" and raw(registry, "k") == 3


def test_the_same_is_told_of_four_cells(tmp_path):
    cells = "study,ai,bi,ci,di\nA,4,96,8,92\nB,0,90,0,95\nC,5,75,9,76\n"
    four, events = (compose(read(tmp_path, text)) for text in (cells, EMPTY))
    assert raw(four, "k") == 2
    for end in ENDS:
        assert raw(four, f"with_silent.{end}") == pytest.approx(raw(events, f"with_silent.{end}"))


def test_a_row_of_a_study_that_has_others_is_left_out_alone(tmp_path):
    registry = compose(read(tmp_path, EMPTY + "B,3,90,6,95\nB,2,90,6,95\n"))
    assert (raw(registry, "k"), raw(registry, "rows")) == (3, 4)
    names = [row.cells["study"] for row in registry.get(Table, "outcome.studies").rows]
    assert names == ["A", "C", "B", "B"]


def test_trials_of_which_none_has_an_event_are_refused(tmp_path):
    (told,) = problems(tmp_path, COUNTS + "A,0,100,0,100\nB,0,90,0,95\n")
    assert "no trial’s counts of 'Outcome' tell of a ratio; measure: RD compares risks" in told


def test_an_outcome_that_nobody_has_is_left_out_and_told(tmp_path):
    header = "study,outcome,events_t,n_t,events_c,n_c\n"
    data = read(tmp_path, header + "A,Death,0,100,0,100\nA,Fall,4,100,8,100\nB,Fall,2,90,5,90\n")
    assert [outcome.name for outcome in data.outcomes] == ["Fall"]
    said = compose(data).get(Phrase, "data.left_out").text
    assert "trials.csv:2: A: no trial’s counts of 'Death' tell of a ratio" in said


def test_the_summary_and_the_chapter_tell_of_it(tmp_path):
    texts = chapters(read(tmp_path, EMPTY))
    for name in ("index.qmd", "chapters/03-outcome.qmd"):
        assert 'say("outcome.empty.told")' in texts[name]
