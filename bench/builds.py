"""How long builds take, and how they grow: writes BUILDS.md.

python -m bench.builds [RUNS]

builds     of this project, in a copy, after each kind of edit; by the Quarto CLI too if it is there
growth     books of synthetic chapters; reports of synthetic studies
seconds    by the clock, the median of so many RUNS, 3 unless told; growth is timed once
memory     the most that one process of the build held at a time
"""

import csv
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from .__main__ import machine

HERE = Path(__file__).parent
ROOT = HERE.parent
CHAPTERS, STUDIES = (10, 50, 200), (18, 500, 5000)
BUILT = ("_site", ".build", "figures")
CONFIG = """\
project: {{type: book, output-dir: _site, execute-dir: project}}
book:
  title: "Growth"
  author: A. Author
  date: "2020-02-03"
  output-file: manuscript
  chapters: [index.qmd{chapters}]
number-sections: true
execute: {{echo: false}}
format: {{html: {{toc: true}}, typst: {{citeproc: true}}}}
"""
CHAPTER = """\
# Chapter {n}

```{{python}}
numbers = [{n} * i for i in range(100)]
```

The sum is `{{python}} sum(numbers)`.

{paragraphs}
"""
PARAGRAPH = "A sentence of ten words stands here to fill it. " * 12


def run(command: list[str], folder: Path) -> tuple[float, float]:
    """Run `command` in `folder`; return the seconds by the clock and the peak memory in MB."""
    start = time.monotonic()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed in {folder}")
    # Of the process and of those that it waited for, whichever held most.
    return time.monotonic() - start, usage.ru_maxrss / 1024


def median(runs: int, command: list[str], folder: Path, before: Callable[[int], None]) -> float:
    """Return the median seconds of so many `runs` of `command`, each time after `before`."""
    seconds = []
    for n in range(runs):
        before(n)
        seconds.append(run(command, folder)[0])
    return statistics.median(seconds)


def empty(folder: Path) -> None:
    """Remove what was built in `folder`."""
    for name in BUILT:
        shutil.rmtree(folder / name, ignore_errors=True)


def append(path: Path, text: str) -> None:
    """Put `text` at the end of the file at `path`."""
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def nudge(path: Path, n: int) -> None:
    """Change the last digit of the first effect in the file at `path`."""
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    cell = rows[0].index("smd")
    rows[1][cell] = f"{rows[1][cell][:-1]}{(int(rows[1][cell][-1]) + 1 + n) % 10}"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def manuscript(runs: int, command: list[str], folder: Path) -> dict[str, float]:
    """Time each kind of build of this project, copied to `folder`, by so many `runs` of `command`."""
    chapter, code = folder / "chapters/05-symptoms.qmd", folder / "analysis/content/wording.py"
    data = folder / "data/effects.csv"
    return {
        "first build": median(runs, command, folder, lambda n: empty(folder)),
        "nothing changed": median(runs, command, folder, lambda n: None),
        "a sentence added": median(runs, command, folder, lambda n: append(chapter, "\nMore.\n")),
        "a line of code added": median(
            runs, command, folder, lambda n: append(code, f"_{n} = None\n")
        ),
        "a digit of the data": median(runs, command, folder, lambda n: nudge(data, n)),
    }


def book(folder: Path, chapters: int) -> None:
    """Write a book of so many `chapters`."""
    (folder / "chapters").mkdir(parents=True)
    names = [f"chapters/c{n}.qmd" for n in range(1, chapters)]
    config = CONFIG.format(chapters="".join(f", {name}" for name in names))
    (folder / "_quarto.yml").write_text(config, encoding="utf-8")
    paragraphs = "\n\n".join([PARAGRAPH] * 8)
    for n, name in enumerate(["index.qmd", *names]):
        text = CHAPTER.format(n=n, paragraphs=paragraphs)
        (folder / name).write_text(text, encoding="utf-8")


def trials(path: Path, k: int) -> None:
    """Write `k` studies to the file at `path`: estimate, standard error, a category, a year."""
    draw = random.Random(k)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["study", "year", "estimate", "se", "kind"])
        for n in range(k):
            se = draw.uniform(0.1, 0.5)
            effect = draw.gauss(0.3, (0.1 + se**2) ** 0.5)
            row = [f"Study {n}", 1990 + n % 30, f"{effect:.3f}", f"{se:.3f}", "ab"[n % 2]]
            writer.writerow(row)


def growth(scratch: Path) -> list[tuple[str, int, float, float]]:
    """Time books and reports of each size: what, how many, seconds, MB."""
    found = []
    for chapters in CHAPTERS:
        folder = scratch / f"book{chapters}"
        book(folder, chapters)
        command = [sys.executable, "-m", "publish"]
        found.append(("chapters", chapters, *run(command, folder)))
    for k in STUDIES:
        file = scratch / f"trials{k}.csv"
        trials(file, k)
        command = [sys.executable, "-m", "analysis.report", str(file), "--out", f"report{k}"]
        found.append(("studies in a report", k, *run(command, scratch)))
    return found


def document(runs: int, builds: dict[str, dict[str, float]], grown: list) -> str:
    """Return BUILDS.md."""
    told = "of one run" if runs == 1 else f"medians of {runs} runs"
    lines = [
        "# Builds",
        "",
        "Written by `python -m bench.builds`; do not edit. Seconds by the clock, "
        f"{told}; pages and PDF each time. Without the Quarto CLI its column is empty.",
        "",
        f"{machine()}, load {os.getloadavg()[0]:.0f}, Python {platform.python_version()}, "
        f"{datetime.now(UTC):%Y-%m-%d}.",
        "",
        "| this manuscript | embedded engine | Quarto CLI |",
        "|---|---:|---:|",
    ]
    for case, seconds in builds["embedded"].items():
        other = builds.get("quarto", {}).get(case)
        cell = "" if other is None else f"{other:.1f} ({other / seconds:.1f}×)"
        lines.append(f"| {case} | {seconds:.1f} | {cell} |")
    lines += ["", "| growth | | s | s each | MB |", "|---|---:|---:|---:|---:|"]
    lines += [f"| {what} | {n:,} | {s:.1f} | {s / n:.3f} | {mb:.0f} |" for what, n, s, mb in grown]
    note = HERE / "BUILDS-NOTE.md"
    return "\n".join([*lines, "", note.read_text(encoding="utf-8") if note.exists() else ""])


def main(runs: int = 3) -> None:
    """Time everything and write BUILDS.md."""
    engines = ["embedded", *(["quarto"] if shutil.which("quarto") else [])]
    with tempfile.TemporaryDirectory() as folder:
        scratch, builds = Path(folder), {}
        left_out = shutil.ignore_patterns(".git", ".venv*", *BUILT, "__pycache__")
        for engine in engines:
            copy = scratch / engine
            shutil.copytree(ROOT, copy, ignore=left_out)
            command = [sys.executable, "-m", "publish", "--engine", engine]
            print(f"This manuscript, by the {engine} engine", flush=True)
            builds[engine] = manuscript(runs, command, copy)
        print("Growth", flush=True)
        text = document(runs, builds, growth(scratch))
    (HERE / "BUILDS.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
