"""For each claim of claims.csv the rule that decides whether it holds."""

from __future__ import annotations

from string import digits

from .decisions import APART
from .moderators import MODERATORS
from .rules import (
    Rule,
    apart,
    effect,
    every,
    heterogeneous,
    low_only,
    p_of,
    rule,
    same_pattern,
    sized,
    slope,
    tests,
    untold,
)
from .settings import ALPHA
from .subgroups import VARIABLES

LENGTH = "The length of the earlier treatment is not printed for each trial."
APPENDIX = (
    "The ratings of single criteria stand in an appendix that is not part of the text we have."
)


# The analyses without trials that stand apart, by whom they leave out.
SINGLY = {f"without {study.rstrip(digits).capitalize()}": study for study in APART}
WITHOUT = SINGLY | {"without all of them": "decisions"}


def _without(statistic: str, subsets: dict[str, str]) -> dict[str, str]:
    return {
        label: f"symptoms.random.without.{subset}.{statistic}" for label, subset in subsets.items()
    }


def _regressions(outcome: str, *left_out: str) -> dict[str, str]:
    return {
        moderator.label: f"{outcome}.regression.{key}.pvalue"
        for key, moderator in MODERATORS.items()
        if key not in left_out
    }


@rule("symptoms.fixed.diagnosis.mdd.i2", "symptoms.fixed.diagnosis.other.i2")
def _mdd_less(mdd, other):
    return mdd.raw < other.raw, f"I² is {mdd.text}% against {other.text}%."


@rule(
    "symptoms.random.estimate", "symptoms_completers.random.estimate",
    "symptoms_completers.same_trials.estimate", "symptoms_completers.same_effect.k",
    "symptoms_completers.random.k",
)  # fmt: skip
def _conservative(everybody, completers, same, alike, k):
    return max(everybody.raw, same.raw) < completers.raw, (
        f"SMD {completers.text} for completers, {everybody.text} for everybody, of which {same.text} in "
        f"the same trials. {alike.text} of {k.text} trials print the same effect for both."
    )


@rule("symptoms.egger.estimate")
def _upwards(intercept):
    return intercept.raw > 0, intercept.text


@rule("symptoms.filled.k0", "symptoms_completers.filled.k0")
def _as_many_filled(everybody, completers):
    return (
        everybody.raw == completers.raw,
        f"{everybody.text} for everybody, {completers.text} here.",
    )


@rule("qol.filled.k0")
def _none_filled(k0):
    return k0.raw == 0, f"{k0.text}."


@rule("qol.random.k", "studies.qol_measure.k", "studies.k")
def _half(reporting, naming, k):
    return k.raw in (2 * reporting.raw, 2 * naming.raw), (
        f"{naming.text} of {k.text} trials name a measure; {reporting.text} have a result."
    )


@rule("flow.share.psychotherapy", "flow.share.pharmacological")
def _rare(psychotherapy, medication):
    return psychotherapy.raw < medication.raw, f"{psychotherapy.text}% against {medication.text}%."


@rule("studies.quality.median", "settings.quality_low", "settings.quality_high")
def _low_ratings(median, low, high):
    return median.raw < (low.raw + high.raw) / 2, (
        f"The median rating is {median.text} on a scale from {low.text} to {high.text}."
    )


def _maintained(part: str) -> Rule:
    """The effect below `part` is there, and not clearly smaller than after treatment in its trials."""
    prefix = f"{part}.same_trials.difference"

    @rule(f"{prefix}.estimate", f"{prefix}.pvalue")
    def decide(difference, p):
        return (
            p.raw >= ALPHA or difference.raw > 0,
            f"change since treatment {difference.text}, {p_of(p)}",
        )

    return every(then=effect(f"{part}.random"), in_the_same_trials=decide)


WITHIN = {
    f"{described.label.lower()}, {label}": f"random.{variable}.{category}.pvalue"
    for variable, described in VARIABLES.items()
    for category, label in described.categories.items()
}
BETWEEN = {
    described.label.lower(): f"random.{variable}.q_between_pvalue"
    for variable, described in VARIABLES.items()
}
_TREATMENT = "symptoms.random.treatment"
_QOL = "qol.random"

RULES: dict[str, Rule] = {
    "effect": effect("symptoms.random"),
    "effect.heterogeneity": heterogeneous("symptoms.fixed.q_pvalue", "symptoms.fixed.i2", "high"),
    "effect.size": sized("symptoms.random", "moderate", "large"),
    "effect.size.discussion": sized("symptoms.random", "moderate"),
    "bias": every(
        intercept=_upwards,
        tests=tests(True, Egger="symptoms.egger.pvalue", Kendall="symptoms.kendall.pvalue"),
    ),
    "bias.filled": effect("symptoms.random.filled"),
    "between": tests(False, **{k: f"symptoms.{name}" for k, name in BETWEEN.items()}),
    "mood.size": every(
        effect=effect("symptoms.random.disorder.mood"),
        size=sized("symptoms.random.disorder.mood", "moderate", "large"),
    ),
    "mdd.heterogeneity": heterogeneous(
        "symptoms.fixed.diagnosis.mdd.q_pvalue", "symptoms.fixed.diagnosis.mdd.i2", "moderate"
    ),
    "mdd.size": every(
        effect=effect("symptoms.random.diagnosis.mdd"),
        size=sized("symptoms.random.diagnosis.mdd", "moderate"),
    ),
    "mdd.less": _mdd_less,
    "medication.size": every(
        effect=effect("symptoms.random.previous_treatment.medication"),
        size=sized("symptoms.random.previous_treatment.medication", "large"),
    ),
    "treatment.within": every(
        **{
            label: effect(f"{_TREATMENT}.{category}")
            for category, label in VARIABLES["treatment"].categories.items()
        }
    ),
    "treatment.low": low_only(("treatment.third_wave", "treatment.other"), ("treatment",)),
    "treatment.size": every(
        third_wave=effect(f"{_TREATMENT}.third_wave"),
        its_size=sized(f"{_TREATMENT}.third_wave", "moderate"),
        other=effect(f"{_TREATMENT}.other"),
        the_size=sized(f"{_TREATMENT}.other", "moderate"),
    ),
    "bdi": every(
        effect=effect("symptoms.random.measure.bdi"),
        heterogeneity=tests(False, Q="symptoms.fixed.measure.bdi.q_pvalue"),
    ),
    "low.heterogeneity": low_only(
        ("measure.bdi", "treatment.third_wave", "treatment.other"), tuple(VARIABLES)
    ),
    "regressions": tests(False, **_regressions("symptoms", "quality")),
    "quality": slope("symptoms"),
    "previous.length": untold(LENGTH),
    "decisions.effect": every(
        **{label: effect(f"symptoms.random.without.{subset}") for label, subset in WITHOUT.items()}
    ),
    "decisions.change": tests(
        False,
        **{
            f"{label.removeprefix('without ')} against the others": name
            for label, name in _without("residual.pvalue", SINGLY).items()
        },
    ),
    "decisions.heterogeneity": tests(True, **_without("q_pvalue", WITHOUT)),
    "decisions.high": heterogeneous(
        "symptoms.random.without.decisions.q_pvalue", "symptoms.random.without.decisions.i2", "high"
    ),
    "completers.conservative": _conservative,
    "completers.difference": tests(
        False,
        all_trials="symptoms_completers.difference.pvalue",
        the_same_trials="symptoms_completers.same_trials.difference.pvalue",
    ),
    "completers.bias": every(
        tests=tests(
            True,
            Egger="symptoms_completers.egger.pvalue",
            Kendall="symptoms_completers.kendall.pvalue",
        ),
        trimmed=_as_many_filled,
    ),
    "completers.between": same_pattern("symptoms", "symptoms_completers", BETWEEN),
    "completers.within": same_pattern("symptoms", "symptoms_completers", WITHIN),
    "completers.regressions": same_pattern(
        "symptoms",
        "symptoms_completers",
        {moderator.label: f"regression.{key}.pvalue" for key, moderator in MODERATORS.items()},
    ),
    "followup.effect": effect("symptoms_followup.random"),
    "followup.bias": tests(
        False, Egger="symptoms_followup.egger.pvalue", Kendall="symptoms_followup.kendall.pvalue"
    ),
    "followup.filled": effect("symptoms_followup.random.filled", significant=False),
    "followup.quality": slope("symptoms_followup"),
    "followup.maintained": every(
        symptoms=_maintained("symptoms_followup"), quality_of_life=_maintained("qol_followup")
    ),
    "qol.effect": effect(_QOL),
    "qol.heterogeneity": heterogeneous("qol.fixed.q_pvalue", "qol.fixed.i2", "moderate"),
    "qol.size": sized(_QOL, "moderate"),
    "qol.bias": every(
        tests=tests(False, Egger="qol.egger.pvalue", Kendall="qol.kendall.pvalue"),
        missing=_none_filled,
    ),
    "qol.mood": apart(
        f"{_QOL}.disorder.mood", f"{_QOL}.disorder.anxiety", f"{_QOL}.disorder.transdiagnostic"
    ),
    "qol.modality": tests(False, Q=f"{_QOL}.comparison_modality.q_between_pvalue"),
    "qol.tau": apart(f"{_QOL}.comparison.tau", f"{_QOL}.comparison.wlc"),
    "qol.regressions": tests(False, **_regressions("qol")),
    "qol.third_wave": every(
        third_wave=effect(f"{_QOL}.treatment.third_wave"),
        differ=tests(True, Q=f"{_QOL}.treatment.q_between_pvalue"),
    ),
    "qol.share": _half,
    "qol_followup.filled": effect("qol_followup.fixed.filled"),
    "equivocal": tests(
        False,
        disorder="symptoms.random.disorder.q_between_pvalue",
        treatment="symptoms.random.treatment.q_between_pvalue",
    ),
    "rare": _rare,
    "ratings": _low_ratings,
    "itt": untold(APPENDIX),
}
