"""Rules on whether effects are the same, are maintained, or stand out.

That something is the same is not shown by a test that finds no difference, nor is it refuted that
something stands out: such claims can fail, or hold, only where a difference is found.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..display.numbers import MINUS
from ..display.registry import Registry
from ..display.value import Phrase, Value
from .rule_kinds import CONVENTION, FAILS, GONE, HOLDS, OPEN, Found, Rule, judged, p_of
from .settings import ALPHA
from .subgroups import VARIABLES

NOT_RULED_OUT = "no difference is found, and none is ruled out."
LIMITS = ("estimate", "ci_low", "ci_high")


def unmoved(mean: str, without: str) -> Rule:
    """The `mean` does not change significantly `without` trials, which may mean either of these.

    That the intervals of both means overlap; or that the trials left out are no outliers, by their
    deleted residual.
    """

    @judged(*(f"{prefix}.{n}" for prefix in (mean, without) for n in LIMITS),
            f"{without}.residual.pvalue")  # fmt: skip
    def decide(whole, low, high, rest, rest_low, rest_high, p):
        overlap, steady = low.raw <= rest_high.raw and rest_low.raw <= high.raw, p.raw >= ALPHA
        why = (
            f"Mean {whole.text} ({low.text} to {high.text}), without {rest.text} ({rest_low.text} to "
            f"{rest_high.text}): the intervals {'' if overlap else 'do not '}overlap. Our test of "
            f"what is left out as an outlier gives {p_of(p)}."
        )
        return HOLDS if overlap and steady else CONVENTION if overlap or steady else FAILS, why

    return decide


def same_people(outcome: str) -> Rule:
    """The means of `outcome` and of everybody do not differ, taken for independent.

    In the trials of `outcome` the same people are in both, so why also says where the effects differ.
    """
    tests = f"{outcome}.difference.pvalue", f"{outcome}.same_trials.difference.pvalue"

    def decided(registry: Registry) -> Found:
        changed = registry.get(Phrase, f"{outcome}.changed")

        @judged(*tests, f"{outcome}.same_effect.k", f"{outcome}.same_trials.k")
        def decide(all_trials, same_trials, alike, k):
            why = (
                f"Taken for independent, all trials: {p_of(all_trials)}; the same trials: "
                f"{p_of(same_trials)}, a test that would hardly ever find a difference. {alike.text} of "
                f"{k.text} trials print the same effect for both. {changed.text}"
            )
            return HOLDS if min(all_trials.raw, same_trials.raw) >= ALPHA else FAILS, why

        return decide(registry)

    return decided


def especially(prefix: str, others: Sequence[str]) -> Rule:
    """The category below `prefix` stands out among the `others`: by the contrast with all of them.

    Its own effect has to be significant, or nothing favours it.
    """
    means = [f"{one}.{name}" for one in others for name in ("estimate", "pvalue")]

    @judged(*(f"{prefix}.{name}" for name in (*LIMITS, "pvalue", "k", "contrast.estimate",
                                              "contrast.pvalue")), *means)  # fmt: skip
    def decide(mean, low, high, p, k, contrast, apart, *rest):
        largest = mean.raw > max(other.raw for other in rest[::2])
        alone = p.raw < ALPHA <= min(other.raw for other in rest[1::2])
        clear = p.raw < ALPHA and mean.raw > 0
        told = apart.raw < ALPHA
        why = (
            f"SMD {mean.text} ({low.text} to {high.text}) in {k.text} trials, "
            f"{'the' if largest else 'not the'} largest mean and "
            f"{'the' if alone else 'not the'} only significant mean of a category. Against all others "
            f"together {contrast.text}, {p_of(apart)}"
        )
        if clear and not told:
            return OPEN, f"{why}: neither shown nor refuted."
        return HOLDS if clear and contrast.raw > 0 else FAILS, f"{why}."

    return decide


def kept(prefix: str) -> Rule:
    """Nothing is lost: the interval of the change below `prefix` tells, unless it has both signs.

    Why also says what the change is without the trial that changed most, where it can be computed.
    """
    rest = f"{prefix}.without.largest"

    def decided(registry: Registry) -> Found:
        most = registry.get(Phrase, f"{prefix}.largest.name")
        names = f"{prefix}.largest.estimate", *(f"{rest}.{name}" for name in LIMITS)
        moved, less, less_low, less_high = (registry.get(Value, name) for name in names)
        without = ""
        if less.raw is not None:
            without = (
                f"; without {most.text}, whose effect changed by {moved.text}, it is {less.text} "
                f"({less_low.text} to {less_high.text})"
            )

        @judged(*(f"{prefix}.{name}" for name in ("k", *LIMITS)))
        def decide(k, change, low, high):
            why = f"Mean change in the {k.text} trials {change.text} ({low.text} to {high.text})"
            why += without
            if low.raw >= 0 or high.raw < 0:
                return HOLDS if low.raw >= 0 else FAILS, f"{why}."
            return OPEN, (
                f"{why}. In all trials a loss of up to {low.text.removeprefix(MINUS)} is not ruled "
                "out, and the publication does not say what loss would count."
            )

        found = decide(registry)
        return Found(found.verdict, found.why, (*found.inputs, *names))

    return decided


def alike(prefix: str, what: str) -> Rule:
    """The difference below `prefix`, shown after `what`, is none: a test can only refute that."""

    @judged(*(f"{prefix}.{name}" for name in ("estimate", "ci_low", "ci_high", "pvalue")))
    def decide(difference, low, high, p):
        why = f"{what} {difference.text} ({low.text} to {high.text}), {p_of(p)}"
        if p.raw < ALPHA:
            return FAILS, f"{why}."
        return OPEN, f"{why}: {NOT_RULED_OUT}"

    return decide


def all_alike(outcome: str, variables: Sequence[str]) -> Rule:
    """Effects of `outcome` are alike in all categories of `variables`: as `alike`, for several."""

    def decided(registry: Registry) -> Found:
        said, used, differ = [], [], []
        for variable in variables:
            prefix, described = f"{outcome}.random.{variable}", VARIABLES[variable]
            p = registry.get(Value, f"{prefix}.q_between_pvalue")
            means = [
                (registry.get(Value, f"{prefix}.{category}.estimate"), label)
                for category, label in described.categories.items()
            ]
            used += [p.id, *(mean.id for mean, _ in means)]
            if p.raw is None:
                return Found(OPEN, GONE, tuple(used))
            known = [(mean, label) for mean, label in means if mean.raw is not None]
            ends = [pick(known, key=lambda one: one[0].raw) for pick in (min, max)]
            run = " to ".join(f"{mean.text} ({label})" for mean, label in ends)
            differ.append(p.raw < ALPHA)
            said.append(f"{described.label.lower()} from {run}, {p_of(p)}")
        why = f"Means by {'; by '.join(said)}"
        if any(differ):
            return Found(FAILS, f"{why}.", tuple(used))
        return Found(OPEN, f"{why}: {NOT_RULED_OUT}", tuple(used))

    return decided
