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
from math import nan, sqrt

import numpy as np
from scipy.optimize import brentq

from .model import Model

STEPS = 200  # of an iteration; a dozen settle
GRID = 40  # values of tau2 at which the likelihood is looked at before it is climbed
# Relative size of a step at which an iteration has settled: near the resolution of doubles.
SETTLED = 4e-15
RESOLUTION = 1e-16


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
    return _climb(model, restricted=False)


def restricted_maximum_likelihood(model: Model) -> float:
    """Return the tau2 of the highest restricted likelihood: Raudenbush (2009), eq. 16.27."""
    return _climb(model, restricted=True)


def log_likelihood(model: Model, tau2: float, restricted: bool) -> float:
    """Return the log-likelihood of `tau2`, or the `restricted` one, at the best coefficients."""
    return float(log_likelihoods(model, np.array([tau2]), restricted)[0])


def log_likelihoods(model: Model, tau2s: np.ndarray, restricted: bool) -> np.ndarray:
    """Return the log-likelihood at each of `tau2s`, shape (g,); Harville (1977) for the restricted.

    The restricted one has the term log |X'X| / 2, which makes it independent of the units of X; here
    `model.X` must have orthonormal columns, or be the column of ones, for which that is log(k) / 2.
    """
    log_w, log_det, rss = model.profile(tau2s)
    if not restricted:
        return -0.5 * (model.k * np.log(2 * np.pi) - log_w + rss)
    log_xx = model.log_det(np.ones(model.k))
    return -0.5 * (model.df * np.log(2 * np.pi) - log_w + log_det - log_xx + rss)


def _climb(model: Model, restricted: bool) -> float:
    """Return the tau2 of the highest likelihood, whichever of several peaks it is on.

    The likelihood is looked at on a grid that reaches where every slope is negative, since no residual
    can be longer than the effects are apart; the best point is climbed from within its neighbours.
    """
    if model.df < 1:
        return 0.0
    grid = _grid(model)
    best = int(np.argmax(log_likelihoods(model, grid, restricted)))
    rising = model.slope(grid[best], restricted) > 0
    if not rising and best == 0:
        return 0.0
    low, high = (grid[best], grid[best + 1]) if rising else (grid[best - 1], grid[best])
    if model.slope(low, restricted) <= 0 or model.slope(high, restricted) > 0:
        raise ValueError(
            f"tau2 was not found: between {low} and {high}, where the likelihood is highest, it has "
            "more than one peak"
        )
    return float(
        brentq(
            model.slope, low, high, args=(restricted,), xtol=RESOLUTION * high, rtol=SETTLED,
            maxiter=STEPS,
        )
    )  # fmt: skip


def _grid(model: Model) -> np.ndarray:
    reach = float(np.ptp(model.y)) ** 2 + model.unweighted.rss
    scale = float(model.v.min())
    if reach == 0:
        return np.zeros(1)
    return np.concatenate([[0.0], np.geomspace(min(scale, reach) * 1e-4, reach, GRID)])


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
