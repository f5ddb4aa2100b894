"""Two arms' events as a correlation of two dichotomies; a, b, c, d are the cells of `counts`."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, roots_legendre

from .counts import from_cells

# Nodes of the integral over the angle of a correlation: exact to rounding short of |r| 0.999.
NODES, WEIGHTS = roots_legendre(200)
# Largest correlation that is told from 1.
NEARLY_ONE = 1 - 1e-9


@from_cells(to="none")
def phi(a, b, c, d):
    """PHI: Yule (1912), with the variance of a multinomial sample."""
    n = a + b + c + d
    p1, p2, q1, q2 = (a + b) / n, (c + d) / n, (a + c) / n, (b + d) / n
    yi = (a * d - b * c) / (n**2 * np.sqrt(p1 * p2 * q1 * q2))
    rows, columns = (p1 - p2) / np.sqrt(p1 * p2), (q1 - q2) / np.sqrt(q1 * q2)
    skew = yi * (1 + yi**2 / 2) * rows * columns
    return yi, (1 - yi**2 + skew - 3 / 4 * yi**2 * (rows**2 + columns**2)) / n


@from_cells()
def yule_q(a, b, c, d):
    """YUQ, Yule's (1900) Q = (OR - 1) / (OR + 1)."""
    yi = (a * d - b * c) / (a * d + b * c)
    return yi, (1 - yi**2) ** 2 / 4 * (1 / a + 1 / b + 1 / c + 1 / d)


@from_cells()
def yule_y(a, b, c, d):
    """YUY, Yule's (1912) Y = (sqrt(OR) - 1) / (sqrt(OR) + 1)."""
    with_event, without = np.sqrt(a * d), np.sqrt(b * c)
    yi = (with_event - without) / (with_event + without)
    return yi, (1 - yi**2) ** 2 / 16 * (1 / a + 1 / b + 1 / c + 1 / d)


@from_cells(to="none")
def tetrachoric(a, b, c, d):
    """RTET: Pearson's (1900) correlation of two normal traits, of which the table shows two halves.

    The maximum of the likelihood, and its variance by the delta method. An empty cell puts the
    maximum at -1 or 1, where it has no variance: nan for both.
    """
    found = [_tetrachoric(*cells) for cells in zip(a, b, c, d, strict=True)]
    return tuple(np.array(found).T)


def _tetrachoric(a, b, c, d) -> tuple[float, float]:
    """Return the correlation and its variance of one table.

    Three probabilities and three parameters: the likelihood is largest where the model gives the
    margins and the first cell as observed. The cell's share p11 = Phi2(h, k, r) then ties the change
    of r to those of p11 and the margins p1, q1: dp11 = A dp1 + B dq1 + density dr.
    """
    if not min(a, b, c, d) > 0:
        return np.nan, np.nan
    n = a + b + c + d
    h, k = ndtri((a + b) / n), ndtri((a + c) / n)
    if not _orthant(h, k, -NEARLY_ONE) < a / n < _orthant(h, k, NEARLY_ONE):
        return np.nan, np.nan
    r = brentq(lambda r: _orthant(h, k, r) - a / n, -NEARLY_ONE, NEARLY_ONE, xtol=1e-14)
    root = np.sqrt(1 - r**2)
    by_row, by_column = ndtr((k - r * h) / root), ndtr((h - r * k) / root)
    slope = np.array([1 - by_row - by_column, -by_row, -by_column, 0.0])
    shares = np.array([a, b, c, d]) / n
    spread = np.sum(slope**2 * shares) - np.sum(slope * shares) ** 2
    return r, spread / (n * _density(h, k, np.arcsin(r)) ** 2 / root**2)


def _orthant(h: float, k: float, r: float) -> float:
    """Return the probability that both of two normals with correlation `r` stay below `h`, `k`.

    Plackett (1954): its slope in r is the density, here integrated over the angle asin r.
    """
    half = np.arcsin(r) / 2
    return ndtr(h) * ndtr(k) + half * np.sum(WEIGHTS * _density(h, k, half * (1 + NODES)))


def _density(h, k, angle):
    """Return the bivariate normal density at `h`, `k` times cos(`angle`), for r = sin(`angle`)."""
    squares = (h**2 + k**2 - 2 * h * k * np.sin(angle)) / (2 * np.cos(angle) ** 2)
    return np.exp(-squares) / (2 * np.pi)
