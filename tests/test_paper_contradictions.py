"""What the paper's printed numbers contradict, or cannot be had from: verdicts decided a second time.

Every end of a rounding interval is half a unit in the last printed digit away.
"""

from __future__ import annotations

import math
from itertools import product

import pytest
from scipy.stats import chi2

from analysis.manuscript import REGISTRY

from by_hand import PRINTED, both_tails, read, rounds_to, unit

EFFECTS, STUDIES, GROUPS, FLOW = (read(name) for name in ("effects", "studies", "groups", "flow"))


def status(name: str) -> str:
    return REGISTRY.judged[name].verdict.status


def ends(name: str) -> tuple[float, float]:
    """The least and the most that prints as the row `name`."""
    half = float(unit(PRINTED[name])) / 2
    return float(PRINTED[name]) - half, float(PRINTED[name]) + half


def i2(q: float, df: int) -> float:
    return 100 * (q - df) / q


def test_degrees_of_freedom_at_follow_up():
    """Q(7) of seven trials, whose I² has been computed with six."""
    k = sum(row["outcome"] == "symptoms_followup" for row in EFFECTS)
    of = "results.symptoms_followup"
    assert k == int(PRINTED[f"{of}.k"]) == int(PRINTED[f"{of}.q_df"])
    low, high = ends(f"{of}.i2")
    q = ends(f"{of}.q")
    assert i2(q[0], k - 1) < high and i2(q[1], k - 1) > low
    assert i2(q[1], k) < low
    assert status(f"{of}.q_df") == "inconsistent"


def test_p_between_disorders_in_quality_of_life():
    """Q(2) = 7.384, p = .03: with two degrees of freedom the tail is exp(-Q/2), at most .02493."""
    of = "results.qol.disorder.q_between"
    most = math.exp(-ends(of)[0] / 2)
    assert chi2.sf(ends(of)[0], int(PRINTED[f"{of}_df"])) == pytest.approx(most)
    assert most < ends(f"{of}_pvalue")[0]
    assert status(f"{of}_pvalue") == "inconsistent"


def test_lower_limit_of_the_slope_on_age():
    """b = 0.005, 95% CI -0.006, 0.072: no middle of such limits is the slope, of -0.061 it is."""
    of = "results.symptoms.regression.age"
    middles = [sum(pair) / 2 for pair in product(ends(f"{of}.ci_low"), ends(f"{of}.ci_high"))]
    assert min(middles) > ends(f"{of}.estimate")[1]
    assert ends(f"{of}.estimate")[0] < (-0.061 + float(PRINTED[f"{of}.ci_high"])) / 2 <= 0.0055
    assert status(f"{of}.ci_low") == "inconsistent"


def test_p_of_the_slope_on_marriage():
    """z = -1.94, p = 0.52: both tails together are .052."""
    of = "results.qol.regression.married_percent"
    tails = [both_tails(z) for z in ends(f"{of}.statistic")]
    assert max(tails) < ends(f"{of}.pvalue")[0]
    assert all(rounds_to(tail, "0.05") for tail in tails)
    assert status(f"{of}.pvalue") == "inconsistent"


@pytest.mark.parametrize("name", ["estimate", "ci_low", "ci_high", "statistic", "pvalue"])
def test_the_line_on_the_length_of_the_comparison_is_that_of_the_treatment(name):
    """Two properties of the trials with the same five numbers; of no other two lines are they."""
    line = "results.symptoms.regression"
    names = ("estimate", "ci_low", "ci_high", "statistic", "pvalue")
    lines = {key.split(".")[3] for key in PRINTED if key.startswith(f"{line}.")}
    five = {of: tuple(PRINTED[f"{line}.{of}.{n}"] for n in names) for of in lines}
    twins = {of for of in lines if sum(five[of] == other for other in five.values()) > 1}
    assert twins == {"treatment_weeks", "comparison_weeks"}
    # A waiting list or usual care is not as long as each treatment; and no column has its length.
    assert "treatment_weeks" in STUDIES[0] and "comparison_weeks" not in STUDIES[0]
    assert status(f"{line}.comparison_weeks.{name}") == "inconsistent"


def test_trials_with_the_length_of_the_original_treatment():
    """k = 7 and Q(6) around a line with two coefficients; I² has been computed with six."""
    of = "results.symptoms.regression.original_weeks"
    k, df = (int(PRINTED[f"{of}.{name}"]) for name in ("k", "q_e_df"))
    assert k - 2 == df - 1
    assert rounds_to(i2(float(PRINTED[f"{of}.q_e"]), df), PRINTED[f"{of}.i2"])
    # Seven is printed here and in the discussion, six but once: which of them is wrong is open.
    assert status(f"{of}.k") == status(f"{of}.q_e_df") == "inconsistent"


def test_articles_on_medication():
    """3228 of 401 articles, of which 79 are on psychotherapy: 322 without the mark of a footnote."""
    counts = {row["id"]: int(row["count"]) for row in FLOW}
    assert counts["type.pharmacological"] > counts["type"]
    assert f"{counts['type'] - counts['type.combined']}8" == PRINTED["flow.type.pharmacological"]
    assert status("flow.type.pharmacological") == "inconsistent"


# What a number would have to be computed from, and a word that would name it in the data.
NOT_IN_THE_DATA = {
    "results.symptoms.regression.employed_percent.estimate": ("share of employed", "employed"),
    "results.symptoms.regression.employed_percent.pvalue": ("share of employed", "employed"),
    "results.qol.regression.employed_percent.statistic": ("share of employed", "employed"),
    "results.symptoms.regression.original_weeks.estimate": ("the original treatment", "original"),
    "results.symptoms.regression.original_weeks.q_e": ("the original treatment", "original"),
    "results.symptoms.regression.original_weeks.tau2": ("the original treatment", "original"),
    "discussion.original_weeks.k": ("the original treatment", "original"),
    "results.symptoms_followup.regression.followup_weeks.estimate":
        ("length of follow-up", "followup_weeks"),
    "results.symptoms_followup.regression.followup_weeks.pvalue":
        ("length of follow-up", "followup_weeks"),
    "results.qol_completers.k": ("which trials count their completers", "qol_completers"),
    "results.qol_completers.estimate": ("the effects among them", "qol_completers"),
    "results.qol_completers.i2": ("the effects among them", "qol_completers"),
    "results.criteria.aims_clear": ("ratings of the single criteria", "criteria"),
    "results.criteria.blinding_missing": ("ratings of the single criteria", "criteria"),
    "methods.agreement": ("raters' scores for each criterion", "criteri"),
    "results.decisions.town": ("means and standard deviations", "deviation"),
}  # fmt: skip
COLUMNS = {column for row in (EFFECTS[0], STUDIES[0], GROUPS[0]) for column in row}
LEVELS = {row["outcome"] for row in EFFECTS} | {row["variable"] for row in GROUPS}


@pytest.mark.parametrize("name", NOT_IN_THE_DATA)
def test_not_computable(name):
    reason, word = NOT_IN_THE_DATA[name]
    assert not [known for known in COLUMNS | LEVELS if word in known]
    assert reason in REGISTRY.judged[name].verdict.note
    assert status(name) == "not computable"


def test_not_computable_what_the_comparison_received():
    """Table 2 names the active group's treatment; `comparison` tells the kind, not the therapy."""
    kinds = {row["category"] for row in GROUPS if row["variable"] == "comparison"}
    assert kinds == {"tau", "wlc", "hep"}
    assert status("methods.cbt_as_usual.k") == "not computable"
