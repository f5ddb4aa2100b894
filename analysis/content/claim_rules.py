"""For each claim of claims.csv the rule that decides whether it holds."""

from __future__ import annotations

from collections.abc import Mapping
from string import digits

from .claim_counts import (
    as_many_filled,
    biased,
    combined_largest,
    conservative,
    everywhere,
    half_report,
    more,
    most_used,
    upwards,
    usual_measures,
)
from .conventions import SAWILOWSKY, degree, sized, unnamed
from .decisions import APART
from .moderators import MODERATORS
from .rule_kinds import (
    Rule,
    apart,
    effect,
    every,
    low_only,
    rule,
    same_pattern,
    slope,
    small_i2,
    test,
    tests,
    untold,
)
from .rules_of_sameness import alike, all_alike, especially, kept, same_people, unmoved
from .subgroups import VARIABLES

# What is missing where a claim cannot be checked.
RATERS = "What each rater gave is not printed."
APPENDIX = (
    "The ratings of single criteria stand in an appendix that is not part of the text we have."
)
EARLIER = "The length of the earlier treatment is not printed for each trial."
FOLLOWED = "The time between treatment and follow-up is not printed."
EMPLOYED = "The share of employed participants is not printed for each trial."
UNPRINTED = (
    "Neither the share of employed participants nor the length of the comparison treatment is printed "
    "for each trial."
)
COMPLETERS = "Which trials count their completers, and the effects among them, are not printed."

# The analyses without trials that stand apart, by whom they leave out.
SINGLY = {study.rstrip(digits).capitalize(): study for study in APART}
WITHOUT = SINGLY | {"all of them": "decisions"}
WITHIN = {
    f"{described.label.lower()}, {label}": f"random.{variable}.{category}.pvalue"
    for variable, described in VARIABLES.items()
    for category, label in described.categories.items()
}
BETWEEN = {
    described.label.lower(): f"random.{variable}.q_between_pvalue"
    for variable, described in VARIABLES.items()
}
REGRESSIONS = {moderator.label: f"regression.{key}.pvalue" for key, moderator in MODERATORS.items()}


def _of(outcome: str, names: Mapping[str, str], *left_out: str) -> dict[str, str]:
    """The `names` below `outcome`, without the labels `left_out`."""
    return {label: f"{outcome}.{name}" for label, name in names.items() if label not in left_out}


def _bias(outcome: str, significant: bool) -> Rule:
    tested = {"Egger": f"{outcome}.egger.pvalue", "Kendall": f"{outcome}.kendall.pvalue"}
    return tests(significant, tested)


_TREATMENT = "symptoms.random.treatment"
_FIXED = "symptoms.fixed"
_DECISIONS = "symptoms.random.without.decisions"
_QOL = "qol.random"
_ASYMMETRY = every({"slope on the standard error": upwards, "tests": _bias("symptoms", True)})

RULES: dict[str, Rule] = {
    "ratings.agree": untold(RATERS),
    "fewer": more(
        "flow.share.pharmacological", "flow.share.psychotherapy",
        "{}% of the articles tested medication alone, {}% psychotherapy.",
    ),
    "symptoms.all": everywhere,
    "depression.measures": usual_measures,
    "ratings.vary": unnamed(
        "Ratings run from {} to {} on a scale from {} to {}. No convention says how far apart is wide.",
        "studies.quality.low", "studies.quality.high",
        "settings.quality_low", "settings.quality_high",
    ),
    "criteria.vary": untold(APPENDIX),
    "described": untold(APPENDIX),
    "itt": untold(APPENDIX),
    "completers.conservative": conservative,
    "effect.heterogeneity": test(True, f"{_FIXED}.q_pvalue"),
    "effect.degree": degree(f"{_FIXED}.i2", "high"),
    "effect": effect("symptoms.random"),
    "effect.size": sized("symptoms.random", "moderate", "large"),
    "bias.tests": _ASYMMETRY,
    "bias": biased(_ASYMMETRY, "symptoms.random.i2", "symptoms.reml.egger.pvalue"),
    "bias.filled": effect("symptoms.random.filled"),
    "between": tests(False, _of("symptoms", BETWEEN)),
    "mood.effect": effect("symptoms.random.disorder.mood"),
    "mood.size": sized("symptoms.random.disorder.mood", "moderate", "large"),
    "mdd.degree": degree(f"{_FIXED}.diagnosis.mdd.i2", "moderate"),
    "mdd.effect": effect("symptoms.random.diagnosis.mdd"),
    "mdd.size": sized("symptoms.random.diagnosis.mdd", "moderate"),
    "medication.degree": degree(f"{_FIXED}.previous_treatment.medication.i2", "high"),
    "medication.effect": effect("symptoms.random.previous_treatment.medication"),
    "medication.size": sized("symptoms.random.previous_treatment.medication", "large"),
    "treatment.within": every(
        {
            label: effect(f"{_TREATMENT}.{category}")
            for category, label in VARIABLES["treatment"].categories.items()
        }
    ),
    "treatment.low": low_only(("treatment.third_wave", "treatment.other"), ("treatment",)),
    "third_wave.size": sized(f"{_TREATMENT}.third_wave", "moderate"),
    "other.size": sized(f"{_TREATMENT}.other", "moderate"),
    "combined.largest": combined_largest,
    "combined.size": sized(f"{_TREATMENT}.combined", "very large", convention=SAWILOWSKY),
    "combined.degree": degree(f"{_FIXED}.treatment.combined.i2", "high"),
    "bdi.effect": effect("symptoms.random.measure.bdi"),
    "bdi.size": sized("symptoms.random.measure.bdi", "moderate"),
    "bdi.most": most_used,
    "bdi.low": small_i2(f"{_FIXED}.measure.bdi.i2"),
    "regressions": tests(False, _of("symptoms", REGRESSIONS, MODERATORS["quality"].label)),
    "regressions.unprinted": untold(UNPRINTED),
    "quality": slope("symptoms"),
    "quality.explained": unnamed(
        "It accounts for {}% of τ². No convention says which share is very small.",
        "symptoms.regression.quality.r2",
    ),
    "quality.left": test(True, "symptoms.regression.quality.q_e_pvalue"),
    "previous.length": untold(EARLIER),
    "previous.left": untold(EARLIER),
    "decisions.effect": every(
        {
            f"without {label}": effect(f"symptoms.random.without.{subset}")
            for label, subset in WITHOUT.items()
        }
    ),
    "decisions.isasi": unmoved("symptoms.random", "symptoms.random.without.isasi2010"),
    "decisions.clarke": unmoved("symptoms.random", "symptoms.random.without.clarke2014"),
    "decisions.all": unmoved("symptoms.random", _DECISIONS),
    "decisions.left": test(True, f"{_DECISIONS}.q_pvalue"),
    "decisions.degree": degree(f"{_DECISIONS}.i2", "high"),
    "completers.degree": degree("symptoms_completers.fixed.i2", "high"),
    "completers.size": sized("symptoms_completers.random", "large"),
    "completers.difference": same_people("symptoms_completers"),
    "completers.bias.tests": _bias("symptoms_completers", True),
    "completers.bias": biased(
        _bias("symptoms_completers", True), "symptoms_completers.random.i2"
    ),
    "completers.trimmed": as_many_filled,
    "completers.between": same_pattern("symptoms", "symptoms_completers", BETWEEN),
    "completers.within": same_pattern("symptoms", "symptoms_completers", WITHIN),
    "completers.regressions": same_pattern("symptoms", "symptoms_completers", REGRESSIONS),
    "followup.heterogeneity": test(True, "symptoms_followup.fixed.q_pvalue"),
    "followup.degree": degree("symptoms_followup.fixed.i2", "high"),
    "followup.effect": effect("symptoms_followup.random"),
    "followup.bias": _bias("symptoms_followup", False),
    "followup.filled": effect("symptoms_followup.random.filled", significant=False),
    "followup.length": untold(FOLLOWED),
    "followup.regressions": same_pattern("symptoms", "symptoms_followup", REGRESSIONS),
    "followup.quality": slope("symptoms_followup"),
    "followup.explained": unnamed(
        "It accounts for {}% of τ². No convention says which share is minimal.",
        "symptoms_followup.regression.quality.r2",
    ),
    "followup.left": test(True, "symptoms_followup.regression.quality.q_e_pvalue"),
    "qol.heterogeneity": test(True, "qol.fixed.q_pvalue"),
    "qol.degree": degree("qol.fixed.i2", "moderate"),
    "qol.effect": effect(_QOL),
    "qol.bias": _bias("qol", False),
    "qol.missing": rule("qol.filled.k0")(lambda k0: (k0.raw == 0, f"Trials filled in: {k0.text}.")),
    "qol.disorder": test(True, f"{_QOL}.disorder.q_between_pvalue"),
    "qol.mood.effect": effect(f"{_QOL}.disorder.mood"),
    "qol.mood.size": sized(f"{_QOL}.disorder.mood", "moderate"),
    "qol.mood": apart(
        f"{_QOL}.disorder.mood", f"{_QOL}.disorder.anxiety", f"{_QOL}.disorder.transdiagnostic"
    ),
    "qol.modality": test(False, f"{_QOL}.comparison_modality.q_between_pvalue"),
    "qol.comparison": test(True, f"{_QOL}.comparison.q_between_pvalue"),
    "qol.tau.effect": effect(f"{_QOL}.comparison.tau"),
    "qol.tau.size": sized(f"{_QOL}.comparison.tau", "moderate"),
    "qol.tau": apart(f"{_QOL}.comparison.tau", f"{_QOL}.comparison.wlc"),
    "qol.regressions": tests(False, _of("qol", REGRESSIONS)),
    "qol.employed": untold(EMPLOYED),
    "qol_completers.similar": untold(COMPLETERS),
    "qol_completers.bias": untold(COMPLETERS),
    "qol_followup.heterogeneity": test(False, "qol_followup.fixed.q_pvalue"),
    "qol_followup.degree": degree("qol_followup.fixed.i2", "moderate"),
    "qol_followup.effect": effect("qol_followup.fixed"),
    "qol_followup.bias": _bias("qol_followup", False),
    "qol_followup.filled": effect("qol_followup.fixed.filled"),
    "equivocal": all_alike("symptoms", ("disorder", "treatment")),
    "followup.maintained": kept("symptoms_followup.same_trials.change"),
    "qol_followup.maintained": kept("qol_followup.same_trials.change"),
    "rare": unnamed(
        "{}% of the articles tested psychotherapy. No convention says below which share it is rare.",
        "flow.share.psychotherapy",
    ),
    "effect.size.discussion": sized("symptoms.random", "moderate"),
    "mood.anxiety": alike("symptoms.random.disorder.contrast", "Anxiety less mood disorders:"),
    "qol.size": sized(_QOL, "moderate"),
    "qol.share": half_report,
    "qol.third_wave": especially(
        f"{_QOL}.treatment.third_wave",
        [f"{_QOL}.treatment.{c}" for c in VARIABLES["treatment"].categories if c != "third_wave"],
    ),
    "low.heterogeneity": low_only(
        ("measure.bdi", "treatment.third_wave", "treatment.other"), tuple(VARIABLES)
    ),
    "mdd.less": more(
        f"{_FIXED}.diagnosis.other.i2",
        f"{_FIXED}.diagnosis.mdd.i2",
        "I² is {}% in other diagnoses, {}% in major depression.",
    ),
    "mdd.heterogeneity": test(True, f"{_FIXED}.diagnosis.mdd.q_pvalue"),
    "decisions.heterogeneity": tests(
        True,
        {f"without {label}": f"symptoms.random.without.{subset}.q_pvalue"
         for label, subset in WITHOUT.items()},
    ),
    "treatment.better": test(False, f"{_TREATMENT}.q_between_pvalue"),
    "treatment.aspects": tests(
        False,
        {
            "type": f"{_TREATMENT}.q_between_pvalue",
            "length": "symptoms.regression.treatment_weeks.pvalue",
        },
    ),
    "range": every(
        {
            "mood": effect("symptoms.random.disorder.mood"),
            "anxiety": effect("symptoms.random.disorder.anxiety"),
        }
    ),
    "ratings": unnamed(
        "The median rating is {} on a scale from {} to {}. No convention says from where on quality is "
        "low; “relatively” needs something to compare with, and none is named.",
        "studies.quality.median", "settings.quality_low", "settings.quality_high",
    ),
}  # fmt: skip
