"""Loops over numbers, compiled by Numba when they are first called and kept on disk where that may be.

NumPy passes over a block once for every product and every sum. A compiled loop passes over each row
once for all of them, and may ask of each row what NumPy can ask of a whole block alone. Arrays come
as `plain` makes them, so that each function is compiled once, not for every kind of array.

Numba knows that a function changed by its own file: it may use constants and functions of that file
alone, and after a change of `OPTIONS` the folders `__pycache__` have to go.
"""

from collections.abc import Callable

import numpy as np
from numba import njit

# Sums and differences may be taken in any order; infinities and NaN keep their meaning.
OPTIONS = {"fastmath": {"reassoc", "contract", "nsz"}, "error_model": "numpy", "nogil": True}


def compiled(function: Callable) -> Callable:
    """Compile the `function` of plain arrays and numbers."""
    try:
        return njit(cache=True, **OPTIONS)(function)
    except RuntimeError:  # no folder to keep it in can be written to
        return njit(**OPTIONS)(function)


def plain(array: np.ndarray) -> np.ndarray:
    """Return `array` of doubles without gaps, aligned and writable, a copy where it is not."""
    return np.require(array, requirements=("C", "A", "W"))
