"""What a site was made from: the hash of each input, and the versions of what turned them into pages.

    date        the book's own, never the clock's
    engine      embedded or quarto           python      its version
    packages    the versions of those that compute, draw and set, and of Quarto where it rendered and can
                be found; what these rest on stands in the project's lock, a file like others here
    project     SHA-256 of each file that building reads, by its path in the project
    publisher   SHA-256 of each file of `publish`, by its path there

The same inputs give the same record, so that a record is an input to nothing and differs where they do.
"""

from __future__ import annotations

import hashlib
import json
import platform
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .cache import ENGINE, Sources, is_passed_over
from .project import CONFIG, Project

FILE = "build.json"
# What only checks, waits or serves leaves no trace in the site.
COMPUTING = (
    "font-source-sans-pro", "fonttools", "formulaic", "great-tables", "ipython", "matplotlib", "numpy",
    "pandas", "python-flint", "pyyaml", "resvg-py", "scipy",
)  # fmt: skip
RENDERING = {"embedded": ("pypandoc_binary", "typst"), "quarto": ("ipykernel",)}  # by engine


def record(project: Project, engine: str) -> dict:
    """Return the record of a build of `project` by the `engine`."""
    return {
        "date": project.date,
        "engine": engine,
        "python": platform.python_version(),
        "packages": _packages(engine),
        "project": _inputs(project),
        "publisher": _hashes(ENGINE, sorted(ENGINE.rglob("*"))),
    }


def written(record: dict) -> str:
    """Return `record` as the text of its file."""
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _packages(engine: str) -> dict[str, str]:
    found = {name: _version(name) for name in (*COMPUTING, *RENDERING[engine])}
    if engine == "quarto":  # by name, since its wrapper is slow to import
        found["Quarto"] = import_module(".quarto", __package__).version()
    return {name: told for name, told in found.items() if told}


def _inputs(project: Project) -> dict[str, str]:
    """What cells can read, and the text around them."""
    texts = [chapter.path for chapter in project.chapters]
    texts += [path for path in (Path(CONFIG), project.bibliography, project.csl) if path]
    read = Sources.read(project.root, (project.output_dir,))
    found = {name: read.hashes[name] for name in read.stamps}
    found |= _hashes(project.root, [project.root / path for path in texts])
    return dict(sorted(found.items()))


def _hashes(folder: Path, paths: list[Path]) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.is_file() and not any(map(is_passed_over, path.relative_to(folder).parts))
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # a project of one's own may do without it
        return ""
