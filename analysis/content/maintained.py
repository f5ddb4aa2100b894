"""What became of the effects by follow-up: the change trial by trial, with and without its largest.

Value names are `<outcome>.same_trials.change.<statistic>`, its `.without.largest.<statistic>` and
`.largest.estimate`; the phrase `.largest.name` is the trial that changed most, in either direction.
"""

from __future__ import annotations

from ..display.registry import Registry
from .completers import add_same_trials
from .differences import add_change, changed
from .outcome import Outcome
from .pooled import decimals, effect_names


def add_maintained(registry: Registry, after_treatment: Outcome, followup: Outcome) -> None:
    """Register how the effects at `followup` differ from those `after_treatment` in the same trials."""
    pairs = add_same_trials(registry, after_treatment, followup)
    prefix = f"{followup.key}.same_trials.change"
    add_change(registry, prefix, pairs)
    most = max(pairs, key=lambda pair: abs(changed(pair)), default=None)
    inputs = effect_names([effect for pair in pairs for effect in pair])
    registry.value(
        f"{prefix}.largest.estimate", most and changed(most), decimals(2),
        "largest change of the effect of a trial", inputs,
    )  # fmt: skip
    name = followup.name_of(most[1].study) if most else "—"
    registry.phrase(f"{prefix}.largest.name", name, inputs)
    rest = [pair for pair in pairs if pair is not most]
    add_change(registry, f"{prefix}.without.largest", rest)
