"""A ball with its slope: forward differentiation in rigorous arithmetic, which never stops at a 0.

    value    an enclosure of a number, a ball of python-flint
    slope    an enclosure of its derivative with the one parameter that is looked at

python-flint's own power series raise where a denominator's ball holds 0; here the result is a ball
without bounds, which says that nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb


@dataclass(frozen=True)
class Dual:
    """A number and its slope, both as balls."""

    value: arb
    slope: arb

    def __add__(self, other) -> Dual:
        other = _dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __sub__(self, other) -> Dual:
        return self + -_dual(other)

    def __rsub__(self, other) -> Dual:
        return _dual(other) + -self

    def __mul__(self, other) -> Dual:
        other = _dual(other)
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    __rmul__ = __mul__

    def __truediv__(self, other) -> Dual:
        other = _dual(other)
        value = self.value / other.value
        return Dual(value, (self.slope - value * other.slope) / other.value)

    def __rtruediv__(self, other) -> Dual:
        return _dual(other) / self

    def sqrt(self) -> Dual:
        """Return the square root."""
        root = self.value.sqrt()
        return Dual(root, self.slope / (2 * root))


def _dual(x) -> Dual:
    return x if isinstance(x, Dual) else Dual(arb(x), arb(0))
