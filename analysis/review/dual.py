"""A ball with its slopes: forward differentiation in rigorous arithmetic, which never stops at a 0.

    value    an enclosure of a number, a ball of python-flint
    slopes   enclosures of its derivatives, one with each parameter

All that meet in a formula have slopes with the same parameters, in the same order; a number that is
no `Dual` depends on none of them. python-flint's own power series raise where a denominator's ball
holds 0; here the result is a ball without bounds, which says that nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import arb


@dataclass(frozen=True, slots=True)
class Dual:
    """A number and its slopes, all as balls."""

    value: arb
    slopes: tuple[arb, ...]

    def __add__(self, other) -> Dual:
        if not isinstance(other, Dual):
            return Dual(self.value + other, self.slopes)
        slopes = [s + o for s, o in zip(self.slopes, other.slopes, strict=True)]
        return Dual(self.value + other.value, tuple(slopes))

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, tuple([-s for s in self.slopes]))

    def __sub__(self, other) -> Dual:
        if not isinstance(other, Dual):
            return Dual(self.value - other, self.slopes)
        slopes = [s - o for s, o in zip(self.slopes, other.slopes, strict=True)]
        return Dual(self.value - other.value, tuple(slopes))

    def __rsub__(self, other) -> Dual:
        return -self + other

    def __mul__(self, other) -> Dual:
        if not isinstance(other, Dual):
            return Dual(self.value * other, tuple([s * other for s in self.slopes]))
        a, b = self.value, other.value
        slopes = [s * b + a * o for s, o in zip(self.slopes, other.slopes, strict=True)]
        return Dual(a * b, tuple(slopes))

    __rmul__ = __mul__

    def __truediv__(self, other) -> Dual:
        if not isinstance(other, Dual):
            return Dual(self.value / other, tuple([s / other for s in self.slopes]))
        b = other.value
        value = self.value / b
        slopes = [(s - value * o) / b for s, o in zip(self.slopes, other.slopes, strict=True)]
        return Dual(value, tuple(slopes))

    def __rtruediv__(self, other) -> Dual:
        value = other / self.value
        return Dual(value, tuple([-value * s / self.value for s in self.slopes]))

    def sqrt(self) -> Dual:
        """Return the square root."""
        root = self.value.sqrt()
        twice = 2 * root
        return Dual(root, tuple([s / twice for s in self.slopes]))


def parameters(balls: Sequence[arb]) -> list[Dual]:
    """Return `balls` as the parameters themselves: each moves with itself alone."""
    at = range(len(balls))
    return [Dual(ball, tuple([arb(int(i == n)) for i in at])) for n, ball in enumerate(balls)]
