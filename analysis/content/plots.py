"""The figures of the manuscript, drawn from registered values alone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ..display.figure import Figure
from ..display.forest import forest
from ..display.forest_parts import ForestRow, Group, Limits, Summary, Words
from ..display.numbers import NBSP, relation
from ..display.registry import Registry
from ..display.sections import place
from ..display.value import Used, Value
from .outcome import Outcome
from .settings import FAVOURS
from .subgroups import VARIABLES

OVERALL = (("fixed", "Fixed effect"), ("random", "Random effects"))


def add_forest(registry: Registry, outcome: Outcome) -> None:
    """Register the forest plot of `outcome`: its trials, both pooled effects, heterogeneity."""
    registry.figure(f"{outcome.key}.forest", partial(_forest, registry, outcome))


def add_subgroup_forest(registry: Registry, outcome: Outcome) -> None:
    """Register the forest plot of every category of `outcome`, with the tests between them."""
    registry.figure(f"{outcome.key}.subgroups.forest", partial(_subgroup_forest, registry, outcome))


def _forest(registry: Registry, outcome: Outcome) -> Figure:
    read = _Read(registry, outcome.key)
    rows = [
        ForestRow(
            outcome.name_of(effect.study),
            read.value(f"study.{effect.study}.estimate").raw,
            read.value(f"study.{effect.study}.estimate").text,
            read.limits(f"study.{effect.study}"),
            read.value(f"random.study.{effect.study}.weight").raw,
            read.value(f"random.study.{effect.study}.weight").text + "%",
        )
        for effect in outcome.effects
    ]
    summaries = [
        read.summary(model, label)
        for model, label in OVERALL
        if read.value(f"{model}.estimate").raw is not None
    ]
    heterogeneity = (
        f"Heterogeneity: {read.q('fixed.q')}, I² = {read.value('random.i2').text}%, "
        f"τ² = {read.value('random.tau2').text}"
    )
    groups = [Group(tuple(rows))]
    plot = forest(f"{outcome.key}-forest", groups, summaries, read.words(heterogeneity))
    links = [Used(outcome.name_of(e.study), home=place(e.study)) for e in outcome.effects]
    return replace(plot, links=tuple(links))


def _subgroup_forest(registry: Registry, outcome: Outcome) -> Figure:
    read = _Read(registry, outcome.key)
    groups = []
    for variable, described in VARIABLES.items():
        rows = [
            ForestRow(
                label,
                read.value(f"random.{variable}.{category}.estimate").raw,
                read.value(f"random.{variable}.{category}.estimate").text,
                read.limits(f"random.{variable}.{category}"),
                extra=(read.value(f"random.{variable}.{category}.k").text,),
                pooled=True,
            )
            for category, label in described.categories.items()
        ]
        test = f"Between: {read.q(f'random.{variable}.q_between')}"
        groups.append(Group(tuple(rows), described.label, notes=(test,)))
    overall = [read.summary("random", "All trials")]
    words = read.words(extra=("k",), study="Category", one_row="category", rows="categories")
    return forest(f"{outcome.key}-subgroups-forest", groups, overall, words)


class _Read:
    """Registered values of one outcome, as a forest plot wants them."""

    def __init__(self, registry: Registry, outcome: str) -> None:
        self.registry, self.outcome = registry, outcome

    def value(self, name: str) -> Value:
        return self.registry.get(Value, f"{self.outcome}.{name}")

    def limits(self, prefix: str, stem: str = "ci") -> Limits:
        low, high = (self.value(f"{prefix}.{stem}_{end}") for end in ("low", "high"))
        return Limits(low.raw, high.raw, low.text, high.text)

    def summary(self, model: str, label: str) -> Summary:
        estimate = self.value(f"{model}.estimate")
        predicted = self.limits(model, "prediction") if model == "random" else None
        if predicted is not None and predicted.low is None:
            predicted = None
        return Summary(label, estimate.raw, estimate.text, self.limits(model), prediction=predicted)

    def q(self, name: str) -> str:
        """Q with its degrees of freedom and p, below `name`."""
        p = self.value(f"{name}_pvalue").text
        df = self.value(f"{name}_df").text
        return f"Q = {self.value(name).text} (df = {df}, p{NBSP}{relation(p)}{p})"

    def words(self, *notes: str, **options) -> Words:
        level = self.registry.get(Value, "settings.level").text
        return Words("SMD", f"{level}% CI", *FAVOURS, notes, **options)
