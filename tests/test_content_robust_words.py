"""What the chapter on robustness says follows the data: verdicts by the rule, and words that turn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.content.conclusions import Answer, Conclusion, add_conclusion
from analysis.content.settings import SCALES
from analysis.display.registry import Registry
from analysis.display.table import Table
from analysis.manuscript import REGISTRY

from edited import ROWS, edited, raw, reprinted, said
from refit import Fit, effects_of


def test_what_the_chapter_finds():
    """The publication's own reading of Figure 5 and of Results, Sample Characteristics, tried again."""
    _, y, v = effects_of("symptoms_followup")
    assert Fit(y, v).coefficient(0)[3] > 0.05
    assert said(REGISTRY, "symptoms_followup.reml.direction").startswith("did not differ")
    assert "REML" not in said(REGISTRY, "robust.symptoms.against")
    assert said(REGISTRY, "robust.quality_symptoms.verdict") == "falls"
    assert said(REGISTRY, "robust.disorder.verdict") == "stands"
    rows = {row.cells["claim"]: row.cells for row in REGISTRY.get(Table, "robust.verdicts").rows}
    assert rows["Symptoms stay lower at follow-up"]["verdict"].text == "weakens"
    assert said(REGISTRY, "robust.falls").count("“") == 1
    assert "“Psychotherapy reduces symptoms”;" in said(REGISTRY, "robust.weakens")
    assert said(REGISTRY, "robust.symptoms.against") == (
        "PET-PEESE by PET; Selection model; Limit meta-analysis"
    )
    undone = "does not hold under: PET-PEESE by PET; Selection model; Limit meta-analysis."
    assert said(REGISTRY, "robust.undone").endswith(undone)
    assert "Effects on symptoms do not differ by disorder" in said(REGISTRY, "robust.equal")
    assert said(REGISTRY, "robust.stands") == ""
    narrow = []
    for key, scale in SCALES.items():
        _, y, v = effects_of(key)
        fit = Fit(y, v)
        half = stats.t.ppf(0.975, len(y) - 1) * np.sqrt(fit.covariance[0, 0])
        if half < stats.norm.ppf(0.975) / np.sqrt(np.sum(1 / (v + fit.tau2))):
            narrow.append(f"{scale.name} (Hartung–Knapp)")
    told = said(REGISTRY, "robust.narrow")
    _, y, v = effects_of("symptoms")
    order = np.argsort(v, kind="stable")
    sizes = []
    for k in range(2, len(y) + 1):
        fit = Fit(y[order[:k]], v[order[:k]])
        half = stats.t.ppf(0.975, k - 1) * np.sqrt(fit.covariance[0, 0])
        if half < stats.norm.ppf(0.975) / np.sqrt(np.sum(1 / (v[order[:k]] + fit.tau2))):
            sizes.append(str(k))
    in_series = said(REGISTRY, "symptoms.reml.cumulative.narrow")
    assert in_series == f"with the {', '.join(sizes[:-1])} and {sizes[-1]} most precise trials"
    assert [
        one for one in (f"{s.name} (Hartung–Knapp)" for s in SCALES.values()) if one in told
    ] == narrow


def verdict_of(sign, *tests):
    """The verdict on a claim by `tests`, each an estimate and a p-value."""
    registry = Registry()
    made = []
    for n, (method, estimate, p) in enumerate(tests):
        for name, number in (("estimate", estimate), ("pvalue", p)):
            registry.value(f"m{n}.{name}", number, str, "test")
        made.append(Answer(method, (f"m{n}.pvalue",), f"m{n}.estimate"))
    cells = add_conclusion(registry, Conclusion("c", "A claim", sign, tuple(made)))
    return cells["verdict"].text, cells["held"].raw, cells["tried"].raw, cells["against"].text


@pytest.mark.parametrize(
    ("sign", "tests", "expected"),
    [
        (1, [("a", 1.0, 0.01), ("b", 2.0, 0.049)], ("stands", 2, 2, "—")),
        (1, [("a", 1.0, 0.01), ("b", 2.0, 0.05)], ("weakens", 1, 2, "b")),
        (1, [("a", 1.0, 0.2), ("b", -2.0, 0.01)], ("falls", 0, 2, "a; b")),
        (-1, [("a", 1.0, 0.01), ("b", -2.0, 0.01)], ("weakens", 1, 2, "a")),
        (0, [("a", 1.0, 0.05), ("b", -2.0, 0.9)], ("stands", 2, 2, "—")),
        (0, [("a", 1.0, 0.049), ("b", None, None)], ("falls", 0, 1, "a")),
        (1, [("Published: x", 1.0, 0.01), ("b", 1.0, 0.3)], ("falls", 0, 1, "b")),
        (1, [("Published: x", 1.0, 0.01), ("b", None, None)], ("cannot be judged", 0, 0, "—")),
    ],
)
def test_the_rule(sign, tests, expected):
    assert verdict_of(sign, *tests) == expected


@pytest.mark.parametrize(
    ("low", "high", "estimate", "verdict"),
    [(0.1, 0.9, 0.5, "stands"), (-0.1, 0.9, 0.4, "falls"), (-0.9, -0.1, -0.5, "falls")],
)
def test_an_interval_without_a_p_value_tells_too(low, high, estimate, verdict):
    registry = Registry()
    for name, number in (("low", low), ("high", high), ("estimate", estimate)):
        registry.value(name, number, str, "test")
    answer = Answer("a", ("low", "high"), "estimate")
    cells = add_conclusion(registry, Conclusion("c", "A claim", 1, (answer,)))
    assert cells["verdict"].text == verdict


def test_words_follow_when_effects_shrink(tmp_path):
    registry = edited(tmp_path, (reprinted(row, float(row[2]) - 0.9) for row in ROWS))
    assert said(registry, "symptoms.reml.direction").startswith("did not differ")
    assert said(registry, "robust.symptoms.verdict") == "falls"
    assert "Psychotherapy reduces symptoms" in said(registry, "robust.falls")
    assert "Psychotherapy reduces symptoms" not in said(registry, "robust.weakens")


def test_intervals_narrower_than_the_normal_ones_are_told(tmp_path):
    """Effects that agree more closely than their errors would have them leave Hartung-Knapp little."""
    registry = edited(tmp_path, (reprinted(row, 0.5 + float(row[2]) / 100) for row in ROWS))
    told = said(registry, "robust.narrow")
    for key, scale in SCALES.items():
        _, y, v = effects_of(key)
        y = 0.5 + y / 100
        w = 1 / v
        spread = w @ (y - w @ y / w.sum()) ** 2 / (len(y) - 1)
        assert spread < 1 and f"{scale.name} (Hartung–Knapp)" in told


def test_the_lines_agree_where_effects_do_not_hang_on_their_errors(tmp_path):
    """Effects far from nought and all alike: both lines find them, and PEESE is used."""
    rows = [reprinted(row, 1.5 + 0.01 * (-1) ** n) for n, row in enumerate(ROWS)]
    registry = edited(tmp_path, rows)
    assert said(registry, "robust.lines").startswith("For no outcome")
    labels = {row.cells["method"] for row in registry.get(Table, "robust.methods").rows}
    assert {"PET", "PEESE (used)"} <= labels and "PET (used)" not in labels
    assert said(registry, "robust.symptoms.verdict") == "stands"
    assert said(registry, "robust.symptoms.against") == "—"
    assert said(registry, "robust.undone") == ""


def test_words_follow_when_effects_turn(tmp_path):
    registry = edited(tmp_path, (reprinted(row, -float(row[2])) for row in ROWS))
    assert said(registry, "symptoms.reml.direction").startswith("were higher")
    assert said(registry, "symptoms.reml.significant") == "yes, for the comparison"
    assert said(registry, "robust.symptoms.verdict") == "falls"


def test_words_follow_when_the_outlier_goes(tmp_path):
    registry = edited(tmp_path, (row for row in ROWS if row[1] != "isasi2010"))
    assert said(registry, "symptoms_followup.reml.direction").startswith("were lower")
    assert "Isasi" not in said(registry, "symptoms.influence.flagged")
    for key in ("symptoms", "symptoms_followup"):
        _, y, v = effects_of(key)
        kept = [i for i, s in enumerate(effects_of(key)[0]) if s != "isasi2010"]
        expected = Fit(y[kept], v[kept]).coefficient(0)
        names = ("estimate", "ci_low", "ci_high", "pvalue")
        shown = [raw(registry, f"{key}.reml.{name}") for name in names]
        assert shown == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_without_an_outcome_its_conclusions_are_not_judged(tmp_path):
    registry = edited(tmp_path, (row for row in ROWS if row[0] != "symptoms"))
    for claim in ("symptoms", "asymmetry", "quality_symptoms", "disorder", "treatment"):
        assert said(registry, f"robust.{claim}.verdict") == "cannot be judged"
    assert said(registry, "robust.qol.verdict") == "weakens"
    assert said(registry, "symptoms.influence.flagged").startswith("There are too few")
