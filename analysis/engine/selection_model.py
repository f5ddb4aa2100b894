"""Selection models: the effects as they were before significance decided what was published.

weight        how the probability of publication depends on the p-value: "step", "beta",
              "half-normal", "negative-exponential", "logistic", "power" (see `selection_weights`)
steps         for "step": p-values at which the weight changes; the last, 1, may be left out
delta         the weight's parameters; for "step" the weights themselves, relative to the first
alternative   what is favoured: small p-values of effects "greater" or "less" than 0, or "two-sided"
method        ML, random effects, or EE
lrt           likelihood-ratio test of the selection, on as many df as delta were estimated
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan, sqrt

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import chdtrc, ndtr

from . import checks
from .distributions import quantile
from .heterogeneity import Bounds
from .likelihood_ratio import LikelihoodRatio
from .power import ALTERNATIVES
from .results import Result
from .selection_likelihood import Maximum
from .selection_setting import Setting, counted, made_design, weight_and_delta
from .selection_weights import SMOOTH
from .tau2 import TAU2, log_likelihood

WEIGHTS = ("step", *SMOOTH)
METHODS = ("ML", "EE")
DOUBLINGS = 12  # of the distance within which an end of the profile interval is looked for


@dataclass(frozen=True, repr=False)
class SelectionModel(Result):
    """A fitted selection model.

    `estimate` and its companions are the intercept's, or the only coefficient's; `coefficients` has a
    row for each column of X and `delta` one for each parameter of the weight: estimate, se,
    statistic (z, against no selection), pvalue, ci_low, ci_high; nan where it was not estimated.
    `tau2_se` is nan where tau2 is 0. `counts` are the studies between the steps, None for the
    other weights. `loglik_unadjusted` is that of the model without selection.
    """

    held = ("model",)

    weight: str
    alternative: str
    method: str
    k: int
    estimate: float
    se: float
    statistic: float
    pvalue: float
    ci_low: float
    ci_high: float
    level: float
    coefficients: pd.DataFrame = field(compare=False)
    tau2: float
    tau2_se: float
    tau2_ci_low: float
    tau2_ci_high: float
    steps: tuple[float, ...] | None
    counts: tuple[int, ...] | None
    delta: pd.DataFrame = field(compare=False)
    loglik: float
    loglik_unadjusted: float
    lrt: float
    lrt_df: int
    lrt_pvalue: float
    model: Setting = field(compare=False)

    def weights(self, p) -> np.ndarray:
        """Return the relative probability of publication at the p-values `p`, shape (n,).

        1 is that of the first step, or at a p-value of 0; for "beta" it has no such scale. The p-values
        are those of the `alternative`.
        """
        p = checks.vector("p", p)
        checks.refuse("p", p, ~((p >= 0) & (p <= 1)), "a p-value lies between 0 and 1")
        weight = self.model.selected.weight
        return np.exp(weight.log_weight(weight.held(p), self.delta["estimate"].to_numpy()))

    def tau2_test(self) -> LikelihoodRatio:
        """Return the likelihood-ratio test that tau2 is 0, nan for EE, which has none."""
        if self.method == "EE":
            return LikelihoodRatio(nan, 0, nan, self.loglik, nan, restricted=False)
        none = self.model.fit("EE")
        return _ratio(self.loglik, none.loglik, 1)

    def effect_test(self, effect: float = 0.0) -> LikelihoodRatio:
        """Return the likelihood-ratio test that the mean effect is `effect`.

        Unlike `pvalue`, which is Wald's, it does not take the likelihood for symmetric. ValueError for
        a model with moderators.
        """
        effect = checks.number("effect", effect)
        self._refuse_moderators()
        return _ratio(self.loglik, self.model.fit(self.method, effect).loglik, 1)

    def profile_interval(self, level: float | None = None) -> Bounds:
        """Return the mean effects that `effect_test` does not reject, at the `level` of the fit if None.

        ValueError for a model with moderators, and where the likelihood does not fall far enough.
        """
        self._refuse_moderators()
        half = quantile(self.level if level is None else checks.level(level), None)
        return Bounds(self._end(-1, half), self._end(1, half))

    def _end(self, direction: int, half: float) -> float:
        """Return where the signed root of the likelihood ratio, which is nearly straight, is `half`."""
        top = np.r_[self.estimate, self.tau2, self.delta["estimate"]]
        profile = self.model.profile(self.method, top)

        def beyond(effect: float) -> float:
            return sqrt(max(0.0, 2 * (self.loglik - profile(effect)))) - half

        inside = self.estimate
        for doubling in range(DOUBLINGS):
            outside = self.estimate + direction * 2**doubling * half * self.se
            if beyond(outside) > 0:
                end = float(brentq(beyond, inside, outside, xtol=1e-9 * self.se, rtol=1e-12))
                return self._highest_there(end, half)
            inside = outside
        raise ValueError(
            f"the likelihood is nearly as high at {outside:.3g} as at the estimate, "
            f"{self.estimate:.3g}; the interval has no end there"
        )

    def _highest_there(self, end: float, half: float) -> float:
        """Return `end`; the way there may have missed a higher peak, which a whole search would find."""
        if self.effect_test(end).statistic < half**2 * (1 - 1e-6):
            raise ValueError(
                f"the likelihood has several peaks where the mean effect is {end:.3g}; the interval has "
                f"no clear end"
            )
        return end

    def _refuse_moderators(self) -> None:
        if len(self.coefficients) > 1:
            raise ValueError(
                f"this model has {len(self.coefficients)} coefficients; the likelihood of a mean effect "
                f"is that of a model without moderators"
            )

    def report(self) -> str:
        """Return effect and selection in one sentence."""
        test = f"; selection: p = {self.lrt_pvalue:.3g}" if self.lrt_df else ""
        return (
            f"With publication modelled by a {self.weight} weight of the p-value, {self.k} studies gave "
            f"an effect of {self.estimate:.2f} ({100 * self.level:g}% CI {self.ci_low:.2f} to "
            f"{self.ci_high:.2f}), tau {self.tau2**0.5:.2f}{test}."
        )


def selection_model(
    yi,
    *,
    vi,
    weight: str = "step",
    steps=None,
    delta=None,
    alternative: str = "greater",
    method: str = "ML",
    X=None,
    formula: str | None = None,
    data: pd.DataFrame | None = None,
    intercept: bool = True,
    level: float = 0.95,
) -> SelectionModel:
    """Fit effects `yi` with variances `vi` as published with a `weight` of their p-values.

    Hedges (1992) and Vevea & Hedges (1995) for steps, by default at 0.025, or 0.05 two-sided; Citkowicz
    & Vevea (2017) for "beta", Preston, Ashby & Smyth (2004) for the decreasing weights. Given, the
    `delta` are assumed and not estimated: one number each, or "moderate", "severe" and their
    "-two-tailed" forms for the weights of Vevea & Woods (2005). Moderators `X`, or `formula` and `data`,
    and `intercept` as in `meta_regression`. By maximum likelihood, Wald intervals of the `level`.
    ValueError for steps between which no study lies, too few studies, and a likelihood without maximum.

    >>> bcg = ma.example("bcg")
    >>> result = ma.selection_model(bcg.yi, vi=bcg.vi, steps=[0.05], alternative="less")
    >>> result
    >>> print(result.report())
    >>> result.profile_interval()
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.one_of("weight", weight, WEIGHTS)
    checks.one_of("alternative", alternative, ALTERNATIVES)
    checks.one_of("method", method, METHODS)
    level = checks.level(level)
    design = made_design(yi, vi, X, formula, data, intercept)
    function, fixed = weight_and_delta(weight, steps, delta, alternative)
    setting = Setting.of(design, function, fixed, alternative)
    counts = counted(setting.selected, fixed)
    needed = design.model.p + (method == "ML") + len(setting.estimated) + 1
    checks.at_least(needed, design.model.y, f"a {weight} selection model with these parameters")
    return _result(setting, setting.fit(method), weight, alternative, method, counts, level)


def _result(
    setting: Setting,
    top: Maximum,
    weight: str,
    alternative: str,
    method: str,
    counts,
    level: float,
) -> SelectionModel:
    design, n = setting.design, len(top.parameters)
    p = design.model.p
    covariance = np.full((n, n), nan)
    covariance[np.ix_(top.inner, top.inner)] = np.linalg.inv(-top.hessian)
    b, b_covariance = design.coefficients(setting.sign * top.parameters[:p], covariance[:p, :p])
    se = np.sqrt(np.diag(covariance))
    half = quantile(level, None)
    tau2, tau2_se = float(top.parameters[p]), float(se[p])
    coefficients = _table(b, np.sqrt(np.diag(b_covariance)), 0.0, half, -np.inf, design.names)
    function = setting.selected.weight
    names = [f"up to {end:g}" for end in function.steps] or [
        f"delta{i + 1}" for i in range(len(function.none))
    ]
    delta = _table(top.parameters[p + 1 :], se[p + 1 :], function.none, half, 0.0, names)
    first = coefficients.iloc[design.intercept or 0].to_dict()
    none = TAU2[method](design.model)
    unadjusted = log_likelihood(design.model, none, restricted=False)
    test = _ratio(top.loglik, unadjusted, len(setting.estimated))
    return SelectionModel(
        weight=weight,
        alternative=alternative,
        method=method,
        k=design.model.k,
        **first,
        level=level,
        coefficients=coefficients,
        tau2=tau2,
        tau2_se=tau2_se,
        tau2_ci_low=max(0.0, tau2 - half * tau2_se) if tau2_se == tau2_se else nan,
        tau2_ci_high=tau2 + half * tau2_se,
        steps=function.steps or None,
        counts=counts,
        delta=delta,
        loglik=top.loglik,
        loglik_unadjusted=unadjusted,
        lrt=test.statistic,
        lrt_df=test.df,
        lrt_pvalue=test.pvalue,
        model=setting,
    )


def _ratio(loglik: float, nested: float, df: int) -> LikelihoodRatio:
    # An assumed weight may fit worse than none, and an iteration stops short of what is equal.
    statistic = max(0.0, 2 * (loglik - nested))
    pvalue = float(chdtrc(df, statistic)) if df else nan
    return LikelihoodRatio(statistic, df, pvalue, loglik, nested, restricted=False)


def _table(values, se, none, half: float, least: float, names) -> pd.DataFrame:
    statistic = (values - none) / se
    columns = {
        "estimate": values,
        "se": se,
        "statistic": statistic,
        "pvalue": 2 * ndtr(-np.abs(statistic)),
        "ci_low": np.maximum(values - half * se, least),
        "ci_high": values + half * se,
    }
    return pd.DataFrame(columns, index=names)
