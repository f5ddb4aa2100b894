"""The effect on symptoms by every combination of some choices: a specification curve.

Model, interval and effect size are those of the reader's experiment; then, whether influential trials
and whether people who left count. Value names: `<outcome>.specifications.<statistic>`.
"""

from __future__ import annotations

from functools import partial
from itertools import product

from ..display.figure import Figure
from ..display.numbers import count
from ..display.registry import Registry
from ..display.specification import Specification, specification_curve
from ..display.value import Value
from ..engine.checks import computable
from ..engine.pool import pool
from .outcome import Outcome
from .pooled import decimals
from .recommended import flagged_in
from .samples import Sample, as_reconstructed
from .settings import LEVEL
from .whatif import CORRECTIONS, INTERVALS, METHODS

WHO = {"symptoms": "Everybody", "symptoms_completers": "Completers"}
LEFT_OUT = {False: "All", True: "Influential out"}


def add_specifications(registry: Registry, outcomes: dict[str, Outcome]) -> None:
    """Register the curve of the effect on symptoms, how many analyses it has, and their range."""
    found = tuple(_specifications(registry, outcomes))
    effects = [s.estimate for s in found if s.estimate is not None]
    clear = sum(s.low > 0 for s in found if s.low is not None)
    inputs = tuple(n for key in WHO for n in as_reconstructed(outcomes[key], "").inputs)
    for name, raw, text, meaning in (
        ("k", len(effects), count, "number of specifications"),
        ("clear", clear, count, "specifications with an interval above no effect"),
        ("lowest", min(effects, default=None), decimals(2), "smallest effect of a specification"),
        ("highest", max(effects, default=None), decimals(2), "largest effect of a specification"),
    ):
        registry.value(f"symptoms.specifications.{name}", raw, text, meaning, inputs)
    registry.figure("symptoms.specifications", partial(_draw, found))


def _draw(found: tuple[Specification, ...]) -> Figure:
    return specification_curve("symptoms-specifications", found, "Mean effect (SMD)")


def _specifications(registry: Registry, outcomes: dict[str, Outcome]):
    """Every combination, each pooled by the engine."""
    for (key, who), (correction, size), out in product(WHO.items(), CORRECTIONS.items(), LEFT_OUT):
        sample = _sample(registry, outcomes[key], correction, out)
        for (method, model), (ci, interval) in product(METHODS.items(), INTERVALS.items()):
            result = computable(pool, **sample.effects, method=method, ci=ci, level=LEVEL)
            values = (result.estimate, result.ci_low, result.ci_high) if result else (None,) * 3
            choices = {
                "Who counts": who, "Trials": LEFT_OUT[out], "Effect size": size,
                "Model": model.replace("Random effects ", "").strip("()"), "Interval": interval,
            }  # fmt: skip
            yield Specification(choices, *values)


def _sample(registry: Registry, outcome: Outcome, correction: str, out: bool) -> Sample:
    """The effects of `outcome`, corrected, and without those flagged as influential if `out`."""
    middle = ".g" if correction == "g" else ""
    raws = [
        [
            registry.get(Value, f"{outcome.key}.study.{e.study}{middle}.{name}").raw
            for e in outcome.effects
        ]
        for name in ("estimate", "variance")
    ]
    studies = tuple(e.study for e in outcome.effects)
    sample = Sample("", "", studies, *(tuple(part) for part in raws), ())
    return sample.without(flagged_in(sample), "", "") if out else sample
