"""Register what an outcome's analyses found: numbers on the scale that readers know, and wording.

Value names are `<outcome>.<model>[.<subset>].<statistic>`. Of ratios and correlations `estimate`, the
limits and the prediction are shown as such; `analysed.estimate` and its limits, `se`, `tau` and
`tau2` are on the scale of the analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite, sqrt

import numpy as np

from ..display.forest_parts import ForestRow, Limits
from ..display.numbers import NBSP, apart, count, number, pvalue, ratio_limit, relation
from ..display.registry import Registry
from ..display.value import Phrase, Value
from .measures import DIFFERENCES, RATIOS
from .published import Exact
from .trials import Outcome, Trial
from .wording import I2_PLACES

# Statistics on the scale of the effects.
EFFECTS = {
    "estimate": "pooled {}",
    "ci_low": "lower confidence limit of the pooled {}",
    "ci_high": "upper confidence limit of the pooled {}",
    "prediction_low": "lower limit of the prediction interval of the {}",
    "prediction_high": "upper limit of the prediction interval of the {}",
}


@dataclass(frozen=True)
class Writer:
    """Registers below the name of `outcome` into `registry`; `level` is that of the intervals.

    `exact` says that no rounding leaves the effects open, so that a published number can be refuted.
    """

    registry: Registry
    outcome: Outcome
    level: float
    exact: bool = False

    @cached_property
    def places(self) -> int:
        """Decimals of an effect: enough for the errors of a pooled one."""
        se = [sqrt(t.vi) for t in self.outcome.trials]
        return self.outcome.measure.places(float(np.median(se)))

    def name(self, name: str) -> str:
        """The full name of `name`."""
        return f"{self.outcome.key}.{name}"

    def get(self, name: str) -> Value:
        """The value called `name`, of this outcome."""
        return self.registry.get(Value, self.name(name))

    def absent(self, name: str) -> bool:
        """Whether the value called `name` was not registered, or has no number."""
        return self.name(name) not in self.registry or self.get(name).raw is None

    def put(self, name: str, raw, text, meaning: str, inputs: Sequence[str] = ()) -> Value:
        """Register the number `raw`, None where it is absent or not finite."""
        raw = None if raw is None or not isfinite(raw) else raw
        raw = raw.item() if isinstance(raw, np.generic) else raw
        evidence = Exact(float(raw)) if self.exact and isinstance(raw, float) else None
        given = tuple(self.name(i) for i in inputs)
        return self.registry.value(self.name(name), raw, text, meaning, given, evidence)

    def effect(
        self, name: str, yi: float | None, meaning: str, inputs: Sequence[str] = (), *, limit: bool
    ) -> Value:
        """Register an analysed effect as it is shown, a `limit` with its side of no effect."""
        known = yi is not None and isfinite(yi)
        measure = self.outcome.measure
        raw = measure.shown(yi) if known else None
        if measure.kind != RATIOS:
            line = measure.null if limit else None
            return self.number(name, raw, self.places, meaning, inputs, line=line)
        shown, line = (ratio_limit, measure.null) if limit else (apart, 0.0)
        return self.put(name, raw, lambda x: shown(x, self.places, line), meaning, inputs)

    def on_both_scales(
        self, prefix: str, name: str, yi: float | None, meaning: str, inputs: Sequence[str], *,
        limit: bool,
    ) -> None:  # fmt: skip
        """Register an effect as it is shown and, where that is another scale, as it is analysed."""
        self.effect(f"{prefix}.{name}", yi, meaning, inputs, limit=limit)
        measure = self.outcome.measure
        if measure.kind != DIFFERENCES:
            meaning = f"{meaning}; as {measure.analysed}"
            line = 0.0 if limit else None
            self.number(f"{prefix}.analysed.{name}", yi, 3, meaning, inputs, line=line)

    def number(
        self, name: str, raw, places: int, meaning: str, inputs: Sequence[str] = (), *,
        line: float | None = None,
    ) -> Value:  # fmt: skip
        """Register a number that is shown with so many decimals, or more that tell it from a `line`."""
        if line is None:
            return self.put(name, raw, lambda x: number(x, places), meaning, inputs)
        return self.put(name, raw, lambda x: apart(x, places, line), meaning, inputs)

    def count(self, name: str, raw, meaning: str, inputs: Sequence[str] = ()) -> Value:
        """Register a whole number."""
        raw = None if raw is None else int(raw)
        return self.put(name, raw, count, meaning, inputs)

    def pvalue(self, name: str, raw, meaning: str, inputs: Sequence[str] = ()) -> Value:
        """Register a p-value."""
        return self.put(name, raw, pvalue, meaning, inputs)

    def say(self, name: str, text: str, inputs: Sequence[str] = ()) -> Phrase:
        """Register wording that the numbers called `inputs` chose."""
        return self.registry.phrase(self.name(name), text, tuple(self.name(i) for i in inputs))

    def tell(self, name: str, *parts: str | Value, inputs: Sequence[str] = ()) -> Phrase:
        """Register a sentence of texts and values, which these and the numbers called `inputs` chose."""
        told = Phrase.of(self.name(name), *parts)
        chosen = dict.fromkeys((*map(self.name, inputs), *told.inputs))
        return self.registry.add(told.id, replace(told, inputs=tuple(chosen)))

    def p(self, name: str) -> list[str | Value]:
        """The p-value called `name` with its relation to it, as parts of a sentence."""
        value = self.get(name)
        return [f"p{NBSP}{relation(value.text)}", value]

    def trial_inputs(self, trials: Sequence[Trial] | None = None) -> tuple[str, ...]:
        """The names of the values that hold the effects of `trials`, by default of all."""
        chosen = self.outcome.trials if trials is None else trials
        return tuple(f"study.{t.key}.{part}" for t in chosen for part in ("estimate", "variance"))

    def pooled(self, prefix: str, found, words: str, inputs: Sequence[str]) -> None:
        """Register effect, limits, test and heterogeneity of the pooled result `found`, or absence."""
        predicted = found and found.prediction_interval()
        several = found if found and found.k > 1 else None  # one study cannot differ from others
        ends = {
            "estimate": found and found.estimate,
            "ci_low": found and found.ci_low,
            "ci_high": found and found.ci_high,
            "prediction_low": predicted and predicted.low,
            "prediction_high": predicted and predicted.high,
        }
        self.count(f"{prefix}.k", found and found.k, f"number of studies; {words}", inputs)
        for name, yi in ends.items():
            meaning = f"{EFFECTS[name].format(self.outcome.measure.name)}; {words}"
            self.on_both_scales(prefix, name, yi, meaning, inputs, limit=name != "estimate")
        more = self.places + 1
        for name, places, meaning in (
            ("se", more, "standard error of the pooled effect"),
            ("statistic", 2, "test statistic of the pooled effect"),
        ):
            raw = found and getattr(found, name)
            self.number(f"{prefix}.{name}", raw, places, f"{meaning}; {words}", inputs)
        for name, places, meaning in (
            ("tau2", 2 * more - 2, "variance of the true effects, τ²"),
            ("q", 2, "Cochran’s Q"),
            ("i2", I2_PLACES, "I² in per cent"),
            ("h2", 2, "H²"),
        ):
            raw = several and getattr(several, name)
            self.number(f"{prefix}.{name}", raw, places, f"{meaning}; {words}", inputs)
        tau = several and sqrt(several.tau2)
        meaning = f"standard deviation of the true effects, τ; {words}"
        self.number(f"{prefix}.tau", tau, self.places, meaning, (f"{prefix}.tau2",))
        self.count(f"{prefix}.df", found and found.df, f"degrees of freedom of t; {words}", inputs)
        self.count(
            f"{prefix}.q_df", found and found.q_df, f"degrees of freedom of Q; {words}", inputs
        )
        for name, by, of in (
            ("pvalue", found, "of the pooled effect, both tails"), ("q_pvalue", several, "of Q"),
        ):  # fmt: skip
            raw = by and getattr(by, name)
            self.pvalue(f"{prefix}.{name}", raw, f"significance (p) {of}; {words}", inputs)

    def limits(self, prefix: str, stem: str = "ci") -> Limits:
        """The limits below `prefix` as a plot takes them."""
        low, high = (self.get(f"{prefix}.{stem}_{end}") for end in ("low", "high"))
        return Limits(self.plotted(low), self.plotted(high), low.text, high.text)

    def plotted(self, value: Value) -> float | None:
        """The place on a plot's axis of a shown `value`."""
        if value.raw is None:
            return None
        return float(np.log(value.raw)) if self.outcome.measure.scale.ratio else value.raw

    def row(self, label: str, prefix: str, pooled: bool = False, **more) -> ForestRow:
        """The row of a forest plot for the effect below `prefix`."""
        value = self.get(f"{prefix}.estimate")
        return ForestRow(
            label, self.plotted(value), value.text, self.limits(prefix), pooled=pooled, **more
        )


def plain(parts) -> str:
    """The `parts` of a sentence as text."""
    return "".join(part if isinstance(part, str) else part.text for part in parts)
