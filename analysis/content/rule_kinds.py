"""Kinds of rules that decide whether a claim in words holds, and say why with its numbers.

    rule     a function of the registry that returns what it found
    Found    the verdict on a claim, why, and the names of the values used

Significance is the publication's level. A rule whose values are gone cannot tell. Rules on words of
degree stand in `conventions`, those on what is the same or stands out in `rules_of_sameness`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..display.numbers import NBSP, relation
from ..display.registry import Registry
from ..display.sentence import capitalised, listed
from ..display.value import Value
from .settings import ALPHA, LOW_I2
from .subgroups import VARIABLES

GONE = "The data no longer give it."
HOLDS, FAILS = "holds", "does not hold"
CONVENTION, OPEN = "depends on convention", "cannot be checked"
VERDICTS = HOLDS, FAILS, CONVENTION, OPEN
# Of several parts the first of these that one of them has decides.
DECIDING = FAILS, OPEN, CONVENTION, HOLDS


@dataclass(frozen=True)
class Found:
    """The `verdict` on a claim, `why`, and the values that say so.

    `readings` is how many readings of the convention give the publication's word, where there is one.
    """

    verdict: str
    why: str
    inputs: tuple[str, ...] = ()
    readings: int | None = None


Rule = Callable[[Registry], Found]


def judged(*names: str):
    """Make a rule of a function of the values `names` that returns what `Found` takes first."""

    def of(decide: Callable[..., tuple]) -> Rule:
        def decided(registry: Registry) -> Found:
            values = [registry.get(Value, name) for name in names]
            if any(value.raw is None for value in values):
                return Found(OPEN, GONE, names)
            verdict, why, *readings = decide(*values)
            return Found(verdict, why, names, *readings)

        return decided

    return of


def rule(*names: str):
    """Make a rule of a function of the values `names` that returns whether the claim holds, and why."""

    def of(decide: Callable[..., tuple[bool, str]]) -> Rule:
        @judged(*names)
        def decided(*values: Value) -> tuple[str, str]:
            holds, why = decide(*values)
            return HOLDS if holds else FAILS, why

        return decided

    return of


def every(rules: Mapping[str, Rule]) -> Rule:
    """Return the rule that all of `rules`, each by its label, hold."""

    def decided(registry: Registry) -> Found:
        found = {label: one(registry) for label, one in rules.items()}
        verdicts = {one.verdict for one in found.values()}
        why = "; ".join(f"{label}: {one.why.rstrip('.')}" for label, one in found.items())
        return Found(
            next(verdict for verdict in DECIDING if verdict in verdicts),
            f"{capitalised(why)}.",
            tuple(name for one in found.values() for name in one.inputs),
        )

    return decided


def untold(why: str) -> Rule:
    """Return the rule of a claim that cannot be checked, because of `why`."""
    return lambda registry: Found(OPEN, why)


def effect(prefix: str, significant: bool = True) -> Rule:
    """The effect below `prefix` is significant and favours psychotherapy; or it is not `significant`."""

    @rule(*(f"{prefix}.{name}" for name in ("estimate", "ci_low", "ci_high", "pvalue")))
    def decide(estimate, low, high, p):
        clear = p.raw < ALPHA and estimate.raw > 0
        why = f"SMD {estimate.text} ({low.text} to {high.text}), {p_of(p)}."
        return clear if significant else p.raw >= ALPHA, why

    return decide


def tests(significant: bool, names: Mapping[str, str]) -> Rule:
    """All p-values `names`, each by its label, are `significant`, or none of them is."""

    def one(name: str) -> Rule:
        return rule(name)(lambda p: ((p.raw < ALPHA) == significant, p_of(p)))

    return every({label: one(name) for label, name in names.items()})


def test(significant: bool, name: str) -> Rule:
    """The p-value `name` is `significant`, or it is not."""
    return rule(name)(lambda p: ((p.raw < ALPHA) == significant, f"The test gives {p_of(p)}."))


def small_i2(i2: str) -> Rule:
    """Heterogeneity, by the I² called `i2`, is small by the publication's own rule."""

    @rule(i2, "settings.low_i2")
    def decide(share, bound):
        small = share.raw < bound.raw
        side = "below" if small else "not below"
        return small, f"I² {share.text}%, {side} the publication’s own bound of {bound.text}%."

    return decide


def slope(outcome: str) -> Rule:
    """Effects of `outcome` fall with the quality rating."""
    prefix = f"{outcome}.regression.quality"

    @rule(f"{prefix}.estimate", f"{prefix}.pvalue")
    def decide(estimate, p):
        return p.raw < ALPHA and estimate.raw < 0, f"Slope {estimate.text}, {p_of(p)}."

    return decide


def apart(smaller: str, *others: str) -> Rule:
    """The interval below `smaller` lies under those below all `others`: the publication's rule."""
    ends = [f"{prefix}.ci_{end}" for prefix in (smaller, *others) for end in ("low", "high")]

    @rule(*ends)
    def decide(low, high, *rest):
        pairs = list(zip(rest[::2], rest[1::2], strict=True))
        shown = ", ".join(f"{a.text} to {b.text}" for a, b in pairs)
        return all(high.raw < a.raw for a, _ in pairs), (
            f"The interval runs from {low.text} to {high.text}, elsewhere from {shown}."
        )

    return decide


def same_pattern(outcome: str, other: str, names: Mapping[str, str]) -> Rule:
    """The p-values `names` of both outcomes are significant alike; those that can be compared count."""

    def decided(registry: Registry) -> Found:
        changed, compared, used = [], 0, []
        for label, name in names.items():
            pair = [registry.get(Value, f"{key}.{name}") for key in (outcome, other)]
            used += [value.id for value in pair]
            if any(value.raw is None for value in pair):
                continue
            compared += 1
            if len({value.raw < ALPHA for value in pair}) > 1:
                changed.append(f"{label} ({p_of(pair[0])}, now {p_of(pair[1])})")
        if not compared:
            return Found(OPEN, GONE, tuple(used))
        why = f"Significance changes for {'; '.join(changed)}." if changed else "None changes."
        return Found(FAILS if changed else HOLDS, why, tuple(used))

    return decided


def low_only(claimed: Sequence[str], variables: Sequence[str]) -> Rule:
    """Of the categories of `variables` with several trials, those `claimed` alone have a low I²."""

    def decided(registry: Registry) -> Found:
        low, used = {}, []
        for variable in variables:
            for category, label in VARIABLES[variable].categories.items():
                names = [f"symptoms.fixed.{variable}.{category}.{s}" for s in ("i2", "k")]
                i2, k = (registry.get(Value, name) for name in names)
                used += names
                if i2.raw is not None and k.raw > 1 and i2.raw < LOW_I2:
                    low[f"{variable}.{category}"] = f"{label} ({i2.text}%)"
        if all(registry.get(Value, name).raw is None for name in used[::2]):
            return Found(OPEN, GONE, tuple(used))
        why = (
            f"By the publication’s own bound, low in {listed(list(low.values())) or 'none'}; a single "
            "trial has no heterogeneity."
        )
        return Found(HOLDS if set(low) == set(claimed) else FAILS, why, tuple(used))

    return decided


def p_of(value: Value) -> str:
    """A p-value as it stands in a sentence."""
    return f"p{NBSP}{relation(value.text)}{value.text}"
