"""Does the result hold in every part of the evidence? The analysis of all subsets of the studies.

subset    one analysis: the studies in it as bits, study i in bit i of a row of bytes
k         studies in each subset; the set itself has `studies` of them

Olkin, Dahabreh & Trikalinos (2012), Res Synth Methods 3, 214.
"""

from dataclasses import dataclass, field
from functools import partial

import numpy as np

from . import batch, checks
from .parallel import Arrays, Progress, each_block, stream
from .rows import Rows, locked
from .series import arguments, converged

# 20 studies have a million subsets. metafor draws as many from larger sets.
MOST = 1_000_000
# Four thousand million subsets, whose results take some 350 GB.
LARGEST = 32
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
        study = checks.whole("study", study, 0, self.studies - 1)
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
    subsets: int | str | None = None,
    seed: int = 0,
    executor=None,
    progress: Progress | None = None,
) -> Gosh:
    """Pool all subsets of `yi` with variances `vi` by `method`, or that many `subsets` drawn.

    `yi` and `vi` are array-likes of shape (k,); methods are those of `batch.pool`. Without `subsets`
    all 2^k - 1 are taken up to k = 19, with "all" up to k = 32; a million are drawn with `seed`
    beyond: with replacement, every subset but the empty one equally likely.

    An `executor` does the work elsewhere: a `dask.distributed.Client`, a `joblib.Parallel` or an
    executor of `concurrent.futures`. The result is the same to the last bit, whatever the number of
    workers and though some are lost. A subset takes about 90 bytes of memory. `progress(done, all)` is
    called now and then, as by `show_progress`. ValueError for anything else.

    >>> bcg = ma.example("bcg")
    >>> result = ma.gosh(bcg.yi, vi=bcg.vi, method="DL")
    >>> print(result.report())
    >>> result.to_frame()[["estimate", "tau2", "i2"]].describe().round(3)
    """
    yi, vi, _ = arguments(yi, vi, method, "z", 0.95, least=1)
    k, count, seed = len(yi), _count(subsets, len(yi)), checks.whole("seed", seed)
    exact = count is None
    # About the pooled mean: sums over subsets then keep the digits of the differences.
    centre = batch.one(yi, vi, "EE", "z")["estimate"]
    function = partial(_pooled, yi - centre, vi, method, None if exact else seed)
    fields = each_block(
        function, 2**k - 1 if exact else count, k, executor=executor, progress=progress
    )
    bits = fields.pop("subset")
    fits = batch.result(method, "z", 0.95, fields)
    converged(fits.converged, method)
    kept = {name: getattr(fits, name) for name in STATISTICS}
    kept |= {"estimate": kept["estimate"] + centre, "subset": bits}
    return Gosh(method=method, studies=k, exact=exact, seed=None if exact else seed, **locked(kept))


def _pooled(y: np.ndarray, v: np.ndarray, method: str, seed: int | None, part: slice) -> Arrays:
    """Return the subsets number `part`, all in their order or drawn with a `seed`, and their fits."""
    k = len(y)
    bits = _in_order(k, part) if seed is None else _drawn(k, seed, part)
    within = np.unpackbits(bits, axis=1, count=k, bitorder="little").view(bool)
    sizes = np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
    fields = batch.fit_block(within * y, np.where(within, v, np.inf), sizes, method, "z")
    return fields | {"subset": bits}


def _in_order(k: int, part: slice) -> np.ndarray:
    masks = np.arange(part.start + 1, part.stop + 1, dtype="<u8")
    return masks.view(np.uint8).reshape(-1, 8)[:, : -(-k // 8)].copy()


def _drawn(k: int, seed: int, part: slice) -> np.ndarray:
    random = stream(seed, part)
    bits = np.zeros((part.stop - part.start, -(-k // 8)), dtype=np.uint8)
    empty = np.arange(len(bits))
    while empty.size:
        bits[empty] = random.integers(0, 256, (len(empty), bits.shape[1]), dtype=np.uint8)
        bits[empty, -1] &= (1 << ((k - 1) % 8 + 1)) - 1
        empty = empty[~bits[empty].any(axis=1)]
    return bits


def _count(subsets, k: int) -> int | None:
    """Return how many `subsets` of `k` studies to draw; None, to take all."""
    if subsets is None:
        return None if 2**k - 1 <= MOST else MOST
    if isinstance(subsets, str) and subsets == "all":
        if k > LARGEST:
            raise ValueError(f"subsets is 'all' of {k} studies; allowed up to {LARGEST}: draw them")
        return None
    return checks.whole("subsets", subsets, 1, note=", 'all', or None for all of few")
