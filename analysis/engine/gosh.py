"""Does the result hold in every part of the evidence? The analysis of all subsets of the studies.

subset    one analysis: the studies in it as bits, study i in bit i of a row of bytes
k         studies in each subset; the set itself has `studies` of them

Olkin, Dahabreh & Trikalinos (2012), Res Synth Methods 3, 214.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from . import batch
from .rows import Rows, locked
from .series import arguments, converged

# 20 studies have a million subsets. metafor draws as many from larger sets.
MOST = 1_000_000
STATISTICS = ("k", "estimate", "tau2", "q", "i2", "h2")


@dataclass(frozen=True, repr=False)
class Gosh(Rows):
    """One element a subset; `exact` where these are all of them, otherwise drawn with `seed`.

    `subset` has shape (subsets, bytes), the bits of each row from the lowest.
    """

    method: str
    studies: int
    exact: bool
    seed: int | None
    subset: np.ndarray = field(compare=False)
    k: np.ndarray = field(compare=False)
    estimate: np.ndarray = field(compare=False)
    tau2: np.ndarray = field(compare=False)
    q: np.ndarray = field(compare=False)
    i2: np.ndarray = field(compare=False)
    h2: np.ndarray = field(compare=False)

    def includes(self, study: int) -> np.ndarray:
        """Return which subsets the study at position `study`, from 0, is in."""
        if not 0 <= study < self.studies:
            raise ValueError(f"study is {study}; allowed: 0 to {self.studies - 1}")
        return (self.subset[:, study // 8] >> (study % 8) & 1).astype(bool)

    def report(self) -> str:
        """Return in one sentence how far the subsets disagree."""
        low, middle, high = np.quantile(self.estimate, (0.025, 0.5, 0.975))
        which = "all" if self.exact else "of"
        return (
            f"{len(self.k)} subsets {which} {self.studies} studies, pooled by {self.method}: half of "
            f"the estimates are below {middle:.2f}, 95 % lie between {low:.2f} and {high:.2f}; the "
            f"median I2 is {np.median(self.i2):.0f} %."
        )


def gosh(
    yi,
    *,
    vi,
    method: str = "REML",
    subsets: int | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Gosh:
    """Pool all subsets of `yi` with variances `vi` by `method`, or that many `subsets` drawn.

    `yi` and `vi` are array-likes of shape (k,); methods are those of `pool`. Without `subsets` all
    2^k - 1 are taken up to k = 19, a million beyond, drawn with `seed`: with replacement, every
    subset but the empty one equally likely. `progress(done, all)` is called now and then.
    ValueError for anything else.

    >>> bcg = ma.example("bcg")
    >>> result = ma.gosh(bcg.yi, vi=bcg.vi, method="DL")
    >>> print(result.report())
    >>> result.to_frame()[["estimate", "tau2", "i2"]].describe().round(3)
    """
    yi, vi, _ = arguments(yi, vi, method, "z", 0.95, least=1)
    k = len(yi)
    exact = subsets is None and 2**k - 1 <= MOST
    bits = _all(k) if exact else _drawn(k, _count(subsets), seed)
    # About the pooled mean: sums over subsets then keep the digits of the differences.
    centre = batch.one(yi, vi, "EE", "z")["estimate"]
    y = yi - centre

    def rows(part: slice):
        within = np.unpackbits(bits[part], axis=1, count=k, bitorder="little").view(bool)
        return within * y, np.where(within, vi, np.inf), np.bitwise_count(bits[part]).sum(axis=1)

    fits = batch.fit(len(bits), k, rows, method, "z", 0.95, progress)
    converged(fits.converged, method)
    fields = {name: getattr(fits, name) for name in STATISTICS}
    fields["estimate"] = fields["estimate"] + centre
    fields["subset"] = bits
    return Gosh(
        method=method, studies=k, exact=exact, seed=None if exact else seed, **locked(fields)
    )


def _all(k: int) -> np.ndarray:
    masks = np.arange(1, 2**k, dtype="<u4")
    return masks.view(np.uint8).reshape(-1, 4)[:, : -(-k // 8)].copy()


def _drawn(k: int, count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    bits = np.zeros((count, -(-k // 8)), dtype=np.uint8)
    empty = np.arange(count)
    while empty.size:
        bits[empty] = random.integers(0, 256, (len(empty), bits.shape[1]), dtype=np.uint8)
        bits[empty, -1] &= (1 << ((k - 1) % 8 + 1)) - 1
        empty = empty[~bits[empty].any(axis=1)]
    return bits


def _count(subsets) -> int:
    if subsets is None:
        return MOST
    if isinstance(subsets, bool) or not isinstance(subsets, (int, np.integer)) or subsets < 1:
        raise ValueError(
            f"subsets is {subsets!r}; allowed: a whole number above 0, or None for all"
        )
    return int(subsets)
