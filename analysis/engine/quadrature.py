"""Integrals by Gauss and Legendre's rule over panels, each halved until its halves change nothing.

A panel's error is taken for the distance between its own sum and that of its halves, which is the
error of the coarser of both; the finer one is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

POINTS, WEIGHTS = np.polynomial.legendre.leggauss(16)
# Of a panel, relative to the integral; the kept sum is several digits better.
TOLERANCE = 1e-11
DEEPEST = 60


@dataclass(frozen=True)
class Panels:
    """The panels' ends `low` and `high`, their `nodes` and `weights`, shape (panels, 16).

    `sums` are the integrals, shape (panels, functions), and `error` their bounds by function,
    relative to the integrals over all panels.
    """

    low: np.ndarray
    high: np.ndarray
    nodes: np.ndarray
    weights: np.ndarray
    sums: np.ndarray
    error: np.ndarray


def rule(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and weights on the panels from `low` to `high`, shape (..., 16)."""
    half = (high - low)[..., None] / 2
    return low[..., None] + half * (1 + POINTS), half * WEIGHTS


def integrate(function: Callable[[np.ndarray], np.ndarray], edges: np.ndarray) -> Panels:
    """Return the panels on which the integrals of `function` over all of `edges` settle.

    `function` takes nodes of any shape and returns values of shape (functions, *nodes), none below 0.
    ValueError where halving does not help.
    """
    low, high = edges[:-1], edges[1:]
    whole = _sums(function, *rule(low, high))
    kept: list[tuple[np.ndarray, ...]] = []
    settled, error = 0.0, 0.0
    for _ in range(DEEPEST):
        middle = (low + high) / 2
        ends = np.stack([low, middle, high], axis=1)
        low, high = ends[:, :2].ravel(), ends[:, 1:].ravel()
        nodes, weights = rule(low, high)
        halves = _sums(function, nodes, weights)
        pairs = halves.reshape(-1, 2, halves.shape[1]).sum(axis=1)
        gap = np.abs(pairs - whole)
        total = settled + pairs.sum(axis=0)
        fine = (gap <= TOLERANCE * total).all(axis=1)
        settled, error = settled + pairs[fine].sum(axis=0), error + gap[fine].sum(axis=0)
        both = np.repeat(fine, 2)
        kept.append((low[both], high[both], nodes[both], weights[both], halves[both]))
        if fine.all():
            return _joined(kept, error / total)
        low, high, whole = low[~both], high[~both], halves[~both]
    raise ValueError(
        f"the integral was not found to {TOLERANCE:g}: {len(low)} panels still changed after "
        f"{DEEPEST} halvings"
    )


def _sums(function, nodes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.sum(function(nodes) * weights, axis=-1).T


def _joined(kept: list[tuple[np.ndarray, ...]], error: np.ndarray) -> Panels:
    """Return all panels from left to right."""
    low, *rest = (np.concatenate(parts) for parts in zip(*kept, strict=True))
    order = np.argsort(low)
    return Panels(low[order], *(part[order] for part in rest), error)
