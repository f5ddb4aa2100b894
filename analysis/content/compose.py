"""Everything that the manuscript shows, computed once from the CSV files of a review."""

from __future__ import annotations

from pathlib import Path

from ..display.registry import Registry
from ..review.data import read_review
from .agreement import (
    add_agreement,
    add_bias_agreement,
    add_regression_agreement,
    add_subgroup_agreement,
)
from .audit import add_audit, add_remarks, read_contradictions, suspects_of
from .bias import add_bias, add_kendall_of_g
from .checks import add_checks, refuse_unknown
from .claims import add_claims
from .completers import add_completers
from .conclusions import add_conclusions
from .decisions import add_decisions
from .definitions import add_definitions
from .dialect import add_dialect
from .differences import add_detectable, add_difference
from .explained import add_explained
from .failsafe import add_failsafe
from .flow import add_flow
from .given import add_given
from .ledger import add_ledger
from .maintained import add_maintained
from .memberships import add_memberships, add_random_search
from .moderators import add_bubbles, add_moderators
from .outcome import add_leave_one_out, add_outcome, read_outcome
from .plots import add_forest, add_subgroup_forest
from .qol_completers import add_qol_completers
from .reconstruction import add_other_arms, add_reconstruction
from .robust import add_robust
from .robust_plots import add_robust_plots
from .sensitivity import add_sensitivity
from .settings import SCALES, add_settings
from .specifications import add_specifications
from .subgroups import add_against_others, add_subgroups, add_table3
from .trial_by_trial import add_trial_by_trial
from .trials import add_trials
from .verdicts import add_tally
from .whatif import add_what_if
from .wording import add_wording

# The outcomes that the publication divides into subgroups, and those of its meta-regressions.
DIVIDED = ("symptoms", "qol")
REGRESSED = ("symptoms", "symptoms_followup", "qol")


def compose(data: Path) -> Registry:
    """Compute everything from the CSV files in `data`."""
    review = read_review(data)
    refuse_unknown(review)
    found = read_contradictions(review)
    registry = Registry(review.published.to_dict("records"), suspects_of(found))
    add_settings(registry)
    add_given(registry, review)
    add_flow(registry, review.flow)
    add_trials(registry, review.studies)
    add_definitions(registry, review.definitions, review.studies)
    outcomes = {key: read_outcome(key, review.effects, review.studies) for key in SCALES}
    for outcome in outcomes.values():
        add_outcome(registry, outcome)
        add_wording(registry, outcome)
        add_reconstruction(registry, outcome)
        add_agreement(registry, outcome)
        add_forest(registry, outcome)
    add_other_arms(registry, list(outcomes.values()), review.effects, review.studies)
    symptoms, qol = (outcomes[key] for key in DIVIDED)
    for outcome in outcomes.values():
        add_leave_one_out(registry, outcome, tuple(review.studies["study"]))
        add_sensitivity(registry, outcome)
        add_bias(registry, outcome)
    add_decisions(registry, symptoms)
    add_failsafe(registry, list(outcomes.values()))
    for outcome in (symptoms, qol):
        add_subgroups(registry, outcome, review.groups)
        add_subgroup_agreement(registry, outcome)
    add_table3(registry, symptoms)
    add_subgroup_forest(registry, symptoms)
    add_memberships(registry, symptoms, review.groups)
    add_random_search(registry, qol, "comparison", "tau")
    regressed = [outcomes[key] for key in REGRESSED]
    for outcome in regressed:
        add_moderators(registry, outcome, review.studies)
        add_bubbles(registry, outcome, review.studies)
    add_regression_agreement(registry, regressed)
    add_explained(registry, regressed, review.studies)
    add_dialect(registry, list(outcomes.values()), review.studies, review.groups)
    add_bias_agreement(registry, list(outcomes.values()))
    completers = outcomes["symptoms_completers"]
    add_completers(registry, symptoms, completers)
    for outcome in (symptoms, qol):
        add_maintained(registry, outcome, outcomes[f"{outcome.key}_followup"])
    anxiety, mood = (
        (f"symptoms.random.disorder.{category}", f"trials on {category} disorders")
        for category in ("anxiety", "mood")
    )
    add_difference(registry, "symptoms.random.disorder.contrast", anxiety, mood, "other people")
    add_detectable(registry, "symptoms.random.disorder.contrast")
    add_against_others(registry, qol, review.groups, "treatment", "third_wave")
    add_subgroups(registry, completers, review.groups)
    add_moderators(registry, completers, review.studies)
    add_qol_completers(registry, qol, symptoms, completers, review.published)
    add_robust(registry, outcomes, review.studies, review.groups)
    add_kendall_of_g(registry, symptoms)
    add_conclusions(registry)
    add_robust_plots(registry, symptoms)
    add_trial_by_trial(registry, outcomes, review.studies, review.groups, review.definitions)
    add_claims(registry, review.claims)
    add_specifications(registry, outcomes)
    add_what_if(registry, outcomes, review.studies, review.groups, review.claims)
    registry.judge_rest()
    add_audit(registry, found)
    add_remarks(registry, review.remarks)
    add_tally(registry, "verdicts", list(registry.judged.values()))
    add_checks(registry, review)
    add_ledger(registry)
    return registry
