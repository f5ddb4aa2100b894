"""A row of related analyses: what leaving studies out, and adding them one by one, have in common."""

from dataclasses import dataclass, field

import numpy as np

from . import batch, checks
from .batch_tau2 import TAU2
from .rows import Rows, locked


@dataclass(frozen=True, repr=False)
class Series(Rows):
    """The analyses of a series: `method`, `ci` and `level` of all, then one array a statistic.

    `i2` is in per cent. `df` is None where the tests are by z; inf where k is 1 and they fall
    back on it.
    """

    method: str
    ci: str
    level: float
    k: np.ndarray = field(compare=False)
    estimate: np.ndarray = field(compare=False)
    se: np.ndarray = field(compare=False)
    ci_low: np.ndarray = field(compare=False)
    ci_high: np.ndarray = field(compare=False)
    statistic: np.ndarray = field(compare=False)
    pvalue: np.ndarray = field(compare=False)
    df: np.ndarray | None = field(compare=False)
    tau2: np.ndarray = field(compare=False)
    q: np.ndarray = field(compare=False)
    q_pvalue: np.ndarray = field(compare=False)
    i2: np.ndarray = field(compare=False)
    h2: np.ndarray = field(compare=False)


STATISTICS = tuple(
    name for name in Series.__dataclass_fields__ if name not in ("method", "ci", "level")
)


def statistics(fits: batch.Batch) -> dict:
    """Return the fields of `Series` from `fits`; ValueError if one of them did not converge."""
    converged(fits.converged, fits.method)
    fields = locked({name: getattr(fits, name) for name in STATISTICS})
    return {"method": fits.method, "ci": fits.ci, "level": fits.level, **fields}


def converged(found: np.ndarray, method: str) -> None:
    """Refuse a series by `method` of which an analysis was not `found`, and say what was tried."""
    failed = np.flatnonzero(~found)
    if failed.size:
        raise ValueError(
            f"{method} did not converge in analysis {failed[0]} of {len(found)} ({failed.size} in "
            f"all): guarded Newton steps from a grid of starting values; DL needs no iteration"
        )


def arguments(yi, vi, method: str, ci: str, level, least: int):
    """Return checked `yi`, `vi` and `level` of a series that needs `least` studies."""
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.one_of("method", method, TAU2)
    checks.one_of("ci", ci, batch.CI)
    if len(yi) < least:
        raise ValueError(f"yi has {len(yi)} value; at least {least} studies are needed")
    return yi, vi, checks.level(level)
