"""The examples' reports say what R says of the same data."""

from __future__ import annotations

import functools
import json
from math import exp, tanh
from pathlib import Path

import numpy as np
import pytest
from scipy.special import fdtrc
from scipy.stats import linregress
from scipy.stats import t as student

from analysis.display import whatif
from analysis.display.figure import Figure
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.report.compose import compose, read_data

from leaves import REFERENCE
from svg import ids

EXAMPLES = Path(__file__).parent.parent / "examples"
# Example, R's file, R's measure, and from the scale of the analysis to what is shown.
FILES = {
    "bcg": ("bcg_rr", "RR", exp),
    "stroke": ("normand1999_smd", "MD", float),
    "adherence": ("molloy2014_zcor", "ZCOR", tanh),
}
CLOSED, ITERATIVE = 1e-8, 1e-6


@functools.cache
def registry(name: str):
    return compose(read_data(EXAMPLES / f"{name}.csv"))


@functools.cache
def reference(name: str) -> dict:
    path = REFERENCE / "metafor" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def raw(name: str, value: str):
    return registry(name).get(Value, f"outcome.{value}").raw


def close(ours: float, theirs: float, tolerance: float) -> bool:
    return ours == pytest.approx(theirs, rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("name", FILES)
def test_the_studies_effects_are_those_of_escalc(name):
    file, measure, shown = FILES[name]
    theirs = reference(file)["escalc"][measure]
    data = read_data(EXAMPLES / f"{name}.csv")
    trials = data.outcomes[0].trials
    assert [t.yi for t in trials] == pytest.approx(theirs["yi"], rel=CLOSED)
    assert [t.vi for t in trials] == pytest.approx(theirs["vi"], rel=CLOSED)
    ours = [raw(name, f"study.{t.key}.estimate") for t in trials]
    assert ours == pytest.approx([shown(y) for y in theirs["yi"]], rel=CLOSED)


@pytest.mark.parametrize("name", ["bcg", "adherence"])
@pytest.mark.parametrize(
    ("model", "method", "test"),
    [("random", "DL", "z"), ("reml", "REML", "adhoc"), ("fixed", "FE", "z")],
)
def test_the_pooled_effects_are_those_of_rma(name, model, method, test):
    file, _, shown = FILES[name]
    theirs = reference(file)["fits"][method][test]
    for ours, leaf in (("estimate", "b"), ("ci_low", "ci.lb"), ("ci_high", "ci.ub")):
        assert close(raw(name, f"{model}.{ours}"), shown(theirs[leaf][0]), ITERATIVE)
        assert close(raw(name, f"{model}.analysed.{ours}"), theirs[leaf][0], ITERATIVE)
    assert close(raw(name, f"{model}.pvalue"), theirs["pval"][0], ITERATIVE)
    assert close(raw(name, f"{model}.tau2"), theirs["tau2"], ITERATIVE)
    assert close(raw(name, f"{model}.i2"), theirs["I2"], ITERATIVE)
    assert close(raw(name, f"{model}.q"), theirs["QE"], ITERATIVE)


def test_the_summary_of_counts_is_that_of_rma_mh():
    theirs = reference("bcg_rr")["tables"]["mh"]["RR"]
    for ours, leaf in (("estimate", "b"), ("ci_low", "ci.lb"), ("ci_high", "ci.ub")):
        assert close(raw("bcg", f"mh.{ours}"), exp(theirs[leaf]), CLOSED)
        assert close(raw("bcg", f"mh.analysed.{ours}"), theirs[leaf], CLOSED)
    for ours, leaf in (("se", "se"), ("pvalue", "pval"), ("q", "QE"), ("i2", "I2")):
        assert close(raw("bcg", f"mh.{ours}"), theirs[leaf], CLOSED)
    assert "outcome.mh.estimate" not in registry("adherence")


@pytest.mark.parametrize("name", ["bcg", "adherence"])
def test_the_prediction_interval_and_the_interval_of_tau_are_those_of_metafor(name):
    file, _, shown = FILES[name]
    fits = reference(file)["fits"]["REML"]
    predicted = fits["adhoc"]["predict"]["riley"]
    for end, leaf in (("low", "pi.lb"), ("high", "pi.ub")):
        assert close(raw(name, f"reml.prediction_{end}"), shown(predicted[leaf][0]), ITERATIVE)
    within = fits["confint"]["QP"]
    for ours, leaf in (("tau", "tau"), ("i2", "I2")):
        for end, bound in (("low", "ci.lb"), ("high", "ci.ub")):
            assert close(raw(name, f"reml.{ours}_{end}"), within[leaf][bound], ITERATIVE)


@pytest.mark.parametrize("name", ["bcg", "adherence"])
def test_egger_s_test_is_that_of_regtest(name):
    theirs = reference(FILES[name][0])["bias"]["regtest"]["lm"]["sei"]
    assert close(raw(name, "egger.statistic"), theirs["zval"], CLOSED)
    assert close(raw(name, "egger.pvalue"), theirs["pval"], CLOSED)


@pytest.mark.parametrize("name", ["bcg", "adherence"])
def test_egger_s_coefficient_has_an_interval_and_one_name_everywhere(name):
    """In Egger's own form, y/se on 1/se, it is the intercept: least squares, and t on k − 2."""
    outcome = read_data(EXAMPLES / f"{name}.csv").outcomes[0]
    y, se = outcome.effects["yi"], np.sqrt(outcome.effects["vi"])
    line = linregress(1 / se, y / se)
    half = student.isf(0.025, len(y) - 2) * line.intercept_stderr
    expected = {
        "estimate": line.intercept, "ci_low": line.intercept - half, "ci_high": line.intercept + half,
    }  # fmt: skip
    for end, theirs in expected.items():
        assert close(raw(name, f"egger.{end}"), theirs, CLOSED)
    said = registry(name).get(Phrase, "outcome.bias").text
    shown = [f"{x:.2f}".replace("-", "−") for x in expected.values()]
    assert "(slope on the standard error {}, {} to {}; t(".format(*shown) in said
    assert "intercept" not in said
    page = Path(whatif.__file__).parent
    for script in ("page.js", "conclusions.js"):
        text = (page / script).read_text(encoding="utf-8")
        assert "slope on the standard error" in text and "intercept" not in text


def test_trim_and_fill_is_that_of_trimfill():
    """By the estimator and the side that the methods tell of."""
    (theirs,) = (
        found
        for found in reference("bcg_rr")["bias"]["trimfill"]
        if (found["base"], found["final"]) == ("REML", "REML")
        and (found["estimator"], found["side.requested"]) == ("L0", "auto")
    )
    assert raw("bcg", "filled.k0") == theirs["k0"] == 1
    assert close(raw("bcg", "reml.filled.estimate"), exp(theirs["b"]), ITERATIVE)
    assert f"on the {theirs['side']};" in registry("bcg").get(Phrase, "outcome.bias").text


def test_the_summary_of_counts_stands_in_the_forest_plot():
    theirs = reference("bcg_rr")["tables"]["mh"]["RR"]
    shown = [f"{exp(theirs[leaf]):.2f}" for leaf in ("b", "ci.lb", "ci.ub")]
    figure = registry("bcg").get(Figure, "outcome.forest")
    assert "Mantel–Haenszel: {} [{}, {}]".format(*shown) in figure.alt
    assert len(ids(figure.svg, "summary-")) == 3
    assert "Haenszel" not in registry("adherence").get(Figure, "outcome.forest").alt


@pytest.mark.parametrize("name", ["bcg", "adherence"])
def test_leaving_out_is_that_of_leave1out(name):
    file, _, shown = FILES[name]
    plain, knha = (reference(file)["diag"]["leave1out"][name] for name in ("REML", "REML.knha"))
    # The larger of both errors, with the t of Hartung and Knapp's.
    wider = [max(1.0, usual / own) for usual, own in zip(plain["se"], knha["se"], strict=True)]
    theirs = {"estimate": knha["estimate"]} | {
        leaf: [
            mean + times * (end - mean)
            for mean, end, times in zip(knha["estimate"], knha[leaf], wider, strict=True)
        ]
        for leaf in ("ci.lb", "ci.ub")
    }
    trials = read_data(EXAMPLES / f"{name}.csv").outcomes[0].trials
    for ours, leaf in (("estimate", "estimate"), ("ci_low", "ci.lb"), ("ci_high", "ci.ub")):
        found = [raw(name, f"reml.without.{t.key}.{ours}") for t in trials]
        assert found == pytest.approx([shown(y) for y in theirs[leaf]], rel=ITERATIVE)


def test_the_meta_regression_is_that_of_rma():
    theirs = reference("bcg_rr")["metareg"]["ablat"]["fits"]["REML"]["knha"]
    for ours, leaf in (
        ("estimate", "b"),
        ("ci_low", "ci.lb"),
        ("ci_high", "ci.ub"),
        ("pvalue", "pval"),
    ):
        assert close(raw("bcg", f"regression.latitude.{ours}"), theirs[leaf][1], ITERATIVE)
    assert close(raw("bcg", "regression.latitude.r2"), theirs["R2"], ITERATIVE)


def test_the_test_between_subgroups_is_that_of_rma_with_a_factor():
    """Its factor s2w of the errors is below 1 here, where the larger error is the usual one."""
    theirs = reference("bcg_rr")["metareg"]["alloc"]["fits"]["REML"]["knha"]
    assert theirs["s2w"] < 1
    f, df = theirs["QM"] * theirs["s2w"], theirs["QMdf"]
    assert close(raw("bcg", "reml.allocation.f"), f, ITERATIVE)
    assert close(raw("bcg", "reml.allocation.f_pvalue"), fdtrc(*df, f), ITERATIVE)


def test_the_means_of_subgroups_are_those_of_rma_without_an_intercept():
    theirs = reference("bcg_rr")["metareg"]["alloc_no_intercept"]["fits"]["REML"]["knha"]
    names = [name.removeprefix("alloc") for name in theirs["names"]]
    assert names == ["alternate", "random", "systematic"]
    wider = theirs["s2w"] ** -0.5
    for ours, leaf in (("estimate", "b"), ("ci_low", "ci.lb"), ("ci_high", "ci.ub")):
        found = [raw("bcg", f"reml.allocation.{name}.{ours}") for name in names]
        ends = [b + wider * (y - b) for b, y in zip(theirs["b"], theirs[leaf], strict=True)]
        assert found == pytest.approx([exp(y) for y in ends], rel=ITERATIVE)


def test_the_three_levels_and_robust_errors_are_those_of_rma_mv():
    found = reference("konstantopoulos2011")["threelevel"]
    theirs, robust = found["REML.t"], found["REML"]["robust"]["CR2"]
    for ours, leaf in (
        ("estimate", "b"),
        ("ci_low", "ci.lb"),
        ("ci_high", "ci.ub"),
        ("pvalue", "pval"),
        ("df", "ddf"),
    ):
        assert close(raw("calendar", f"multilevel.{ours}"), theirs[leaf][0], ITERATIVE)
        assert close(raw("calendar", f"robust.{ours}"), robust[leaf][0], ITERATIVE)
    for level, sigma2 in zip(("between", "within"), theirs["sigma2"], strict=True):
        assert close(raw("calendar", f"multilevel.sigma2_{level}"), sigma2, ITERATIVE)
    level, sound = theirs["ddf"][0], f"{robust['ddf'][0]:.1f}"
    notes = " ".join(registry("calendar").get(Table, "outcome.dependent").notes)
    assert f"REML: t on {level} degrees of freedom" in notes
    assert f"CR2, t on {sound} degrees of freedom by Satterthwaite" in notes


@pytest.mark.parametrize(("name", "of"), [("bcg", exp), ("adherence", float)])
def test_the_funnel_stands_around_the_mean_of_rma_on_the_scale_of_its_axis(name, of):
    theirs = reference(FILES[name][0])["fits"]["REML"]["knha"]["b"][0]
    places = 3 if name == "adherence" else 2
    shown = f"Random effects: {of(theirs):.{places}f}"
    assert shown in registry(name).get(Figure, "outcome.funnel").alt
