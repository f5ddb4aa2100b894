"""Two arms' events: how far the arms differ.

a, b    participants with and without the event in the treated arm
c, d    the same in the control arm
add, to, drop00    what happens to empty cells: see `from_cells` and `zeros`
"""

from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

from . import zeros


def from_cells(to: str = "only0") -> Callable:
    """Turn a function of the cells a, b, c, d into a form of two arms' events.

    `to` is the default of the form's option: "none" for measures that zeros do not harm. `drop00`
    leaves out (nan) the studies in which nobody or everybody has the event.
    """

    def decorate(statistic: Callable) -> Callable:
        def form(
            *, events_treated, n_treated, events_control, n_control, add=0.5, to=to, drop00=False
        ):
            zeros.at_most("n_treated", n_treated, "the arm's size", events_treated=events_treated)
            zeros.at_most("n_control", n_control, "the arm's size", events_control=events_control)
            a, b = events_treated, n_treated - events_treated
            c, d = events_control, n_control - events_control
            alike = ((a == 0) & (c == 0)) | ((b == 0) & (d == 0))
            cells = zeros.left_out([a, b, c, d], alike, drop00)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                return zeros.defined(*statistic(*zeros.added(cells, add, to)))

        form.__name__, form.__doc__ = statistic.__name__, statistic.__doc__
        return form

    return decorate


@from_cells()
def log_risk_ratio(a, b, c, d):
    """RR, logged: Borenstein et al. (2009), eq. 5.2 and 5.3."""
    yi = np.log(a / (a + b)) - np.log(c / (c + d))
    return yi, 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


@from_cells()
def log_odds_ratio(a, b, c, d):
    """OR, logged: Borenstein et al. (2009), eq. 5.9 and 5.10."""
    return np.log(a / b) - np.log(c / d), 1 / a + 1 / b + 1 / c + 1 / d


@from_cells()
def risk_difference(a, b, c, d):
    """RD: Borenstein et al. (2009), eq. 5.14 and 5.15."""
    return a / (a + b) - c / (c + d), a * b / (a + b) ** 3 + c * d / (c + d) ** 3


@from_cells(to="none")
def arcsine_difference(a, b, c, d):
    """AS, the difference of asin(sqrt(risk)): Rücker, Schwarzer, Carpenter & Olkin (2009)."""
    n1, n2 = a + b, c + d
    return np.arcsin(np.sqrt(a / n1)) - np.arcsin(np.sqrt(c / n2)), 1 / (4 * n1) + 1 / (4 * n2)


@from_cells()
def peto(a, b, c, d):
    """PETO, the log odds ratio (O - E) / V: Yusuf, Peto, Lewis, Collins & Sleight (1985)."""
    treated, n = a + b, a + b + c + d
    expected = (a + c) * treated / n
    v = (a + c) * (b + d) * treated * (n - treated) / (n**2 * (n - 1))
    return (a - expected) / v, 1 / v


@from_cells()
def probit_difference(a, b, c, d):
    """PBIT, an SMD if a normal trait was dichotomised: Sánchez-Meca et al. (2003), eq. 20, 21."""
    n1, n2 = a + b, c + d
    z1, z2 = ndtri(a / n1), ndtri(c / n2)
    vi = 2 * np.pi * (a * b / n1**3 * np.exp(z1**2) + c * d / n2**3 * np.exp(z2**2))
    return z1 - z2, vi
