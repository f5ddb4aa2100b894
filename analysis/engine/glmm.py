"""Random-effects summaries of counts by generalised linear mixed models: no effect sizes between.

measure     OR, logistic models of events among participants; IRR, Poisson ones of events over time
model       UM.FS  every study has its own intercept, and the treatment a random effect
            CM.AL  OR given each study's total of events, binomial: close where events are rare
            CM.EL  the same for IRR, where it is exact
tau2        variance of the studies' true log ratios, by maximum likelihood
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import chdtrc

from . import checks
from .distributions import quantile, two_sided
from .mixed_counts import Counts, Peak, highest
from .results import Result
from .tables import Tables, tables_of

MODELS = {"OR": ("UM.FS", "CM.AL"), "IRR": ("UM.FS", "CM.EL")}
# A gain in the log-likelihood below this is rounding, and tau2 then 0.
GAIN = 1e-9
# Where the search for tau starts; each may lead to another peak.
STARTS = (0.2, 1.0)


@dataclass(frozen=True, repr=False)
class MixedModel(Result):
    """A summary log ratio by a mixed model, with its heterogeneity.

    `k` counts the studies with events, and for OR non-events: the others say nothing. `q` is the
    likelihood-ratio test of equal effects, `q_wald` Wald's, over the tables without a zero.
    """

    measure: str
    model: str
    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    pvalue: float
    level: float
    tau2: float
    loglik: float
    q: float
    q_wald: float
    q_df: int
    q_pvalue: float

    def report(self) -> str:
        """Return effect, interval and heterogeneity in one sentence."""
        p = "p < 0.001" if self.pvalue < 0.001 else f"p = {self.pvalue:.3f}"
        return (
            f"Over {self.k} studies the mixed model ({self.model}) put the log {self.measure} at "
            f"{self.estimate:.2f} ({100 * self.level:g}% CI {self.ci_low:.2f} to {self.ci_high:.2f}, "
            f"{p}); tau was {sqrt(self.tau2):.2f}."
        )


def glmm(
    measure: str = "OR",
    *,
    events_treated,
    events_control,
    n_treated=None,
    n_control=None,
    time_treated=None,
    time_control=None,
    model: str = "UM.FS",
    level: float = 0.95,
) -> MixedModel:
    """Summarise `events_*` among `n_*` (OR) or over `time_*` (IRR) by a mixed `model`.

    Arrays of shape (k,): Stijnen, Hamza & Özdemir (2010); Turner et al. (2000) for UM.FS, with the
    random effect split evenly between the arms. Test and interval by z, from the observed information
    on effect and tau. ValueError for a wrong count, for fewer than 2 studies that say something,
    where an arm has no event at all (or everybody has it), and if the iteration does not settle.

    >>> bcg = ma.example("bcg")
    >>> counts = bcg[["events_treated", "n_treated", "events_control", "n_control"]]
    >>> print(ma.glmm("OR", **counts).report())
    """
    checks.one_of("measure", measure, MODELS)
    checks.one_of("model", model, MODELS[measure])
    level = checks.level(level)
    tables = tables_of(
        measure,
        events_treated=events_treated,
        events_control=events_control,
        n_treated=n_treated,
        n_control=n_control,
        time_treated=time_treated,
        time_control=time_control,
    )
    tables = tables.keep(tables.informative)
    _refuse_without_estimate(tables)
    counts = _unconditional(tables) if model == "UM.FS" else _conditional(tables)
    equal = highest(counts, 0.0)
    peak = max((equal, *(highest(counts, start) for start in STARTS)), key=_preference(equal))
    return _result(measure, model, level, tables, counts, equal, peak)


def _refuse_without_estimate(tables: Tables) -> None:
    """Refuse fewer than 2 tables, and an arm that is empty or full in all of them."""
    k = len(tables.a)
    if k < 2:
        raise ValueError(f"{k} of the studies says something; a mixed model needs at least 2")
    for name, events, size in (("treated", tables.a, tables.n1), ("control", tables.c, tables.n2)):
        if not events.any() or (not tables.rates and (events == size).all()):
            share = "no events" if not events.any() else "events alone"
            raise ValueError(f"events_{name} has {share} in every study; the ratio has no estimate")


def _preference(equal: Peak):
    """Return the key by which a peak beyond sigma 0 must gain more than rounding over `equal`."""
    return lambda peak: peak.loglik - (0.0 if peak is equal else GAIN)


def _unconditional(tables: Tables) -> Counts:
    """Return both arms' events, with an intercept a study, its random effect halved between the arms."""
    x, size = np.column_stack([tables.a, tables.c]), np.column_stack([tables.n1, tables.n2])
    half = np.array([0.5, -0.5])
    if tables.rates:
        return Counts(x, None, np.log(size), half, half, own=True)
    return Counts(x, size, np.zeros_like(size), half, half, own=True)


def _conditional(tables: Tables) -> Counts:
    """Return the treated arm's events out of each study's total, offset by the sizes of the arms."""
    one = np.ones(1)
    total, offset = (tables.a + tables.c)[:, None], np.log(tables.n1 / tables.n2)[:, None]
    return Counts(tables.a[:, None], total, offset, one, one, own=False)


def _wald(tables: Tables, model: str) -> float:
    """Return Wald's statistic of equal effects.

    A study with a zero has an infinite effect, of no weight in the limit.
    """
    a, b, c, d = tables.cells
    if tables.rates or model != "UM.FS":
        use, effect, variance = (a > 0) & (c > 0), (a, tables.n1, c, tables.n2), (a, c)
    else:
        use, effect, variance = (a > 0) & (b > 0) & (c > 0) & (d > 0), (a, b, c, d), (a, b, c, d)
    if not use.any():
        return 0.0
    top, under, base, below = (part[use] for part in effect)
    yi = np.log(top / under) - np.log(base / below)
    wi = 1 / sum(1 / part[use] for part in variance)
    return float(wi @ (yi - wi @ yi / wi.sum()) ** 2)


def _result(measure, model, level, tables, counts, equal: Peak, peak: Peak) -> MixedModel:
    """Return the result at the `peak`, and the tests of the one without heterogeneity, `equal`."""
    # At tau 0 the slope in tau is 0 by symmetry, so that theta stands alone.
    (a, b), (_, c) = peak.information
    se = sqrt(1 / float(a if peak is equal else a - b**2 / c))
    half, statistic = quantile(level, None) * se, peak.theta / se
    k = len(tables.a)
    q = max(0.0, 2 * (counts.saturated - equal.loglik))
    return MixedModel(
        measure=measure,
        model=model,
        k=k,
        estimate=peak.theta,
        se=se,
        ci_low=peak.theta - half,
        ci_high=peak.theta + half,
        statistic=statistic,
        pvalue=two_sided(statistic, None),
        level=level,
        tau2=peak.sigma**2,
        loglik=peak.loglik,
        q=q,
        q_wald=_wald(tables, model),
        q_df=k - 1,
        q_pvalue=float(chdtrc(k - 1, q)),
    )
