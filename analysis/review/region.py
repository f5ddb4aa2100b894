"""Convex regions of the (d, se) plane, cut out by half-planes.

    d          standardised mean difference
    se         its standard error
    half-plane (a, b, c): the points with a*d + b*se <= c
    arms       n1, n2: sizes of the two groups
    arms curve se as a function of d, given the arms

The bounds that a printed row sets on d and se are all of this form, so the set of effects that
print as the row is a convex polygon; with the arms known it is what the polygon leaves of a curve.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

from .printed import FUZZ

HalfPlane = tuple[float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True)
class Arms:
    """The variance of Cohen's d in a trial with groups of `n1` and `n2`, no correction for small n.

    vi = (n1+n2)/(n1*n2) + d**2/(2*(n1+n2)): Borenstein et al. (2009), eq. 4.20.
    """

    n1: int
    n2: int

    @cached_property
    def base(self) -> float:
        """Return the variance at d = 0."""
        return (self.n1 + self.n2) / (self.n1 * self.n2)

    @cached_property
    def slope(self) -> float:
        """Return what the variance gains with each unit of d squared."""
        return 1 / (2 * (self.n1 + self.n2))

    def variance(self, d: float) -> float:
        """Return the sampling variance of an effect `d`."""
        return self.base + self.slope * d * d

    def se(self, d: float) -> float:
        """Return the standard error of an effect `d`."""
        return sqrt(self.variance(d))


def box(d_low: float, d_high: float, se_low: float, se_high: float) -> list[HalfPlane]:
    """Return the four half-planes of d in [d_low, d_high] and se in [se_low, se_high]."""
    return [(-1, 0, -d_low), (1, 0, d_high), (0, -1, -se_low), (0, 1, se_high)]


def polygon(planes: list[HalfPlane]) -> tuple[Point, ...]:
    """Return the vertices, in order, of the region of `planes`, whose first four are a `box`.

    Sutherland & Hodgman (1974): the box is cut by one half-plane after the other. No vertex: the
    region is empty.
    """
    (_, _, d_low), (_, _, d_high), (_, _, se_low), (_, _, se_high) = planes[:4]
    d_low, se_low = -d_low, -se_low
    vertices = [(d_low, se_low), (d_high, se_low), (d_high, se_high), (d_low, se_high)]
    for plane in planes:
        vertices = _cut(vertices, plane)
    return tuple(vertices)


def centroid(vertices: tuple[Point, ...]) -> Point:
    """Return the centre of mass of the polygon `vertices`, or their mean if it has no area."""
    d0, se0 = vertices[0]
    shifted = [(d - d0, se - se0) for d, se in vertices]
    pairs = list(zip(shifted, shifted[1:] + shifted[:1], strict=True))
    crosses = [x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs]
    area = sum(crosses) / 2
    extent = max(abs(x) for x, _ in shifted) * max(abs(y) for _, y in shifted)
    if area <= FUZZ * extent:
        return d0 + _mean(x for x, _ in shifted), se0 + _mean(y for _, y in shifted)
    moments = [(x1 + x2, y1 + y2) for (x1, y1), (x2, y2) in pairs]
    d = sum(m[0] * cross for m, cross in zip(moments, crosses, strict=True)) / (6 * area)
    se = sum(m[1] * cross for m, cross in zip(moments, crosses, strict=True)) / (6 * area)
    return d0 + d, se0 + se


def on_curve(planes: list[HalfPlane], arms: Arms) -> tuple[float, float] | None:
    """Return the lowest and highest d at which the curve of `arms` lies in the region of `planes`.

    The curve enters or leaves the region only where it crosses the boundary of a half-plane, so the
    crossings that satisfy all the others include both ends. Along the curve each bound of a printed
    row is monotone in d (or, across 0, in its size), for d +- 1.96 se as long as n1 + n2 >= 2.
    """
    # The lowest point of the curve, d = 0, can touch a bound on se without crossing it.
    candidates = [0.0, *(d for plane in planes for d in _crossings(plane, arms))]
    found = [d for d in candidates if inside(planes, (d, arms.se(d)))]
    return (min(found), max(found)) if found else None


def inside(planes: Iterable[HalfPlane], point: Point) -> bool:
    """Tell whether `point` satisfies all of `planes`."""
    return all(_holds(plane, point) for plane in planes)


def _excess(plane: HalfPlane, point: Point) -> float:
    """Return how far `point` lies beyond the boundary of `plane`; anything within FUZZ is 0."""
    a, b, c = plane
    across, up = a * point[0], b * point[1]
    excess = across + up - c
    return 0.0 if abs(excess) <= FUZZ * (abs(across) + abs(up) + abs(c)) else excess


def _holds(plane: HalfPlane, point: Point) -> bool:
    return _excess(plane, point) <= 0


def _cut(vertices: list[Point], plane: HalfPlane) -> list[Point]:
    """Return the part of the convex polygon `vertices` that lies in `plane`."""
    kept = []
    for here, there in zip(vertices, vertices[1:] + vertices[:1], strict=True):
        out_here, out_there = _excess(plane, here), _excess(plane, there)
        if out_here <= 0:
            kept.append(here)
        if out_here * out_there < 0:
            share = out_here / (out_here - out_there)
            kept.append(tuple(p + share * (q - p) for p, q in zip(here, there, strict=True)))
    return kept


def _crossings(plane: HalfPlane, arms: Arms) -> list[float]:
    """Return each d at which the curve of `arms` meets the boundary a*d + b*se = c of `plane`.

    Squared, b**2 (base + slope d**2) = (c - a d)**2 is a quadratic in d. A root of the mirrored
    branch, where c - a d and b differ in sign, is on no boundary and is dropped.
    """
    a, b, c = plane
    if b == 0:
        return [c / a]
    roots = _quadratic(a * a - b * b * arms.slope, -2 * a * c, c * c - b * b * arms.base)
    return [d for d in roots if _excess(plane, (d, arms.se(d))) == 0]


def _quadratic(a: float, b: float, c: float) -> list[float]:
    """Return the real roots of a x**2 + b x + c, in the form that does not cancel."""
    if a == 0:
        return [-c / b] if b else []
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return []
    q = -(b + (sqrt(discriminant) if b >= 0 else -sqrt(discriminant))) / 2
    return [q / a, c / q] if q else [0.0]


def _mean(values) -> float:
    values = list(values)
    return sum(values) / len(values)
