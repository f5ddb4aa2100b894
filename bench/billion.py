"""What a billion analyses cost: time the engine's own loops and write BILLION.md.

python -m bench.billion     about a minute; nothing but the engine and, for the last table, Dask
"""

import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path

# One core means one: numpy reads this when it is imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from distributed import Client, LocalCluster

import analysis as ma

from .__main__ import machine
from .timing import median

HERE = Path(__file__).parent
BILLION, HOUR = 1e9, 3600
METHODS = ("DL", "REML")

random = np.random.default_rng(1)
y, v = random.normal(0.5, 0.4, 18), random.uniform(0.02, 0.2, 18)
X = np.column_stack([np.ones(18), np.arange(18.0)])
Y, V = random.normal(0.5, 0.4, (200_000, 18)), random.uniform(0.02, 0.2, (200_000, 18))


def cases(method: str) -> dict:
    """Return by name how many analyses a case is, and a function without arguments."""
    given = {"vi": v, "method": method}
    return {
        "in a batch": (len(Y), lambda: ma.batch.pool(Y, V, method)),
        "of subsets": (2**18 - 1, lambda: ma.gosh(y, **given)),
        "of subsets that are drawn": (200_000, lambda: ma.gosh(y, **given, subsets=200_000)),
        "of bootstrap replicates": (100_000, lambda: ma.bootstrap(y, **given, replicates=100_000)),
        "of rearranged signs": (
            100_000,
            lambda: ma.permutation_test(y, **given, permutations=100_000),
        ),
        "of rearranged regressions on one moderator": (
            20_000,
            lambda: ma.permutation_test(y, **given, X=X, permutations=20_000),
        ),
    }


def rates() -> dict[tuple[str, str], float]:
    """Return the seconds of processor time that an analysis takes, by case and method."""
    found = {}
    for method in METHODS:
        for name, (count, function) in cases(method).items():
            found[name, method] = median(function) / count
            print(f"{method} {name}: {found[name, method] * 1e6:.3g} µs", flush=True)
    return found


def handed_out() -> dict[str, tuple[float, float]]:
    """Return by method the seconds of a million subsets by two workers of Dask.

    By the clock, and of processor time in this process, which holds client and scheduler.
    """
    found = {}
    yi, vi = random.normal(0.5, 0.4, 20), random.uniform(0.02, 0.2, 20)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        for method in METHODS:
            ma.gosh(yi, vi=vi, method=method, subsets=10_000, executor=client)
            clock, processor = time.perf_counter(), time.process_time()
            ma.gosh(yi, vi=vi, method=method, subsets="all", executor=client)
            found[method] = time.perf_counter() - clock, time.process_time() - processor
    return found


def document(seconds: dict, dask: dict) -> str:
    """Return BILLION.md."""
    lines = [
        "# What a billion analyses cost",
        "",
        "Written by `python -m bench.billion`; do not edit. 18 studies an analysis, one core, processor",
        "time; core hours of a billion, in brackets a second's analyses.",
        "",
        f"{machine()}, load {os.getloadavg()[0]:.0f}, Python {platform.python_version()}, "
        f"numpy {np.__version__}, {datetime.now(UTC):%Y-%m-%d}.",
        "",
        "| a billion fits | " + " | ".join(METHODS) + " |",
        "|---|" + "---:|" * len(METHODS),
    ]
    for name in cases("DL"):
        cells = [
            f"{seconds[name, m] * BILLION / HOUR:.2g} h ({1 / seconds[name, m]:,.0f})"
            for m in METHODS
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "All 1,048,575 subsets of 20 studies by two Dask workers on the same machine:",
        "",
        "| | " + " | ".join(METHODS) + " |",
        "|---|" + "---:|" * len(METHODS),
    ]
    for i, what in enumerate(("by the clock", "processor time of client and scheduler")):
        lines.append(f"| {what} | " + " | ".join(f"{dask[m][i]:.2g} s" for m in METHODS) + " |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    text = document(rates(), handed_out())
    (HERE / "BILLION.md").write_text(text, encoding="utf-8")
    print(text)
