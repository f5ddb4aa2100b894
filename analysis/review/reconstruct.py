"""From printed digits back to the effect: every (d, se) that prints as a row, and one of them.

    d, se       standardised mean difference and its standard error; yi = d, vi = se**2
    n1, n2      sizes of the two groups, from studies.csv
    basis       what the point rests on:
                arms      the row's digits and the group sizes together
                rounding  the row's digits alone
                printed   neither: no effect prints as this row; smd and se are taken at their word

A row prints seven numbers, each rounded. Each bounds d and se by straight lines: smd and se
directly, variance through its root, the interval as d -+ 1.96 se, z as d/se, and p (two-sided) as
|d|/se.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product
from math import inf, isclose, sqrt

import numpy as np
import pandas as pd
from scipy.special import ndtri

from . import printed, region
from .formulas import Z95
from .region import Arms, HalfPlane, Point

SMALLEST_ARM = 2  # a group of which a standard deviation can be computed


@dataclass(frozen=True)
class Reconstructed:
    """The effect of `study` on `outcome`: the point `yi`, `vi` and the bounds on yi and on its se.

    `vertices` are the extreme points (d, se) of the feasible set: the ends of the curve of `arms` for
    the basis of that name, the corners of a polygon for `rounding`, those of the rounding of smd and
    se for `printed`; in both of these `arms` is None, and `note` says why. `planes` are the bounds that
    the row sets, `least_z` the size of d/se that its p asks for; `sized` tells whether there were arms.
    """

    study: str
    outcome: str
    basis: str
    yi: float
    vi: float
    yi_low: float
    yi_high: float
    sei_low: float
    sei_high: float
    vertices: tuple[Point, ...]
    arms: Arms | None
    note: str
    sized: bool = True
    planes: tuple[HalfPlane, ...] = ()
    least_z: float = 0.0

    @property
    def sei(self) -> float:
        """Return the standard error of the point."""
        return sqrt(self.vi)

    @cached_property
    def untied(self) -> "Reconstructed":
        """Return the effect as its digits alone bound it, whatever its arms; the point stays."""
        if self.arms is None:
            return self
        vertices = region.polygon(list(self.planes))
        ds, ses = zip(*vertices, strict=True)
        return replace(
            self,
            basis="rounding",
            arms=None,
            vertices=vertices,
            yi_low=min(ds),
            yi_high=max(ds),
            sei_low=min(ses),
            sei_high=max(ses),
        )

    def holds(self, d: float, se: float) -> bool:
        """Tell whether the effect `d` with `se` prints as the row, its arms counted where known."""
        on_arms = self.arms is None or isclose(se, self.arms.se(d), rel_tol=printed.FUZZ)
        far_enough = abs(d) >= self.least_z * se * (1 - printed.FUZZ)
        return on_arms and far_enough and region.inside(self.planes, (d, se))


def reconstruct(effects: pd.DataFrame, studies: pd.DataFrame) -> tuple[Reconstructed, ...]:
    """Reconstruct each row of `effects` with the group sizes in `studies`, both frames of text."""
    sizes = {row["study"]: row for row in studies.to_dict("records")}
    return tuple(_with_sizes(row, sizes) for row in effects.to_dict("records"))


def reconstruct_row(
    row: Mapping[str, str], arms: Arms | None = None, why: str = "group sizes are not given"
) -> Reconstructed:
    """Reconstruct one printed `row` of effects.csv with its `arms`, or say `why` there are none.

    With arms, the feasible set is an interval of d and the point its middle. If no d fits them, or
    without them, it is a polygon and the point its centroid; if that is empty, the printed point.
    """
    planes = half_planes(row)
    vertices = region.polygon(planes)
    if not vertices:
        return _as_printed(row)
    if arms is not None:
        found = region.on_curve(planes, arms)
        if found is not None:
            return _on_arms(row, arms, found)
        why = f"no effect in groups of {arms.n1} and {arms.n2} prints as this row"
    d, se = region.centroid(vertices)
    ds, ses = zip(*vertices, strict=True)
    bounds = min(ds), max(ds), min(ses), max(ses)
    note = f"{why}; rounding alone bounds it"
    record = _record(row, "rounding", d, se * se, bounds, vertices, note)
    return replace(record, sized=arms is not None)


def inferred_arms(row: Mapping[str, str], most: Arms) -> tuple[Arms, ...]:
    """Return all arms, none larger than in `most`, in which some effect prints as `row`.

    For a row computed from fewer participants than the trial's table gives, such as completers.
    Group sizes that fit are inferred, not known: many pairs can fit the digits of a large trial.
    """
    return _inferred(tuple(sorted(row.items())), most)


@lru_cache(maxsize=256)  # rows are read again whenever a manuscript is composed
def _inferred(cells: tuple[tuple[str, str], ...], most: Arms) -> tuple[Arms, ...]:
    row = dict(cells)
    planes = half_planes(row)
    if not region.polygon(planes):
        return ()
    d_low, d_high, se_low, se_high = _box(row)
    n1, n2 = np.ogrid[SMALLEST_ARM : most.n1 + 1, SMALLEST_ARM : most.n2 + 1]
    # The variance is least at d = 0 and greatest at the largest |d|: most pairs fall by that alone.
    least, greatest = Arms(n1, n2).base, Arms(n1, n2).variance(max(abs(d_low), abs(d_high)))
    pairs = np.argwhere((least <= se_high**2) & (greatest >= se_low**2)) + SMALLEST_ARM
    possible = (Arms(*map(int, pair)) for pair in pairs)
    return tuple(arms for arms in possible if region.on_curve(planes, arms) is not None)


def half_planes(row: Mapping[str, str]) -> list[HalfPlane]:
    """Return the bounds that a printed `row` sets on (d, se), with a box of smd and se in front.

    Only smd must be there, and se or both limits; of the other numbers those that the row has are used.
    """
    planes = region.box(*_box(row))
    for name, side in (("ci_low", -Z95), ("ci_high", Z95)):
        if name in row:
            planes += _between(1, side, *printed.interval(row[name]))
    if "z" in row:
        z_low, z_high = printed.interval(row["z"])
        planes += [(-1, z_low, 0), (1, -z_high, 0)]
    if "p" not in row:
        return planes
    p_low, p_high = printed.interval(row["p"])
    least, most = _abs_z(p_high), _abs_z(p_low)
    if most < inf:
        planes += [(1, -most, 0), (-1, -most, 0)]
    return _with_least_z(planes, least)


def _between(a: float, b: float, low: float, high: float) -> list[HalfPlane]:
    """Return the two half-planes of low <= a*d + b*se <= high."""
    return [(-a, -b, -low), (a, b, high)]


def _box(row: Mapping[str, str]) -> tuple[float, float, float, float]:
    """Return the bounds of d by the printed smd, and of se by its own digits or by the limits."""
    d_low, d_high = printed.interval(row["smd"])
    if "se" in row:
        se_low, se_high = printed.interval(row["se"])
    else:
        low, high = printed.interval(row["ci_low"])[0], printed.interval(row["ci_high"])[1]
        se_low, se_high = 0.0, (high - low) / (2 * Z95)
    if "variance" in row:
        v_low, v_high = printed.interval(row["variance"])
        se_low, se_high = max(se_low, sqrt(max(v_low, 0.0))), min(se_high, sqrt(v_high))
    return d_low, d_high, se_low, se_high


def _abs_z(p: float) -> float:
    """Return the |z| whose two-sided p-value is `p`; p may lie outside 0..1 by its rounding."""
    return float(-ndtri(min(max(p, 0.0), 1.0) / 2))


def _with_least_z(planes: list[HalfPlane], least: float) -> list[HalfPlane]:
    """Return `planes` with the bound |d|/se >= `least`, on the side of 0 that d can be on.

    The bound leaves two pieces, one to each side of 0. If both could hold the effect, which takes
    a z printed with fewer digits than p, it is left out: the region stays convex and holds both.
    """
    if least == 0:
        return planes
    sides = [[*planes, (-sign, least, 0)] for sign in (1, -1)]
    possible = [side for side in sides if region.polygon(side)]
    return planes if len(possible) == 2 else (possible or sides)[0]


def _with_sizes(row: Mapping[str, str], sizes: Mapping[str, Mapping[str, str]]) -> Reconstructed:
    """Reconstruct `row` with the arms of its study in `sizes`, if both are there as numbers."""
    study = sizes.get(row["study"])
    if study is None:
        return reconstruct_row(row, why="the study has no row in studies.csv")
    counts = [study["n_treatment"], study["n_control"]]
    if not all(count.isdecimal() for count in counts):
        return reconstruct_row(row, why="studies.csv does not give both group sizes")
    return reconstruct_row(row, Arms(*map(int, counts)))


def _on_arms(row: Mapping[str, str], arms: Arms, found: tuple[float, float]) -> Reconstructed:
    """Return the middle of `found`, where se may be least inside, at the d nearest 0."""
    low, high = found
    d = (low + high) / 2
    ses = [arms.se(end) for end in (low, high, min(max(low, 0.0), high))]
    ends = tuple((end, arms.se(end)) for end in found)
    bounds = (low, high, min(ses), max(ses))
    return _record(row, "arms", d, arms.variance(d), bounds, ends, "", arms)


def _as_printed(row: Mapping[str, str]) -> Reconstructed:
    """Return the smd and se of a `row` that no effect prints as, each with its own rounding."""
    d, se = float(printed.number(row["smd"])), float(printed.number(row["se"]))
    bounds = *printed.interval(row["smd"]), *printed.interval(row["se"])
    corners = product(bounds[:2], bounds[2:])
    note = "no effect prints as this row: its numbers contradict each other beyond rounding"
    return _record(row, "printed", d, se * se, bounds, corners, note)


def _record(row, basis: str, yi, vi, bounds, vertices, note: str, arms=None) -> Reconstructed:
    planes = tuple(half_planes(row))
    least = _abs_z(printed.interval(row["p"])[1]) if "p" in row else 0.0
    return Reconstructed(
        row["study"],
        row["outcome"],
        basis,
        yi,
        vi,
        *bounds,
        vertices=tuple(vertices),
        arms=arms,
        note=note,
        planes=planes,
        least_z=least,
    )
