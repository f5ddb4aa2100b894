"""The root of a function of one variable that grows without an upper end known in advance."""

from collections.abc import Callable

from scipy.optimize import brentq

DOUBLINGS = 1000
# How narrow the interval around a root becomes; its absolute width may be anything above 0.
PRECISION = {"xtol": 1e-300, "rtol": 1e-13}


def root_above(f: Callable[[float], float], start: float) -> float:
    """Return the root of `f`, which grows from below 0 at 0, by doubling `start` > 0 first."""
    low, high = 0.0, start
    for _ in range(DOUBLINGS):
        if f(high) >= 0:
            return float(brentq(f, low, high, **PRECISION))
        low, high = high, 2 * high
    raise ValueError(f"no root up to {high:g}, found by doubling {start:g}")
