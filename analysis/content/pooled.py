"""A pooled effect with every statistic of it, registered and judged.

Value names are `<outcome>.<model>[.<subset>].<statistic>`; `fixed` is the equal-effects model and
`random` the DerSimonian–Laird model with intervals from the normal distribution, as the publication
has them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from ..display.numbers import count, number, pvalue
from ..display.registry import Registry
from ..engine.pool import Pooled, pool
from ..review import formulas
from ..review.propagate import Propagation
from ..review.reconstruct import Reconstructed
from ..review.verify import Evidence
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
    """A statistic of a pooled result: how it is read off, shown and described, and what it rests on.

    `inputs` are other statistics of the same result; with none, it rests on the trials' effects.
    """

    read: Callable[[Pooled], float | int | None]
    text: Callable[[float | int | None], str]
    meaning: str
    inputs: tuple[str, ...] = ()


def _field(name: str, text: Callable, meaning: str, *inputs: str) -> Statistic:
    return Statistic(lambda pooled: getattr(pooled, name), text, meaning, inputs)


STATISTICS = {
    "k": _field("k", count, "number of trials"),
    "estimate": _field("estimate", decimals(2), "pooled standardised mean difference"),
    "se": _field("se", decimals(3), "standard error of the pooled effect"),
    "variance": Statistic(
        lambda p: p.se**2, decimals(3), "variance of the pooled effect", ("se",)
    ),
    "ci_low": _field("ci_low", decimals(2), "lower confidence limit", "estimate", "se"),
    "ci_high": _field("ci_high", decimals(2), "upper confidence limit", "estimate", "se"),
    "statistic": _field(
        "statistic", decimals(2), "test statistic z of the pooled effect", "estimate", "se"
    ),
    "pvalue": _field(
        "pvalue", pvalue, "significance (p) of the pooled effect, both tails", "statistic"
    ),
    "tau2": _field("tau2", decimals(3), "variance of the true effects, τ²"),
    "tau": Statistic(
        lambda p: sqrt(p.tau2), decimals(2), "standard deviation of the true effects, τ", ("tau2",)
    ),
    "q": _field("q", decimals(2), "Q"),
    "q_df": _field("q_df", count, "degrees of freedom of Q", "k"),
    "q_pvalue": _field("q_pvalue", pvalue, "significance (p) of Q", "q", "q_df"),
    "i2": _field("i2", decimals(1), "I² in per cent", "q", "q_df"),
    "h2": _field("h2", decimals(2), "H²", "q", "q_df"),
    "prediction_low": Statistic(
        lambda p: p.prediction_interval().low, decimals(2),
        "lower limit of the prediction interval", ("estimate", "se", "tau2", "k"),
    ),
    "prediction_high": Statistic(
        lambda p: p.prediction_interval().high, decimals(2),
        "upper limit of the prediction interval", ("estimate", "se", "tau2", "k"),
    ),
}  # fmt: skip
# The equal-effects model has no distribution of true effects.
RANDOM_ONLY = {"tau2", "tau", "prediction_low", "prediction_high"}
COUNTS = {"k", "q_df"}


@dataclass(frozen=True)
class Propagated(Evidence):
    """Evidence on a statistic from what the printed digits of the effects leave open."""

    propagation: Propagation
    name: str

    def bounds(self) -> tuple[float, float]:
        """See `review.verify.Evidence`."""
        return self.propagation.bounds(self.name)

    def witness(self, printed: str) -> float | None:
        """See `review.verify.Evidence`."""
        found = self.propagation.witness(self.name, printed)
        return found and found.value

    def tightened(self, printed: str) -> tuple[float, float]:
        """See `review.verify.Evidence`."""
        return self.propagation.tightened(self.name, printed)

    def untied(self) -> Propagated | None:
        """See `review.verify.Evidence`."""
        loose = self.propagation.untied
        return loose and Propagated(loose, self.name)


def provable(effects: Sequence[Reconstructed]) -> bool:
    """Tell whether anything can be proven of what rests on `effects`.

    No effect prints as a row that contradicts itself, and then nothing can.
    """
    return not any(effect.basis == "printed" for effect in effects)


def evidence_on(effects: Sequence[Reconstructed], formula: formulas.Formula) -> Propagation | None:
    """What `effects` leave open of the statistics of `formula`; None where nothing can be proven."""
    return Propagation(effects, formula) if provable(effects) else None


def add_pooled(
    registry: Registry, prefix: str, model: str, effects: Sequence[Reconstructed]
) -> Pooled | None:
    """Pool `effects` by `model`, register every statistic below `prefix`; None without effects."""
    method, words = MODELS[model]
    pooled = None
    if effects:
        yi, vi = [e.yi for e in effects], [e.vi for e in effects]
        pooled = pool(yi, vi=vi, method=method, level=LEVEL)
    propagation = evidence_on(effects, formulas.pooled(method, len(effects)))
    for name, statistic in STATISTICS.items():
        if model == "fixed" and name in RANDOM_ONLY:
            continue
        registry.value(
            f"{prefix}.{name}",
            None if pooled is None else statistic.read(pooled),
            statistic.text,
            f"{statistic.meaning}; {words}, {len(effects)} trials",
            tuple(f"{prefix}.{i}" for i in statistic.inputs)
            or effect_names(effects, name in COUNTS),
            Propagated(propagation, name) if propagation and name not in COUNTS else None,
        )
    return pooled


def effect_names(effects: Sequence[Reconstructed], estimates_only: bool = False) -> tuple[str, ...]:
    """The names of the values that hold `effects` and their variances."""
    parts = ("estimate",) if estimates_only else ("estimate", "variance")
    return tuple(f"{e.outcome}.study.{e.study}.{part}" for e in effects for part in parts)
