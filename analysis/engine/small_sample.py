"""Standard errors and degrees of freedom of a summary for when the studies are few.

w       weights 1/(vi + tau2), shape (k,)
rss     weighted sum of squared residuals
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from .distributions import quantile

CORRECTED = ("hksj-wider", "kenward-roger")


def corrected(
    ci: str, w: np.ndarray, rss: float, df: int, level: float
) -> tuple[float, float | None]:
    """Return standard error and degrees of freedom (None for z) of a summary by `ci`."""
    if ci == "kenward-roger":
        return kenward_roger(w)
    return wider(w, rss, df, level)


def kenward_roger(w: np.ndarray) -> tuple[float, float]:
    """Return the error that counts the uncertainty of tau2, and its degrees of freedom.

    Kenward & Roger (1997) for REML, as Partlett & Riley (2017) write it for a meta-analysis.
    """
    s1, s2, s3 = (float(np.sum(w**power)) for power in (1, 2, 3))
    information = s2 / 2 - s3 / s1 + (s2 / s1) ** 2 / 2
    variance = (1 + 2 * (s3 / s1 - (s2 / s1) ** 2) / information) / s1
    return sqrt(variance), 2 * information / (variance * s2) ** 2


def wider(w: np.ndarray, rss: float, df: int, level: float) -> tuple[float, float | None]:
    """Return Hartung & Knapp's error and t, or the classic one and z where that is wider.

    Wiksten, Rücker & Schwarzer (2016).
    """
    ratio, classic = sqrt(rss / df), sqrt(1 / float(w.sum()))
    if quantile(level, df) * ratio < quantile(level, None):
        return classic, None
    return classic * ratio, df
