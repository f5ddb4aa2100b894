"""Pooled effects that allow for missing trials in other ways, or start from prior knowledge.

selection     trials were published by a step of their one-sided p-value: Vevea & Hedges (1995)
limit         trials without sampling error, by a limit meta-analysis: Rücker et al. (2011)
henmi_copas   weights of the equal-effects model, which small trials move less: Henmi & Copas (2010)
bayes         a half-normal prior of the standard deviation of the true effects: Röver (2020)

They are shown beside the other methods and do not count for the verdicts: each rests on a model, or a
prior, that the trials cannot check. Value names: `<outcome>.<method>.<statistic>`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from ..display.numbers import pvalue
from ..display.registry import Registry
from ..engine import priors
from ..engine.bayes import bayes
from ..engine.checks import computable
from ..engine.henmi_copas import henmi_copas
from ..engine.limit_meta_analysis import limit_meta_analysis
from ..engine.selection_model import selection_model
from .pooled import STATISTICS, Statistic, decimals
from .samples import Sample, add_statistics
from .settings import LEVEL

# Of tau, on the scale of standardised differences: half of it lies below a third, which is wide.
PRIOR_SCALE = 0.5
PRIOR = priors.half_normal(PRIOR_SCALE)

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


METHODS = {
    "selection": Further(
        "Selection model", "selection model",
        partial(selection_model, alternative="greater"), _READ | {"pvalue": _P},
    ),
    "limit": Further(
        "Limit meta-analysis", "limit meta-analysis", limit_meta_analysis, _READ | {"pvalue": _P}
    ),
    "henmi_copas": Further("Henmi and Copas", "interval of Henmi and Copas", henmi_copas, _READ),
    "bayes": Further(
        "Bayesian", "Bayesian random-effects model",
        partial(bayes, tau_prior=PRIOR), _POSTERIOR,
    ),
}  # fmt: skip


def add_prior(registry: Registry) -> None:
    """Register the prior of the Bayesian method."""
    registry.value(
        "robust.prior.scale",
        PRIOR_SCALE,
        decimals(1),
        "scale of the prior of τ, normal and folded at no heterogeneity",
    )
    registry.value(
        "robust.prior.high", float(PRIOR.quantile(LEVEL)), decimals(1),
        "τ below which the prior has the share that the intervals cover", ("robust.prior.scale",),
    )  # fmt: skip


def add_further(registry: Registry, key: str, sample: Sample) -> None:
    """Register the outcome `key`, whose effects are `sample`, by every one of `METHODS`."""
    for name, method in METHODS.items():
        found = computable(method.analyse, **sample.effects, level=LEVEL)
        add_statistics(
            registry, f"{key}.{name}", found, method.statistics, method.words, sample.inputs
        )
