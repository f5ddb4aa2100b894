"""Which studies pull a meta-regression: the deletion diagnostics of `influence`, with moderators.

deleted    of the regression without the study, its tau2 estimated anew
hat        leverage, between 0 and 1; a study with leverage 1 alone decides a coefficient, cannot be
           left out, and has nan
"""

from dataclasses import dataclass, field

import numpy as np

from .model import Model
from .pool import dispersion
from .regression import Regression
from .rows import Rows, locked
from .tau2 import TAU2

# Leverage above which the others do not determine the coefficients: 1 but for rounding.
ALONE = 1 - 1e-9


@dataclass(frozen=True, repr=False)
class RegressionInfluence(Rows):
    """One array of shape (k,) for each diagnostic; `dfbetas` has a column a coefficient."""

    method: str
    standardized: np.ndarray = field(compare=False)
    standardized_se: np.ndarray = field(compare=False)
    deleted: np.ndarray = field(compare=False)
    deleted_se: np.ndarray = field(compare=False)
    studentized: np.ndarray = field(compare=False)
    cook_d: np.ndarray = field(compare=False)
    tau2_deleted: np.ndarray = field(compare=False)
    hat: np.ndarray = field(compare=False)
    dfbetas: np.ndarray = field(compare=False)

    def report(self) -> str:
        """Return in one sentence the study that moves the coefficients most."""
        most = int(np.nanargmax(self.cook_d))
        return (
            f"Study {most + 1} of {len(self.hat)} moves the coefficients of the regression most: "
            f"Cook's distance {self.cook_d[most]:.2f}, studentized deleted residual "
            f"{self.studentized[most]:.2f}."
        )


def regression_influence(fitted: Regression) -> RegressionInfluence:
    """Return the deletion diagnostics of the regression `fitted`, by its own method and `ci`.

    Viechtbauer & Cheung (2010), Res Synth Methods 1, 112, sections 3 to 5. Each study is left out in
    turn: time is quadratic in k. ValueError where a regression does not converge.

    >>> bcg = ma.example("bcg")
    >>> fitted = ma.meta_regression(bcg.yi, vi=bcg.vi, formula="latitude", data=bcg)
    >>> result = ma.regression_influence(fitted)
    >>> print(result.report())
    >>> result.to_frame()[["studentized", "cook_d", "hat"]].round(3)
    """
    if not isinstance(fitted, Regression):
        raise ValueError(f"fitted is a {type(fitted).__name__}; it must come from meta_regression")
    model, k = fitted.model, fitted.k
    whole = model.fit(1 / (model.v + fitted.tau2))
    widened = dispersion(whole.rss, model.df, fitted.ci)
    spread = np.einsum("ij,jl,il->i", model.X, whole.A, model.X)
    determined = model.leverage(np.ones(k)) < ALONE
    residual_se = np.where(
        determined, np.sqrt(np.maximum((model.v + fitted.tau2 - spread) * widened, 0)), np.nan
    )
    change, scale = np.full((2, k, model.p), np.nan)
    deleted, deleted_se, tau2 = np.full((3, k), np.nan)
    for i in np.flatnonzero(determined):
        rest = Model(*(np.delete(part, i, axis=0) for part in (model.y, model.v, model.X)))
        tau2[i] = TAU2[fitted.method](rest)
        fit = rest.fit(1 / (rest.v + tau2[i]))
        factor = dispersion(fit.rss, rest.df, fitted.ci)
        x, total = model.X[i], model.v[i] + tau2[i]
        deleted[i] = model.y[i] - x @ fit.b
        deleted_se[i] = np.sqrt(factor * (total + x @ fit.A @ x))
        change[i] = whole.b - fit.b
        _, covariance = fitted.design.coefficients(fit.b, model.fit(1 / (model.v + tau2[i])).A)
        scale[i] = np.sqrt(factor * np.diag(covariance))
    cook_d = np.einsum("ij,jl,il->i", change, np.linalg.inv(whole.A * widened), change)
    fields = {
        "standardized": whole.residuals / residual_se,
        "standardized_se": residual_se,
        "deleted": deleted,
        "deleted_se": deleted_se,
        "studentized": deleted / deleted_se,
        "cook_d": cook_d,
        "tau2_deleted": tau2,
        "hat": model.leverage(1 / (model.v + fitted.tau2)),
        "dfbetas": np.linalg.solve(fitted.design.R, change.T).T / scale,
    }
    return RegressionInfluence(method=fitted.method, **locked(fields))
