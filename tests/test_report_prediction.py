"""What a report says of its prediction interval, which it computes as its methods say, as R does."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from own_trials import as_file, read
from scipy.stats import chi2
from scipy.stats import t as student

from analysis.display.numbers import number
from analysis.display.value import Phrase, Value
from analysis.report.compose import compose, read_data

import by_hand
from leaves import REFERENCE, document

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.parametrize("model", ["reml", "random"])
def test_the_prediction_interval_is_that_of_the_methods(model):
    """Mean ± t(k − 2)·√(τ² + SE²) of each model, which in R is predict with pi.type = "Riley"."""
    method, test = {"reml": ("REML", "adhoc"), "random": ("DL", "z")}[model]
    theirs = document(REFERENCE / "metafor" / "hackshaw1998.json")["fits"][method][test]
    half = student.isf(0.025, theirs["k"] - 2) * sqrt(theirs["tau2"] + theirs["se"][0] ** 2)
    smoke = compose(read_data(EXAMPLES / "smoke.csv"))
    for end, sign, leaf in (("low", -1, "pi.lb"), ("high", 1, "pi.ub")):
        found = smoke.get(Value, f"outcome.{model}.analysed.prediction_{end}").raw
        assert found == pytest.approx(theirs["b"][0] + sign * half, rel=1e-6)
        assert found == pytest.approx(theirs["predict"]["riley"][leaf][0], rel=1e-6)


Y, V = np.array([0.3, 1.1, 0.4, 0.5]), np.array([0.05, 0.1, 0.01, 0.002])


def predicted(y, v, tau: float) -> tuple[float, float]:
    """Mean ± t(k − 2)·√(τ² + SE²) for a given τ, with the larger of both errors of the mean."""
    w, k = 1 / (v + tau**2), len(y)
    mean = np.sum(w * y) / np.sum(w)
    factor = max(1, np.sum(w * (y - mean) ** 2) / (k - 1))
    half = student.isf(0.025, k - 2) * sqrt(tau**2 + factor / np.sum(w))
    return mean - half, mean + half


@pytest.mark.parametrize(
    ("y", "v", "nothing"),
    [
        (Y, V, True),
        ([1.0, 0.6, 0.9, 0.4, 0.8, 1.2, 0.7], [0.02, 0.03, 0.01, 0.02, 0.04, 0.03, 0.02], False),
    ],
)
def test_a_prediction_that_depends_on_the_estimate_of_tau_is_no_expectation(
    tmp_path, y, v, nothing
):
    y, v = np.array(y), np.array(v)
    assert bool(by_hand.by_reml(y, v)[0] < 1e-6) is nothing
    found = compose(read(tmp_path, as_file(y, v)))
    own = [found.get(Value, f"outcome.reml.prediction_{end}").raw for end in ("low", "high")]
    tau, high = (found.get(Value, f"outcome.reml.{name}") for name in ("tau", "tau_high"))
    assert own == pytest.approx(predicted(y, v, tau.raw), rel=1e-6) and own[0] > 0
    low, most = predicted(y, v, high.raw)
    assert low < 0 < most
    places = len(found.get(Value, "outcome.reml.prediction_low").text.split(".")[1])
    narrow = ", which makes it little else than the confidence interval"
    assert found.get(Phrase, "outcome.reml.prediction").text == (
        f"stays clear of the line of no effect with τ as estimated ({tau.text}"
        f"{narrow if nothing else ''}), but not with τ at the upper limit of its interval "
        f"({high.text}), where it would run from {number(low, places)} to {number(most, places)}: an "
        "effect on the same side in a new setting is not assured"
    )


def test_a_prediction_that_crosses_by_reml_alone_says_what_the_other_tau_gives(tmp_path):
    """The moments find no τ² here, and REML finds one."""
    y, v = np.array([0.6, 0.3, 0.5, 0.7]), np.array([0.119, 0.048, 0.114, 0.01])
    assert by_hand.moments_tau2(y, v) == 0 < by_hand.by_reml(y, v)[0]
    w = 1 / v
    mean, half = np.sum(w * y) / np.sum(w), student.isf(0.025, 2) * sqrt(1 / np.sum(w))
    assert mean - half > 0
    found = compose(read(tmp_path, as_file(y, v)))
    places = len(found.get(Value, "outcome.random.prediction_low").text.split(".")[1])
    assert found.get(Phrase, "outcome.reml.prediction").text == (
        "crosses the line of no effect: in a new setting the true effect may be absent or reversed; "
        "with DerSimonian and Laird’s τ it would stay clear of it "
        f"({number(mean - half, places)} to {number(mean + half, places)})"
    )


def test_a_prediction_that_even_a_large_tau_leaves_clear_is_an_expectation(tmp_path):
    y, v = np.array([2.1, 2.2, 1.9, 2.0, 2.05, 2.15]), np.full(6, 0.01)
    found = compose(read(tmp_path, as_file(y, v)))
    high = found.get(Value, "outcome.reml.tau_high")
    assert predicted(y, v, high.raw)[0] > 0
    assert found.get(Phrase, "outcome.reml.prediction").text == (
        "stays clear of the line of no effect, and would if τ were at its upper limit "
        f"({high.text}): in a new setting the true effect is expected on the same side"
    )


def test_a_prediction_of_studies_that_scatter_less_than_chance_says_so(tmp_path):
    y, v = np.array([1.0, 1.05, 1.02, 1.0]), np.full(4, 0.01)
    q = np.sum((y - y.mean()) ** 2 / v)
    assert q < chi2.ppf(0.025, 3)  # less than any τ above 0 would make likely
    found = compose(read(tmp_path, as_file(y, v)))
    assert found.get(Value, "outcome.reml.tau_high").raw == 0
    assert found.get(Phrase, "outcome.reml.prediction").text == (
        "stays clear of the line of no effect; the studies scatter less than chance makes them, and "
        "the upper limit of τ is 0.00"
    )


def test_a_tau_beyond_all_bounds_stops_no_report(tmp_path):
    y, v = np.array([1e30, 3e30, 2e30, -1e30]), np.array([1e40, 1e40, 1e40, 1e20])
    found = compose(read(tmp_path, as_file(y, v)))
    assert found.get(Value, "outcome.reml.at_most.prediction_low").raw is None
