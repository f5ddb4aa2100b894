"""Structures of T, the covariance of the true effects of several outcomes, by their parameters.

UN    any covariance, by its Cholesky factor, which keeps it one
CS    one variance tau2 and one correlation rho
HCS   a variance for each outcome, by its root tau, and one correlation rho
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, sqrt

import numpy as np

# Where the correlation of the true effects starts.
START_RHO = 0.3


class Structure:
    """A parametrisation of T, m x m: `names`, `start`, bounds `low` and `high`, and T of parameters.

    Every cell of T is a polynomial of at most degree 2 in each parameter, so that central differences
    are its derivatives; `size` is how large the parameters are about.
    """

    def __init__(self, names: list[str], start, low, high, size, T: Callable) -> None:
        self.names, self.T = names, T
        self.start, self.low, self.high, self.size = (
            np.array(part, dtype=float) for part in (start, low, high, size)
        )

    def cells(self, x: np.ndarray) -> np.ndarray:
        """Return the upper triangle of T, shape (c,)."""
        T = self.T(x)
        return T[np.triu_indices(len(T))]

    def derivatives(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the first derivatives of the cells, shape (c, q), and the second, (c, q, q)."""
        h, steps, here = self.size, np.diag(self.size), self.cells(x)
        up, down = ([self.cells(x + sign * step) for step in steps] for sign in (1, -1))
        q = len(x)
        first, second = np.zeros((len(here), q)), np.zeros((len(here), q, q))
        for i in range(q):
            first[:, i] = (up[i] - down[i]) / (2 * h[i])
            second[:, i, i] = (up[i] - 2 * here + down[i]) / h[i] ** 2
            for j in range(i):
                both, neither = (self.cells(x + sign * (steps[i] + steps[j])) for sign in (1, -1))
                # Of a step in both less the steps in each what is left is the mixed term, twice.
                mixed = both + neither - up[i] - down[i] - up[j] - down[j] + 2 * here
                second[:, i, j] = second[:, j, i] = mixed / (2 * h[i] * h[j])
        return first, second


def unstructured(outcomes: list, scatter: float) -> Structure:
    """Return any T, as L L' with L lower triangular, where the effects have the variance `scatter`."""
    m, tau = len(outcomes), sqrt(scatter)
    rows, columns = np.tril_indices(m)
    names = [f"T[{outcomes[i]}, {outcomes[j]}]" for i, j in zip(rows, columns, strict=True)]
    unlimited = np.full(len(rows), inf)

    def T(x: np.ndarray) -> np.ndarray:
        L = np.zeros((m, m))
        L[rows, columns] = x
        return L @ L.T

    return Structure(names, tau * (rows == columns), -unlimited, unlimited, 0 * rows + tau, T)


def compound_symmetry(outcomes: list, scatter: float) -> Structure:
    """Return T of one variance and one correlation; `scatter` as above."""
    same, lowest = np.eye(len(outcomes)), _lowest_rho(outcomes)
    return Structure(
        ["tau2", "rho"], [scatter, START_RHO], [0, lowest], [inf, 1], [scatter, 1],
        lambda x: x[0] * (same + x[1] * (1 - same)),
    )  # fmt: skip


def heterogeneous_symmetry(outcomes: list, scatter: float) -> Structure:
    """Return T of a variance for each outcome and one correlation; `scatter` as above."""
    same, m, tau = np.eye(len(outcomes)), len(outcomes), sqrt(scatter)
    return Structure(
        [*(f"tau2 of {name}" for name in outcomes), "rho"],
        [*[tau] * m, START_RHO], [*[0] * m, _lowest_rho(outcomes)], [*[inf] * m, 1], [*[tau] * m, 1],
        lambda x: np.outer(x[:-1], x[:-1]) * (same + x[-1] * (1 - same)),
    )  # fmt: skip


def none(outcomes: list, scatter: float) -> Structure:
    """Return T without any variance."""
    return Structure([], [], [], [], [], lambda x: np.zeros((len(outcomes), len(outcomes))))


def _lowest_rho(outcomes: list) -> float:
    """Return the lowest correlation that all pairs of the `outcomes` can have at once."""
    return -1 / max(len(outcomes) - 1, 1)


STRUCTURES = {
    "UN": unstructured,
    "CS": compound_symmetry,
    "HCS": heterogeneous_symmetry,
    None: none,
}
