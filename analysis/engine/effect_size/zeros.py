"""Counts of 0, for which a logarithm has no value: what is added, and to which studies.

As metafor's `escalc`. add  what is added, 1/2: Haldane (1940), Anscombe (1956)
to   "only0" to the studies with a count of 0, "if0all" to all if any has one, "all", or "none"
"""

import numpy as np

from .. import checks

ADD_TO = ("only0", "all", "if0all", "none")


def added(counts, add: float, to: str) -> np.ndarray:
    """Return `counts`, shape (m, k), with `add` added to all m of the studies that `to` names."""
    checks.one_of("to", to, ADD_TO)
    add = checks.number("add", add, 0, note=", for example 0.5")
    counts = np.array(counts)
    zero = (counts == 0).any(axis=0)
    chosen = {"only0": zero, "all": True, "if0all": zero.any(), "none": False}[to]
    return counts + add * np.asarray(chosen)


def left_out(counts, empty: np.ndarray, drop00: bool) -> np.ndarray:
    """Return `counts`, shape (m, k), with nan for the `empty` studies where `drop00` asks for it."""
    return np.where(empty & checks.flag("drop00", drop00), np.nan, counts)


def at_most(size: str, sizes: np.ndarray, what: str, **counts: np.ndarray) -> None:
    """Refuse `counts` that exceed the `sizes` of the column `size`, `what` they are counted of."""
    for name, count in counts.items():
        checks.refuse(name, count, count > sizes, f"it must not exceed {size}, {what}")


def defined(yi, vi) -> tuple[np.ndarray, np.ndarray]:
    """Return `yi`, `vi` with nan for both where a count of 0 leaves no finite number."""
    undefined = ~(np.isfinite(yi) & np.isfinite(vi))
    return np.where(undefined, np.nan, yi), np.where(undefined, np.nan, vi)
