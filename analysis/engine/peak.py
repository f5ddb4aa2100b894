"""The highest point of a likelihood of a few parameters, each within bounds, by Newton's steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

STEPS = 200  # ten settle
HALVINGS = 40
# A step that promises less than this much likelihood lands where rounding ends: Newton's error squares.
SETTLED = 1e-15
# Curvature below this share of the largest is taken for this: a ridge, along which steps would explode.
FLAT = 1e-10
# What rounding may take from a likelihood, as a share of it.
ROUNDING = 1e-11


def climb(
    look: Callable, start: np.ndarray, low: np.ndarray, high: np.ndarray, what: str
) -> np.ndarray:
    """Return the parameters of the peak that Newton's steps reach from `start` between `low`, `high`.

    `look(x)` gives the value at `x`, its slope and its curvature, the negative second derivatives; -inf
    where there is no value. Curvature is made positive, so that every step leads up: Dauphin et al.
    (2014). A parameter at its bound whose slope leads beyond it stays there: Bertsekas (1982).
    ValueError, with `what` was sought, where the steps do not settle.
    """
    x = np.clip(start, low, high)
    value, slope, curvature = look(x)
    for _ in range(STEPS):
        step = _newton(x, slope, curvature, low, high)
        gain = float(slope @ step)
        if gain <= SETTLED:
            return np.clip(x + step, low, high)
        for halving in range(HALVINGS):
            new = np.clip(x + step / 2**halving, low, high)
            found = look(new)
            if found[0] > value or abs(found[0] - value) <= ROUNDING * (1 + abs(value)):
                break
        else:
            raise ValueError(f"{what} did not converge: no step from {x} leads up")
        x, (value, slope, curvature) = new, found
    raise ValueError(f"{what} did not converge in {STEPS} Newton steps; the last values were {x}")


def _newton(x, slope, curvature, low, high) -> np.ndarray:
    """Return the step; what a bound cuts off went against an inward slope, so the rest leads up."""
    free = ~(((x <= low) & (slope <= 0)) | ((x >= high) & (slope >= 0)))
    step = np.zeros_like(x)
    if free.any():
        step[free] = _uphill(slope[free], curvature[np.ix_(free, free)])
    return step


def _uphill(slope: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(curvature)
    sizes = np.abs(values)
    sizes = np.maximum(sizes, FLAT * sizes.max())
    return vectors @ ((vectors.T @ slope) / np.where(sizes > 0, sizes, 1.0))
