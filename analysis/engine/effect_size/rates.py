"""Events per person-time, of one sample and of two arms: counts are taken to be Poisson.

x    events, for the counts of 0 adjusted as `zeros` says; the person-time stays as it is
"""

import numpy as np

from . import zeros


def rate(*, events, time, add=0.5, to="only0"):
    """IR, the rate itself."""
    (x,) = zeros.added([events], add, to)
    return x / time, x / time**2


def log_rate(*, events, time, add=0.5, to="only0"):
    """IRLN, the logarithm of the rate."""
    (x,) = zeros.added([events], add, to)
    with np.errstate(divide="ignore"):
        return zeros.defined(np.log(x / time), 1 / x)


def root_rate(*, events, time):
    """IRS, the square root of the rate, whose variance does not depend on it."""
    return np.sqrt(events / time), 1 / (4 * time)


def freeman_tukey_rate(*, events, time):
    """IRFT, Freeman & Tukey's (1950) root, halved to the scale of IRS."""
    return (np.sqrt(events / time) + np.sqrt((events + 1) / time)) / 2, 1 / (4 * time)


def log_rate_ratio(
    *, events_treated, time_treated, events_control, time_control,
    add=0.5, to="only0", drop00=False,
):  # fmt: skip
    """IRR, logged: Rothman, Greenland & Lash (2008); `drop00` leaves out arms without any event."""
    x1, x2 = _counts(events_treated, events_control, add, to, drop00)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi = np.log(x1 / time_treated) - np.log(x2 / time_control)
        return zeros.defined(yi, 1 / x1 + 1 / x2)


def rate_difference(
    *, events_treated, time_treated, events_control, time_control,
    add=0.5, to="only0", drop00=False,
):  # fmt: skip
    """IRD: Rothman, Greenland & Lash (2008); `drop00` leaves out arms without any event."""
    x1, x2 = _counts(events_treated, events_control, add, to, drop00)
    yi = x1 / time_treated - x2 / time_control
    return yi, x1 / time_treated**2 + x2 / time_control**2


def root_rate_difference(*, events_treated, time_treated, events_control, time_control):
    """IRSD, the difference of the square roots of the rates."""
    yi = np.sqrt(events_treated / time_treated) - np.sqrt(events_control / time_control)
    return yi, 1 / (4 * time_treated) + 1 / (4 * time_control)


def _counts(events_treated, events_control, add, to, drop00) -> np.ndarray:
    counts = np.array([events_treated, events_control])
    empty = (counts == 0).all(axis=0)
    return zeros.added(zeros.left_out(counts, empty, drop00), add, to)
