"""Trim and fill: how many studies are missing on one side, and the estimate with them put back.

k0      estimated number of missing studies
left    the side on which studies are missing; the analysis mirrors the effects for "right"
centre  the pooled estimate around which the effects should lie symmetrically
L0, Q0  estimators of k0 from the rank sum of the effects above the centre
R0      from the length of the rightmost run of ranks above the centre
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import nan, sqrt

import numpy as np

from . import checks
from .egger import egger
from .model import Mean
from .pool import Pooled, pool
from .results import Result, interval, read_only
from .tau2 import TAU2

SIDES = ("auto", "left", "right")
# Distances from the centre that differ by less, in units of the largest effect, are equal.
ROUNDING = 1e-13


@dataclass(frozen=True, repr=False)
class TrimFill(Result):
    """The number of missing studies and the result with them filled in.

    `k0` studies are estimated to be missing on `side`, with standard error `k0_se` (nan where its
    formula is negative); `k0_pvalue` tests that none is (R0 alone, else nan). `yi_filled`, `vi_filled`
    are the studies put in; `observed` and `adjusted` the result without and with them, the latter
    of k + k0 studies.
    """

    estimator: str
    side: str
    find: str
    k: int
    k0: int
    k0_se: float
    k0_pvalue: float
    yi_filled: np.ndarray = field(compare=False)
    vi_filled: np.ndarray = field(compare=False)
    observed: Pooled
    adjusted: Pooled

    def report(self) -> str:
        """Return the finding in one sentence."""
        before, after = self.observed, self.adjusted
        was, is_now = (interval(r.level, r.ci_low, r.ci_high) for r in (before, after))
        return (
            f"Trim and fill ({self.estimator}) put {self.k0} studies on the {self.side} of {self.k}: "
            f"the estimate went from {before.estimate:.2f} ({was}) to {after.estimate:.2f} ({is_now})."
        )


def trim_fill(
    yi,
    *,
    vi,
    method: str = "REML",
    ci: str = "z",
    level: float = 0.95,
    estimator: str = "L0",
    side: str = "auto",
    find: str | None = None,
) -> TrimFill:
    """Trim and fill effects `yi` with variances `vi`; pool by `method`, `ci`, `level` as `pool` does.

    Duval & Tweedie (2000a, b). `estimator` is L0, R0 or Q0; `side` where studies are missing, "auto"
    for left if the effects grow with their standard errors and else right; `find` the method that
    finds the centre, `method` itself by default. Comprehensive Meta-Analysis finds by "EE" and
    pools by "EE" and "DL". ValueError for fewer than 3 studies, where the estimator is undefined
    and where the trimming goes round in a circle.

    >>> bcg = ma.example("bcg")
    >>> result = ma.trim_fill(bcg.yi, vi=bcg.vi)
    >>> print(result.report())
    >>> result.adjusted
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    k = checks.at_least(3, yi, "trim and fill")
    find = method if find is None else find
    checks.one_of("find", find, TAU2)
    checks.one_of("estimator", estimator, ESTIMATORS)
    checks.one_of("side", side, SIDES)
    if side == "auto":
        side = _side(yi, vi, find)
    mirror = 1.0 if side == "left" else -1.0
    # Stable: of equal effects at the edge of what is trimmed the later ones go, as in R.
    order = np.argsort(mirror * yi, kind="stable")
    y, v = mirror * yi[order], vi[order]
    k0, k0_se, centre = _missing(y, v, find, estimator)
    filled_y = mirror * (2 * centre - y[k - k0 :])
    filled_v = v[k - k0 :]
    observed = pool(yi, vi=vi, method=method, ci=ci, level=level)
    adjusted = pool(
        np.append(yi, filled_y), vi=np.append(vi, filled_v), method=method, ci=ci, level=level
    )
    return TrimFill(
        estimator=estimator,
        side=side,
        find=find,
        k=k,
        k0=k0,
        k0_se=k0_se,
        # Each of the k0 + 1 lies right of the centre with probability 1/2: Duval (2005), p. 136.
        k0_pvalue=0.5 ** (k0 + 1) if estimator == "R0" else nan,
        yi_filled=read_only(filled_y),
        vi_filled=read_only(filled_v),
        observed=observed,
        adjusted=adjusted,
    )


def _side(yi: np.ndarray, vi: np.ndarray, find: str) -> str:
    """Return the side on which a regression of `yi` on the standard errors finds studies missing."""
    return "right" if egger(yi, vi=vi, model=find).estimate < 0 else "left"


def _missing(y: np.ndarray, v: np.ndarray, find: str, estimator: str) -> tuple[int, float, float]:
    """Return k0, its standard error and the centre, for `y` in rising order: Duval (2005), p. 133."""
    k = len(y)
    unit = ROUNDING * np.abs(y).max() or 1.0
    seen = [0]
    while True:
        kept = Mean(y[: k - seen[-1]], v[: k - seen[-1]])
        centre = float(kept.fit(1 / (kept.v + TAU2[find](kept))).b[0])
        # Only signs and ranks count, which without the rounding would be noise for equal distances.
        k0, k0_se = ESTIMATORS[estimator](np.rint((y - centre) / unit))
        if k0 >= k:
            raise ValueError(f"{estimator} is undefined here: it finds {k0} of {k} studies missing")
        if k0 == seen[-1]:
            return k0, k0_se, centre
        if k0 in seen:
            circle = ", ".join(map(str, [*seen, k0]))
            raise ValueError(
                f"{estimator} does not settle: the numbers of missing studies tried were {circle}; "
                f"another estimator ({', '.join(ESTIMATORS)}) or side may"
            )
        seen.append(k0)


def _r0(deviations: np.ndarray) -> tuple[int, float]:
    """Return R0 and its standard error: Duval & Tweedie (2000b), eq. 3 and 10."""
    size = np.abs(deviations)
    below = deviations < 0
    run = int(np.sum(size > size[below].max(initial=0.0)))
    k0 = max(0, run - 1)
    return k0, sqrt(2 * k0 + 2)


def _l0(deviations: np.ndarray) -> tuple[int, float]:
    """Return L0 and its standard error: Duval & Tweedie (2000b), eq. 4 and 11."""
    k = len(deviations)
    l0 = (4 * _rank_sum(deviations) - k * (k + 1)) / (2 * k - 1)
    variance = _rank_sum_variance(k, l0)
    return _rounded(l0), 4 * sqrt(variance) / (2 * k - 1) if variance >= 0 else nan


def _q0(deviations: np.ndarray) -> tuple[int, float]:
    """Return Q0 and its standard error: Duval & Tweedie (2000b), eq. 5 and 12."""
    k = len(deviations)
    inside = 2 * k**2 - 4 * _rank_sum(deviations) + 0.25
    if inside < 0:
        raise ValueError("Q0 is undefined here: it is the root of a negative number; L0 is not")
    q0 = k - 0.5 - sqrt(inside)
    variance = _rank_sum_variance(k, q0)
    scale = (k - 0.5) ** 2 - q0 * (2 * k - q0 - 1)
    return _rounded(q0), 2 * sqrt(variance / scale) if variance >= 0 and scale > 0 else nan


ESTIMATORS: dict[str, Callable[[np.ndarray], tuple[int, float]]] = {"L0": _l0, "R0": _r0, "Q0": _q0}


def _rank_sum(deviations: np.ndarray) -> float:
    """Return Wilcoxon's sum of the ranks of the positive `deviations` by size, ties in the middle."""
    _, size, tied = np.unique(np.abs(deviations), return_inverse=True, return_counts=True)
    ranks = np.cumsum(tied) - (tied - 1) / 2
    return float(ranks[size][deviations > 0].sum())


def _rank_sum_variance(k: int, k0: float) -> float:
    """Return the variance of the rank sum of `k` studies with `k0` missing: Duval & Tweedie, eq. 7."""
    return (
        k * (k + 1) * (2 * k + 1)
        + 10 * k0**3 + 27 * k0**2 + 17 * k0
        - 18 * k * k0**2 - 18 * k * k0 + 6 * k**2 * k0
    ) / 24  # fmt: skip


def _rounded(k0: float) -> int:
    """Return `k0` as a number of studies: rounded, halves to even, at least 0."""
    return max(0, round(k0))
