"""One outcome: its trials' effects, both pooled effects, each trial left out, the forest plot.

Value names are `<outcome>.<model>[.<subset>].<statistic>`; `fixed` is the equal-effects model and
`random` the DerSimonian–Laird model with intervals from the normal distribution, as the publication
has them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import sqrt

import pandas as pd

from ..display.figure import Figure
from ..display.forest import forest
from ..display.forest_parts import ForestRow, Group, Limits, Summary, Words
from ..display.numbers import count, number, pvalue
from ..display.registry import Registry
from ..display.value import Value
from ..engine.pool import Pooled, pool
from ..review.propagate import reach
from ..review.reconstruct import Z95, Reconstructed, reconstruct
from .settings import LEVEL

MODELS = {
    "fixed": ("EE", "fixed-effect model"),
    "random": ("DL", "random-effects model (DerSimonian–Laird)"),
}


def decimals(places: int) -> Callable[[float | None], str]:
    """The display of a number with so many `places`."""
    return lambda raw: number(raw, places)


@dataclass(frozen=True)
class Statistic:
    """A statistic of a pooled result: how it is read off, shown and described."""

    read: Callable[[Pooled], float | int | None]
    text: Callable[[float | int | None], str]
    meaning: str


def _field(name: str, text: Callable, meaning: str) -> Statistic:
    return Statistic(lambda pooled: getattr(pooled, name), text, meaning)


STATISTICS = {
    "k": _field("k", count, "number of trials"),
    "estimate": _field("estimate", decimals(2), "pooled standardised mean difference"),
    "se": _field("se", decimals(3), "standard error of the pooled effect"),
    "variance": Statistic(lambda p: p.se**2, decimals(3), "variance of the pooled effect"),
    "ci_low": _field("ci_low", decimals(2), "lower confidence limit"),
    "ci_high": _field("ci_high", decimals(2), "upper confidence limit"),
    "statistic": _field("statistic", decimals(2), "test statistic z of the pooled effect"),
    "pvalue": _field("pvalue", pvalue, "significance (p) of the pooled effect, both tails"),
    "tau2": _field("tau2", decimals(3), "variance of the true effects, τ²"),
    "tau": Statistic(
        lambda p: sqrt(p.tau2), decimals(2), "standard deviation of the true effects, τ"
    ),
    "q": _field("q", decimals(2), "Q"),
    "q_df": _field("q_df", count, "degrees of freedom of Q"),
    "q_pvalue": _field("q_pvalue", pvalue, "significance (p) of Q"),
    "i2": _field("i2", decimals(1), "I² in per cent"),
    "h2": _field("h2", decimals(2), "H²"),
    "prediction_low": Statistic(
        lambda p: p.prediction_interval().low, decimals(2), "lower limit of the prediction interval"
    ),
    "prediction_high": Statistic(
        lambda p: p.prediction_interval().high,
        decimals(2),
        "upper limit of the prediction interval",
    ),
}
# The equal-effects model has no distribution of true effects.
RANDOM_ONLY = {"tau2", "tau", "prediction_low", "prediction_high"}


@dataclass(frozen=True)
class Outcome:
    """An outcome's key, the axis labels of its plot, and its reconstructed effects."""

    key: str
    favours_low: str
    favours_high: str
    effects: tuple[Reconstructed, ...]
    names: dict[str, str]

    def name_of(self, study: str) -> str:
        """The printed name of `study`, or its key where the table of trials does not hold it."""
        return self.names.get(study, study)


def read_outcome(
    key: str, favours_low: str, favours_high: str, effects: pd.DataFrame, studies: pd.DataFrame
) -> Outcome:
    """Reconstruct the rows of the outcome `key` from the printed `effects` and `studies`."""
    rows = effects[effects["outcome"] == key]
    names = dict(zip(studies["study"], studies["name"], strict=True))
    return Outcome(key, favours_low, favours_high, reconstruct(rows, studies), names)


def add_outcome(registry: Registry, outcome: Outcome, known: tuple[str, ...]) -> None:
    """Register all of `outcome`; `known` are the trials that a name may speak of, present or not."""
    for effect in outcome.effects:
        _add_effect(registry, outcome, effect)
    pooled = {}
    for model in MODELS:
        pooled[model] = add_pooled(
            registry, f"{outcome.key}.{model}", model, outcome, outcome.effects
        )
        _add_weights(registry, outcome, model, pooled[model])
    present = {effect.study for effect in outcome.effects}
    for study in (*known, *sorted(present - set(known))):
        rest = tuple(e for e in outcome.effects if e.study != study) if study in present else ()
        prefix = f"{outcome.key}.random.without.{study}"
        add_pooled(registry, prefix, "random", outcome, rest)
    registry.add(f"{outcome.key}.forest", _forest(registry, outcome, pooled))


def add_pooled(
    registry: Registry,
    prefix: str,
    model: str,
    outcome: Outcome,
    effects: tuple[Reconstructed, ...],
) -> Pooled | None:
    """Pool `effects` by `model`, register every statistic below `prefix`; None without effects."""
    method, words = MODELS[model]
    pooled = None
    if effects:
        yi, vi = [e.yi for e in effects], [e.vi for e in effects]
        pooled = pool(yi, vi=vi, method=method, level=LEVEL)
    inputs = tuple(
        f"{outcome.key}.study.{effect.study}.{part}"
        for effect in effects
        for part in ("estimate", "variance")
    )
    for name, statistic in STATISTICS.items():
        if model == "fixed" and name in RANDOM_ONLY:
            continue
        raw = None if pooled is None else statistic.read(pooled)
        source = f"{statistic.meaning}; {words}, {len(effects)} trials"
        attained = partial(_attained, effects, method, statistic)
        registry.value(f"{prefix}.{name}", raw, statistic.text, source, inputs, attained)
    return pooled


def _attained(effects: tuple[Reconstructed, ...], method: str, statistic: Statistic):
    """The range that `statistic` attains while every effect prints as it is printed."""
    return reach(
        effects, lambda yi, vi: statistic.read(pool(yi, vi=vi, method=method, level=LEVEL))
    )


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
            f"{outcome.key}.{model}.study.{effect.study}.weight", float(weight), decimals(1),
            f"weight in per cent of {outcome.name_of(effect.study)}; {MODELS[model][1]}",
            (f"{outcome.key}.study.{effect.study}.variance",),
        )  # fmt: skip


def _forest(registry: Registry, outcome: Outcome, pooled: dict[str, Pooled | None]) -> Figure:
    """The forest plot of `outcome`, its numbers as the registry shows them."""

    def shown(name: str) -> Value:
        return registry.get(Value, f"{outcome.key}.{name}")

    def limits(prefix: str, stem: str = "ci") -> Limits:
        low, high = (shown(f"{prefix}.{stem}_{end}") for end in ("low", "high"))
        return Limits(low.raw, high.raw, low.text, high.text)

    rows = []
    for effect in outcome.effects:
        prefix = f"study.{effect.study}"
        estimate = shown(f"{prefix}.estimate")
        weight = shown(f"random.{prefix}.weight")
        rows.append(
            ForestRow(
                outcome.name_of(effect.study),
                estimate.raw,
                estimate.text,
                limits(prefix),
                weight.raw,
                weight.text + "%",
            )
        )
    predicted = limits("random", "prediction")
    summaries = [
        Summary(
            label,
            pooled[model].estimate,
            shown(f"{model}.estimate").text,
            limits(model),
            prediction=predicted if model == "random" and predicted.low is not None else None,
        )
        for model, label in (("fixed", "Fixed effect"), ("random", "Random effects"))
        if pooled[model]
    ]
    relation = "" if shown("fixed.q_pvalue").text.startswith("<") else "= "
    heterogeneity = (
        f"Heterogeneity: Q = {shown('fixed.q').text} (df = {shown('fixed.q_df').text}, "
        f"p {relation}{shown('fixed.q_pvalue').text}), I² = {shown('random.i2').text}%, "
        f"τ² = {shown('random.tau2').text}"
    )
    level = registry.get(Value, "settings.level").text
    words = Words(
        "SMD", f"{level}% CI", outcome.favours_low, outcome.favours_high, (heterogeneity,)
    )
    return forest(f"{outcome.key}-forest", [Group(tuple(rows))], summaries, words)
