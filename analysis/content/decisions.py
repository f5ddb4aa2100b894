"""What the publication decided and tried otherwise: trials left out, completers in place of everybody.

Value names are `symptoms.random.without.decisions.<statistic>` for all trials of `APART` left out, and
`symptoms_completers.difference.<statistic>` for completers against everybody.
"""

from __future__ import annotations

from math import hypot

from scipy.special import ndtr

from ..display.numbers import count, pvalue
from ..display.registry import Registry
from ..display.value import Value
from .outcome import Outcome
from .pooled import add_pooled, decimals
from .verdicts import capitalised, judged_below, named, once, verdict_table

# The trials that the publication leaves out: what sets them apart.
APART = {
    "town2017": "without the trial that was computed otherwise",
    "isasi2010": "without the trial of bipolar disorder",
    "clarke2014": "without the trial of mixed diagnoses",
}
ALL = "decisions"


def add_decisions(registry: Registry, outcome: Outcome, completers: Outcome) -> None:
    """Register `outcome` without the trials that stand apart, and against its `completers`."""
    prefix = f"{outcome.key}.random.without"
    rest = tuple(e for e in outcome.effects if e.study not in APART)
    add_pooled(registry, f"{prefix}.{ALL}", "random", rest)
    left_out = sum(e.study in APART for e in outcome.effects)
    registry.value("decisions.left_out", left_out, count, "trials that stand apart")
    groups = []
    for name, words in (APART | {ALL: "without any of them"}).items():
        own = once(judged_below(registry, f"{prefix}.{name}"))
        groups.append((capitalised(words), [(named(judged), judged) for judged in own]))
    registry.add("decisions", verdict_table(registry, "decisions", groups))
    _add_wording(registry, outcome.key, prefix)
    _add_difference(registry, outcome.key, completers.key)


def _add_wording(registry: Registry, key: str, prefix: str) -> None:
    limits = [
        tuple(registry.get(Value, f"{name}.{end}").raw for end in ("ci_low", "ci_high"))
        for name in (f"{key}.random", *(f"{prefix}.{name}" for name in (*APART, ALL)))
    ]
    known = [(low, high) for low, high in limits if low is not None]
    sides = {(low > 0) - (high < 0) for low, high in known}
    text = "The data no longer hold these trials."
    if len(known) == len(limits):
        text = (
            "In every case the confidence interval lies on the same side of no difference."
            if len(sides) == 1 and sides != {0}
            else "The conclusion depends on which of them are left out."
        )
    inputs = tuple(f"{prefix}.{ALL}.{end}" for end in ("ci_low", "ci_high"))
    registry.phrase(f"{ALL}.verdict", text, inputs)


def _add_difference(registry: Registry, everybody: str, completers: str) -> None:
    """Register the test of two pooled means as if their trials were others.

    They share most participants, so that the true error of the difference is smaller; the test is
    the one that a comparison of two printed means allows.
    """
    names = tuple(
        f"{key}.random.{part}" for key in (completers, everybody) for part in ("estimate", "se")
    )
    mean, se, other, other_se = (registry.get(Value, name).raw for name in names)
    known = mean is not None and other is not None
    estimate = mean - other if known else None
    error = hypot(se, other_se) if known else None
    z = estimate / error if known else None
    prefix = f"{completers}.difference"
    how = "completers against everybody, as if independent"
    registry.value(
        f"{prefix}.estimate", estimate, decimals(2), f"difference of means; {how}", names
    )
    registry.value(f"{prefix}.se", error, decimals(3), f"standard error; {how}", names)
    registry.value(
        f"{prefix}.statistic", z, decimals(2), f"test statistic z; {how}",
        (f"{prefix}.estimate", f"{prefix}.se"),
    )  # fmt: skip
    p = 2 * float(ndtr(-abs(z))) if known else None
    registry.value(
        f"{prefix}.pvalue", p, pvalue, f"significance (p); {how}", (f"{prefix}.statistic",)
    )
