"""The root of a function of one variable, between two ends or from a start upwards."""

from collections.abc import Callable

STEPS = 200
DOUBLINGS = 1000
# Relative width at which an interval around the root is narrow enough.
WIDTH = 1e-13


def root_between(f: Callable[[float], float], low: float, high: float) -> float:
    """Return the root of a continuous `f` that changes its sign between `low` and `high`.

    By false position, halving the value of an end that stays (Dowell & Jarratt, 1971), and by
    bisection every third step, so that no shape of `f` makes it slow.
    """
    at_low, at_high = f(low), f(high)
    if at_low == 0 or at_high == 0:
        return low if at_low == 0 else high
    if (at_low > 0) == (at_high > 0):
        raise ValueError(f"no root: the function is {at_low:g} at {low:g}, {at_high:g} at {high:g}")
    stayed = 0
    for step in range(STEPS):
        x = high - at_high * (high - low) / (at_high - at_low)
        if step % 3 == 2 or not low < x < high:
            x = (low + high) / 2
        value = f(x)
        if value == 0 or high - low <= WIDTH * abs(high):
            return x
        if (value > 0) == (at_high > 0):
            high, at_high = x, value
            at_low, stayed = (at_low / 2 if stayed < 0 else at_low), -1
        else:
            low, at_low = x, value
            at_high, stayed = (at_high / 2 if stayed > 0 else at_high), 1
    raise ValueError(f"no root in {STEPS} steps of false position and bisection: {low} to {high}")


def root_above(f: Callable[[float], float], start: float) -> float:
    """Return the root of `f`, which grows from below 0 at 0, by doubling `start` > 0 first."""
    low, high = 0.0, start
    for _ in range(DOUBLINGS):
        if f(high) >= 0:
            return root_between(f, low, high)
        low, high = high, 2 * high
    raise ValueError(f"no root up to {high:g}, found by doubling {start:g}")
