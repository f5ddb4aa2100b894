"""Small-study effects of an outcome: Egger's and Kendall's tests, trim and fill, the funnel plot.

Value names are `<outcome>.egger.<statistic>`, `<outcome>.kendall.<statistic>` and
`<outcome>.<model>.filled.<statistic>`. As in the publication: Egger's line by least squares; Kendall's
S plain, tau and p with the continuity correction; trim and fill (L0) looking to the left, around
the fixed-effect mean, then pooled again by each model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import copysign, sqrt

from scipy.special import ndtr

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
from ..review.ranks import KendallRange
from .outcome import Outcome
from .pooled import MODELS, STATISTICS, Propagated, decimals, effect_names
from .settings import LEVEL
from .wording import ALPHA

FEWEST = 3  # studies, below which no test has a degree of freedom
FILLED = ("k", "estimate", "se", "ci_low", "ci_high", "statistic", "pvalue")


def add_bias(registry: Registry, outcome: Outcome) -> None:
    """Register tests of asymmetry, trim and fill, and the funnel plot of `outcome`."""
    enough = len(outcome.effects) >= FEWEST
    _add_egger(registry, outcome, enough)
    _add_kendall(registry, outcome, enough)
    filled = _add_filled(registry, outcome, enough)
    registry.add(f"{outcome.key}.funnel", _funnel(registry, outcome, filled))


def _add_egger(registry: Registry, outcome: Outcome, enough: bool) -> None:
    effects, prefix = outcome.effects, f"{outcome.key}.egger"
    result = None
    if enough:
        yi, vi = [e.yi for e in effects], [e.vi for e in effects]
        result = egger(yi, vi=vi, level=LEVEL)
    propagation = Propagation(effects, formulas.egger(len(effects)))
    inputs = effect_names(effects)
    for name, text, meaning, given in (
        ("estimate", decimals(2), "intercept of Egger's regression", inputs),
        ("se", decimals(3), "standard error of Egger's intercept", inputs),
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
        evidence = Propagated(propagation, name) if name != "df" else None
        registry.value(f"{prefix}.{name}", raw, text, meaning, given, evidence)
    p = registry.get(Value, f"{prefix}.pvalue").raw
    words = "cannot be tested for asymmetry, for lack of trials"
    if p is not None:
        words = "lie asymmetrically around their mean" if p < ALPHA else "show no clear asymmetry"
    registry.phrase(f"{prefix}.asymmetry", words, (f"{prefix}.pvalue",))


@dataclass(frozen=True)
class _OfRanks:
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

    def _possible(self) -> range:
        low, high = self.range.bounds
        return range(low, high + 1)


def _add_kendall(registry: Registry, outcome: Outcome, enough: bool) -> None:
    effects, prefix = outcome.effects, f"{outcome.key}.kendall"
    k = len(effects)
    result = None
    if enough:
        result = begg([e.yi for e in effects], vi=[e.vi for e in effects], continuity=True)
    found = KendallRange(effects)
    inputs = effect_names(effects)
    s_name = (f"{prefix}.statistic",)
    for name, raw, text, meaning, given, value in (
        ("statistic", result and result.s, count, "Kendall's S", inputs, lambda s: s),
        ("tau", result and _tau(k, result.s), decimals(3), "Kendall's tau", s_name, partial(_tau, k)),
        (
            "pvalue", result and _rank_p(k, result.s), pvalue, "significance (p) of Kendall's S",
            s_name, partial(_rank_p, k),
        ),
    ):  # fmt: skip
        registry.value(f"{prefix}.{name}", raw, text, meaning, given, _OfRanks(found, value))


def _tau(k: int, s: int) -> float:
    """Kendall's tau of `k` studies with the continuity correction, as the publication prints it."""
    return copysign(max(abs(s) - 1, 0), s) / (k * (k - 1) / 2)


def _rank_p(k: int, s: int) -> float:
    """Two-sided p of Kendall's S of `k` studies without ties, normal with continuity correction."""
    variance = k * (k - 1) * (2 * k + 5) / 18
    return float(2 * ndtr(-max(abs(s) - 1, 0) / sqrt(variance)))


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
            evidence = Propagation(effects, formulas.trimmed_and_filled(method, largest))
        for name in FILLED:
            statistic = STATISTICS[name]
            registry.value(
                f"{prefix}.{name}",
                None if result is None else statistic.read(result.adjusted),
                statistic.text,
                f"{statistic.meaning} after trim and fill; {words}",
                tuple(f"{prefix}.{i}" for i in statistic.inputs) or effect_names(effects),
                Propagated(evidence, name) if evidence and name != "k" else None,
            )
    registry.value(
        f"{outcome.key}.filled.k0",
        last and last.k0,
        count,
        "studies that trim and fill takes to be missing on the left",
        effect_names(effects),
    )
    return last


def _funnel(registry: Registry, outcome: Outcome, filled: TrimFill | None):
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
