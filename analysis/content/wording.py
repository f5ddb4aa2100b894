"""Sentences' parts that depend on the numbers, so that prose cannot contradict a table."""

from __future__ import annotations

from ..display.numbers import count, number
from ..display.registry import Registry
from ..display.value import Value
from .outcome import Outcome

ALPHA = 0.05  # the publication's level of significance


def add_wording(registry: Registry, outcome: Outcome) -> None:
    """Register what the text says of `outcome`'s pooled effect, heterogeneity and reconstruction."""

    def values(*names: str):
        return tuple(registry.get(Value, name).raw for name in names)

    key = outcome.key
    limits = f"{key}.random.ci_low", f"{key}.random.ci_high"
    registry.phrase(f"{key}.random.direction", _direction(*values(*limits)), limits)
    test = f"{key}.fixed.q_pvalue"
    registry.phrase(f"{key}.heterogeneity", _heterogeneity(*values(test)), (test,))
    bounds = f"{key}.random.prediction_low", f"{key}.random.prediction_high"
    registry.phrase(f"{key}.prediction", _prediction(*values(*bounds)), bounds)
    _add_reconstruction(registry, outcome)


def _direction(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "could not be compared"
    if low > 0:
        return "were lower with psychotherapy than with the comparison"
    if high < 0:
        return "were higher with psychotherapy than with the comparison"
    return "did not differ clearly between psychotherapy and the comparison"


def _heterogeneity(pvalue: float | None) -> str:
    if pvalue is None:
        return "are too few to say how much they differ"
    if pvalue < ALPHA:
        return "differ more than chance alone would explain"
    return "differ no more than chance alone would explain"


def _prediction(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "cannot be computed from so few trials"
    if low > 0:
        return "stays on the side of psychotherapy"
    if high < 0:
        return "stays on the side of the comparison"
    return "includes no effect at all, so in some settings psychotherapy may not help"


def _add_reconstruction(registry: Registry, outcome: Outcome) -> None:
    key, effects = outcome.key, outcome.effects
    prefix = f"{key}.reconstruction"
    registry.value(f"{prefix}.k", len(effects), count, "trials with this outcome")
    arms = sum(effect.basis == "arms" for effect in effects)
    registry.value(f"{prefix}.arms", arms, count, "trials whose digits fit the printed group sizes")
    widths = [e.yi_high - e.yi_low for e in effects]
    registry.value(
        f"{prefix}.widest", max(widths, default=None), lambda raw: number(raw, 4),
        "largest width of the effects that fit a trial's printed digits",
        tuple(f"{key}.study.{e.study}.estimate" for e in effects),
    )  # fmt: skip
    without_fit = [outcome.name_of(e.study) for e in effects if e.basis == "rounding"]
    broken = [outcome.name_of(e.study) for e in effects if e.basis == "printed"]
    sentences = []
    if without_fit:
        sentences.append(
            f"The printed digits of {listed(without_fit)} do not fit the tie, so there the digits alone "
            "bound the effect."
        )
    if broken:
        sentences.append(
            f"The printed digits of {listed(broken)} contradict each other, and are taken as they stand."
        )
    text = " ".join(sentences) or "There is no exception."
    registry.phrase(f"{prefix}.exceptions", text, (f"{prefix}.arms",))


def listed(names: list[str]) -> str:
    """Return `names` as a list in a sentence."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
