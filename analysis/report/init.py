"""A project for a manuscript of one's own: chapters, data, codebook, engine, Makefile, CI."""

from __future__ import annotations

import shutil
from pathlib import Path

from .assets import EXAMPLE, LOCK, TEMPLATES, asset
from .changed import BEFORE
from .compose import read_data
from .measures import MEASURES
from .project import TRIALS, write_project
from .roles import ROLES
from .settings import settings_path
from .wheel import write_wheel

FILES = TEMPLATES / "init"
SETTINGS = FILES / "data/trials.yml"  # of the example, and of no other file
CODEBOOK, HIDDEN = "data/README.md", {"gitignore": ".gitignore"}


class NotEmpty(Exception):
    """A folder that holds files already, which a new project would overwrite."""


def init(root: Path, data: Path | None = None) -> None:
    """Write a project into the empty or new folder `root`, on the file `data` or on the example."""
    if root.exists() and any(root.iterdir()):
        raise NotEmpty(f"{root} is not empty; give a new folder")
    if data is None:
        data = root / TRIALS
        data.parent.mkdir(parents=True)
        shutil.copyfile(asset(EXAMPLE), data)
        shutil.copyfile(SETTINGS, settings_path(data))
    write_project(read_data(data), data, root)
    shutil.rmtree(root / BEFORE)  # a manuscript keeps what was before by itself
    for path in sorted(FILES.rglob("*")):
        name = path.relative_to(FILES).as_posix()
        target = root / HIDDEN.get(name, name)
        if path.is_file() and path != SETTINGS and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    (root / CODEBOOK).write_text(_codebook(), encoding="utf-8")
    shutil.copyfile(asset(LOCK), root / LOCK)
    write_wheel(root / "wheels")


def _codebook() -> str:
    """The codebook with all roles and measures."""
    text = (FILES / CODEBOOK).read_text(encoding="utf-8")
    roles = "\n".join(
        ["| role | what it is |", "|---|---|", *(f"| `{r}` | {w} |" for r, w in ROLES.items())]
    )
    measures = ", ".join(f"{key} ({measure.name})" for key, measure in MEASURES.items())
    return text.replace("{{roles}}", roles).replace("{{measures}}", measures)
