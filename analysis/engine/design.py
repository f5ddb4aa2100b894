"""The moderators of a meta-regression as columns, and the linear model on them.

X            design, shape (k, p), usually with a column of ones, the intercept
names        of the columns, and so of the coefficients
term         a moderator, with all columns of a factor (`formula` makes those)
used         positions of the studies whose moderators are all known
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from . import checks
from .model import Model, dependent_columns

INTERCEPT = "Intercept"
# Ones are in the span of the columns where no more than this share of them is left over.
SPANNED = 1e-8


@dataclass(frozen=True)
class Columns:
    """A design `X` with the names of its columns, the columns of each term, and the studies `used`.

    `of_data` makes the columns of a data frame, where a formula did; `added` tells that X was given
    without its intercept.
    """

    X: np.ndarray = field(compare=False)
    names: list[str]
    terms: dict[str, list[int]]
    used: np.ndarray = field(compare=False)
    of_data: Callable[[pd.DataFrame], np.ndarray] | None = field(default=None, compare=False)
    added: bool = False

    @property
    def intercept(self) -> int | None:
        """The position of the column of ones, if there is one."""
        constant = np.flatnonzero(np.all(self.X == 1, axis=0))
        return int(constant[0]) if len(constant) else None

    def rows(self, X, data) -> np.ndarray:
        """Return the columns of new moderators: `X` as the first was given, or `data` for a formula."""
        if data is not None:
            if self.of_data is None:
                raise ValueError("data needs a model fitted by formula; this one was fitted on X")
            return self.of_data(frame_of(data))
        rows = np.atleast_2d(_numbers(X))
        wanted = self.X.shape[1] - self.added
        if rows.ndim != 2 or rows.shape[1] != wanted:
            raise ValueError(f"X has shape {rows.shape}; the model has {wanted} columns")
        _refuse_infinite(rows)
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
        self.back = np.linalg.inv(self.R)

    @property
    def tested(self) -> list[int]:
        """The positions of all coefficients but the intercept; of all where there is nothing else."""
        positions = list(range(len(self.names)))
        return [i for i in positions if i != self.intercept] or positions

    def coefficients(self, b: np.ndarray, A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return coefficients `b` and their variance `A` of the model in terms of X."""
        return self.back @ b, self.back @ A @ self.back.T


def from_arrays(X, k: int, intercept: bool) -> Columns:
    """Return the columns `X` of `k` studies, before them an `intercept` if they do not span one."""
    names = list(map(str, X.columns)) if isinstance(X, pd.DataFrame) else None
    matrix = _numbers(X)
    matrix = matrix[:, None] if matrix.ndim == 1 else matrix
    if matrix.ndim != 2 or len(matrix) != k or matrix.size == 0:
        raise ValueError(f"X has shape {matrix.shape}; it needs a row for each of the {k} studies")
    _refuse_infinite(matrix)
    added = checks.flag("intercept", intercept) and not _spans_ones(matrix)
    if added:
        matrix = np.column_stack([np.ones(k), matrix])
        names = names and [INTERCEPT, *names]
    if names is None:
        ones = np.all(matrix == 1, axis=0)
        number = np.cumsum(~ones)
        names = [INTERCEPT if one else f"x{i}" for one, i in zip(ones, number, strict=True)]
    terms = {name: [i] for i, name in enumerate(names)}
    return Columns(matrix, names, terms, np.arange(k), added=added)


def _numbers(X) -> np.ndarray:
    return checks.floats("X", X, note="; a formula takes words")


def _refuse_infinite(X: np.ndarray) -> None:
    bad = np.argwhere(~np.isfinite(X))
    if len(bad):
        row, column = bad[0]
        raise ValueError(
            f"X[{row}, {column}] is {X[row, column]}; every moderator must be a finite number"
        )


def frame_of(data) -> pd.DataFrame:
    """Return the argument `data` as a frame of its columns."""
    try:
        return pd.DataFrame(data)
    except (TypeError, ValueError) as error:
        raise ValueError(f"data is no data frame: {error}") from None


def _spans_ones(X: np.ndarray) -> bool:
    ones = np.ones(len(X))
    left = ones - X @ np.linalg.lstsq(X, ones, rcond=None)[0]
    return bool(np.linalg.norm(left) <= SPANNED * np.linalg.norm(ones))
