"""How a case is timed, the same in every process.

case      a name and a function without arguments; its value, if a number, is the pooled estimate
seconds   processor time, which others on the machine disturb less than the clock's; the median over
          runs within about a second, three at least, or one that takes longer than SLOW
share     a case that is too slow to run whole is run in part, and its time is divided by the share
"""

import csv
import statistics
import sys
import time
from collections.abc import Callable
from numbers import Real
from pathlib import Path

ENOUGH, SLOW, MOST = 1.0, 3.0, 2000


def studies(name: str) -> tuple[list[float], list[float]]:
    """Return yi and vi of the data file `name` in the folder of the first argument."""
    with (Path(sys.argv[1]) / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [float(row["yi"]) for row in rows], [float(row["vi"]) for row in rows]


def report(
    version: str, cases: dict[str, Callable], shares: dict[str, float] | None = None
) -> None:
    """Time the `cases` of the package `version` and print a line for each."""
    print("version", version, sep="\t")
    for name, function in cases.items():
        share = (shares or {}).get(name, 1.0)
        value = function()
        seconds = median(function) / share
        print(name, seconds, value if isinstance(value, Real) else "", share, sep="\t", flush=True)


def median(function: Callable) -> float:
    """Return the median time of calls of `function`."""
    times: list[float] = []
    while (sum(times) < ENOUGH and len(times) < MOST) or len(times) < 3:
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
        if times[0] > SLOW:
            break
    return statistics.median(times)
