"""The test of excess significance: are there more significant studies than their power makes likely?

observed     number of significant studies
expected     sum of the powers to find the pooled effect
side         "greater" tests for an excess, "less" for a lack, "two-sided" for either
test         chi2, the squared distance over its binomial variance; binom, the binomial test with
             the mean power; exact, from the distribution of a sum of events of unequal probabilities
limit        the true effect beyond which the studies' significances would no longer be an excess
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, nan, sqrt

import numpy as np
import scipy  # scipy.stats, slow to import, comes with its first use
from scipy.optimize import brentq
from scipy.special import bdtr, bdtrc, ndtr

from . import checks
from .poisson_binomial import poisson_binomial
from .pool import pool
from .power import ALTERNATIVES, critical_value, study_power
from .results import read_only
from .rows import Rows
from .tau2 import TAU2

TESTS = ("chi2", "binom", "exact")
# Two counts are as probable as each other where rounding alone tells them apart.
AS_PROBABLE = 1e-7
# The search for the limit ends where every study would be significant for certain.
CERTAIN = 40


@dataclass(frozen=True, repr=False)
class ExcessSignificance(Rows):
    """Observed and expected numbers of significant studies, the test, and each study's power.

    `power` and `significant` have shape (k,). `ratio` is that of both numbers; without any power inf,
    or nan where none was observed. `statistic` is chi-squared on 1 df, nan for the other
    tests. `limit_low` and `limit_high` are the true effects, in the direction of `theta`, at which
    the p-value for an excess, or for a lack, is `limit_alpha` (half of it each where two-sided);
    nan where no effect does that, or no such limit was asked for.
    """

    test: str
    side: str
    alternative: str
    k: int
    theta: float
    tau2: float
    observed: int
    expected: float
    ratio: float
    statistic: float
    pvalue: float
    limit_low: float
    limit_high: float
    limit_alpha: float
    alpha: float
    power: np.ndarray = field(compare=False)
    significant: np.ndarray = field(compare=False)

    def report(self) -> str:
        """Return the test in one sentence."""
        return (
            f"Of {self.k} studies {self.observed} were significant where {self.expected:.1f} were to be "
            f"expected if the true effect is {self.theta:.2f} ({self.test} test of excess "
            f"significance, p = {self.pvalue:.3g})."
        )


def excess_significance(
    yi,
    *,
    vi,
    theta: float | None = None,
    method: str = "EE",
    test: str = "exact",
    side: str = "greater",
    alternative: str = "two-sided",
    alpha: float = 0.05,
    limit_alpha: float = 0.1,
) -> ExcessSignificance:
    """Test whether effects `yi`, variances `vi` are significant more often than their power allows.

    Ioannidis & Trikalinos (2007). Each study is tested at `alpha` against `alternative`; its power is
    that to find `theta`, by default the effect pooled by `method`, whose tau2 spreads the true
    effects. `test` and `side` name the test; the limits are theirs at `limit_alpha`. ValueError
    for anything else.

    >>> bcg = ma.example("bcg")
    >>> print(ma.excess_significance(bcg.yi, vi=bcg.vi).report())
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    for name, value, allowed in (
        ("method", method, TAU2),
        ("test", test, TESTS),
        ("side", side, ALTERNATIVES),
        ("alternative", alternative, ALTERNATIVES),
    ):
        checks.one_of(name, value, allowed)
    alpha = checks.level(alpha, "alpha")
    limit_alpha = checks.level(limit_alpha, "limit_alpha")
    pooled = pool(yi, vi=vi, method=method)
    theta = pooled.estimate if theta is None else checks.number("theta", theta)
    z, critical = yi / np.sqrt(vi), critical_value(alpha, alternative)
    z = {"two-sided": abs(z), "greater": z, "less": -z}[alternative]
    significant = z >= critical
    observed = int(significant.sum())
    how = {"tau2": pooled.tau2, "alternative": alternative}
    power = study_power(vi, theta, alpha, **how)
    expected = float(power.sum())

    def p_at(effect: float, of_side: str) -> float:
        return _test(observed, study_power(vi, effect, alpha, **how), test, of_side)[1]

    statistic, pvalue = _test(observed, power, test, side)
    direction = {"greater": 1, "less": -1}.get(alternative, -1 if theta < 0 else 1)
    furthest = CERTAIN * float(np.sqrt(vi.max() + pooled.tau2))
    limits = dict.fromkeys(("greater", "less"), nan)
    for each in limits:
        if side in (each, "two-sided"):
            target = limit_alpha if side == each else limit_alpha / 2
            limits[each] = direction * _limit(
                lambda size, each=each: p_at(direction * size, each), target, furthest
            )
    return ExcessSignificance(
        test=test,
        side=side,
        alternative=alternative,
        k=len(yi),
        theta=theta,
        tau2=pooled.tau2,
        observed=observed,
        expected=expected,
        ratio=observed / expected if expected > 0 else inf if observed else nan,
        statistic=statistic,
        pvalue=pvalue,
        limit_low=limits["greater"],
        limit_high=limits["less"],
        limit_alpha=limit_alpha,
        alpha=alpha,
        power=read_only(power),
        significant=read_only(significant),
    )


def _test(observed: int, power: np.ndarray, test: str, side: str) -> tuple[float, float]:
    """Return statistic, nan where there is none, and p-value of `observed` significant studies."""
    if test == "chi2":
        return _chi2(observed, power, side)
    return nan, (_binom if test == "binom" else _exact)(observed, power, side)


def _chi2(observed: int, power: np.ndarray, side: str) -> tuple[float, float]:
    mean, variance = float(power.sum()), float(power.sum() * (1 - power.mean()))
    distance = observed - mean
    if variance > 0:
        z = distance / sqrt(variance)
    else:
        z = 0.0 if distance == 0 else inf if distance > 0 else -inf
    p = {"greater": ndtr(-z), "less": ndtr(z), "two-sided": 2 * ndtr(-abs(z))}[side]
    return z * z, float(p)


def _binom(observed: int, power: np.ndarray, side: str) -> float:
    k, share = len(power), min(1.0, float(power.mean()))
    if side == "two-sided":
        return float(scipy.stats.binomtest(observed, k, share).pvalue)
    if side == "less":
        return float(bdtr(observed, k, share))
    return 1.0 if observed == 0 else float(bdtrc(observed - 1, k, share))


def _exact(observed: int, power: np.ndarray, side: str) -> float:
    chances = poisson_binomial(power)
    if side == "two-sided":
        tail = chances[chances <= chances[observed] * (1 + AS_PROBABLE)]
    else:
        tail = chances[observed:] if side == "greater" else chances[: observed + 1]
    return min(1.0, float(tail.sum()))


def _limit(p_at, target: float, furthest: float) -> float:
    """Return the size of the effect at which `p_at` is `target`, nan where none is that or it is 0.

    The p-value goes one way as the powers grow with the effect.
    """
    start, end = p_at(0.0) - target, p_at(furthest) - target
    if start * end >= 0:
        return nan
    return float(brentq(lambda size: p_at(size) - target, 0.0, furthest, xtol=1e-13, rtol=1e-13))
