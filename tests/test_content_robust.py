"""Today's methods on the publication's effects, derived a second time; and words that follow the data.

REML by maximising the restricted likelihood, Hartung-Knapp and PET by their formulas, J by the gamma
function, subsets one by one: nothing here calls the engine but to read the reconstructed effects.
"""

from __future__ import annotations

import csv
import shutil
from itertools import combinations
from math import exp, lgamma, log, sqrt

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

from analysis.content.claims import Answer, Claim
from analysis.content.compose import compose
from analysis.content.outcome import read_outcome
from analysis.content.robust import add_claim
from analysis.content.settings import SCALES
from analysis.display.registry import Registry
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.review.data import read_review

from conftest import ROOT

with (ROOT / "data/effects.csv").open(encoding="utf-8", newline="") as _file:
    HEADER, *ROWS = csv.reader(_file)
with (ROOT / "data/studies.csv").open(encoding="utf-8", newline="") as _file:
    STUDIES = {row["study"]: row for row in csv.DictReader(_file)}
with (ROOT / "data/groups.csv").open(encoding="utf-8", newline="") as _file:
    DISORDER = {
        r["study"]: r["category"] for r in csv.DictReader(_file) if r["variable"] == "disorder"
    }
REVIEW = read_review(ROOT / "data")


class Fit:
    """A mixed-effects regression by REML: b, its Knapp-Hartung covariance, tau², degrees of freedom."""

    def __init__(self, y, v, x=None):
        self.y, self.v = np.asarray(y), np.asarray(v)
        self.X = np.ones((len(y), 1)) if x is None else np.column_stack([np.ones(len(y)), x])
        self.df = len(y) - self.X.shape[1]
        # In the logarithm, and at the border: the likelihood may fall from 0 on.
        found = minimize_scalar(lambda t: -self._loglik(exp(t)), bounds=(-14, 6), method="bounded",
                                options={"xatol": 1e-12})  # fmt: skip
        self.tau2 = exp(found.x) if self._loglik(exp(found.x)) > self._loglik(0.0) else 0.0
        w, self.b, residuals = self._at(self.tau2)
        scale = float(w @ residuals**2) / self.df
        self.covariance = np.linalg.inv(self.X.T @ (self.X * w[:, None])) * scale

    def _at(self, tau2):
        w = 1 / (self.v + tau2)
        b = np.linalg.solve(self.X.T @ (self.X * w[:, None]), self.X.T @ (w * self.y))
        return w, b, self.y - self.X @ b

    def _loglik(self, tau2):
        w, _, residuals = self._at(tau2)
        information = np.linalg.slogdet(self.X.T @ (self.X * w[:, None]))[1]
        return 0.5 * (np.log(w).sum() - information - float(w @ residuals**2))

    def coefficient(self, i):
        """The coefficient, its interval and its p by t."""
        b, se = self.b[i], sqrt(self.covariance[i, i])
        half = stats.t.ppf(0.975, self.df) * se
        return b, b - half, b + half, 2 * stats.t.sf(abs(b) / se, self.df)


@pytest.fixture(scope="module")
def composed():
    return compose(ROOT / "data")


@pytest.fixture
def edited(tmp_path):
    """Compose from a copy of the data with other rows of effects.csv."""

    def run(rows):
        data = shutil.copytree(ROOT / "data", tmp_path / "data")
        with (data / "effects.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADER, *rows])
        return compose(data)

    return run


def effects_of(key):
    """The studies of an outcome, their effects and variances."""
    effects = read_outcome(key, REVIEW.effects, REVIEW.studies).effects
    return [e.study for e in effects], *(
        np.array([getattr(e, n) for e in effects]) for n in ("yi", "vi")
    )


def raw(registry, *names):
    return [registry.get(Value, name).raw for name in names]


def of(prefix, *statistics):
    return [f"{prefix}.{statistic}" for statistic in statistics]


def said(registry, name):
    return registry.get(Phrase, name).text


# What minimising a flat likelihood leaves of tau², and of what follows from it.
close = {"rel": 1e-5, "abs": 1e-6}
MAIN = ("estimate", "ci_low", "ci_high", "pvalue")


@pytest.mark.parametrize("key", SCALES)
def test_reml_with_hartung_knapp(composed, key):
    _, y, v = effects_of(key)
    fit = Fit(y, v)
    assert raw(composed, *of(f"{key}.reml", *MAIN)) == pytest.approx(fit.coefficient(0), **close)
    # Higgins, Thompson & Spiegelhalter (2009), eq. 12, by the same standard error.
    half = stats.t.ppf(0.975, len(y) - 2) * sqrt(fit.tau2 + fit.covariance[0, 0])
    ends = raw(composed, *of(f"{key}.reml", "tau2", "prediction_low", "prediction_high"))
    assert ends == pytest.approx([fit.tau2, fit.b[0] - half, fit.b[0] + half], **close)


@pytest.mark.parametrize("key", SCALES)
def test_hedges_g(composed, key):
    studies, y, v = effects_of(key)
    m = [int(STUDIES[s]["n_treatment"]) + int(STUDIES[s]["n_control"]) - 2 for s in studies]
    j = np.array([exp(lgamma(x / 2) - lgamma((x - 1) / 2) - log(x / 2) / 2) for x in m])
    for i, study in enumerate(studies):
        shown = raw(composed, *of(f"{key}.study.{study}.g", "estimate", "variance"))
        assert shown == pytest.approx([j[i] * y[i], j[i] ** 2 * v[i]], rel=1e-12)
    found = Fit(j * y, j**2 * v).coefficient(0)
    assert raw(composed, *of(f"{key}.reml.g", *MAIN)) == pytest.approx(found, **close)


def test_hedges_j_of_a_small_trial(composed):
    """Hedges & Olkin (1985), table 2, p. 80: J(7) = 0.8882, for groups of five and four."""
    d, g = raw(
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
        shown = raw(composed, *of(f"{key}.reml.without.{study}", *MAIN))
        assert shown == pytest.approx(found[study], **close)
    whole = Fit(y, v).coefficient(0)[3] < 0.05
    turning = [STUDIES[s]["name"] for s, c in found.items() if (c[3] < 0.05) != whole]
    verdict = said(composed, f"{key}.reml.without.verdict")
    assert [name for name in (STUDIES[s]["name"] for s in studies) if name in verdict] == turning
    assert verdict.startswith("Significance hangs") == bool(turning)
    worst = max(found.values(), key=lambda c: c[3])
    assert raw(composed, *of(f"{key}.reml.without.weakest", *MAIN)) == pytest.approx(worst, **close)


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
    assert raw(composed, *of(f"{key}.reml.without.flagged", *MAIN)) == pytest.approx(found, **close)


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
    assert raw(composed, *of(f"{key}.pet_peese", *MAIN)) == pytest.approx(expected, rel=1e-9)


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
        shown = raw(
            composed, *of(f"{key}.gosh", *(f"{part}{n}" for n in ("low", "middle", "high")))
        )
        assert shown == pytest.approx(expected, rel=1e-9)
        assert raw(composed, f"{key}.gosh.{part}subsets") == [len(such)]


def test_trials_added_by_precision(composed):
    studies, y, v = effects_of("symptoms")
    order = sorted(range(len(y)), key=lambda i: v[i])
    for n in range(2, len(y) + 1):
        expected = Fit(y[order[:n]], v[order[:n]]).coefficient(0)
        name = f"symptoms.reml.cumulative.{studies[order[n - 1]]}"
        assert raw(composed, *of(name, *MAIN)) == pytest.approx(expected, **close)
    early = (len(y) + 1) // 2
    shown = raw(composed, *of("symptoms.reml.cumulative.early", "k", "estimate"))
    assert shown == pytest.approx([early, Fit(y[order[:early]], v[order[:early]]).b[0]], **close)


def test_asymmetry_quality_and_subgroups(composed):
    """Knapp & Hartung (2003); the predictor of Pustejovsky & Rodgers (2019), eq. 9."""
    studies, y, v = effects_of("symptoms")
    sizes = [(int(STUDIES[s]["n_treatment"]), int(STUDIES[s]["n_control"])) for s in studies]
    found = Fit(y, v, [sqrt(1 / a + 1 / b) for a, b in sizes]).coefficient(1)
    assert raw(composed, *of("symptoms.reml.egger", *MAIN)) == pytest.approx(found, **close)
    found = Fit(y, v, [float(STUDIES[s]["quality"]) for s in studies]).coefficient(1)
    assert raw(composed, *of("symptoms.reml.regression.quality", *MAIN)) == pytest.approx(
        found, **close
    )
    categories = sorted(set(DISORDER.values()))
    fit = Fit(y, v, [[float(DISORDER[s] == c) for c in categories[1:]] for s in studies])
    b, covariance = fit.b[1:], fit.covariance[1:, 1:]
    f = b @ np.linalg.solve(covariance, b) / len(b)
    shown = raw(composed, *of("symptoms.reml.disorder", "statistic", "pvalue"))
    assert shown == pytest.approx([f, stats.f.sf(f, len(b), fit.df)], **close)


def test_what_the_chapter_finds(composed):
    """The publication's own reading of Figure 5 and of Results, Sample Characteristics, tried again."""
    _, y, v = effects_of("symptoms_followup")
    assert Fit(y, v).coefficient(0)[3] > 0.05
    assert said(composed, "symptoms_followup.reml.direction").startswith("did not differ")
    assert "REML" not in said(composed, "robust.symptoms.against")
    assert said(composed, "robust.quality_symptoms.verdict") == "falls"
    assert said(composed, "robust.disorder.verdict") == "stands"
    rows = {row.cells["claim"]: row.cells for row in composed.get(Table, "robust.verdicts").rows}
    assert rows["Symptoms stay lower at follow-up"]["verdict"].text == "weakens"
    assert said(composed, "robust.falls").count("“") == 1
    assert "(4 of 5, not under PET-PEESE)" in said(composed, "robust.weakens")
    assert "Effects on symptoms do not differ by disorder" in said(composed, "robust.equal")
    assert said(composed, "robust.stands") == ""
    narrow = []
    for key, scale in SCALES.items():
        _, y, v = effects_of(key)
        fit = Fit(y, v)
        half = stats.t.ppf(0.975, len(y) - 1) * np.sqrt(fit.covariance[0, 0])
        if half < stats.norm.ppf(0.975) / np.sqrt(np.sum(1 / (v + fit.tau2))):
            narrow.append(f"{scale.name} (Hartung–Knapp)")
    told = said(composed, "robust.narrow")
    assert [
        s for s in (f"{s.name} (Hartung–Knapp)" for s in SCALES.values()) if s in told
    ] == narrow


def verdict_of(sign, *tests):
    """The verdict on a claim by `tests`, each an estimate and a p-value."""
    registry = Registry()
    made = []
    for n, (method, estimate, p) in enumerate(tests):
        for name, number in (("estimate", estimate), ("pvalue", p)):
            registry.value(f"m{n}.{name}", number, str, "test")
        made.append(Answer(method, f"m{n}.pvalue", f"m{n}.estimate"))
    cells = add_claim(registry, Claim("c", "A claim", sign, tuple(made)))
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


def reprinted(row, change):
    """A row of effects.csv with its effect changed and its own standard error."""
    smd, se = change(float(row[2])), float(row[3])
    z = smd / se
    numbers = smd, se, se**2, smd - 1.96 * se, smd + 1.96 * se, z, 2 * stats.norm.sf(abs(z))
    return [*row[:2], *(f"{x:.3f}" for x in numbers)]


def test_words_follow_when_effects_shrink(edited):
    registry = edited(reprinted(row, lambda smd: smd - 0.9) for row in ROWS)
    assert said(registry, "symptoms.reml.direction").startswith("did not differ")
    assert said(registry, "robust.symptoms.verdict") == "falls"
    assert "Psychotherapy reduces symptoms" in said(registry, "robust.falls")
    assert "Psychotherapy reduces symptoms" not in said(registry, "robust.weakens")


def test_intervals_narrower_than_the_normal_ones_are_told(edited):
    """Effects that agree more closely than their errors would have them leave Hartung-Knapp little."""
    registry = edited(reprinted(row, lambda smd: 0.5 + smd / 100) for row in ROWS)
    told = said(registry, "robust.narrow")
    for key, scale in SCALES.items():
        _, y, v = effects_of(key)
        y = 0.5 + y / 100
        w = 1 / v
        spread = w @ (y - w @ y / w.sum()) ** 2 / (len(y) - 1)
        assert spread < 1 and f"{scale.name} (Hartung–Knapp)" in told


def test_words_follow_when_effects_turn(edited):
    registry = edited(reprinted(row, lambda smd: -smd) for row in ROWS)
    assert said(registry, "symptoms.reml.direction").startswith("were higher")
    assert said(registry, "symptoms.reml.significant") == "yes, for the comparison"
    assert said(registry, "robust.symptoms.verdict") == "falls"


def test_words_follow_when_the_outlier_goes(edited):
    registry = edited(row for row in ROWS if row[1] != "isasi2010")
    assert said(registry, "symptoms_followup.reml.direction").startswith("were lower")
    assert "Isasi" not in said(registry, "symptoms.influence.flagged")
    for key in ("symptoms", "symptoms_followup"):
        _, y, v = effects_of(key)
        kept = [i for i, s in enumerate(effects_of(key)[0]) if s != "isasi2010"]
        expected = Fit(y[kept], v[kept]).coefficient(0)
        assert raw(registry, *of(f"{key}.reml", *MAIN)) == pytest.approx(expected, **close)


def test_without_an_outcome_its_conclusions_are_not_judged(edited):
    registry = edited(row for row in ROWS if row[0] != "symptoms")
    for claim in ("symptoms", "asymmetry", "quality_symptoms", "disorder", "treatment"):
        assert said(registry, f"robust.{claim}.verdict") == "cannot be judged"
    assert said(registry, "robust.qol.verdict") == "weakens"
    assert said(registry, "symptoms.influence.flagged").startswith("There are too few")
