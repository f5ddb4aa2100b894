"""What hangs on single trials: the largest effect, and the range over all trials left out."""

from __future__ import annotations

from ..display.numbers import number
from ..display.registry import Registry
from ..display.value import Value
from .outcome import Outcome
from .pooled import STATISTICS
from .settings import IMPLAUSIBLE


def add_sensitivity(registry: Registry, outcome: Outcome) -> None:
    """Register the trial with the largest effect, the pool without it, and the leave-one-out range."""
    largest = max(outcome.effects, key=lambda e: e.yi, default=None)
    prefix = f"{outcome.key}.random.without"
    source = f"{outcome.key}.study.{largest.study}.estimate" if largest else None
    alias(registry, f"{outcome.key}.study.largest.estimate", source, lambda raw: number(raw, 2))
    name = outcome.name_of(largest.study) if largest else "—"
    registry.phrase(f"{outcome.key}.study.largest.name", name, (source,) if source else ())
    remark = ""
    if largest and abs(largest.yi) > IMPLAUSIBLE:
        remark = (
            f"The effect printed for {name} is far beyond what treatments achieve. A standard error "
            "taken for a standard deviation would explain such a number; only the report of the trial "
            "can tell."
        )
    registry.phrase(f"{outcome.key}.study.largest.remark", remark, (source,) if source else ())
    for statistic in STATISTICS:
        source = f"{prefix}.{largest.study}.{statistic}" if largest else None
        alias(registry, f"{prefix}.largest.{statistic}", source, STATISTICS[statistic].text)

    left_out = {
        effect.study: registry.get(Value, f"{prefix}.{effect.study}.estimate").raw
        for effect in outcome.effects
    }
    left_out = {study: raw for study, raw in left_out.items() if raw is not None}
    for name, choose in (("lowest", min), ("highest", max)):
        study = choose(left_out, key=left_out.get, default=None)
        source = f"{prefix}.{study}.estimate" if study else None
        alias(registry, f"{prefix}.{name}.estimate", source, STATISTICS["estimate"].text)
    _add_wording(registry, outcome, prefix)


def alias(registry: Registry, name: str, target: str | None, text) -> None:
    """Register the value `target` under a second `name` that does not depend on the data."""
    if target is None:
        registry.value(name, None, text, "no trial to choose from")
    else:
        value = registry.get(Value, target)
        registry.value(name, value.raw, text, value.source, (target,))


def _add_wording(registry: Registry, outcome: Outcome, prefix: str) -> None:
    def raw(name: str):
        return registry.get(Value, name).raw

    whole, without = f"{outcome.key}.random.estimate", f"{prefix}.largest.estimate"
    change = "cannot be computed and comes"
    if raw(whole) is not None and raw(without) is not None:
        change = "falls" if raw(without) < raw(whole) else "rises"
    registry.phrase(f"{prefix}.largest.change", change, (whole, without))

    limits = [
        f"{prefix}.{effect.study}.ci_{end}" for effect in outcome.effects for end in ("low", "high")
    ]
    values = [raw(limit) for limit in limits]
    if not values or None in values:
        verdict = "Too few trials are left to say more."
    elif min(values[0::2]) > 0 or max(values[1::2]) < 0:
        verdict = "Whichever trial is left out, the confidence interval stays on the same side."
    else:
        verdict = (
            "When some of them are left out, the confidence interval holds no difference as well."
        )
    registry.phrase(f"{prefix}.verdict", verdict, tuple(limits))
