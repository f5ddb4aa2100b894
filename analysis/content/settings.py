"""What is fixed before any number is computed, by name, since prose may hold no digit."""

from __future__ import annotations

from dataclasses import dataclass

from ..display.numbers import count, number
from ..display.registry import Registry
from ..review.verify import Given

LEVEL = 0.95  # coverage of all intervals, as in the publication

PAPER = "the publication, "
ALPHA = 0.05  # the publication's level of significance
POWER = 0.8  # with which a test should find a difference, by Cohen (1988)
LOW_I2 = 25  # per cent, below which the publication calls heterogeneity small
# Cohen (1988) on a standardised mean difference, Sawilowsky (2009) beyond it; Higgins et al. (2003) on
# I² in per cent. The publication uses these words without saying by which convention.
SIZES = {"small": 0.2, "moderate": 0.5, "large": 0.8}
VERY_LARGE = 1.2
HIGGINS = {"low": 25, "moderate": 50, "high": 75}
IMPLAUSIBLE = 3  # standard deviations, beyond which hardly any treatment is known to move people
# The publication's rules, and what each is about.
RULES = {
    "alpha": (ALPHA, "level of significance"),
    "low_i2": (LOW_I2, "I² in per cent below which heterogeneity is small"),
    "fewest": (5, "trials that a category should hold"),
    "large": (10, "trials from which a category counts as large"),
}


@dataclass(frozen=True)
class Scale:
    """How to speak of an outcome: its name, and what it is when psychotherapy does better or worse."""

    name: str
    better: str
    worse: str


SCALES = {
    "symptoms": Scale("symptoms after treatment", "were lower", "were higher"),
    "symptoms_completers": Scale(
        "symptoms after treatment among completers", "were lower", "were higher"
    ),
    "symptoms_followup": Scale("symptoms at follow-up", "were lower", "were higher"),
    "qol": Scale("quality of life after treatment", "was better", "was worse"),
    "qol_followup": Scale("quality of life at follow-up", "was better", "was worse"),
}
# The ends of every axis, in the publication's direction.
FAVOURS = ("Favours comparison", "Favours psychotherapy")


def add_settings(registry: Registry) -> None:
    """Register the settings that the text names."""
    for name, (bound, meaning) in RULES.items():
        registry.value(
            f"settings.{name}", bound, str, f"{meaning}; {PAPER}its rules", evidence=Given()
        )
    for word, point in (SIZES | {"very large": VERY_LARGE}).items():
        registry.value(
            f"settings.size.{word.replace(' ', '_')}", point, lambda raw: number(raw, 1),
            f"standardised mean difference that a convention calls {word}",
        )  # fmt: skip
    for word, point in HIGGINS.items():
        registry.value(
            f"settings.i2.{word}", point, count,
            f"I² in per cent that a convention calls {word}",
        )  # fmt: skip
    level = round(100 * LEVEL)
    registry.value("settings.level", level, count, "coverage of the intervals, in per cent")
    power = round(100 * POWER)
    registry.value("settings.power", power, count, "usual power of a test, in per cent")
    registry.value(
        "settings.prediction_df", 2, count,
        "taken from the number of trials for the prediction interval's degrees of freedom",
    )  # fmt: skip
    for end, bound in (("low", 0), ("high", 2)):
        registry.value(
            f"settings.quality_{end}", bound, count,
            f"end of the scale of quality; {PAPER}note below Table 2", evidence=Given(),
        )  # fmt: skip
