"""Tests without a distribution: how extreme is the result among those of rearranged studies?

Without moderators, under the null effects are as often of one sign as of the other: every choice of
signs is as likely. With moderators, under the null it does not matter which study has which row of X:
every order of the rows is.

rearrangement   a choice of signs, shape (k,); or an order of the studies beside the rows of X
statistic       the coefficients' z or t, as `ci` says, and QM of the moderators
exact           all different rearrangements; otherwise drawn, the first being the data as they are

Higgins & Thompson (2004), Stat Med 23, 1663; Follmann & Proschan (1999), Biometrics 55, 732.
"""

from dataclasses import dataclass, field
from functools import partial
from math import factorial, prod

import numpy as np
import pandas as pd

from . import batch, batch_regression, checks
from .batch_tau2 import TAU2
from .parallel import Arrays, Progress, each_block, stream
from .regression import Regression, meta_regression
from .results import Result, read_only
from .series import converged

# All sign choices of 16 studies, all orders of 8; more are drawn, and how many.
MOST_EXACT = 1 << 16
DRAWN = 10_000
# A statistic this little below the observed one is the same but for rounding; metafor's comptol.
TIE = float(np.sqrt(np.finfo(float).eps))


@dataclass(frozen=True, repr=False)
class PermutationTest(Result):
    """Permutation p-values: `coefficients` has statistic and pvalue of each, `q_m_pvalue` is joint.

    `permuted` holds the statistics under the `permutations` rearrangements, shape (permutations, p),
    `permuted_q_m` those of QM; drawn with `seed` where not `exact`.
    """

    method: str
    ci: str
    k: int
    exact: bool
    permutations: int
    seed: int | None
    coefficients: pd.DataFrame = field(compare=False)
    q_m: float
    q_m_pvalue: float
    permuted: np.ndarray = field(compare=False)
    permuted_q_m: np.ndarray = field(compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the coefficients."""
        return self.coefficients.copy()

    def report(self) -> str:
        """Return the tests in one sentence."""
        tests = "; ".join(f"{name} p = {p:.3g}" for name, p in self.coefficients["pvalue"].items())
        kind = "all" if self.exact else "randomly drawn"
        return (
            f"Among {kind} {self.permutations} rearrangements of {self.k} studies ({self.method}): "
            f"{tests}; QM p = {self.q_m_pvalue:.3g}."
        )


def permutation_test(
    yi,
    *,
    vi,
    X=None,
    formula: str | None = None,
    data: pd.DataFrame | None = None,
    method: str = "REML",
    ci: str = "z",
    permutations: int | None = None,
    seed: int = 0,
    executor=None,
    progress: Progress | None = None,
) -> PermutationTest:
    """Test the mean of `yi` with variances `vi`, or their regression on `X` or `formula` in `data`.

    Arguments up to `data` are those of `meta_regression`, `method` and `ci` those of `batch.pool`.
    Without `permutations` all different rearrangements are taken if they are at most 65,536, else
    10,000 are drawn with `seed`. Two-sided: the share of rearrangements whose statistic is at least
    as far from 0. `executor` and `progress` are those of `gosh`. A rearrangement without convergence,
    as ValueError, and anything else that those functions refuse.

    >>> bcg = ma.example("bcg")
    >>> result = ma.permutation_test(bcg.yi, vi=bcg.vi)
    >>> result.coefficients
    >>> print(result.report())
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.one_of("method", method, TAU2)
    checks.one_of("ci", ci, batch.CI)
    count = permutations
    if permutations is not None:
        count = checks.whole("permutations", permutations, 2, note=", or None for all")
    seed = checks.whole("seed", seed)
    settings = {"executor": executor, "progress": progress}
    if X is None and formula is None:
        k, names = len(yi), ["mean"]
        exact, statistics, q_m = _signs(yi, vi, method, ci, count, seed, settings)
        observed, q_observed = statistics[0], float(q_m[0])
    else:
        fitted = meta_regression(yi, vi=vi, X=X, formula=formula, data=data, method=method, ci=ci)
        k, names = fitted.k, list(fitted.coefficients.index)
        exact, statistics, q_m = _orders(fitted, method, ci, count, seed, settings)
        observed, q_observed = fitted.coefficients["statistic"].to_numpy(), fitted.q_m
    extreme = np.abs(statistics) >= np.abs(observed) - TIE
    table = {"statistic": observed, "pvalue": extreme.mean(axis=0)}
    return PermutationTest(
        method=method,
        ci=ci,
        k=k,
        exact=exact,
        permutations=len(statistics),
        seed=None if exact else seed,
        coefficients=pd.DataFrame(table, index=pd.Index(names, name="coefficient")),
        q_m=q_observed,
        q_m_pvalue=float(np.mean(q_m >= q_observed - TIE)),
        permuted=read_only(statistics),
        permuted_q_m=read_only(q_m),
    )


def _signs(yi, vi, method: str, ci: str, count: int | None, seed: int, settings: dict):
    """Return whether exact, and the statistics of the mean under sign changes, shape (n, 1), and QM."""
    k = len(yi)
    exact = count is None and 2**k <= MOST_EXACT
    n = 2**k if exact else count or DRAWN
    function = partial(_signed, yi, vi, method, ci, None if exact else seed)
    fits = batch.result(method, ci, 0.95, each_block(function, n, k, **settings))
    converged(fits.converged, method)
    return exact, fits.statistic[:, None], fits.statistic**2


def _signed(yi, vi, method: str, ci: str, seed: int | None, part: slice) -> Arrays:
    """Return the fits under the choices of signs number `part`, all in order or drawn with `seed`."""
    k = len(yi)
    if seed is None:
        numbers = np.arange(part.start, part.stop)
        flipped = (numbers[:, None] >> np.arange(k) & 1).astype(bool)
    else:
        flipped = stream(seed, part).random((part.stop - part.start, k)) < 0.5
        if part.start == 0:
            flipped[0] = False
    y = np.where(flipped, -yi, yi)
    return batch.fit_block(y, np.broadcast_to(vi, y.shape), np.full(len(y), k), method, ci)


def _orders(fitted: Regression, method: str, ci: str, count: int | None, seed: int, settings: dict):
    """Return whether exact, and coefficients' statistics and QM when studies change places in X."""
    model, k = fitted.model, fitted.k
    _, group = np.unique(fitted.design.X, axis=0, return_inverse=True)
    group = group.ravel()
    sizes = np.bincount(group)
    distinct = factorial(k) // prod(factorial(size) for size in sizes)
    exact = count is None and distinct <= MOST_EXACT
    arrays, X = (), model.X
    if exact:
        # Places in the order of their group, so that the design stands still and the studies move.
        arrays = (np.argsort(_arrangements(sizes), axis=1, kind="stable"),)
        X = X[np.argsort(group, kind="stable")]
    function = partial(_ordered, fitted, batch_regression.Design(X), method, ci, seed)
    n = len(arrays[0]) if exact else count or DRAWN
    fields = each_block(function, n, k, arrays=arrays, **settings)
    converged(fields["converged"], method)
    return exact, fields["statistics"], fields["q_m"]


def _ordered(
    fitted: Regression,
    design: batch_regression.Design,
    method: str,
    ci: str,
    seed: int,
    part: slice,
    orders: np.ndarray | None = None,
) -> Arrays:
    """Return the tests of the studies in the rows of `orders`, or in those drawn with `seed`."""
    if orders is None:
        first = part.start == 0  # the data as they are
        orders = np.tile(np.arange(fitted.k), (part.stop - part.start, 1))
        orders[first:] = stream(seed, part).permuted(orders[first:], axis=1)
    y, v = fitted.model.y[orders], fitted.model.v[orders]
    fits = batch_regression.regress(y, v, design, method, ci)
    statistics, q_m = _tests(fitted, fits)
    return {"statistics": statistics, "q_m": q_m, "converged": fits.converged}


def _tests(fitted: Regression, fits: batch_regression.BatchRegression):
    """Return the statistics of each row of `fits` in terms of the columns of X, and QM."""
    b, covariance = fitted.design.coefficients(fits.b[:, :, None], fits.covariance)
    b = b[:, :, 0]
    intercept = fitted.design.intercept
    tested = [i for i in range(fitted.p) if i != intercept] or [0]
    part = b[:, tested]
    inner = covariance[:, tested][:, :, tested]
    q_m = np.vecdot(part, np.linalg.solve(inner, part[:, :, None])[:, :, 0])
    return (
        b / np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)),
        q_m if fitted.df is None else q_m / len(tested),
    )


def _arrangements(sizes: np.ndarray) -> np.ndarray:
    """Return every different row of group numbers in which group g stands `sizes[g]` times."""
    rows, left = np.empty((1, 0), dtype=int), sizes[None]
    for _ in range(int(sizes.sum())):
        row, group = np.nonzero(left)
        rows = np.column_stack([rows[row], group])
        left = left[row]
        left[np.arange(len(row)), group] -= 1
    return rows
