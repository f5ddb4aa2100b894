"""The likelihood of a generalised linear mixed model of counts in studies, and where it is highest.

x, n        events of each study's arms, shape (k, m); out of n, or over time, with n None
offset      what is known of the linear predictor, shape (k, m)
t, z        coding of the treatment, and of its random part, shape (m,)
theta       the mean treatment effect; sigma the standard deviation tau of the studies' effects
alpha       each study's own intercept, shape (k,), where `own` says that there is one
b           a study's deviation in units of sigma, standard normal
eta         linear predictor: alpha + offset + theta t + sigma b z; logit or log link

The integral over b is an adaptive Gauss-Hermite sum: Pinheiro & Bates (1995). Its slope and curvature
come from the distribution of b given the data: Louis (1982).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.hermite import hermgauss
from scipy.special import expit, gammaln, logsumexp, xlogy

# Enough for ten digits of the log-likelihood of sparse tables.
NODES = 31
STEPS = 200
HALVINGS = 40
# Newton's decrement, about twice what the log-likelihood has left to gain.
SETTLED = 1e-18
ABSCISSAE, _WEIGHTS = hermgauss(NODES)
ABSCISSAE = ABSCISSAE * np.sqrt(2)
LOG_WEIGHTS = np.log(_WEIGHTS) + ABSCISSAE**2 / 2 - 0.5 * np.log(np.pi)


@dataclass(frozen=True)
class Counts:
    """Events `x` out of `n`, or over time (`n` None), with the design of both effects."""

    x: np.ndarray
    n: np.ndarray | None
    offset: np.ndarray
    t: np.ndarray
    z: np.ndarray
    own: bool

    def log_density(self, eta: np.ndarray, x, n) -> np.ndarray:
        """Return the log-density of `x` at `eta`, without what does not depend on it."""
        return x * eta - (np.exp(eta) if n is None else n * np.logaddexp(0, eta))

    def mean_variance(self, eta: np.ndarray, n) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and variance of the events at `eta`."""
        if n is None:
            mean = np.exp(eta)
            return mean, mean
        share = expit(eta)
        return n * share, n * share * (1 - share)

    @property
    def constant(self) -> float:
        """The part of the log-likelihood that depends on no parameter."""
        if self.n is None:
            return -float(np.sum(gammaln(self.x + 1)))
        parts = gammaln(self.n + 1) - gammaln(self.x + 1) - gammaln(self.n - self.x + 1)
        return float(np.sum(parts))

    @property
    def saturated(self) -> float:
        """The log-likelihood of a model in which every arm has its own mean."""
        if self.n is None:
            return float(np.sum(xlogy(self.x, self.x) - self.x)) + self.constant
        rest = self.n - self.x
        parts = xlogy(self.x, self.x / self.n) + xlogy(rest, rest / self.n)
        return float(np.sum(parts)) + self.constant

    def start(self) -> np.ndarray:
        """Return the intercepts that the studies' totals give, or none."""
        if not self.own:
            return np.zeros(len(self.x))
        total = self.x.sum(axis=1) + 0.5
        if self.n is None:
            return np.log(total / np.exp(self.offset).sum(axis=1))
        return np.log(total / (self.n.sum(axis=1) + 1 - total))


@dataclass(frozen=True)
class Peak:
    """Where the likelihood is highest, its logarithm, and the information on theta and sigma."""

    theta: float
    sigma: float
    loglik: float
    information: np.ndarray


def highest(counts: Counts, sigma: float) -> Peak:
    """Return the peak that Newton's steps reach from `sigma`, at sigma 0 where it starts there.

    Each step solves for the studies' intercepts first; where the likelihood is not concave in theta
    and sigma, its curvature is turned, so that the step goes upwards. ValueError if it does not settle.
    """
    theta, alpha = 0.0, counts.start()
    value, slope, curvature = _look(counts, theta, sigma, alpha)
    for _ in range(STEPS):
        step, own_step, information, decrement = _newton(counts, slope, curvature, fixed=sigma == 0)
        if decrement <= SETTLED * max(1.0, abs(value)):
            return Peak(float(theta), float(abs(sigma)), value + counts.constant, information)
        size = 1.0
        for _ in range(HALVINGS):
            trial = theta + size * step[0], sigma + size * step[1], alpha + size * own_step
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                found = _look(counts, *trial)
            if found[0] >= value:
                break
            size /= 2
        else:  # nothing is left to gain but rounding
            return Peak(float(theta), float(abs(sigma)), value + counts.constant, information)
        (theta, sigma, alpha), (value, slope, curvature) = trial, found
    raise ValueError(
        f"the mixed model did not settle in {STEPS} Newton steps; the last effect was {theta:g}, "
        f"tau {abs(sigma):g}"
    )


def _look(counts: Counts, theta: float, sigma: float, alpha: np.ndarray):
    """Return the log-likelihood without its constant, its slope and its curvature, by study.

    Slopes have shape (k, 3), for theta, sigma, alpha; curvatures shape (k, 3, 3).
    """
    base = alpha[:, None] + counts.offset + theta * counts.t
    mode, spread = _modes(counts, base, sigma)
    b = mode[:, None] + spread[:, None] * ABSCISSAE
    eta = base[:, None, :] + sigma * b[:, :, None] * counts.z
    x, n = counts.x[:, None, :], None if counts.n is None else counts.n[:, None, :]
    joint = counts.log_density(eta, x, n).sum(axis=2) - b**2 / 2 + LOG_WEIGHTS
    each = logsumexp(joint, axis=1)
    share = np.exp(joint - each[:, None])
    mean, variance = counts.mean_variance(eta, n)
    directions = [
        np.broadcast_to(counts.t, eta.shape),
        b[:, :, None] * counts.z,
        np.ones(eta.shape),
    ]
    inner = np.stack([((x - mean) * d).sum(axis=2) for d in directions], axis=2)
    slope = np.einsum("ij,ija->ia", share, inner)
    D = np.stack(directions, axis=3)
    curvature = (
        np.einsum("ij,ija,ijb->iab", share, inner, inner)
        - slope[:, :, None] * slope[:, None, :]
        - np.einsum("ij,ijm,ijma,ijmb->iab", share, variance, D, D, optimize=True)
    )
    return float(np.sum(each + np.log(spread))), slope, curvature


def _modes(counts: Counts, base: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Return each study's most probable b and the width of its peak, by damped Newton's steps."""
    b = np.zeros(len(base))
    width = np.ones(len(base))
    for _ in range(STEPS):
        mean, variance = counts.mean_variance(base + sigma * b[:, None] * counts.z, counts.n)
        slope = ((counts.x - mean) * sigma * counts.z).sum(axis=1) - b
        width = 1 / np.sqrt((variance * (sigma * counts.z) ** 2).sum(axis=1) + 1)
        step = np.clip(slope * width**2, -1, 1)
        b = b + step
        if np.max(np.abs(step), initial=0.0) < 1e-10:
            break
    return b, width


def _newton(counts: Counts, slope: np.ndarray, curvature: np.ndarray, fixed: bool):
    """Return the steps of theta and sigma, and of alpha, the information, and Newton's decrement.

    The studies' intercepts are eliminated one by one: Schur's complement. `fixed` leaves sigma at 0.
    """
    g, H = slope[:, :2].sum(axis=0), curvature[:, :2, :2].sum(axis=0)
    own, cross, ha = slope[:, 2], curvature[:, :2, 2], curvature[:, 2, 2]
    if counts.own:
        g = g - (cross * (own / ha)[:, None]).sum(axis=0)
        H = H - np.einsum("ia,ib->ab", cross / ha[:, None], cross)
    if fixed:
        information = np.diag([-H[0, 0], np.inf])
        step = np.array([-g[0] / H[0, 0], 0.0])
    else:
        information = -H
        values, vectors = np.linalg.eigh(information)
        step = vectors @ ((vectors.T @ g) / np.abs(values))
    own_step = -(own + cross @ step) / ha if counts.own else np.zeros(len(ha))
    decrement = float(g @ step) + (float(np.sum(own**2 / -ha)) if counts.own else 0.0)
    return step, own_step, information, decrement
