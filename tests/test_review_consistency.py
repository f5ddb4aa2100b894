"""Contradictions among printed numbers: each of the paper's, proved here from its printed digits."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from scipy.stats import chi2

from analysis.review.consistency import contradictions
from analysis.review.data import read_review

REVIEW = read_review(Path(__file__).parents[1] / "data")
ROWS = REVIEW.published.to_dict("records")
K = REVIEW.effects["outcome"].value_counts().to_dict()
FLOW = REVIEW.flow.to_dict("records")


def suspects(rows, flow=()):
    return {row for found in contradictions(rows, K, flow) for row in found.suspects}


def changed(identifier, printed):
    return [row | {"printed": printed} if row["id"] == identifier else row for row in ROWS]


def test_the_paper_s_contradictions_and_no_others():
    line = "results.symptoms.regression"
    names = ("estimate", "ci_low", "ci_high", "statistic", "pvalue")
    between = "results.qol.disorder.q_between"
    assert suspects(ROWS, FLOW) == {
        f"{line}.age.ci_low",
        "results.qol.regression.married_percent.pvalue",
        "results.symptoms_followup.q_df",
        between, f"{between}_df", f"{between}_pvalue",
        *(f"{line}.{of}_weeks.{name}" for of in ("treatment", "comparison") for name in names),
        f"{line}.original_weeks.k",
        "flow.type.pharmacological",
    }  # fmt: skip


def test_each_of_them_in_plain_arithmetic():
    # Age: the middle of the limits, at the ends of their rounding, and the estimate's.
    assert (0.0715 - 0.0065) / 2 > 0.0055
    # With -0.061 the middle is the estimate, and z is .16.
    assert pytest.approx(0.0055) == (0.072 - 0.061) / 2
    assert pytest.approx(0.16, abs=0.005) == 0.0055 / ((0.072 + 0.061) / 3.92)
    # Married: both tails of z between -1.945 and -1.935.
    tails = [math.erfc(z / math.sqrt(2)) for z in (1.945, 1.935)]
    assert 0.045 < tails[0] < tails[1] < 0.055
    # Follow-up: I² is that of six degrees of freedom, not of seven.
    assert pytest.approx(92.378, abs=5e-4) == 100 * (78.724 - 6) / 78.724
    assert pytest.approx(91.108, abs=5e-3) == 100 * (78.724 - 7) / 78.724
    # Quality of life by disorder: the tail with two degrees of freedom is exp(-Q/2).
    assert math.exp(-7.3835 / 2) < 0.025
    # Length of the original treatment: I² has the six degrees of freedom; a line through seven has five.
    assert pytest.approx(79.12, abs=0.01) == 100 * (28.74 - 6) / 28.74
    assert 7 - 2 == 5
    # The flow.
    assert 401 - 79 == 322


@pytest.mark.parametrize(
    ("identifier", "printed"),
    [
        ("results.symptoms.regression.age.ci_low", "-0.061"),
        ("results.qol.regression.married_percent.pvalue", "0.05"),
        ("results.symptoms_followup.q_df", "6"),
        ("results.qol.disorder.q_between_pvalue", ".02"),
        ("results.symptoms.regression.original_weeks.k", "8"),
    ],
)
def test_what_would_fit_is_no_contradiction(identifier, printed):
    assert identifier in suspects(ROWS)
    assert identifier not in suspects(changed(identifier, printed))


@pytest.mark.parametrize(
    ("identifier", "printed"),
    [
        ("results.symptoms.i2", "81.453"),
        ("results.symptoms.q_df", "16"),
        ("results.symptoms.regression.quality.i2", "80.79"),
        ("results.symptoms.regression.quality.statistic", "-2.68"),
        ("results.symptoms.regression.married_percent.ci_high", "0.019"),
        ("results.symptoms.regression.female_percent.pvalue", "0.12"),
        ("results.symptoms.disorder.q_between_pvalue", ".13"),
        ("results.qol_completers.i2", "66.283"),
        ("results.qol_completers.q_pvalue", ".110"),
        ("results.symptoms.treatment.q_between", "3.480"),
        # Printed twice in the passage, beside Q(7).
        ("results.qol.k", "9"),
        ("results.qol.studies", "9"),
        # An interval 0.196 wide is 3.92 standard errors.
        ("figure2.fixed.se", "0.051"),
        ("figure2.random.variance", "0.019"),
        ("figure2.random.statistic", "6.158"),
        # t of Egger's test.
        ("results.symptoms.egger.pvalue", ".007"),
        ("results.symptoms.egger.df", "17"),
        # Q of a single trial.
        ("table3.disorder.transdiagnostic.q", "0.001"),
    ],
)
def test_a_digit_changed_is_noticed(identifier, printed):
    assert identifier not in suspects(ROWS)
    assert identifier in suspects(changed(identifier, printed))


def test_a_number_printed_twice_contradicts_once():
    """Q(8) beside eight trials, which the passage counts twice."""
    found = contradictions(changed("results.qol.q_df", "8"), K, ())
    assert [{"results.qol.k", "results.qol.studies"} <= set(one.ids) for one in found].count(
        True
    ) == 1
    assert len(found) == len(contradictions(ROWS, K, ())) + 1


def test_a_single_number_that_would_resolve_it_is_named():
    told = {row: one for one in contradictions(ROWS, K, FLOW) for row in one.suspects}
    assert "degrees of freedom of 6" in told["results.symptoms_followup.q_df"].conjecture
    assert "p of 0.05" in told["results.qol.regression.married_percent.pvalue"].conjecture
    assert "trials of 8" in told["results.symptoms.regression.original_weeks.k"].conjecture
    assert told["flow.type.pharmacological"].conjecture.startswith("322 ")
    assert chi2.sf(7.384, 2) == pytest.approx(math.exp(-7.384 / 2))
