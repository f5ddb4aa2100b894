"""How far could the summary be off, without its formulas? The same analysis of studies drawn anew.

parametric      effects drawn from the fitted model: normal about the estimate, variance tau2 + vi
nonparametric   studies drawn with replacement, each with its variance
t0, t           the estimate, or tau2: of the studies as they are, and of the replicates
percentile      the quantiles of t
basic           2 t0 less the quantiles of t: Davison & Hinkley (1997)
bca             quantiles of t, corrected for its bias and the change of its spread: Efron (1987)

Van den Noortgate & Onghena (2005), Behav Res Methods 37, 11; Turner, Omar, Yang, Goldstein &
Thompson (2000), Stat Med 19, 3417; Adams, Gurevitch & Rosenberg (1997), Ecology 78, 1277.
"""

from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from . import batch, checks
from .batch_tau2 import TAU2
from .parallel import Arrays, Progress, each_block, stream
from .results import Result, read_only
from .series import converged

KINDS = ("nonparametric", "parametric")
QUANTITIES = ("estimate", "tau2")


@dataclass(frozen=True, repr=False)
class Bootstrap(Result):
    """What is `observed`, its bias, standard error and intervals, a row each in `statistics`.

    Its columns are the estimate and tau2, and so are those of `replicated`, shape (replicates, 2).
    """

    method: str
    kind: str
    k: int
    level: float
    replicates: int
    seed: int
    statistics: pd.DataFrame = field(compare=False)
    replicated: np.ndarray = field(compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the statistics."""
        return self.statistics.copy()

    def report(self) -> str:
        """Return the percentile intervals in one sentence."""
        mean, tau2 = (self.statistics[name] for name in QUANTITIES)
        return (
            f"Over {self.replicates} {self.kind} bootstrap replicates of {self.k} studies "
            f"({self.method}) the {100 * self.level:g}% percentile interval of the estimate "
            f"{mean['observed']:.2f} runs from {mean['percentile_low']:.2f} to "
            f"{mean['percentile_high']:.2f}, that of tau2 {tau2['observed']:.2f} from "
            f"{tau2['percentile_low']:.2f} to {tau2['percentile_high']:.2f}."
        )


def bootstrap(
    yi,
    *,
    vi,
    method: str = "REML",
    kind: str = "nonparametric",
    level: float = 0.95,
    replicates: int = 9999,
    seed: int = 0,
    executor=None,
    progress: Progress | None = None,
) -> Bootstrap:
    """Pool `replicates` drawn by `kind`, with `seed`, from `yi` with variances `vi` by `method`.

    `yi` and `vi` are array-likes of shape (k,), k >= 2; methods are those of `batch.pool`; `kind`
    is "nonparametric" or "parametric". The percentile and basic intervals are of the given `level`;
    BCa ones need studies to leave out and so are nan for a parametric bootstrap, and where all
    replicates lie on one side of what was observed. Basic intervals of tau2 can begin below 0.
    `executor` and `progress` are those of `gosh`. A replicate without convergence, as ValueError,
    and anything else.

    >>> bcg = ma.example("bcg")
    >>> result = ma.bootstrap(bcg.yi, vi=bcg.vi, method="DL")
    >>> result.statistics.round(3)
    >>> print(result.report())
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.one_of("method", method, TAU2)
    checks.one_of("kind", kind, KINDS)
    level, seed = checks.level(level), checks.whole("seed", seed)
    n = checks.whole("replicates", replicates, 2)
    k = checks.at_least(2, yi, "a bootstrap")
    observed = batch.one(yi, vi, method, "z")
    converged(np.array([observed["converged"]]), method)
    t0 = np.array([observed[name] for name in QUANTITIES])
    draw = partial(_model, *t0, vi) if kind == "parametric" else partial(_studies, yi, vi)
    fields = each_block(
        partial(_fitted, draw, method, seed), n, k, executor=executor, progress=progress
    )
    converged(fields["converged"], method)
    t = np.column_stack([fields[name] for name in QUANTITIES])
    left_out = None if kind == "parametric" else _without_each(yi, vi, method)
    table = {"observed": t0, "bias": t.mean(axis=0) - t0, "se": t.std(axis=0, ddof=1)}
    for name, (low, high) in _intervals(t0, t, left_out, level).items():
        table |= {f"{name}_low": low, f"{name}_high": high}
    return Bootstrap(
        method=method,
        kind=kind,
        k=k,
        level=level,
        replicates=n,
        seed=seed,
        statistics=pd.DataFrame(table, index=QUANTITIES).T,
        replicated=read_only(t),
    )


def _fitted(draw, method: str, seed: int, part: slice) -> Arrays:
    y, v = draw(stream(seed, part), part.stop - part.start)
    fields = batch.fit_block(y, v, np.full(len(y), y.shape[1]), method, "z")
    return {name: fields[name] for name in (*QUANTITIES, "converged")}


def _model(estimate: float, tau2: float, vi: np.ndarray, random, n: int):
    """Return `n` rows of effects drawn from the model, and of their variances."""
    y = random.normal(estimate, np.sqrt(tau2 + vi), (n, len(vi)))
    return y, np.broadcast_to(vi, y.shape)


def _studies(yi: np.ndarray, vi: np.ndarray, random, n: int):
    """Return `n` rows of the effects and variances of studies drawn with replacement."""
    chosen = random.integers(0, len(yi), (n, len(yi)))
    return yi[chosen], vi[chosen]


def _without_each(yi: np.ndarray, vi: np.ndarray, method: str) -> np.ndarray:
    """Return estimate and tau2 without each study, shape (k, 2)."""
    rows = np.array([np.delete(np.arange(len(yi)), i) for i in range(len(yi))])
    fields = batch.fit_block(yi[rows], vi[rows], np.full(len(yi), len(yi) - 1), method, "z")
    converged(fields["converged"], method)
    return np.column_stack([fields[name] for name in QUANTITIES])


def _intervals(t0: np.ndarray, t: np.ndarray, left_out: np.ndarray | None, level: float) -> dict:
    """Return low and high of each kind of interval, a column of `t` an element."""
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    low, high = (_quantile(t, np.full(len(t0), tail)) for tail in tails)
    corrected = np.full((2, len(t0)), np.nan)
    if left_out is not None:
        corrected = np.array([_quantile(t, share) for share in _shares(t0, t, left_out, tails)])
    return {
        "percentile": (low, high),
        "basic": (2 * t0 - high, 2 * t0 - low),
        "bca": tuple(corrected),
    }


def _shares(t0: np.ndarray, t: np.ndarray, left_out: np.ndarray, tails: np.ndarray) -> np.ndarray:
    """Return the shares of `t` below the ends of BCa intervals, shape (2, 2), an end a row.

    Efron (1987); the acceleration from leaving out studies: Efron & Tibshirani (1993), chapter 14.
    """
    below = ((t < t0).mean(axis=0) + (t <= t0).mean(axis=0)) / 2  # ties, of tau2 at 0, count half
    z0 = ndtri(below)
    influence = left_out.mean(axis=0) - left_out
    size = np.sum(influence**2, axis=0) ** 1.5
    skew = np.sum(influence**3, axis=0)
    acceleration = np.divide(skew, 6 * size, out=np.zeros_like(size), where=size > 0)
    one_sided = np.isinf(z0)
    z = np.where(one_sided, 0, z0) + ndtri(tails)[:, None]
    shares = ndtr(z0 + z / (1 - acceleration * z))
    return np.where(one_sided, np.nan, shares)


def _quantile(t: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the quantile of each column of `t` at its share: of R values number (R + 1) share."""
    return np.array(
        [
            np.nan if np.isnan(share) else np.quantile(column, share, method="weibull")
            for column, share in zip(t.T, shares, strict=True)
        ]
    )
