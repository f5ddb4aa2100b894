"""Run every package's cases in a process of its own and write RESULTS.md.

python -m bench [PYTHON]     PYTHON has the peers of peers.txt installed
"""

import csv
import math
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
# A package's version, and by case its seconds, value and share.
Timed = tuple[str, dict[str, tuple[float, str, float]]]
CASES = {
    "dl_18": "DL, 18 studies, all statistics",
    "reml_18": "REML, 18 studies, all statistics",
    "leave_one_out": "leave-one-out, REML, 18 studies",
    "influence": "influence, REML, 18 studies",
    "permutations": "1,000 permutations of a REML regression",
    "gosh_dl": "all 262,143 subsets of 18, DL",
    "gosh_reml": "all 262,143 subsets of 18, REML",
    "trim_fill": "trim and fill, REML, 18 studies",
    "egger_reml": "Egger's test in a REML regression, 18 studies",
    "selection": "selection model with a step, 18 studies",
    "henmi_copas": "Henmi and Copas, 18 studies",
    "multilevel": "three-level model, 18 effects of 6 studies",
    "robust": "REML with CR2 errors, 18 effects of 6 studies",
    "mantel_haenszel": "Mantel-Haenszel odds ratio, 18 tables",
    "glmm": "mixed logistic model (UM.FS), 18 tables",
    "bayes": "Bayesian, half-normal prior, 18 studies",
    "smd_10000": "10,000 standardised mean differences",
    "dl_10000": "DL, 10,000 studies",
    "reml_10000": "REML, 10,000 studies",
    "dl_100000": "DL, 100,000 studies",
    "reml_100000": "REML, 100,000 studies",
    "leave_one_out_dl_100000": "leave-one-out, DL, 100,000 studies",
    "copy_million": "copying the arrays of a million analyses of 18",
    "batch_dl_million": "a million DL fits of 18: estimate, SE, tau2, Q",
    "batch_dl_million_every_statistic": "the same, with intervals, tests, I2, H2",
    "batch_pm_million": "a million PM fits of 18",
    "batch_reml_million": "a million REML fits of 18",
}
# The packages take turns, so that a slow minute of a shared machine does not meet one of them alone.
ROUNDS = 3
# Estimates this far apart are not the same computation.
SAME = 1e-4


def main(peers: str | None) -> None:
    """Write RESULTS.md from the cases of the engine, of the `peers`' Python and of R."""
    commands = {"engine": [sys.executable, "-m", "bench.engine"]}
    if peers:
        for name in ("statsmodels", "pymare", "pimeta"):
            commands[name] = [peers, "-m", f"bench.{name}_peer"]
    if shutil.which("Rscript"):
        commands["metafor"] = ["Rscript", str(HERE / "metafor.R")]
    with tempfile.TemporaryDirectory() as folder:
        for k in (18, 10_000, 100_000):
            write_studies(Path(folder) / f"k{k}.csv", k)
        rounds = [
            {name: run(name, [*command, folder]) for name, command in commands.items()}
            for _ in range(ROUNDS)
        ]
    found = {name: middle([each[name] for each in rounds]) for name in commands}
    found = {name: result for name, result in found.items() if result}
    (HERE / "RESULTS.md").write_text(document(found), encoding="utf-8")
    print(f"bench/RESULTS.md: {', '.join(version for version, _ in found.values())}")


def write_studies(path: Path, k: int) -> None:
    """Write `k` simulated studies: variances as of 20 to 400 participants, tau2 0.1."""
    draw = random.Random(k)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["yi", "vi"])
        for _ in range(k):
            vi = 4 / draw.uniform(20, 400)
            rows.writerow([draw.gauss(0.5, math.sqrt(vi + 0.1)), vi])


def middle(results: list[Timed | None]) -> Timed | None:
    """Return the version of a package, and of each of its cases the line of the median time."""
    results = [result for result in results if result]
    if not results:
        return None
    lines = {
        case: sorted(timed[case] for _, timed in results if case in timed)
        for case in CASES
        if any(case in timed for _, timed in results)
    }
    short = [case for case, each in lines.items() if len(each) < ROUNDS]
    if short:
        print(f"not in all {ROUNDS} rounds: {', '.join(short)}", file=sys.stderr)
    return results[0][0], {case: each[(len(each) - 1) // 2] for case, each in lines.items()}


def run(name: str, command: list[str]) -> Timed | None:
    """Return the version and the lines (seconds, value, share) of the package `name`, if it runs."""
    print(f"timing {name}", flush=True)
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=HERE.parent, env=os.environ | single, capture_output=True, text=True
    )
    if done.returncode:
        print(f"{name} stopped with status {done.returncode}", file=sys.stderr)
    print("".join(f"  {line}\n" for line in done.stderr.splitlines()[-5:]), end="", file=sys.stderr)
    lines = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    if not lines:
        return None
    version = next(line[1] for line in lines if line[0] == "version")
    timed = {
        line[0]: (float(line[1]), line[2], float(line[3])) for line in lines if line[0] in CASES
    }
    return version, timed


def document(found: dict) -> str:
    """Return RESULTS.md."""
    _, ours = found["engine"]
    others = [name for name in found if name != "engine"]
    note = HERE / "NOTE.md"
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; do not edit. Processor time, medians of runs within about a second,",
        f"of {ROUNDS} rounds in which the packages take turns; one process a package, one thread, the",
        "same data. In brackets, how many times the engine's.",
        "`~` marks a time that was extrapolated from a part of the work (subsets, drawn at random).",
        "",
        f"{machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}.",
        "; ".join(version for version, _ in found.values()) + ".",
        "",
        "| case | " + " | ".join(["engine", *others]) + " |",
        "|---|" + "---:|" * (len(others) + 1),
    ]
    for case, title in CASES.items():
        if case not in ours:
            continue
        cells = [shown(ours[case][0])]
        for name in others:
            cells.append(beside(found[name][1].get(case), ours[case]))
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", note.read_text(encoding="utf-8")])


def beside(theirs: tuple[float, str, float] | None, ours: tuple[float, str, float]) -> str:
    """Return a peer's time with its ratio, and a mark where its estimate is another."""
    if theirs is None:
        return ""
    seconds, value, share = theirs
    other = value and ours[1] and abs(float(value) - float(ours[1])) > SAME
    ratio = seconds / ours[0]
    digits = f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"
    sign = "~" if share < 1 else ""
    return f"{sign}{shown(seconds)} ({digits}×){' other estimate' if other else ''}"


def shown(seconds: float) -> str:
    """Return a time with its unit, to three digits."""
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 1000 else f"{seconds:,.0f} s"
    return f"{seconds:.1e} s"


def machine() -> str:
    """Return the processor's name and the number of processors."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return f"{name}, {os.cpu_count()} processors"


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
