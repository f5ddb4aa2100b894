"""The posterior of tau, by integration over mu in closed form and over tau in panels.

mu         mean of the true effects: normal or flat prior; normal given tau, whatever the data
tau        standard deviation of the true effects
v          log(tau) = peak + width * v / (1 - v^2), so that -1 < v < 1 covers every tau above 0 and
           neither end needs a cut
nodes      values of tau with the posterior's weights: what is normal given tau is a mixture over them
"""

from __future__ import annotations

from functools import cached_property
from math import exp, inf, log, pi

import numpy as np

from .priors import TauPrior
from .quadrature import Panels, integrate, rule

# Beyond these log(tau) the squares of doubles end, and no posterior has any weight.
FURTHEST = 300.0
SEARCHED = 257  # values of log(tau) among which the peak is sought
CLOSER = 33  # and again between the neighbours of the best, so many times:
ROUNDS = 6
PANELS = 8


class Posterior:
    """The posterior of tau, and of mu given tau, for effects `yi` with variances `vi`.

    `mu_prior` is its mean and standard deviation, or None for the flat prior: Röver (2020), J Stat
    Softw 93(6), eq. 11 to 15.
    """

    def __init__(
        self,
        yi: np.ndarray,
        vi: np.ndarray,
        mu_prior: tuple[float, float] | None,
        tau_prior: TauPrior,
    ) -> None:
        self.yi, self.vi, self.mu_prior, self.tau_prior = yi, vi, mu_prior, tau_prior
        self.k = len(yi)
        # Distances from the most precise effect leave the digits that a common offset would take.
        self.origin = float(yi[vi.argmin()])
        self.distance = yi - self.origin
        mean, sd = mu_prior or (self.origin, inf)
        self.prior_distance, self.prior_weight = mean - self.origin, 1 / sd**2
        self.constant = -0.5 * (self.k - (mu_prior is None)) * log(2 * pi)
        if mu_prior:
            self.constant -= log(sd)
        # The likelihood falls as a power of tau, and so may the prior.
        self.falls = tau_prior.tail + self.k - (mu_prior is None)
        if self.falls <= 1:
            raise ValueError(
                f"tau_prior is {tau_prior} and yi has {self.k} values: the posterior of tau does not "
                "integrate to 1; take a proper prior or more studies"
            )

    def conditional(self, tau) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard deviation of mu given `tau`: Röver (2020), eq. 12 and 14."""
        mean, total, _, _ = self._given(tau)
        return self.origin + mean, 1 / np.sqrt(total)

    def log_likelihood(self, tau) -> np.ndarray:
        """Return the log-likelihood of `tau`, mu being integrated out: eq. 13 and 15."""
        _, total, rss, log_weights = self._given(tau)
        return self.constant - 0.5 * (rss - log_weights + np.log(total))

    def log_density(self, tau) -> np.ndarray:
        """Return the log density of tau."""
        return self._log_product(tau) - self.log_marginal

    def log_slope(self, tau) -> np.ndarray:
        """Return the slope of the log density of tau, by central differences, nan at 0."""
        step = 1e-5 * np.asarray(tau)
        with np.errstate(invalid="ignore", divide="ignore"):
            return (self._log_product(tau + step) - self._log_product(tau - step)) / (2 * step)

    @cached_property
    def log_marginal(self) -> float:
        """The log of what makes the density of tau integrate to 1."""
        return self.reference + log(self.panels.sums[:, 0].sum())

    @cached_property
    def nodes(self) -> tuple[np.ndarray, np.ndarray]:
        """The values of tau, and their weights in the posterior."""
        mass = self.mass(self.panels.nodes) * self.panels.weights
        weights = mass.ravel() / self.panels.sums[:, 0].sum()
        return self.tau(self.panels.nodes).ravel(), weights

    @cached_property
    def panels(self) -> Panels:
        """The panels in v, on which mass and existing moments of tau settle."""
        edges = np.linspace(-1, 1, PANELS + 1)
        if self.tau_prior.high < inf:
            end = self.v(self.tau_prior.high)
            edges = np.append(edges[edges < end], end)
        return integrate(self._integrand, edges)

    @property
    def moments(self) -> int:
        """How many moments of tau, and of mu under a flat prior, exist, at most 2."""
        return sum(self.falls - moment > 1 for moment in (1, 2))

    def tau(self, v: np.ndarray) -> np.ndarray:
        """Return the tau at `v`."""
        return np.exp(np.clip(self._log_tau(v), -FURTHEST, FURTHEST))

    def v(self, tau) -> np.ndarray:
        """Return where `tau` stands between -1 and 1, without a loss of digits at 0."""
        away = (np.log(tau) - self.peak) / self.width
        return 2 * away / (1 + np.sqrt(1 + 4 * away**2))

    def share(self, tau: np.ndarray, upper: np.ndarray) -> np.ndarray:
        """Return the probability of less than each of `tau`, all above 0, or of more where `upper`."""
        panels, sums = self.panels, self.panels.sums[:, 0]
        v = np.clip(self.v(tau), panels.low[0], panels.high[-1])
        panel = np.minimum(np.searchsorted(panels.high, v), len(sums) - 1)
        before = np.append(0, np.cumsum(sums))[panel]
        after = np.append(np.cumsum(sums[::-1])[::-1], 0)[panel + 1]
        nodes, weights = rule(
            np.where(upper, v, panels.low[panel]), np.where(upper, panels.high[panel], v)
        )
        part = np.sum(self.mass(nodes) * weights, axis=-1)
        return (np.where(upper, after, before) + part) / sums.sum()

    @cached_property
    def reference(self) -> float:
        """The largest log density in log(tau), which keeps the integrand near 1."""
        return self._peak[2]

    @property
    def peak(self) -> float:
        """The log(tau) of that density."""
        return self._peak[0]

    @property
    def width(self) -> float:
        """How far from it the density in log(tau) falls by half a unit of its logarithm, at most 1."""
        return self._peak[1]

    @cached_property
    def _peak(self) -> tuple[float, float, float]:
        sizes = np.sqrt(self.vi)
        spread = [sizes.min(), sizes.max(), *np.abs(self.distance)]
        spread += (
            list(self.tau_prior.quantile([0.001, 0.5, 0.999])) if self.tau_prior.proper else []
        )
        known = np.array([size for size in spread if size > 0])
        low, high = np.log(known.min()) - 5, np.log(known.max()) + 5
        high = min(high, log(self.tau_prior.high))
        low, high = max(low, -FURTHEST), min(high, FURTHEST)
        count = SEARCHED
        for _ in range(ROUNDS):
            x = np.linspace(low, high, count)
            values = self._log_product(np.exp(x)) + x
            best = int(values.argmax())
            low, high = x[max(best - 1, 0)], x[min(best + 1, count - 1)]
            count = CLOSER
        return float(x[best]), self._width(float(x[best]), float(values[best])), float(values[best])

    def _width(self, peak: float, reference: float) -> float:
        """The largest of falling steps at which the density around `peak` is still high."""
        steps = np.geomspace(1, 1e-9, 28)
        values = self._log_product(np.exp(peak - steps)) + peak - steps
        near = np.append(values > reference - 0.5, True)
        return float(np.append(steps, steps[-1])[np.argmax(near)])

    def _log_tau(self, v: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return self.peak + self.width * v / ((1 - v) * (1 + v))

    def mass(self, v: np.ndarray) -> np.ndarray:
        """Return the density in `v`, but for a factor."""
        log_tau = self._log_tau(v)
        inside = np.abs(log_tau) < FURTHEST
        x = np.where(inside, log_tau, 0.0)
        slope = self.width * (1 + v * v) / ((1 - v) * (1 + v)) ** 2
        with np.errstate(under="ignore"):
            mass = np.exp(self._log_product(np.exp(x)) + x - self.reference) * slope
        return np.where(inside, mass, 0.0)

    def _integrand(self, v: np.ndarray) -> np.ndarray:
        """Return the density in `v`, and it times tau and tau2 as far as these have means."""
        relative = self.tau(v) / exp(self.peak)
        mass = self.mass(v)
        return np.stack([mass * relative**moment for moment in range(self.moments + 1)])

    def _log_product(self, tau) -> np.ndarray:
        return self.log_likelihood(tau) + self.tau_prior.log_density(np.asarray(tau, dtype=float))

    def _given(self, tau) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the mean of mu less the origin, its precision, the squares, and sum(log(w))."""
        w = 1 / (self.vi + np.square(np.asarray(tau, dtype=float))[..., None])
        total = w.sum(axis=-1) + self.prior_weight
        mean = (w @ self.distance + self.prior_weight * self.prior_distance) / total
        rss = np.sum(w * (self.distance - mean[..., None]) ** 2, axis=-1)
        rss = rss + self.prior_weight * (self.prior_distance - mean) ** 2
        return mean, total, rss, np.log(w).sum(axis=-1)
