"""Effect sizes that a report can be made of: from which columns, and how they are called and shown.

A ratio is analysed as its logarithm and a correlation as Fisher's z; both are shown on the scale that
readers know. Standard errors, τ and τ² stay on the scale of the analysis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, floor, log10, tanh

from ..display.scale import DIFFERENCE, RATIO, Scale

ARMS_MEANS = (
    "mean_treated", "sd_treated", "n_treated", "mean_control", "sd_control", "n_control",
)  # fmt: skip
ARMS_EVENTS = ("events_treated", "n_treated", "events_control", "n_control")
CELLS = ("events_treated", "nonevents_treated", "events_control", "nonevents_control")
CORRELATION = ("r", "n")
RATIO_INTERVAL = ("ratio", "ci_low", "ci_high")
LOGGED = tuple(("log_ratio", *rest) for rest in (("se",), ("variance",), ("ci_low", "ci_high")))
EFFECT = tuple(("estimate", *rest) for rest in (("se",), ("variance",), ("ci_low", "ci_high")))
OF_MEANS, OF_EVENTS = (ARMS_MEANS, *EFFECT), (ARMS_EVENTS, CELLS)
OF_RATIO = (RATIO_INTERVAL, *LOGGED)

DIFFERENCES, RATIOS, CORRELATIONS = "difference", "ratio", "correlation"


@dataclass(frozen=True)
class Measure:
    """An effect size: its `name`, `short` heading, the `forms` of columns it can be computed from.

    `engine` is what `effect_size` calls it; `kind` says how it is shown; `lower` and `higher` say what
    an effect below or above none means, `ends` in short: with both groups as `worded` calls them.
    `unit` is that of the outcome, where effects have one and it is known, and `better` says whether
    higher or lower is.
    """

    key: str
    name: str
    short: str
    engine: str
    forms: tuple[tuple[str, ...], ...]
    kind: str = DIFFERENCES
    lower: str = "the outcome is lower with {treated} than with {control}"
    higher: str = "the outcome is higher with {treated} than with {control}"
    ends: tuple[str, str] = ("Lower with {treated}", "Higher with {treated}")
    free: bool = True  # of the units of the outcome
    unit: str = ""
    better: str = ""

    @property
    def shown(self) -> Callable[[float], float]:
        """From the scale of the analysis to that which readers know."""
        return {DIFFERENCES: float, RATIOS: exp, CORRELATIONS: tanh}[self.kind]

    @property
    def scale(self) -> Scale:
        """The scale of a plot's axis of effects."""
        return RATIO if self.kind == RATIOS else DIFFERENCE

    @property
    def has_unit(self) -> bool:
        """Whether an outcome of this measure has a unit, even where its effects are free of it."""
        return ARMS_MEANS in self.forms or not self.free

    @property
    def heading(self) -> str:
        """The short heading of its effects, with their unit."""
        return f"{self.short}, {self.unit}" if self.unit else self.short

    @property
    def with_unit(self) -> str:
        """The name with the unit of its effects."""
        return f"{self.name} in {self.unit}" if self.unit else self.name

    @property
    def axis(self) -> str:
        """The title of an axis on the scale of the analysis, whose ticks say ratios as such."""
        return f"{self.name} (logarithmic)" if self.kind == RATIOS else self.analysed

    @property
    def axis_of_errors(self) -> str:
        """The title of an axis of standard errors."""
        if self.kind == DIFFERENCES:
            return f"Standard error in {self.unit}" if self.unit else "Standard error"
        return f"Standard error of {self.of_analysis}"

    @property
    def null(self) -> float:
        """The effect that is none, as it is shown."""
        return self.shown(0.0)

    @property
    def null_words(self) -> str:
        """What no effect is called."""
        if self.kind == CORRELATIONS:
            return "no correlation"
        return "no effect" if self.key == "EFFECT" else "no difference"

    @property
    def analysed(self) -> str:
        """What the analysis computes with, in words."""
        return {
            DIFFERENCES: self.with_unit, RATIOS: f"logarithm of the {self.name}",
            CORRELATIONS: "Fisher’s z",
        }[self.kind]  # fmt: skip

    @property
    def of_analysis(self) -> str:
        """What the analysis computes with, as it stands in a sentence."""
        return self.analysed if self.kind == CORRELATIONS else f"the {self.analysed}"

    def worded(
        self, form: tuple[str, ...], arms: tuple[str, str], ends: tuple[str, str] | None
    ) -> Measure:
        """This measure with the words for what comes from `form`, compares `arms` and has these `ends`.

        Effects alone do not tell who was treated.
        """
        said = self
        if form not in RAW:
            said = replace(self, **(BELOW if self.kind == RATIOS else SIGNS))
        names = dict(zip(("treated", "control"), arms, strict=True))
        sides = [side.format(**names) for side in (said.lower, said.higher)]
        if ends:
            sides = [f"{side} (“{end}”)" for side, end in zip(sides, ends, strict=True)]
        usual = tuple(end.format(**names) for end in said.ends)
        return replace(said, lower=sides[0], higher=sides[1], ends=ends or usual)

    def measured_in(self, unit: str) -> Measure:
        """This measure of an outcome in `unit`, which standardised effects and ratios do not have."""
        return self if self.free else replace(self, unit=unit)

    def judged(self, better: str, arms: tuple[str, str] | None) -> Measure:
        """This measure of an outcome of which lower or higher is `better`, or it is not known which.

        An axis favours one of the `arms` at each end, where they are given.
        """
        if not better:
            return self
        words = ("better", "worse") if better == "lower" else ("worse", "better")
        sides = (
            f"{s}, which is {w}" for s, w in zip((self.lower, self.higher), words, strict=True)
        )
        ends = self.ends
        if arms:
            ends = tuple(f"Favours {arm}" for arm in (arms if better == "lower" else arms[::-1]))
        lower, higher = sides
        return replace(self, lower=lower, higher=higher, ends=ends, better=better)

    def moved(self, *, higher: bool) -> str:
        """What an effect is called that is `higher` than others, or else lower, and if it is better."""
        word = "higher" if higher else "lower"
        judged = f", which is {'better' if word == self.better else 'worse'}" if self.better else ""
        return f"{word} {self.name}{judged}"

    def plotted(self, effect: float) -> float:
        """The place of an analysed `effect` on an axis of `scale`."""
        return effect if self.kind == RATIOS else self.shown(effect)

    def places(self, se: float) -> int:
        """How many decimals effects with a standard error like `se` are shown with."""
        needed = 1 - floor(log10(se)) if se > 0 else 2
        return min(max(needed, 2 if self.free else 0), 8)


RARER = {
    "lower": "the event is less frequent with {treated} than with {control}",
    "higher": "the event is more frequent with {treated} than with {control}",
    "ends": ("Less frequent with {treated}", "More frequent with {treated}"),
}
BELOW = {
    "lower": "the ratio is below that of no difference",
    "higher": "the ratio is above that of no difference",
    "ends": ("Lower", "Higher"),
}
SIGNS = {
    "lower": "the effect is negative", "higher": "the effect is positive",
    "ends": ("Negative", "Positive"),
}  # fmt: skip


def _ratio(key: str, name: str, forms, engine: str, words: dict) -> Measure:
    return Measure(key, name, key if key != "RATIO" else "Ratio", engine, forms, RATIOS, **words)


_ALL = (
    Measure("SMD", "standardised mean difference", "SMD", "SMD", OF_MEANS),
    Measure("MD", "mean difference", "MD", "MD", OF_MEANS, free=False),
    _ratio("ROM", "ratio of means", (ARMS_MEANS, *OF_RATIO), "ROM", {}),
    _ratio("RR", "risk ratio", (*OF_EVENTS, *OF_RATIO), "RR", RARER),
    _ratio("OR", "odds ratio", (*OF_EVENTS, *OF_RATIO), "OR", RARER),
    Measure("RD", "risk difference", "RD", "RD", (*OF_EVENTS, *EFFECT), **RARER),
    _ratio("HR", "hazard ratio", OF_RATIO, "RR", RARER),
    _ratio("IRR", "rate ratio", OF_RATIO, "RR", RARER),
    _ratio("RATIO", "ratio", OF_RATIO, "RR", BELOW),
    Measure("ZCOR", "correlation", "r", "ZCOR", (CORRELATION, *EFFECT), CORRELATIONS, **SIGNS),
    Measure("EFFECT", "effect", "Effect", "MD", EFFECT, **SIGNS, free=False),
)
MEASURES = {measure.key: measure for measure in _ALL}
# What columns are taken for where nothing is set: the raw numbers first, since they hold the most.
BY_FORM = {
    ARMS_MEANS: "SMD",
    ARMS_EVENTS: "RR",
    CELLS: "RR",
    CORRELATION: "ZCOR",
    RATIO_INTERVAL: "RATIO",
    **dict.fromkeys(LOGGED, "RATIO"),
    **dict.fromkeys(EFFECT, "EFFECT"),
}
RAW = (ARMS_MEANS, ARMS_EVENTS, CELLS, CORRELATION)
