"""A summary effect by weights of one's own, in place of 1/(vi + tau2).

weights     one a study, above 0, on any scale; all equal, they leave the effects unweighted
method      how tau2 is estimated: as in `pool`, or GENQ, by moments with these weights, or GENQM,
            where their Q is at the median of its distribution; the error counts tau2 either way
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cached_property
from math import sqrt

import numpy as np

from . import checks
from .distributions import quantile, two_sided
from .fit_statistics import FitStatistics
from .model import Mean, Model
from .pool import Blups, Pooled, summarise
from .quadratic_form import tau2_at
from .results import read_only
from .tau2 import TAU2, generalised_q, moments_error

# "t" takes k - 1 df; Hartung and Knapp's dispersion belongs to the weights 1/(vi + tau2).
CI = ("z", "t")


def generalised_q_median(model: Model, weights: np.ndarray) -> float:
    """Return the tau2 at which the weighted Q is at the median of its distribution.

    Viechtbauer (2021); exact for normal effects, by `quadratic_form`.
    """
    return tau2_at(model, weights, 0.5) if model.df >= 1 else 0.0


BY_WEIGHTS: dict[str, Callable[[Model, np.ndarray], float]] = {
    "GENQ": generalised_q,
    "GENQM": generalised_q_median,
}


class WeightedPooled(Pooled):
    """A summary by `weights` of one's own, here in per cent.

    Predictions of the studies' true effects are not defined for them.
    """

    @cached_property
    def tau2_se(self) -> float:
        """The asymptotic standard error of `tau2`, nan for EE."""
        if self.method in BY_WEIGHTS and self.k > 1:
            return moments_error(self.model, self.tau2, np.asarray(self.weights))
        return super().tau2_se

    def fit_statistics(self) -> FitStatistics:
        """Return the criteria at this estimate, which is not that of the highest likelihood."""
        found = super().fit_statistics()
        w = 1 / (self.model.v + self.tau2)
        lost = float(w.sum() * (self.estimate - self.model.fit(w).b[0]) ** 2)
        return replace(
            found,
            loglik=found.loglik - lost / 2,
            deviance=found.deviance + lost,
            aic=found.aic + lost,
            bic=found.bic + lost,
            aicc=found.aicc + lost,
        )

    def blups(self, level: float | None = None) -> Blups:
        """Refuse: the best predictions go with the weights 1/(vi + tau2)."""
        raise ValueError("weights of one's own leave no best predictions; pool without them")

    def report(self) -> str:
        """Return effect, interval and heterogeneity in one sentence."""
        return super().report().replace(f"({self.method})", f"({self.method}, weights given)", 1)


def refuse_weighted(name: str, result) -> None:
    """Refuse the argument `name` if the `result` has weights other than 1/(vi + tau2)."""
    if isinstance(result, WeightedPooled):
        raise ValueError(
            f"{name} has weights of its own, which this does not take; pool without them"
        )


def pool_weighted(
    yi, *, vi, weights, method: str = "REML", ci: str = "z", level: float = 0.95
) -> WeightedPooled:
    """Pool effect sizes `yi` with variances `vi` by `weights` of one's own, with tau2 by `method`.

    Arrays of shape (k,), k >= 1. The variance of the summary is sum w^2 (vi + tau2) / (sum w)^2;
    tests and intervals by z or, with `ci` "t", Student's t on k - 1 df. ValueError as in `pool`.

    >>> bcg = ma.example("bcg")
    >>> sizes = bcg.n_treated + bcg.n_control
    >>> print(ma.pool_weighted(bcg.yi, vi=bcg.vi, weights=sizes).report())
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    weights = checks.vector("weights", weights)
    if len(weights) != len(yi):
        raise ValueError(f"weights has {len(weights)} values and yi has {len(yi)}")
    bad = ~(np.isfinite(weights) & (weights > 0))
    checks.refuse("weights", weights, bad, "every weight must be a finite number above 0")
    checks.one_of("method", method, (*TAU2, *BY_WEIGHTS))
    checks.one_of("ci", ci, CI)
    level = checks.level(level)
    model, share = Mean(yi, vi), weights / weights.sum()
    tau2 = float(BY_WEIGHTS[method](model, share) if method in BY_WEIGHTS else TAU2[method](model))
    usual = summarise(model, method, tau2, ci, level)
    estimate = float(yi[model.first] + share @ model.distance)
    se = sqrt(float(share**2 @ (vi + tau2)))
    half, statistic = quantile(level, usual.df) * se, estimate / se
    values = {f.name: getattr(usual, f.name) for f in fields(usual)} | {
        "estimate": estimate, "se": se, "ci_low": estimate - half, "ci_high": estimate + half,
        "statistic": statistic, "pvalue": two_sided(statistic, usual.df),
        "weights": read_only(100 * share),
    }  # fmt: skip
    return WeightedPooled(**values)
