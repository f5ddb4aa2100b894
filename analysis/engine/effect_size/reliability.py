"""Cronbach's alpha of a scale of several items: ARAW as it is, AHW and ABT transformed."""

import numpy as np

from .columns import enough


def alpha_raw(*, alpha, items, n):
    """ARAW, alpha itself: van Zyl, Neudecker & Nel (2000)."""
    return alpha, (1 - alpha) ** 2 * _log_variance(items, n)


def alpha_cube_root(*, alpha, items, n):
    """AHW, 1 - (1 - alpha)^(1/3): Hakstian & Whalen (1976)."""
    enough(3, "the variance", n=n)
    error = (1 - alpha) ** (1 / 3)
    return 1 - error, 18 * items * (n - 1) * error**2 / ((items - 1) * (9 * n - 11) ** 2)


def alpha_log(*, alpha, items, n):
    """ABT, -log(1 - alpha), whose variance does not depend on alpha: Bonett (2002)."""
    return -np.log1p(-alpha), _log_variance(items, n)


def _log_variance(items, n) -> np.ndarray:
    enough(3, "the variance", n=n)
    return 2 * items / ((items - 1) * (n - 2))
