"""The search for contradictions: the paper's and no others, digits changed, and what hangs on them."""

from __future__ import annotations

from math import erfc, sqrt
from pathlib import Path

import numpy as np
import pytest

from analysis.review.consistency import contradictions
from analysis.review.data import read_review

REVIEW = read_review(Path(__file__).parents[1] / "data")
ROWS = REVIEW.published.to_dict("records")
FLOW = REVIEW.flow.to_dict("records")
ALPHA = 0.05


def suspects(rows, flow=()):
    return {row for found in contradictions(rows, flow, ALPHA) for row in found.suspects}


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
        f"{line}.original_weeks.k", f"{line}.original_weeks.q_e_df",
        "flow.type.pharmacological",
    }  # fmt: skip


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
        ("results.qol.disorder.mood.pvalue", ".010"),
        ("figure2.random.se", "0.143"),
        ("results.symptoms.egger.statistic", "3.719"),
        ("results.symptoms.egger.df", "15"),
        ("results.symptoms.egger.pvalue", ".060"),
        ("results.symptoms_followup.egger.pvalue", ".80"),
        ("results.qol.egger.df", "7"),
        ("results.qol.egger.pvalue", ".17"),
        ("results.qol_followup.egger.statistic", "0.462"),
        ("results.symptoms.kendall.statistic", "98"),
        ("results.symptoms.kendall.tau", "0.557"),
        ("results.symptoms.kendall.pvalue", ".01"),
        ("results.symptoms_followup.kendall.tau", "0.517"),
        ("results.symptoms_followup.kendall.pvalue", ".70"),
        ("results.qol.kendall.statistic", "9"),
        ("results.qol.kendall.pvalue", ".93"),
        ("results.qol_followup.kendall.tau", "0.10"),
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
    found = contradictions(changed("results.qol.q_df", "8"), (), ALPHA)
    assert [{"results.qol.k", "results.qol.studies"} <= set(one.ids) for one in found].count(
        True
    ) == 1
    assert len(found) == len(contradictions(ROWS, (), ALPHA)) + 1


def test_a_single_number_that_would_resolve_it_is_named():
    told = {row: one for one in contradictions(ROWS, FLOW, ALPHA) for row in one.suspects}
    assert "degrees of freedom of 6" in told["results.symptoms_followup.q_df"].conjecture
    assert "p of 0.05" in told["results.qol.regression.married_percent.pvalue"].conjecture
    weeks = told["results.symptoms.regression.original_weeks.k"]
    assert "trials of 8" in weeks.conjecture and "without a line" in weeks.conjecture
    # Which of the two it is cannot be told, so that both are suspects.
    assert weeks is told["results.symptoms.regression.original_weeks.q_e_df"]
    assert told["flow.type.pharmacological"].conjecture.startswith("322 ")


@pytest.mark.parametrize(
    ("identifier", "printed", "conjecture"),
    [
        ("results.symptoms.egger.df", "61", "degrees of freedom of 16"),
        ("results.symptoms_followup.kendall.pvalue", ".70", "a p of 0.07"),
        ("results.qol.kendall.tau", "0.520", "a tau of 0.250"),
        ("results.symptoms_followup.kendall.statistic", "31", "a statistic of 13"),
    ],
)
def test_so_it_is_of_tests_of_small_study_effects(identifier, printed, conjecture):
    told = {
        r: one
        for one in contradictions(changed(identifier, printed), (), ALPHA)
        for r in one.suspects
    }
    assert conjecture in told[identifier].conjecture


def test_of_two_numbers_either_of_which_would_do_none_is_named():
    rows = changed("results.symptoms.egger.pvalue", ".060")
    (one,) = (c for c in contradictions(rows, (), ALPHA) if "symptoms.egger" in c.suspects[0])
    assert [row.rpartition(".")[2] for row in one.suspects] == ["df", "pvalue", "statistic"]
    assert one.conjecture == "" and one.touches == "conclusion"


# τ² of the trials without a moderator, as the digits of their effects leave it.
ALONE = {
    "symptoms.regression.quality": (0.2162, 0.2167),
    "symptoms_followup.regression.quality": (0.7184, 0.7196),
}


def shares(rows, alone=ALONE):
    """The contradictions between R² and τ²."""
    return [
        one for one in contradictions(rows, (), ALPHA, alone) if one.suspects[0].endswith(".r2")
    ]


def test_a_share_that_tau2_with_and_without_the_moderator_do_not_leave():
    """1 - .7275/.7196 is -1.1 %, so R² is 0; symptoms: 1 - .2105/.2162 is 2.6, 1 - .2095/.2167 3.3 %."""
    (one,) = shares(ROWS)
    prefix = "results.symptoms_followup.regression.quality"
    assert (one.suspects, one.ids) == ((f"{prefix}.r2",), (f"{prefix}.r2", f"{prefix}.tau2"))
    assert (
        ".728 around the line, and of 0.7184 to 0.7196 without it, give an R² of 0.0"
        in one.arithmetic
    )
    # .7184 (1 - .0015) is .7173, .7196 (1 - .0005) is .7192.
    assert one.conjecture == (
        "With an R² of 0.0 in place of 0.1 all would fit. "
        "Of a τ² of 0.717 to 0.719 in place of .728 an R² of 0.1 would be the share."
    )
    assert shares(ROWS, {}) == []


@pytest.mark.parametrize(
    ("name", "printed", "k"),
    [
        ("symptoms_followup.regression.quality.r2", "0.0", 0),
        # 1 - .7195/.7184 is -0.15 %, 1 - .7185/.7196 is 0.15 %.
        ("symptoms_followup.regression.quality.tau2", ".719", 0),
        ("symptoms_followup.regression.quality.tau2", ".721", 1),
        ("symptoms.regression.quality.r2", "2", 2),
        ("symptoms.regression.quality.r2", "4", 2),
    ],
)
def test_a_share_is_held_against_all_that_the_digits_leave(name, printed, k):
    assert len(shares(changed(f"results.{name}", printed))) == k


@pytest.mark.parametrize(
    ("r2", "tau2", "conjecture"),
    [
        # No τ² is below 0, though .005 below it would print the same: 1 - .005/.1 is 95 %.
        ("50.0", "0.00", "With an R² of 95.0 to 100.0 in place of 50.0 all would fit. "
         "Of a τ² of 0.05 to 0.06 in place of 0.00 an R² of 50.0 would be the share."),
        # Of .09995 or more: an R² of 0 is that of any τ² larger than without the line.
        ("0.0", "0.060", "With an R² of 39.5 to 50.4 in place of 0.0 all would fit. "
         "Of a τ² of 0.100 or more in place of 0.060 an R² of 0.0 would be the share."),
        # No τ² leaves more than all: 1 - .0005/.1 is 99.5 %.
        ("101.0", "0.000", "With an R² of 99.5 to 100.0 in place of 101.0 all would fit."),
        ("99.9", "0.060", "With an R² of 39.5 to 50.4 in place of 99.9 all would fit. "
         "Of a τ² of 0.000 in place of 0.060 an R² of 99.9 would be the share."),
    ],
)  # fmt: skip
def test_what_would_make_a_share_fit(r2, tau2, conjecture):
    """The ends by hand, of a τ² of .1 to .12 without the line."""
    texts = {"r2": r2, "tau2": tau2}
    rows = [{"id": f"y.x.regression.age.{n}", "quantity": f"x.regression.age.{n}", "printed": text}
            for n, text in texts.items()]  # fmt: skip
    (one,) = shares(rows, {"x.regression.age": (0.1, 0.12)})
    assert one.conjecture == conjecture


def test_no_share_is_told_of_effects_that_may_not_differ():
    alone = ALONE | {"symptoms_followup.regression.quality": (0.0, 0.1)}
    assert shares(ROWS, alone) == []


def touched(**texts):
    """What hangs on the contradiction among made-up `texts` of a single analysis."""
    rows = [{"id": f"x.{n}", "quantity": "", "printed": text} for n, text in texts.items()]
    (found,) = contradictions(rows, (), ALPHA)
    return found.touches


@pytest.mark.parametrize(
    ("texts", "touches"),
    [
        # Both tails of 2.00 are .0455.
        ({"pvalue": "0.46", "statistic": "2.00"}, "conclusion"),
        ({"pvalue": "0.52", "statistic": "-1.94"}, "result"),
        ({"pvalue": "<.001", "statistic": "1.00"}, "conclusion"),
        ({"pvalue": ">.05", "statistic": "3.00"}, "conclusion"),
        ({"pvalue": "<.001", "statistic": "2.10"}, "result"),
        # What prints as .05 may be on either side.
        ({"pvalue": ".05", "statistic": "3.00"}, "result"),
        # exp(-7.384 / 2) is .025; exp(-5.60 / 2) is .061.
        ({"q_between": "7.384", "q_between_df": "2", "q_between_pvalue": ".03"}, "result"),
        ({"q_between": "5.60", "q_between_df": "2", "q_between_pvalue": ".04"}, "conclusion"),
        # An interval with nought in it, and one without.
        ({"estimate": "0.5", "ci_low": "-0.1", "ci_high": "0.9", "pvalue": ".013"}, "conclusion"),
        ({"estimate": "0.50", "ci_low": "0.20", "ci_high": "0.90", "pvalue": ".013"}, "result"),
        # A sign lost.
        (
            {"estimate": "0.50", "ci_low": "-0.70", "ci_high": "-0.30", "pvalue": "<.001"},
            "conclusion",
        ),
        ({"estimate": "-0.50", "ci_low": "-0.75", "ci_high": "-0.30", "pvalue": "<.001"}, "result"),
        ({"q": "78.724", "q_df": "7", "i2": "92.378"}, "result"),
    ],
)
def test_what_hangs_on_it(texts, touches):
    assert touched(**texts) == touches


def test_the_most_consequential_come_first():
    # Without its sign the last of the regressions has two directions.
    rows = changed("results.qol.regression.quality.estimate", "-0.121")
    assert [one.touches for one in contradictions(ROWS, FLOW, ALPHA)] == ["result"] * 7
    first, *others = contradictions(rows, FLOW, ALPHA)
    assert first.touches == "conclusion"
    assert "results.qol.regression.quality.estimate" in first.suspects
    assert {one.touches for one in others} == {"result"}


def test_a_number_that_nothing_bounds_from_above_gets_no_conjecture():
    """Q could be all that is beyond the tail of .001."""
    (one,) = contradictions(
        [{"id": f"x.{n}", "quantity": "", "printed": text}
         for n, text in {"q": "3.000", "q_df": "2", "q_pvalue": ".000"}.items()],
        (), ALPHA,
    )  # fmt: skip
    assert {row.rpartition(".")[2] for row in one.suspects} == {"q", "q_df", "q_pvalue"}


def test_the_whole_range_of_what_might_have_been_is_told():
    """Centred alone, the lower limit may be .097 to .119; z leaves less to it, as a grid shows."""
    texts = {"estimate": "0.50", "ci_low": "0.018", "ci_high": "0.892", "statistic": "2.5",
             "pvalue": ".01"}  # fmt: skip
    lows = []
    for estimate in np.linspace(0.495, 0.505, 401):
        for high in np.linspace(0.8915, 0.8925, 41):
            z = estimate / ((high - estimate) / 1.959964)
            if 2.45 <= z <= 2.55 and 0.005 <= erfc(z / sqrt(2)) <= 0.015:
                lows.append(2 * estimate - high)
    rows = [{"id": f"x.{n}", "quantity": "", "printed": text} for n, text in texts.items()]
    (one,) = contradictions(rows, (), ALPHA)
    ends = f"{min(lows):.3f} to {max(lows):.3f}"
    assert 0.0975 < min(lows) < max(lows) < 0.1185
    assert one.conjecture == f"With a lower limit of {ends} in place of 0.018 all would fit."


def test_what_an_error_of_nought_leaves_open_stops_nothing():
    """An error that prints as 0.0 leaves z to be anything, but p is not that of 9."""
    texts = {"estimate": "0.1", "se": "0.0", "statistic": "9.0", "pvalue": ".5"}
    rows = [{"id": f"x.{n}", "quantity": "", "printed": text} for n, text in texts.items()]
    (one,) = contradictions(rows, (), ALPHA)
    assert [row.rpartition(".")[2] for row in one.ids] == ["pvalue", "statistic"]


def test_a_share_in_words_is_no_number_to_reckon_with():
    rows = [{"id": "x.pvalue", "quantity": "", "printed": "1/2"},
            {"id": "x.statistic", "quantity": "", "printed": "1.00"}]  # fmt: skip
    assert contradictions(rows, (), ALPHA) == ()
