"""A commit's site, built by its own code in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SITE = "_site"
LOCK = "requirements.lock"
TOLD = 12  # lines of a failed build


class NotComparable(Exception):
    """Why nothing can be compared, and what to do."""


def git(root: Path, *arguments: str) -> str:
    """Return what git says in `root`; NotComparable with its own words where it fails."""
    run = subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if run.returncode:
        raise NotComparable(f"git {' '.join(arguments)}: {run.stderr.strip()}")
    return run.stdout.strip()


def commit_of(root: Path, base: str) -> str:
    """Return the full name of the commit that `base` names in the repository `root`."""
    try:
        return git(
            root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}"
        )
    except NotComparable:
        raise NotComparable(
            f"BASE={base}: no tag, branch or commit of this repository; see git tag and git log"
        ) from None


def named(root: Path, commit: str) -> str:
    """Return how to call the `commit`: its short name and its subject."""
    return git(root, "log", "-1", "--format=%h %s", commit)


def refuse_uncommitted(root: Path) -> None:
    """Raise NotComparable where the folder `root` is not what its last commit says."""
    changed = git(root, "status", "--porcelain").splitlines()
    if changed:
        files = ", ".join(line.strip().split(maxsplit=1)[-1] for line in changed)
        raise NotComparable(
            f"not committed: {files}; commit them, or compare them too with make diff DIRTY=1"
        )


@contextmanager
def built(root: Path, commit: str, progress: Callable[[str], None]) -> Iterator[Path]:
    """Yield the site of the `commit` of the repository `root`; it is there within the context."""
    with tempfile.TemporaryDirectory(prefix="difference-") as folder:
        tree = Path(folder) / "base"
        git(root, "worktree", "add", "--detach", str(tree), commit)
        try:
            _build(tree, commit, progress)
            yield tree / SITE
        finally:
            git(root, "worktree", "remove", "--force", str(tree))


def same_packages(root: Path, commit: str) -> bool:
    """Tell whether the `commit` asks for the packages that the folder `root` asks for."""
    try:
        locked = git(root, "show", f"{commit}:{LOCK}")
    except NotComparable:
        return False
    return locked == (root / LOCK).read_text(encoding="utf-8").strip()


def _build(tree: Path, commit: str, progress: Callable[[str], None]) -> None:
    """Build the project in `tree`, its lines told as they come."""
    # Its own code, not that which a path of the environment may lead to.
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    said = []
    with subprocess.Popen(
        [sys.executable, "-m", "publish"], cwd=tree, env=environment, text=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        for line in process.stdout:
            said.append(line.rstrip())
            progress(said[-1])
    if process.returncode:
        last = "\n".join(f"  {line}" for line in said[-TOLD:])
        raise NotComparable(f"{commit[:10]} cannot be built by its own code:\n{last}")
