"""What may be believed of tau, the standard deviation of the true effects, before any data.

scale      where half of the half-normal, half-t and half-Cauchy distributions is folded up: on the
           scale of the effects, so that no scale suits every measure
mean, sd   of log(tau2), as empirical priors are published; location and scale where it is t
tail       the power at which the density falls for large tau, which says what moments there are

The empirical priors are those of Cochrane reviews: `turner2012` and `turner2015` for log odds
ratios, `rhodes2015` for standardised mean differences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import inf, lgamma, log, pi

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from . import checks
from .priors_published import GENERAL, MISPRINTED, RHODES_2015, TURNER_2012, TURNER_2015

__all__ = [
    "TauPrior",
    "half_cauchy",
    "half_normal",
    "half_t",
    "log_normal",
    "log_t",
    "rhodes2015",
    "turner2012",
    "turner2015",
    "uniform",
]


@dataclass(frozen=True, repr=False)
class TauPrior:
    """A prior of tau with its `log_density`, `cdf` and `quantile`, each a function of arrays.

    `proper` says whether the density integrates to 1, `high` where its support ends.

    >>> prior = ma.priors.half_normal(0.5)
    >>> prior.density(np.array([0.0, 0.5, 1.0])).round(3)
    """

    name: str
    log_density: Callable[[np.ndarray], np.ndarray] = field(compare=False)
    cdf: Callable[[np.ndarray], np.ndarray] = field(compare=False)
    quantile: Callable[[np.ndarray], np.ndarray] = field(compare=False)
    tail: float = inf
    high: float = inf
    proper: bool = True

    def density(self, tau) -> np.ndarray:
        """Return the density at `tau`, array-like."""
        return np.exp(self.log_density(np.asarray(tau, dtype=float)))

    def __repr__(self) -> str:
        return self.name


def half_normal(scale: float) -> TauPrior:
    """Return the half-normal prior of tau with the given `scale`: 95% below 1.96 times it.

    >>> prior = ma.priors.half_normal(0.5)
    >>> prior
    >>> prior.quantile(0.5)
    """
    scale = _positive("scale", scale)
    return _folded(f"half-normal({scale:g})", scale, _log_normal_density, ndtr, ndtri, inf)


def half_t(scale: float, df: float) -> TauPrior:
    """Return the half-t prior of tau with the given `scale` and `df`: Gelman (2006).

    >>> prior = ma.priors.half_t(0.5, df=4)
    >>> prior
    >>> prior.quantile(0.5)
    """
    scale, df = _positive("scale", scale), _positive("df", df)
    name = f"half-t({scale:g}, df {df:g})"
    return _folded(name, scale, *_student(df), df + 1)


def half_cauchy(scale: float) -> TauPrior:
    """Return the half-Cauchy prior of tau with the given `scale`, its median: Gelman (2006).

    >>> prior = ma.priors.half_cauchy(0.5)
    >>> prior
    >>> prior.quantile(0.5)
    """
    scale = _positive("scale", scale)
    return _folded(f"half-Cauchy({scale:g})", scale, *_student(1.0), 2.0)


def uniform(high: float = inf) -> TauPrior:
    """Return the uniform prior of tau up to `high`; without an end it is improper.

    >>> prior = ma.priors.uniform(2)
    >>> prior
    >>> prior.quantile(0.5)
    """
    if high == inf:
        return TauPrior("uniform", np.zeros_like, _improper, _improper, tail=0.0, proper=False)
    high = _positive("high", high)

    def log_density(tau: np.ndarray) -> np.ndarray:
        return np.where(tau <= high, -log(high), -inf)

    return TauPrior(
        f"uniform(0, {high:g})",
        log_density,
        lambda tau: np.clip(np.asarray(tau) / high, 0, 1),
        lambda p: high * np.asarray(p),
        high=high,
    )


def log_normal(mean: float, sd: float) -> TauPrior:
    """Return the prior by which log(tau2) is normal with `mean` and `sd`.

    >>> prior = ma.priors.log_normal(-2.56, 1.74)
    >>> prior
    >>> prior.quantile(0.5)
    """
    mean, sd = checks.number("mean", mean), _positive("sd", sd)
    name = f"log-normal({mean:g}, {sd:g}) of tau2"
    return _logarithmic(name, mean, sd, _log_normal_density, ndtr, ndtri, inf)


def log_t(location: float, scale: float, df: float = 5) -> TauPrior:
    """Return the prior by which log(tau2) is t with `location`, `scale` and `df`.

    >>> prior = ma.priors.log_t(-3.44, 2.59)
    >>> prior
    >>> prior.quantile(0.5)
    """
    location, scale, df = (
        checks.number("location", location),
        _positive("scale", scale),
        _positive("df", df),
    )
    name = f"log-t({location:g}, {scale:g}, df {df:g}) of tau2"
    return _logarithmic(name, location, scale, *_student(df), 1.0)


def turner2012(outcome: str = "general", comparison: str = "general") -> TauPrior:
    """Return the log-normal prior for a log odds ratio by kind of `outcome` and `comparison`.

    Turner, Davey, Clarke, Thompson & Higgins (2012), Int J Epidemiol 41, 818. ValueError lists what
    there is.

    >>> prior = ma.priors.turner2012()
    >>> prior
    >>> prior.quantile(0.5)
    """
    return log_normal(*_published(TURNER_2012, GENERAL["turner2012"], outcome, comparison))


def turner2015(outcome: str = "general", comparison: str = "general") -> TauPrior:
    """Return the log-normal prior for a log odds ratio in one of 80 settings.

    Turner, Jackson, Wei, Thompson & Higgins (2015), Stat Med 34, 984, table IV. ValueError lists what
    there is.

    >>> prior = ma.priors.turner2015()
    >>> prior
    >>> prior.quantile(0.5)
    """
    return log_normal(*_published(TURNER_2015, GENERAL["turner2015"], outcome, comparison))


def rhodes2015(outcome: str = "general", comparison: str = "general") -> TauPrior:
    """Return the log-t prior, 5 df, for a standardised mean difference in one of 23 settings.

    Rhodes, Turner & Higgins (2015), J Clin Epidemiol 68, 52, table 3: areas other than cancer and
    respiratory diseases. ValueError lists what there is.

    >>> prior = ma.priors.rhodes2015()
    >>> prior
    >>> prior.quantile(0.5)
    """
    if (outcome, comparison) in MISPRINTED:
        raise ValueError(MISPRINTED[outcome, comparison])
    return log_t(*_published(RHODES_2015, GENERAL["rhodes2015"], outcome, comparison))


def _published(
    table: dict[str, dict[str, tuple[float, float]]],
    general: tuple[float, float],
    outcome: str,
    comparison: str,
) -> tuple[float, float]:
    if outcome == comparison == "general":
        return general
    checks.one_of("comparison", comparison, table)
    checks.one_of("outcome", outcome, table[comparison])
    return table[comparison][outcome]


def _folded(name, scale, log_density, cdf, quantile, tail) -> TauPrior:
    """Return the prior of |X|, X symmetric around 0 with the given `scale`."""
    return TauPrior(
        name,
        lambda tau: log(2 / scale) + log_density(tau / scale),
        lambda tau: cdf(np.asarray(tau) / scale) - cdf(-np.asarray(tau) / scale),
        lambda p: scale * quantile((1 + np.asarray(p)) / 2),
        tail,
    )


def _logarithmic(name, mean, sd, log_density, cdf, quantile, tail) -> TauPrior:
    """Return the prior of tau by which (log(tau2) - mean) / sd has the given distribution."""

    def standard(tau) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return (2 * np.log(tau) - mean) / sd

    def density(tau: np.ndarray) -> np.ndarray:
        tau = np.asarray(tau, dtype=float)
        inside = np.where(tau > 0, tau, 1.0)
        # At 0 the tail of a power of log(tau) loses to 1/tau, the normal one wins.
        at_zero = -inf if tail == inf else inf
        values = log_density(standard(inside)) + log(2 / sd) - np.log(inside)
        return np.where(tau > 0, values, at_zero)

    return TauPrior(
        name,
        density,
        lambda tau: cdf(standard(tau)),
        lambda p: np.exp((mean + sd * quantile(np.asarray(p))) / 2),
        tail,
    )


def _student(df: float) -> tuple[Callable, Callable, Callable]:
    """Return the log density, the cdf and the quantiles of t with `df`."""
    constant = lgamma((df + 1) / 2) - lgamma(df / 2) - 0.5 * log(df * pi)

    def log_density(z: np.ndarray) -> np.ndarray:
        return constant - (df + 1) / 2 * np.log1p(z * z / df)

    return log_density, partial(stdtr, df), partial(stdtrit, df)


def _log_normal_density(z: np.ndarray) -> np.ndarray:
    return -0.5 * (z * z + log(2 * pi))


def _improper(values) -> np.ndarray:
    raise ValueError("the uniform prior without an end has no probabilities; give it its `high`")


def _positive(name: str, value) -> float:
    return checks.number(name, value, 0, ends=False)
