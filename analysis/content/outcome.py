"""One outcome: its trials' effects, both pooled effects, and each trial left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import pandas as pd

from ..display.numbers import number
from ..display.registry import Registry
from ..engine.pool import Pooled
from ..review.formulas import Z95
from ..review.reconstruct import Reconstructed, reconstruct
from .pooled import MODELS, add_pooled, decimals
from .settings import SCALES, Scale


@dataclass(frozen=True)
class Outcome:
    """An outcome's key, how to speak of it, its reconstructed effects, and the trials' names."""

    key: str
    scale: Scale
    effects: tuple[Reconstructed, ...]
    names: dict[str, str]

    def name_of(self, study: str) -> str:
        """The printed name of `study`, or its key where the table of trials does not hold it."""
        return self.names.get(study, study)


def read_outcome(key: str, effects: pd.DataFrame, studies: pd.DataFrame) -> Outcome:
    """Reconstruct the rows of the outcome `key` from the printed `effects` and `studies`."""
    rows = effects[effects["outcome"] == key]
    names = dict(zip(studies["study"], studies["name"], strict=True))
    return Outcome(key, SCALES[key], reconstruct(rows, studies), names)


def add_outcome(registry: Registry, outcome: Outcome) -> None:
    """Register the effects of `outcome`'s trials, both pooled effects and the trials' weights."""
    for effect in outcome.effects:
        _add_effect(registry, outcome, effect)
    for model in MODELS:
        pooled = add_pooled(registry, f"{outcome.key}.{model}", model, outcome.effects)
        _add_weights(registry, outcome, model, pooled)


def add_leave_one_out(registry: Registry, outcome: Outcome, known: Sequence[str]) -> None:
    """Register the random-effects result of `outcome` without each trial.

    `known` are the trials that a name may speak of, present or not.
    """
    present = {effect.study for effect in outcome.effects}
    for study in (*known, *sorted(present - set(known))):
        rest = tuple(e for e in outcome.effects if e.study != study) if study in present else ()
        add_pooled(registry, f"{outcome.key}.random.without.{study}", "random", rest)


def _add_effect(registry: Registry, outcome: Outcome, effect: Reconstructed) -> None:
    prefix = f"{outcome.key}.study.{effect.study}"
    basis = {
        "arms": "middle of the effects that fit the printed digits and the group sizes",
        "rounding": "middle of the effects that fit the printed digits",
        "printed": "as printed, since the printed digits contradict each other",
    }[effect.basis]
    se = sqrt(effect.vi)
    for name, raw, places, meaning in (
        ("estimate", effect.yi, 2, "standardised mean difference"),
        ("variance", effect.vi, 3, "variance of the effect"),
        ("se", se, 3, "standard error of the effect"),
        ("ci_low", effect.yi - Z95 * se, 2, "lower confidence limit"),
        ("ci_high", effect.yi + Z95 * se, 2, "upper confidence limit"),
    ):
        source = f"{meaning}, {outcome.name_of(effect.study)}; {basis}"
        registry.value(f"{prefix}.{name}", raw, decimals(places), source)


def _add_weights(registry: Registry, outcome: Outcome, model: str, pooled: Pooled | None) -> None:
    for effect, weight in zip(outcome.effects, pooled.weights if pooled else (), strict=True):
        registry.value(
            f"{outcome.key}.{model}.study.{effect.study}.weight",
            float(weight),
            lambda raw: number(raw, 1),
            f"weight in per cent of {outcome.name_of(effect.study)}; {MODELS[model][1]}",
            (f"{outcome.key}.study.{effect.study}.variance",),
        )
