"""One sample's share of participants with the event.

x, m    participants with and without the event, for the empty cells adjusted as `zeros` says
"""

from collections.abc import Callable

import numpy as np
from scipy.special import logit

from .. import checks
from . import zeros

PR_VARIANCES = ("LS", "AV")


def proportion(*, events, n, variance="LS", add=0.5, to="only0"):
    """PR, the proportion itself; `variance` "AV" takes the mean proportion, weighted by n."""
    checks.one_of("variance", variance, PR_VARIANCES)
    x, m = _cells(events, n, add, to)
    yi = x / (x + m)
    p = yi if variance == "LS" else np.average(yi, weights=x + m)
    return yi, p * (1 - p) / (x + m)


def _of_cells(statistic: Callable) -> Callable:
    def form(*, events, n, add=0.5, to="only0"):
        with np.errstate(divide="ignore"):
            return zeros.defined(*statistic(*_cells(events, n, add, to)))

    form.__name__, form.__doc__ = statistic.__name__, statistic.__doc__
    return form


@_of_cells
def log_proportion(x, m):
    """PLN, the logarithm of the proportion, with the variance of the delta method."""
    return np.log(x / (x + m)), 1 / x - 1 / (x + m)


@_of_cells
def logit_proportion(x, m):
    """PLO, the log odds: Lipsey & Wilson (2001)."""
    return logit(x / (x + m)), 1 / x + 1 / m


def arcsine_proportion(*, events, n):
    """PAS, asin(sqrt(p)), whose variance does not depend on p."""
    zeros.at_most("n", n, "the sample's size", events=events)
    return np.arcsin(np.sqrt(events / n)), 1 / (4 * n)


def freeman_tukey_proportion(*, events, n):
    """PFT, the double arcsine of Freeman & Tukey (1950), halved to the scale of PAS."""
    zeros.at_most("n", n, "the sample's size", events=events)
    low, high = np.arcsin(np.sqrt(events / (n + 1))), np.arcsin(np.sqrt((events + 1) / (n + 1)))
    return (low + high) / 2, 1 / (4 * n + 2)


def _cells(events, n, add, to) -> np.ndarray:
    zeros.at_most("n", n, "the sample's size", events=events)
    return zeros.added([events, n - events], add, to)
