"""The axis of an effect: where it ends, where its ticks stand, and how they are labelled.

Effects are on the scale of the analysis: a difference as it is, a ratio as its natural logarithm.
A ratio's ticks stand at round ratios and say the ratio.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, exp, floor, isfinite, log, log10

import numpy as np

from .numbers import is_absent, number

FENCE = 1.5  # Tukey (1977): a limit further than this many quartile ranges does not set the axis
FAR = 30.0  # the same where the outliers are what a plot is about
STEPS = (1, 2, 5)  # a round number is one of these times a power of ten
NARROW = 3  # within this factor, evenly spaced ratios are as good as 1-2-5, and finer
# Beyond these no axis is legible, and floating point steps are no longer even.
LARGEST, LARGEST_LOG = 1e12, 25.0


@dataclass(frozen=True)
class Scale:
    """Whether effects are logarithms of ratios, and the value `null` of no effect, if there is one."""

    ratio: bool = False
    null: float | None = 0.0


DIFFERENCE = Scale()
RATIO = Scale(ratio=True)


@dataclass(frozen=True)
class Axis:
    """The ends of an axis, and its ticks: positions on it with their labels."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def holds(self, value: float) -> bool:
        """Whether `value` lies on the axis."""
        return self.low <= value <= self.high

    def cut(self, low: float, high: float) -> Axis:
        """The axis from `low` to `high`, with the ticks between them."""
        return Axis(low, high, tuple(tick for tick in self.ticks if low <= tick[0] <= high))

    def clipped(self, value: float) -> float:
        """The place on the axis that is nearest to `value`."""
        return min(max(value, self.low), self.high)


def finite(x: float | None) -> bool:
    """Whether `x` is a number that a plot can show."""
    return not is_absent(x) and isfinite(x)


def axis(values: Iterable[float | None], scale: Scale = DIFFERENCE, most: int = 7) -> Axis:
    """Return the axis that covers `values`, from tick to tick, with at most `most` ticks."""
    low, high = _ends(values, scale)
    places = _ratios(low, high, most) if scale.ratio else _differences(low, high, most)
    # An end that is a tick but for rounding must not lie beyond the axis.
    return Axis(min(places[0][0], low), max(places[-1][0], high), tuple(places))


def snug(values: Iterable[float | None], scale: Scale = DIFFERENCE, pad: float = 0.05) -> Axis:
    """Return the axis that ends a share `pad` beyond `values`, wherever its ticks stand."""
    low, high = _ends(values, scale)
    room = pad * (high - low)
    return axis((low, high), scale, most=10).cut(low - room, high + room)


def bulk(limits: Iterable[float | None], fence: float = FENCE) -> list[float]:
    """Return those of `limits` within `fence` quartile ranges, so that an outlier sets no axis."""
    known = [v for v in limits if finite(v)]
    if not known:
        return []
    first, third = np.quantile(known, [0.25, 0.75])
    reach = fence * (third - first)
    return [v for v in known if first - reach <= v <= third + reach]


def _ends(values: Iterable[float | None], scale: Scale) -> tuple[float, float]:
    """The least and the largest of `values`, within reason, and apart."""
    limit = LARGEST_LOG if scale.ratio else LARGEST
    shown = [min(max(v, -limit), limit) for v in values if finite(v)]
    low, high = (min(shown), max(shown)) if shown else (0.0, 0.0)
    if high - low < 1e-9 * max(1.0, abs(low), abs(high)):
        reach = max(1.0, abs(low) / 2)
        return low - reach, high + reach
    return low, high


def _differences(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Ticks at multiples of a round step, from at or below `low` to at or above `high`."""
    power = floor(log10((high - low) / most)) - 1
    for exponent in range(power, power + 4):
        for step in STEPS:
            # A hair of tolerance keeps a limit that is itself a multiple from adding a step.
            size = step * 10.0**exponent
            first, last = floor(low / size + 1e-9), ceil(high / size - 1e-9)
            if last - first < most:
                return [
                    (_multiple(n, step, exponent), _label(n, step, exponent))
                    for n in range(first, last + 1)
                ]
    raise AssertionError("a step of this size always fits")


def _multiple(n: int, step: int, exponent: int) -> float:
    """Return n times the step, without the error of a power of ten below one."""
    return n * step * 10.0**exponent if exponent >= 0 else n * step / 10.0**-exponent


def _label(n: int, step: int, exponent: int) -> str:
    return number(_multiple(n, step, exponent), max(0, -exponent))


def _ratios(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Ticks at round ratios: each step of every decade, or fewer where that would be too many."""
    if high - low < log(NARROW):
        plain = _differences(exp(low), exp(high), most)
        if plain[0][0] > 0:
            return [(log(place), label) for place, label in plain]
    for steps in (STEPS, (1, 3), (1,)):
        places = _decades(low, high, steps, 1)
        if len(places) <= most:
            break
    every = 1
    while len(places) > most:
        every += 1
        places = _decades(low, high, (1,), every)
    return places


def _decades(
    low: float, high: float, steps: tuple[int, ...], every: int
) -> list[tuple[float, str]]:
    """The ratios `steps` of `every` so many decades that just cover exp(low) to exp(high)."""
    first = floor(low / log(10) / every) * every - every
    last = ceil(high / log(10) / every) * every + every
    places = [
        (log(step) + decade * log(10), number(step * 10.0**decade, max(0, -decade)))
        for decade in range(first, last + 1, every)
        for step in steps
    ]
    start = max(i for i, (place, _) in enumerate(places) if place <= low + 1e-9)
    end = min(i for i, (place, _) in enumerate(places) if place >= high - 1e-9)
    return places[start : end + 1]
