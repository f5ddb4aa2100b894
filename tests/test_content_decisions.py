"""Trials that stand apart, each left out and all: numbers, sentence and drawing follow the data."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from analysis.content.decisions import APART, add_decisions
from analysis.content.outcome import add_leave_one_out, add_outcome, read_outcome
from analysis.content.settings import add_settings
from analysis.display.figure import Figure
from analysis.display.registry import Registry
from analysis.display.table import Table
from analysis.display.value import Phrase, Value

from by_hand import both_tails, moments_tau2, random, read
from svg import centre, ids, texts
from within_rounding import TRIALS

STUDIES = pd.DataFrame(read("studies"))
EFFECTS = [row for row in read("effects") if row["outcome"] == "symptoms"]
NAMES = ["All trials", "Without Town et al. (2017)", "Without Isasi et al. (2010)",
         "Without Clarke et al. (2014)", "Without all of them"]  # fmt: skip


RESULTS = ["symptoms.random", *(f"symptoms.random.without.{s}" for s in (*APART, "decisions"))]


def decided(rows) -> Registry:
    registry = Registry()
    add_settings(registry)
    outcome = read_outcome("symptoms", pd.DataFrame(rows, columns=list(EFFECTS[0])), STUDIES)
    add_outcome(registry, outcome)
    add_leave_one_out(registry, outcome, tuple(STUDIES["study"]))
    add_decisions(registry, outcome)
    return registry


def effect(study: str, smd: float, se: float) -> dict[str, str]:
    """A row as a paper would print it."""
    low, high, z = smd - 1.959964 * se, smd + 1.959964 * se, smd / se
    p = 2 * NormalDist().cdf(-abs(z))
    numbers = dict(zip(list(EFFECTS[0])[2:], (smd, se, se**2, low, high, z, p), strict=True))
    return {"outcome": "symptoms", "study": study} | {n: f"{x:.3f}" for n, x in numbers.items()}


@pytest.fixture(scope="module")
def paper():
    return decided(EFFECTS)


def raw(registry: Registry, name: str):
    return registry.get(Value, f"symptoms.random.{name}").raw


def verdict(*rows) -> str:
    return decided(rows).get(Phrase, "decisions.verdict").text


@pytest.mark.parametrize("left_out", [*((study,) for study in APART), APART], ids="+".join)
def test_the_mean_without_them_by_hand(paper, left_out):
    rest = np.array([t.middle for t in TRIALS["symptoms"] if t.study not in left_out])
    expected = random(*rest.T)
    prefix = f"without.{left_out[0] if len(left_out) == 1 else 'decisions'}"
    for name in ("k", "estimate", "se", "ci_low", "ci_high", "q", "i2"):
        assert raw(paper, f"{prefix}.{name}") == pytest.approx(expected[name], rel=1e-4)


@pytest.mark.parametrize("study", APART)
def test_the_deleted_residual_by_hand(paper, study):
    """A trial against the mean of the others: its own error, theirs, and what they differ by."""
    own, *_ = (t.middle for t in TRIALS["symptoms"] if t.study == study)
    rest = np.array([t.middle for t in TRIALS["symptoms"] if t.study != study]).T
    others = random(*rest)
    error = np.sqrt(own[1] + moments_tau2(*rest) + others["se"] ** 2)
    z = (own[0] - others["estimate"]) / error
    assert raw(paper, f"without.{study}.residual.statistic") == pytest.approx(z, rel=1e-3)
    found = raw(paper, f"without.{study}.residual.pvalue")
    assert found == pytest.approx(both_tails(z), rel=1e-2)


def test_only_isasi_lies_apart_from_the_rest(paper):
    ps = {study: raw(paper, f"without.{study}.residual.pvalue") for study in APART}
    assert [study for study, p in ps.items() if p < 0.05] == ["isasi2010"]


def lines(registry: Registry) -> dict[str, list[str]]:
    """The texts of the drawing after each label: k, the mean, its interval."""
    shown = texts(registry.get(Figure, "decisions").svg)
    return {label: shown[(at := shown.index(label) + 1) : at + 3] for label in NAMES}


def test_the_drawing_has_a_line_for_each_result_and_says_its_numbers(paper):
    figure = paper.get(Figure, "decisions")
    drawn = ids(figure.svg, "study-")
    assert drawn == [f"study-{n}" for n in range(1, 6)]
    heights = [centre(figure.svg, gid) for gid in drawn]
    assert [x for x, _ in heights].index(min(x for x, _ in heights)) == 2  # without Isasi
    for label, part in zip(NAMES, RESULTS, strict=True):
        text = {
            n: paper.get(Value, f"{part}.{n}").text for n in ("k", "estimate", "ci_low", "ci_high")
        }
        interval = f"[{text['ci_low']}, {text['ci_high']}]"
        assert lines(paper)[label] == [text["k"], text["estimate"], interval]
    assert figure.alt == (
        "Forest plot of 5 analyses, SMD with 95% CI. Estimates run from 0.63 "
        "(Without Isasi et al. (2010)) to 0.85 (Without Clarke et al. (2014))."
    )


def test_another_effect_is_drawn_otherwise(paper):
    rows = [effect("isasi2010", 0.5, 0.3) if r["study"] == "isasi2010" else r for r in EFFECTS]
    found, before = lines(decided(rows)), lines(paper)
    assert [label for label in NAMES if found[label] == before[label]] == [NAMES[2], NAMES[4]]
    data = [
        (0.5, 0.3**2) if t.study == "isasi2010" else t.middle
        for t in TRIALS["symptoms"]
        if t.study != "town2017"
    ]
    assert found["Without Town et al. (2017)"][1] == f"{random(*np.array(data).T)['estimate']:.2f}"


def test_without_one_of_the_trials_there_is_no_result_without_all():
    registry = decided([row for row in EFFECTS if row["study"] != "town2017"])
    for name in ("without.town2017", "without.decisions"):
        value = registry.get(Value, f"symptoms.random.{name}.estimate")
        assert (value.raw, value.text) == (None, "—")
    assert raw(registry, "without.isasi2010.k") == len(EFFECTS) - 2
    assert registry.get(Value, "decisions.left_out").raw == 2
    shown = texts(registry.get(Figure, "decisions").svg)
    for label in ("Without Town et al. (2017)", "Without all of them"):
        assert "—" in shown[shown.index(label) + 1 : shown.index(label) + 3]
    assert registry.get(Phrase, "decisions.verdict").text == (
        "The confidence interval stays in favour of psychotherapy wherever it can be computed. There "
        "is no result without Town et al. (2017) and without all of them."
    )
    residual = registry.get(Value, "symptoms.random.without.town2017.residual.pvalue")
    assert residual.text == "—"


OTHERS = [effect(study, 0.02, 0.2) for study in ("harley2008", "ludman2007", "mantani2017")]


def test_in_words():
    assert verdict(*EFFECTS) == (
        "The confidence interval stays in favour of psychotherapy, whichever of them is left out."
    )
    turned = [effect(row["study"], -float(row["smd"]), float(row["se"])) for row in EFFECTS]
    assert verdict(*turned).startswith("The confidence interval stays in favour of the comparison,")
    unclear = [effect(row["study"], 0.01, float(row["se"])) for row in EFFECTS]
    assert verdict(*unclear).startswith("The confidence interval still holds no difference,")


def test_in_words_where_the_result_hangs_on_them():
    """Three trials without an effect, three with 0.9: any of these left out, the interval holds 0."""
    y, v = np.array([0.02] * 3 + [0.9] * 3), np.full(6, 0.2**2)
    assert [random(y[:k], v[:k])["ci_low"] > 0 for k in (6, 5, 3)] == [True, False, False]
    assert verdict(*OTHERS, *(effect(study, 0.9, 0.2) for study in APART)) == (
        "The confidence interval no longer says the same without Town et al. (2017), without Isasi "
        "et al. (2010), without Clarke et al. (2014) and without all of them."
    )


def test_in_words_where_there_is_nothing_to_tell():
    assert verdict(*OTHERS) == "The data hold none of these trials."
    assert verdict() == "Too few trials are in the data to tell."


def test_without_printed_numbers_the_table_is_empty_and_shows(paper):
    table = paper.get(Table, "decisions")
    assert table.rows == () and table.html() and table.typst()
