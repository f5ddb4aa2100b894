"""The raw numbers that an effect size is computed from: their names, and what each may be.

Every array has one value a study; a single number holds for all studies. `_treated` and `_control`
are two arms, `_pre` and `_post` two times; a difference is always treated minus control or post minus
pre, a ratio treated over control or post over pre. The `r` of a change is that of pre and post.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from .. import checks


@dataclass(frozen=True)
class Column:
    """What a column `means`, and which values are `allowed` in it (finite ones alone)."""

    means: str
    allowed: str = "a finite number"
    test: Callable[[np.ndarray], np.ndarray] = np.isfinite


def _size(means: str) -> Column:
    return Column(means, "a number of participants, at least 1", lambda x: x >= 1)


def _not_negative(means: str) -> Column:
    return Column(means, "0 or more", lambda x: x >= 0)


def _positive(means: str) -> Column:
    return Column(means, "above 0", lambda x: x > 0)


def _correlation(means: str) -> Column:
    return Column(means, "strictly between -1 and 1", lambda x: abs(x) < 1)


ONE_GROUP = {
    "n": _size("participants in the one sample"),
    "mean": Column("mean of the one sample"),
    "sd": _not_negative("standard deviation of the one sample"),
    "events": _not_negative("participants with the event, or number of events"),
    "time": _positive("person-time of the one sample"),
}

TWO_ARMS = {
    "mean_treated": Column("mean of the treated arm"),
    "mean_control": Column("mean of the control arm"),
    "sd_treated": _not_negative("standard deviation of the treated arm"),
    "sd_control": _not_negative("standard deviation of the control arm"),
    "n_treated": _size("participants in the treated arm"),
    "n_control": _size("participants in the control arm"),
    "events_treated": _not_negative("participants with the event in the treated arm"),
    "events_control": _not_negative("participants with the event in the control arm"),
    "time_treated": _positive("person-time of the treated arm"),
    "time_control": _positive("person-time of the control arm"),
}

PAIRS = {
    "events_both": _not_negative("pairs with the event under treatment and control"),
    "events_treated_only": _not_negative("pairs with the event under treatment only"),
    "events_control_only": _not_negative("pairs with the event under control only"),
    "events_neither": _not_negative("pairs without the event"),
}

CHANGES = {
    "mean_pre": Column("mean before"),
    "mean_post": Column("mean after"),
    "mean_change": Column("mean of the changes, post minus pre"),
    "sd_pre": _not_negative("standard deviation before"),
    "sd_post": _not_negative("standard deviation after"),
    "sd_change": _not_negative("standard deviation of the changes"),
    "mean_pre_treated": Column("mean of the treated arm before"),
    "mean_post_treated": Column("mean of the treated arm after"),
    "sd_pre_treated": _not_negative("standard deviation of the treated arm before"),
    "mean_pre_control": Column("mean of the control arm before"),
    "mean_post_control": Column("mean of the control arm after"),
    "sd_pre_control": _not_negative("standard deviation of the control arm before"),
    "r_treated": _correlation("correlation of pre and post in the treated arm"),
    "r_control": _correlation("correlation of pre and post in the control arm"),
}

STATISTICS = {
    "r": _correlation("correlation"),
    "predictors": _positive("predictors in the regression, the one of interest included"),
    "d": Column("Cohen's d, without small-sample correction"),
    "t": Column("t statistic of the difference, with its sign"),
    "f": _not_negative("F statistic of the difference, on 1 numerator df"),
    "p": Column("two-sided p-value", "above 0 and at most 1", lambda x: (x > 0) & (x <= 1)),
    "sign": Column("direction of the effect where f or p hides it", "1 or -1", lambda x: x**2 == 1),
    "alpha": Column("Cronbach's alpha", "below 1", lambda x: x < 1),
    "items": Column("items of the scale", "2 or more", lambda x: x >= 2),
}

PRINTED = {
    "estimate": Column("printed effect, on the scale of yi (ratios: logged)"),
    "se": _positive("standard error of `estimate`"),
    "ci_low": Column("lower bound of the interval around `estimate`"),
    "ci_high": Column("upper bound of the interval around `estimate`"),
    "ratio": _positive("printed ratio, not logged"),
    "ratio_low": _positive("lower bound of the interval around `ratio`"),
    "ratio_high": _positive("upper bound of the interval around `ratio`"),
}

COLUMNS = ONE_GROUP | TWO_ARMS | PAIRS | CHANGES | STATISTICS | PRINTED


def read(given: Mapping[str, object]) -> dict[str, np.ndarray]:
    """Return the columns `given` by name as float arrays of one length, or refuse the first wrong."""
    read = {name: checks.vector(name, np.atleast_1d(values)) for name, values in given.items()}
    lengths = {name: len(array) for name, array in read.items() if np.ndim(given[name])}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"every column needs one value a study; the lengths are: {found}")
    for name, array in read.items():
        column = COLUMNS[name]
        with np.errstate(invalid="ignore"):
            usable = np.isfinite(array) & column.test(array)
        checks.refuse(name, array, ~usable, f"{name} ({column.means}) must be {column.allowed}")
    k = max(lengths.values(), default=1)
    return {name: np.broadcast_to(array, (k,)) for name, array in read.items()}


def enough(least: int, what: str, **columns: np.ndarray) -> None:
    """Refuse any of the `columns` of sizes that is below the `least` that `what` needs."""
    for name, sizes in columns.items():
        checks.refuse(name, sizes, sizes < least, f"{what} needs at least {least}")


def above_zero(what: str, **columns: np.ndarray) -> None:
    """Refuse any of the `columns` that is not above 0, which `what` needs."""
    for name, values in columns.items():
        checks.refuse(name, values, values <= 0, f"{what} needs values above 0")
