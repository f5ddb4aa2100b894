"""Coefficients with their errors, tests and intervals as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtr, stdtrit

from . import checks
from .distributions import quantile


def positions_of(columns, names: list[str]) -> list[int]:
    """Return the positions of the coefficients `columns`, each by its position or one of the `names`."""
    try:
        given = [] if isinstance(columns, str) else list(columns)
    except TypeError:
        given = []
    if not given:
        raise ValueError(
            f"columns is {columns!r}; it must be a list of names or positions of coefficients: "
            f"{', '.join(names)}"
        )
    positions = [_position(f"columns[{i}]", column, names) for i, column in enumerate(given)]
    for i, position in enumerate(positions):
        if position in positions[:i]:
            raise ValueError(
                f"columns[{i}] is {given[i]!r}; it is there already, and each coefficient is tested once"
            )
    return positions


def _position(which: str, column, names: list[str]) -> int:
    if isinstance(column, str) and column in names:
        return names.index(column)
    return checks.whole(which, column, 0, len(names) - 1, note=f", or a name: {', '.join(names)}")


def coefficient_table(b, covariance, names, df, level: float) -> pd.DataFrame:
    """Return coefficients `b` with their `covariance` by `names`: estimate, se, test and interval.

    By t with `df`, or by z where it is None; an array of `df`, one a coefficient, becomes a column.
    """
    se = np.sqrt(np.diag(covariance))
    statistic = b / se
    size = -np.abs(statistic)
    own = isinstance(df, np.ndarray)
    width = -stdtrit(df, (1 - level) / 2) if own else quantile(level, df)
    columns = {
        "estimate": b,
        "se": se,
        "statistic": statistic,
        "pvalue": 2 * (ndtr(size) if df is None else stdtr(df, size)),
        "ci_low": b - width * se,
        "ci_high": b + width * se,
    }
    columns |= {"df": df} if own else {}
    return pd.DataFrame(columns, index=pd.Index(names, name="coefficient"))
