"""Whether a model fits better than one with less in it than chance would have it.

full, reduced   fitted models of the same effects, the reduced with fewer coefficients or variances
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import chdtrc

from .mixed import Mixed
from .model import RANK_TOLERANCE
from .pool import Pooled
from .pool_weighted import refuse_weighted
from .regression import Regression
from .results import Result

LIKELIHOOD = ("ML", "REML")
# The likelihood of a smaller model may pass that of a larger by what rounding leaves.
ROUNDING = 1e-6


@dataclass(frozen=True, repr=False)
class LikelihoodRatio(Result):
    """Twice the difference of two log-likelihoods, chi-squared on `df`, the difference in parameters."""

    statistic: float
    df: int
    pvalue: float
    loglik_full: float
    loglik_reduced: float
    restricted: bool

    def report(self) -> str:
        """Return the test in one sentence."""
        return (
            f"The likelihood-ratio test gave chi² = {self.statistic:.2f} on {self.df} "
            f"degree{'s' * (self.df > 1)} of freedom, p = {self.pvalue:.3g}."
        )


def likelihood_ratio(full, reduced) -> LikelihoodRatio:
    """Test the model `full` against the `reduced`, results of `pool`, `meta_regression` and the like.

    Wilks (1938). Both by ML, or both by REML with the same moderators, of the same effects and errors.
    Where the reduced model sets a variance to 0, its border, p is too large: Self & Liang (1987).
    ValueError for models that are not nested, and for weights of one's own.

    >>> bcg = ma.example("bcg")
    >>> full = ma.meta_regression(bcg.yi, vi=bcg.vi, formula="latitude", data=bcg, method="ML")
    >>> print(ma.likelihood_ratio(full, ma.pool(bcg.yi, vi=bcg.vi, method="ML")).report())
    """
    for name, result in (("full", full), ("reduced", reduced)):
        if not isinstance(result, Pooled | Regression | Mixed):
            raise ValueError(f"{name} is a {type(result).__name__}; it must be a fitted model")
        refuse_weighted(name, result)
        if result.method not in LIKELIHOOD:
            raise ValueError(
                f"{name} was fitted by {result.method!r}; likelihoods are those of "
                f"{' and '.join(LIKELIHOOD)}"
            )
    if full.method != reduced.method:
        raise ValueError(
            f"full was fitted by {full.method} and reduced by {reduced.method}; both need one method"
        )
    _same_effects(full.model, reduced.model)
    _nested(full.model.X, reduced.model.X, full.method == "REML")
    larger, smaller = full.fit_statistics(), reduced.fit_statistics()
    df = larger.parameters - smaller.parameters
    if df < 1:
        raise ValueError(
            f"full has {larger.parameters} parameters and reduced {smaller.parameters}; the reduced "
            "model needs fewer"
        )
    statistic = 2 * (larger.loglik - smaller.loglik)
    if statistic < -ROUNDING * (1 + abs(larger.loglik)):
        raise ValueError(
            f"reduced is likelier than full, by {-statistic / 2:.4g}; it is not a special case of it"
        )
    statistic = max(0.0, statistic)
    return LikelihoodRatio(
        statistic=statistic,
        df=df,
        pvalue=float(chdtrc(df, statistic)),
        loglik_full=larger.loglik,
        loglik_reduced=smaller.loglik,
        restricted=larger.restricted,
    )


def _same_effects(full, reduced) -> None:
    same = full.k == reduced.k and all(
        np.array_equal(getattr(full, name), getattr(reduced, name)) for name in ("y", "v")
    )
    if not same:
        raise ValueError(
            f"full has {full.k} effects and reduced {reduced.k}, or others; both need the same effects "
            "and variances"
        )
    if abs(_errors(full) - _errors(reduced)).nnz:
        raise ValueError("full and reduced have other covariances V; both need the same")


def _errors(model) -> sparse.csr_array:
    """Return the covariance of the sampling errors."""
    own = np.arange(model.k)
    i, j, values = model.sampling.entries if hasattr(model, "sampling") else (own, own, model.v)
    return sparse.csr_array((values, (i, j)), shape=(model.k, model.k))


def _nested(full: np.ndarray, reduced: np.ndarray, restricted: bool) -> None:
    left = reduced - full @ np.linalg.lstsq(full, reduced, rcond=None)[0]
    if np.linalg.norm(left) > RANK_TOLERANCE**0.5 * np.linalg.norm(reduced):
        raise ValueError(
            "reduced has moderators that full has not; it must be a special case of full"
        )
    if restricted and full.shape[1] != reduced.shape[1]:
        raise ValueError(
            "full and reduced have other moderators; restricted likelihoods compare variances alone: "
            "fit both by method 'ML'"
        )
