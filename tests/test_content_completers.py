"""Completers and everybody, compared a second time; the search for the trials behind a lone result."""

from __future__ import annotations

from itertools import combinations
from math import erfc, sqrt

import pytest

from analysis.display.figure import Figure
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.manuscript import REGISTRY

from edited import HEADER, ROWS, edited, raw
from svg import ids

EFFECTS = {(r[0], r[1]): dict(zip(HEADER[2:], r[2:], strict=True)) for r in ROWS}
COMPLETERS = [study for outcome, study in EFFECTS if outcome == "symptoms_completers"]
# Results, Sensitivity Analysis, quality of life: mean, limits, Q and I² of six trials.
LONE = {"estimate": 0.447, "ci_low": 0.143, "ci_high": 0.751, "q": 14.810, "i2": 66.238}


def dersimonian_laird(pairs):
    """Mean, limits, Q and I² of (y, v) `pairs`, by DerSimonian & Laird (1986)."""
    w = [1 / v for _, v in pairs]
    fixed = sum(a * y for a, (y, _) in zip(w, pairs, strict=True)) / sum(w)
    q = sum(a * (y - fixed) ** 2 for a, (y, _) in zip(w, pairs, strict=True))
    df = len(pairs) - 1
    tau2 = max(0, (q - df) / (sum(w) - sum(a * a for a in w) / sum(w)))
    w = [1 / (v + tau2) for _, v in pairs]
    mean = sum(a * y for a, (y, _) in zip(w, pairs, strict=True)) / sum(w)
    half = 1.959963984540054 / sqrt(sum(w))
    return {"estimate": mean, "ci_low": mean - half, "ci_high": mean + half, "q": q,
            "i2": 100 * (q - df) / q, "se": half / 1.959963984540054}  # fmt: skip


def printed(outcome, study):
    row = EFFECTS[outcome, study]
    return float(row["smd"]), float(row["se"]) ** 2


@pytest.fixture(scope="module")
def registry():
    return REGISTRY


def test_the_same_trials_are_pooled_with_everybodys_effects(registry):
    expected = dersimonian_laird([printed("symptoms", s) for s in COMPLETERS])
    assert raw(registry, "symptoms_completers.same_trials.k") == 16  # Figure 4
    for name in ("estimate", "se"):
        found = raw(registry, f"symptoms_completers.same_trials.{name}")
        assert found == pytest.approx(expected[name], abs=2e-3)


@pytest.mark.parametrize(
    ("prefix", "other"),
    [("difference", "symptoms.random"),
     ("same_trials.difference", "symptoms_completers.same_trials")],
)  # fmt: skip
def test_the_difference_is_that_of_two_means(registry, prefix, other):
    means = [raw(registry, f"{n}.estimate") for n in ("symptoms_completers.random", other)]
    errors = [raw(registry, f"{n}.se") for n in ("symptoms_completers.random", other)]
    z = (means[0] - means[1]) / sqrt(errors[0] ** 2 + errors[1] ** 2)
    prefix = f"symptoms_completers.{prefix}"
    assert raw(registry, f"{prefix}.statistic") == pytest.approx(z)
    assert raw(registry, f"{prefix}.pvalue") == pytest.approx(erfc(abs(z) / sqrt(2)))


def test_the_difference_from_figures_2_and_4(registry):
    # Rows Random: 0.818 (0.134) and 0.920 (0.160); the text: p > .05.
    z = (0.920 - 0.818) / sqrt(0.134**2 + 0.160**2)
    assert raw(registry, "symptoms_completers.difference.statistic") == pytest.approx(z, abs=0.01)
    value = registry.get(Value, "symptoms_completers.difference.pvalue")
    assert value.raw > 0.05 and value.status == "reproduced"


def test_trials_that_print_alike_are_counted(registry):
    pairs = [(EFFECTS["symptoms", s], EFFECTS["symptoms_completers", s]) for s in COMPLETERS]
    same = sum(a["smd"] == b["smd"] for a, b in pairs)
    unchanged = sum((a["smd"], a["se"]) == (b["smd"], b["se"]) for a, b in pairs)
    assert raw(registry, "symptoms_completers.same_effect.k") == same
    assert raw(registry, "symptoms_completers.unchanged.k") == unchanged < same


def test_the_trials_with_another_effect_are_named_with_their_change(registry):
    # Figures 2 and 4: Ludman 0.458 and 0.457, Moore & Blackburn 1.653 and 2.674.
    assert registry.get(Phrase, "symptoms_completers.changed").text == (
        "Only these changed: Ludman et al. (2007), by −0.001; Moore & Blackburn (1997), by 1.021."
    )
    changes = {s: raw(registry, f"symptoms_completers.study.{s}.change") for s in COMPLETERS}
    assert changes.pop("ludman2007") == pytest.approx(-0.001)
    assert changes.pop("mooreblackburn1997") == pytest.approx(1.021)
    assert set(changes.values()) == {0.0}


def test_table_and_plot_hold_both_effects_of_every_trial(registry):
    assert len(registry.get(Table, "symptoms_completers.paired").rows) == len(COMPLETERS)
    svg = registry.get(Figure, "symptoms_completers.paired").svg
    assert len(ids(svg, "dot-")) == 2 * len(COMPLETERS)


def test_the_nearest_six_trials_are_those_of_figure_4(registry):
    qol = [study for outcome, study in EFFECTS if outcome == "qol"]

    def gap(studies):
        found = dersimonian_laird([printed("qol", s) for s in studies])
        return max(abs(found[n] - LONE[n]) for n in ("estimate", "ci_low", "ci_high"))

    nearest = min(combinations(qol, 6), key=gap)
    assert set(nearest) == set(qol) & set(COMPLETERS)
    found = dersimonian_laird([printed("qol", s) for s in nearest])
    for name in LONE:
        assert raw(registry, f"qol_completers.everybody.{name}") == pytest.approx(
            found[name], abs=5e-3 if name != "i2" else 0.05
        )
    text = registry.get(Phrase, "qol_completers.nearest").text
    left_out = sorted(set(qol) - set(nearest))
    assert left_out == ["fonagy2015", "hartmannsouza2016"]
    assert "Fonagy" in text and "Hartmann Souza" in text and "among completers" in text
    assert raw(registry, "qol_completers.search.tried") == 28  # 8! / (6! 2!)


def test_no_six_trials_of_everybody_give_the_printed_digits(registry):
    assert raw(registry, "qol_completers.search.fitting") == 0
    assert abs(raw(registry, "qol_completers.everybody.estimate") - LONE["estimate"]) > 0.0005


def test_completers_precision_brings_the_result_nearer(registry):
    # Of the six only Wiles et al. rests on everybody and has another error among completers.
    studies = sorted({s for o, s in EFFECTS if o == "qol"} & set(COMPLETERS))
    pairs = [printed("qol", s) for s in studies]
    n = studies.index("wiles2013")
    ratio = printed("symptoms_completers", "wiles2013")[1] / printed("symptoms", "wiles2013")[1]
    pairs[n] = pairs[n][0], pairs[n][1] * ratio
    expected = dersimonian_laird(pairs)
    for name in ("estimate", "ci_low", "ci_high"):
        found = raw(registry, f"qol_completers.completers.{name}")
        assert found == pytest.approx(expected[name], abs=1e-3)
        assert abs(found - LONE[name]) < abs(
            raw(registry, f"qol_completers.everybody.{name}") - LONE[name]
        )


def test_a_planted_result_is_found_to_the_digit(tmp_path, registry):
    chosen = ["clarke2014", "fonagy2015", "gloster2015", "harley2008", "nakagawa2017", "wiles2013"]
    pairs = [
        tuple(raw(registry, f"qol.study.{s}.{part}") for part in ("estimate", "variance"))
        for s in chosen
    ]
    planted = dersimonian_laird(pairs)
    lines = ["id,where,quantity,printed,note", "results.qol_completers.k,Text,,6,planted"]
    lines += [f"results.qol_completers.{n},Text,,{planted[n]:.3f},planted" for n in LONE]
    found = edited(tmp_path, published="\n".join(lines) + "\n")
    assert raw(found, "qol_completers.search.fitting") == 1
    assert raw(found, "qol_completers.everybody.gap") < 0.0005
    text = found.get(Phrase, "qol_completers.nearest").text
    assert "Hartmann Souza" in text and "Kocsis" in text and "completers" not in text
    assert "everybody’s effects: they give every printed number" in (
        found.get(Phrase, "qol_completers.digits").text.replace("Everybody", "everybody")
    )


def test_without_completers_nothing_is_compared(tmp_path):
    rows = [r for r in ROWS if r[0] not in ("symptoms_completers", "qol")]
    found = edited(tmp_path, rows)
    assert raw(found, "symptoms_completers.difference.pvalue") is None
    assert raw(found, "qol_completers.everybody.estimate") is None
    assert found.get(Figure, "symptoms_completers.paired").alt
