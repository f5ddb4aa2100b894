"""Work that is done elsewhere: the same bits, however it is parted, whoever does it, whoever dies."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from distributed import Client, LocalCluster
from joblib import Parallel
from joblib.externals.loky import get_reusable_executor

import analysis as ma
from analysis.engine import parallel

from conftest import ROOT

RANDOM = np.random.default_rng(6)
YI, VI = RANDOM.normal(0.4, 0.5, 17), RANDOM.uniform(0.05, 0.5, 17)
X = np.column_stack([np.ones(17), RANDOM.normal(size=(17, 3))])
ROWS = RANDOM.normal(size=(90_000, 5)), RANDOM.uniform(0.1, 1, (90_000, 5))
ROWS[0][RANDOM.random(ROWS[0].shape) < 0.1] = np.nan


def subsets(executor, method="DL", k=17, **more):
    result = ma.gosh(YI[:k], vi=VI[:k], method=method, executor=executor, **more)
    return [
        result.subset,
        *(getattr(result, name) for name in ("k", "estimate", "tau2", "q", "i2")),
    ]


def permuted(executor, k=17, X=None, **more):
    X = None if X is None else X[:k]
    result = ma.permutation_test(YI[:k], vi=VI[:k], X=X, method="DL", executor=executor, **more)
    return [result.permuted, result.permuted_q_m, result.coefficients.to_numpy()]


def replicated(executor, kind, **more):
    result = ma.bootstrap(YI, vi=VI, method="DL", kind=kind, executor=executor, **more)
    return [result.replicated, result.statistics.to_numpy()]


def pooled(executor, n=None):
    result = ma.batch.pool(ROWS[0][:n], ROWS[1][:n], "DL", executor=executor)
    return [getattr(result, name) for name in ("k", "estimate", "se", "tau2", "q", "converged")]


SMALL = {
    "all subsets": lambda executor: subsets(executor, k=9),
    "drawn subsets": lambda executor: subsets(executor, subsets=500, seed=3),
    "all signs": lambda executor: permuted(executor, k=9),
    "drawn signs": lambda executor: permuted(executor, permutations=300, seed=3),
    "all orders": lambda executor: permuted(executor, k=6, X=X[:, :2]),
    "drawn orders": lambda executor: permuted(executor, X=X, permutations=300, seed=3),
    "studies": lambda executor: replicated(executor, "nonparametric", replicates=300),
    "model": lambda executor: replicated(executor, "parametric", replicates=300),
    "batch": lambda executor: pooled(executor, 900),
}
LARGE = {
    "all subsets": subsets,
    "drawn subsets": lambda executor: subsets(executor, subsets=100_000, seed=1),
    "drawn signs": lambda executor: permuted(executor, permutations=70_000),
    "drawn orders": lambda executor: permuted(executor, X=X, permutations=70_000),
    "studies": lambda executor: replicated(executor, "nonparametric", replicates=70_000),
    "batch": pooled,
}


def bits(arrays) -> list[bytes]:
    return [np.ascontiguousarray(array).tobytes() for array in arrays]


class Elsewhere:
    """An executor that, like another process, sees copies; it works last things first, and twice."""

    def __init__(self) -> None:
        self.given: list[tuple[Future, bytes]] = []
        self.tasks = 0

    def submit(self, function, *arguments):
        future = Future()
        future.result = lambda: self.finish() or Future.result(future)
        self.given.append((future, pickle.dumps((function, arguments))))
        return future

    def finish(self) -> None:
        for future, pickled in reversed(self.given):
            for _ in range(2):
                function, arguments = pickle.loads(pickled)
                value = function(*arguments)
            future.set_result(value)
            self.tasks += 1
        self.given.clear()


@pytest.mark.parametrize("case", SMALL)
@pytest.mark.parametrize("blocks", [1, 2, 7])
def test_the_same_bits_however_blocks_are_put_together(case, blocks, monkeypatch):
    monkeypatch.setattr(parallel, "BLOCK", 256)
    monkeypatch.setattr(parallel, "TASK", blocks)
    elsewhere = Elsewhere()
    assert bits(SMALL[case](elsewhere)) == bits(SMALL[case](None))
    assert elsewhere.tasks > 2


def test_blocks_have_random_numbers_of_their_own(monkeypatch):
    monkeypatch.setattr(parallel, "BLOCK", 256)
    drawn = subsets(None, subsets=150)[0]
    first, second = drawn[:15], drawn[15:30]
    assert not np.array_equal(first, second)
    assert not np.array_equal(drawn, subsets(None, subsets=150, seed=1)[0])


@pytest.fixture
def several(monkeypatch):
    """Tasks small enough that there are several, too."""
    monkeypatch.setattr(parallel, "TASK", 4)


@pytest.fixture(scope="module")
def here():
    return {name: bits(case(None)) for name, case in LARGE.items()}


@pytest.fixture(scope="module")
def loky():
    """The processes of joblib, ended afterwards."""
    yield
    get_reusable_executor().shutdown(wait=True)


@pytest.mark.parametrize("form", ["list", "generator_unordered"])
def test_the_same_bits_from_joblib(here, loky, form, several):
    with Parallel(n_jobs=2, return_as=form) as parallel_of_joblib:
        for name, case in LARGE.items():
            assert bits(case(parallel_of_joblib)) == here[name], name


def test_the_same_bits_from_threads(here, several):
    with ThreadPoolExecutor(3) as executor:
        for name, case in LARGE.items():
            assert bits(case(executor)) == here[name], name


@contextmanager
def dask(folder, processes: bool):
    """Two workers of Dask, each a process or a thread of this one, with files in `folder`."""
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=processes,
            dashboard_address=None,
            local_directory=str(folder),
        ) as cluster,
        Client(cluster) as client,
    ):
        yield cluster, client


def once(function):
    """Return a `progress` that calls `function` after the first results, before the last."""
    heard = []

    def progress(done: int, of: int) -> None:
        if not heard:
            assert done < of
            function()
        heard.append(done)

    return progress


def test_the_same_bits_from_dask(here, several, tmp_path):
    with dask(tmp_path, processes=False) as (_, client):
        for name, case in LARGE.items():
            assert bits(case(client)) == here[name], name


def test_the_same_bits_though_a_worker_leaves(here, several, tmp_path):
    with dask(tmp_path, processes=False) as (cluster, client):
        leave = once(lambda: cluster.sync(cluster.workers[0].close, executor_wait=False))
        assert bits(subsets(client, progress=leave)) == here["all subsets"]
        assert len(client.scheduler_info()["workers"]) == 1


@pytest.mark.long
def test_the_same_bits_though_a_worker_dies(several, tmp_path):
    """One of two processes is killed after the first results; its nanny starts another."""
    expected = bits(subsets(None, "REML"))
    dead: list[int] = []

    with dask(tmp_path, processes=True) as (_, client):

        def kill() -> None:
            dead.append(next(iter(client.run(os.getpid).values())))
            os.kill(dead[0], signal.SIGKILL)

        assert bits(subsets(client, "REML", progress=once(kill))) == expected
        client.wait_for_workers(2)
        assert dead[0] not in client.run(os.getpid).values()


THREADS = """
import hashlib
import numpy as np
import analysis as ma
random = np.random.default_rng(2)
X = np.column_stack([np.ones(37), random.normal(size=(37, 3))])
yi, vi = random.normal(size=37), random.uniform(0.1, 1, 37)
tests = ma.permutation_test(yi, vi=vi, X=X, permutations=4000)
subsets = ma.gosh(yi, vi=vi, method="DL", subsets=9000)
made = (tests.permuted, tests.permuted_q_m, subsets.estimate, subsets.tau2, subsets.q)
print(hashlib.sha256(b"".join(array.tobytes() for array in made)).hexdigest())
"""


def test_the_same_bits_whatever_the_threads_of_blas():
    """Workers get fewer threads than the process that asks, and products of matrices show it."""
    made = {
        subprocess.run(
            [sys.executable, "-c", THREADS], cwd=ROOT, capture_output=True, text=True, check=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": threads},
        ).stdout
        for threads in ("1", "2")
    }  # fmt: skip
    assert len(made) == 1 and len(made.pop().strip()) == 64


@pytest.mark.parametrize("executor", ["dask", 2, map, object()])
def test_what_is_no_executor(executor):
    with pytest.raises(ValueError, match=r"executor is .*; allowed: a dask\.distributed\.Client"):
        ma.gosh([0.1, 0.2], vi=[1, 1], executor=executor)


@pytest.mark.parametrize("seed", [-1, 1.5, None, "a", True])
def test_seeds_that_are_none(seed):
    for function in (ma.gosh, ma.permutation_test, ma.bootstrap):
        with pytest.raises(ValueError, match=r"seed is .*; it must be a whole number from 0"):
            function([0.1, 0.2], vi=[1, 1], seed=seed)


def test_an_executor_that_loses_results_is_no_answer():
    class Forgetful:
        n_jobs = 1

        def __call__(self, calls):
            return [function(*arguments) for function, arguments, _ in calls][1:]

    with pytest.raises(RuntimeError, match=r"returned \d+ of 90000 rows"):
        pooled(Forgetful())


def test_a_refusal_elsewhere_names_the_row_and_ends_the_rest():
    yi, vi = np.zeros((300_000, 5)), np.ones((300_000, 5))
    vi[120_000, 3] = -1
    with (
        ThreadPoolExecutor(1) as executor,
        pytest.raises(ValueError, match=r"vi\[120000, 3\] is -1"),
    ):
        ma.batch.pool(yi, vi, "EE", executor=executor)


def test_no_more_tasks_are_out_than_there_may_be(monkeypatch):
    monkeypatch.setattr(parallel, "BLOCK", 16)
    monkeypatch.setattr(parallel, "TASK", 1)
    monkeypatch.setattr(parallel, "AHEAD", 5)
    out = []

    class Counted(Elsewhere):
        def finish(self):
            out.append(len(self.given))
            super().finish()

    subsets(Counted(), subsets=100)
    assert max(out) == 5


@pytest.mark.parametrize("executor", [None, Elsewhere()])
def test_progress_rises_to_the_end_in_at_most_a_hundred_steps(executor, monkeypatch):
    monkeypatch.setattr(parallel, "BLOCK", 64)
    heard = []
    ma.gosh(YI, vi=VI, method="EE", subsets=5000, executor=executor,
            progress=lambda done, of: heard.append((done, of)))  # fmt: skip
    assert 20 < len(heard) <= 100
    assert heard == sorted(set(heard)) and heard[-1] == (5000, 5000)
