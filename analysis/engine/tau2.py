"""Estimators of tau2, the variance of the true effects, without or with moderators.

    model    `model.Model`: effects, variances and design; p = 1 without moderators
    w        weights 1/(v + tau2); w0 = 1/v
    rss(w)   the weighted sum of squared residuals; at w0 it is Q, or QE with moderators

An estimator is one function `model -> tau2` and one line in `TAU2`; its standard error is one in
`STANDARD_ERRORS`. With moderators the formulas are those of Raudenbush (2009) and Viechtbauer (2005),
which for X = 1 are the familiar ones.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, nan, pi, sqrt

import numpy as np

from .model import Model

STEPS = 200  # of an iteration; a dozen settle
# Where the slope of the likelihood is looked up: in equal ratios from far below the smallest variance.
GRID, LOWEST = 40, 1e-4
FRACTIONS = np.linspace(0, 1, GRID)
BLOCK = 1 << 16  # numbers in one array of a look-up
# Relative size of a step at which an iteration has settled: near the resolution of doubles.
SETTLED = 4e-15


def equal_effects(model: Model) -> float:
    """Return the tau2 of the equal-effects model, in which the true effects do not differ."""
    return 0.0


def dersimonian_laird(model: Model) -> float:
    """Return tau2 by the method of moments with weights 1/v: DerSimonian & Laird (1986), eq. 8."""
    if model.df < 1:
        return 0.0
    w0 = 1 / model.v
    return max(0.0, (model.fit(w0).rss - model.df) / model.trace_p(w0))


def hedges(model: Model) -> float:
    """Return tau2 by the method of moments without weights: Hedges & Olkin (1985), chapter 9."""
    if model.df < 1:
        return 0.0
    ones = np.ones(model.k)
    return max(0.0, (model.unweighted.rss - model.trace_pv(ones)) / model.df)


def hunter_schmidt(model: Model) -> float:
    """Return tau2 by Hunter & Schmidt (1990), as in Viechtbauer (2005), eq. 6."""
    w0 = 1 / model.v
    return max(0.0, float((model.fit(w0).rss - model.k) / w0.sum()))


def sidik_jonkman(model: Model) -> float:
    """Return tau2 by Sidik & Jonkman (2005), from the unweighted variance of the effects."""
    start = _sidik_jonkman_start(model)
    if model.df < 1 or start == 0:
        return 0.0
    return start * model.fit(1 / (model.v + start)).rss / model.df


def _sidik_jonkman_start(model: Model) -> float:
    return float(np.var(model.y))


def paule_mandel(model: Model) -> float:
    """Return the tau2 at which the generalised Q equals its degrees of freedom.

    Paule & Mandel (1982); the empirical Bayes estimator of Morris (1983) has the same root. Q falls
    and is convex in tau2, so that Newton's steps from 0 approach the root from below.
    """
    return generalised_q_root(model, model.df) if model.df >= 1 else 0.0


def generalised_q_root(model: Model, target: float) -> float:
    """Return the tau2 >= 0 at which rss(1/(v + tau2)) is `target`, 0 where it is below at once."""
    tau2 = 0.0
    for _ in range(STEPS):
        w = 1 / (model.v + tau2)
        fit = model.fit(w)
        step = (fit.rss - target) / float(w**2 @ fit.residuals**2) if fit.rss > target else 0.0
        if step <= SETTLED * tau2:
            return tau2
        tau2 += step
    raise ValueError(f"tau2 did not converge in {STEPS} Newton steps; the last value was {tau2}")


def maximum_likelihood(model: Model) -> float:
    """Return the tau2 of the highest likelihood: Hardy & Thompson (1996)."""
    return _highest(model, restricted=False)


def restricted_maximum_likelihood(model: Model) -> float:
    """Return the tau2 of the highest restricted likelihood: Raudenbush (2009), eq. 16.27."""
    return _highest(model, restricted=True)


def log_likelihood(model: Model, tau2: float, restricted: bool) -> float:
    """Return the log-likelihood of `tau2`, or the `restricted` one, at the best coefficients.

    Harville (1977) for the restricted one. Its term log |X'X| / 2 makes it independent of the units of
    X; here `model.X` must have orthonormal columns, or be the column of ones, where that is log(k) / 2.
    """
    w = 1 / (model.v + tau2)
    log_w, rss = float(np.log(w).sum()), model.fit(w).rss
    if not restricted:
        return -0.5 * (model.k * log(2 * pi) - log_w + rss)
    log_xx = model.log_det(np.ones(model.k))
    return -0.5 * (model.df * log(2 * pi) - log_w + model.log_det(w) - log_xx + rss)


def _highest(model: Model, restricted: bool) -> float:
    """Return the tau2 of the highest likelihood, whichever of several peaks it is on.

    The slope is looked up on a grid: it falls through 0 at every peak, and 0 is one where it starts
    below. On the space that X leaves free the slope is a sum of z^2/(v + tau2)^2 - 1/(v + tau2), where
    the squares z^2 sum to the rss of the unweighted fit, so that beyond that rss there is no peak.
    """
    reach = model.unweighted.rss
    if model.df < 1 or reach == 0:
        return 0.0
    grid = _grid(min(float(model.v.min()), reach), reach)
    slopes = _slopes(model, grid, restricted)
    rising = slopes > 0
    peaks = [] if rising[0] else [0.0]
    for i in np.flatnonzero(rising[:-1] & ~rising[1:]):
        ends = (float(x) for pair in (grid, slopes) for x in pair[i : i + 2])
        peaks.append(_root(lambda tau2: float(model.slope(tau2, restricted)), *ends))
    if len(peaks) > 1:
        peaks.sort(key=lambda tau2: log_likelihood(model, tau2, restricted))
    return peaks[-1]


def _grid(scale: float, reach: float) -> np.ndarray:
    """Return 0 and GRID points from far below `scale` to beyond `reach`, in equal ratios."""
    low, high = LOWEST * scale, 2 * reach
    return np.append(0.0, low * (high / low) ** FRACTIONS)


def _slopes(model: Model, grid: np.ndarray, restricted: bool) -> np.ndarray:
    """Return the slopes at the points of `grid`, in blocks, so that many studies need no more memory."""
    size = max(1, BLOCK // model.k)
    parts = [model.slope(grid[i : i + size], restricted) for i in range(0, len(grid), size)]
    return np.concatenate(parts)


def _root(function, low: float, high: float, at_low: float, at_high: float) -> float:
    """Return where `function`, above 0 at `low` and not at `high`, is 0.

    By false position; where one end has stayed twice, its value is halved: the Illinois algorithm of
    Dowell & Jarratt (1971), which closes in on the root from both sides in some eight steps.
    """
    x = low
    stayed = 0
    for _ in range(STEPS):
        last, x = x, high - at_high * (high - low) / (at_high - at_low)
        value = function(x)
        if value == 0 or abs(x - last) <= SETTLED * x:
            return x
        if value > 0:
            low, at_low, at_high = x, value, at_high / 2 if stayed > 0 else at_high
            stayed = 1
        else:
            high, at_high, at_low = x, value, at_low / 2 if stayed < 0 else at_low
            stayed = -1
    raise ValueError(
        f"tau2 did not converge in {STEPS} steps of false position between {low} and {high}"
    )


TAU2: dict[str, Callable[[Model], float]] = {
    "EE": equal_effects,
    "DL": dersimonian_laird,
    "HE": hedges,
    "HS": hunter_schmidt,
    "SJ": sidik_jonkman,
    "ML": maximum_likelihood,
    "REML": restricted_maximum_likelihood,
    "EB": paule_mandel,
    "PM": paule_mandel,
}


def standard_error(model: Model, method: str, tau2: float) -> float:
    """Return the asymptotic standard error of `tau2` as estimated by `method`, nan for EE.

    The variance of a quadratic form y'My with y normal is 2 tr(M S M S), S the variance of y
    (Searle, 1971, p. 57), for the estimators that are one; the inverse information for the others.
    """
    if method == "EE" or model.df < 1:
        return nan
    w0, w = 1 / model.v, 1 / (model.v + tau2)
    if method == "ML":
        return sqrt(2 / float(w @ w))
    if method == "REML":
        return sqrt(2 / model.trace_pp(w))
    if method in ("EB", "PM"):
        return sqrt(2 * model.k**2 / model.df) / float(w.sum())
    if method in ("DL", "HS"):
        spread = 2 * model.df + 4 * tau2 * model.trace_p(w0) + 2 * tau2**2 * model.trace_pp(w0)
        return sqrt(spread) / (model.trace_p(w0) if method == "DL" else float(w0.sum()))
    if method == "HE":
        start, weights = 1.0, np.ones(model.k)
    else:
        start = _sidik_jonkman_start(model)
        weights = 1 / (model.v + start)
    spread = (
        2 * model.trace_pvpv(weights)
        + 4 * tau2 * model.trace_pvp(weights)
        + 2 * tau2**2 * model.trace_pp(weights)
    )
    return start * sqrt(spread) / model.df
