"""Files that are copied into a project."""

from __future__ import annotations

import shutil
from pathlib import Path


def copy(source: Path, target: Path) -> None:
    """Copy the file `source` to `target`, which may be the same."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.resolve() != target.resolve():
        shutil.copyfile(source, target)


def copy_or_remove(source: Path | None, target: Path) -> None:
    """Copy the file `source` to `target`; where there is no `source`, none stays at `target`."""
    if source is not None and source.is_file():
        copy(source, target)
    else:
        target.unlink(missing_ok=True)
