"""Peto's odds ratio: observed less expected events, for rare events and small effects.

O, E, V     events in the treated arm; what the margins of the table expect there, and with which
            variance, if treatment changes nothing: hypergeometric
yi, vi      each study's (O - E) / V, an approximate log odds ratio, and 1 / V
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import checks
from .tables import Tables, TableSummary, read_tables, summary_fields


@dataclass(frozen=True, repr=False)
class Peto(TableSummary):
    """Peto's summary of k tables, on the scale of the log odds ratio."""

    words = "Peto"


def peto(*, events_treated, n_treated, events_control, n_control, level: float = 0.95) -> Peto:
    """Summarise tables of `events_*` among `n_*` by Peto's one step: Yusuf, Peto et al. (1985).

    Arrays of shape (k,). Studies in which nobody or everybody has the event say nothing and are
    left out of `k_effects`. ValueError for a wrong count, and if no study says anything.

    >>> bcg = ma.example("bcg")
    >>> counts = bcg[["events_treated", "n_treated", "events_control", "n_control"]]
    >>> print(ma.peto(**counts).report())
    """
    level = checks.level(level)
    given = read_tables(events_treated, n_treated, events_control, n_control)
    tables = given.keep(given.informative)
    if not len(tables.a):
        raise ValueError(
            f"in each of the {len(given.a)} studies nobody or everybody has the event; there is no "
            "odds ratio to estimate"
        )
    expected, variance = null_moments(tables)
    distance = tables.a - expected
    estimate, se = float(distance.sum() / variance.sum()), float(variance.sum()) ** -0.5
    fields = summary_fields(estimate, se, distance / variance, 1 / variance, level)
    return Peto(measure="OR", k=len(given.a), **fields)


def null_moments(tables: Tables) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of the treated events given the margins, without an effect."""
    events, total = tables.a + tables.c, tables.n1 + tables.n2
    expected = events * tables.n1 / total
    return expected, expected * (tables.n2 / total) * (total - events) / (total - 1)
