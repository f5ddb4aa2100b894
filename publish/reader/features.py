"""Give a rendered site everything that its readers get beside the text."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from ..citation import FILE, cff
from ..project import Project
from ..record import FILE as RECORD
from ..record import record, written
from . import index, trace
from .links import with_links
from .made import with_record
from .markup import parse
from .pages import FOLDER, Place, source_of, with_features

VALUES = "values.json"
ASSETS = Path(__file__).parent / "assets"
# In this order: later files use what earlier ones define.
STYLES = ("fonts.css", "colours.css", "tables.css", "reader.css")
SCRIPTS = (
    "start.js", "theme.js", "trace.js", "preview.js", "tabs.js", "search.js", "zoom.js", "sort.js",
    "filter.js", "copy.js", "contents.js",
)  # fmt: skip


def add_features(site: Path, project: Project, engine: str) -> None:
    """Give the pages of `project`, rendered in the folder `site` by `engine`, all that readers get."""
    names = [chapter.page for chapter in project.chapters if (site / chapter.page).is_file()]
    if not names:  # the embedded engine runs post-render commands apart, and this step by itself
        return
    made = record(project, engine)
    _write(site / RECORD, written(made))
    sources = {n: with_record((site / n).read_text(encoding="utf-8"), made) for n in names}
    trees = {name: parse(source) for name, source in sources.items()}
    linked = with_links(sources, trees)
    sources |= linked
    trees |= {name: parse(source) for name, source in linked.items()}
    folder = site / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    # Before the pages, which offer them.
    _write(site / FILE, cff(project))
    for name in names:
        source = source_of(name, project)
        shutil.copyfile(project.root / source, site / source)
    for name, source in sources.items():
        featured = with_features(source, trees[name], Place(site, name), project)
        (site / name).write_text(featured, encoding="utf-8")
    shutil.copytree(ASSETS / "fonts", folder / "fonts", dirs_exist_ok=True)
    _write(folder / "reader.css", _joined(STYLES))
    _write(folder / "reader.js", f"(() => {{\n'use strict';\n{_joined(SCRIPTS)}}})();\n")
    _write(folder / "search.js", _data("search", index.search(trees, site)))
    _write(folder / "previews.js", _data("previews", index.previews(trees, sources)))
    if (site / VALUES).is_file():
        values = json.loads((site / VALUES).read_text(encoding="utf-8"))["values"]
        for name, part in trace.parts(values, trees).items():
            _write(folder / f"{name}.js", _data(name, part))


def _joined(names: tuple[str, ...]) -> str:
    return "".join((ASSETS / name).read_text(encoding="utf-8") for name in names)


def _data(name: str, content: dict) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f"window.readerData = {{ ...window.readerData, '{name}': {text} }};\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
