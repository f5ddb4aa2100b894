"""What every function of the engine asks of its arguments, and how it says no.

A refusal is one ValueError that names the argument, the position, what came, and what is allowed.
"""

from collections.abc import Iterable

import numpy as np


def estimates_and_variances(yi, vi) -> tuple[np.ndarray, np.ndarray]:
    """Return effect sizes `yi` and sampling variances `vi` as two float arrays of shape (k,)."""
    yi, vi = _vector("yi", yi), _vector("vi", vi)
    if len(yi) != len(vi):
        raise ValueError(
            f"yi has {len(yi)} values and vi has {len(vi)}; each estimate needs one variance"
        )
    _refuse("yi", yi, ~np.isfinite(yi), "every estimate must be a finite number")
    usable = np.isfinite(vi) & (vi > 0)
    _refuse("vi", vi, ~usable, "every variance must be a finite number above 0")
    return yi, vi


def one_of(name: str, value, allowed: Iterable[str]) -> None:
    """Refuse the argument `name` if its `value` is not one of the `allowed` words."""
    allowed = tuple(allowed)
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(allowed)}")


def level(value) -> float:
    """Return the coverage `value` of an interval, which must lie strictly between 0 and 1."""
    if not (isinstance(value, (int, float)) and 0 < value < 1):
        raise ValueError(f"level is {value!r}; it must lie between 0 and 1, for example 0.95")
    return float(value)


def _vector(name: str, values) -> np.ndarray:
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is not a list of numbers: {error}") from None
    if array.ndim != 1 or array.size == 0:
        raise ValueError(
            f"{name} has shape {array.shape}; it must be one-dimensional, with at least one value"
        )
    return array


def _refuse(name: str, values: np.ndarray, bad: np.ndarray, allowed: str) -> None:
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        more = int(bad.sum()) - 1
        others = f" (and {more} more like it)" if more else ""
        raise ValueError(f"{name}[{first}] is {values[first]}{others}; {allowed}")
