"""How much moderators that go together blur each other's coefficients.

vif   by what factor the variance of a coefficient, or the volume of several coefficients' confidence
      ellipsoid, squared, is larger than with moderators that are uncorrelated
sif   the same for one standard error: vif^(1/(2 m)), m coefficients
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .mixed import Mixed
from .regression import Regression
from .results import Result


@dataclass(frozen=True, repr=False)
class VarianceInflation(Result):
    """Tables with columns m, vif, sif: a row a coefficient but the intercept, and a row a term."""

    coefficients: pd.DataFrame = field(compare=False)
    terms: pd.DataFrame = field(compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the coefficients."""
        return self.coefficients.copy()

    def report(self) -> str:
        """Return the largest factor in one sentence."""
        worst = self.coefficients["vif"].idxmax()
        return (
            f"The variance of {len(self.coefficients)} coefficients is inflated most for {worst}, "
            f"{self.coefficients['vif'].max():.2f} times."
        )


def variance_inflation(regression: Regression | Mixed) -> VarianceInflation:
    """Return the variance inflation factors of a `regression`'s coefficients and terms.

    Fox & Monette (1992): det(R_1) det(R_2) / det(R) of the correlations R of the coefficients but the
    intercept's, R_1 those of one or of a term, R_2 of the others; for one coefficient it is the diagonal
    of R^-1. ValueError for fewer than two coefficients beside the intercept.

    >>> bcg = ma.example("bcg")
    >>> regression = ma.meta_regression(bcg.yi, vi=bcg.vi, formula="latitude + year", data=bcg)
    >>> ma.variance_inflation(regression)
    """
    if not isinstance(regression, Regression | Mixed):
        raise ValueError(
            f"regression is a {type(regression).__name__}; it must come from meta_regression or "
            "multilevel"
        )
    design = regression.design
    slopes = [i for i in range(len(design.names)) if i != design.intercept]
    if len(slopes) < 2:
        raise ValueError(
            f"the regression has {len(slopes)} coefficient{'s' * (len(slopes) != 1)} beside the "
            "intercept; inflation needs two"
        )
    covariance = regression.covariance[np.ix_(slopes, slopes)]
    scale = np.sqrt(np.diag(covariance))
    R = covariance / np.outer(scale, scale)
    ones = {design.names[i]: [n] for n, i in enumerate(slopes)}
    terms = {
        name: [slopes.index(i) for i in columns if i in slopes]
        for name, columns in design.terms.items()
    }
    return VarianceInflation(
        _table(R, ones), _table(R, {name: part for name, part in terms.items() if part})
    )


def _table(R: np.ndarray, parts: dict[str, list[int]]) -> pd.DataFrame:
    rows = {}
    for name, own in parts.items():
        rest = np.setdiff1d(np.arange(len(R)), own)
        dets = [np.linalg.slogdet(R[np.ix_(part, part)])[1] for part in (own, rest)]
        vif = float(np.exp(sum(dets) - np.linalg.slogdet(R)[1]))
        rows[name] = {"m": len(own), "vif": vif, "sif": vif ** (0.5 / len(own))}
    return pd.DataFrame.from_dict(rows, orient="index")
