"""Selection models: published fits, symmetries, refusals."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from analysis.engine.selection_model import selection_model

from selection_studies import BASKERVILLE, HACKSHAW, studies

# Of metafor's own tests (version 4.6 and later), tests/testthat/test_misc_selmodel.r: six decimals, of
# which R's optimiser leaves the last digit open.
PRINTED = 5e-6
# Where R's quadrature has four digits of the integral, its estimates have no more.
INTEGRATED = 5e-5


@pytest.mark.parametrize("weight", ["step", "beta", "logistic"])
def test_sign_scale_and_order(weight):
    yi, vi = HACKSHAW
    base = selection_model(yi, vi=vi, weight=weight)
    turned = selection_model(-4 * yi[::-1], vi=16 * vi[::-1], weight=weight, alternative="less")
    assert turned.estimate == pytest.approx(-4 * base.estimate, rel=1e-6)
    assert turned.tau2 == pytest.approx(16 * base.tau2, rel=1e-6)
    assert turned.se == pytest.approx(4 * base.se, rel=1e-5)
    assert turned.delta["estimate"].to_list() == pytest.approx(base.delta["estimate"].to_list())
    assert turned.lrt == pytest.approx(base.lrt, abs=1e-9)


def test_the_highest_of_several_peaks():
    """The beta weight mirrored is the beta weight with its parameters exchanged: peaks and all."""
    yi, vi = studies("nielweise2008_irr")
    ahead = selection_model(yi, vi=vi, weight="beta")
    back = selection_model(yi, vi=vi, weight="beta", alternative="less")
    assert back.loglik == pytest.approx(ahead.loglik, abs=1e-9)
    exchanged = ahead.delta["estimate"].to_list()[::-1]
    assert back.delta["estimate"].to_list() == pytest.approx(exchanged, rel=1e-5)


def test_effects_out_of_sight_are_refused():
    """A weight that falls steeply lets a mean far below all effects explain them as well."""
    yi, vi = studies("seed")
    with pytest.raises(ValueError, match="no maximum near the data"):
        selection_model(yi, vi=vi, weight="half-normal")


def test_metafor_steps():
    """test_misc_selmodel.r, step function model: a base of REML, fitted by ML as all are."""
    found = selection_model(HACKSHAW[0], vi=HACKSHAW[1], steps=[0.05, 0.1, 0.5])
    assert found.delta["estimate"].to_list() == pytest.approx(
        [1, 2.422079, 0.977543, 0.396713], abs=PRINTED
    )
    assert found.delta["se"].to_list()[1:] == pytest.approx(
        [1.66085, 0.820387, 0.469235], abs=PRINTED
    )
    assert (found.lrt, found.lrt_df) == (pytest.approx(7.066137, abs=PRINTED), 3)
    assert found.tau2 == pytest.approx(0.03071325, abs=PRINTED)
    assert found.counts == (7, 8, 16, 6)


def test_metafor_moderator():
    """test_misc_selmodel.r, beta function model, with a moderator."""
    xi = [1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    found = selection_model(BASKERVILLE[0], vi=BASKERVILLE[1], weight="beta", X=xi)
    assert found.coefficients["estimate"].to_list() == pytest.approx(
        [0.1343001, -0.1363559], abs=INTEGRATED
    )
    assert found.coefficients["se"].to_list() == pytest.approx(
        [0.1707418, 0.1244394], abs=INTEGRATED
    )
    assert found.delta["estimate"].to_list() == pytest.approx([0.4200973, 5.0959707], rel=1e-4)
    # Twice a log-likelihood that R has to four digits.
    assert found.lrt == pytest.approx(9.044252, abs=5e-4)
    assert found.estimate == found.coefficients["estimate"]["Intercept"]
    framed = selection_model(
        BASKERVILLE[0], vi=BASKERVILLE[1], weight="beta", formula="x", data={"x": xi}
    )
    assert framed.loglik == pytest.approx(found.loglik, rel=1e-12)


def test_metafor_preston2004():
    """test_misc_selmodel.r: Preston, Ashby & Smyth (2004), log odds ratios, equal effects, less.

    Without the tables that have no event in either arm, 1/2 added where one has none.
    """
    a = np.array([4, 0, 34, 7, 6, 1, 0, 11, 2, 0, 0, 33.0])
    n1 = np.array([19, 18, 341, 71, 45, 94, 22, 88, 82, 33, 15, 221.0])
    c = np.array([5, 0, 50, 16, 5, 8, 0, 12, 7, 0, 1, 43.0])
    n2 = np.array([19, 18, 334, 69, 44, 96, 22, 82, 84, 30, 20, 218.0])
    keep = a + c > 0
    cells = np.column_stack([a, n1 - a, c, n2 - c])[keep]
    cells[(cells == 0).any(axis=1)] += 0.5
    yi, vi = np.log(cells) @ [1, -1, -1, 1], (1 / cells).sum(axis=1)
    expected = {
        "half-normal": (3.162948, 2.988922), "negative-exponential": (2.656714, 2.347468),
        "logistic": (3.339338, 2.388776), "power": (1.458923, 1.393725),
    }  # fmt: skip
    for weight, (delta, se) in expected.items():
        found = selection_model(yi, vi=vi, weight=weight, alternative="less", method="EE")
        assert found.delta["estimate"].iloc[0] == pytest.approx(delta, rel=1e-4)
        # R's second differences of what it integrates to four digits.
        assert found.delta["se"].iloc[0] == pytest.approx(se, rel=0.04)


def test_vevea_woods_forms_are_their_steps():
    """Named forms are the weights by hand."""
    yi, vi = BASKERVILLE
    found = selection_model(yi, vi=vi, delta="severe-two-tailed")
    assert found.steps[:3] == (0.005, 0.01, 0.05)
    weights = found.weights([0, 0.004, 0.3, 0.5, 0.51, 0.9, 1])
    assert weights == pytest.approx([1, 1, 0.5, 0.25, 0.25, 0.6, 1])
    assert (found.lrt_df, np.isnan(found.lrt_pvalue)) == (0, True)


def test_a_weight_that_would_rather_rise_stays_at_0():
    """Half a normal distribution: all effects below 0, as if the small p-values were unwelcome."""
    z = -norm.isf(np.linspace(0.02, 0.5, 20))
    found = selection_model(z, vi=np.ones(20), weight="negative-exponential", method="EE")
    assert found.delta["estimate"].iloc[0] == 0
    assert np.isnan(found.delta["se"].iloc[0])
    assert found.estimate == pytest.approx(z.mean(), rel=1e-6)
    assert found.lrt == pytest.approx(0, abs=1e-12)


def test_weights_and_report():
    found = selection_model(HACKSHAW[0], vi=HACKSHAW[1])
    second = found.delta["estimate"].iloc[1]
    assert found.weights([0.01, 0.025, 0.026, 1]) == pytest.approx([1, 1, second, second])
    assert "37 studies" in found.report() and "selection: p = " in found.report()
    assert "model" not in found.to_dict() and "Selected" not in repr(found)
    assert found.to_frame()["lrt"].iloc[0] == found.lrt
    with pytest.raises(ValueError, match="a p-value lies between 0 and 1"):
        found.weights([0.5, 1.5])


GOOD = {"yi": [0.1, 0.5, 0.9, 0.3, -0.2, 1.2, 0.8], "vi": [0.04, 0.1, 0.2, 0.1, 0.1, 0.2, 0.1]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"yi": [nan] * 7}, "yi[0] is nan"),
        ({"vi": [-1] * 7}, "vi[0] is -1.0"),
        ({"yi": [inf] * 7}, "yi[0] is inf"),
        ({"yi": "abc"}, "yi is not a list of numbers"),
        ({"yi": [1, 2], "vi": [1, 1]}, "yi has 2 values; a step selection model"),
        ({"weight": "steps"}, "weight is 'steps'; allowed: step, beta, half-normal"),
        ({"method": "REML"}, "method is 'REML'; allowed: ML, EE"),
        ({"alternative": "two.sided"}, "alternative is 'two.sided'; allowed: two-sided, greater"),
        ({"steps": [0.5, 0.025]}, "steps[1] is 0.025; steps must rise"),
        ({"steps": [0]}, "steps[0] is 0.0; a step is a p-value above 0"),
        ({"steps": [1]}, "steps holds nothing but 1"),
        ({"weight": "beta", "steps": [0.1]}, "steps are for weight 'step'; 'beta' has none"),
        ({"delta": [1]}, "delta has 1 values; the weight has 2"),
        ({"delta": [1, 0]}, "delta[1] is 0.0; every delta must be a finite number above 0"),
        ({"delta": "mild"}, "delta is 'mild'; allowed: moderate, severe"),
        ({"delta": "severe", "steps": [0.1]}, "delta is 'severe', which has steps of its own"),
        ({"X": [1] * 6}, "X has shape"),
        ({"steps": [0.001]}, "no p-value lies above 0 and up to 0.001"),
        ({"level": 95}, "level is 95"),
    ],
)
def test_refusals(arguments, message):
    given = GOOD | arguments
    with pytest.raises(ValueError) as refusal:
        selection_model(given.pop("yi"), **given)
    assert str(refusal.value).startswith(message)


def assumed(mean: float) -> float:
    """The log-likelihood of GOOD under a common `mean`, small p-values being twice as welcome."""
    y, se = np.array(GOOD["yi"]), np.sqrt(GOOD["vi"])
    weights = np.where(norm.sf(y / se) <= 0.025, 1, 0.5)
    selected = (1 + norm.sf(norm.isf(0.025) - mean / se)) / 2
    return float(np.sum(np.log(weights) + norm.logpdf(y, mean, se) - np.log(selected)))


def test_the_effect_is_tested_where_nothing_else_is_estimated():
    found = selection_model(**GOOD, delta=[1, 0.5], method="EE")
    best = minimize_scalar(lambda mean: -assumed(mean), bounds=(-1, 2), method="bounded")
    assert found.estimate == pytest.approx(best.x, abs=1e-5)
    for effect in (0.0, 0.4):
        statistic = 2 * (-best.fun - assumed(effect))
        assert found.effect_test(effect).statistic == pytest.approx(statistic, abs=1e-9)
    interval = found.profile_interval()
    for end in (interval.low, interval.high):
        # The chi-squared distribution's quantile at 0.95 with one degree of freedom.
        assert -2 * (best.fun + assumed(end)) == pytest.approx(3.841458820694124, abs=1e-6)


def test_the_effect_is_tested_where_tau2_is_held_at_0():
    """Effects that are closer to each other than chance has them: no tau2, whatever is assumed."""
    alike = {"yi": np.linspace(0.3, 0.36, 8), "vi": np.full(8, 0.04), "delta": [1, 0.5]}
    common, random = (selection_model(**alike, method=method) for method in ("EE", "ML"))
    assert random.tau2 == 0
    effect = random.estimate + 0.01
    statistic = common.effect_test(effect).statistic
    assert random.effect_test(effect).statistic == pytest.approx(statistic, rel=1e-6)


@pytest.mark.parametrize("effect", [[0.1], "x", nan, True, 1e60])
def test_an_effect_that_is_no_number_is_refused(effect):
    found = selection_model(**GOOD)
    with pytest.raises(ValueError, match=r"^effect is .*; it must be a number"):
        found.effect_test(effect)


def test_a_likelihood_without_maximum_is_refused():
    """One study between the steps, and nothing to say how likely it was to be there."""
    yi = [0.51, 0.52, 0.53, 0.54, 0.55, 0.41, 0.56]
    with pytest.raises(ValueError, match=r"the likelihood has no maximum|did not converge"):
        selection_model(yi, vi=[0.0484] * 7, weight="beta")
