"""The experiment's data: every outcome's effects, the groupings, and the sentences that may change.

A sentence is a rule of display/whatif/conclusions.js with its words: those of a claim of claims.csv,
or of the manuscript itself. Which of them hold is computed in the page, for the published
analysis as for the reader's.
"""

from __future__ import annotations

import pandas as pd

from ..display.registry import Registry
from ..display.whatif import WhatIf
from .claims import RELIED_ON
from .outcome import Outcome
from .samples import group_sizes
from .settings import ALPHA, FAVOURS, HIGH_I2, LEVEL, LOW_I2, SIZES
from .subgroups import VARIABLES
from .verdicts import capitalised

METHODS = {
    "EE": "Fixed effect",
    "DL": "Random effects (DerSimonian–Laird)",
    "REML": "Random effects (REML)",
    "PM": "Random effects (Paule–Mandel)",
}
PUBLISHED = {"fixed": "EE", "random": "DL"}
INTERVALS = {"z": "Normal", "hksj": "Hartung–Knapp"}
CORRECTIONS = {"d": "Cohen’s d", "g": "Hedges’ g"}
# Claims of claims.csv that one outcome's effects decide, each with its rule.
CLAIMS = {
    "symptoms": {
        "effect": {"kind": "effect"},
        "effect.size": {"kind": "size", "words": ["moderate", "large"]},
        "effect.heterogeneity": {"kind": "heterogeneity", "degree": "high"},
        "bias": {"kind": "asymmetry", "expected": True},
    },
    "symptoms_followup": {
        "followup.effect": {"kind": "effect"},
        "followup.bias": {"kind": "asymmetry", "expected": False},
    },
    "qol": {
        "qol.effect": {"kind": "effect"},
        "qol.size": {"kind": "size", "words": ["moderate"]},
        "qol.heterogeneity": {"kind": "heterogeneity", "degree": "moderate"},
        "qol.bias": {"kind": "asymmetry", "expected": False},
    },
}
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
                "alpha": ALPHA, "sizes": list(SIZES.items()), "low_i2": LOW_I2, "high_i2": HIGH_I2,
            },
            "sides": " · ".join(f"{arrow} {side}" for arrow, side in zip("←→", FAVOURS, strict=True)),
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
            "conclusions": _conclusions(outcomes, claims),
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


def _conclusions(outcomes: dict[str, Outcome], claims: pd.DataFrame) -> list[dict]:
    words = dict(zip(claims["id"], claims["claim"], strict=True))
    found = []
    for key, outcome in outcomes.items():
        name = outcome.scale.name
        rules = [
            {"id": claim, "text": words[claim], **rule}
            for claim, rule in CLAIMS.get(key, {}).items()
        ]
        if key not in CLAIMS:
            text = f"The effect on {name} is significant, in favour of psychotherapy."
            rules.append({"id": f"{key}.effect", "text": text, "kind": "effect"})
        if key in DIVIDED:
            rules += [
                {
                    "id": f"{key}.{variable}", "kind": "same", "variable": variable,
                    "text": f"Effects on {name} do not differ by {each.label.lower()}.",
                }
                for variable, each in VARIABLES.items()
            ]  # fmt: skip
        rules += [
            {
                "id": f"{key}.predicted", "kind": "predicted", "side": "both",
                "text": "The prediction interval lies on both sides of no difference.",
            },
            {
                "id": f"{key}.steady", "kind": "steady",
                "text": "No single trial decides whether the effect is significant.",
            },
        ]  # fmt: skip
        found += [{"outcome": key, **rule} for rule in rules]
    return found
