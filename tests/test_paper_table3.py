"""The paper's pooled rows, Table 3 and its subgroup texts: each printed number and its verdict.

The expected numbers are read from data/published.csv, digit for digit as the paper prints them; what
is decided here is decided again in the test, from the effects and with its own arithmetic.
"""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest

from analysis.display.value import Value
from analysis.manuscript import REGISTRY
from analysis.review import read_review
from analysis.review.printed import agrees, interval

REVIEW = read_review(Path(__file__).parents[1] / "data")
ROWS = REVIEW.published.to_dict("records")
DIFFERENT = {
    # On the share of women, whose printed numbers hill climbing does not bring that far.
    "results.qol.regression.female_percent.ci_high",
}
INCONSISTENT = {
    # Q(7) for seven studies: the degrees of freedom are one less.
    "results.symptoms_followup.q_df",
    # p = .03 with Q(2) = 7.384: it is 0.0249, which becomes .03 if it is rounded to 0.025 before.
    "results.qol.disorder.q_between_pvalue",
    # b=0.005, 95% CI -0.006, 0.072: the interval is not centred on the slope; -0.061 would be.
    "results.symptoms.regression.age.ci_low",
    # z=-1.94, p=0.52: the normal tail is .052.
    "results.qol.regression.married_percent.pvalue",
    # The same five numbers as the line on the length of the new treatment.
    *(
        f"results.symptoms.regression.comparison_weeks.{name}"
        for name in ("estimate", "ci_low", "ci_high", "statistic", "pvalue")
    ),
    # Seven studies, and Q(6) around a line, which leaves five degrees of freedom.
    "results.symptoms.regression.original_weeks.k",
    "results.symptoms.regression.original_weeks.q_e_df",
    # τ² of .728 around the line is more than the .719 without it: R² is 0.0, not 0.1.
    "results.symptoms_followup.regression.quality.r2",
    # 3228 of 401 articles.
    "flow.type.pharmacological",
}
# The widest range that rounding may leave to a number, in units of its last printed digit: so that
# "attainable" says something. Q and I² move most, as squares of what outlying trials are away.
WIDEST = {"q": 90, "q_between": 40, "i2": 180}
ELSE = 20
# A moderator printed with few digits leaves its line more.
WIDEST_LINE = 125


def test_all_is_there():
    """Two pooled rows of seven numbers in five figures, and eleven numbers of 21 categories."""
    places = Counter(row["id"].split(".")[0] for row in ROWS)
    for figure in ("figure2", "figure4", "figure5", "figure6", "figure7"):
        assert places[figure] == 2 * 7
    assert places["table3"] == 21 * 11


def test_every_printed_number_has_a_verdict():
    assert list(REGISTRY.judged) == [row["id"] for row in ROWS]
    found = {i: judged.verdict.status for i, judged in REGISTRY.judged.items()}
    for status, rows in (
        ("different", DIFFERENT), ("undecided", set()), ("inconsistent", INCONSISTENT),
    ):  # fmt: skip
        assert {i for i, own in found.items() if own == status} == rows
    assert set(found.values()) - {"different", "undecided", "inconsistent"} == {
        "given", "reproduced", "attainable", "not computable",
    }  # fmt: skip


def test_what_is_not_computable_names_no_value_and_says_why():
    for row in ROWS:
        judged = REGISTRY.judged[row["id"]]
        if judged.verdict.status == "not computable":
            assert judged.value is None and row["quantity"] == ""
            assert len(judged.verdict.note.split()) >= 4, row["id"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_verdict_is_what_it_says(row):
    judged = REGISTRY.judged[row["id"]]
    verdict, text = judged.verdict, row["printed"]
    if verdict.status in ("not computable", "inconsistent"):
        assert verdict.note
        return
    raw = judged.value.raw
    if verdict.status == "given":
        assert float(text.lstrip("<>").replace("\u2212", "-")) == raw
        return
    if verdict.status == "reproduced":
        assert agrees(raw, text)
        return
    assert not agrees(raw, text)
    if verdict.status == "attainable":
        assert agrees(verdict.witness, text)
    if verdict.low is None:
        return
    low, high = interval(text)
    if verdict.status == "different":
        assert verdict.high < low or verdict.low > high
        return
    assert verdict.low <= high and low <= verdict.high


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_range_that_rounding_leaves_is_narrow(row):
    verdict = REGISTRY.judged[row["id"]].verdict
    if verdict.low is None or row["printed"].startswith(("<", ">")):
        return
    low, high = interval(row["printed"])
    prefix, name = row["quantity"].rsplit(".", 1)
    if ".regression." in prefix and verdict.status == "reproduced":
        return  # its range stands nowhere
    widest = WIDEST_LINE if ".regression." in prefix else WIDEST.get(name, ELSE)
    assert verdict.high - verdict.low < widest * (high - low)


def test_what_is_different_is_different():
    """Results, follow-up: Q(7) of seven studies. Quality of life by disorder: Q(2)=7.384, p=.03."""
    assert (REVIEW.effects["outcome"] == "symptoms_followup").sum() - 1 == 6
    # The chi-squared distribution with 2 degrees of freedom has the tail exp(-q/2).
    tail = math.exp(-7.384 / 2)
    assert f"{tail:.3f}" == "0.025" and f"{tail:.2f}" == "0.02"
    raw = REGISTRY.judged["results.qol.disorder.q_between_pvalue"].value.raw
    assert raw == pytest.approx(tail, abs=5e-5)


def test_what_is_different_in_the_regressions_is_different():
    """Age: the printed limits are centred elsewhere. Married: p of z = -1.94. Weeks: the middle."""
    assert pytest.approx(0.005, abs=0.001) == (0.072 - 0.061) / 2
    assert pytest.approx(0.033) == (0.072 - 0.006) / 2
    assert math.erfc(1.94 / math.sqrt(2)) == pytest.approx(0.052, abs=5e-4)
    assert pytest.approx(-0.0005) == (0.015 - 0.016) / 2


def pooled(studies, method):
    """Plain inverse-variance pooling: estimate and standard error, by EE or DL."""
    y, v = zip(*studies, strict=True)
    w = [1 / x for x in v]
    mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    q = sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))
    if method == "DL" and len(y) > 1:
        tau2 = max(0, (q - len(y) + 1) / (sum(w) - sum(a * a for a in w) / sum(w)))
        w = [1 / (x + tau2) for x in v]
        mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    return mean, sum(w) ** -0.5, q


@pytest.mark.parametrize(
    "variable", ["disorder", "diagnosis", "previous_treatment", "comparison", "comparison_modality",
                 "treatment", "measure"],
)  # fmt: skip
def test_categories_and_the_test_between_them_in_plain_arithmetic(variable):
    """Borenstein et al. (2009), chapter 19: each category on its own, then Q over their means."""
    member = REVIEW.groups[REVIEW.groups["variable"] == variable]
    means = []
    for category, rows in member.groupby("category"):
        studies = [
            tuple(value(f"symptoms.study.{s}.{part}") for part in ("estimate", "variance"))
            for s in rows["study"]
        ]
        for model, method in (("fixed", "EE"), ("random", "DL")):
            prefix = f"symptoms.{model}.{variable}.{category}"
            estimate, se, q = pooled(studies, method)
            assert value(f"{prefix}.estimate") == pytest.approx(estimate, rel=1e-10)
            assert value(f"{prefix}.se") == pytest.approx(se, rel=1e-10)
            assert value(f"{prefix}.q") == pytest.approx(q, rel=1e-8, abs=1e-12)
            assert value(f"{prefix}.k") == len(studies)
        means.append((estimate, se * se))
    prefix = f"symptoms.random.{variable}"
    assert value(f"{prefix}.q_between") == pytest.approx(pooled(means, "EE")[2], rel=1e-9)
    assert value(f"{prefix}.q_between_df") == len(means) - 1


def value(name):
    return REGISTRY.get(Value, name).raw
