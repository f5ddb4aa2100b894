"""What models of dependent effects have in common: coefficients, tests, criteria, predictions.

theta     sizes of the variance components of the true effects, as the model of `block_model` takes them
df        of a coefficient's t: containment, the fewest groups within which its column is constant
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from . import checks
from .block_model import BlockModel
from .coefficients import coefficient_table, positions_of
from .design import Columns, Design
from .distributions import quantile
from .fit_statistics import FitStatistics, criteria
from .formula import columns_of
from .line import Coefficient
from .pool import Interval
from .regression import Predictions, Test, wald
from .results import Result, read_only
from .sampling import Sampling, sampling

METHODS = ("REML", "ML")
CI = ("z", "t")


@dataclass(frozen=True, repr=False)
class Mixed(Result):
    """A fitted model of dependent effects.

    `coefficients` has a row a column of X: estimate, se, statistic, pvalue, ci_low, ci_high, and df
    where tests go by t; `terms` a row a term: statistic, m, df, pvalue. `clusters` is the number of
    independent clusters, `parameters` that of all that was estimated, `used` are the effects' positions.
    """

    held = ("design", "model")

    method: str
    ci: str
    k: int
    p: int
    clusters: int
    level: float
    coefficients: pd.DataFrame = field(compare=False)
    terms: pd.DataFrame = field(compare=False)
    covariance: np.ndarray = field(compare=False)
    q_e: float
    q_e_df: int
    q_e_pvalue: float
    q_m: float
    q_m_df: int
    q_m_pvalue: float
    parameters: int
    used: np.ndarray = field(compare=False)
    theta: np.ndarray = field(compare=False)
    design: Design = field(compare=False)
    model: BlockModel = field(compare=False)

    @property
    def mean(self) -> Coefficient:
        """The mean effect of a model without moderators."""
        if self.p > 1 or self.design.intercept is None:
            raise ValueError("a model with moderators has no single mean; see its coefficients")
        row = self.coefficients.iloc[0]
        values = {name: float(row[name]) for name in row.index}
        return Coefficient(**({"df": None} | values))

    def fit_statistics(self) -> FitStatistics:
        """Return log-likelihood, deviance, AIC, BIC and AICc, restricted ones for REML."""
        restricted = self.method == "REML"
        full = self.k * np.log(2 * np.pi) + self.model.equal.log_m
        return criteria(
            self.model.log_likelihood(self.theta, restricted),
            saturated=0.0 if restricted else -0.5 * float(full),
            parameters=self.parameters,
            observations=self.k - self.p if restricted else self.k,
            restricted=restricted,
        )

    def fitted(self) -> np.ndarray:
        """Return the mean effects at the effects' own moderators, shape (k,)."""
        return self.design.X @ self.coefficients["estimate"].to_numpy()

    def test(self, columns) -> Test:
        """Return the joint test that the coefficients of `columns`, by name or position, are 0."""
        positions = positions_of(columns, list(self.coefficients.index))
        b = self.coefficients["estimate"].to_numpy()
        return wald(b, self.covariance, positions, fewest(self._df, positions))

    @property
    def _df(self) -> np.ndarray | None:
        return self.coefficients["df"].to_numpy() if self.ci == "t" else None

    def _predictions(self, rows: np.ndarray, variance: float | np.ndarray) -> Predictions:
        """Return predictions at the `rows` of X of true effects with that `variance`."""
        estimate = rows @ self.coefficients["estimate"].to_numpy()
        error = np.einsum("ij,jl,il->i", rows, self.covariance, rows)
        dfs = [fewest(self._df, np.flatnonzero(row)) for row in rows]
        width = np.array([quantile(self.level, df) for df in dfs])
        half, wide = width * np.sqrt(error), width * np.sqrt(error + variance)
        parts = estimate, np.sqrt(error), estimate - half, estimate + half
        return Predictions(*map(read_only, (*parts, estimate - wide, estimate + wide)))

    def _interval(self, variance: float) -> Interval:
        """Return the prediction interval of a true effect of that `variance` around the mean."""
        mean = self.mean
        half = quantile(self.level, mean.df) * (mean.se**2 + variance) ** 0.5
        df = inf if mean.df is None else mean.df
        return Interval(mean.estimate - half, mean.estimate + half, df, self.level)

    def to_frame(self) -> pd.DataFrame:
        """Return the coefficients."""
        return self.coefficients.copy()

    def _shown(self, head: str) -> str:
        tests = (
            f"QE {self.q_e:.2f} (df {self.q_e_df}, p {self.q_e_pvalue:.4g}), QM {self.q_m:.2f} "
            f"(df {self.q_m_df}, p {self.q_m_pvalue:.4g})"
        )
        table = self.coefficients.to_string(float_format=lambda x: f"{x:.4f}")
        return f"{head}, {tests}\n{table}"


def prepared(yi, vi, V, X, formula, data, intercept: bool) -> tuple[Sampling, Columns]:
    """Return the effects whose moderators are known, and the columns: those of `meta_regression`.

    Without `X` and `formula` the column of ones.
    """
    given = sampling(yi, vi, V)
    columns = columns_of(X, formula, data, len(given.y), intercept)
    return given.take(columns.used), columns


def arguments(method: str, ci: str, level: float) -> float:
    """Refuse what no model of dependent effects has; return the `level`."""
    checks.one_of("method", method, METHODS)
    checks.one_of("ci", ci, CI)
    return checks.level(level)


def common(
    design: Design,
    model: BlockModel,
    theta: np.ndarray,
    method: str,
    df: np.ndarray | None,
    level: float,
) -> dict:
    """Return the fields of `Mixed` of the `model` at `theta`."""
    found = model.solve(theta)
    b, A = design.coefficients(found.b, found.A)
    q_m = wald(b, A, design.tested, fewest(df, design.tested))
    terms = {
        term: wald(b, A, positions, fewest(df, positions))
        for term, positions in design.terms.items()
        if positions != [design.intercept]
    }
    return {
        "method": method,
        "ci": "z" if df is None else "t",
        "k": model.k,
        "p": model.p,
        "clusters": model.clusters.count,
        "level": level,
        "coefficients": coefficient_table(b, A, design.names, df, level),
        "terms": pd.DataFrame(
            {term: vars(test) for term, test in terms.items()},
            index=["statistic", "m", "df", "pvalue"],
        ).T,
        "covariance": read_only(A),
        "q_e": model.equal.rss,
        "q_e_df": model.df,
        "q_e_pvalue": float(chdtrc(model.df, model.equal.rss)),
        "q_m": q_m.statistic,
        "q_m_df": q_m.m,
        "q_m_pvalue": q_m.pvalue,
        "used": read_only(design.columns.used),
        "theta": read_only(theta),
        "design": design,
        "model": model,
    }


def contained_df(X: np.ndarray, groupings: list[np.ndarray]) -> np.ndarray:
    """Return the degrees of freedom of each column of `X` by containment.

    The groups of the coarsest of the `groupings`, arrays of codes, within which the column does not
    change, or the effects, less the number of coefficients: Pinheiro & Bates (2000), section 2.4.2.
    At least 1.
    """
    k, p = X.shape
    df = np.full(p, float(k))
    for codes in groupings:
        first = np.unique(codes, return_index=True)[1]
        constant = np.all(X[first][codes] == X, axis=0)
        df[constant] = np.minimum(df[constant], len(first))
    return np.maximum(df - p, 1.0)


def fewest(df: np.ndarray | None, positions) -> float | None:
    """Return the fewest degrees of freedom of the coefficients at `positions`, None by z.

    Without any, as where all moderators are 0, of all coefficients.
    """
    return None if df is None else float(np.min(df[positions] if len(positions) else df))
