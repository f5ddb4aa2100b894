"""Many rows, block by block: in this process, on the other processors, on other machines.

block      so many rows of n numbers that they stay in the cache; a slice of all the rows
function   makes the results of one block, arrays by name; what is random in it comes from `stream`
task       the blocks that an executor is given at once
executor   who does the tasks: a `dask.distributed.Client`, a `joblib.Parallel`, an executor of
           `concurrent.futures`; None, this process

Where the blocks end depends on the number of rows and of columns alone, and the random numbers of a
block on the seed and on where it begins. The results are therefore the same to the last bit however
blocks are put together to tasks, whoever does these, in whatever order, and however often: a task
that is lost with its machine is done again. Only processors of another make may round differently,
other versions of Numba, and BLAS with other numbers of threads the sums over more than 10,000 studies.

Dask has its workers give memory back at once, which makes them take more than twice the time for
arrays of the size of a block; `bench/billion.py` shows the setting that keeps it.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator

import numpy as np

# 2^16 doubles a work array: a handful of them fit the second-level cache of current machines.
BLOCK = 1 << 16
# Blocks of a task: some ten ms of work, beside which handing it out is little; and of a task with
# which rows are sent, less than the 10 MB at which Dask warns.
TASK, SENT = 32, 8
# Tasks handed out before their turn: enough for so many processors, and few enough to hold.
AHEAD = 256

Arrays = dict[str, np.ndarray]
Progress = Callable[[int, int], None]


def parts(b: int, n: int, blocks: int = 1) -> Iterator[slice]:
    """Yield the slices of `b` rows of `n` numbers that make one block each, or so many `blocks`."""
    size = max(1, BLOCK // n) * blocks
    for start in range(0, b, size):
        yield slice(start, min(start + size, b))


def stream(seed: int, part: slice) -> np.random.Generator:
    """Return the random numbers of the block `part`."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(part.start,)))


def each_block(
    function: Callable[..., Arrays],
    b: int,
    n: int,
    *,
    arrays: tuple[np.ndarray, ...] = (),
    executor=None,
    progress: Progress | None = None,
) -> Arrays:
    """Return what `function` makes of the blocks of `b` rows of `n` numbers, joined row by row.

    It is called with a block, and with the block's rows of `arrays` of b rows; for an `executor` in
    another process it must be one that can be pickled. `progress(done, b)` hears a hundred times.
    """
    blocks = 1 if executor is None else min(TASK, SENT) if arrays else TASK
    calls = (
        (function, n, task, tuple(array[task] for array in arrays)) for task in parts(b, n, blocks)
    )
    out: Arrays = {}
    done = told = 0
    for task, made in _results(calls, executor):
        for name, values in made.items():
            if name not in out:
                out[name] = np.empty((b, *values.shape[1:]), dtype=values.dtype)
            out[name][task] = values
        done += task.stop - task.start
        if progress is not None and (done == b or 100 * (done - told) >= b):
            told = done
            progress(done, b)
    if done != b:
        raise RuntimeError(f"executor {executor!r} returned {done} of {b} rows")
    return out


def _task(
    function: Callable, n: int, task: slice, arrays: tuple[np.ndarray, ...]
) -> tuple[slice, Arrays]:
    """Return a `task` and what `function` makes of its blocks, `arrays` being the task's rows."""
    made = []
    for part in parts(task.stop - task.start, n):
        block = slice(task.start + part.start, task.start + part.stop)
        made.append(function(block, *(array[part] for array in arrays)))
    if len(made) == 1:
        return task, made[0]
    return task, {name: np.concatenate([one[name] for one in made]) for name in made[0]}


def _results(calls: Iterable[tuple], executor) -> Iterable[tuple[slice, Arrays]]:
    """Return what `_task` makes of the arguments `calls`."""
    if executor is None:
        return (_task(*call) for call in calls)
    if hasattr(executor, "submit"):
        return _submitted(calls, executor.submit)
    if hasattr(executor, "n_jobs") and callable(executor):
        return executor((_task, call, {}) for call in calls)  # the form of joblib.delayed
    raise ValueError(
        f"executor is {executor!r}; allowed: a dask.distributed.Client, a joblib.Parallel, an "
        f"executor of concurrent.futures, or None for this process"
    )


def _submitted(calls: Iterable[tuple], submit: Callable) -> Iterator[tuple[slice, Arrays]]:
    """Yield the results of `_task` by `submit`, without waiting while fewer than AHEAD are out."""
    futures: deque = deque()
    try:
        for call in calls:
            futures.append(submit(_task, *call))
            if len(futures) == AHEAD:
                yield futures.popleft().result()
        while futures:
            yield futures.popleft().result()
    finally:
        for future in futures:
            future.cancel()


def show_progress(done: int, of: int) -> None:
    """Print how many are `done` `of` all: for the argument `progress` of what takes long.

    In a terminal each line replaces the one before.

    >>> bcg = ma.example("bcg")
    >>> result = ma.gosh(bcg.yi, vi=bcg.vi, method="DL", progress=ma.show_progress)
    """
    end = "\r" if sys.stdout.isatty() and done < of else "\n"
    print(f"{done:,} of {of:,} ({done / of:.0%})", end=end, flush=True)
