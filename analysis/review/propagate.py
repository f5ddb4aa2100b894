"""How far a statistic can move while every effect prints as its row: proof, and example.

    part           an effect, or a further printed number that the formula takes (`Span`)
    parameter      what is free in a part: d where the arms tie se to it, else d and se; the number
    outer bounds   an interval that holds the statistic of every combination of feasible effects
    witness        one such combination whose statistic prints as the source prints it

The bounds come from slopes in ball arithmetic, each an enclosure over all feasible effects at once. An
effect with one parameter whose slope has one sign is at an end of its range where the statistic
is extreme; the others enter by the mean value form f(c) + f'(X)(x - c), which is linear in x and so
extreme at a vertex (Moore, Kearfott & Cloud, 2009, ch. 6). Plain interval evaluation encloses as
well, and the two are intersected. Where a statistic has a kink its slope is the hull of both sides
(Clarke, 1983), for which the mean value theorem holds too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import islice
from math import inf, isfinite, nan

from flint import arb

from .dual import parameters
from .formulas import Formula
from .parts import Part, Span, best, between, centre, spans
from .printed import agrees, interval
from .reconstruct import Reconstructed

HALVINGS = 60  # of a step, after which it is as small as doubles resolve


@dataclass(frozen=True)
class Witness:
    """Effects and further numbers `xs` that print as they do, and the `value` that they give."""

    value: float
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    xs: tuple[float, ...] = ()


class Propagation:
    """The statistics that a `formula` gives of reconstructed effects, `records`, with their range."""

    def __init__(self, records: Sequence[Reconstructed], formula: Formula) -> None:
        self.records, self.formula = tuple(records), formula
        self._known: dict[str, tuple[float, float]] = {}
        self._parts: tuple[Part, ...] = (*self.records, *(Span(*span) for span in formula.spans))

    @property
    def names(self) -> tuple:
        """The names of all statistics, the derived ones last."""
        return (*self.slopes, *self.formula.derived)

    @property
    def middle(self) -> tuple[list[float], list[float]]:
        """The effects and variances in the middle of all feasible sets."""
        return [record.yi for record in self.records], [record.vi for record in self.records]

    @cached_property
    def untied(self) -> Propagation | None:
        """The same statistics with all that prints as the rows, no se tied to d; None if none is."""
        if not any(record.arms for record in self.records):
            return None
        return self._of([record.untied for record in self.records])

    def _of(self, records: Sequence[Reconstructed]) -> Propagation:
        """Return the same statistics of `records`."""
        return Propagation(records, self.formula)

    def tightened(self, name: str, printed: str) -> tuple[float, float]:
        """Return bounds that may be narrower, sought to tell whether `name` can print as `printed`."""
        return self.bounds(name)

    def in_the_middle(self, name: str) -> float:
        """Return the statistic `name` of the middle of all feasible sets."""
        return self._value(name, self._centres)

    def bounds(self, name: str) -> tuple[float, float]:
        """Return outer bounds of the statistic `name`: no feasible effects give a value outside."""
        return self._of_base(name, self._outer)

    def _of_base(self, name: str, bounds: Callable[[str], tuple]) -> tuple[float, float]:
        """Return what the `bounds` of the statistic that `name` is derived from leave to it."""
        if name not in self.formula.derived:
            return bounds(name)
        base, how = self.formula.derived[name]
        low, high = bounds(base)
        values = [how(x) for x in (low, high, min(max(low, 0.0), high))]
        return min(values), max(values)

    def witness(self, name: str, printed: str) -> Witness | None:
        """Return feasible effects that make the statistic `name` print as `printed`, if found.

        From the middle of all feasible sets every effect moves towards the end that helps most,
        at one pace; on the way there, a statistic that gets so far takes the printed value. It is
        found by halving; then the value and every effect are checked, so that nothing rests on how
        it was found. What a plain evaluation excludes is not looked for.
        """
        (least, most), (low, high) = interval(printed), self._of_base(name, self._enclosed)
        if high < least or low > most:
            return None
        base = self._base(name)

        def value(points) -> float:
            return self._value(name, points)

        start = self._centres
        for gradient in self._gradients(base):
            if not all(isfinite(slope) for slopes in gradient for slope in slopes):
                continue
            for direction in (1, -1):
                goal = self._goal(gradient, direction)
                found = self._on_the_way(value, start, goal, printed)
                if found:
                    return found
        return None

    def extreme(self, name, direction: int) -> tuple[list[float], list[float]]:
        """Return feasible effects and variances that push the statistic `name` up (1) or down (-1)."""
        ys, vs, _ = self._split(self._goal(_middles(self.slopes[name]), direction))
        return ys, vs

    def _gradients(self, name: str) -> Iterator[list[tuple[float, ...]]]:
        """Yield slopes to follow for the statistic `name`, the next where the last do not lead.

        Over wide ranges those in the middle lead further; at a kink there, those over all do. Where
        the statistic is flat, as a share that stops at 0, those of the others lead out.
        """
        yield _middles(self.slopes[name])
        yield self._slopes_in_the_middle[name]
        if all(slope == 0 for slopes in self._slopes_in_the_middle[name] for slope in slopes):
            yield from (own for other, own in self._slopes_in_the_middle.items() if other != name)

    def _base(self, name: str) -> str:
        """Return the statistic that `name` is derived from, itself where it is of the first."""
        return self.formula.derived[name][0] if name in self.formula.derived else name

    @property
    def _centres(self) -> list[tuple[float, ...]]:
        """The middle of every part."""
        return [centre(part) for part in self._parts]

    def _goal(self, gradient, direction: int) -> list[tuple[float, ...]]:
        """Return for each part its extreme point furthest along the `gradient`, up or down."""
        pairs = zip(self._parts, gradient, strict=True)
        return [best(part, slopes, direction) for part, slopes in pairs]

    def _split(self, points) -> tuple[list[float], list[float], list[float]]:
        """Return the effects, their variances and the further numbers at the `points` of all parts."""
        effects, others = points[: len(self.records)], points[len(self.records) :]
        return (
            [float(d) for d, _ in effects],
            [float(se * se) for _, se in effects],
            [float(x) for (x,) in others],
        )

    def _on_the_way(self, value, start, goal, printed: str) -> Witness | None:
        def at(share: float):
            pairs = zip(self._parts, start, goal, strict=True)
            return [between(part, here, there, share) for part, here, there in pairs]

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
        feasible = all(part.holds(*point) for part, point in zip(self._parts, points, strict=True))
        if not (feasible and agrees(value(points), printed)):
            return None
        return Witness(value(points), *map(tuple, self._split(points)))

    def _value(self, name: str, points) -> float:
        ys, vs, xs = self._split(points)
        try:
            smooth = self.formula.compute(ys, vs, *xs)
        except ZeroDivisionError:
            return nan
        if name in smooth:
            return smooth[name]
        base, how = self.formula.derived[name]
        return how(smooth[base])

    @cached_property
    def slopes(self) -> dict[str, list[list[arb]]]:
        """By name: for each part the slope with each of its parameters, over all that it can be."""
        return self._slopes(self._whole())

    @cached_property
    def _natural(self) -> dict[str, arb]:
        """By name: the statistic evaluated over all that the parts can be."""
        return self._compute(self._whole())

    def _outer(self, name: str) -> tuple[float, float]:
        """Return the outer bounds of a statistic that is not derived; they are computed once."""
        if name not in self._known:
            slopes, (low, high) = self.slopes[name], self._enclosed(name)
            low = max(self._extreme(name, slopes, -1), low)
            high = min(self._extreme(name, slopes, 1), high)
            # Two enclosures of one number meet; where they do not, a formula encloses too little.
            assert low <= high, f"the bounds of {name} exclude everything: {low} to {high}"
            self._known[name] = low, high
        return self._known[name]

    def _enclosed(self, name: str) -> tuple[float, float]:
        """Return bounds of a statistic that is not derived by evaluating it once, without slopes."""
        return _end(self._natural[name], -1), _end(self._natural[name], 1)

    @cached_property
    def _slopes_in_the_middle(self) -> dict[str, list[tuple[float, ...]]]:
        """By name: for each part the slopes with its parameters, at the middle of all parts."""
        middle = [[arb(c) for c in centre(part)[: len(spans(part))]] for part in self._parts]
        return {name: _middles(own) for name, own in self._slopes(middle).items()}

    def _whole(self) -> list[list[arb]]:
        """Every part with all that it can be."""
        return [[_ball(*span) for span in spans(part)] for part in self._parts]

    def _slopes(self, box: list[list[arb]]) -> dict[str, list[list[arb]]]:
        """By name: for each part the slope with each of its parameters, over all of the `box`."""
        duals = _grouped(parameters([ball for balls in box for ball in balls]), box)
        return {
            name: _grouped(dual.slopes.entries(), box)
            for name, dual in self._compute(duals).items()
        }

    def _extreme(self, name: str, slopes: list[list[arb]], direction: int) -> float:
        """Return a bound that the statistic `name` cannot pass, up or down by `direction`."""
        point, rest = [], arb(0)
        for part, own in zip(self._parts, slopes, strict=True):
            if len(own) == 1 and not own[0].contains(0):
                low, high = spans(part)[0]
                point.append([arb(high if (own[0] > 0) == (direction > 0) else low)])
                continue
            middle = [arb(c) for c in centre(part)[: len(own)]]
            point.append(middle)
            moves = [
                sum(
                    (slope * (x - c) for slope, x, c in zip(own, vertex, middle, strict=False)),
                    arb(0),
                )
                for vertex in part.vertices
            ]
            rest += reduce(arb.union, moves)
        bound = self._compute(point)[name] + rest
        return _end(bound, direction)

    def _compute(self, parameters) -> dict:
        ys = [own[0] for own in parameters[: len(self.records)]]
        vs = [
            record.arms.variance(own[0]) if record.arms else own[1] * own[1]
            for record, own in zip(self.records, parameters, strict=False)
        ]
        return self.formula.compute(ys, vs, *(own[0] for own in parameters[len(self.records) :]))


def _grouped(flat: Sequence, box: Sequence[Sequence]) -> list[list]:
    """Return the items of `flat` in groups as long as those of `box`."""
    items = iter(flat)
    return [list(islice(items, len(own))) for own in box]


def _middles(slopes: list[list[arb]]) -> list[tuple[float, ...]]:
    """Return the middles of the `slopes` of each part."""
    return [tuple(float(slope.mid()) for slope in own) for own in slopes]


def _end(ball: arb, direction: int) -> float:
    """Return the upper (1) or lower (-1) end of `ball`, infinite where nothing is known of it."""
    end = float(ball.upper() if direction > 0 else ball.lower())
    return end if end == end else direction * inf


def _ball(low: float, high: float) -> arb:
    return arb(low).union(arb(high))
