"""What a statistic is computed from, each free within what its printed digits allow.

part   an effect, or a further printed number that the formula takes (`Span`)
point  values of a part's parameters: d and se of an effect, the number itself
"""

from __future__ import annotations

from dataclasses import dataclass

from .reconstruct import Reconstructed

Point = tuple[float, ...]


@dataclass(frozen=True)
class Span:
    """A printed number: anything from `low` to `high`."""

    low: float
    high: float

    @property
    def vertices(self) -> tuple[Point, ...]:
        """The extreme points."""
        return (self.low,), (self.high,)

    def holds(self, x: float) -> bool:
        """Tell whether `x` is within."""
        return self.low <= x <= self.high


Part = Reconstructed | Span


def spans(part: Part) -> list[tuple[float, float]]:
    """Return the range of each parameter of `part`."""
    if isinstance(part, Span):
        return [(part.low, part.high)]
    d = (part.yi_low, part.yi_high)
    return [d] if part.arms else [d, (part.sei_low, part.sei_high)]


def centre(part: Part) -> Point:
    """Return the middle of `part`."""
    return ((part.low + part.high) / 2,) if isinstance(part, Span) else (part.yi, part.sei)


def best(part: Part, slopes: tuple[float, ...], direction: int) -> Point:
    """Return the extreme point of `part` furthest along its `slopes`, up or down by `direction`."""

    def gain(vertex) -> float:
        return direction * sum(slope * x for slope, x in zip(slopes, vertex, strict=False))

    return max(part.vertices, key=gain)


def between(part: Part, here: Point, there: Point, share: float) -> Point:
    """Return the point a `share` of the way from `here` to `there` within the set of `part`."""
    point = tuple(a + share * (b - a) for a, b in zip(here, there, strict=True))
    tied = isinstance(part, Reconstructed) and part.arms
    return (point[0], part.arms.se(point[0])) if tied else point
