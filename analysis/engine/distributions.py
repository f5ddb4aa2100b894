"""The normal and Student's distribution behind tests and intervals; df None is the normal."""

from __future__ import annotations

from math import inf

from scipy.special import ndtr, ndtri, stdtr, stdtrit


def quantile(level: float, df: float | None) -> float:
    """Return half the width, in standard errors, of an interval of `level` by t(`df`) or z (None)."""
    tail = (1 - level) / 2
    return float(-ndtri(tail) if df is None or df == inf else -stdtrit(df, tail))


def two_sided(statistic: float, df: float | None) -> float:
    """Return the two-sided p-value of a t with `df`, or a z (None)."""
    size = -abs(statistic)
    return float(2 * (ndtr(size) if df is None else stdtr(df, size)))
