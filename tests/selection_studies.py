"""Studies of the reference, and a second likelihood, that tests of the selection models share."""

from __future__ import annotations

from math import exp

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

from leaves import REFERENCE, document


def reference(name: str) -> dict:
    """What R says of the studies `name`."""
    return document(REFERENCE / "metafor" / f"{name}.json")


def studies(name: str) -> tuple[np.ndarray, np.ndarray]:
    """The effects and variances of the studies `name`."""
    given = reference(name)["input"]
    return np.array(given["yi"], dtype=float), np.array(given["vi"], dtype=float)


BASKERVILLE, HACKSHAW = studies("baskerville2012"), studies("hackshaw1998")


def step_deviance(data, mu, parameters):
    """-2 log-likelihood of a single step at one-sided 0.025, in closed form; of log tau, log delta."""
    y, v = data
    tau2, delta = exp(2 * parameters[0]), exp(parameters[1])
    z, sigma = norm.isf(0.025), np.sqrt(v + tau2)
    out = norm.cdf((z * np.sqrt(v) - mu) / sigma)  # the share of effects that are not significant
    passed = np.where(y / np.sqrt(v) >= z, 1.0, delta)
    terms = np.log(passed) + norm.logpdf(y, mu, sigma) - np.log(1 - out + delta * out)
    return -2 * terms.sum()


def least_deviance(data, mu) -> float:
    """The least of `step_deviance` at `mu`, by Nelder and Mead from three places."""
    return min(
        minimize(
            lambda p: step_deviance(data, mu, p), start, method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 5000},
        ).fun
        for start in ([-1.0, -0.5], [-2.0, 0.5], [-4.0, -2.0])
    )  # fmt: skip
