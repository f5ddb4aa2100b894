"""A flagged study is told with what flags it, and the plot says which bounds there are."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from own_trials import read
from scipy.stats import chi2

from analysis.display.figure import Figure
from analysis.display.flags import FLAGS, bounds_note
from analysis.display.value import Phrase, Value
from analysis.report.compose import compose

from svg import texts

K = 12
# Effects so alike that they leave no τ²: weights are inverse variances, and nothing else is flagged.
HEAVY = "study,yi,vi\nHeavy,0.1,0.005\n" + "".join(
    f"S{i},{0.1 + (-1) ** i / 1000},0.2\n" for i in range(1, K)
)
FAR = "study,yi,vi\nFar,-3,0.001\n" + "".join(
    f"S{i},{0.1 + i % 3 / 100},0.2\n" for i in range(1, K)
)


def test_a_study_that_its_weight_alone_flags_is_told_with_it_and_with_the_bound(tmp_path):
    registry = compose(read(tmp_path, HEAVY))
    # By hand: weights of 200 and eleven times 5; 3 of 12 is a quarter.
    share = 100 * 200 / (200 + 11 * 5)
    assert registry.get(Phrase, "outcome.influence.flagged").text == (
        f"Flagged as influential: Heavy (share of the weights {share:.2f}% beyond 25.00%)."
    )
    value = registry.get(Value, "outcome.influence.study.heavy.hat")
    assert value.raw == pytest.approx(share)
    assert "outcome.influence.study.heavy.dffits" not in registry


def test_every_reason_is_told_and_no_other(tmp_path):
    registry = compose(read(tmp_path, FAR))
    said = registry.get(Phrase, "outcome.influence.flagged").text
    # The bounds by the rules of Viechtbauer & Cheung (2010).
    own = {"dffits": 3 * sqrt(1 / (K - 1)), "cook_d": chi2.median(1), "hat": 3 / K, "dfbetas": 1.0}
    for name, bound in own.items():
        registered = f"outcome.influence.study.far.{name}"
        told = registered in registry
        assert (FLAGS[name].name in said) is told
        if told:
            assert abs(registry.get(Value, registered).raw) > bound * FLAGS[name].scale
            limit = registry.get(Value, f"outcome.influence.bound.{name}").raw
            assert limit == pytest.approx(bound * FLAGS[name].scale)
    assert "DFFITS −" in said and f"beyond ±{own['dffits']:.2f}" in said


def test_the_plot_says_the_bounds_and_which_of_them_it_does_not_draw(tmp_path):
    figure = compose(read(tmp_path, HEAVY)).get(Figure, "outcome.influence")
    said = (
        f"A study is flagged beyond ±{3 * sqrt(1 / (K - 1)):.2f} (DFFITS), {chi2.median(1):.2f} "
        "(Cook’s distance), 25.00% (share of the weights) or ±1.00 (DFBETAS); share of the weights and "
        "DFBETAS can flag a study, and are not drawn."
    )
    assert said in figure.alt and said in " ".join(texts(figure.svg))


def test_a_value_is_told_from_its_bound():
    assert FLAGS["dffits"].text(-1.0004, 1.0) == "−1.0004"
    assert FLAGS["hat"].text(30.004, 30.0) == "30.004%"
    assert bounds_note({"dffits": 0.5, "cook_d": np.pi}, ("dffits", "cook_d")) == (
        "A study is flagged beyond ±0.50 (DFFITS) or 3.14 (Cook’s distance)."
    )
