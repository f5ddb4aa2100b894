"""Merge the executed chapters into one Pandoc document, numbered and cited across chapters.

document    Pandoc's JSON: one Div of class `chapter` per source file, attributes `file`,
            `page` and `up`; every label resolved, every citation set.
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .errors import PublishError, at
from .kept import Kept
from .pandoc import FILTERS, READER, PandocWarned, pandoc
from .project import Project

Document = dict


def assemble(project: Project, executed: dict[Path, str], kept: Kept) -> Document:
    """Return the whole book, from each chapter's executed Markdown, read anew unless `kept`.

    Raises `PublishError`, naming file and line, for a reference to no label, a label used twice
    and a citation that the bibliography lacks; all of them at once.
    """
    with ThreadPoolExecutor() as threads:
        read = [
            threads.submit(_read, executed[c.path], project, c.path, kept) for c in project.chapters
        ]
        documents = [future.result() for future in read]
    blocks = []
    for chapter, document in zip(project.chapters, documents, strict=True):
        attributes = [["file", str(chapter.path)], ["page", chapter.page], ["up", chapter.up]]
        blocks.append({"t": "Div", "c": [["", ["chapter"], attributes], document["blocks"]]})
    merged = {**documents[0], "meta": {}, "blocks": blocks}

    cite = ["--citeproc", "--metadata=link-citations:true"] if project.bibliography else []
    cite += [f"--bibliography={project.bibliography}"] if project.bibliography else []
    cite += [f"--csl={project.csl}"] if project.csl else []
    problems: list[str] = []
    filters = ("--lua-filter", FILTERS / "crossref.lua", f"--metadata=lang:{project.lang}", *cite)
    try:
        written = _pandoc_json(merged, project, *filters)
    except PandocWarned as warned:
        problems += [_citation_problem(project, entry) for entry in warned.warnings]
        written = warned.output
    document = json.loads(written)
    for problem in document["meta"].pop("problems", {"c": []})["c"]:
        fields = {key: value["c"] for key, value in problem["c"].items()}
        path = Path(fields["file"])
        line = _line_of(project.root / path, fields["label"])
        problems.append(at(path, line, fields["message"]))
    if problems:
        raise PublishError(*problems)
    return document


def chapters(document: Document) -> list[list[dict]]:
    """The blocks of each chapter of `document`, in the book's order."""
    return [div["c"][1] for div in document["blocks"]]


def located(project: Project, warned: PandocWarned) -> PublishError:
    """What Pandoc warned of while writing the book, with the place where its author can mend it."""
    return PublishError(*dict.fromkeys(_math_problem(project, entry) for entry in warned.warnings))


def _math_problem(project: Project, entry: dict) -> str:
    tex = str(entry.get("contents", "")).strip()
    if entry["type"] != "CouldNotConvertTeXMath" or not tex:
        return f"pandoc: {entry['pretty']}"
    message = (
        f"the equation {tex!r} is not what TeX would read; see https://pandoc.org/MANUAL.html#math"
    )
    for chapter in project.chapters:
        line = _line_of(project.root / chapter.path, tex.split("\n")[0])
        if line:
            return at(chapter.path, line, message)
    return message


def _read(markdown: str, project: Project, path: Path, kept: Kept) -> Document:
    try:
        return json.loads(kept.pandoc(markdown, f"--from={READER}", "--to=json", cwd=project.root))
    except PandocWarned as warned:
        raise PublishError(*(f"{path}: {entry['pretty']}" for entry in warned.warnings)) from None


def _pandoc_json(document: Document, project: Project, *arguments) -> str:
    return pandoc(
        json.dumps(document), "--from=json", "--to=json", *map(str, arguments), cwd=project.root
    )


def _citation_problem(project: Project, entry: dict) -> str:
    missing = re.fullmatch(r"citation (\S+) not found", entry.get("message", ""))
    if not missing:
        return f"{project.bibliography}: {entry['pretty']}"
    key = missing[1]
    message = f"the citation @{key} is not in {project.bibliography}"
    for chapter in project.chapters:
        line = _line_of(project.root / chapter.path, f"@{key}")
        if line:
            return at(chapter.path, line, message)
    return message


def _line_of(path: Path, label: str) -> int | None:
    """The line of the source at `path` on which `label` first stands whole, without attributes."""
    pattern = re.compile(re.escape(label) + r"(?![\w:{-])")
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if pattern.search(line):
            return number
    return None
