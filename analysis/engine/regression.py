"""Meta-regression: effects that change with moderators, and what heterogeneity they leave.

X            design, shape (k, p), with its own column of ones if there is to be an intercept;
             or a formula on a data frame, such as "dose + C(design)", which adds one
q_e          residual heterogeneity, on k - p degrees of freedom
q_m          test of all coefficients but the intercept: chi-squared, or F for the t-type intervals
r2           share of tau2 that the moderators account for, in per cent
term         what a formula adds up: a moderator, with all columns of a factor
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from formulaic import Formula, ModelSpec, model_matrix
from scipy.special import chdtrc, fdtrc, ndtr, stdtr

from . import checks
from .heterogeneity import HeterogeneityIntervals, cochran_q, i2_h2, q_profile
from .model import Mean, Model, dependent_columns
from .pool import CI, Blups, FitStatistics, blups, dispersion, fit_statistics, quantile
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
    """

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
        rows = self.design.rows(X, data)
        estimate = rows @ self.coefficients["estimate"].to_numpy()
        variance = np.einsum("ij,jl,il->i", rows, self.covariance, rows)
        width = quantile(self.level, self.df)
        half, wide = width * np.sqrt(variance), width * np.sqrt(variance + self.tau2)
        parts = estimate, np.sqrt(variance), estimate - half, estimate + half
        return Predictions(*map(read_only, (*parts, estimate - wide, estimate + wide)))

    def test(self, columns) -> Test:
        """Return the joint test that the coefficients of `columns`, by name or position, are 0."""
        names = list(self.coefficients.index)
        positions = [names.index(c) if isinstance(c, str) else int(c) for c in columns]
        return wald(self.coefficients["estimate"].to_numpy(), self.covariance, positions, self.df)

    def to_frame(self) -> pd.DataFrame:
        """Return the coefficients."""
        return self.coefficients.copy()

    def to_dict(self) -> dict:
        """Return the fields by name, without the design."""
        values = super().to_dict()
        del values["design"]
        return values

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


class Design:
    """The columns of a regression, their names and terms, and the model on orthonormal columns.

    X = Q R: the model is fitted on Q, where weights alone decide the precision of the sums, and its
    coefficients are brought back by R.
    """

    def __init__(self, y, v, X: np.ndarray, names, terms: dict, spec: ModelSpec | None) -> None:
        self.X, self.names, self.terms, self.spec = X, list(names), terms, spec
        if len(X) < X.shape[1] + 1:
            raise ValueError(
                f"{len(X)} studies with all moderators are too few for {X.shape[1]} coefficients"
            )
        if dependent_columns(X):
            raise ValueError(
                f"the columns of X ({', '.join(self.names)}) are linearly dependent; leave one out"
            )
        Q, self.R = np.linalg.qr(X)
        self.model = Model(y, v, Q)

    def coefficients(self, b: np.ndarray, A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return coefficients `b` and their variance `A` of the model in terms of X."""
        back = np.linalg.inv(self.R)
        return back @ b, back @ A @ back.T

    @property
    def intercept(self) -> int | None:
        """The position of the column of ones, if there is one."""
        constant = np.flatnonzero(np.all(self.X == 1, axis=0))
        return int(constant[0]) if len(constant) else None

    def rows(self, X, data) -> np.ndarray:
        """Return the rows to predict at."""
        if X is None and data is None:
            return self.X
        if data is not None:
            if self.spec is None:
                raise ValueError("data needs a model fitted by formula; this one was fitted on X")
            return np.asarray(self.spec.get_model_matrix(data, na_action="raise"), dtype=float)
        rows = np.atleast_2d(np.asarray(X, dtype=float))
        if rows.shape[1] != self.X.shape[1]:
            raise ValueError(f"X has {rows.shape[1]} columns; the model has {self.X.shape[1]}")
        return rows


def meta_regression(
    yi,
    *,
    vi,
    X=None,
    formula: str | None = None,
    data: pd.DataFrame | None = None,
    method: str = "REML",
    ci: str = "z",
    level: float = 0.95,
) -> Regression:
    """Regress effects `yi` with variances `vi` on `X`, or on `formula` in `data`.

    `method`, `ci` and `level` are those of `pool`; "DL" is the method of moments of Comprehensive
    Meta-Analysis. `X` may be a data frame, whose columns name the coefficients. t, F and Hartung-Knapp
    intervals have k - p df: Knapp & Hartung (2003). ValueError for missing values in X, columns that
    depend on each other, and too few studies.
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.one_of("method", method, TAU2)
    checks.one_of("ci", ci, CI)
    level = checks.level(level)
    if (X is None) == (formula is None):
        raise ValueError("give either X or formula and data")
    if X is not None:
        used = np.arange(len(yi))
        matrix, names, terms, spec = _given(X, len(yi))
    else:
        matrix, names, terms, spec, used = _from_formula(formula, data, len(yi))
    design = Design(yi[used], vi[used], matrix, names, terms, spec)
    return _fit(design, used, method, ci, level)


def _fit(design: Design, used: np.ndarray, method: str, ci: str, level: float) -> Regression:
    model = design.model
    tau2 = float(TAU2[method](model))
    fit = model.fit(1 / (model.v + tau2))
    b, A = design.coefficients(fit.b, fit.A)
    df = None if ci == "z" else model.df
    covariance = A * dispersion(fit.rss, model.df, ci)
    tested = [i for i in range(model.p) if i != design.intercept] or list(range(model.p))
    q_m = wald(b, covariance, tested, df)
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
        coefficients=_table(b, covariance, design.names, df, level),
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
        used=read_only(used),
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


def _table(b, covariance, names, df: int | None, level: float) -> pd.DataFrame:
    se = np.sqrt(np.diag(covariance))
    statistic = b / se
    size = -np.abs(statistic)
    half = quantile(level, df) * se
    columns = {
        "estimate": b,
        "se": se,
        "statistic": statistic,
        "pvalue": 2 * (ndtr(size) if df is None else stdtr(df, size)),
        "ci_low": b - half,
        "ci_high": b + half,
    }
    return pd.DataFrame(columns, index=pd.Index(names, name="coefficient"))


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


def _given(X, k: int):
    names = list(map(str, X.columns)) if isinstance(X, pd.DataFrame) else None
    try:
        matrix = np.asarray(X, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"X is not a table of numbers: {error}") from None
    matrix = matrix[:, None] if matrix.ndim == 1 else matrix
    if matrix.ndim != 2 or len(matrix) != k:
        raise ValueError(f"X has shape {matrix.shape}; it needs a row for each of the {k} studies")
    bad = np.argwhere(~np.isfinite(matrix))
    if len(bad):
        row, column = bad[0]
        raise ValueError(
            f"X[{row}, {column}] is {matrix[row, column]}; every moderator must be a finite number"
        )
    names = names or [f"x{i}" for i in range(matrix.shape[1])]
    return matrix, names, {name: [i] for i, name in enumerate(names)}, None


def _from_formula(formula: str, data, k: int):
    if data is None or len(data) != k:
        rows = "no data" if data is None else f"data with {len(data)} rows"
        raise ValueError(f"formula came with {rows}; it needs a data frame with {k} rows")
    # Positions as the index tell which rows a missing moderator removed.
    frame = pd.DataFrame(data).reset_index(drop=True)
    matrix = model_matrix(Formula(formula), frame, na_action="drop")
    spec = matrix.model_spec
    terms = {
        str(term): list(range(part.start, part.stop)) for term, part in spec.term_slices.items()
    }
    return matrix.to_numpy(dtype=float), list(matrix.columns), terms, spec, matrix.index.to_numpy()
