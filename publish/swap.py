"""Put a finished folder in the place of another so that no reader ever sees half of either."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

AT_FDCWD = -100
RENAME_EXCHANGE = 2  # linux/fs.h


def swap_in(built: Path, target: Path) -> None:
    """Make `built` the folder `target`; what stood there is removed afterwards.

    On Linux the two names are exchanged in one system call. Elsewhere two renames follow each
    other, and `target` is missing only between them.
    """
    if not target.exists():
        built.rename(target)
        return
    if not _exchange(built, target):
        old = built.with_name(built.name + ".old")
        target.rename(old)
        built.rename(target)
        old.rename(built)
    shutil.rmtree(built)


def _exchange(one: Path, other: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    failed = renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE)
    return not failed
