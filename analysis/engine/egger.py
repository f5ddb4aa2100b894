"""Egger's regression: do the effects change with the studies' precision?

predictor   what stands for precision: sei, vi, or the sample size as ni, ninv = 1/ni, sqrtni,
            sqrtninv = 1/sqrt(ni); or groups, sqrt(1/n_treated + 1/n_control), the error of a
            standardised mean difference without the part that grows with the difference itself
estimate    the slope of the effects on the predictor. With sei it is the intercept of Egger's
            own form, the regression of yi/sei on 1/sei, whose slope is the limit here
limit       the effect at a predictor of 0: in a study without sampling error
model       "OLS", Egger's weighted line with multiplicative dispersion and t(k - 2), or a
            method of `meta_regression`: additive heterogeneity, tested as `ci` says
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np

from . import checks
from .line import Coefficient, Line, varied, weighted_line
from .pool import CI
from .regression import meta_regression
from .results import Result, interval
from .tau2 import TAU2

PREDICTORS: dict[str, Callable[[np.ndarray, np.ndarray | None], np.ndarray]] = {
    "sei": lambda vi, ni: np.sqrt(vi),
    "vi": lambda vi, ni: vi,
    "ni": lambda vi, ni: ni,
    "ninv": lambda vi, ni: 1 / ni,
    "sqrtni": lambda vi, ni: np.sqrt(ni),
    "sqrtninv": lambda vi, ni: 1 / np.sqrt(ni),
    # Here ni is that of a single group of the same error.
    "groups": lambda vi, ni: 1 / np.sqrt(ni),
}
# A predictor that grows with the sample size is 0 in a study of nobody, which has no limit.
WITHOUT_LIMIT = ("ni", "sqrtni")


@dataclass(frozen=True, repr=False)
class Egger(Result):
    """The slope of the effects on the `predictor`, its test, and the limit at 0.

    `df` is None where the reference distribution is the normal. `limit` and its interval are nan
    for the predictors ni and sqrtni, whose `intercept` is no limit. `q_e` is the residual
    heterogeneity, by which OLS widens its errors, `tau2` its variance (0 for OLS and EE).
    """

    model: str
    predictor: str
    k: int
    estimate: float
    se: float
    statistic: float
    pvalue: float
    df: int | None
    ci_low: float
    ci_high: float
    limit: float
    limit_ci_low: float
    limit_ci_high: float
    intercept: Coefficient
    q_e: float
    tau2: float
    level: float

    def report(self) -> str:
        """Return the test in one sentence."""
        test = (
            f"z = {self.statistic:.2f}"
            if self.df is None
            else f"t({self.df}) = {self.statistic:.2f}"
        )
        return (
            f"In a regression of {self.k} effects on their {self.predictor} ({self.model}) the slope "
            f"was {self.estimate:.2f} ({interval(self.level, self.ci_low, self.ci_high)}), {test}, "
            f"p = {self.pvalue:.3g}."
        )


def egger(
    yi,
    *,
    vi,
    ni=None,
    n_treated=None,
    n_control=None,
    predictor: str = "sei",
    model: str = "OLS",
    ci: str = "z",
    level: float = 0.95,
) -> Egger:
    """Test whether effects `yi` with variances `vi` change with their precision.

    Egger et al. (1997) for the defaults, two-sided; Sterne & Egger (2005) for the other predictors,
    of which those of sample size ask for `ni`, and for the additive models, whose test `ci` names
    as in `meta_regression`. For standardised mean differences, whose variances depend on the effects,
    Pustejovsky & Rodgers (2019) take "groups", of `n_treated` and `n_control`. ValueError for fewer
    than 3 studies, for a predictor that does not vary, and for effects without any scatter around
    the line.

    >>> bcg = ma.example("bcg")
    >>> result = ma.egger(bcg.yi, vi=bcg.vi)
    >>> print(result.report())
    >>> print(ma.egger(bcg.yi, vi=bcg.vi, model="REML").report())
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    k = checks.at_least(3, yi, "Egger's regression")
    checks.one_of("predictor", predictor, PREDICTORS)
    checks.one_of("model", model, ("OLS", *TAU2))
    checks.one_of("ci", ci, CI)
    if model == "OLS" and ci != "z":
        raise ValueError(f"ci is {ci!r}; the OLS model has its own t test, leave it at 'z'")
    level = checks.level(level)
    groups = {"n_treated": n_treated, "n_control": n_control}
    _refuse_unused(predictor, {"ni": ni} if predictor == "groups" else groups)
    ni = _harmonic(groups, predictor, k) if predictor == "groups" else _sizes(ni, predictor, k)
    x = PREDICTORS[predictor](vi, ni)
    if model == "OLS":
        line, tau2 = weighted_line(yi, vi, x, level), 0.0
    else:
        line, tau2 = _additive(yi, vi, x, model, ci, level)
    intercept = line.intercept
    at_zero = predictor not in WITHOUT_LIMIT
    return Egger(
        model=model,
        predictor=predictor,
        k=k,
        **vars(line.slope),
        limit=intercept.estimate if at_zero else nan,
        limit_ci_low=intercept.ci_low if at_zero else nan,
        limit_ci_high=intercept.ci_high if at_zero else nan,
        intercept=intercept,
        q_e=line.q_e,
        tau2=tau2,
        level=level,
    )


def _sizes(ni, predictor: str, k: int) -> np.ndarray | None:
    """Return the sample sizes `ni` where `predictor` is made of them, and else None."""
    if predictor in ("sei", "vi"):
        _refuse_unused(predictor, {"ni": ni})
        return None
    if ni is None:
        raise ValueError(f"predictor {predictor!r} needs ni, the studies' sample sizes")
    return _counts("ni", ni, k)


def _refuse_unused(predictor: str, sizes: dict) -> None:
    for name, given in sizes.items():
        if given is not None:
            raise ValueError(f"{name} is not used by predictor {predictor!r}; leave it out")


def _harmonic(groups: dict, predictor: str, k: int) -> np.ndarray:
    """Return the size of a single group of the same error as the two `groups`: 1/(1/n1 + 1/n2)."""
    for name, sizes in groups.items():
        if sizes is None:
            raise ValueError(f"predictor {predictor!r} needs {name}, the sizes of the groups")
    treated, control = (_counts(name, sizes, k) for name, sizes in groups.items())
    return treated * control / (treated + control)


def _counts(name: str, sizes, k: int) -> np.ndarray:
    sizes = checks.vector(name, sizes)
    if len(sizes) != k:
        raise ValueError(
            f"{name} has {len(sizes)} values and yi has {k}; each study needs one size"
        )
    checks.refuse(
        name,
        sizes,
        ~(np.isfinite(sizes) & (sizes > 0)),
        "every size must be a finite number above 0",
    )
    return sizes


def _additive(yi, vi, x, model: str, ci: str, level: float) -> tuple[Line, float]:
    """Return the line by meta-regression, and its residual tau2."""
    varied(x)
    design = np.column_stack([np.ones_like(x), x])
    fit = meta_regression(yi, vi=vi, X=design, method=model, ci=ci, level=level)
    intercept, slope = (
        Coefficient(**{name: float(value) for name, value in row.items()}, df=fit.df)
        for row in fit.coefficients.to_dict("records")
    )
    return Line(intercept, slope, fit.q_e), fit.tau2
