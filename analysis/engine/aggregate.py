"""Several effects of one study made into one, so that studies are independent again.

V        covariance of the sampling errors of the effects, V_i of those of study i
weighted by V_i^-1, the most precise mean of the study; unweighted, the plain mean
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from . import checks
from .clusters import Clusters, codes_of
from .rows import Rows, locked
from .sampling import sampling, within_study_covariance


@dataclass(frozen=True, repr=False)
class Aggregated(Rows):
    """An effect `yi` with variance `vi` for each of the clusters by `labels`, of `ni` effects each."""

    labels: tuple
    yi: np.ndarray = field(compare=False)
    vi: np.ndarray = field(compare=False)
    ni: np.ndarray = field(compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return a row a cluster, by its label."""
        return super().to_frame().set_axis(pd.Index(self.labels, name="cluster"))

    def report(self) -> str:
        """Return what became of the effects in one sentence."""
        return f"{self.ni.sum()} effects were combined within {len(self.ni)} clusters."


def aggregate(
    yi, *, vi=None, V=None, cluster, rho: float | None = None, weighted: bool = True
) -> Aggregated:
    """Combine effects `yi` within each `cluster`, whose errors correlate by `rho` or covary by `V`.

    `vi` with `rho`, or `V`: an array or a sparse array of scipy, shape (k, k). `weighted` takes the
    generalised least-squares mean, sum(V^-1 y) / sum(V^-1), with variance 1 / sum(V^-1); otherwise the
    mean, with that of a mean of correlated variables: Borenstein et al. (2009), chapter 24. The order is
    that of the clusters' first appearance. ValueError for anything else.

    >>> bcg = ma.example("bcg")
    >>> found = ma.aggregate(bcg.yi, vi=bcg.vi, cluster=bcg.allocation, rho=0.6, weighted=False)
    >>> found.to_frame().round(3)
    """
    weighted = checks.flag("weighted", weighted)
    if (V is None) == (rho is None):
        raise ValueError("give vi with rho, the correlation of the errors in a cluster, or V")
    effects = sampling(yi, vi, V)
    if rho is not None:
        effects = sampling(yi, None, within_study_covariance(vi, cluster, rho))
    codes, labels = codes_of("cluster", cluster, len(effects.y))
    clusters = Clusters(codes)
    parts = []
    stacks = zip(
        effects.blocks(clusters),
        clusters.spread(effects.y),
        clusters.spread(np.ones(clusters.k)),
        strict=True,
    )
    for block, y, known in stacks:
        w = np.linalg.solve(block, known[..., None])[..., 0] if weighted else known
        w = w / w.sum(axis=1, keepdims=True)
        variance = np.einsum("in,inm,im->i", w, block, w)
        parts.append(np.stack([np.vecdot(w, y), variance], axis=1))
    pooled = clusters.by_cluster(parts)
    fields = {"yi": pooled[:, 0].copy(), "vi": pooled[:, 1].copy(), "ni": clusters.sizes}
    return Aggregated(labels=tuple(labels), **locked(fields))
