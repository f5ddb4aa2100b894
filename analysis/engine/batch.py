"""Many meta-analyses at once: simulations, subsets, deletions, permutations.

yi, vi      effect sizes and sampling variances, shape (B, n): one analysis a row
absent      a study that a row does not have is NaN; in the blocks below y = 0 and v = inf
k           studies present in each row, shape (B,), like every field of the result

The same answers as `pool`, row by row. Rows are worked through in blocks that stay in the cache,
so that memory beyond the arguments and the results does not grow with B, and time is linear in
B and in n.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
from scipy.special import chdtrc, ndtr, stdtr, stdtrit

from . import batch_sums, checks
from .batch_tau2 import TAU2, Block, block
from .distributions import quantile
from .parallel import Arrays, Progress, each_block
from .rows import Rows, locked

__all__ = ["Batch", "pool"]

CI = ("z", "t", "hksj", "hksj-adhoc")
FIELDS = ("estimate", "se", "tau2", "q", "typical_variance", "weight_sum")


@dataclass(frozen=True, repr=False)
class Batch(Rows):
    """The summaries of B analyses; every array has shape (B,), and is NaN where k is 0.

    `converged` tells rows whose tau2 was found; a closed form always is. `typical_variance` is s2
    of Higgins & Thompson (2002), eq. 9; `weight_sum` is the sum of 1/(vi + tau2). The other
    statistics are computed when first asked for.

    >>> bcg = ma.example("bcg")
    >>> without = np.where(np.eye(len(bcg), dtype=bool), np.nan, bcg.yi)
    >>> ma.batch.pool(without, np.tile(bcg.vi, (len(bcg), 1)), "DL")
    """

    derived = ("ci_low", "ci_high", "statistic", "pvalue", "q_pvalue", "i2", "h2")

    method: str
    ci: str
    level: float
    k: np.ndarray = field(compare=False)
    estimate: np.ndarray = field(compare=False)
    se: np.ndarray = field(compare=False)
    tau2: np.ndarray = field(compare=False)
    q: np.ndarray = field(compare=False)
    typical_variance: np.ndarray = field(compare=False)
    weight_sum: np.ndarray = field(compare=False)
    converged: np.ndarray = field(compare=False)

    @cached_property
    def df(self) -> np.ndarray | None:
        """Degrees of freedom of the t tests: k - 1; inf for k = 1; None where they are z tests."""
        return None if self.ci == "z" else np.where(self.k > 1, self.k - 1.0, np.inf)

    @cached_property
    def statistic(self) -> np.ndarray:
        """The estimate over its standard error, which identical effects can bring to 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.estimate == 0, 0.0, self.estimate / self.se)

    @cached_property
    def pvalue(self) -> np.ndarray:
        """The two-sided p-value of `statistic`."""
        below = -np.abs(self.statistic)
        return 2 * (ndtr(below) if self.df is None else _t_below(self.df, below))

    @cached_property
    def ci_low(self) -> np.ndarray:
        """The lower bound of the interval of the given `level`."""
        return self.estimate - self._half_width

    @cached_property
    def ci_high(self) -> np.ndarray:
        """The upper bound of the interval of the given `level`."""
        return self.estimate + self._half_width

    @cached_property
    def q_df(self) -> np.ndarray:
        """The degrees of freedom of Q."""
        return self.k - 1

    @cached_property
    def q_pvalue(self) -> np.ndarray:
        """The p-value of Q; 1 for one study."""
        return np.where(self.k == 1, 1.0, chdtrc(np.maximum(self.q_df, 1), self.q))

    @cached_property
    def i2(self) -> np.ndarray:
        """I2 in per cent, as `heterogeneity.i2_h2` defines it."""
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.method == "EE":
                share = np.where(self.q > 0, (self.q - self.q_df) / self.q, 0)
                return np.where(self.k == 0, np.nan, np.maximum(0, 100 * share))
            share = 100 * self.tau2 / (self.tau2 + self.typical_variance)
        return np.where(self.k == 1, 0.0, share)

    @cached_property
    def h2(self) -> np.ndarray:
        """H2, as `heterogeneity.i2_h2` defines it."""
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.method == "EE":
                ratio = self.q / self.q_df
            else:
                ratio = (self.tau2 + self.typical_variance) / self.typical_variance
        return np.where(self.k == 1, 1.0, ratio)

    @cached_property
    def _half_width(self) -> np.ndarray:
        if self.df is None:
            return quantile(self.level, None) * self.se
        by_t = -stdtrit(np.maximum(self.k - 1, 1), (1 - self.level) / 2)
        return np.where(self.k > 1, by_t, quantile(self.level, None)) * self.se

    def report(self) -> str:
        """Return what was fitted in one sentence."""
        some = self.estimate[self.k > 0]
        middle = (
            f" The estimates run from {some.min():.2f} to {some.max():.2f}, with median "
            f"{np.median(some):.2f}."
            if some.size
            else ""
        )
        failed = int((~self.converged).sum())
        return (
            f"{len(self.k)} meta-analyses by {self.method}, "
            f"{'all converged' if failed == 0 else f'{failed} of them without convergence'}.{middle}"
        )


def pool(
    yi,
    vi,
    method: str,
    *,
    ci: str = "z",
    level: float = 0.95,
    executor=None,
    progress: Progress | None = None,
) -> Batch:
    """Pool each row of effect sizes `yi` with variances `vi` by `method`, with a `ci` of `level`.

    `yi` and `vi` are arrays of shape (B, n); a study that an analysis does not have is NaN in
    either. `method` is EE, DL, HE, HS, SJ, ML, REML, EB or PM, by the formulas of `pool`; `ci` is "z",
    "t", "hksj" (Hartung & Knapp 2001; Sidik & Jonkman 2002) or "hksj-adhoc" (its factor at least 1),
    by z where k is 1. A row that does not converge is flagged, not refused. `executor` and
    `progress` are those of `gosh`. ValueError for anything else.

    >>> bcg = ma.example("bcg")
    >>> chance = np.random.default_rng(seed=1)
    >>> vi = np.tile(bcg.vi, (1000, 1))
    >>> yi = chance.normal(loc=-0.5, scale=np.sqrt(vi + 0.3))
    >>> result = ma.batch.pool(yi, vi, "DL")
    >>> print(result.report())
    >>> result.to_frame()[["estimate", "ci_low", "ci_high", "tau2"]].head(3).round(3)
    """
    checks.one_of("method", method, TAU2)
    checks.one_of("ci", ci, CI)
    level = checks.level(level)
    yi, vi = _matrix("yi", yi), _matrix("vi", vi)
    if yi.shape != vi.shape:
        raise ValueError(
            f"yi has shape {yi.shape} and vi {vi.shape}; each estimate needs one variance"
        )
    function = partial(_pooled, method, ci)
    b, n = yi.shape
    fields = each_block(function, b, n, arrays=(yi, vi), executor=executor, progress=progress)
    return result(method, ci, level, fields)


def _pooled(method: str, ci: str, part: slice, y: np.ndarray, v: np.ndarray) -> Arrays:
    rows = block(y, v, np.full(len(y), y.shape[1]))
    if rows.outside:
        rows = block(*_present(y, v, part))
    return _fit(rows, method, ci)


def fit(
    b: int,
    n: int,
    rows: Callable[[slice], tuple[np.ndarray, np.ndarray, np.ndarray]],
    method: str,
    ci: str,
    level: float,
) -> Batch:
    """Fit `b` analyses of at most `n` studies; `rows` makes y, v, k of a slice.

    For analyses that are cheaper to make block by block than to hold; absent studies are y 0, v inf.
    """
    fields = each_block(lambda part: fit_block(*rows(part), method, ci), b, n)
    return result(method, ci, level, fields)


def result(method: str, ci: str, level: float, fields: dict[str, np.ndarray]) -> Batch:
    """Return the arrays `fields`, made read-only, as a `Batch`."""
    return Batch(method=method, ci=ci, level=level, **locked(fields))


def one(yi: np.ndarray, vi: np.ndarray, method: str, ci: str) -> dict[str, float]:
    """Return the fields of `Batch` for the single analysis of `yi`, `vi`, shape (k,)."""
    fields = fit_block(yi[None], vi[None], np.array([len(yi)]), method, ci)
    return {name: values[0] for name, values in fields.items()}


def fit_block(y: np.ndarray, v: np.ndarray, k: np.ndarray, method: str, ci: str) -> Arrays:
    """Return the fields of `Batch` for rows `y`, `v` with `k` studies, absent ones y 0, v inf."""
    return _fit(block(y, v, k), method, ci)


def _fit(rows: Block, method: str, ci: str) -> Arrays:
    tau2, converged = TAU2[method](rows)
    s1, estimate = rows.s1, rows.mean
    if tau2.any():
        s1, estimate = batch_sums.weighted(rows.y, rows.v, rows.mean, tau2)
    se = np.sqrt(1 / s1)
    df = rows.k - 1
    if ci in ("hksj", "hksj-adhoc"):
        _, rss, _ = batch_sums.spread(rows.y, rows.v, rows.mean, tau2)
        factor = rss / np.maximum(df, 1)
        factor = np.where(df > 0, factor if ci == "hksj" else np.maximum(factor, 1), 1.0)
        se *= np.sqrt(factor)
    fields = {
        "k": rows.k,
        "estimate": estimate,
        "se": se,
        "tau2": tau2,
        "q": rows.q,
        "typical_variance": df / rows.c,
        "weight_sum": s1,
        "converged": converged,
    }
    if rows.empty.size:
        for name in FIELDS:
            fields[name][rows.empty] = np.nan
        fields["k"][rows.empty], fields["converged"][rows.empty] = 0, False
    return fields


def _present(y: np.ndarray, v: np.ndarray, part: slice):
    """Return y, v, k of rows with absent studies as y 0, v inf; refuse bad values of the `part`."""
    small, large = checks.SMALLEST, checks.LARGEST
    absent = np.isnan(y) | np.isnan(v)
    allowed = f"every estimate must lie within {large:g} of 0, or be NaN"
    _refuse("yi", y, ~absent & (np.abs(y) > large), part, allowed)
    allowed = f"every variance must lie between {small:g} and {large:g}, or be NaN"
    _refuse("vi", v, ~absent & ((v < small) | (v > large)), part, allowed)
    return np.where(absent, 0.0, y), np.where(absent, np.inf, v), (~absent).sum(axis=1)


def _t_below(df: np.ndarray, below: np.ndarray) -> np.ndarray:
    finite = np.isfinite(df)
    return np.where(finite, stdtr(np.where(finite, df, 1), below), ndtr(below))


def _matrix(name: str, values) -> np.ndarray:
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is not an array of numbers: {error}") from None
    if array.ndim != 2 or array.size == 0:
        raise ValueError(
            f"{name} has shape {array.shape}; it must have one row an analysis, one column a study"
        )
    return array


def _refuse(name: str, values: np.ndarray, bad: np.ndarray, part: slice, allowed: str) -> None:
    if bad.any():
        row, column = (int(index) for index in np.argwhere(bad)[0])
        came = values[row, column]
        raise ValueError(f"{name}[{part.start + row}, {column}] is {came}; {allowed}")
