"""Tests as F ratios, central and noncentral: their p-values, their power, their noncentrality.

A z is a chi-squared on 1 df and a t an F on 1 and df: signs are dropped, tests are two-sided.

    value    the F ratio; a chi-squared is one with infinitely many df below, times its df
    lam      noncentrality, the squared mean of the z behind it, or the sum of such squares
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isinf, sqrt

import numpy as np
import scipy  # scipy.stats, slow to import, comes with its first use
from scipy.special import chdtrc, chdtri, fdtrc, ndtr

from . import checks
from .root import root_above

KINDS = ("z", "t", "chi2", "F")


@dataclass(frozen=True)
class FRatios:
    """Test statistics as `value`s on `df` and `df_error` degrees of freedom, shape (k,)."""

    value: np.ndarray
    df: np.ndarray
    df_error: np.ndarray

    def only(self, chosen: np.ndarray) -> FRatios:
        """Return the `chosen` tests."""
        return FRatios(self.value[chosen], self.df[chosen], self.df_error[chosen])

    def pvalues(self) -> np.ndarray:
        """Return the p-values."""
        return self._beyond(self.value, np.zeros(len(self.value)))

    def beyond(self, lam: np.ndarray) -> np.ndarray:
        """Return the probability of a larger value where the noncentrality is `lam`."""
        return self._beyond(self.value, lam)

    def power(self, alpha: float, lam: np.ndarray) -> np.ndarray:
        """Return the probability of a p-value below `alpha` where the noncentrality is `lam`."""
        return self._beyond(self._critical(alpha), lam)

    def noncentrality(self, alpha: float, power: float) -> np.ndarray:
        """Return the noncentralities at which the tests at `alpha` have the given `power`."""
        pairs = np.column_stack([self._critical(alpha), self.df, self.df_error])
        unlike, which = np.unique(pairs, axis=0, return_inverse=True)
        return np.array([_noncentrality(power, *pair) for pair in unlike])[which]

    def _critical(self, alpha: float) -> np.ndarray:
        squares = np.isinf(self.df_error)
        finite = np.where(squares, 1.0, self.df_error)
        return np.where(squares, chdtri(self.df, alpha), scipy.stats.f.isf(alpha, self.df, finite))

    def _beyond(self, value: np.ndarray, lam: np.ndarray) -> np.ndarray:
        tails = map(_beyond, value, self.df, self.df_error, lam)
        return np.fromiter(tails, float, len(value))


def _beyond(value: float, df: float, df_error: float, lam: float) -> float:
    """Return the upper tail of the noncentral F, chi-squared where `df_error` is infinite."""
    if isinf(df_error) and df == 1:
        return float(ndtr(sqrt(lam) - sqrt(value)) + ndtr(-sqrt(lam) - sqrt(value)))
    if isinf(df_error):
        return float(chdtrc(df, value) if lam == 0 else scipy.stats.ncx2.sf(value, df, lam))
    return float(
        fdtrc(df, df_error, value) if lam == 0 else scipy.stats.ncf.sf(value, df, df_error, lam)
    )


def _noncentrality(power: float, critical: float, df: float, df_error: float) -> float:
    """Return the noncentrality at which values above `critical` have probability `power`."""
    return root_above(lambda lam: _beyond(critical, df, df_error, lam) - power, 1.0)


def f_ratios(yi, vi, statistic, kind, df, df_error) -> FRatios:
    """Return the tests of effects `yi`, `vi`, or of a `statistic`; the arguments are `p_curve`'s."""
    if (yi is None) == (statistic is None):
        raise ValueError("give either yi and vi, or statistic")
    if statistic is None:
        if df is not None or df_error is not None:
            raise ValueError("df and df_error belong to statistic; the tests of yi and vi are by z")
        yi, vi = checks.estimates_and_variances(yi, vi)
        return FRatios(yi**2 / vi, np.ones(len(yi)), np.full(len(yi), inf))
    if vi is not None:
        raise ValueError("vi belongs to yi; a statistic has df")
    statistic = checks.vector("statistic", statistic)
    checks.refuse(
        "statistic", statistic, ~np.isfinite(statistic), "every statistic must be a finite number"
    )
    kinds = _one_each("kind", np.array(kind, dtype=object), len(statistic))
    for each in kinds:
        checks.one_of("kind", each, KINDS)
    df = _degrees("df", df, kinds != "z", len(statistic))
    df_error = _degrees("df_error", df_error, kinds == "F", len(statistic))
    signless = np.isin(kinds, ("chi2", "F"))
    checks.refuse("statistic", statistic, signless & (statistic < 0), "chi2 and F are at least 0")
    squared = np.where(signless, statistic, statistic**2)
    return FRatios(
        squared,
        np.where(signless, df, 1.0),
        np.where(kinds == "t", df, np.where(kinds == "F", df_error, inf)),
    )


def _one_each(name: str, values: np.ndarray, k: int) -> np.ndarray:
    if values.ndim == 0:
        return np.full(k, values)
    if len(values) != k:
        raise ValueError(f"{name} has {len(values)} values and statistic has {k}")
    return values


def _degrees(name: str, values, needed: np.ndarray, k: int) -> np.ndarray:
    """Return the degrees of freedom `values`, one a test or one for all, checked where `needed`."""
    if values is None:
        if needed.any():
            raise ValueError(
                f"{name} is missing; the tests by t, chi2 and F need degrees of freedom"
            )
        return np.ones(k)
    values = _one_each(name, checks.floats(name, values), k)
    bad = needed & ~(np.isfinite(values) & (values > 0))
    checks.refuse(name, values, bad, "degrees of freedom must be finite numbers above 0")
    return np.where(needed, values, 1.0)
