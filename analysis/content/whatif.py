"""The experiment's data: every outcome's effects, the groupings, and the sentences that may change.

A sentence is a rule of display/whatif/conclusions.js with its words: those of a claim of claims.csv,
or of the manuscript itself. Which of them hold is computed in the page, for the published
analysis as for the reader's.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..display.numbers import NBSP
from ..display.registry import Registry
from ..display.sentence import capitalised
from ..display.value import Value
from ..display.whatif import WhatIf
from .outcome import Outcome
from .robust import RELIED_ON
from .samples import group_sizes
from .settings import ALPHA, FAVOURS, HIGGINS, LEVEL, SIZES
from .subgroups import VARIABLES

METHODS = {
    "EE": "Fixed effect",
    "DL": "Random effects (DerSimonian–Laird)",
    "REML": "Random effects (REML)",
    "PM": "Random effects (Paule–Mandel)",
}
PUBLISHED = {"fixed": "EE", "random": "DL"}
INTERVALS = {
    "z": "Normal",
    "hksj": "Hartung–Knapp",
    "hksj-adhoc": "Hartung–Knapp, the larger error",
}
CORRECTIONS = {"d": "Cohen’s d", "g": "Hedges’ g"}
# Claims of claims.csv that one outcome's effects decide, each with its rule.
CLAIMS = {
    "symptoms": {
        "effect": {"kind": "effect"},
        "effect.size": {"kind": "size", "words": ["moderate", "large"]},
        "effect.heterogeneity": {"kind": "heterogeneous", "expected": True},
        "effect.degree": {"kind": "degree", "words": ["high"]},
    },
    "symptoms_completers": {
        "completers.size": {"kind": "size", "words": ["large"]},
        "completers.degree": {"kind": "degree", "words": ["high"]},
    },
    "symptoms_followup": {
        "followup.effect": {"kind": "effect"},
        "followup.heterogeneity": {"kind": "heterogeneous", "expected": True},
        "followup.degree": {"kind": "degree", "words": ["high"]},
    },
    "qol": {
        "qol.effect": {"kind": "effect"},
        "qol.size": {"kind": "size", "words": ["moderate"]},
        "qol.heterogeneity": {"kind": "heterogeneous", "expected": True},
        "qol.degree": {"kind": "degree", "words": ["moderate"]},
    },
    "qol_followup": {
        "qol_followup.effect": {"kind": "effect"},
        "qol_followup.heterogeneity": {"kind": "heterogeneous", "expected": False},
        "qol_followup.degree": {"kind": "degree", "words": ["moderate"]},
    },
}
# Outcomes whose trials the publication finds biased.
BIASED = ("symptoms", "symptoms_completers")
DIVIDED = ("symptoms", "symptoms_completers", "qol")


def add_what_if(
    registry: Registry,
    outcomes: dict[str, Outcome],
    studies: pd.DataFrame,
    groups: pd.DataFrame,
    claims: pd.DataFrame,
) -> None:
    """Register the experiment on `outcomes`, whose trials stand in `studies` and `groups`."""
    sizes = group_sizes(studies)
    names = {e.study: o.name_of(e.study) for o in outcomes.values() for e in o.effects}
    experiment = WhatIf(
        {
            "level": LEVEL,
            "conventions": {
                "alpha": ALPHA, "sizes": list(SIZES.items()), "degrees": list(HIGGINS.items()),
            },
            "sides": f"←{NBSP}{FAVOURS[0]} · {FAVOURS[1]}{NBSP}→",
            "methods": METHODS,
            "intervals": INTERVALS,
            "corrections": CORRECTIONS,
            "names": names,
            "groups": {name: _grouping(name, groups) for name in VARIABLES},
            "outcomes": {
                key: {
                    "label": capitalised(outcome.scale.name),
                    "method": PUBLISHED[RELIED_ON.get(key, "random")],
                    "trials": [
                        [e.study, e.yi, e.vi, sum(sizes[e.study]) if e.study in sizes else None]
                        for e in outcome.effects
                    ],
                }
                for key, outcome in outcomes.items()
                if outcome.effects
            },
            "conclusions": _conclusions(registry, outcomes, claims),
        }
    )  # fmt: skip
    registry.add("what_if", experiment)


def _grouping(variable: str, groups: pd.DataFrame) -> dict:
    rows = groups[groups["variable"] == variable]
    return {
        "label": VARIABLES[variable].label,
        "categories": VARIABLES[variable].categories,
        "members": dict(zip(rows["study"], rows["category"], strict=True)),
    }


def _conclusions(
    registry: Registry, outcomes: dict[str, Outcome], claims: pd.DataFrame
) -> list[dict]:
    """The publication's sentences, and those that the recomputed results bear out."""
    words = dict(zip(claims["id"], claims["claim"], strict=True))
    found = []
    for key, outcome in outcomes.items():
        rules = [
            {"id": claim, "text": words[claim], **rule}
            for claim, rule in CLAIMS[key].items()
            if claim in words
        ]
        rules += _own(registry, key, outcome.scale.name)
        found += [{"outcome": key, **rule} for rule in rules]
    return found


def _own(registry: Registry, key: str, name: str) -> Iterator[dict]:
    """The sentences on the outcome `key`, called `name`, that the publication's claims leave out."""
    if key == "symptoms_completers":
        text = f"The effect on {name} is significant, in favour of psychotherapy."
        yield {"id": f"{key}.effect", "kind": "effect", "text": text}
    biased = key in BIASED
    yield {
        "id": f"{key}.egger", "kind": "asymmetry", "expected": biased,
        "text": f"Small trials found larger effects on {name}."
        if biased
        else f"Egger’s test finds no bias in the trials on {name}.",
    }  # fmt: skip
    for variable in VARIABLES if key in DIVIDED else ():
        p = registry.get(Value, f"{key}.random.{variable}.q_between_pvalue").raw
        if p is None:
            continue
        differ = p < ALPHA
        label = VARIABLES[variable].label.lower()
        yield {
            "id": f"{key}.{variable}", "kind": "groups", "variable": variable, "differ": differ,
            "text": f"Effects on {name} {'differ' if differ else 'do not differ'} by {label}.",
        }  # fmt: skip
    ends = [registry.get(Value, f"{key}.random.prediction_{end}").raw for end in ("low", "high")]
    # The equal-effects model has none.
    if None not in ends and RELIED_ON.get(key, "random") == "random":
        clear = ends[0] > 0 or ends[1] < 0
        side = "stays clear of" if clear else "crosses"
        yield {
            "id": f"{key}.predicted", "kind": "predicted", "clear": clear,
            "text": f"The prediction interval {side} the line of no effect.",
        }  # fmt: skip
    yield {
        "id": f"{key}.steady", "kind": "steady",
        "text": "No single trial decides whether the effect is significant.",
    }  # fmt: skip
