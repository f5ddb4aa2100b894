"""The printed statistics in plain arithmetic, on floats as on intervals and their slopes.

    ys, vs   effects and their sampling variances: floats, balls, or balls with slopes (`Dual`)
    xs       further printed numbers, such as moderators, one a study
    Formula  how statistics follow from effects: `compute` gives the smooth ones by name, `derived`
             those that are a function of one of them, monotone in its size

Written apart from the engine, whose array code cannot run on intervals; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import inf

from scipy.special import chdtrc, ndtr, ndtri, stdtr

from .dual import anywhere, at_least_zero, is_nothing, is_positive, root, square, sum_of, within

Z95 = float(ndtri(0.975))  # half the width of a 95 % interval in standard errors

Derived = tuple[str, Callable[[float], float]]


@dataclass(frozen=True)
class Formula:
    """Statistics of effects: `compute(ys, vs, *xs)` by name, and `derived` ones: name -> (of what, how).

    `spans` are the ranges of the xs, each free of the others; most statistics have none.
    """

    compute: Callable[..., dict]
    derived: Mapping[str, Derived]
    spans: tuple[tuple[float, float], ...] = ()


def pooled(method: str, k: int) -> Formula:
    """Return the statistics of `k` studies pooled by `method`, EE or DL, with intervals from z."""
    return Formula(
        partial(_pooled, method),
        {
            "pvalue": ("statistic", _two_sided),
            "q_pvalue": ("q", partial(_chi2_sf, k - 1)),
            "i2": ("q", partial(_i2, k - 1)),
        },
    )


def heterogeneity() -> Formula:
    """Return tau2 of studies by moments, without a moderator."""
    return Formula(lambda ys, vs: {"tau2": _tau2(ys, [1 / v for v in vs])}, {})


def between(method: str, members: Sequence[Sequence[int]]) -> Formula:
    """Return Q between groups, each pooled by `method`; `members` are the positions in each group."""
    return Formula(
        partial(_between, method, members),
        {"q_between_pvalue": ("q_between", partial(_chi2_sf, len(members) - 1))},
    )


def egger(k: int) -> Formula:
    """Return Egger's test of `k` studies: the intercept of y/se on 1/se, its t and p on k - 2 df."""
    return Formula(_egger, {"pvalue": ("statistic", partial(_two_sided_t, k - 2))})


def trimmed_and_filled(method: str, filled: Sequence[int]) -> Formula:
    """Return the statistics pooled by `method` with the studies at positions `filled` mirrored.

    They are mirrored at the equal-effects mean of the others, as trim and fill ends. Which studies
    those are is taken as given.
    """
    return Formula(
        partial(_trimmed_and_filled, method, tuple(filled)), {"pvalue": ("statistic", _two_sided)}
    )


def regression(
    spans: Sequence[tuple[float, float]], tau2: tuple[float, float] = (-inf, inf)
) -> Formula:
    """Return the meta-regression on one moderator, each x within its one of `spans`, by moments, with z.

    The slope and what heterogeneity is left: Raudenbush (2009), with sums in place of matrices. Where
    the range of `tau2` is known, enclosures of the slope are narrower: weights count it many times.
    """
    k = len(spans)
    return Formula(
        partial(_regression, _middle(spans), tau2),
        {
            "pvalue": ("statistic", _two_sided),
            "q_e_pvalue": ("q_e", partial(_chi2_sf, k - 2)),
            "i2": ("q_e", partial(_i2, k - 2)),
        },
        tuple(spans),
    )


def left_over(spans: Sequence[tuple[float, float]]) -> Formula:
    """Return what heterogeneity, tau2, such a regression leaves, at a third of the cost."""

    def tau2(ys, vs, *xs) -> dict:
        return {"tau2": _left_over([x - middle for x in xs], ys, [1 / v for v in vs])[0]}

    middle = _middle(spans)
    return Formula(tau2, {}, tuple(spans))


def _middle(spans: Sequence[tuple[float, float]]) -> float:
    """Return where to count a moderator from: slopes do not depend on it, enclosures widen with it."""
    return sum(low + high for low, high in spans) / (2 * len(spans))


def concordance() -> Formula:
    """Return for each pair of studies, named (i, j), a number of the sign that Kendall's S counts.

    Of the standardised deviates of Begg & Mazumdar (1994) with the sampling variances.
    """
    return Formula(_concordance, {})


def _mean(ys, weights):
    """Return the weighted mean of `ys` and the sum of the `weights`."""
    total = sum(weights[1:], weights[0])
    return sum_of(w * y for w, y in zip(weights, ys, strict=True)) / total, total


def _q(ys, weights):
    """Return Cochran's Q: the weighted squared distances from the weighted mean."""
    if len(ys) == 1:
        return 0 * ys[0]
    mean, _ = _mean(ys, weights)
    return sum_of(w * square(y - mean) for w, y in zip(weights, ys, strict=True))


def _tau2(ys, weights):
    """Return tau2 by the method of moments: DerSimonian & Laird (1986)."""
    if len(ys) == 1:
        return 0 * ys[0]
    _, total = _mean(ys, weights)
    scale = total - sum_of(w * w for w in weights) / total
    return at_least_zero((_q(ys, weights) - (len(ys) - 1)) / scale)


def _pool(method: str, ys, vs):
    """Return the pooled estimate and its standard error by `method`."""
    weights = [1 / v for v in vs]
    if method == "DL":
        tau2 = _tau2(ys, weights)
        weights = [1 / (v + tau2) for v in vs]
    estimate, total = _mean(ys, weights)
    return estimate, 1 / root(total)


def _pooled(method: str, ys, vs) -> dict:
    estimate, se = _pool(method, ys, vs)
    return {
        "estimate": estimate,
        "se": se,
        "variance": se * se,
        "ci_low": estimate - Z95 * se,
        "ci_high": estimate + Z95 * se,
        "statistic": estimate / se,
        "q": _q(ys, [1 / v for v in vs]),
    }


def _between(method: str, members, ys, vs) -> dict:
    pools = [_pool(method, [ys[i] for i in group], [vs[i] for i in group]) for group in members]
    return {"q_between": _q([e for e, _ in pools], [1 / (se * se) for _, se in pools])}


def _egger(ys, vs) -> dict:
    """Return the intercept of the least-squares line of y/se on 1/se: Egger et al. (1997)."""
    xs = [1 / root(v) for v in vs]
    zs = [y * x for y, x in zip(ys, xs, strict=True)]
    k = len(ys)
    x_mean, z_mean = sum_of(xs) / k, sum_of(zs) / k
    sxx = sum_of((x - x_mean) * (x - x_mean) for x in xs)
    slope = sum_of((x - x_mean) * z for x, z in zip(xs, zs, strict=True)) / sxx
    intercept = z_mean - slope * x_mean
    rests = [z - intercept - slope * x for x, z in zip(xs, zs, strict=True)]
    # A sum of squares is below 0 only in an enclosure that counts one number twice.
    dispersion = at_least_zero(sum_of(rest * rest for rest in rests) / (k - 2))
    se = root(dispersion * (1 / k + x_mean * x_mean / sxx))
    return {"estimate": intercept, "se": se, "statistic": intercept / se}


def _trimmed_and_filled(method: str, filled: tuple[int, ...], ys, vs) -> dict:
    kept = [i for i in range(len(ys)) if i not in filled]
    centre, _ = _mean([ys[i] for i in kept], [1 / vs[i] for i in kept])
    ys = [*ys, *(2 * centre - ys[i] for i in filled)]
    vs = [*vs, *(vs[i] for i in filled)]
    return _pooled(method, ys, vs)


def _regression(middle: float, known: tuple[float, float], ys, vs, *xs) -> dict:
    xs = [x - middle for x in xs]
    weights = [1 / v for v in vs]
    tau2, q_e = _left_over(xs, ys, weights)
    tau2 = within(known, tau2)
    alone = _tau2(ys, weights)
    estimate, variance, _ = _line(xs, ys, [1 / (v + tau2) for v in vs])
    se = root(variance)
    return {
        "estimate": estimate,
        "se": se,
        "ci_low": estimate - Z95 * se,
        "ci_high": estimate + Z95 * se,
        "statistic": estimate / se,
        "q_e": q_e,
        "tau2": tau2,
        "r2": _r2(tau2, alone),
    }


def _r2(left, alone):
    """Return what share of tau2 `alone` the line takes away, in per cent: Raudenbush (2009).

    Where there is none to take away it is 0; where there may be some or none, anything up to 100.
    """
    if is_positive(alone):
        return at_least_zero(100 * (1 - left / alone))
    return 0 * alone if is_nothing(alone) else anywhere(0, 100, alone)


def _left_over(xs, ys, weights):
    """Return tau2 by moments, and the weighted sum of squares, about the line on `xs`."""
    _, _, q_e = _line(xs, ys, weights)
    return at_least_zero((q_e - (len(xs) - 2)) / _line_trace(xs, weights)), q_e


def _line(xs, ys, weights):
    """Return the slope of the weighted line, its variance, and the sum of squares about it."""
    x_mean, _ = _mean(xs, weights)
    y_mean, _ = _mean(ys, weights)
    sxx = sum_of(w * square(x - x_mean) for w, x in zip(weights, xs, strict=True))
    sxy = sum_of(w * (x - x_mean) * y for w, x, y in zip(weights, xs, ys, strict=True))
    slope = sxy / sxx
    rests = [y - y_mean - slope * (x - x_mean) for x, y in zip(xs, ys, strict=True)]
    rss = sum_of(w * square(rest) for w, rest in zip(weights, rests, strict=True))
    return slope, 1 / sxx, rss


def _line_trace(xs, weights):
    """Return tr(P): the sum of the weights less what the two coefficients take up."""
    x_mean, total = _mean(xs, weights)
    sxx = sum_of(w * square(x - x_mean) for w, x in zip(weights, xs, strict=True))
    taken = sum_of(
        w * w * (1 / total + square(x - x_mean) / sxx) for w, x in zip(weights, xs, strict=True)
    )
    return total - taken


def _concordance(ys, vs) -> dict:
    mean, total = _mean(ys, [1 / v for v in vs])
    deviates = [(y - mean) / root(v - 1 / total) for y, v in zip(ys, vs, strict=True)]
    return {
        (i, j): (deviates[i] - deviates[j]) * (vs[i] - vs[j])
        for i, j in combinations(range(len(ys)), 2)
    }


def _two_sided(z: float) -> float:
    return float(2 * ndtr(-abs(z)))


def _two_sided_t(df: int, t: float) -> float:
    return float(2 * stdtr(df, -abs(t)))


def _chi2_sf(df: int, q: float) -> float:
    return float(chdtrc(df, max(q, 0.0))) if df else 1.0


def _i2(df: int, q: float) -> float:
    """Return I2 in per cent: Higgins & Thompson (2002)."""
    return max(0.0, 100 * (1 - df / q)) if df and q > 0 else 0.0
