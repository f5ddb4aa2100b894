"""Two folders byte by byte, and surroundings in which a build must not differ."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

AROUND = 24  # bytes shown before and after the first that differs
LOCALES = (("tr_TR", "UTF-8"), ("de_DE", "ISO-8859-1"))

# Put before everything else that a Python of the build imports: a machine with other cores.
CORES = """\
import os
os.cpu_count = lambda: {count}
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{count}])
"""


def files(folder: Path) -> dict[str, bytes]:
    """The content of every file below `folder`, by its path there."""
    return {
        f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()
    }


def differences(one: Path, other: Path) -> list[str]:
    """Where the files of the folders `one` and `other` differ: file, offset, and the bytes around it."""
    ours, theirs = files(one), files(other)
    found = [f"{name}: only in {one}" for name in sorted(ours.keys() - theirs.keys())]
    found += [f"{name}: only in {other}" for name in sorted(theirs.keys() - ours.keys())]
    for name in sorted(ours.keys() & theirs.keys()):
        if ours[name] != theirs[name]:
            at = first_difference(ours[name], theirs[name])
            here, there = (
                side[max(0, at - AROUND) : at + AROUND] for side in (ours[name], theirs[name])
            )
            found.append(f"{name}: differs from byte {at} on: {here!r} and {there!r}")
    return found


def first_difference(one: bytes, other: bytes) -> int:
    """The offset of the first byte in which two contents differ."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def surroundings(folder: Path, cores: int, **environment: str) -> dict[str, str]:
    """The variables of another user's environment, whose home and Python start are in `folder`."""
    home, start = folder / "home", folder / "start"
    for made in (home, start):
        made.mkdir(parents=True)
    (start / "sitecustomize.py").write_text(CORES.format(count=cores), encoding="utf-8")
    return {
        "HOME": str(home), "USER": folder.name, "LOGNAME": folder.name, "PYTHONPATH": str(start),
        "OPENBLAS_NUM_THREADS": str(cores), "RAYON_NUM_THREADS": str(cores), **environment,
    }  # fmt: skip


def locales(folder: Path) -> dict[str, dict[str, str]]:
    """The variables of locales other than C, compiled into `folder`; those that this machine has."""
    if not shutil.which("localedef"):
        return {}
    found = {}
    for name, charmap in LOCALES:
        made = subprocess.run(
            ["localedef", "-i", name, "-f", charmap, str(folder / name)],
            capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
        if made.returncode == 0:
            found[name] = {"LOCPATH": str(folder), "LC_ALL": name, "LANGUAGE": name}
    return found
