"""Posterior distributions of one quantity: tau itself, and what is normal given tau.

A distribution has `density`, its `slope`, `cdf`, `sf` and `quantile`; mode and intervals follow.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan, sqrt

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr, ndtri

from .bayes_posterior import Posterior

STEPS = 400  # of Newton's method, or of halving where it leaves the bracket
EXACT, ROUGH = 1e-14, 1e-6  # when they have settled, relative to the distribution's size
BALANCING, BALANCED = 20, 1e-12  # the same for the ends of the shortest interval
TAILS = 17  # shares of the lower tail among which the shortest interval is sought
END = 1e-9  # of those shares, the first and the last where the support has no end
# A node that weighs less than this changes no digit of a mixture.
WEIGHTLESS = 1e-20
NORMAL = (2 * np.pi) ** -0.5  # height of the normal density
CENTRAL, SHORTEST = "central", "shortest"


class Distribution:
    """A continuous distribution between `least` and `most`, with `moments` (at most 2) that exist."""

    least, most = -inf, inf
    moments = 2

    def summary(self, level: float) -> dict[str, float]:
        """Return moments, nan where there are none, median, mode, and both intervals of `level`."""
        mean, sd = self.mean_and_sd()
        ends = np.array([(1 - level) / 2, 0.5, (1 + level) / 2])
        central_low, median, central_high = map(float, self.quantile(ends))
        low, high = self._shortest(level)
        return {
            "mean": mean if self.moments else nan,
            "sd": sd if self.moments == 2 else nan,
            "median": median,
            "mode": self.mode(),
            "low": low,
            "high": high,
            "central_low": central_low,
            "central_high": central_high,
        }

    def interval(self, level: float, kind: str) -> tuple[float, float]:
        """Return the "shortest" or the "central" interval that holds the share `level`."""
        return self._shortest(level) if kind == SHORTEST else self._ends((1 - level) / 2, level)

    def _ends(self, below: float, level: float) -> tuple[float, float]:
        """Return the interval that holds `level`, with the share `below` it."""
        low, high = self.quantile(np.array([below, below + level]))
        return float(low), float(high)

    def _shortest(self, level: float) -> tuple[float, float]:
        """Return the interval whose ends have equal densities, or one that begins with the support.

        The share below it is first sought among a few, so that a second mode is not overlooked.
        """
        shares = np.linspace(0, 1, TAILS)
        shares[0] = 0 if self.least > -inf else END
        shares[-1] = 1 if self.most < inf else 1 - END
        below = (1 - level) * shares
        low, high = self.quantile(np.concatenate([below, below + level]), ROUGH).reshape(2, TAILS)
        best = int(np.argmin(high - low))
        before, after = max(best - 1, 0), min(best + 1, TAILS - 1)
        edge = {0: 1, TAILS - 1: -1}.get(best, 0)
        if edge and edge * self._lengthens(below[best], level) >= 0:
            return self._ends(below[best], level)
        ends = self._balanced(level, np.array([low[best], high[best]]))
        if low[before] <= ends[0] <= low[after] and high[before] <= ends[1] <= high[after]:
            return float(ends[0]), float(ends[1])
        return self._ends(self._least_length(below[before], below[after], level), level)

    def _balanced(self, level: float, ends: np.ndarray) -> np.ndarray:
        """Return the ends of equal density that hold `level`, by Newton's method; nan if it fails."""
        for _ in range(BALANCING):
            with np.errstate(invalid="ignore"):
                density, slope = self.density(ends), self.slope(ends)
            lacks = level - np.diff(self.cdf(ends))[0], density[1] - density[0]
            try:
                move = np.linalg.solve([[-density[0], density[1]], [slope[0], -slope[1]]], lacks)
            except np.linalg.LinAlgError:
                break
            if not np.isfinite(move).all():
                break
            ends = ends + move
            if np.abs(move).max() <= BALANCED * (ends[1] - ends[0]):
                return ends
        return np.full(2, nan)

    def _least_length(self, left: float, right: float, level: float) -> float:
        """Return the share between `left` and `right` below the shortest interval."""
        if self._lengthens(left, level) < 0 < self._lengthens(right, level):
            return brentq(self._lengthens, left, right, args=(level,), xtol=1e-15, rtol=1e-13)
        bounds = {"bounds": (left, right), "method": "bounded", "options": {"xatol": 1e-12}}
        return float(minimize_scalar(self._length, args=(level,), **bounds).x)

    def _lengthens(self, below: float, level: float) -> float:
        """Return the density at the lower end less that at the upper, the sign by which length grows."""
        low, high = self.density(np.array(self._ends(below, level)))
        return float(low - high) if low < inf else 1.0

    def _length(self, below: float, level: float) -> float:
        low, high = self._ends(below, level)
        return high - low

    def _highest(self, x: np.ndarray) -> float:
        """Return the place of the highest density, known at ascending `x`, between two of them."""
        best = int(np.argmax(self.density(x)))
        left, right = x[max(best - 1, 0)], x[min(best + 1, len(x) - 1)]
        if self.slope(left) > 0 > self.slope(right):
            return brentq(self.slope, left, right, xtol=1e-300, rtol=1e-13)
        return float(x[best])


class Tau(Distribution):
    """The posterior of tau."""

    least = 0.0

    def __init__(self, posterior: Posterior) -> None:
        self.posterior, self.moments = posterior, posterior.moments
        self.most = posterior.tau_prior.high

    def density(self, x) -> np.ndarray:
        """Return the density at `x`."""
        x = np.asarray(x, dtype=float)
        inside = (x >= 0) & (x <= self.most)
        return np.where(inside, np.exp(self.posterior.log_density(np.where(inside, x, 0.0))), 0.0)

    def slope(self, x) -> np.ndarray:
        """Return the slope of the density at `x` above 0, by central differences."""
        return self.density(x) * self.posterior.log_slope(x)

    def cdf(self, x) -> np.ndarray:
        """Return the probability of at most `x`."""
        return self._share(x, upper=False)

    def sf(self, x) -> np.ndarray:
        """Return the probability of more than `x`."""
        return self._share(x, upper=True)

    def _share(self, x, upper: bool) -> np.ndarray:
        x = np.asarray(x, dtype=float)
        inside = (x > 0) & (x < inf)
        share = self.posterior.share(np.where(inside, x, 1.0), np.full(x.shape, upper))
        return np.where(inside, share, (x <= 0) if upper else (x > 0))

    def quantile(self, p: np.ndarray, exact: float = EXACT) -> np.ndarray:
        """Return the quantiles of `p`, shape (n,), `exact` on the scale of `posterior.v`."""
        posterior, panels = self.posterior, self.posterior.panels
        total = panels.sums[:, 0].sum()
        inside, upper = (p > 0) & (p < 1), p > 0.5
        aim = np.where(inside, np.minimum(p, 1 - p), 0.5)
        reached = np.cumsum(panels.sums[:, 0])
        from_below = np.searchsorted(reached, aim * total)
        from_above = np.searchsorted(np.cumsum(panels.sums[::-1, 0]), aim * total)
        panel = np.where(upper, len(panels.low) - 1 - from_above, from_below)
        panel = np.clip(panel, 0, len(panels.low) - 1)

        def step(v: np.ndarray) -> np.ndarray:
            mass = posterior.mass(v) / total
            with np.errstate(divide="ignore", invalid="ignore"):
                lacks = aim - posterior.share(posterior.tau(v), upper)
                return np.where(upper, -lacks, lacks) / mass

        low, high = panels.low[panel], panels.high[panel]
        start = np.clip(np.interp(p * total, reached, panels.high), low, high)
        v = solved(step, low, high, start, np.full_like(low, exact))
        return np.where(inside, posterior.tau(v), np.where(p <= 0, 0.0, self.most))

    def mode(self) -> float:
        """Return the mode, 0 where the density is highest or unbounded there."""
        tau = np.unique(self.posterior.nodes[0])
        if self.most < inf:
            tau = np.append(tau, self.most)
        density = self.density(np.append(0.0, tau))
        if int(np.argmax(density)) == 0:
            return 0.0
        return self._highest(tau)

    def mean_and_sd(self) -> tuple[float, float]:
        """Return mean and standard deviation."""
        return _moments(*self.posterior.nodes)


class Mixture(Distribution):
    """A mixture of normals with the given `means` and `sds` by `weights`, shape (n,)."""

    def __init__(
        self, means: np.ndarray, sds: np.ndarray, weights: np.ndarray, moments: int = 2
    ) -> None:
        heavy = weights > WEIGHTLESS
        self.means, self.sds, self.weights = means[heavy], sds[heavy], weights[heavy]
        self.moments = moments
        self.middle = int(np.searchsorted(np.cumsum(self.weights), 0.5))

    def density(self, x) -> np.ndarray:
        """Return the density at `x`."""
        with np.errstate(under="ignore"):
            return NORMAL * np.exp(-0.5 * self._z(x) ** 2) @ (self.weights / self.sds)

    def slope(self, x) -> np.ndarray:
        """Return the slope of the density at `x`."""
        z = self._z(x)
        with np.errstate(under="ignore"):
            return -NORMAL * (z * np.exp(-0.5 * z**2)) @ (self.weights / self.sds**2)

    def cdf(self, x) -> np.ndarray:
        """Return the probability of at most `x`."""
        return ndtr(self._z(x)) @ self.weights

    def sf(self, x) -> np.ndarray:
        """Return the probability of more than `x`."""
        return ndtr(-self._z(x)) @ self.weights

    def quantile(self, p: np.ndarray, exact: float = EXACT) -> np.ndarray:
        """Return the quantiles of `p`, shape (n,), each sought from the nearer end.

        Newton's method on the normal deviate of the probability, which is nearly a straight line.
        """
        side = np.where(p > 0.5, -1.0, 1.0)
        aim = ndtri(np.minimum(p, 1 - p))

        def step(x: np.ndarray) -> np.ndarray:
            z = self._z(x)
            with np.errstate(divide="ignore", invalid="ignore", under="ignore"):
                deviate = ndtri(np.minimum(ndtr(side[:, None] * z) @ self.weights, 1.0))
                density = np.exp(-0.5 * z**2) @ (self.weights / self.sds)
                return side * (aim - deviate) * np.exp(-0.5 * deviate**2) / density

        deviate = side * aim
        ends = self.means + deviate[:, None] * self.sds
        start = ends[:, self.middle]
        near = exact * np.maximum(np.abs(start), self.sds[self.middle])
        return solved(step, ends.min(axis=1), ends.max(axis=1), start, near)

    def mode(self) -> float:
        """Return the mode."""
        return self._highest(self.quantile(np.linspace(0.01, 0.99, 2 * TAILS)))

    def mean_and_sd(self) -> tuple[float, float]:
        """Return mean and standard deviation."""
        centre = self.means[self.middle]
        mean, between = _moments(self.means - centre, self.weights)
        within = float(self.weights @ self.sds**2)
        return float(centre + mean), sqrt(within + between**2)

    def _z(self, x) -> np.ndarray:
        return (np.asarray(x, dtype=float)[..., None] - self.means) / self.sds


def solved(
    step: Callable[[np.ndarray], np.ndarray],
    low: np.ndarray,
    high: np.ndarray,
    x: np.ndarray,
    near: np.ndarray,
) -> np.ndarray:
    """Return the roots between `low` and `high` to which `step` leads from `x`, its sign the way.

    A step that leaves the bracket halves it instead. A root has settled where the step to it, or the
    bracket around it, is no longer than `near`.
    """
    for _ in range(STEPS):
        move = step(x)
        low, high = np.where(move > 0, x, low), np.where(move < 0, x, high)
        ahead = x + move
        new = np.where((ahead >= low) & (ahead <= high), ahead, (low + high) / 2)
        if np.all(np.minimum(np.abs(new - x), high - low) <= near):
            return new
        x = new
    raise ValueError(f"a quantile of the posterior did not settle in {STEPS} steps")


def _moments(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    mean = float(weights @ values)
    return mean, sqrt(float(weights @ (values - mean) ** 2))
