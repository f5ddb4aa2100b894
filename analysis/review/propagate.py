"""How far a statistic can move while every effect prints as its row: proof, and example.

    parameter      what is free in an effect: d where the arms tie se to it, else d and se
    outer bounds   an interval that holds the statistic of every combination of feasible effects
    witness        one such combination whose statistic prints as the source prints it

The bounds come from slopes in ball arithmetic, each an enclosure over all feasible effects at once. An
effect tied to one parameter whose slope has one sign is at an end of its range where the statistic
is extreme; the others enter by the mean value form f(c) + f'(X)(x - c), which is linear in x and so
extreme at a vertex (Moore, Kearfott & Cloud, 2009, ch. 6). Plain interval evaluation encloses as
well, and the two are intersected. Where a statistic has a kink its slope is the hull of both sides
(Clarke, 1983), for which the mean value theorem holds too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from math import inf, nan

from flint import arb

from .dual import Dual
from .formulas import Formula
from .printed import agrees, interval
from .reconstruct import Reconstructed

HALVINGS = 60  # of a step, after which it is as small as doubles resolve


@dataclass(frozen=True)
class Witness:
    """Effects that print as their rows, and the `value` of the statistic that they give."""

    value: float
    yi: tuple[float, ...]
    vi: tuple[float, ...]


class Propagation:
    """The statistics that a `formula` gives of reconstructed effects, `records`, with their range."""

    def __init__(self, records: Sequence[Reconstructed], formula: Formula) -> None:
        self.records, self.formula = tuple(records), formula

    @property
    def names(self) -> tuple:
        """The names of all statistics, the derived ones last."""
        return (*self._smooth, *self.formula.derived)

    @property
    def middle(self) -> tuple[list[float], list[float]]:
        """The effects and variances in the middle of all feasible sets."""
        return [record.yi for record in self.records], [record.vi for record in self.records]

    def bounds(self, name: str) -> tuple[float, float]:
        """Return outer bounds of the statistic `name`: no feasible effects give a value outside."""
        if name not in self.formula.derived:
            return self._smooth[name][0]
        base, how = self.formula.derived[name]
        low, high = self.bounds(base)
        values = [how(x) for x in (low, high, min(max(low, 0.0), high))]
        return min(values), max(values)

    def witness(self, name: str, printed: str) -> Witness | None:
        """Return feasible effects that make the statistic `name` print as `printed`, if found.

        From the middle of all feasible sets every effect moves towards the end that helps most,
        at one pace; on the way there, a statistic that gets so far takes the printed value. It is
        found by halving; then the value and every effect are checked, so that nothing rests on how
        it was found.
        """
        base = self.formula.derived[name][0] if name in self.formula.derived else name
        bounds, gradient = self._smooth[base]
        if bounds == (-inf, inf):
            return None

        def value(points) -> float:
            return self._value(name, points)

        start = [(record.yi, record.sei) for record in self.records]
        for direction in (1, -1):
            goal = [
                _best(record, slopes, direction)
                for record, slopes in zip(self.records, gradient, strict=True)
            ]
            found = self._on_the_way(value, start, goal, printed)
            if found:
                return found
        return None

    def extreme(self, name, direction: int) -> tuple[list[float], list[float]]:
        """Return feasible effects and variances that push the statistic `name` up (1) or down (-1)."""
        gradient = self._smooth[name][1]
        points = [
            _best(record, slopes, direction)
            for record, slopes in zip(self.records, gradient, strict=True)
        ]
        return [d for d, _ in points], [se * se for _, se in points]

    def _on_the_way(self, value, start, goal, printed: str) -> Witness | None:
        def at(share: float):
            pairs = zip(self.records, start, goal, strict=True)
            return [_between(record, here, there, share) for record, here, there in pairs]

        low, high = interval(printed)
        first, last = value(at(0.0)), value(at(1.0))
        near, far = (low, high) if first < low else (high, low)
        beyond = last > near if near == low else last < near
        if not beyond:
            return None
        reached = min(last, far) if near == low else max(last, far)
        target = (near + reached) / 2
        here, there = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = (here + there) / 2
            if (value(at(middle)) < target) == (first < target):
                here = middle
            else:
                there = middle
        points = at(there)
        feasible = all(r.holds(d, se) for r, (d, se) in zip(self.records, points, strict=True))
        if not (feasible and agrees(value(points), printed)):
            return None
        return Witness(
            value(points), tuple(d for d, _ in points), tuple(se * se for _, se in points)
        )

    def _value(self, name: str, points) -> float:
        ys, vs = [float(d) for d, _ in points], [float(se * se) for _, se in points]
        try:
            smooth = self.formula.compute(ys, vs)
        except ZeroDivisionError:
            return nan
        if name in smooth:
            return smooth[name]
        base, how = self.formula.derived[name]
        return how(smooth[base])

    @cached_property
    def _smooth(self) -> dict[str, tuple[tuple[float, float], list[tuple[float, ...]]]]:
        """By name: the outer bounds, and for each record the slopes with its parameters."""
        slopes = self._slopes()
        natural = self._compute([[_ball(*span) for span in _spans(r)] for r in self.records])
        return {
            name: (
                (
                    max(self._extreme(name, own, -1), _end(natural[name], -1)),
                    min(self._extreme(name, own, 1), _end(natural[name], 1)),
                ),
                [tuple(float(slope.mid()) for slope in of_record) for of_record in own],
            )
            for name, own in slopes.items()
        }

    def _slopes(self) -> dict[str, list[list[arb]]]:
        """By name: for each record the slope with each of its parameters, over all feasible effects."""
        whole = [[_ball(*span) for span in _spans(record)] for record in self.records]
        slopes: dict[str, list[list[arb]]] = {}
        for r, balls in enumerate(whole):
            for p, ball in enumerate(balls):
                duals = [[Dual(x, arb(0)) for x in own] for own in whole]
                duals[r][p] = Dual(ball, arb(1))
                for name, value in self._compute(duals).items():
                    of_records = slopes.setdefault(name, [[] for _ in whole])
                    of_records[r].append(value.slope)
        return slopes

    def _extreme(self, name: str, slopes: list[list[arb]], direction: int) -> float:
        """Return a bound that the statistic `name` cannot pass, up or down by `direction`."""
        point, rest = [], arb(0)
        for record, own in zip(self.records, slopes, strict=True):
            if record.arms and not own[0].contains(0):
                end = record.yi_high if (own[0] > 0) == (direction > 0) else record.yi_low
                point.append([arb(end)])
                continue
            centre = [arb(c) for c in (record.yi, record.sei)[: len(own)]]
            point.append(centre)
            moves = [
                sum(
                    (slope * (x - c) for slope, x, c in zip(own, vertex, centre, strict=False)),
                    arb(0),
                )
                for vertex in record.vertices
            ]
            rest += reduce(arb.union, moves)
        bound = self._compute(point)[name] + rest
        return _end(bound, direction)

    def _compute(self, parameters) -> dict:
        ys = [own[0] for own in parameters]
        pairs = zip(self.records, parameters, strict=True)
        vs = [
            record.arms.variance(own[0]) if record.arms else own[1] * own[1]
            for record, own in pairs
        ]
        return self.formula.compute(ys, vs)


def _spans(record: Reconstructed) -> list[tuple[float, float]]:
    """Return the range of each parameter of `record`."""
    d = (record.yi_low, record.yi_high)
    return [d] if record.arms else [d, (record.sei_low, record.sei_high)]


def _best(record: Reconstructed, slopes: tuple[float, ...], direction: int) -> tuple[float, float]:
    """Return the extreme point of `record` furthest along its `slopes`, up or down by `direction`."""

    def gain(vertex) -> float:
        return direction * sum(slope * x for slope, x in zip(slopes, vertex, strict=False))

    return max(record.vertices, key=gain)


def _between(record: Reconstructed, here, there, share: float) -> tuple[float, float]:
    """Return the effect a `share` of the way from `here` to `there` within the set of `record`."""
    d, se = (a + share * (b - a) for a, b in zip(here, there, strict=True))
    return (d, record.arms.se(d)) if record.arms else (d, se)


def _end(ball: arb, direction: int) -> float:
    """Return the upper (1) or lower (-1) end of `ball`, infinite where nothing is known of it."""
    end = float(ball.upper() if direction > 0 else ball.lower())
    return end if end == end else direction * inf


def _ball(low: float, high: float) -> arb:
    return arb(low).union(arb(high))
