"""Render with the Quarto command line, found through the PyPI package `quarto`.

The package's own `render` drops the exit status, so only its search for the program is used.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from quarto.quarto import find_quarto

from .errors import PublishError
from .jobs import STEADY
from .project import output_dir

NEEDED = (1, 10)  # the first that knows all that the chapters use
MISSING = (
    "ENGINE=quarto needs the Quarto command line (1.10 or later): install it from quarto.org, "
    "or run make without ENGINE to use the embedded engine"
)

# Not copied: what Quarto does not read, and what it or the cells would write.
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".build", ".quarto", "_site", "_pdf", "figures", "__pycache__"
)


def render(root: Path, scratch: Path, progress: Callable[[str], None]) -> Path:
    """Run `quarto render` on a copy of the project `root` in `scratch`; return the copy's site.

    A copy, because Quarto writes into the output folder as it goes and would leave half a site
    behind when it fails. Cells run in this interpreter, so that they find the locked packages.
    Raises `PublishError` where Quarto is missing, too old, or fails.
    """
    try:
        program = find_quarto()
    except FileNotFoundError:
        raise PublishError(MISSING) from None
    _check_version(program)
    copy = scratch / "project"
    shutil.copytree(root, copy, ignore=LEFT_OUT)
    environment = {
        **os.environ,
        **STEADY,
        "QUARTO_PYTHON": sys.executable,
        "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", ""),
    }
    progress(f"{program} render")
    run = subprocess.run([program, "render"], cwd=copy, env=environment, check=False)
    if run.returncode:
        raise PublishError(f"quarto render failed with exit status {run.returncode}")
    site = copy / output_dir(root)
    if not (site / "index.html").is_file():
        raise PublishError(f"quarto render wrote no {output_dir(root)}/index.html")
    return site


def version() -> str:
    """Return the version of the Quarto command line, "" where none is found that tells it."""
    try:
        return _version(find_quarto())
    except (FileNotFoundError, PublishError):
        return ""


def _check_version(program: str) -> None:
    said = _version(program)
    if tuple(map(int, re.match(r"(\d+)\.(\d+)", said).groups())) < NEEDED:
        raise PublishError(f"{program} is version {said}; {MISSING}")


def _version(program: str) -> str:
    try:
        run = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise PublishError(f"{program}: cannot be run ({error.strerror}); {MISSING}") from None
    said = run.stdout.strip()
    if run.returncode or not re.match(r"\d+\.\d+", said):
        raise PublishError(f"{program} --version says {said!r} and no version; {MISSING}")
    return said
