"""A ball with its slopes: forward differentiation in rigorous arithmetic, which never stops at a 0.

The functions at the end do to floats, balls and balls with slopes what their operators cannot.

    value    an enclosure of a number, a ball of python-flint
    slopes   enclosures of its derivatives, a row with one for each parameter

All that meet in a formula have slopes with the same parameters, in the same order; a number that is
no `Dual` depends on none of them. python-flint's own power series raise where a denominator's ball
holds 0; here the result is a ball without bounds, which says that nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt

from flint import arb, arb_mat


@dataclass(frozen=True, slots=True)
class Dual:
    """A number and its slopes, all as balls."""

    value: arb
    slopes: arb_mat

    def __add__(self, other) -> Dual:
        if not isinstance(other, Dual):
            return Dual(self.value + other, self.slopes)
        return Dual(self.value + other.value, self.slopes + other.slopes)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slopes)

    def __sub__(self, other) -> Dual:
        if not isinstance(other, Dual):
            return Dual(self.value - other, self.slopes)
        return Dual(self.value - other.value, self.slopes - other.slopes)

    def __rsub__(self, other) -> Dual:
        return -self + other

    def __mul__(self, other) -> Dual:
        if not isinstance(other, Dual):
            return Dual(self.value * other, self.slopes * other)
        a, b = self.value, other.value
        return Dual(a * b, self.slopes * b + other.slopes * a)

    __rmul__ = __mul__

    def __truediv__(self, other) -> Dual:
        if not isinstance(other, Dual):
            return Dual(self.value / other, self.slopes / other)
        value = self.value / other.value
        return Dual(value, (self.slopes - other.slopes * value) / other.value)

    def __rtruediv__(self, other) -> Dual:
        value = other / self.value
        return Dual(value, self.slopes * -value / self.value)

    def sqrt(self) -> Dual:
        """Return the square root."""
        root = self.value.sqrt()
        return Dual(root, self.slopes / (2 * root))


def parameters(balls: Sequence[arb]) -> list[Dual]:
    """Return `balls` as the parameters themselves: each moves with itself alone."""
    at = range(len(balls))
    return [
        Dual(ball, arb_mat(1, len(at), [int(i == n) for i in at])) for n, ball in enumerate(balls)
    ]


def sum_of(terms):
    """Return the sum of `terms`, of which there is one at least; `sum` would begin with a 0 besides."""
    first, *rest = terms
    return sum(rest, first)


def square(x):
    """Return x times x, which is not below 0; a product of balls does not know that they are one."""
    if isinstance(x, Dual):
        return Dual(square(x.value), x.slopes * (2 * x.value))
    return x * x if isinstance(x, float) else at_least_zero(x * x)


def root(x):
    """Return the square root of `x`."""
    return sqrt(x) if isinstance(x, float) else x.sqrt()


def is_positive(x) -> bool:
    """Tell whether all of `x` is above 0."""
    return x > 0 if isinstance(x, float) else _ball(x).lower() > 0


def is_nothing(x) -> bool:
    """Tell whether none of `x` is above 0."""
    return x <= 0 if isinstance(x, float) else _ball(x).upper() <= 0


def anywhere(low: float, high: float, like):
    """Return an enclosure from `low` to `high`, of whose slopes nothing is known, ball or `like` one."""
    ball = arb(low).union(arb(high))
    if isinstance(like, Dual):
        k = like.slopes.ncols()
        return Dual(ball, arb_mat(1, k, [arb(nan, inf)] * k))
    return ball


def within(known: tuple[float, float], x):
    """Return the enclosure `x` without what is outside of the `known` range."""
    if isinstance(x, Dual):
        return Dual(within(known, x.value), x.slopes)
    if isinstance(x, float) or not all(map(isfinite, known)):
        return x
    low, high = known
    return x.intersection(arb(low).union(arb(high)))


def at_least_zero(x):
    """Return max(0, x); where the ball holds 0, both pieces and the hull of both slopes."""
    if isinstance(x, float):
        return max(0.0, x)
    if is_positive(x):
        return x
    if is_nothing(x):
        return 0 * x
    value = arb(0).union(_ball(x).upper())
    if isinstance(x, Dual):
        hulls = [arb(0).union(slope) for slope in x.slopes.entries()]
        return Dual(value, arb_mat(1, len(hulls), hulls))
    return value


def _ball(x) -> arb:
    return x.value if isinstance(x, Dual) else x
