"""Files that a project gets and that the repository keeps elsewhere; a wheel has them as templates."""

from __future__ import annotations

from pathlib import Path

TEMPLATES = Path(__file__).parent / "template"
REPOSITORY = Path(__file__).parent.parent.parent
STYLE, LICENCE, LOCK, EXAMPLE = "apa.csl", "apa.csl.LICENSE.md", "requirements.lock", "bcg.csv"
ASSETS = (STYLE, LICENCE, LOCK, EXAMPLE)


def asset(name: str) -> Path:
    """Return where the file `name` stands."""
    folders = (TEMPLATES, REPOSITORY / "chapters", REPOSITORY / "examples", REPOSITORY)
    return next(folder / name for folder in folders if (folder / name).is_file())
