"""What every function of the engine asks of its arguments, and how it says no.

A refusal is one ValueError that names the argument, the position, what came, and what is allowed.
"""

from collections.abc import Callable, Iterable
from numbers import Integral, Real
from pathlib import Path
from traceback import walk_tb

import numpy as np

# Sums hold fourth powers of weights, which beyond these would leave the range of doubles.
SMALLEST, LARGEST = 1e-50, 1e50
ENGINE = Path(__file__).parent


def estimates_and_variances(yi, vi) -> tuple[np.ndarray, np.ndarray]:
    """Return effect sizes `yi` and sampling variances `vi` as two float arrays of shape (k,)."""
    yi, vi = vector("yi", yi), vector("vi", vi)
    if len(yi) != len(vi):
        raise ValueError(
            f"yi has {len(yi)} values and vi has {len(vi)}; each estimate needs one variance"
        )
    within = (np.abs(yi) <= LARGEST) & (vi >= SMALLEST) & (vi <= LARGEST)
    if not within.all():
        _refuse_values(yi, vi)
    return yi, vi


def _refuse_values(yi: np.ndarray, vi: np.ndarray) -> None:
    positive = np.isfinite(vi) & (vi > 0)
    refuse("yi", yi, ~np.isfinite(yi), "every estimate must be a finite number")
    refuse("vi", vi, ~positive, "every variance must be a finite number above 0")
    refuse("yi", yi, np.abs(yi) > LARGEST, f"every estimate must lie within {LARGEST:g} of 0")
    wide = f"every variance must lie between {SMALLEST:g} and {LARGEST:g}"
    refuse("vi", vi, (vi < SMALLEST) | (vi > LARGEST), wide)


def computable(analysis: Callable, *arguments, **options):
    """Return what `analysis` makes of its arguments, None where it refuses them.

    A ValueError that a library raised, LinAlgError too, is no refusal but a failure, and passes.
    """
    try:
        return analysis(*arguments, **options)
    except ValueError as error:
        *_, (frame, _) = walk_tb(error.__traceback__)
        if not Path(frame.f_code.co_filename).is_relative_to(ENGINE):
            raise
        return None


def one_of(name: str, value, allowed: Iterable[str | None]) -> None:
    """Refuse the argument `name` if its `value` is not one of the `allowed` words."""
    allowed = tuple(allowed)
    if not isinstance(value, str | None) or value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(map(str, allowed))}")


def flag(name: str, value) -> bool:
    """Return the argument `name`, True or False."""
    if not isinstance(value, bool | np.bool):
        raise ValueError(f"{name} is {value!r}; it must be True or False")
    return bool(value)


def number(
    name: str,
    value,
    least: float = -LARGEST,
    most: float = LARGEST,
    *,
    ends: bool = True,
    note: str = "",
) -> float:
    """Return the argument `name`, a single number from `least` to `most`, between them without `ends`.

    The `note` ends the sentence of a refusal.
    """
    if _single(value, Real) and (least <= value <= most if ends else least < value < most):
        return float(value)
    span = f"from {least:g} to {most:g}" if ends else f"above {least:g} and below {most:g}"
    raise ValueError(f"{name} is {value!r}; it must be a number {span}{note}")


def level(value, name: str = "level") -> float:
    """Return the share `value`, such as the coverage of an interval, strictly between 0 and 1."""
    return number(name, value, 0, 1, ends=False, note=", for example 0.95")


def whole(name: str, value, least: int = 0, most: int | None = None, *, note: str = "") -> int:
    """Return the argument `name`, a whole number from `least`, up to `most` if there is one."""
    if _single(value, Integral) and least <= value and (most is None or value <= most):
        return int(value)
    span = f"from {least}" if most is None else f"from {least} to {most}"
    raise ValueError(f"{name} is {value!r}; it must be a whole number {span}{note}")


def _single(value, kind: type) -> bool:
    # To Python True is a number as well.
    return isinstance(value, kind) and not isinstance(value, bool)


def at_least(least: int, yi: np.ndarray, what: str) -> int:
    """Return the number of studies in `yi`, refusing fewer than `what` needs at the `least`."""
    k = len(yi)
    if k < least:
        raise ValueError(f"yi has {k} value{'s' * (k != 1)}; {what} needs at least {least} studies")
    return k


def vector(name: str, values) -> np.ndarray:
    """Return the argument `name` as a float array of shape (k,), k >= 1, of its own."""
    array = floats(name, values)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(
            f"{name} has shape {array.shape}; it must be one-dimensional, with at least one value"
        )
    return array


def floats(name: str, values, note: str = "") -> np.ndarray:
    """Return the argument `name` as a float array of its own, of any shape."""
    try:
        if np.iscomplexobj(values):
            raise TypeError("complex numbers have no order")
        return np.array(values, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} is not a list of numbers: {error}{note}") from None


def refuse(name: str, values: np.ndarray, bad: np.ndarray, allowed: str) -> None:
    """Refuse the argument `name` if any of its `values` is `bad`; say what is `allowed`."""
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        more = int(bad.sum()) - 1
        others = f" (and {more} more like it)" if more else ""
        raise ValueError(f"{name}[{first}] is {values[first]}{others}; {allowed}")
