"""Meta-regression: effects that change with moderators, and what heterogeneity they leave.

X            moderators, shape (k, p) or (k,); or a formula on a data frame, such as
             "dose + C(design)" (see `design`)
q_e          residual heterogeneity, on k - p degrees of freedom
q_m          test of all coefficients but the intercept: chi-squared, or F for the t-type intervals
r2           share of tau2 that the moderators account for, in per cent
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc

from . import checks
from .coefficients import coefficient_table, positions_of
from .design import Design
from .distributions import quantile
from .fit_statistics import FitStatistics, fit_statistics
from .formula import columns_of
from .heterogeneity import HeterogeneityIntervals, cochran_q, i2_h2, q_profile
from .likelihood import EXACT
from .model import Mean, Model
from .pool import CI, Blups, blups, dispersion
from .results import Result, read_only
from .tau2 import TAU2, standard_error


@dataclass(frozen=True)
class Test:
    """A joint test of `m` coefficients: chi-squared, or F with `df` degrees of freedom below."""

    statistic: float
    m: int
    df: int | None
    pvalue: float


@dataclass(frozen=True, repr=False)
class Predictions(Result):
    """Mean effects at given moderators, shape (n,), with confidence and prediction intervals."""

    estimate: np.ndarray = field(compare=False)
    se: np.ndarray = field(compare=False)
    ci_low: np.ndarray = field(compare=False)
    ci_high: np.ndarray = field(compare=False)
    prediction_low: np.ndarray = field(compare=False)
    prediction_high: np.ndarray = field(compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a prediction."""
        return pd.DataFrame(self.to_dict())

    def report(self) -> str:
        """Return the range of the predictions in one sentence."""
        return (
            f"{len(self.estimate)} predicted mean effects run from {self.estimate.min():.2f} to "
            f"{self.estimate.max():.2f}."
        )


@dataclass(frozen=True, repr=False)
class Regression(Result):
    """A fitted meta-regression.

    `coefficients` has a row a column of X: estimate, se, statistic, pvalue, ci_low, ci_high; `terms`
    a row a term: statistic, m, df, pvalue. `used` are the positions of the studies in the fit; with
    a formula, those with a missing moderator are left out. `i2` and `r2` are in per cent; `r2` is
    nan where X has no intercept or nothing else.

    >>> bcg = ma.example("bcg")
    >>> result = ma.meta_regression(bcg.yi, vi=bcg.vi, formula="latitude + allocation", data=bcg)
    >>> result.terms
    >>> places = {"latitude": [0, 30, 60], "allocation": ["random"] * 3}
    >>> result.predict(data=places).to_frame().round(2)
    >>> round(result.test(["latitude"]).pvalue, 4)
    """

    held = ("design",)

    method: str
    ci: str
    k: int
    p: int
    level: float
    df: int | None
    coefficients: pd.DataFrame = field(compare=False)
    terms: pd.DataFrame = field(compare=False)
    covariance: np.ndarray = field(compare=False)
    tau2: float
    q_e: float
    q_e_df: int
    q_e_pvalue: float
    q_m: float
    q_m_df: int
    q_m_pvalue: float
    i2: float
    h2: float
    r2: float
    used: np.ndarray = field(compare=False)
    design: Design = field(compare=False)

    @property
    def model(self) -> Model:
        """The linear model, its design made orthonormal."""
        return self.design.model

    @cached_property
    def tau2_se(self) -> float:
        """The asymptotic standard error of `tau2`, nan for EE."""
        return standard_error(self.model, self.method, self.tau2)

    def confint(self, level: float | None = None) -> HeterogeneityIntervals:
        """Return the Q-profile intervals of tau2, tau, I2 and H2: Viechtbauer (2007)."""
        return q_profile(self.model, self.level if level is None else level)

    def fit_statistics(self) -> FitStatistics:
        """Return log-likelihood, deviance, AIC, BIC and AICc, restricted ones for REML."""
        return fit_statistics(self.model, self.method, self.tau2)

    def blups(self, level: float | None = None) -> Blups:
        """Return the empirical best linear unbiased predictions of the studies' true effects."""
        return blups(self, self.model, self.level if level is None else checks.level(level))

    def fitted(self) -> np.ndarray:
        """Return the mean effects at the studies' own moderators, shape (k,)."""
        return self.design.X @ self.coefficients["estimate"].to_numpy()

    def predict(self, X=None, *, data: pd.DataFrame | None = None) -> Predictions:
        """Return predictions at the rows of `X`, or of `data` for a formula; by default the studies'.

        Intervals by t with the df of the fit, or z; the prediction interval adds tau2: Raudenbush
        (2009), eq. 16.22. For EE it is the confidence interval.
        """
        given = X is not None or data is not None
        rows = self.design.columns.rows(X, data) if given else self.design.X
        estimate = rows @ self.coefficients["estimate"].to_numpy()
        variance = np.einsum("ij,jl,il->i", rows, self.covariance, rows)
        width = quantile(self.level, self.df)
        half, wide = width * np.sqrt(variance), width * np.sqrt(variance + self.tau2)
        parts = estimate, np.sqrt(variance), estimate - half, estimate + half
        return Predictions(*map(read_only, (*parts, estimate - wide, estimate + wide)))

    def test(self, columns) -> Test:
        """Return the joint test that the coefficients of `columns`, by name or position, are 0."""
        positions = positions_of(columns, list(self.coefficients.index))
        return wald(self.coefficients["estimate"].to_numpy(), self.covariance, positions, self.df)

    def to_frame(self) -> pd.DataFrame:
        """Return the coefficients."""
        return self.coefficients.copy()

    def report(self) -> str:
        """Return the test of the moderators and what they leave in one sentence."""
        p = "p < 0.001" if self.q_m_pvalue < 0.001 else f"p = {self.q_m_pvalue:.3f}"
        share = "" if self.r2 != self.r2 else f", which is {self.r2:.0f}% less than without them"
        return (
            f"In a meta-regression of {self.k} studies ({self.method}) the moderators gave "
            f"{'Q' if self.df is None else 'F'} = {self.q_m:.2f} on {self.q_m_df} degrees of freedom, "
            f"{p}; tau² was {self.tau2:.3f}{share}."
        )

    def __repr__(self) -> str:
        head = (
            f"Meta-regression ({self.method}, {self.ci}) of {self.k} studies: tau2 {self.tau2:.4g}, "
            f"I2 {self.i2:.1f}%, R2 {self.r2:.1f}%, QE {self.q_e:.2f} (df {self.q_e_df}, p "
            f"{self.q_e_pvalue:.4g}), QM {self.q_m:.2f} (df {self.q_m_df}, p {self.q_m_pvalue:.4g})"
        )
        return f"{head}\n{self.coefficients.to_string(float_format=lambda x: f'{x:.4f}')}"


def meta_regression(
    yi,
    *,
    vi,
    X=None,
    formula: str | None = None,
    data: pd.DataFrame | None = None,
    intercept: bool = True,
    method: str = "REML",
    ci: str = "z",
    level: float = 0.95,
) -> Regression:
    """Regress effects `yi` with variances `vi` on `X`, or on `formula` in `data`.

    To `X` an `intercept` is added where its columns do not span one (a column of ones does, and so do
    those of all levels of a factor); a formula has one unless it says "- 1".

    `method` and `level` are those of `pool`, "DL" the method of moments of Comprehensive Meta-Analysis;
    `ci` is "z", "t", "hksj" or "hksj-adhoc", by the formulas of `pool`. `X` may be a data frame, whose
    columns name the coefficients. t, F and Hartung-Knapp intervals have k - p df: Knapp & Hartung
    (2003). ValueError for missing values in X, columns that depend on each other, and too few studies.

    >>> bcg = ma.example("bcg")
    >>> result = ma.meta_regression(bcg.yi, vi=bcg.vi, formula="latitude", data=bcg, ci="hksj")
    >>> result
    >>> print(result.report())
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.one_of("method", method, TAU2)
    checks.one_of("ci", ci, CI)
    level = checks.level(level)
    if X is None and formula is None:
        raise ValueError("give either X or formula and data")
    columns = columns_of(X, formula, data, len(yi), intercept)
    design = Design(yi[columns.used], vi[columns.used], columns)
    return _fit(design, method, ci, level)


def _fit(design: Design, method: str, ci: str, level: float) -> Regression:
    model = design.model
    tau2 = float(TAU2[method](model))
    fit = model.fit(1 / (model.v + tau2))
    if ci == "hksj" and fit.rss <= EXACT * float(np.sum(model.y**2 / (model.v + tau2))):
        raise ValueError(
            "the effects in yi lie on the regression exactly, which leaves Hartung-Knapp's error 0 and "
            "nothing to test by; ci 'hksj-adhoc' has an error"
        )
    b, A = design.coefficients(fit.b, fit.A)
    df = None if ci == "z" else model.df
    covariance = A * dispersion(fit.rss, model.df, ci)
    q_m = wald(b, covariance, design.tested, df)
    q_e, q_e_df, q_e_pvalue = cochran_q(model)
    i2, h2 = i2_h2(model, method, tau2, q_e)
    terms = {
        term: wald(b, covariance, positions, df)
        for term, positions in design.terms.items()
        if positions != [design.intercept]
    }
    return Regression(
        method=method,
        ci=ci,
        k=model.k,
        p=model.p,
        level=level,
        df=df,
        coefficients=coefficient_table(b, covariance, design.names, df, level),
        terms=pd.DataFrame(
            {term: vars(test) for term, test in terms.items()},
            index=["statistic", "m", "df", "pvalue"],
        ).T,
        covariance=read_only(covariance),
        tau2=tau2,
        q_e=q_e,
        q_e_df=q_e_df,
        q_e_pvalue=q_e_pvalue,
        q_m=q_m.statistic,
        q_m_df=q_m.m,
        q_m_pvalue=q_m.pvalue,
        i2=i2,
        h2=h2,
        r2=_r2(design, method, tau2),
        used=read_only(design.columns.used),
        design=design,
    )


def wald(b: np.ndarray, covariance: np.ndarray, positions: list[int], df: int | None) -> Test:
    """Return the joint test that the coefficients `b` at `positions` are 0; F where `df` is given."""
    part = np.ix_(positions, positions)
    m = len(positions)
    q = float(b[positions] @ np.linalg.solve(covariance[part], b[positions]))
    if df is None:
        return Test(q, m, None, float(chdtrc(m, q)))
    return Test(q / m, m, df, float(fdtrc(m, df, q / m)))


def _r2(design: Design, method: str, tau2: float) -> float:
    """Return the share of tau2 that the moderators account for, in per cent: Raudenbush (2009).

    For EE, which has no tau2, the adjusted R2 of the weighted regression.
    """
    model = design.model
    if design.intercept is None or model.p == 1:
        return float("nan")
    mean = Mean(model.y, model.v)
    if method == "EE":
        alone, left = (cochran_q(m)[0] / m.df for m in (mean, model))
    else:
        alone, left = float(TAU2[method](mean)), tau2
    return max(0.0, 100 * (alone - left) / alone) if alone > 0 else 0.0
