"""How the sampling errors of effects go together: variances, or a covariance matrix by its entries.

vi    sampling variances, shape (k,): independent errors
V     their covariance, shape (k, k), as an array or one of scipy.sparse, whose size in memory is that
      of the cells that are not 0
rho   correlation of the errors of two effects of one cluster
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from . import checks
from .clusters import Clusters, Entries, codes_of

# Two halves of a matrix that differ by no more than this share of its cells are meant to be one.
SYMMETRY = 1e-10


@dataclass(frozen=True)
class Sampling:
    """Effects `y`, their sampling variances `v`, and the `entries` of the errors' covariance."""

    y: np.ndarray
    v: np.ndarray
    entries: Entries

    def take(self, used: np.ndarray) -> Sampling:
        """Return the effects at the positions `used`."""
        if len(used) == len(self.y):
            return self
        new = np.full(len(self.y), -1)
        new[used] = np.arange(len(used))
        i, j, values = self.entries
        kept = (new[i] >= 0) & (new[j] >= 0)
        return Sampling(self.y[used], self.v[used], (new[i[kept]], new[j[kept]], values[kept]))

    def blocks(self, clusters: Clusters, what: str = "cluster") -> list[np.ndarray]:
        """Return the covariance in the blocks of `clusters`, each positive definite."""
        blocks = clusters.blocks(
            self.entries,
            float(np.median(self.v)),
            lambda i, j, value: (
                f"V[{i}, {j}] is {value:g}, but {what} has effects {i} and {j} apart; effects with "
                f"correlated errors belong into one {what}"
            ),
        )
        for block, rows in zip(blocks, clusters.rows, strict=True):
            lowest = np.linalg.eigvalsh(block)[:, 0]
            if np.any(lowest <= 0):
                at = int(rows[int(lowest.argmin()), 0])
                raise ValueError(
                    f"V is not positive definite among the effects of the {what} of effect {at}; "
                    "correlations between its errors are too strong, or contradict each other"
                )
        return blocks


def sampling(yi, vi, V) -> Sampling:
    """Return effects `yi` with variances `vi` or covariance `V`, whichever is given."""
    if (vi is None) == (V is None):
        raise ValueError("give either vi, variances, or V, a covariance matrix")
    if V is None:
        y, v = checks.estimates_and_variances(yi, vi)
        own = np.arange(len(y))
        return Sampling(y, v, (own, own, v))
    y = checks.vector("yi", yi)
    matrix = _square(V, len(y))
    y, v = checks.estimates_and_variances(y, matrix.diagonal())
    gap = abs(matrix - matrix.T)
    if gap.nnz and gap.max() > SYMMETRY * abs(matrix).max():
        i, j = (int(part[gap.data.argmax()]) for part in gap.tocoo().coords)
        raise ValueError(f"V[{i}, {j}] is not V[{j}, {i}]; a covariance matrix is symmetric")
    cells = ((matrix + matrix.T) / 2).tocoo()
    return Sampling(y, v, (*cells.coords, cells.data))


def _square(V, k: int) -> sparse.coo_array:
    given = V if sparse.issparse(V) else checks.floats("V", V)
    if given.shape != (k, k):
        raise ValueError(f"V has shape {given.shape}; for {k} effects it needs ({k}, {k})")
    matrix = sparse.csr_array(given, dtype=float)
    if not np.all(np.isfinite(matrix.data)):
        raise ValueError("V holds a cell that is no finite number")
    return matrix


def within_study_covariance(vi, cluster, rho: float) -> sparse.csr_array:
    """Return the covariance of errors with variances `vi` that correlate by `rho` within a `cluster`.

    For effects of the same participants whose correlation nobody reports: Pustejovsky & Tipton (2022),
    the correlated and hierarchical effects model. `vi` and `cluster` have shape (k,); the result is a
    sparse array of shape (k, k), `.toarray()` the whole. ValueError for a `rho` at which the largest
    cluster has no covariance: at most -1/(n-1), or 1.

    >>> V = ma.within_study_covariance([0.04, 0.09, 0.16], cluster=["A", "A", "B"], rho=0.5)
    >>> V.toarray()
    """
    vi = checks.vector("vi", vi)
    checks.estimates_and_variances(np.zeros(len(vi)), vi)
    codes, _ = codes_of("cluster", cluster, len(vi))
    return sparse.csr_array(_correlated(vi, Clusters(codes), rho), shape=(len(vi), len(vi)))


def _correlated(vi: np.ndarray, clusters: Clusters, rho: float):
    largest = int(clusters.sizes.max())
    lowest = -1 / max(largest - 1, 1)
    note = f", among the {largest} effects of the largest cluster"
    rho = checks.number("rho", rho, lowest, 1, ends=False, note=note)
    parts = []
    for i, j, both in clusters.pairs():
        a, b = i[both], j[both]
        parts.append((a, b, np.where(a == b, 1.0, rho) * np.sqrt(vi[a] * vi[b])))
    i, j, values = (np.concatenate(part) for part in zip(*parts, strict=True))
    return values, (i, j)
