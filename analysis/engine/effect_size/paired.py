"""Events of matched pairs, or of the same people under treatment and control.

a    pairs with the event under both      b    under treatment only
c    under control only                   d    under neither
"""

from collections.abc import Callable

import numpy as np

from . import zeros


def _of_pairs(statistic: Callable) -> Callable:
    """Turn a function of the cells a, b, c, d into a form; an empty cell is filled as `zeros` says."""

    def form(
        *, events_both, events_treated_only, events_control_only, events_neither,
        add=0.5, to="only0",
    ):  # fmt: skip
        cells = [events_both, events_treated_only, events_control_only, events_neither]
        with np.errstate(divide="ignore", invalid="ignore"):
            return zeros.defined(*statistic(*zeros.added(cells, add, to)))

    form.__name__, form.__doc__ = statistic.__name__, statistic.__doc__
    return form


@_of_pairs
def marginal_risk_difference(a, b, c, d):
    """MPRD, the difference of the marginal risks, with the variance of McNemar's (1947) table."""
    n = a + b + c + d
    return (b - c) / n, (b + c - (b - c) ** 2 / n) / n**2


@_of_pairs
def marginal_risk_ratio(a, b, c, d):
    """MPRR, the log ratio of the marginal risks: Zou (2007)."""
    return np.log((a + b) / (a + c)), (b + c) / ((a + b) * (a + c))


@_of_pairs
def marginal_odds_ratio(a, b, c, d):
    """MPOR, the log ratio of the marginal odds: Becker & Balagtas (1993)."""
    n = a + b + c + d
    yi = np.log((a + b) / (c + d)) - np.log((a + c) / (b + d))
    alone = (b + c) * n - (b - c) ** 2
    return yi, n * alone / ((a + b) * (c + d) * (a + c) * (b + d))


@_of_pairs
def conditional_odds_ratio(a, b, c, d):
    """MPORC, the log odds ratio within pairs, b/c: Curtin, Elbourne & Altman (2002)."""
    return np.log(b / c), 1 / b + 1 / c


@_of_pairs
def conditional_peto(a, b, c, d):
    """MPPETO, Peto's log odds ratio within pairs: Curtin, Elbourne & Altman (2002)."""
    v = (b + c) / 4
    return (b - c) / 2 / v, 1 / v
