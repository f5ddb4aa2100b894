"""Conclusions in words: verdicts by hand from what the publication prints, and data that flip them."""

from __future__ import annotations

import csv
from math import erfc, sqrt

import pytest

from analysis.content.claim_rules import RULES
from analysis.content.wording import size
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.manuscript import REGISTRY
from analysis.review import DataError

from conftest import ROOT
from edited import ROWS, edited, raw

with (ROOT / "data/claims.csv").open(encoding="utf-8", newline="") as _file:
    CLAIMS = [row["id"] for row in csv.DictReader(_file)]
HOLDS, FAILS, OPEN = "holds", "does not hold", "cannot be checked"
# From the printed numbers alone, with the arithmetic that decides.
FAILING = {
    "effect.size.discussion": "Figure 2: 0.818, and Cohen calls 0.8 and more large",
    "decisions.change": "Figure 2: Isasi 5.233, the others 0.634; see the test of residuals",
    "decisions.high": "text: I² = 64.478, less than 75 per cent (Higgins et al., 2003)",
    "qol.size": "Figure 6: 0.411, less than Cohen's 0.5",
    "qol.mood": "text: mood to 0.570; Figure 6, the only transdiagnostic trial: from -0.538",
    "qol.third_wave": "Figure 6: Clarke 0.119, Gloster 1.367, Harley 1.290; see below",
    "ratings": "Table 2: most of the ratings are above 1, on a scale from 0 to 2",
}
UNTOLD = {"previous.length", "itt"}


@pytest.fixture(scope="module")
def registry():
    return REGISTRY


def verdict(registry, claim):
    return registry.get(Phrase, f"claims.{claim}.verdict").text


def why(registry, claim):
    return registry.get(Phrase, f"claims.{claim}.why").text


def turned(row):
    """The row with its effect, limits and z turned round: what favoured one side favours the other."""
    smd, se, variance, low, high, z, p = row[2:]
    flip = [x[1:] if x.startswith("-") else f"-{x}" for x in (smd, high, low, z)]
    return [*row[:2], flip[0], se, variance, flip[1], flip[2], flip[3], p]


def test_every_claim_has_a_rule_and_every_rule_a_claim():
    assert len(CLAIMS) == len(set(CLAIMS)) and set(CLAIMS) == set(RULES)


@pytest.mark.parametrize("claim", CLAIMS)
def test_verdicts(registry, claim):
    expected = FAILS if claim in FAILING else OPEN if claim in UNTOLD else HOLDS
    assert verdict(registry, claim) == expected, why(registry, claim)


def test_the_counts_add_up(registry):
    counts = {key: raw(registry, f"claims.{key}.k") for key in
              ("all", "holds", "does_not_hold", "cannot_be_checked")}  # fmt: skip
    assert counts == {
        "all": len(CLAIMS), "does_not_hold": len(FAILING), "cannot_be_checked": len(UNTOLD),
        "holds": len(CLAIMS) - len(FAILING) - len(UNTOLD),
    }  # fmt: skip
    assert len(registry.get(Table, "claims").rows) == len(CLAIMS)


@pytest.mark.parametrize(
    ("study", "others"), [("town2017", 0.830), ("isasi2010", 0.634), ("clarke2014", 0.850)]
)
def test_a_residual_is_the_distance_from_the_others(registry, study, others):
    prefix = f"symptoms.random.without.{study}"
    row = next(r for r in ROWS if r[:2] == ["symptoms", study])
    tau2, se = raw(registry, f"{prefix}.tau2"), raw(registry, f"{prefix}.se")
    z = (float(row[2]) - others) / sqrt(float(row[3]) ** 2 + tau2 + se**2)
    assert raw(registry, f"{prefix}.residual.statistic") == pytest.approx(z, abs=0.01)
    exact = raw(registry, f"{prefix}.residual.statistic")
    p = erfc(abs(exact) / sqrt(2))
    assert raw(registry, f"{prefix}.residual.pvalue") == pytest.approx(p)
    assert (p < 0.05) == (study == "isasi2010")


def test_third_wave_does_not_stand_out_on_quality_of_life(registry):
    # Its own effect is significant, the test between the kinds of treatment is not.
    assert raw(registry, "qol.random.treatment.third_wave.pvalue") < 0.05
    means = {}
    for category in ("cbt", "third_wave", "combined", "other"):
        prefix = f"qol.random.treatment.{category}"
        means[category] = raw(registry, f"{prefix}.estimate"), raw(registry, f"{prefix}.se") ** -2
    total = sum(w for _, w in means.values())
    mean = sum(m * w for m, w in means.values()) / total
    q = sum(w * (m - mean) ** 2 for m, w in means.values())
    assert q < 7.815  # the 95th percentile of chi-squared on 3 degrees of freedom
    assert raw(registry, "qol.random.treatment.q_between") == pytest.approx(q)


def test_completers_change_the_significance_of_no_subgroup(registry):
    # The rule compares these; a change that it missed would show here.
    assert (
        raw(registry, "symptoms_completers.random.measure.bdi.k") == 6
    )  # 8, less Fonagy, Hartmann
    assert why(registry, "completers.within") == "None changes."


def test_the_same_trials_at_follow_up(registry):
    studies = [r[1] for r in ROWS if r[0] == "symptoms_followup"]
    assert raw(registry, "symptoms_followup.same_trials.k") == len(studies) == 7
    difference = raw(registry, "symptoms_followup.random.estimate") - raw(
        registry, "symptoms_followup.same_trials.estimate"
    )
    name = "symptoms_followup.same_trials.difference.estimate"
    assert raw(registry, name) == pytest.approx(difference)


def test_effects_turned_round_take_the_claims_with_them(tmp_path):
    registry = edited(tmp_path, [turned(row) for row in ROWS])
    for claim in ("effect", "bias", "bias.filled", "treatment.within", "bdi", "followup.effect",
                  "quality", "followup.maintained", "qol.effect", "qol.tau", "decisions.effect",
                  "completers.conservative"):  # fmt: skip
        assert verdict(registry, claim) == FAILS, claim
    # Where nothing differs, the side does not matter.
    assert verdict(registry, "between") == HOLDS
    assert verdict(registry, "effect.heterogeneity") == HOLDS


def test_without_the_outlier_some_verdicts_change(tmp_path):
    registry = edited(tmp_path, [row for row in ROWS if row[1] != "isasi2010"])
    # 0.634 is moderate, as the discussion has it; I² falls below 75.
    assert verdict(registry, "effect.size.discussion") == HOLDS
    assert verdict(registry, "effect.heterogeneity") == FAILS
    assert verdict(registry, "decisions.change") == OPEN
    assert "—" not in why(registry, "decisions.change")


def test_claims_on_what_is_gone_cannot_be_checked(tmp_path):
    flow = "id,kind,label,count,where,note\n"
    registry = edited(tmp_path, [r for r in ROWS if r[0] == "symptoms"], flow=flow)
    for claim in ("followup.effect", "qol.effect", "qol.mood", "qol.share", "rare",
                  "completers.within", "completers.conservative"):  # fmt: skip
        assert verdict(registry, claim) == OPEN, claim
    assert verdict(registry, "effect") == HOLDS


def test_no_claims_no_rows(tmp_path):
    registry = edited(tmp_path, claims="id,where,claim\n")
    assert raw(registry, "claims.all.k") == 0
    assert registry.get(Table, "claims").html()


def test_a_claim_without_a_rule_is_refused_with_its_place(tmp_path):
    claims = (ROOT / "data/claims.csv").read_text(encoding="utf-8")
    with pytest.raises(DataError, match=r"claims\.csv:2:id: 'efect' is not among .* mean effect\?"):
        edited(tmp_path, claims=claims.replace("\neffect,", "\nefect,", 1))


@pytest.mark.parametrize(
    ("raw_value", "text", "word"),
    [
        (0.1, "0.10", "less than small"), (0.2, "0.20", "small"), (-0.6, "−0.60", "moderate"),
        (0.795, "0.80", "large"), (0.794, "0.79", "moderate"), (None, "—", "of unknown size"),
    ],
)  # fmt: skip
def test_sizes_by_cohen_as_shown(raw_value, text, word):
    assert size(Value("x", raw_value, text, "test")) == word
