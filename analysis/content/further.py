"""Pooled effects that allow for missing trials in other ways, or start from prior knowledge.

selection     trials were published by a step of their one-sided p-value: Vevea & Hedges (1995);
              test and interval by the likelihood ratio, since the likelihood is skewed
limit         trials without sampling error, by a limit meta-analysis: Rücker et al. (2011)
henmi_copas   weights of the equal-effects model, which small trials move less: Henmi & Copas (2010)
bayes, bayes_wide   half-normal priors of the standard deviation of the true effects: Röver (2020)

What starts from a prior is shown and does not count for the verdicts. Value names:
`<outcome>.<method>.<statistic>`; phrases `robust.selection.upwards` and `robust.priors`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import attrgetter

from ..display.numbers import pvalue
from ..display.registry import Registry
from ..display.sentence import listed
from ..display.value import Value
from ..engine import priors
from ..engine.bayes import bayes
from ..engine.checks import computable
from ..engine.henmi_copas import henmi_copas
from ..engine.limit_meta_analysis import limit_meta_analysis
from ..engine.selection_model import selection_model
from .pooled import STATISTICS, Statistic, decimals
from .samples import Sample, add_statistics
from .settings import LEVEL, SCALES

# Of tau, on the scale of standardised differences: half of the prior lies below two thirds of its scale.
PRIOR_SCALES = {"": 0.5, "wide.": 1.0}
STEP = 0.025  # the one-sided p-value at which the weight of the selection model changes

_READ = {name: STATISTICS[name] for name in ("k", "estimate", "se", "ci_low", "ci_high")}
_P = Statistic(attrgetter("pvalue"), pvalue, "significance (p), both tails")
_POSTERIOR = {
    "k": STATISTICS["k"],
    "estimate": Statistic(attrgetter("mu.median"), decimals(2), "posterior median of the mean effect"),
    "ci_low": Statistic(attrgetter("mu.low"), decimals(2), "lower credible limit"),
    "ci_high": Statistic(attrgetter("mu.high"), decimals(2), "upper credible limit"),
    "prediction_low": Statistic(
        attrgetter("prediction.low"), decimals(2), "lower limit of the predicted effect"
    ),
    "prediction_high": Statistic(
        attrgetter("prediction.high"), decimals(2), "upper limit of the predicted effect"
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Further:
    """A method: its label, its words, how it analyses, and which statistics its result has."""

    label: str
    words: str
    analyse: Callable
    statistics: dict[str, Statistic]


@dataclass(frozen=True)
class Selected:
    """A selection model with a step: its profile interval, and the likelihood-ratio test of no effect.

    `delta` is the weight of trials above the step, relative to those below it; `delta_pvalue` is of the
    test that it is 1.
    """

    k: int
    estimate: float
    ci_low: float
    ci_high: float
    pvalue: float
    delta: float
    delta_pvalue: float


def _selection(yi, *, vi, level: float) -> Selected:
    return _selected(tuple(yi), tuple(vi), level)


@lru_cache(maxsize=64)  # takes a while, and is asked again whenever the same data are composed
def _selected(yi: tuple[float, ...], vi: tuple[float, ...], level: float) -> Selected:
    fit = selection_model(yi, vi=vi, steps=[STEP], alternative="greater", level=level)
    ends = fit.profile_interval()
    delta = float(fit.delta["estimate"].iloc[-1])
    p = fit.effect_test().pvalue
    return Selected(fit.k, fit.estimate, ends.low, ends.high, p, delta, fit.lrt_pvalue)


_SELECTED = {n: s for n, s in _READ.items() if n in ("k", "estimate")} | {
    "ci_low": Statistic(attrgetter("ci_low"), decimals(2), "lower limit by the profile likelihood"),
    "ci_high": Statistic(attrgetter("ci_high"), decimals(2), "upper limit by the profile likelihood"),
    "pvalue": _P,
    "delta": Statistic(
        attrgetter("delta"), decimals(2), "publication of trials without a significant effect, "
        "relative to the others",
    ),
    "delta_pvalue": Statistic(
        attrgetter("delta_pvalue"), pvalue, "significance (p) of the selection"
    ),
}  # fmt: skip
METHODS = {
    "selection": Further("Selection model", "selection model", _selection, _SELECTED),
    "limit": Further(
        "Limit meta-analysis", "limit meta-analysis", limit_meta_analysis, _READ | {"pvalue": _P}
    ),
    "henmi_copas": Further("Henmi and Copas", "interval of Henmi and Copas", henmi_copas, _READ),
    **{
        f"bayes{'_wide' if name else ''}": Further(
            "Bayesian, wider prior" if name else "Bayesian", "Bayesian random-effects model",
            partial(bayes, tau_prior=priors.half_normal(scale)), _POSTERIOR,
        )
        for name, scale in PRIOR_SCALES.items()
    },
}  # fmt: skip
# Those that allow for missing trials, which count for the verdicts.
ALLOWING = ("selection", "limit", "henmi_copas")


def add_settings_of_further(registry: Registry) -> None:
    """Register the priors of the Bayesian method, and the step of the selection model."""
    for name, scale in PRIOR_SCALES.items():
        registry.value(
            f"robust.prior.{name}scale", scale, decimals(1),
            "scale of the prior of τ, normal and folded at no heterogeneity",
        )  # fmt: skip
        high = float(priors.half_normal(scale).quantile(LEVEL))
        registry.value(
            f"robust.prior.{name}high", high, decimals(1),
            "τ below which the prior has the share that the intervals cover",
            (f"robust.prior.{name}scale",),
        )  # fmt: skip
    registry.value(
        "robust.selection.step", STEP, decimals(3),
        "p-value, of a single tail, at which the weight of the selection model changes",
    )  # fmt: skip


def add_further(registry: Registry, key: str, sample: Sample) -> None:
    """Register the outcome `key`, whose effects are `sample`, by every one of `METHODS`."""
    for name, method in METHODS.items():
        found = computable(method.analyse, **sample.effects, level=LEVEL)
        add_statistics(
            registry, f"{key}.{name}", found, method.statistics, method.words, sample.inputs
        )


def add_words_of_further(registry: Registry) -> None:
    """Say where the selection model corrects upwards, and where the prior decides."""
    names = {key: f"{key}.selection.delta" for key in SCALES}
    deltas = {key: registry.get(Value, name).raw for key, name in names.items()}
    up = [SCALES[key].name for key, delta in deltas.items() if delta is not None and delta > 1]
    text = "For no outcome does it find these trials published as often as the others, or more."
    if up:
        text = (
            f"For {listed(up)} it finds these trials published as often as the others, or more, so "
            "that nothing is corrected downwards."
        )
    registry.phrase("robust.selection.upwards", text, tuple(names.values()))
    apart, inputs = [], []
    for key, scale in SCALES.items():
        names = [f"{key}.{m}.ci_{end}" for m in ("bayes", "bayes_wide") for end in ("low", "high")]
        inputs += names
        ends = [registry.get(Value, name).raw for name in names]
        if None not in ends and (ends[0] * ends[1] > 0) != (ends[2] * ends[3] > 0):
            apart.append(scale.name)
    text = "For no outcome does the prior decide whether it excludes no effect."
    if apart:
        text = f"For {listed(apart)} the prior decides whether it excludes no effect."
    registry.phrase("robust.priors", text, tuple(inputs))
