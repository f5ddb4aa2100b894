"""What a printed row leaves open, found by trying: the effects that print exactly as it does.

point     d and its variance, of which smd, se, variance, limits, z and p print as the row
path      all trials at once from one end of their points to the other, along a statistic's slope
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from by_hand import around, as_row, read, rounds_to, unit

FINE, COARSE = 4001, 161  # of a grid along the arms' curve, and of both sides of a box
FEW, SIDE = 60, 41  # effects, and values of a moderator, that are tried together
STEPS = 201  # along a path
# The statistics bend so little over a thousandth that twice the first-order change holds all.
SAFE = 2.0

Statistic = Callable[..., float]


@dataclass(frozen=True)
class Trial:
    """A `study` with the points that print as its row: d and variance, and a moderator if any."""

    study: str
    points: np.ndarray

    @property
    def middle(self) -> np.ndarray:
        """The centre of the points."""
        return self.points.mean(axis=0)


def prints_as(row: dict[str, str], d, se) -> np.ndarray:
    """Which of the effects `d` with `se` print as `row`, all seven numbers of it."""
    values = as_row(around(d, se))
    fits = [np.abs(v - float(row[n])) <= float(unit(row[n])) / 2 for n, v in values.items()]
    return np.logical_and.reduce(fits)


def _around(text: str, steps: int) -> np.ndarray:
    half = float(unit(text)) / 2
    return float(text) + np.linspace(-half, half, steps)


def _points(row: dict[str, str], sizes: dict[str, str]) -> np.ndarray:
    """On the curve v = (n1 + n2)/(n1 n2) + d²/(2 (n1 + n2)) of the group sizes, else in the box."""
    n1, n2 = int(sizes["n_treatment"]), int(sizes["n_control"])
    d = _around(row["smd"], FINE)
    v = (n1 + n2) / (n1 * n2) + d**2 / (2 * (n1 + n2))
    fits = prints_as(row, d, np.sqrt(v))
    return np.column_stack([d, v])[fits] if fits.any() else in_box(row)


def in_box(row: dict[str, str]) -> np.ndarray:
    """The points of `row` wherever its digits allow, whatever the group sizes."""
    d, se = map(np.ravel, np.meshgrid(_around(row["smd"], COARSE), _around(row["se"], COARSE)))
    fits = prints_as(row, d, se)
    assert fits.any(), f"no effect prints as {row}"
    return np.column_stack([d, se**2])[fits]


_SIZES = {row["study"]: row for row in read("studies")}
TRIALS: dict[str, list[Trial]] = {}
for _row in read("effects"):
    TRIALS.setdefault(_row["outcome"], []).append(
        Trial(_row["study"], _points(_row, _SIZES[_row["study"]]))
    )


def around_printed(trial: Trial, text: str, most: float) -> Trial:
    """`trial` with a moderator printed as `text`: any number up to `most` that rounds to it."""
    few = trial.points[np.linspace(0, len(trial.points) - 1, FEW).astype(int)]
    x = np.minimum(_around(text, SIDE), most)
    return Trial(trial.study, np.column_stack([few.repeat(SIDE, axis=0), np.tile(x, FEW)]))


def middles(trials: Sequence[Trial]) -> np.ndarray:
    """The centres of `trials`, shape (k, 2), or with a moderator (k, 3)."""
    return np.array([trial.middle for trial in trials])


def at_the_middles(statistic: Statistic, trials: Sequence[Trial]) -> float:
    """The `statistic` where every trial is in the middle of its points."""
    return statistic(*middles(trials).T)


def _slope(statistic: Statistic, trials: Sequence[Trial]) -> np.ndarray:
    """Central differences at the middles, in their shape."""
    centre = middles(trials)
    slope = np.zeros_like(centre)
    for place in np.ndindex(centre.shape):
        step = np.zeros_like(centre)
        step[place] = 1e-5 * abs(centre[place])
        ends = statistic(*(centre + step).T), statistic(*(centre - step).T)
        slope[place] = (ends[0] - ends[1]) / (2 * step[place])
    return slope


def outer(statistic: Statistic, trials: Sequence[Trial]) -> tuple[float, float]:
    """What the `statistic` cannot leave: each trial where it pushes most, and as much again."""
    slopes = _slope(statistic, trials)
    reach = [(t.points - t.middle) @ own for t, own in zip(trials, slopes, strict=True)]
    centre = at_the_middles(statistic, trials)
    return (
        centre + SAFE * sum(own.min() for own in reach),
        centre + SAFE * sum(own.max() for own in reach),
    )


def path(statistic: Statistic, trials: Sequence[Trial]) -> np.ndarray:
    """The `statistic` from its least to its most, shape (STEPS,): each trial's points in order."""
    slopes = _slope(statistic, trials)
    ordered = [
        t.points[np.argsort(t.points @ own, kind="stable")]
        for t, own in zip(trials, slopes, strict=True)
    ]
    shares = np.linspace(0, 1, STEPS)
    return np.array(
        [
            statistic(*np.array([own[round(s * (len(own) - 1))] for own in ordered]).T)
            for s in shares
        ]
    )


def reached(statistic: Statistic, trials: Sequence[Trial], text: str) -> bool:
    """Whether trials that print as their rows are found that make the `statistic` print as `text`."""
    return any(rounds_to(value, text) for value in path(statistic, trials))


def excluded(statistic: Statistic, trials: Sequence[Trial], text: str) -> bool:
    """Whether no value within the outer bounds prints as `text`."""
    low, high = outer(statistic, trials)
    half = float(unit(text)) / 2
    return high < float(text) - half or low > float(text) + half
