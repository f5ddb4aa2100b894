"""Estimators of tau2, the variance of the true effects, without or with moderators.

    model    `model.Model`: effects, variances and design; p = 1 without moderators
    w        weights 1/(v + tau2); w0 = 1/v
    rss(w)   the weighted sum of squared residuals; at w0 it is Q, or QE with moderators

An estimator is one function `model -> tau2` and one line in `TAU2`. With moderators the formulas are
those of Raudenbush (2009) and Viechtbauer (2005), which for X = 1 are the familiar ones.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, nan, pi, sqrt

import numpy as np
from scipy.special import chdtri

from .compiled import plain
from .likelihood import highest
from .model import Mean, Model

STEPS = 200  # of an iteration; five settle
# Relative size of Newton's last step, whose error is of the order of its square.
NEWTON = 1e-9


def equal_effects(model: Model) -> float:
    """Return the tau2 of the equal-effects model, in which the true effects do not differ."""
    return 0.0


def dersimonian_laird(model: Model) -> float:
    """Return tau2 by the method of moments with weights 1/v: DerSimonian & Laird (1986), eq. 8."""
    if model.df < 1:
        return 0.0
    return max(0.0, (model.equal.rss - model.df) / model.equal_trace)


def hedges(model: Model) -> float:
    """Return tau2 by the method of moments without weights: Hedges & Olkin (1985), chapter 9."""
    if model.df < 1:
        return 0.0
    ones = np.ones(model.k)
    return max(0.0, (model.scatter - model.trace_pv(ones)) / model.df)


def hunter_schmidt(model: Model) -> float:
    """Return tau2 by Hunter & Schmidt (1990), as in Viechtbauer (2005), eq. 6."""
    return max(0.0, (model.equal.rss - model.k) / float((1 / model.v).sum()))


def hunter_schmidt_small(model: Model) -> float:
    """Return tau2 by Hunter & Schmidt with Q corrected for small k: Brannick et al. (2019)."""
    if model.df < 1:
        return 0.0
    return max(0.0, model.k * (model.equal.rss / model.df - 1) / float((1 / model.v).sum()))


def generalised_q(model: Model, weights: np.ndarray) -> float:
    """Return tau2 by the method of moments with any `weights`: DerSimonian & Kacker (2007)."""
    if model.df < 1:
        return 0.0
    rss = model.fit(weights).rss
    return max(0.0, (rss - model.trace_pv(weights)) / model.trace_p(weights))


def two_step_dersimonian_laird(model: Model) -> float:
    """Return tau2 by moments with the weights that DL's tau2 gives: DerSimonian & Kacker (2007)."""
    return generalised_q(model, 1 / (model.v + dersimonian_laird(model)))


def two_step_hedges(model: Model) -> float:
    """Return tau2 by moments with the weights that HE's tau2 gives: DerSimonian & Kacker (2007).

    They call HE Cochran's ANOVA estimator, CA, and this one CA2.
    """
    return generalised_q(model, 1 / (model.v + hedges(model)))


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

    Paule & Mandel (1982); the empirical Bayes estimator of Morris (1983) has the same root, and so
    have DL and SJ when they are iterated until tau2 stays.
    """
    return generalised_q_root(model, model.df) if model.df >= 1 else 0.0


def paule_mandel_median(model: Model) -> float:
    """Return the tau2 at which the generalised Q is the median of its chi-squared distribution.

    Viechtbauer (2021): tau2 then is above and below the true one equally often.
    """
    return generalised_q_root(model, float(chdtri(model.df, 0.5))) if model.df >= 1 else 0.0


def generalised_q_root(model: Model, target: float) -> float:
    """Return the tau2 >= 0 at which Q = rss(1/(v + tau2)) is `target`, 0 where it is below at once.

    By Newton's steps on 1/Q, which is nearly straight. Q = y'Py, Q' = -y'PPy and Q'' = 2 y'PPPy, so
    that by Cauchy and Schwarz Q Q'' >= 2 Q'^2: 1/Q is concave, and the steps from 0 never overshoot.
    """
    tau2 = 0.0
    for _ in range(STEPS):
        w = 1 / (model.v + tau2)
        fit = model.fit(w)
        if fit.rss <= target:
            return tau2
        bent = w * fit.residuals
        step = (fit.rss / target - 1) * fit.rss / float(bent @ bent)
        tau2 += step
        if step <= NEWTON * tau2:
            return tau2
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
    """Return the tau2 of the highest likelihood, whichever of several peaks it is on."""
    X = None if isinstance(model, Mean) else plain(model.X.T)
    tau2, found = highest(model.y, model.v, X, restricted)
    if not found:
        raise ValueError(
            f"tau2 was not found: vi runs from {model.v.min():g} to {model.v.max():g}, over too many "
            f"orders of magnitude"
        )
    return tau2


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
    "HSk": hunter_schmidt_small,
    "PMM": paule_mandel_median,
    "DL2": two_step_dersimonian_laird,
    "CA2": two_step_hedges,
}


def standard_error(model: Model, method: str, tau2: float) -> float:
    """Return the asymptotic standard error of `tau2` as estimated by `method`, nan for EE.

    The variance of a quadratic form y'My with y normal is 2 tr(M S M S), S the variance of y
    (Searle, 1971, p. 57), for the estimators that are one; the inverse information for the others.
    """
    if method in ("EE", "given") or model.df < 1:
        return nan
    w0, w = 1 / model.v, 1 / (model.v + tau2)
    if method == "ML":
        return sqrt(2 / float(w @ w))
    if method == "REML":
        return sqrt(2 / model.trace_pp(w))
    if method in ("EB", "PM", "PMM"):
        return sqrt(2 * model.k**2 / model.df) / float(w.sum())
    if method in ("DL", "HS", "HSk"):
        spread = 2 * model.df + 4 * tau2 * model.equal_trace + 2 * tau2**2 * model.trace_pp(w0)
        if method == "DL":
            return sqrt(spread) / model.equal_trace
        return sqrt(spread) / float(w0.sum()) * (model.k / model.df if method == "HSk" else 1)
    if method == "SJ":
        start = _sidik_jonkman_start(model)
        weights = 1 / (model.v + start)
        return start * moments_error(model, tau2, weights) * model.trace_p(weights) / model.df
    if method == "HE":
        return moments_error(model, tau2, np.ones(model.k))
    first = {"DL2": dersimonian_laird, "CA2": hedges}
    if method in first:
        return moments_error(model, tau2, 1 / (model.v + first[method](model)))
    raise ValueError(f"method is {method!r}; no standard error of its tau2 is known")


def moments_error(model: Model, tau2: float, weights: np.ndarray) -> float:
    """Return the standard error of a `tau2` by the method of moments with `weights`."""
    spread = (
        2 * model.trace_pvpv(weights)
        + 4 * tau2 * model.trace_pvp(weights)
        + 2 * tau2**2 * model.trace_pp(weights)
    )
    return sqrt(spread) / model.trace_p(weights)
