"""Profile-likelihood intervals of the variances of a three-level model.

profile   the highest likelihood with one variance held at a value, whatever the other is
drop      how far the profile may lie below the peak: half the quantile of chi-squared with one df
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import chdtri

from .block_model import BlockModel
from .heterogeneity import Bounds
from .results import Result
from .variances import highest, unweighted_scatter

DOUBLINGS = 100
# Of a bound, as a share of the effects' own variance, and as one of itself.
ABSOLUTE, RELATIVE = 1e-14, 1e-10


@dataclass(frozen=True, repr=False)
class VarianceIntervals(Result):
    """Confidence intervals of both variances, of the given `level`; nan where one was fixed."""

    level: float
    sigma2_between: Bounds
    sigma2_within: Bounds

    def to_frame(self) -> pd.DataFrame:
        """Return a row a variance, with its bounds."""
        rows = {name: vars(getattr(self, name)) for name in ("sigma2_between", "sigma2_within")}
        return pd.DataFrame.from_dict(rows, orient="index")

    def report(self) -> str:
        """Return both intervals in one sentence."""
        between, within = self.sigma2_between, self.sigma2_within
        return (
            f"The {100 * self.level:g}% profile-likelihood interval of the variance between clusters "
            f"runs from {between.low:.3f} to {between.high:.3f}, that of the variance within them from "
            f"{within.low:.3f} to {within.high:.3f}."
        )

    def __repr__(self) -> str:
        return f"Profile-likelihood intervals, level {self.level:g}\n{self.to_frame().to_string()}"


def profile_intervals(
    model: BlockModel, theta: np.ndarray, free: tuple[int, ...], restricted: bool, level: float
) -> VarianceIntervals:
    """Return the intervals of the `free` variances of `model` around their estimates `theta`."""
    bounds = [
        _bounds(Profile(model, theta, free, which, restricted, level)) if which in free
        else Bounds(nan, nan)
        for which in range(len(theta))
    ]  # fmt: skip
    return VarianceIntervals(level, *bounds)


class Profile:
    """How far the profile of the variance `which` lies above the lowest that the `level` allows."""

    def __init__(self, model, theta, free, which: int, restricted: bool, level: float) -> None:
        self.model, self.which, self.restricted = model, which, restricted
        self.estimate = float(theta[which])
        others = [f for f in free if f != which]
        self.given = theta.copy()
        self.given[others] = np.nan
        self.start = theta[others]
        drop = chdtri(1, 1 - level) / 2
        self.lowest = model.log_likelihood(theta, restricted) - drop

    def __call__(self, value: float) -> float:
        given = self.given.copy()
        given[self.which] = value
        theta = highest(self.model, given, self.start, self.restricted)
        # The next value will be near this one, and so the other variance.
        self.start = theta[np.isnan(given)]
        return self.model.log_likelihood(theta, self.restricted) - self.lowest


def _bounds(profile: Profile) -> Bounds:
    scale = unweighted_scatter(profile.model) or float(profile.model.v.mean())
    precision = {"xtol": ABSOLUTE * scale, "rtol": RELATIVE}
    low = 0.0 if profile(0.0) >= 0 else brentq(profile, 0.0, profile.estimate, **precision)
    inside, outside = profile.estimate, profile.estimate + scale
    for _ in range(DOUBLINGS):
        if profile(outside) < 0:
            return Bounds(low, brentq(profile, inside, outside, **precision))
        inside, outside = outside, 2 * outside
    raise ValueError(
        f"the upper bound of a variance was not found: the likelihood is no lower at {inside:g}"
    )
