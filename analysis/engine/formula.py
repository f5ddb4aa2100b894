"""Moderators by a formula on a data frame, such as "dose + C(design)", read by the library formulaic.

term         what a formula adds up: a moderator, with all columns of a factor
"""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np
import pandas as pd
from formulaic import Formula, ModelMatrix, ModelSpec
from formulaic.errors import DataMismatchWarning, FormulaicError

from .design import Columns, frame_of, from_arrays


def columns_of(X, formula, data, k: int, intercept: bool) -> Columns:
    """Return the columns of `X` or of `formula` in `data` for `k` studies; without either, of ones."""
    if X is not None and formula is not None:
        raise ValueError("give either X or formula and data")
    if formula is not None:
        return from_formula(formula, data, k)
    return from_arrays(np.ones(k) if X is None else X, k, intercept)


def from_formula(formula: str, data, k: int) -> Columns:
    """Return the columns of `formula`, such as "dose + C(design)", in `data` with a row a study.

    Studies with a missing moderator are left out.
    """
    if not isinstance(formula, str) or data is None:
        came = "no data" if data is None else repr(formula)
        raise ValueError(f"formula came with {came}; it must be a text, and data a data frame")
    # Positions as the index tell which rows a missing moderator removed.
    frame = frame_of(data).reset_index(drop=True)
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
    return Columns(
        X=_complete(matrix),
        names=list(matrix.columns),
        terms=terms,
        used=used,
        of_data=partial(_rows, spec),
    )


def _rows(spec: ModelSpec, data: pd.DataFrame) -> np.ndarray:
    return _complete(_matrix(spec, data, "raise"))


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
