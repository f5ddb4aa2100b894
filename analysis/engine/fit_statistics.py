"""How well a model fits: its likelihood, and criteria that weigh it against its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from .results import Result
from .tau2 import log_likelihood


@dataclass(frozen=True, repr=False)
class FitStatistics(Result):
    """Log-likelihood and information criteria of a model with so many estimated `parameters`.

    `restricted` ones compare models of equal X only.
    """

    loglik: float
    deviance: float
    aic: float
    bic: float
    aicc: float
    parameters: int
    restricted: bool

    def report(self) -> str:
        """Return the criteria in one sentence."""
        return f"Log-likelihood {self.loglik:.2f}, AIC {self.aic:.2f}, BIC {self.bic:.2f}."


def fit_statistics(model, method: str, tau2: float) -> FitStatistics:
    """Return log-likelihood and criteria of `model` at `tau2`: Burnham & Anderson (2002), AICc.

    For REML the restricted likelihood, of k - p observations. The deviance is twice the distance to
    the saturated model, for REML twice the negative log-likelihood.
    """
    restricted = method == "REML"
    saturated = 0.0 if restricted else -0.5 * float(np.sum(np.log(2 * np.pi * model.v)))
    return criteria(
        log_likelihood(model, tau2, restricted),
        saturated=saturated,
        parameters=model.p + (method not in ("EE", "given")),
        observations=model.df if restricted else model.k,
        restricted=restricted,
    )


def criteria(
    loglik: float, *, saturated: float, parameters: int, observations: int, restricted: bool
) -> FitStatistics:
    """Return the criteria of a model of `loglik`, and its distance to that of the `saturated` one."""
    enough = max(observations, parameters + 2)
    return FitStatistics(
        loglik=loglik,
        deviance=2 * (saturated - loglik),
        aic=2 * parameters - 2 * loglik,
        bic=parameters * float(np.log(observations)) - 2 * loglik if observations else nan,
        aicc=2 * parameters * enough / (enough - parameters - 1) - 2 * loglik,
        parameters=parameters,
        restricted=restricted,
    )
