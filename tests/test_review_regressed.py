"""Bounds of a regression on rounded moderators, and bounds tightened by halving the ranges."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.content.outcome import read_outcome
from analysis.review import read_review
from analysis.review import regressed as regressed_module
from analysis.review.printed import agrees, interval
from analysis.review.regressed import Regressed

from by_hand import DATA, around, as_row, line, read

REVIEW = read_review(DATA)
MOST = regressed_module.MOST  # before the tests' own haste
LIMITS = 0.0, 100.0


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    monkeypatch.setattr(regressed_module, "MOST", MOST)


def regressed(outcome: str, moderator: str, spans=None) -> Regressed:
    effects = read_outcome(outcome, REVIEW.effects, REVIEW.studies).effects
    texts = dict(zip(REVIEW.studies["study"], REVIEW.studies[moderator], strict=True))
    known = [effect for effect in effects if texts[effect.study] != "NRD"]
    xs = [float(texts[effect.study]) for effect in known]
    own = spans or [
        (max(low, LIMITS[0]), min(high, LIMITS[1]))
        for low, high in (interval(texts[effect.study]) for effect in known)
    ]
    return Regressed(known, xs, own)


def anywhere(found: Regressed, rng) -> dict[str, float]:
    """The line, by hand, through effects and moderators drawn from what is open."""
    y, v = [], []
    for record in found.records:
        weights = rng.dirichlet(np.full(len(record.vertices), 0.4))
        d, se = np.array(record.vertices).T @ weights
        y.append(d)
        v.append(record.arms.variance(d) if record.arms else se**2)
    x = [
        rng.uniform(*span) if rng.random() < 0.5 else rng.choice(span)
        for span in found.formula.spans
    ]
    return line(np.array(y), np.array(v), np.array(x))


@pytest.mark.parametrize(
    ("outcome", "moderator"),
    [("symptoms", "age"), ("symptoms", "female_percent"), ("symptoms", "treatment_weeks"),
     ("qol", "female_percent"), ("qol", "treatment_weeks")],
)  # fmt: skip
def test_no_line_that_the_digits_allow_leaves_the_bounds(outcome, moderator):
    found, rng = regressed(outcome, moderator), np.random.default_rng(7)
    for _ in range(300):
        drawn = anywhere(found, rng)
        for name in ("estimate", "ci_low", "ci_high", "statistic", "pvalue", "q_e", "tau2"):
            low, high = found.bounds(name)
            assert low <= drawn[name] <= high, name


def test_halving_proves_what_the_whole_does_not():
    """0.027 lies within the bounds; cut up, no part reaches 0.0265, and no draw does."""
    found, rng = regressed("qol", "female_percent"), np.random.default_rng(3)
    low, high = found.bounds("ci_high")
    assert low < 0.0265 < high
    assert found.witness("ci_high", "0.027") is None
    tightened = found.tightened("ci_high", "0.027")
    assert tightened[0] == low and tightened[1] < 0.0265
    assert max(anywhere(found, rng)["ci_high"] for _ in range(2000)) <= tightened[1]


def test_halving_never_excludes_what_can_be_had():
    """What prints as a drawn line does lies within the tightened bounds."""
    found, rng = regressed("qol", "female_percent"), np.random.default_rng(11)
    for _ in range(5):
        drawn = anywhere(found, rng)["ci_high"]
        printed = f"{drawn:.4f}"
        low, high = found.tightened("ci_high", printed)
        assert low <= drawn <= high


def test_a_witness_lies_within_what_is_open():
    found = regressed("symptoms", "female_percent")
    witness = found.witness("estimate", "-0.013")
    assert agrees(witness.value, "-0.013")
    by_hand = line(np.array(witness.yi), np.array(witness.vi), np.array(witness.xs))["estimate"]
    assert by_hand == pytest.approx(witness.value, rel=1e-9)
    assert all(
        low <= x <= high for x, (low, high) in zip(witness.xs, found.formula.spans, strict=True)
    )


def test_without_the_tie_to_the_arms_more_can_be_had():
    """z = -1.22 of the slope on women, which the arms exclude: by variances that print the same.

    A statistician's search by hand came to -1.2244 (tests/test_paper_verdicts.py); ours comes as far.
    """
    tied = regressed("symptoms", "female_percent")
    assert tied.witness("statistic", "-1.22") is None
    found = tied.untied
    for printed in ("-1.22", "-1.2244"):
        witness = found.witness("statistic", printed)
        by_hand = line(*map(np.array, (witness.yi, witness.vi, witness.xs)))["statistic"]
        assert agrees(by_hand, printed)
        rows = read("effects")[: len(witness.yi)]
        for row, d, v in zip(rows, witness.yi, witness.vi, strict=True):
            values = as_row(around(d, np.sqrt(v)))
            assert all(agrees(value, row[name]) for name, value in values.items()), row


def test_what_the_digits_alone_exclude_is_not_found():
    """0.027 in quality of life: the search comes to 0.02648, and 0.0265 would be needed."""
    found = regressed("qol", "female_percent").untied
    assert found.witness("ci_high", "0.027") is None
    assert found.witness("ci_high", "0.0264") is not None


def test_exact_moderators_are_tried_first():
    """An age p of .87 needs no age to be another than it is printed; the witness has them all."""
    found = regressed("symptoms", "age")
    witness = found.witness("pvalue", "0.87")
    assert agrees(witness.value, "0.87") and witness.xs == pytest.approx(found._xs)
