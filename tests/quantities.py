"""What a quantity of data/published.csv is, by the codebook's names, as arithmetic on trials."""

from __future__ import annotations

from functools import cache

import numpy as np

from by_hand import between, egger, filled, fixed, kendall, line, missing_on_the_left, random, read
from within_rounding import TRIALS, Statistic, Trial, around_printed

MODELS = {"fixed": fixed, "random": random}
TESTS = {"egger": egger, "kendall": kendall}
# Trials that the paper leaves out of its sensitivity analysis: Town, Isasi and Clarke.
DECISIONS = ("town2017", "isasi2010", "clarke2014")
# What a moderator can be at most.
MOST = {"female_percent": 100.0, "married_percent": 100.0}

_STUDIES = {row["study"]: row for row in read("studies")}
_GROUPS = {(row["study"], row["variable"]): row["category"] for row in read("groups")}


@cache
def arithmetic(quantity: str) -> tuple[Statistic, tuple[Trial, ...]]:
    """The statistic called `quantity` as a function of trials, and the trials; KeyError if none is."""
    if quantity.count(".") < 2:
        raise KeyError(quantity)
    outcome, *analysis, name = quantity.split(".")
    trials = TRIALS[outcome]
    match analysis:
        case [model] if model in MODELS | TESTS:
            of = (MODELS | TESTS)[model]
        case [model, "filled"]:
            return lambda y, v: filled(y, v, MODELS[model])[name], tuple(trials)
        case ["filled"]:
            return missing_on_the_left, tuple(trials)
        case [model, "without", left_out]:
            out = DECISIONS if left_out == "decisions" else (left_out,)
            of, trials = MODELS[model], [t for t in trials if t.study not in out]
        case ["regression", moderator]:
            of, trials = line, with_moderator(outcome, moderator)
        case ["random", variable]:
            found = [_GROUPS[trial.study, variable] for trial in trials]
            members = [np.flatnonzero(np.array(found) == c) for c in sorted(set(found))]
            return lambda y, v: between(y, v, members)[name], tuple(trials)
        case [model, variable, category]:
            of = MODELS[model]
            trials = [t for t in trials if _GROUPS[t.study, variable] == category]
        case _:
            raise KeyError(quantity)
    return lambda *data: of(*data)[name], tuple(trials)


def is_analysis(quantity: str) -> bool:
    """Whether `quantity` is a statistic of trials."""
    try:
        arithmetic(quantity)
    except KeyError:
        return False
    return True


def with_moderator(outcome: str, moderator: str) -> list[Trial]:
    """The trials that print `moderator`, with anything that rounds to it as a third number."""
    texts = {study: row[moderator] for study, row in _STUDIES.items() if row[moderator] != "NRD"}
    most = MOST.get(moderator, np.inf)
    return [
        around_printed(trial, texts[trial.study], most)
        for trial in TRIALS[outcome]
        if trial.study in texts
    ]
