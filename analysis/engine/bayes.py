"""Bayesian random-effects meta-analysis, by integration instead of simulation.

mu          mean of the true effects; its prior is normal, or flat
tau         standard deviation of the true effects; its prior is one of `priors`
prediction  the true effect of a further study
low, high   ends of the shortest credible interval, central_low and central_high of the central one
shrink      the weight that a study's own effect has in the posterior mean of its true effect
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import exp, log, nan

import numpy as np
import pandas as pd

from . import checks
from .bayes_marginal import CENTRAL, SHORTEST, Distribution, Mixture, Tau
from .bayes_posterior import Posterior
from .priors import TauPrior
from .results import Result
from .rows import Rows, locked


@dataclass(frozen=True, repr=False)
class Marginal(Result):
    """The posterior distribution of one quantity.

    `mean` and `sd` are nan where the posterior's tail is too heavy to have them; `mode` is 0 for a
    tau whose density is highest, or unbounded, at 0.
    """

    held = ("distribution",)

    mean: float
    sd: float
    median: float
    mode: float
    low: float
    high: float
    central_low: float
    central_high: float
    level: float
    distribution: Distribution = field(compare=False)

    def density(self, x) -> np.ndarray:
        """Return the posterior density at `x`, array-like."""
        return self.distribution.density(x)

    def cdf(self, x) -> np.ndarray:
        """Return the posterior probability of at most `x`, array-like."""
        return self.distribution.cdf(x)

    def sf(self, x) -> np.ndarray:
        """Return the posterior probability of more than `x`, array-like."""
        return self.distribution.sf(x)

    def quantile(self, p) -> np.ndarray:
        """Return the values below which the posterior has the shares `p`, each between 0 and 1."""
        shares = np.atleast_1d(checks.floats("p", p))
        checks.refuse("p", shares, ~((shares > 0) & (shares < 1)), "it must lie between 0 and 1")
        found = self.distribution.quantile(shares)
        return found if np.ndim(p) else found[0]

    def interval(self, level: float, kind: str = SHORTEST) -> tuple[float, float]:
        """Return the credible interval of `level`, of the `kind` "shortest" or "central"."""
        checks.one_of("kind", kind, (SHORTEST, CENTRAL))
        return self.distribution.interval(checks.level(level), kind)

    def report(self) -> str:
        """Return median and shortest interval in one sentence."""
        return (
            f"The posterior median is {self.median:.2f} ({100 * self.level:g}% credible interval "
            f"{self.low:.2f} to {self.high:.2f})."
        )


@dataclass(frozen=True, repr=False)
class Shrinkage(Rows):
    """The posterior of each study's true effect, shape (k,), with the shortest intervals."""

    level: float
    mean: np.ndarray = field(compare=False)
    sd: np.ndarray = field(compare=False)
    median: np.ndarray = field(compare=False)
    low: np.ndarray = field(compare=False)
    high: np.ndarray = field(compare=False)
    shrink: np.ndarray = field(compare=False)

    def report(self) -> str:
        """Return in one sentence how far the true effects are believed to lie apart."""
        return (
            f"The true effects of {len(self.mean)} studies have posterior means from "
            f"{self.mean.min():.2f} to {self.mean.max():.2f}."
        )


@dataclass(frozen=True, repr=False)
class Bayes(Result):
    """The posterior of mean effect, heterogeneity and prediction.

    `log_marginal` is the log density of the data, `bayes_factor_tau0` and `bayes_factor_mu0` how much
    denser they are where tau, or mu, is 0; all are nan under an improper prior. `error` bounds the
    relative error of the integral, and of the moments of tau.

    >>> bcg = ma.example("bcg")
    >>> result = ma.bayes(bcg.yi, vi=bcg.vi, tau_prior=ma.priors.half_cauchy(0.5))
    >>> result.studies.to_frame().round(3).head(3)
    >>> result.prediction.cdf(0.0)
    """

    held = ("posterior",)

    k: int
    mu_prior: str
    tau_prior: str
    level: float
    mu: Marginal
    tau: Marginal
    prediction: Marginal
    log_marginal: float
    bayes_factor_mu0: float
    bayes_factor_tau0: float
    error: float
    posterior: Posterior = field(compare=False)

    def conditional(self, tau) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard deviation of mu for given `tau`, array-like, none below 0."""
        return self.posterior.conditional(_not_negative(tau))

    def joint_density(self, mu, tau) -> np.ndarray:
        """Return the posterior density of `mu` and `tau` together, array-likes that broadcast."""
        mean, sd = self.conditional(tau)
        z = (checks.floats("mu", mu) - mean) / sd
        return np.exp(-0.5 * z**2) / (sd * np.sqrt(2 * np.pi)) * self.tau.density(tau)

    def study(self, index: int) -> Marginal:
        """Return the posterior of the true effect of the study at `index`, counted from 0."""
        index = checks.whole("index", index, 0, self.k - 1)
        return _marginal(_true_effect(self.posterior, index), self.level)

    @cached_property
    def studies(self) -> Shrinkage:
        """The posterior of each study's true effect."""
        found = [_marginal(_true_effect(self.posterior, i), self.level) for i in range(self.k)]
        names = ("mean", "sd", "median", "low", "high")
        arrays = {name: np.array([getattr(one, name) for one in found]) for name in names}
        tau, weights = self.posterior.nodes
        arrays["shrink"] = weights @ _share(tau, self.posterior.vi)
        return Shrinkage(level=self.level, **locked(arrays))

    def to_frame(self) -> pd.DataFrame:
        """Return the three distributions as the rows of a frame."""
        rows = {name: getattr(self, name).to_dict() for name in ("mu", "tau", "prediction")}
        return pd.DataFrame.from_dict(rows, orient="index")

    def report(self) -> str:
        """Return effect, heterogeneity and prediction in one sentence."""
        mu, tau, prediction = self.mu, self.tau, self.prediction
        return (
            f"Over {self.k} studies the posterior median of the mean effect was {mu.median:.2f} "
            f"({100 * self.level:g}% credible interval {mu.low:.2f} to {mu.high:.2f}), of tau "
            f"{tau.median:.2f} ({tau.low:.2f} to {tau.high:.2f}); the true effect of a further study "
            f"is expected between {prediction.low:.2f} and {prediction.high:.2f}."
        )


def bayes(
    yi,
    *,
    vi,
    tau_prior: TauPrior,
    mu_prior: tuple[float, float] | None = None,
    level: float = 0.95,
) -> Bayes:
    """Pool effects `yi` with variances `vi` under `tau_prior` and `mu_prior`, intervals of `level`.

    `yi` and `vi` are array-likes of shape (k,), k >= 2; `tau_prior` is one of `priors`, on the scale
    of the effects; `mu_prior` is mean and standard deviation of a normal prior, or None for a flat
    one. Röver (2020), J Stat Softw 93(6): mu in closed form, tau by quadrature whose error is bounded.
    ValueError for anything else, where the posterior is improper, and where quadrature does not settle.

    >>> bcg = ma.example("bcg")
    >>> result = ma.bayes(bcg.yi, vi=bcg.vi, tau_prior=ma.priors.half_normal(0.5))
    >>> result
    >>> print(result.report())
    >>> result.mu.interval(0.9)
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.at_least(2, yi, "a Bayesian random-effects meta-analysis")
    level = checks.level(level)
    if not isinstance(tau_prior, TauPrior):
        raise ValueError(
            f"tau_prior is {tau_prior!r}; take one of priors, such as half_normal(0.5)"
        )
    posterior = Posterior(yi, vi, _mu_prior(mu_prior), tau_prior)
    tau, weights = posterior.nodes
    mean, sd = posterior.conditional(tau)
    moments = 2 if posterior.mu_prior else posterior.moments
    mu = _marginal(Mixture(mean, sd, weights, moments), level)
    further = Mixture(mean, np.hypot(sd, tau), weights, posterior.moments)
    return Bayes(
        k=posterior.k,
        mu_prior="normal({:g}, {:g})".format(*posterior.mu_prior) if posterior.mu_prior else "flat",
        tau_prior=str(tau_prior),
        level=level,
        mu=mu,
        tau=_marginal(Tau(posterior), level),
        prediction=_marginal(further, level),
        **_evidence(posterior, mu),
        error=float(posterior.panels.error.max()),
        posterior=posterior,
    )


def _marginal(distribution: Distribution, level: float) -> Marginal:
    return Marginal(**distribution.summary(level), level=level, distribution=distribution)


def _evidence(posterior: Posterior, mu: Marginal) -> dict[str, float]:
    """Return the marginal likelihood and its ratios; that of mu by Dickey (1971)."""
    if posterior.mu_prior is None or not posterior.tau_prior.proper:
        return dict.fromkeys(("log_marginal", "bayes_factor_mu0", "bayes_factor_tau0"), nan)
    mean, sd = posterior.mu_prior
    prior = -0.5 * ((mean / sd) ** 2 + log(2 * np.pi)) - log(sd)
    with np.errstate(divide="ignore"):
        at_zero = float(np.log(mu.density(0.0)))
    return {
        "log_marginal": posterior.log_marginal,
        "bayes_factor_mu0": float(np.exp(at_zero - prior)),
        "bayes_factor_tau0": exp(float(posterior.log_likelihood(0.0)) - posterior.log_marginal),
    }


def _true_effect(posterior: Posterior, index: int) -> Mixture:
    """Return the posterior of a study's true effect: Röver (2020), section 2.8."""
    tau, weights = posterior.nodes
    mean, sd = posterior.conditional(tau)
    share = _share(tau, posterior.vi[index])
    own = share * posterior.vi[index]
    return Mixture(
        share * posterior.yi[index] + (1 - share) * mean,
        np.sqrt(own + ((1 - share) * sd) ** 2),
        weights,
    )


def _share(tau: np.ndarray, vi) -> np.ndarray:
    """Return the weight of a study's own effect given `tau`, shape (*tau, *vi)."""
    tau2 = np.square(tau).reshape(*tau.shape, *(1,) * np.ndim(vi))
    return tau2 / (tau2 + vi)


def _mu_prior(given) -> tuple[float, float] | None:
    if given is None:
        return None
    pair = checks.vector("mu_prior", given).tolist()
    if len(pair) != 2:
        raise ValueError(
            f"mu_prior has {len(pair)} values; it is None, or a mean and a standard deviation"
        )
    mean = checks.number("the mean in mu_prior", pair[0])
    return mean, checks.number("the standard deviation in mu_prior", pair[1], 0, ends=False)


def _not_negative(tau) -> np.ndarray:
    tau = checks.floats("tau", tau)
    flat, most = tau.ravel(), checks.LARGEST
    checks.refuse("tau", flat, ~((flat >= 0) & (flat <= most)), f"allowed: from 0 to {most:g}")
    return tau
