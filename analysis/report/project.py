"""A project on disk: a Quarto book on a file of trials, and what its chapters and builds call."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

from ..display.downloads import output_folder, write_downloads
from ..display.figure import Figure
from ..display.shown import Shown
from ..display.table import Table
from .assets import LICENCE, STYLE, TEMPLATES, asset
from .changed import VALUES, add_changed, keep
from .chapters import chapters
from .compose import compose, read_data
from .doubts import doubts
from .files import copy, copy_or_remove
from .published import published_path, read_published
from .settings import settings_path, with_measure
from .trials import Data

TRIALS, PUBLISHED = Path("data/trials.csv"), Path("data/published.csv")
SCRIPTS = ("report.py", "post_render.py")


@dataclass(frozen=True)
class Project:
    """A project in the folder `root`: its data, and what its chapters may show."""

    root: Path
    data: Data
    shown: Shown

    def write_downloads(self) -> int:
        """Write what the site offers besides its pages; return the exit status."""
        folder = output_folder()
        if folder is None:
            return 1
        write_downloads(self.shown.registry, folder)
        target = folder / TRIALS.parent
        target.mkdir(exist_ok=True)
        for file in (TRIALS, PUBLISHED, settings_path(self.root / TRIALS)):
            if (self.root / file).is_file():
                shutil.copyfile(self.root / file, target / file.name)
        self.tell()
        return 0

    def tell(self) -> None:
        """Print what the author should know of the data, for the end of the build."""
        for finding in (*self.data.left_out, *doubts(self.data), *self._not_shown()):
            print(f"finding: {finding}")

    def _not_shown(self) -> list[str]:
        """The tables and figures that no chapter shows: an author's chapters stay while data grow."""
        chapters = (*self.root.glob("*.qmd"), *self.root.glob("chapters/*.qmd"))
        text = "".join(path.read_text(encoding="utf-8") for path in chapters)
        calls = (
            f'{kind.__name__.lower()}("{name}")'
            for kind in (Table, Figure)
            for name in self.shown.registry.names(kind)
        )
        return [
            f"no chapter shows {call}, which the data now have; put it into a cell of a chapter"
            for call in calls
            if call not in text
        ]


def open_project(root: Path, file: str = TRIALS.name) -> Project:
    """Compute everything from the trials of the project in the folder `root`, given as `file`."""
    data = read_data(root / TRIALS).called(file)
    published = read_published(root / TRIALS)
    registry = compose(data, published)
    add_changed(registry, data, root)
    return Project(root, data, Shown(registry, root))


def write_project(
    data: Data, path: Path, root: Path, measure: str | None = None, file: str = TRIALS.name
) -> None:
    """Write the project on `data`, read from the CSV file at `path`, into the folder `root`.

    `measure` is one that was asked for besides the settings, and joins those of the project; `file` is
    what the chapters call the file.
    """
    published = published_path(path)
    keep(root, path)
    texts = chapters(data, published is not None, (root / VALUES).is_file())
    for name, text in texts.items():
        _write(root / name, text)
    for name in SCRIPTS:
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        _write(root / name, text.replace(f'file="{TRIALS.name}"', f"file={file!a}"))
    _write(root / "_quarto.yml", _book(data, list(texts)))
    _write(root / "_environment", "QUARTO_PYTHON=.venv/bin/python\n")
    bibliography = (TEMPLATES / "references.bib").read_text(encoding="utf-8")
    _write(root / "chapters/references.bib", bibliography)
    for name in (STYLE, LICENCE):
        shutil.copyfile(asset(name), root / "chapters" / name)
    copy(path, root / TRIALS)
    copy_or_remove(settings_path(path), (root / TRIALS).with_suffix(".yml"))
    copy_or_remove(published, root / PUBLISHED)
    if measure:
        path = (root / TRIALS).with_suffix(".yml")
        _write(path, with_measure(path, measure))


def _book(data: Data, names: list[str]) -> str:
    settings = data.settings
    book = {"title": settings.title or f"A meta-analysis of {data.source.name}"}
    if settings.subtitle:
        book["subtitle"] = settings.subtitle
    if settings.authors:
        book["author"] = list(settings.authors)
    if settings.date:
        book["date"] = settings.date
    book |= {"output-file": "report", "search": False, "chapters": names}
    config = {
        "project": {
            "type": "book", "output-dir": "_site", "execute-dir": "project",
            "post-render": "post_render.py",
        },
        "book": book,
        "lang": "en",
        "bibliography": "chapters/references.bib",
        "csl": f"chapters/{STYLE}",
        "link-citations": True,
        "number-sections": True,
        "execute": {"echo": False},
        "format": {
            "html": {
                "toc": True, "toc-depth": 3, "theme": {"light": "cosmo", "dark": "darkly"},
                "respect-user-color-scheme": True, "citations-hover": False,
                "crossrefs-hover": False, "footnotes-hover": False, "html-math-method": "mathml",
            },
            "typst": {"citeproc": True, "toc": True, "toc-depth": 2, "papersize": "a4"},
        },
    }  # fmt: skip
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=100)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
