"""The likelihood of effects that were selected by their p-values, and the search for its maximum.

y, v, X      effects, variances, design; an effect is normal about X b with variance v + tau2
w            weight function of the p-value of y (see `selection_weights`)
A            probability of a study to be selected, the mean of w over the distribution of its y
parameters   b, tau2 and delta, in one array; `free` are the positions of those that are estimated
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import pi

import numpy as np
from scipy.optimize import minimize
from scipy.special import ndtr

from .selection_weights import Pieces, Weight, p_value, pieces

ROOT = (2 * pi) ** 0.5
# What stands for a likelihood of 0 in a search, which wants a number.
HOPELESS = 1e30
# A Newton step that raises the log-likelihood by less is the last one.
RISE = 1e-13
STEPS = 50
HALVINGS = 30
# How many ranges of the data the effects before selection may lie away from it.
OUT_OF_SIGHT = 5.0
# A search that ends nowhere counts if its end is higher than all maxima by this much.
CLEARLY = 1e-6
# What is added to the curvature, in its own units, where it has the wrong sign.
BEND = 0.1
# A curvature this small, in its own units, is that of a ridge.
FLAT = 1e-9
# Relative step of the differences of the gradient: their error is its square.
DIFFERENCE = 1e-5


@dataclass(frozen=True)
class Selected:
    """Effects `y`, variances `v` on a design `X`, selected by `weight` of their p-values."""

    y: np.ndarray
    v: np.ndarray
    X: np.ndarray
    weight: Weight
    two_sided: bool

    @cached_property
    def pieces(self) -> Pieces:
        """The pieces of the scale of z."""
        return pieces(self.weight, self.two_sided)

    @cached_property
    def sei(self) -> np.ndarray:
        """The standard errors."""
        return np.sqrt(self.v)

    @cached_property
    def p(self) -> np.ndarray:
        """The studies' p-values."""
        return self.weight.held(p_value(self.y / self.sei, self.two_sided))

    def at(self, parameters: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the log-likelihood at the `parameters`, and its gradient.

        The derivative in tau2 of a normal mean is half its second one in the mean: the heat equation.
        """
        n = self.X.shape[1]
        b, tau2, delta = parameters[:n], parameters[n], parameters[n + 1 :]
        total = self.v + tau2
        sigma, mu = np.sqrt(total), self.X @ b
        weights = np.exp(self.weight.log_weight(self.pieces.p, delta))
        none, once, twice = self._moments(mu / self.sei, sigma / self.sei)
        selected = none @ weights
        e = (self.y - mu) / sigma
        by_mu = (e - once @ weights / selected) / sigma
        by_tau2 = (e**2 - 1 - twice @ weights / selected) / (2 * total)
        pulled = weights[:, None] * self.weight.slopes(self.pieces.p, delta)
        by_delta = self.weight.slopes(self.p, delta) - none @ pulled / selected[:, None]
        logs = self.weight.log_weight(self.p, delta) - e**2 / 2 - np.log(ROOT * sigma * selected)
        gradient = np.concatenate([self.X.T @ by_mu, [by_tau2.sum()], by_delta.sum(axis=0)])
        return float(logs.sum()), gradient

    def _moments(self, mean: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the means of 1, u and u^2 - 1 over each study's pieces, u = (z - mean)/spread."""
        edges = self.pieces.low, self.pieces.high
        low, high = ((edge - mean[:, None]) / spread[:, None] for edge in edges)
        mass = np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
        at_low, at_high = _density(low), _density(high)
        slope = _times(low, at_low) - _times(high, at_high)
        u = (self.pieces.z - mean[:, None]) / spread[:, None]
        q = self.pieces.size * _density(u) / spread[:, None]
        cells, nodes = (mass, at_low - at_high, slope), (q, q * u, q * (u * u - 1))
        return tuple(np.concatenate(both, axis=1) for both in zip(cells, nodes, strict=True))

    def hessian(self, parameters: np.ndarray, free: np.ndarray) -> np.ndarray:
        """Return the second derivatives in the `free` parameters, by differences of the gradient."""
        n = self.X.shape[1]
        scale = np.abs(parameters)
        scale[:n] = np.maximum(scale[:n], float(self.sei.min()))
        scale[n] = max(scale[n], float(self.v.min()))
        scale[n + 1 :] = np.maximum(scale[n + 1 :], 0.1)
        rows = []
        for i in free:
            step = np.zeros(len(parameters))
            step[i] = DIFFERENCE * scale[i]
            ahead, behind = self.at(parameters + step)[1], self.at(parameters - step)[1]
            rows.append((ahead - behind)[free] / (2 * step[i]))
        matrix = np.array(rows)
        return (matrix + matrix.T) / 2


def _density(u: np.ndarray) -> np.ndarray:
    return np.exp(-u * u / 2) / ROOT


def _times(u: np.ndarray, density: np.ndarray) -> np.ndarray:
    """Return u times its `density`, 0 where u is infinite."""
    return np.where(np.isinf(u), 0.0, np.where(np.isinf(u), 0.0, u) * density)


@dataclass(frozen=True)
class Maximum:
    """The highest log-likelihood with its parameters; `inner` are those that stand at no bound."""

    loglik: float
    parameters: np.ndarray
    inner: np.ndarray
    hessian: np.ndarray


def highest(selected: Selected, starts: list[np.ndarray], free: np.ndarray) -> Maximum:
    """Return the maximum over the `free` parameters, searched for from each of the `starts`.

    Each time by a quasi-Newton search with bounds, on the logarithm of what must be positive, and
    Newton's steps from its end. ValueError where the highest end is no maximum.
    """
    if not free.size:
        return climb(selected, starts[0], free)
    space = _Space(selected, free, starts[0])
    maxima, failures = [], []
    for start in starts:
        loglik, end = space.search(start)
        try:
            space.refuse_runaways(end, len(starts))
            found = climb(selected, end, free, space.at_bound(end), len(starts))
            space.refuse_runaways(found.parameters, len(starts))
            maxima.append(found)
        except ValueError as error:
            failures.append((loglik, error))
    best = max(maxima, key=lambda found: found.loglik, default=None)
    failed = max(failures, key=lambda failure: failure[0], default=None)
    if failed and (best is None or failed[0] > best.loglik + CLEARLY):
        raise failed[1]
    return best


class _Space:
    """The coordinates of the search: b and tau2 in units of the sampling error, delta or its log."""

    def __init__(self, selected: Selected, free: np.ndarray, fixed: np.ndarray) -> None:
        self.selected, self.free, self.fixed = selected, free, fixed
        n = selected.X.shape[1]
        typical = float(np.median(selected.v))
        size = np.abs(selected.X).max(axis=0)
        self.unit = np.ones(len(fixed))
        self.unit[:n], self.unit[n] = typical**0.5 / size, typical
        self.logs = (np.arange(len(fixed)) > n) & (not selected.weight.zero)
        self.free_logs = free[self.logs[free]]
        most = selected.weight.most
        places = np.arange(len(fixed))
        lower = np.where(self.logs, -np.log(most), np.where(places < n, -np.inf, 0.0))
        upper = np.where(places <= n, np.inf, np.where(self.logs, np.log(most), most))
        self.bounds = list(zip(lower[free], upper[free], strict=True))

    def search(self, start: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the log-likelihood and parameters where the search from `start` ends."""
        result = minimize(
            self._falling,
            self._coordinates(start),
            jac=True,
            method="TNC",
            bounds=self.bounds,
            options={"maxfun": 1000, "gtol": 1e-8},
        )
        return -float(result.fun), self._parameters(result.x)

    def _coordinates(self, parameters: np.ndarray) -> np.ndarray:
        values = np.where(self.logs, np.log(np.where(self.logs, parameters, 1.0)), parameters)
        return (values / self.unit)[self.free]

    def _parameters(self, coordinates: np.ndarray) -> np.ndarray:
        values = self.fixed.copy()
        values[self.free] = coordinates * self.unit[self.free]
        values[self.free_logs] = np.exp(values[self.free_logs])
        return values

    def _falling(self, coordinates: np.ndarray) -> tuple[float, np.ndarray]:
        parameters = self._parameters(coordinates)
        with np.errstate(divide="ignore", invalid="ignore"):
            loglik, gradient = self.selected.at(parameters)
        if not (np.isfinite(loglik) and np.all(np.isfinite(gradient))):
            return HOPELESS, np.zeros(len(coordinates))
        turn = np.where(self.logs, parameters, self.unit)
        return -loglik, -(gradient * turn)[self.free]

    def at_bound(self, parameters: np.ndarray) -> np.ndarray:
        """Return which parameters stand at 0 and would fall below."""
        n = self.selected.X.shape[1]
        gradient = self.selected.at(parameters)[1]
        zero = (np.arange(len(parameters)) >= n) & ~self.logs & (parameters <= 1e-9 * self.unit)
        return zero & (gradient <= 0)

    def refuse_runaways(self, parameters: np.ndarray, starts: int) -> None:
        """Refuse an end at which a delta goes to 0 or infinity, or the effects out of sight."""
        y, n = self.selected.y, self.selected.X.shape[1]
        beyond = np.abs(self.selected.X @ parameters[:n] - y).min()
        if beyond > OUT_OF_SIGHT * (np.ptp(y) + self.selected.sei.max()):
            raise ValueError(
                f"the likelihood has no maximum near the data: from {starts} starts the effects before "
                f"selection went {beyond:.3g} away from all of yi, where hardly any would be published"
            )
        for coordinate, (low, high), i in zip(
            self._coordinates(parameters), self.bounds, self.free, strict=True
        ):
            if (coordinate <= low + 1e-6 and low < 0) or coordinate >= high - 1e-6:
                j = i - self.selected.X.shape[1]
                raise ValueError(
                    f"the likelihood has no maximum: from {starts} starts delta {j} went to "
                    f"{parameters[i]:.3g}; the p-values say too little about the selection"
                )


def climb(
    selected: Selected,
    parameters: np.ndarray,
    free: np.ndarray,
    bound: np.ndarray | bool = False,
    starts: int = 1,
) -> Maximum:
    """Return the maximum over the `free` parameters near `parameters`, by Newton's steps.

    Those at a `bound` start at 0, and may leave it. ValueError without a maximum there.
    """
    parameters = np.where(bound, 0.0, parameters)
    loglik, gradient = selected.at(parameters)
    for _ in range(STEPS):
        inner = free[~((parameters == 0) & (gradient <= 0) & _reaches_0(selected))[free]]
        if not inner.size:
            return Maximum(loglik, parameters, inner, np.empty((0, 0)))
        hessian = selected.hessian(parameters, inner)
        step, peaked = np.zeros(len(parameters)), _peaked(hessian)
        step[inner] = _uphill(hessian, gradient[inner])
        if peaked and gradient @ step / 2 <= RISE * max(1.0, abs(loglik)):
            # The error of what this last step reaches is of the order of its square.
            last = _moved(selected, parameters, step)
            return Maximum(selected.at(last)[0], last, inner, selected.hessian(last, inner))
        for _ in range(HALVINGS):
            ahead = _moved(selected, parameters, step)
            if selected.at(ahead)[0] > loglik - RISE:
                break
            step = step / 2
        parameters = ahead
        loglik, gradient = selected.at(parameters)
    raise ValueError(
        f"the selection model did not converge: from {starts} starts and {STEPS} Newton steps no "
        f"maximum was found, the last tau2 being {parameters[selected.X.shape[1]]:.3g}; the likelihood "
        f"has a flat ridge, and a weight function with fewer parameters may help"
    )


def _reaches_0(selected: Selected) -> np.ndarray:
    """Return which parameters may be 0 and not less: tau2, and delta of some weights."""
    n = selected.X.shape[1]
    deltas = np.full(len(selected.weight.none), selected.weight.zero)
    return np.r_[np.zeros(n, dtype=bool), True, deltas]


def _moved(selected: Selected, parameters: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Return the parameters after a `step`, which goes to 0 at most, or half way there."""
    ahead = parameters + step
    ahead = np.where(_reaches_0(selected), np.maximum(ahead, 0.0), ahead)
    positive = np.arange(len(ahead)) > selected.X.shape[1]
    return np.where(positive & (ahead < 0), parameters / 2, ahead)


def _uphill(hessian: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return Newton's step, bent towards the gradient where the likelihood is not yet concave."""
    size = np.sqrt(np.maximum(np.abs(np.diag(hessian)), np.finfo(float).tiny))
    matrix = hessian / np.outer(size, size)
    steepest = np.linalg.eigvalsh(matrix).max()
    if steepest >= 0:
        matrix = matrix - (steepest + BEND) * np.eye(len(size))
    return -np.linalg.solve(matrix, gradient / size) / size


def _peaked(hessian: np.ndarray) -> bool:
    """Tell whether the second derivatives, in units of their own, are those of a maximum."""
    size = np.sqrt(np.abs(np.diag(hessian)))
    return bool(
        np.all(size > 0) and np.linalg.eigvalsh(hessian / np.outer(size, size)).max() < -FLAT
    )
