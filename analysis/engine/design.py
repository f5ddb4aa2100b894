"""The moderators of a meta-regression, as columns: from arrays, or from a formula on a data frame.

X            design, shape (k, p), usually with a column of ones, the intercept
names        of the columns, and so of the coefficients
term         what a formula adds up: a moderator, with all columns of a factor
used         positions of the studies whose moderators are all known
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from formulaic import Formula, ModelMatrix, ModelSpec
from formulaic.errors import DataMismatchWarning, FormulaicError

from .model import Model, dependent_columns

INTERCEPT = "Intercept"
# Ones are in the span of the columns where no more than this share of them is left over.
SPANNED = 1e-8


@dataclass(frozen=True)
class Columns:
    """A design `X` with the names of its columns, the columns of each term, and the studies `used`.

    `spec` makes the columns of new data from a formula; `added` tells that X was given without its
    intercept.
    """

    X: np.ndarray = field(compare=False)
    names: list[str]
    terms: dict[str, list[int]]
    used: np.ndarray = field(compare=False)
    spec: ModelSpec | None = field(default=None, compare=False)
    added: bool = False

    @property
    def intercept(self) -> int | None:
        """The position of the column of ones, if there is one."""
        constant = np.flatnonzero(np.all(self.X == 1, axis=0))
        return int(constant[0]) if len(constant) else None

    def rows(self, X, data) -> np.ndarray:
        """Return the columns of new moderators: `X` as the first was given, or `data` for a formula."""
        if data is not None:
            if self.spec is None:
                raise ValueError("data needs a model fitted by formula; this one was fitted on X")
            return _complete(_matrix(self.spec, pd.DataFrame(data), "raise"))
        rows = np.atleast_2d(_numbers(X))
        wanted = self.X.shape[1] - self.added
        if rows.shape[1] != wanted:
            raise ValueError(f"X has {rows.shape[1]} columns; the model has {wanted}")
        return np.column_stack([np.ones(len(rows)), rows]) if self.added else rows


class Design:
    """Columns, and the linear model on them made orthonormal.

    X = Q R: the model is fitted on Q, where weights alone decide the precision of the sums, and its
    coefficients are brought back by R. ValueError for dependent columns and too few studies.
    """

    def __init__(self, y: np.ndarray, v: np.ndarray, columns: Columns) -> None:
        X = columns.X
        if len(X) <= X.shape[1]:
            raise ValueError(
                f"{len(X)} studies with all moderators are too few for {X.shape[1]} coefficients"
            )
        if dependent_columns(X):
            names = ", ".join(columns.names)
            raise ValueError(f"the columns of X ({names}) are linearly dependent; leave one out")
        self.columns, self.X, self.names, self.terms = columns, X, columns.names, columns.terms
        self.intercept = columns.intercept
        Q, self.R = np.linalg.qr(X)
        self.model = Model(y, v, Q)
        self._back = np.linalg.inv(self.R)

    def coefficients(self, b: np.ndarray, A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return coefficients `b` and their variance `A` of the model in terms of X."""
        return self._back @ b, self._back @ A @ self._back.T


def from_arrays(X, k: int, intercept: bool) -> Columns:
    """Return the columns `X` of `k` studies, before them an `intercept` if they do not span one."""
    names = list(map(str, X.columns)) if isinstance(X, pd.DataFrame) else None
    matrix = _numbers(X)
    matrix = matrix[:, None] if matrix.ndim == 1 else matrix
    if matrix.ndim != 2 or len(matrix) != k or matrix.size == 0:
        raise ValueError(f"X has shape {matrix.shape}; it needs a row for each of the {k} studies")
    bad = np.argwhere(~np.isfinite(matrix))
    if len(bad):
        row, column = bad[0]
        raise ValueError(
            f"X[{row}, {column}] is {matrix[row, column]}; every moderator must be a finite number"
        )
    added = intercept and not _spans_ones(matrix)
    if added:
        matrix = np.column_stack([np.ones(k), matrix])
        names = names and [INTERCEPT, *names]
    if names is None:
        ones = np.all(matrix == 1, axis=0)
        number = np.cumsum(~ones)
        names = [INTERCEPT if one else f"x{i}" for one, i in zip(ones, number, strict=True)]
    terms = {name: [i] for i, name in enumerate(names)}
    return Columns(matrix, names, terms, np.arange(k), added=added)


def from_formula(formula: str, data, k: int) -> Columns:
    """Return the columns of `formula`, such as "dose + C(design)", in `data` with a row a study.

    Studies with a missing moderator are left out.
    """
    if not isinstance(formula, str) or data is None:
        came = "no data" if data is None else repr(formula)
        raise ValueError(f"formula came with {came}; it must be a text, and data a data frame")
    # Positions as the index tell which rows a missing moderator removed.
    frame = pd.DataFrame(data).reset_index(drop=True)
    if len(frame) != k:
        raise ValueError(f"data has {len(frame)} rows and yi has {k}; each study needs one")
    matrix = _matrix(formula, frame, "drop")
    if not isinstance(matrix, ModelMatrix) or matrix.shape[1] == 0:
        raise ValueError(f"formula is {formula!r}; it names moderators alone, as in 'dose + year'")
    spec, used = matrix.model_spec, matrix.index.to_numpy()
    _only_missing_left_out(spec, frame, used)
    terms = {
        str(term): list(range(part.start, part.stop)) for term, part in spec.term_slices.items()
    }
    return Columns(_complete(matrix), list(matrix.columns), terms, used, spec)


def _matrix(formula: str | ModelSpec, frame: pd.DataFrame, missing: str):
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            # Such as a category that the fitted data did not have.
            warnings.simplefilter("error", DataMismatchWarning)
            spec = Formula(formula) if isinstance(formula, str) else formula
            # An empty context: a name means a column of the data, never a variable of this program.
            return spec.get_model_matrix(frame, context={}, na_action=missing)
    except (FormulaicError, DataMismatchWarning, SyntaxError, ValueError) as error:
        columns, why = ", ".join(map(str, frame.columns)), str(error).partition("\n")[0]
        raise ValueError(f"formula does not fit data with columns {columns}: {why}") from None


def _only_missing_left_out(spec: ModelSpec, frame: pd.DataFrame, used: np.ndarray) -> None:
    """Refuse a formula that has no value for a study although its moderators are all known."""
    named = [name for name in frame.columns if name in spec.required_variables]
    known = np.flatnonzero(frame[named].notna().all(axis=1))
    lost = np.setdiff1d(known, used)
    if lost.size:
        row = int(lost[0])
        values = ", ".join(f"{name} {frame[name][row]}" for name in named)
        raise ValueError(f"formula has no value for data row {row} with {values}")


def _complete(matrix) -> np.ndarray:
    values = matrix.to_numpy(dtype=float)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, column = bad[0]
        raise ValueError(
            f"data row {matrix.index[row]} gives {matrix.columns[column]} the value "
            f"{values[row, column]}; every moderator must be a finite number"
        )
    return values


def _numbers(X) -> np.ndarray:
    try:
        return np.asarray(X, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"X is not a table of numbers: {error}; a formula takes words") from None


def _spans_ones(X: np.ndarray) -> bool:
    ones = np.ones(len(X))
    left = ones - X @ np.linalg.lstsq(X, ones, rcond=None)[0]
    return bool(np.linalg.norm(left) <= SPANNED * np.linalg.norm(ones))
