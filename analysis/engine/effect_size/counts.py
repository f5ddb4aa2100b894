"""Two arms' events: RR and OR, both logged, and RD.

a, b    participants with and without the event in the treated arm
c, d    the same in the control arm
"""

import numpy as np

from .. import checks

ADD_TO = ("only0", "all", "if0all", "none")


def rr_from_arms(
    *, events_treated, n_treated, events_control, n_control, add=0.5, to="only0", drop00=False
):
    """Log risk ratio: Borenstein et al. (2009), eq. 5.2 and 5.3; for zero cells see `_cells`."""
    a, b, c, d = _cells(events_treated, n_treated, events_control, n_control, add, to, drop00)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi = np.log(a / (a + b)) - np.log(c / (c + d))
        vi = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    return _undefined_as_nan(yi, vi)


def or_from_arms(
    *, events_treated, n_treated, events_control, n_control, add=0.5, to="only0", drop00=False
):
    """Log odds ratio: Borenstein et al. (2009), eq. 5.9 and 5.10; for zero cells see `_cells`."""
    a, b, c, d = _cells(events_treated, n_treated, events_control, n_control, add, to, drop00)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi = np.log(a / b) - np.log(c / d)
        vi = 1 / a + 1 / b + 1 / c + 1 / d
    return _undefined_as_nan(yi, vi)


def rd_from_arms(
    *, events_treated, n_treated, events_control, n_control, add=0.5, to="only0", drop00=False
):
    """Risk difference: Borenstein et al. (2009), eq. 5.14 and 5.15; for zero cells see `_cells`."""
    a, b, c, d = _cells(events_treated, n_treated, events_control, n_control, add, to, drop00)
    vi = a * b / (a + b) ** 3 + c * d / (c + d) ** 3
    return a / (a + b) - c / (c + d), vi


def _cells(events_treated, n_treated, events_control, n_control, add, to, drop00):
    """Return the four cells, with `add` added to all four of the studies that `to` names.

    "only0": those with a zero cell; "if0all": all, if any has one; "all"; "none". `drop00` leaves
    out (nan) the studies in which nobody or everybody has the event. As metafor's `escalc`; the
    half of "only0" is Haldane's (1940) and Anscombe's (1956).
    """
    checks.one_of("to", to, ADD_TO)
    if not (np.isscalar(add) and np.isfinite(add) and add >= 0):
        raise ValueError(f"add is {add!r}; it must be a number of 0 or more, for example 0.5")
    for arm, events, n in (
        ("treated", events_treated, n_treated),
        ("control", events_control, n_control),
    ):
        checks.refuse(
            f"events_{arm}", events, events > n, f"it must not exceed n_{arm}, the arm's size"
        )
    cells = np.array(
        [events_treated, n_treated - events_treated, events_control, n_control - events_control]
    )
    if drop00:
        cells = np.where((cells[[0, 2]] == 0).all(0) | (cells[[1, 3]] == 0).all(0), np.nan, cells)
    zero = (cells == 0).any(axis=0)
    chosen = {"only0": zero, "all": True, "if0all": zero.any(), "none": False}[to]
    return cells + add * np.asarray(chosen)


def _undefined_as_nan(yi, vi):
    """Return `yi`, `vi` with nan for both where a zero cell leaves no finite number."""
    undefined = ~(np.isfinite(yi) & np.isfinite(vi))
    return np.where(undefined, np.nan, yi), np.where(undefined, np.nan, vi)
