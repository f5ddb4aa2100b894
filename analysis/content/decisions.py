"""What hangs on trials that stand apart: each of them left out, then all, as the publication did."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import sqrt

from scipy.special import ndtr

from ..display.figure import Figure
from ..display.forest import forest
from ..display.forest_parts import ForestRow, Group, Limits, Words
from ..display.numbers import count, pvalue
from ..display.registry import Registry
from ..display.sentence import listed
from ..display.value import Value
from ..review.reconstruct import Reconstructed
from .outcome import Outcome
from .pooled import add_pooled, decimals, effect_names
from .settings import FAVOURS
from .verdicts import judged_below, named, verdict_table

# An effect computed in another way, a bipolar disorder, a group with mixed diagnoses.
APART = ("town2017", "isasi2010", "clarke2014")


def add_decisions(registry: Registry, outcome: Outcome) -> None:
    """Register `outcome` without the trials that stand apart: values, table, figure, verdict.

    Expects the results without each trial to be registered. Without one of the trials in the data
    there is no result without all.
    """
    prefix = f"{outcome.key}.random.without"
    present = {effect.study for effect in outcome.effects}
    for study in APART:
        if f"{prefix}.{study}.k" not in registry:
            add_pooled(registry, f"{prefix}.{study}", "random", ())
    rest = tuple(e for e in outcome.effects if e.study not in APART)
    whole = present.issuperset(APART)
    add_pooled(registry, f"{prefix}.decisions", "random", rest if whole else ())

    for study in APART:
        own = [e for e in outcome.effects if e.study == study]
        _add_residual(registry, f"{prefix}.{study}", own, outcome.name_of(study))
    apart = [e for e in outcome.effects if e.study in APART]
    _add_residual(registry, f"{prefix}.decisions", apart, "the trials that stand apart")

    decisions = {f"{prefix}.{s}": f"Without {outcome.name_of(s)}" for s in APART}
    decisions[f"{prefix}.decisions"] = "Without all of them"
    groups = [
        (label, [(named(judged), judged) for judged in judged_below(registry, below)])
        for below, label in decisions.items()
    ]
    registry.add("decisions", verdict_table(registry, "decisions", groups))
    results = {f"{outcome.key}.random": "All trials"} | decisions
    registry.figure("decisions", partial(_forest, registry, results))
    left_out = len(present.intersection(APART))
    registry.value("decisions.left_out", left_out, count, "trials that stand apart")
    limits = tuple(f"{below}.ci_{end}" for below in results for end in ("low", "high"))
    registry.phrase("decisions.verdict", _verdict(registry, results), limits)


def _add_residual(
    registry: Registry, without: str, left_out: Sequence[Reconstructed], name: str
) -> None:
    """Test whether the trials `left_out` differ from the others, whose mean is below `without`.

    By the deleted residual: without a trial the mean moves in proportion to the trial's distance from
    the mean of the others, so that this is the test of the change as well (Viechtbauer & Cheung 2010),
    and of several trials their own mean takes the place of the effect. Two means of nearly the same
    trials, taken for independent, would hardly ever differ.
    """
    names = [f"{without}.{part}" for part in ("estimate", "se", "tau2")]
    mean, se, tau2 = (registry.get(Value, n).raw for n in names)
    z = None
    if left_out and None not in (mean, se, tau2):
        weights = [1 / (e.vi + tau2) for e in left_out]
        own = sum(w * e.yi for w, e in zip(weights, left_out, strict=True)) / sum(weights)
        z = (own - mean) / sqrt(1 / sum(weights) + se**2)
    source = f"deleted residual of {name}, in its standard error"
    test = f"{without}.residual.statistic"
    registry.value(test, z, decimals(2), source, (*effect_names(left_out), *names))
    p = None if z is None else 2 * float(ndtr(-abs(z)))
    registry.value(
        f"{without}.residual.pvalue", p, pvalue, f"significance (p), both tails; {source}", (test,)
    )


def _verdict(registry: Registry, results: dict[str, str]) -> str:
    """Say whether the interval of the first of `results` keeps its side in all others."""
    whole, *others = (_side(_limits(registry, below)) for below in results)
    if whole is None:
        return "Too few trials are in the data to tell."
    labels = [label[:1].lower() + label[1:] for label in list(results.values())[1:]]
    changed = [
        label for label, side in zip(labels, others, strict=True) if side not in (None, whole)
    ]
    lost = [label for label, side in zip(labels, others, strict=True) if side is None]
    kept = {
        "above": "stays in favour of psychotherapy",
        "below": "stays in favour of the comparison",
        "both": "still holds no difference",
    }[whole]
    if changed:
        text = f"The confidence interval no longer says the same {listed(changed)}."
    elif len(lost) < len(labels):
        text = f"The confidence interval {kept}, whichever of them is left out."
        if lost:
            text = f"The confidence interval {kept} wherever it can be computed."
    else:
        text = "The data hold none of these trials."
    if lost and len(lost) < len(labels):
        text += f" There is no result {listed(lost)}."
    return text


def _side(limits: Limits) -> str | None:
    """On which side of no difference an interval lies: above, below, both, None where absent."""
    if limits.low is None or limits.high is None:
        return None
    return "above" if limits.low > 0 else "below" if limits.high < 0 else "both"


def _forest(registry: Registry, results: dict[str, str]) -> Figure:
    rows = []
    for below, label in results.items():
        estimate, k = (registry.get(Value, f"{below}.{s}") for s in ("estimate", "k"))
        rows.append(
            ForestRow(
                label, estimate.raw, estimate.text, _limits(registry, below),
                extra=(k.text,), pooled=True,
            )
        )  # fmt: skip
    level = registry.get(Value, "settings.level").text
    words = Words(
        "SMD", f"{level}% CI", *FAVOURS, study="Analysis", extra=("k",), one_row="analysis",
        rows="analyses",
    )  # fmt: skip
    return forest("decisions", [Group(tuple(rows))], [], words)


def _limits(registry: Registry, below: str) -> Limits:
    low, high = (registry.get(Value, f"{below}.ci_{end}") for end in ("low", "high"))
    return Limits(low.raw, high.raw, low.text, high.text)
