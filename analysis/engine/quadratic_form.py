"""The distribution of a sum of independent squares, each of a normal variable with its own variance.

scales     the variances lambda_i, shape (m,), >= 0; all equal, the sum is chi-squared
sf         the probability that the sum exceeds q

With effects y of variance V the weighted sum of squares y'Py is such a sum; the scales are the
eigenvalues of V^1/2 P V^1/2.
"""

from __future__ import annotations

import numpy as np

from .model import Model
from .root import root_above

# Of the contour, in standard deviations of its hump: the step at most, and where it ends. The error
# of the trapezoids is about exp(-2 pi 0.7 / STEP), and beyond END nothing is left.
STEP, END = 1 / 8, 12.0
HALVINGS = 20


def sf(q: float, scales: np.ndarray) -> float:
    """Return the probability that the sum with `scales` exceeds `q`, right to about 1e-13.

    The Laplace transform of the distribution function, prod (1 + 2 lambda s)^-1/2 / s, is inverted
    along a parabola through its saddle point, bent as the path of steepest descent is there: Rice
    (1980) goes straight up. Right of the pole at 0 it gives the probability of at most q, left
    of it that of the tail itself, which so keeps its digits.
    """
    scales = scales[scales > 0]
    if not len(scales):
        return 0.0
    if q <= 0:
        return 1.0
    poles = 1 / (2 * scales)  # of the transform, turned positive
    saddle = _saddle(q, poles)
    width = _width(saddle, poles)
    if abs(saddle) < width:  # too near to the pole at 0
        saddle, width = width, _width(width, poles)
    distance = saddle + poles
    bend = np.sum(distance**-3) / (3 * np.sum(distance**-2))
    t = np.arange(0, END * width, STEP * min(width, abs(saddle)))
    s = saddle + 1j * t - bend * t**2
    log_transform = -0.5 * np.sum(np.log1p(np.divide.outer(s, poles)), axis=1)
    height = np.exp(s * q + log_transform) / s * (1 + 2j * bend * t)
    integral = (t[1] - t[0]) / np.pi * float(height.real.sum() - height[0].real / 2)
    return min(1.0, max(0.0, -integral if saddle < 0 else 1 - integral))


def _saddle(q: float, poles: np.ndarray) -> float:
    """Return about the s at which exp(s q) prod (1 + s/poles)^-1/2 is least on the axis.

    By bisection of its distance from the nearest pole; the integral does not depend on where between
    the poles the contour runs.
    """
    nearest = float(poles.min())
    low, high = 0.5 / q, 0.5 * len(poles) / q
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        if np.sum(0.5 / (middle - nearest + poles)) > q:
            low = middle
        else:
            high = middle
    return high - nearest


def _width(s: float, poles: np.ndarray) -> float:
    """Return the standard deviation of the hump at `s` along the path upwards."""
    return float(np.sum(0.5 / (s + poles) ** 2)) ** -0.5


def tau2_at(model: Model, weights: np.ndarray, probability: float) -> float:
    """Return the tau2 >= 0 at which the weighted Q of `model` is exceeded with `probability`.

    The probability grows with tau2; where it is larger at once, 0. Jackson (2013).
    """
    P = projector(model, weights)
    q = float(model.y @ P @ model.y)

    def excess(tau2: float) -> float:
        root = np.sqrt(model.v + tau2)
        return sf(q, np.linalg.eigvalsh(root[:, None] * P * root)) - probability

    if excess(0.0) >= 0:
        return 0.0
    return root_above(excess, max(model.scatter, model.smallest))


def projector(model: Model, weights: np.ndarray) -> np.ndarray:
    """Return P = W - W X (X'WX)^-1 X'W of `model` with `weights`, shape (k, k)."""
    WX = weights[:, None] * model.X
    return np.diag(weights) - WX @ np.linalg.solve(model.X.T @ WX, WX.T)
