"""Printed and recomputed results side by side: pooled effects of an outcome, and all subgroups."""

from __future__ import annotations

from collections.abc import Sequence

from ..display.registry import Registry
from ..display.sentence import capitalised
from .moderators import MODERATORS
from .outcome import Outcome
from .pooled import MODELS
from .subgroups import VARIABLES
from .verdicts import add_tally, judged_below, named, once, phrase, statistic_of, verdict_table


def add_agreement(registry: Registry, outcome: Outcome) -> None:
    """Register the table of `outcome`'s printed pooled results, and the sentence that sums it up."""
    key = outcome.key
    groups, summed = [], []
    for model, (_, words) in MODELS.items():
        own = once(judged_below(registry, f"{key}.{model}"))
        groups.append((capitalised(words), [(named(judged), judged) for judged in own]))
        summed += [(f"the {statistic_of(j)} of the {model} model", j) for j in own]
    registry.add(f"{key}.agreement", verdict_table(registry, f"{key}-agreement", groups))
    phrase(registry, f"{key}.agreement", summed)


def add_subgroup_agreement(registry: Registry, outcome: Outcome) -> None:
    """Register the tally of `outcome`'s printed subgroup numbers, and those not met to the digit."""
    key = outcome.key
    groups, judged = [], []
    for variable, described in VARIABLES.items():
        between = judged_below(registry, f"{key}.random.{variable}")
        own = [(named(j), j) for j in between]
        for category, label in described.categories.items():
            for model in MODELS:
                printed = judged_below(registry, f"{key}.{model}.{variable}.{category}")
                own += [(f"{label}: {named(j)}, {model} model", j) for j in printed]
        judged += [j for _, j in own]
        kept = {id(j) for j in once([j for _, j in own if j.verdict.status != "reproduced"])}
        apart = [(what, j) for what, j in own if id(j) in kept]
        if apart:
            groups.append((described.label, apart))
    add_tally(registry, f"{key}.subgroups.verdicts", judged)
    table = verdict_table(registry, f"{key}-subgroups-agreement", groups)
    registry.add(f"{key}.subgroups.agreement", table)


def add_bias_agreement(registry: Registry, outcomes: Sequence[Outcome]) -> None:
    """Register the table of what is printed on small-study effects in all `outcomes`."""
    groups = []
    for outcome in outcomes:
        prefixes = ["egger", "kendall", "filled", *(f"{model}.filled" for model in MODELS)]
        own = [j for name in prefixes for j in judged_below(registry, f"{outcome.key}.{name}")]
        if own:
            groups.append((capitalised(outcome.scale.name), [(named(j), j) for j in once(own)]))
    registry.add("bias.agreement", verdict_table(registry, "bias-agreement", groups))


def add_regression_agreement(registry: Registry, outcomes: Sequence[Outcome]) -> None:
    """Register the tally of the printed meta-regressions of `outcomes`, and those not reproduced."""
    groups, judged = [], []
    for outcome in outcomes:
        own = []
        for key, moderator in MODERATORS.items():
            below = judged_below(registry, f"{outcome.key}.regression.{key}")
            judged += below
            apart = [j for j in below if j.verdict.status != "reproduced"]
            own += [(f"{capitalised(moderator.label)}: {statistic_of(j)}", j) for j in apart]
        if own:
            groups.append((capitalised(outcome.scale.name), own))
    add_tally(registry, "regressions.verdicts", judged)
    table = verdict_table(registry, "regressions-agreement", groups)
    registry.add("regressions.agreement", table)
