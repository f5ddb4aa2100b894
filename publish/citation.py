"""How to cite a book, out of its `_quarto.yml`: who wrote it, and the file CITATION.cff.

An author written "Family, Given" is a person, as in BibTeX; any other is taken as a name in one piece.
The version is that of `pyproject.toml`, where there is one.

`python -m publish.citation` writes CITATION.cff into the project in the current folder.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import yaml

from .errors import PublishError
from .project import Project, read_project

FILE = "CITATION.cff"
CFF = "1.2.0"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def person(author: str) -> tuple[str, str] | None:
    """Return the given and the family name of `author`, None where it is a name in one piece."""
    family, comma, given = (part.strip() for part in author.partition(","))
    return (given, family) if comma and given and family else None


def whole_title(project: Project) -> str:
    """Return the title and the subtitle of `project`."""
    return ". ".join(filter(None, (project.title, project.subtitle)))


def day(project: Project) -> str:
    """Return the date of `project` as YYYY-MM-DD, or nothing where it is none."""
    return project.date if DAY.fullmatch(project.date) else ""


def version(project: Project) -> str:
    """Return the version in the `pyproject.toml` of `project`, or nothing."""
    file = project.root / "pyproject.toml"
    if not file.is_file():
        return ""
    return tomllib.loads(file.read_text(encoding="utf-8")).get("project", {}).get("version", "")


def cff(project: Project) -> str:
    """Return CITATION.cff for `project`, in the Citation File Format (Druskat et al. 2021)."""
    authors = [_cff_author(author) for author in project.authors]
    fields = {
        "cff-version": CFF,
        "message": "If you use this manuscript, its data or its software, please cite it as below.",
        "title": whole_title(project),
        "abstract": project.description,
        "authors": authors,
        "version": version(project),
        "date-released": day(project),
        "keywords": list(project.keywords),
    }
    said = {key: value for key, value in fields.items() if value}
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=100)


def _cff_author(author: str) -> dict[str, str]:
    named = person(author)
    return {"given-names": named[0], "family-names": named[1]} if named else {"name": author}


def main() -> int:
    """Write CITATION.cff; return the exit status."""
    try:
        text = cff(read_project(Path.cwd()))
    except PublishError as error:
        print(error, file=sys.stderr)
        return 1
    Path(FILE).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
