"""Henmi and Copas' interval: random effects, with the weights that small studies distort least.

The estimate keeps the weights 1/vi of the equal-effects model, so that large studies count as much as
their precision says; its error and interval allow for the heterogeneity all the same.

    w1          sum of the weights; w2, w3, w4 sums of their powers, each over w1
    r           the estimate over its equal-effects error, with variance 1 + tau2 w2
    q           Cochran's Q; given r it is nearly a gamma variable, whose moments are known
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammainc

from . import checks
from .distributions import quantile
from .model import Mean
from .quadrature import integrate
from .results import Result
from .tau2 import dersimonian_laird

# Of the root, relative: far below what any digit of an interval can show.
TOLERANCE = 1e-12
# The normal density at the far end of the integral over that at its start; the panels between.
LEFT_OUT, PANELS = 1e-20, 4


@dataclass(frozen=True, repr=False)
class HenmiCopas(Result):
    """The equal-effects estimate with an error and interval that allow for heterogeneity.

    `critical` is the number of standard errors to either side; `tau2` is DerSimonian and Laird's.
    """

    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    critical: float
    tau2: float
    level: float

    def report(self) -> str:
        """Return estimate and interval in one sentence."""
        return (
            f"With the weights of the equal-effects model {self.k} studies gave an effect of "
            f"{self.estimate:.2f} ({100 * self.level:g}% CI after Henmi and Copas {self.ci_low:.2f} to "
            f"{self.ci_high:.2f}, tau {sqrt(self.tau2):.2f})."
        )


def henmi_copas(yi, *, vi, level: float = 0.95) -> HenmiCopas:
    """Return the interval of Henmi & Copas (2010) of a given `level` for effects `yi`, variances `vi`.

    `yi` and `vi` are array-likes of shape (k,), k >= 2. ValueError for anything else.

    >>> bcg = ma.example("bcg")
    >>> print(ma.henmi_copas(bcg.yi, vi=bcg.vi).report())
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    k = checks.at_least(2, yi, "the interval of Henmi and Copas")
    level = checks.level(level)
    model = Mean(yi, vi)
    tau2 = dersimonian_laird(model)
    wi = 1 / vi
    sums = _Sums(k, tau2, *_power_sums(wi))
    estimate, se = float(model.equal.b[0]), sqrt(sums.variance / sums.w1)
    critical = sqrt(sums.variance) * _root(sums, level)
    return HenmiCopas(
        k=k,
        estimate=estimate,
        se=se,
        ci_low=estimate - critical * se,
        ci_high=estimate + critical * se,
        critical=critical,
        tau2=tau2,
        level=level,
    )


def _power_sums(wi: np.ndarray) -> tuple[float, ...]:
    total = float(wi.sum())
    return total, *(float(np.sum(wi**n)) / total for n in (2, 3, 4))


@dataclass(frozen=True)
class _Sums:
    """What the distribution of q given r depends on."""

    k: int
    tau2: float
    w1: float
    w2: float
    w3: float
    w4: float

    @property
    def variance(self) -> float:
        """The variance of r."""
        return 1 + self.tau2 * self.w2

    def moments(self, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return means and variances of q given `r` standard deviations: Henmi & Copas (2010)."""
        df, t, w1, w2, w3, w4 = self.k - 1, self.tau2, self.w1, self.w2, self.w3, self.w4
        beyond = (r * r - 1) / self.variance
        spread = w3 - w2**2
        mean = df + t * (w1 - w2) + t**2 * beyond * spread
        variance = (
            2 * df
            + 4 * t * (w1 - w2)
            + 2 * t**2 * (w1 * w2 - 2 * w3 + w2**2)
            + 4 * t**2 * beyond * spread
            + 4 * t**3 * beyond * (w4 - 2 * w2 * w3 + w2**3)
            + 2 * t**4 * (1 - 2 * r * r) / self.variance**2 * spread**2
        )
        return mean, variance

    def density(self, r: np.ndarray, t: float) -> np.ndarray:
        """Return the densities of `r` times the probability that q is too small for r/t errors."""
        mean, variance = self.moments(r)
        bound = (self.w1 / self.w2 - 1) * ((r / t) ** 2 - 1) + self.k - 1
        below = gammainc(mean**2 / variance, bound * mean / variance)
        return below * np.exp(-r * r / 2) / sqrt(2 * pi)


def _root(sums: _Sums, level: float) -> float:
    """Return the t at which r exceeds t times its estimated error with probability (1 - level)/2.

    The probability is at most that of r > t, so that the root lies below the normal quantile.
    """
    tail, normal = (1 - level) / 2, quantile(level, None)

    def excess(t: float) -> float:
        edges = np.linspace(t, sqrt(t * t - 2 * np.log(LEFT_OUT)), PANELS + 1)
        panels = integrate(lambda r: sums.density(r, t)[None], edges)
        return float(panels.sums.sum()) - tail

    low = normal
    while low > TOLERANCE:
        high, low = low, low / 2
        if excess(low) > 0:
            return float(brentq(excess, low, high, xtol=TOLERANCE, rtol=TOLERANCE))
    raise ValueError(
        f"the interval of {level:g} was not found: no critical value between {low:g} and {normal:g}"
    )
