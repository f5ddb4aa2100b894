"""Small-study effects of an outcome: Egger's and Kendall's tests, trim and fill, the funnel plot.

Value names are `<outcome>.egger.<statistic>`, `<outcome>.kendall.<statistic>`,
`<outcome>.kendall.g.<statistic>` and `<outcome>.<model>.filled.<statistic>`. As in the publication:
Egger's line by least squares; Kendall's S plain, tau and p with the continuity correction; trim and
fill (L0) looking to the left, around the fixed-effect mean, then pooled again by each model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import comb, inf

from ..display.figure import Figure
from ..display.funnel import Centre, FunnelPoint, funnel
from ..display.numbers import count, pvalue
from ..display.registry import Registry
from ..display.value import Value
from ..engine.begg import begg
from ..engine.egger import egger
from ..engine.trim_fill import TrimFill, trim_fill
from ..review import formulas
from ..review.formulas import Z95
from ..review.printed import agrees
from ..review.propagate import Propagation
from ..review.ranks import KendallRange, kendall_p, kendall_tau
from ..review.verify import Evidence, Unproven
from .outcome import Outcome
from .pooled import MODELS, STATISTICS, Propagated, decimals, effect_names, evidence_on, provable
from .settings import LEVEL
from .wording import ALPHA

FEWEST = 3  # studies, below which no test has a degree of freedom
FILLED = ("k", "estimate", "se", "ci_low", "ci_high", "statistic", "pvalue")


def add_bias(registry: Registry, outcome: Outcome) -> None:
    """Register tests of asymmetry, trim and fill, and the funnel plot of `outcome`."""
    enough = _testable(outcome)
    _add_egger(registry, outcome, enough)
    _add_kendall(registry, outcome, enough)
    filled = _add_filled(registry, outcome, enough)
    registry.figure(f"{outcome.key}.funnel", partial(_funnel, registry, outcome, filled))


def _testable(outcome: Outcome) -> bool:
    """Tell whether the tests are defined: enough trials, and not all as precise as each other."""
    if len(outcome.effects) < FEWEST:
        return False
    try:
        egger([e.yi for e in outcome.effects], vi=[e.vi for e in outcome.effects])
    except ValueError:  # no line can be fitted
        return False
    return True


def _add_egger(registry: Registry, outcome: Outcome, enough: bool) -> None:
    effects, prefix = outcome.effects, f"{outcome.key}.egger"
    result = None
    if enough:
        yi, vi = [e.yi for e in effects], [e.vi for e in effects]
        result = egger(yi, vi=vi, level=LEVEL)
    propagation = evidence_on(effects, formulas.egger(len(effects))) if enough else None
    inputs = effect_names(effects)
    for name, text, meaning, given in (
        ("estimate", decimals(2), "slope on the standard error, Egger's regression", inputs),
        ("se", decimals(3), "standard error of Egger's slope", inputs),
        (
            "statistic",
            decimals(3),
            "test statistic t of Egger's test",
            (f"{prefix}.estimate", f"{prefix}.se"),
        ),
        ("df", count, "degrees of freedom of Egger's test", ()),
        ("pvalue", pvalue, "significance (p) of Egger's test", (f"{prefix}.statistic",)),
    ):
        raw = None if result is None else getattr(result, name)
        evidence = Propagated(propagation, name) if propagation and name != "df" else None
        registry.value(f"{prefix}.{name}", raw, text, meaning, given, evidence)
    p = registry.get(Value, f"{prefix}.pvalue").raw
    words = "cannot be tested for asymmetry, for lack of trials"
    if p is not None:
        words = "lie asymmetrically around their mean" if p < ALPHA else "show no clear asymmetry"
    registry.phrase(f"{prefix}.asymmetry", words, (f"{prefix}.pvalue",))


@dataclass(frozen=True)
class _OfRanks(Evidence):
    """Evidence on a statistic that `value` computes from Kendall's S, and the `range` of S."""

    range: KendallRange
    value: Callable[[int], float]

    def bounds(self) -> tuple[float, float]:
        """See `review.verify.Evidence`."""
        values = [self.value(s) for s in self._possible()]
        return min(values), max(values)

    def witness(self, printed: str) -> float | None:
        """See `review.verify.Evidence`."""
        attained = (s for s in self._possible() if self.range.attains(s))
        return next((v for v in map(self.value, attained) if agrees(v, printed)), None)

    def untied(self) -> _OfRanks | None:
        """See `review.verify.Evidence`."""
        loose = self.range.untied
        return loose and _OfRanks(loose, self.value)

    def _possible(self) -> range:
        low, high = self.range.bounds
        return range(low, high + 1)


def _add_kendall(registry: Registry, outcome: Outcome, enough: bool) -> None:
    effects, prefix = outcome.effects, f"{outcome.key}.kendall"
    k = len(effects)
    result = None
    if enough:
        result = begg([e.yi for e in effects], vi=[e.vi for e in effects], continuity=True)
    found = KendallRange(effects) if provable(effects) else None
    inputs = effect_names(effects)
    s_name = (f"{prefix}.statistic",)
    registry.value(f"{prefix}.pairs", comb(k, 2), count, "pairs of trials", inputs)
    for name, raw, text, meaning, given, value in (
        ("statistic", result and result.s, count, "Kendall's S", inputs, lambda s: s),
        (
            "tau", result and result.tau_a, decimals(3), "Kendall's tau",
            s_name, partial(kendall_tau, k),
        ),
        (
            "pvalue", result and result.pvalue, pvalue, "significance (p) of Kendall's S",
            s_name, partial(kendall_p, k),
        ),
    ):  # fmt: skip
        evidence = _OfRanks(found, value) if found else None
        registry.value(f"{prefix}.{name}", raw, text, meaning, given, evidence)


def add_kendall_of_g(registry: Registry, outcome: Outcome) -> None:
    """Register Kendall's test of `outcome` with Hedges' g, which is registered for every trial.

    A pair that is nearly tied can change sides with the correction; the phrase `met` says whether these
    are the numbers that the publication prints.
    """
    prefix, result = f"{outcome.key}.kendall.g", None
    names = [
        [f"{outcome.key}.study.{e.study}.g.{part}" for e in outcome.effects]
        for part in ("estimate", "variance")
    ]
    if _testable(outcome):
        yi, vi = ([registry.get(Value, name).raw for name in part] for part in names)
        result = begg(yi, vi=vi, continuity=True)
    for name, raw, text, meaning in (
        ("statistic", result and result.s, count, "Kendall's S of Hedges’ g"),
        ("tau", result and result.tau_a, decimals(3), "Kendall's tau of Hedges’ g"),
    ):
        registry.value(f"{prefix}.{name}", raw, text, meaning, (*names[0], *names[1]))
    own = {name: registry.get(Value, f"{prefix}.{name}") for name in ("statistic", "tau")}
    printed = {name: registry.printed(f"{outcome.key}.kendall.{name}") for name in own}
    met = all(
        printed[n] and v.raw is not None and agrees(v.raw, printed[n]) for n, v in own.items()
    )
    words = f"{'is' if met else 'is not'} what the publication prints"
    registry.phrase(f"{prefix}.met", words, tuple(value.id for value in own.values()))


@dataclass(frozen=True)
class _OfFilled(Evidence):
    """Evidence on a statistic after trim and fill: a witness must have the same studies filled in.

    Which are depends on ranks that rounding may change, so that nothing is claimed of the range.
    """

    propagation: Propagation
    name: str
    method: str
    k0: int

    def bounds(self) -> tuple[float, float]:
        """See `review.verify.Evidence`."""
        return -inf, inf

    def witness(self, printed: str) -> float | None:
        """See `review.verify.Evidence`."""
        found = self.propagation.witness(self.name, printed)
        if found is None:
            return None
        again = trim_fill(found.yi, vi=found.vi, method=self.method, find="EE", side="left")
        value = getattr(again.adjusted, self.name)
        return value if again.k0 == self.k0 and agrees(value, printed) else None


def _add_filled(registry: Registry, outcome: Outcome, enough: bool) -> TrimFill | None:
    effects = outcome.effects
    yi, vi = [e.yi for e in effects], [e.vi for e in effects]
    last = None
    for model, (method, words) in MODELS.items():
        prefix = f"{outcome.key}.{model}.filled"
        result = None
        if enough:
            result = trim_fill(yi, vi=vi, method=method, find="EE", side="left", level=LEVEL)
            last = result
        evidence = None
        if result is not None:
            # What was mirrored are the largest effects, since studies are missing on the left.
            largest = sorted(range(len(yi)), key=lambda i: yi[i])[len(yi) - result.k0 :]
            evidence = evidence_on(effects, formulas.trimmed_and_filled(method, largest))
        for name in FILLED:
            statistic = STATISTICS[name]
            registry.value(
                f"{prefix}.{name}",
                None if result is None else statistic.read(result.adjusted),
                statistic.text,
                f"{statistic.meaning} after trim and fill; {words}",
                tuple(f"{prefix}.{i}" for i in statistic.inputs) or effect_names(effects),
                _OfFilled(evidence, name, method, result.k0) if evidence else None,
            )
    registry.value(
        f"{outcome.key}.filled.k0",
        last and last.k0,
        count,
        "studies that trim and fill takes to be missing on the left",
        effect_names(effects),
        Unproven(),
    )
    return last


def _funnel(registry: Registry, outcome: Outcome, filled: TrimFill | None) -> Figure:
    points = [FunnelPoint(outcome.name_of(e.study), e.yi, e.sei) for e in outcome.effects]
    if filled is not None:
        pairs = zip(filled.yi_filled, filled.vi_filled, strict=True)
        points += [FunnelPoint("Filled in", float(y), float(v) ** 0.5, True) for y, v in pairs]
    centres = []
    for name, label, reach in (
        ("random", "Random effects", Z95),
        ("random.filled", "With studies filled in", None),
    ):
        value = registry.get(Value, f"{outcome.key}.{name}.estimate")
        if value.raw is not None:
            centres.append(Centre(label, value.raw, value.text, reach))
    titles = ("Standardised mean difference", "Standard error")
    return funnel(f"{outcome.key}-funnel", points, centres, titles)
