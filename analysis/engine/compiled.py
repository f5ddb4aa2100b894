"""Loops over numbers, compiled by Numba when they are first called and then kept on disk.

NumPy passes over a block once for every product and every sum. A compiled loop passes over each row
once for all of them, and may ask of each row what NumPy can ask of a whole block alone.

rows       an array of doubles, shape (b, n)
column     an array of doubles, shape (b,)
number     a double
flag       True or False
"""

from collections.abc import Callable
from functools import cache, wraps

import numpy as np

# Sums of a row may be taken in any order; infinities and NaN keep their meaning.
FASTMATH = {"reassoc", "contract", "nsz"}


def compiled(*kinds: str) -> Callable[[Callable], Callable]:
    """Compile a function of arguments of these `kinds`, those of the module's head, at its first call.

    Numba takes half a second to import, for which no other analysis should wait.
    """

    def decorate(function: Callable) -> Callable:
        @cache
        def machine_code() -> Callable:
            from numba import njit, types

            of = {
                "rows": types.Array(types.float64, 2, "C", readonly=True),
                "column": types.Array(types.float64, 1, "C", readonly=True),
                "number": types.float64,
                "flag": types.boolean,
            }
            made = {"fastmath": FASTMATH, "error_model": "numpy", "nogil": True}
            signature = tuple(of[kind] for kind in kinds)
            try:
                return njit(signature, cache=True, **made)(function)
            except RuntimeError:  # no folder to keep it in can be written to
                return njit(signature, **made)(function)

        @wraps(function)
        def call(*arguments):
            return machine_code()(*[_in_a_row(given) for given in arguments])

        return call

    return decorate


def _in_a_row(given):
    """Return an array as the loops want it, without gaps; anything else as it is."""
    return np.ascontiguousarray(given) if isinstance(given, np.ndarray) else given
