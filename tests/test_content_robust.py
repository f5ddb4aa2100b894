"""Today's methods on the publication's effects, derived a second time.

REML by maximising the restricted likelihood, Hartung-Knapp and PET by their formulas, J by the gamma
function, subsets one by one: nothing here calls the engine but to read the reconstructed effects.
"""

from __future__ import annotations

import csv
from itertools import combinations
from math import exp, lgamma, log, sqrt

import numpy as np
import pytest
from scipy import stats

from analysis.content.settings import SCALES
from analysis.display.table import Table
from analysis.manuscript import REGISTRY

from conftest import ROOT
from edited import raw, said
from refit import Fit, effects_of

with (ROOT / "data/studies.csv").open(encoding="utf-8", newline="") as _file:
    STUDIES = {row["study"]: row for row in csv.DictReader(_file)}
with (ROOT / "data/groups.csv").open(encoding="utf-8", newline="") as _file:
    DISORDER = {
        r["study"]: r["category"] for r in csv.DictReader(_file) if r["variable"] == "disorder"
    }
# What minimising a flat likelihood leaves of tau², and of what follows from it.
close = {"rel": 1e-5, "abs": 1e-6}
MAIN = ("estimate", "ci_low", "ci_high", "pvalue")


@pytest.fixture(scope="module")
def composed():
    return REGISTRY


def raws(registry, *names):
    return [raw(registry, name) for name in names]


def of(prefix, *statistics):
    return [f"{prefix}.{statistic}" for statistic in statistics]


@pytest.mark.parametrize("key", SCALES)
def test_reml_with_hartung_knapp(composed, key):
    _, y, v = effects_of(key)
    fit = Fit(y, v)
    assert raws(composed, *of(f"{key}.reml", *MAIN)) == pytest.approx(fit.coefficient(0), **close)
    # Higgins, Thompson & Spiegelhalter (2009), eq. 12, by the same standard error.
    half = stats.t.ppf(0.975, len(y) - 2) * sqrt(fit.tau2 + fit.covariance[0, 0])
    ends = raws(composed, *of(f"{key}.reml", "tau2", "prediction_low", "prediction_high"))
    assert ends == pytest.approx([fit.tau2, fit.b[0] - half, fit.b[0] + half], **close)


@pytest.mark.parametrize("key", SCALES)
def test_hedges_g(composed, key):
    studies, y, v = effects_of(key)
    m = [int(STUDIES[s]["n_treatment"]) + int(STUDIES[s]["n_control"]) - 2 for s in studies]
    j = np.array([exp(lgamma(x / 2) - lgamma((x - 1) / 2) - log(x / 2) / 2) for x in m])
    for i, study in enumerate(studies):
        shown = raws(composed, *of(f"{key}.study.{study}.g", "estimate", "variance"))
        assert shown == pytest.approx([j[i] * y[i], j[i] ** 2 * v[i]], rel=1e-12)
    found = Fit(j * y, j**2 * v).coefficient(0)
    assert raws(composed, *of(f"{key}.reml.g", *MAIN)) == pytest.approx(found, **close)


def test_hedges_j_of_a_small_trial(composed):
    """Hedges & Olkin (1985), table 2, p. 80: J(7) = 0.8882, for groups of five and four."""
    d, g = raws(
        composed, "symptoms.study.mooreblackburn1997.estimate",
        "symptoms.study.mooreblackburn1997.g.estimate",
    )  # fmt: skip
    assert g / d == pytest.approx(0.8882, abs=5e-5)


@pytest.mark.parametrize("key", SCALES)
def test_each_trial_left_out_and_the_words_on_it(composed, key):
    studies, y, v = effects_of(key)
    found = {}
    for i, study in enumerate(studies):
        found[study] = Fit(np.delete(y, i), np.delete(v, i)).coefficient(0)
        shown = raws(composed, *of(f"{key}.reml.without.{study}", *MAIN))
        assert shown == pytest.approx(found[study], **close)
    whole = Fit(y, v).coefficient(0)[3] < 0.05
    turning = [STUDIES[s]["name"] for s, c in found.items() if (c[3] < 0.05) != whole]
    verdict = said(composed, f"{key}.reml.without.verdict")
    assert [name for name in (STUDIES[s]["name"] for s in studies) if name in verdict] == turning
    assert verdict.startswith("Significance depends") == bool(turning)
    worst = max(found.values(), key=lambda c: c[3])
    assert raws(composed, *of(f"{key}.reml.without.weakest", *MAIN)) == pytest.approx(
        worst, **close
    )


@pytest.mark.parametrize("key", SCALES)
def test_influential_trials(composed, key):
    """Flagged by the rules of Viechtbauer & Cheung (2010), each from two fits of its own."""
    studies, y, v = effects_of(key)
    k, whole = len(y), Fit(y, v)
    weights = 1 / (v + whole.tau2)
    flagged = []
    for i, study in enumerate(studies):
        rest = Fit(np.delete(y, i), np.delete(v, i))
        others = 1 / (np.delete(v, i) + rest.tau2)
        change, hat = whole.b[0] - rest.b[0], weights[i] / weights.sum()
        if (
            abs(change) / sqrt(hat * (v[i] + rest.tau2)) > 3 * sqrt(1 / (k - 1))
            or change**2 * weights.sum() > stats.chi2.median(1)
            or hat > 3 / k
            or abs(change) * sqrt(others.sum() + 1 / (v[i] + rest.tau2)) > 1
        ):
            flagged.append(study)
    names = [STUDIES[study]["name"] for study in flagged]
    assert said(composed, f"{key}.influence.flagged.names") == (" and ".join(names) or "no trial")
    kept = [i for i, study in enumerate(studies) if study not in flagged]
    found = Fit(y[kept], v[kept]).coefficient(0)
    assert raws(composed, *of(f"{key}.reml.without.flagged", *MAIN)) == pytest.approx(
        found, **close
    )


@pytest.mark.parametrize("key", SCALES)
def test_pet_peese(composed, key):
    """Stanley & Doucouliagos (2014): a line through y/se, by least squares."""
    _, y, v = effects_of(key)

    def at_nought(x):
        design = np.column_stack([np.ones(len(y)), x]) / np.sqrt(v)[:, None]
        b, rss, *_ = np.linalg.lstsq(design, y / np.sqrt(v), rcond=None)
        df = len(y) - 2
        se = sqrt(rss[0] / df * np.linalg.inv(design.T @ design)[0, 0])
        half = stats.t.ppf(0.975, df) * se
        return b[0], b[0] - half, b[0] + half, 2 * stats.t.sf(abs(b[0]) / se, df)

    pet, peese = at_nought(np.sqrt(v)), at_nought(v)
    used = "PEESE" if pet[3] < 0.1 else "PET"
    assert said(composed, f"{key}.pet_peese.used") == used
    expected = peese if used == "PEESE" else pet
    assert raws(composed, *of(f"{key}.pet_peese", *MAIN)) == pytest.approx(expected, rel=1e-9)
    # Both have a row of their own, and the label tells which is used.
    rows = {
        row.cells["method"]: row.cells for row in composed.get(Table, "robust.methods").rows
        if row.group.lower() == SCALES[key].name
    }  # fmt: skip
    for name, line in (("PET", pet), ("PEESE", peese)):
        shown = rows[f"{name} (used)" if name == used else name]
        assert [shown[c].raw for c in MAIN] == pytest.approx(line, rel=1e-9)
        assert shown["k"].raw == len(y)
        assert shown["significant"].text == ("yes" if line[3] < 0.05 else "no")
    differ = (pet[3] < 0.05) != (peese[3] < 0.05)
    told = said(composed, "robust.lines").rstrip(".").split(" differ for ")[1]
    assert (SCALES[key].name in told.replace(" and ", ", ").split(", ")) == differ


def der_simonian_laird(y, v):
    w = 1 / v
    q = w @ (y - w @ y / w.sum()) ** 2
    c = w.sum() - w @ w / w.sum()
    tau2 = max(0.0, (q - (len(y) - 1)) / c) if len(y) > 1 else 0.0
    w = 1 / (v + tau2)
    return w @ y / w.sum()


@pytest.mark.parametrize("key", ["qol", "qol_followup"])
def test_all_subsets(composed, key):
    _, y, v = effects_of(key)
    subsets = [list(s) for n in range(1, len(y) + 1) for s in combinations(range(len(y)), n)]
    largest = int(np.argmax(y))
    for part, such in (
        ("", subsets),
        ("with.largest.", [s for s in subsets if largest in s]),
        ("without.largest.", [s for s in subsets if largest not in s]),
    ):
        expected = np.quantile([der_simonian_laird(y[s], v[s]) for s in such], (0.025, 0.5, 0.975))
        shown = raws(
            composed, *of(f"{key}.gosh", *(f"{part}{n}" for n in ("low", "middle", "high")))
        )
        assert shown == pytest.approx(expected, rel=1e-9)
        assert raws(composed, f"{key}.gosh.{part}subsets") == [len(such)]


def test_trials_added_by_precision(composed):
    studies, y, v = effects_of("symptoms")
    order = sorted(range(len(y)), key=lambda i: v[i])
    for n in range(2, len(y) + 1):
        expected = Fit(y[order[:n]], v[order[:n]]).coefficient(0)
        name = f"symptoms.reml.cumulative.{studies[order[n - 1]]}"
        assert raws(composed, *of(name, *MAIN)) == pytest.approx(expected, **close)
    early = (len(y) + 1) // 2
    shown = raws(composed, *of("symptoms.reml.cumulative.early", "k", "estimate"))
    assert shown == pytest.approx([early, Fit(y[order[:early]], v[order[:early]]).b[0]], **close)


def test_asymmetry_quality_and_subgroups(composed):
    """Knapp & Hartung (2003); the predictor of Pustejovsky & Rodgers (2019), eq. 9."""
    studies, y, v = effects_of("symptoms")
    sizes = [(int(STUDIES[s]["n_treatment"]), int(STUDIES[s]["n_control"])) for s in studies]
    found = Fit(y, v, [sqrt(1 / a + 1 / b) for a, b in sizes]).coefficient(1)
    assert raws(composed, *of("symptoms.reml.egger", *MAIN)) == pytest.approx(found, **close)
    found = Fit(y, v, [float(STUDIES[s]["quality"]) for s in studies]).coefficient(1)
    assert raws(composed, *of("symptoms.reml.regression.quality", *MAIN)) == pytest.approx(
        found, **close
    )
    categories = sorted(set(DISORDER.values()))
    fit = Fit(y, v, [[float(DISORDER[s] == c) for c in categories[1:]] for s in studies])
    b, covariance = fit.b[1:], fit.covariance[1:, 1:]
    f = b @ np.linalg.solve(covariance, b) / len(b)
    shown = raws(composed, *of("symptoms.reml.disorder", "statistic", "pvalue"))
    assert shown == pytest.approx([f, stats.f.sf(f, len(b), fit.df)], **close)
