"""python -m analysis.difference BASE: what changed from the commit BASE to the site that is built."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .built import (
    SITE,
    NotComparable,
    built,
    commit_of,
    git,
    named,
    refuse_uncommitted,
    same_packages,
)
from .compare import compare
from .page import html, summary, table
from .state import read_state

FOLDER = Path("_diff")


def main(arguments: list[str] | None = None) -> int:
    """Compare, write the page and the table into `_diff`, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m analysis.difference", description=__doc__)
    parser.add_argument("base", help="the tag, branch or commit to compare with")
    parser.add_argument("--dirty", action="store_true", help="compare what is not committed, too")
    options = parser.parse_args(arguments)
    try:
        return _difference(Path.cwd(), options.base, options.dirty)
    except NotComparable as problem:
        print(problem, file=sys.stderr)
    return 1


def _difference(root: Path, base: str, dirty: bool) -> int:
    commit = commit_of(root, base)
    if not dirty:
        refuse_uncommitted(root)
    try:
        after = read_state(root / SITE)
    except FileNotFoundError as missing:
        raise NotComparable(f"{missing.filename}: not found; run make first") from None
    name = f"{base} ({named(root, commit)})"
    print(f"Building {name}", flush=True)
    with built(root, commit, lambda line: print(f"  {line}", flush=True)) as site:
        try:
            before = read_state(site)
        except FileNotFoundError as missing:
            raise NotComparable(f"{base} wrote no {Path(missing.filename).name}") from None
    changes = compare(before, after)
    notes = []
    if not same_packages(root, commit):
        notes.append(f"{base} asks for other packages; both were built with those of now.")
    now = "what is not committed yet" if git(root, "status", "--porcelain") else named(root, "HEAD")
    FOLDER.mkdir(exist_ok=True)
    page, rows = FOLDER / "index.html", FOLDER / "changes.csv"
    page.write_text(html(changes, name, now, notes), encoding="utf-8")
    rows.write_text(table(changes), encoding="utf-8", newline="")
    print(summary(changes), page, rows, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
