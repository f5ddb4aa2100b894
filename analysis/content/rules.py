"""Rules that decide whether a claim in words holds, and say why with its numbers.

    rule     a function of the registry that returns what it found
    Found    whether the claim holds (None: cannot be told), why, and the names of the values used

Significance is the publication's level; what a size or a degree of heterogeneity is called stands in
`settings`. A rule whose values are gone cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..display.registry import Registry
from ..display.value import Value
from .settings import ALPHA, HIGH_I2, LOW_I2
from .subgroups import VARIABLES
from .wording import size

NBSP = "\u00a0"
GONE = "The data no longer give it."


@dataclass(frozen=True)
class Found:
    """Whether a claim `holds`, None where it cannot be told, `why`, and the values that say so."""

    holds: bool | None
    why: str
    inputs: tuple[str, ...] = ()


Rule = Callable[[Registry], Found]


def rule(*names: str):
    """Make a rule of a function of the values `names` that returns whether it holds, and why."""

    def of(decide: Callable[..., tuple[bool, str]]) -> Rule:
        def decided(registry: Registry) -> Found:
            values = [registry.get(Value, name) for name in names]
            if any(value.raw is None for value in values):
                return Found(None, GONE, names)
            return Found(*decide(*values), names)

        return decided

    return of


def every(**rules: Rule) -> Rule:
    """Return the rule that all of `rules` hold; `_` in a label stands for a space."""

    def decided(registry: Registry) -> Found:
        found = {label.replace("_", " "): one(registry) for label, one in rules.items()}
        return Found(
            _all([one.holds for one in found.values()]),
            _sentence("; ".join(f"{label}: {one.why.rstrip('.')}" for label, one in found.items())),
            tuple(name for one in found.values() for name in one.inputs),
        )

    return decided


def untold(why: str) -> Rule:
    """Return the rule of a claim that cannot be checked, because of `why`."""
    return lambda registry: Found(None, why)


def effect(prefix: str, significant: bool = True) -> Rule:
    """The effect below `prefix` is significant and favours psychotherapy; or it is not `significant`."""
    names = [f"{prefix}.{name}" for name in ("estimate", "ci_low", "ci_high", "pvalue")]

    @rule(*names)
    def decide(estimate, low, high, p):
        why = f"SMD {estimate.text} ({low.text} to {high.text}), {p_of(p)}."
        clear = p.raw < ALPHA and estimate.raw > 0
        return clear if significant else p.raw >= ALPHA, why

    return decide


def sized(prefix: str, *words: str) -> Rule:
    """The size of the effect below `prefix` is called by one of `words`."""

    @rule(f"{prefix}.estimate")
    def decide(estimate):
        word = size(estimate)
        return word in words, f"SMD {estimate.text} is {word} by Cohen’s convention."

    return decide


def tests(significant: bool, **names: str) -> Rule:
    """All p-values `names`, each by its label, are `significant`, or none of them is."""

    def one(name: str) -> Rule:
        return rule(name)(lambda p: ((p.raw < ALPHA) == significant, p_of(p)))

    return every(**{label: one(name) for label, name in names.items()})


def heterogeneous(q: str, i2: str, degree: str) -> Rule:
    """Heterogeneity is significant by the p-value `q`, and the I² called `i2` of this `degree`."""

    @rule(q, i2)
    def decide(p, share):
        found = _degree(share)
        return (
            p.raw < ALPHA and found == degree,
            f"I² is {share.text}%, which is {found}; {p_of(p)}.",
        )

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


def same_pattern(outcome: str, other: str, names: dict[str, str]) -> Rule:
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
            return Found(None, GONE, tuple(used))
        why = f"Significance changes for {'; '.join(changed)}." if changed else "None changes."
        return Found(not changed, why, tuple(used))

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
        why = f"Low in {', '.join(low.values()) or 'none'}; a single trial has no heterogeneity."
        return Found(set(low) == set(claimed), why, tuple(used))

    return decided


def p_of(value: Value) -> str:
    """A p-value as it stands in a sentence."""
    sign = "" if value.text.startswith("<") else f"={NBSP}"
    return f"p{NBSP}{sign}{value.text}"


def _degree(i2: Value) -> str:
    return "low" if i2.raw < LOW_I2 else "moderate" if i2.raw < HIGH_I2 else "high"


def _all(held: Sequence[bool | None]) -> bool | None:
    """One that fails decides; else one that cannot be told leaves it open."""
    return False if False in held else None if None in held else True


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
