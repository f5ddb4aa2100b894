"""Render with the Quarto command line, found through the PyPI package `quarto`.

The package's own `render` drops the exit status, so only its search for the program is used.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from quarto.quarto import find_quarto

from .errors import PublishError
from .project import output_dir

MISSING = (
    "ENGINE=quarto needs the Quarto command line (1.10 or later): install it from quarto.org, "
    "or run make without ENGINE to use the embedded engine"
)


# Not copied: what Quarto does not read, and what it would write.
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".build", ".quarto", "_site", "__pycache__")


def render(root: Path, scratch: Path, progress: Callable[[str], None]) -> Path:
    """Run `quarto render` on a copy of the project `root` in `scratch`; return the copy's site.

    A copy, because Quarto writes into the output folder as it goes and would leave half a site
    behind when it fails. Cells run in this interpreter, so that they find the locked packages.
    Raises `PublishError` where Quarto is missing or fails.
    """
    try:
        program = find_quarto()
    except FileNotFoundError:
        raise PublishError(MISSING) from None
    copy = scratch / "project"
    shutil.copytree(root, copy, ignore=LEFT_OUT)
    environment = {
        **os.environ,
        "QUARTO_PYTHON": sys.executable,
        "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", ""),
    }
    progress(f"{program} render")
    try:
        run = subprocess.run([program, "render"], cwd=copy, env=environment, check=False)
    except OSError as error:
        raise PublishError(f"{program}: cannot be run ({error.strerror}); {MISSING}") from None
    if run.returncode:
        raise PublishError(f"quarto render failed with exit status {run.returncode}")
    site = copy / output_dir(root)
    if not (site / "index.html").is_file():
        raise PublishError(f"quarto render wrote no {output_dir(root)}/index.html")
    return site
