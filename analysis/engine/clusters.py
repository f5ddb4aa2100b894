"""Effects in clusters that are independent of each other: blocks in place of a matrix of all effects.

label     what tells the clusters apart, shape (k,); codes are the labels' numbers 0, 1, ...
stack     clusters of about one size, padded to the same, so that one call treats them all
rows      positions of the effects of a stack's clusters, shape (m, n); k where padded
entries   a symmetric matrix of all effects by its cells that are not 0: rows i, columns j, values
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

# Clusters that are padded to the largest have at most this many cells; more go into several stacks.
ONE_STACK = 1 << 14

Entries = tuple[np.ndarray, np.ndarray, np.ndarray]


def codes_of(name: str, labels, k: int, used: np.ndarray | None = None) -> tuple[np.ndarray, list]:
    """Return the codes of the argument `name`'s `labels` of `k` effects, and each label once.

    Of the effects at the positions `used` alone where they are given. The order is that of first
    appearance. ValueError for missing labels and another length.
    """
    series = pd.Series(labels_of(name, labels), dtype=object)
    codes, found = pd.factorize(series)
    if len(codes) != k:
        raise ValueError(f"{name} has {len(codes)} labels and yi has {k}; each effect needs one")
    missing = np.flatnonzero(codes < 0)
    if len(missing):
        raise ValueError(
            f"{name}[{missing[0]}] is {series[missing[0]]}; every effect needs a label"
        )
    if used is not None and len(used) < k:
        codes, kept = pd.factorize(codes[used])
        found = found[kept]
    return codes, list(found)


def labels_of(name: str, labels) -> list:
    """Return the argument `name`'s `labels` as a list. ValueError for what cannot tell effects apart."""
    try:
        found = list(labels)
        set(found)
    except TypeError as error:
        raise ValueError(f"{name} is not a list of labels: {error}") from None
    return found


class Clusters:
    """Where each of k effects lies in the stacks, by the `codes` of its clusters."""

    def __init__(self, codes: np.ndarray) -> None:
        self.codes, self.k = codes, len(codes)
        sizes = np.bincount(codes)
        self.sizes, self.count = sizes, len(sizes)
        largest = int(sizes.max())
        if self.count * largest**2 <= ONE_STACK:
            padded = np.full(self.count, largest)
        else:
            # Powers of two: few stacks, and a cell at most eight times the work that it needs.
            padded = 1 << np.ceil(np.log2(sizes)).astype(int)
        widths, self.stack_of = np.unique(padded, return_inverse=True)
        order = np.argsort(codes, kind="stable")
        place = np.empty(self.k, dtype=int)
        place[order] = np.arange(self.k) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        line = np.empty(self.count, dtype=int)
        self.rows = []
        for s, width in enumerate(widths.tolist()):
            own = np.flatnonzero(self.stack_of == s)
            line[own] = np.arange(len(own))
            self.rows.append(np.full((len(own), width), self.k))
        self.place, self.line = place, line[codes]
        for s, rows in enumerate(self.rows):
            mine = np.flatnonzero(self.stack_of[codes] == s)
            rows[self.line[mine], place[mine]] = mine

    def spread(self, values: np.ndarray, padding: float = 0) -> list[np.ndarray]:
        """Return `values` of the effects, shape (k, ...), as stacks of shape (m, n, ...)."""
        ends = np.concatenate([values, np.full((1, *values.shape[1:]), padding, values.dtype)])
        return [ends[rows] for rows in self.rows]

    def gather(self, stacks: Sequence[np.ndarray]) -> np.ndarray:
        """Return the values of the effects, shape (k, ...), from their `stacks`."""
        values = np.empty((self.k, *stacks[0].shape[2:]))
        for rows, stack in zip(self.rows, stacks, strict=True):
            known = rows < self.k
            values[rows[known]] = stack[known]
        return values

    def by_cluster(self, stacks: Sequence[np.ndarray]) -> np.ndarray:
        """Return values of the clusters by their codes from `stacks` of shape (m, ...)."""
        values = np.empty((self.count, *stacks[0].shape[1:]))
        for s, stack in enumerate(stacks):
            values[self.stack_of == s] = stack
        return values

    def blocks(self, entries: Entries, padding: float, refusal: Callable) -> list[np.ndarray]:
        """Return a matrix by its `entries` as stacks of blocks, shape (m, n, n), `padding` on the rest
        of the diagonal; an entry between clusters is refused by `refusal(i, j, value)`.
        """
        i, j, values = entries
        across = np.flatnonzero((self.codes[i] != self.codes[j]) & (values != 0))
        if len(across):
            first = across[0]
            raise ValueError(refusal(int(i[first]), int(j[first]), float(values[first])))
        within = self.codes[i] == self.codes[j]
        i, j, values = i[within], j[within], values[within]
        stacks = []
        for s, rows in enumerate(self.rows):
            block = np.zeros((*rows.shape, rows.shape[1]))
            mine = self.stack_of[self.codes[i]] == s
            block[self.line[i[mine]], self.place[i[mine]], self.place[j[mine]]] = values[mine]
            m, n = np.nonzero(rows == self.k)
            block[m, n, n] = padding
            stacks.append(block)
        return stacks

    def entries(self, stacks: Sequence[np.ndarray]) -> Entries:
        """Return the matrix whose blocks the `stacks` hold by its entries."""
        parts = []
        for (i, j, both), block in zip(self.pairs(), stacks, strict=True):
            parts.append((i[both], j[both], block[both]))
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def pairs(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Yield for each stack the two positions of its cells, and whether both are effects."""
        for rows in self.rows:
            i, j = np.broadcast_arrays(rows[:, :, None], rows[:, None, :])
            yield i, j, (i < self.k) & (j < self.k)
