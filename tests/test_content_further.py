"""What allows for missing trials, and what starts from a prior, on the publication's effects again.

The selection model by its closed likelihood and Nelder and Mead, the Bayesian model on a grid: nothing
here calls the engine but to read the reconstructed effects.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import chi2, halfnorm, norm

from analysis.content.further import PRIOR_SCALES
from analysis.content.settings import SCALES
from analysis.manuscript import REGISTRY

from edited import ROWS, edited, raw, reprinted, said
from refit import effects_of
from selection_studies import least_deviance


@pytest.mark.parametrize("key", ["symptoms", "qol_followup"])
def test_the_selection_model_by_its_likelihood_ratio(key):
    _, y, v = effects_of(key)
    peak = minimize_scalar(
        lambda mu: least_deviance((y, v), mu), bounds=(-1, 4), method="bounded",
        options={"xatol": 1e-7},
    )  # fmt: skip
    assert raw(REGISTRY, f"{key}.selection.estimate") == pytest.approx(peak.x, abs=1e-4)
    drop = least_deviance((y, v), 0.0) - peak.fun
    assert raw(REGISTRY, f"{key}.selection.pvalue") == pytest.approx(chi2.sf(drop, 1), rel=1e-4)
    for end in ("ci_low", "ci_high"):
        at = least_deviance((y, v), raw(REGISTRY, f"{key}.selection.{end}"))
        assert at - peak.fun == pytest.approx(chi2.ppf(0.95, 1), abs=1e-4)


def test_where_the_selection_model_corrects_upwards():
    """The test and the interval tell the same, and a weight above 1 is told."""
    told = said(REGISTRY, "robust.selection.upwards")
    for key, scale in SCALES.items():
        low, high, p, delta = (
            raw(REGISTRY, f"{key}.selection.{name}")
            for name in ("ci_low", "ci_high", "pvalue", "delta")
        )
        assert (low > 0 or high < 0) == (p < 0.05)
        names = told.split(" it finds ")[0].removeprefix("For ").replace(" and ", ", ").split(", ")
        assert (scale.name in names) == (delta > 1)


def posterior(y, v, scale):
    """The density of mu under a flat prior of it, and a half-normal one of tau, on a grid."""
    mu = np.linspace(-8, 12, 20001)
    tau = np.linspace(1e-6, 12 * scale, 1001)
    w = 1 / (v + tau[:, None] ** 2)
    centre, precision = w @ y / w.sum(1), w.sum(1)
    q = (w * (y - centre[:, None]) ** 2).sum(1)
    log_weight = halfnorm.logpdf(tau, scale=scale) + (np.log(w).sum(1) - np.log(precision) - q) / 2
    weight = np.exp(log_weight - log_weight.max())
    density = np.zeros_like(mu)
    for share, m, p in zip(weight, centre, precision, strict=True):
        density += share * norm.pdf(mu, m, p**-0.5)
    return mu, density / density.sum()


@pytest.mark.parametrize("key", ["symptoms_followup", "qol"])
@pytest.mark.parametrize("name", PRIOR_SCALES)
def test_the_shortest_credible_interval(key, name):
    _, y, v = effects_of(key)
    mu, mass = posterior(y, v, PRIOR_SCALES[name])
    order = np.argsort(-mass)
    inside = mu[order[: np.searchsorted(np.cumsum(mass[order]), 0.95) + 1]]
    prefix = f"{key}.bayes{'_wide' if name else ''}"
    shown = [raw(REGISTRY, f"{prefix}.{end}") for end in ("ci_low", "ci_high", "estimate")]
    median = mu[np.searchsorted(np.cumsum(mass), 0.5)]
    assert shown == pytest.approx([inside.min(), inside.max(), median], abs=2e-3)


def test_the_prior_decides_at_follow_up_alone():
    low, high = (raw(REGISTRY, f"symptoms_followup.bayes{n}.ci_low") for n in ("_wide", ""))
    assert low < 0 < high
    assert said(REGISTRY, "robust.priors").startswith("For symptoms at follow-up the prior decides")


@pytest.mark.long
def test_effects_all_alike_leave_nothing_to_the_prior(tmp_path):
    registry = edited(tmp_path, (reprinted(row, 1.5) for row in ROWS))
    assert said(registry, "robust.priors").startswith("For no outcome")
