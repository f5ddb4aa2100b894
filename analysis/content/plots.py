"""The figures of the manuscript, drawn from registered values alone."""

from __future__ import annotations

from ..display.forest import ForestRow, Summary, Words, forest
from ..display.registry import Registry
from ..display.value import Value
from .outcome import Outcome
from .settings import FAVOURS


def add_forest(registry: Registry, outcome: Outcome) -> None:
    """Register the forest plot of `outcome`, its numbers as the registry shows them."""

    def shown(name: str) -> Value:
        return registry.get(Value, f"{outcome.key}.{name}")

    def interval(prefix: str, low: str = "ci_low", high: str = "ci_high") -> str:
        return f"[{shown(f'{prefix}.{low}').text}, {shown(f'{prefix}.{high}').text}]"

    rows = []
    for effect in outcome.effects:
        prefix = f"study.{effect.study}"
        estimate, low, high = (
            shown(f"{prefix}.{part}") for part in ("estimate", "ci_low", "ci_high")
        )
        weight = shown(f"random.{prefix}.weight")
        rows.append(
            ForestRow(
                outcome.name_of(effect.study),
                estimate.raw,
                low.raw,
                high.raw,
                weight.raw,
                estimate.text,
                interval(prefix),
                weight.text + "%",
            )
        )
    predicted = shown("random.prediction_low").raw, shown("random.prediction_high").raw
    text = interval("random", "prediction_low", "prediction_high")
    summaries = [
        Summary(
            label,
            *(shown(f"{model}.{part}").raw for part in ("estimate", "ci_low", "ci_high")),
            shown(f"{model}.estimate").text,
            interval(model),
            *((*predicted, text) if model == "random" and None not in predicted else ()),
        )
        for model, label in (("fixed", "Fixed effect"), ("random", "Random effects"))
        if shown(f"{model}.estimate").raw is not None
    ]
    relation = "" if shown("fixed.q_pvalue").text.startswith("<") else "= "
    heterogeneity = (
        f"Heterogeneity: Q = {shown('fixed.q').text} (df = {shown('fixed.q_df').text}, "
        f"p {relation}{shown('fixed.q_pvalue').text}), I² = {shown('random.i2').text}%, "
        f"τ² = {shown('random.tau2').text}"
    )
    level = registry.get(Value, "settings.level").text
    words = Words("SMD", f"{level}% CI", *FAVOURS, heterogeneity)
    plot = forest(f"{outcome.key}-forest", rows, summaries, words)
    registry.add(f"{outcome.key}.forest", plot)
