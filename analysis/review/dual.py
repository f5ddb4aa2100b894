"""A ball with its slopes: forward differentiation in rigorous arithmetic, which never stops at a 0.

    value    an enclosure of a number, a ball of python-flint
    slopes   enclosures of its derivatives, a row with one for each parameter

All that meet in a formula have slopes with the same parameters, in the same order; a number that is
no `Dual` depends on none of them. python-flint's own power series raise where a denominator's ball
holds 0; here the result is a ball without bounds, which says that nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
