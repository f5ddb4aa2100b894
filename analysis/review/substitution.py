"""Which other value of one trial's moderator, or which omission, makes a printed regression come out.

y, v    effects and sampling variances, shape (k,)
X       values of the moderator, shape (B, k): one meta-regression a row
met     how many of the printed numbers of a line a regression rounds to

A conjecture has to be cheap to make and hard to meet: it changes one thing and is held against every
number of the line. How many other changes do as well tells what it is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from .formulas import Z95
from .printed import FUZZ, interval


@dataclass(frozen=True)
class Substitution:
    """The `values` of the trial at position `at`, among those tried, that meet every number."""

    at: int
    values: np.ndarray


def slopes(y: np.ndarray, v: np.ndarray, X: np.ndarray) -> dict[str, np.ndarray]:
    """Return the slope on each row of `X` by the method of moments, with its z statistics, shape (B,).

    Raudenbush (2009), like `formulas.regression`, for many moderators at once. A row on which no
    line is defined is NaN.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        w = np.broadcast_to(1 / v, X.shape)
        slope, sxx, x = _line(y, w, X)
        total = w.sum(axis=1)
        rest = y - (w @ y / total)[:, None] - slope[:, None] * x
        q_e = np.vecdot(w, rest**2)
        trace = total - np.vecdot(w**2, 1 / total[:, None] + x**2 / sxx[:, None])
        tau2 = np.maximum(0, (q_e - (len(y) - 2)) / trace)
        slope, sxx, _ = _line(y, 1 / (v + tau2[:, None]), X)
        se = sxx**-0.5
        z = slope / se
    return {
        "estimate": slope,
        "se": se,
        "ci_low": slope - Z95 * se,
        "ci_high": slope + Z95 * se,
        "statistic": z,
        "pvalue": 2 * ndtr(-np.abs(z)),
    }


def met(y: np.ndarray, v: np.ndarray, X: np.ndarray, printed: Mapping[str, str]) -> np.ndarray:
    """Return for each row of `X` how many of the `printed` texts its slope meets, shape (B,)."""
    found = slopes(y, v, X)
    count = np.zeros(len(X), dtype=int)
    for name, text in printed.items():
        low, high = interval(text)
        slack = FUZZ * max(abs(low), abs(high))
        count += (low - slack <= found[name]) & (found[name] <= high + slack)
    return count


def substitutions(
    y: np.ndarray, v: np.ndarray, x: np.ndarray, printed: Mapping[str, str], tried: np.ndarray
) -> list[Substitution]:
    """Return for each trial the `tried` values that, in place of its `x`, meet all that is `printed`."""
    found = []
    for at in range(len(x)):
        X = np.tile(x, (len(tried), 1))
        X[:, at] = tried
        values = tried[met(y, v, X, printed) == len(printed)]
        if len(values):
            found.append(Substitution(at, values))
    return found


def omissions(y: np.ndarray, v: np.ndarray, x: np.ndarray, printed: Mapping[str, str]) -> list[int]:
    """Return the positions of the trials of which each, left out alone, meets all that is `printed`."""
    rows = [np.delete(np.arange(len(x)), at) for at in range(len(x))]
    return [
        at
        for at, kept in enumerate(rows)
        if met(y[kept], v[kept], x[None, kept], printed)[0] == len(printed)
    ]


def _line(y, w, X):
    """Return the slopes of the weighted lines, their sums of squares, and the centred `X`."""
    x = X - (np.vecdot(w, X) / w.sum(axis=1))[:, None]
    sxx = np.vecdot(w, x**2)
    return (w * x) @ y / sxx, sxx, x
