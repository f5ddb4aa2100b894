"""Set the numbered document as a tagged PDF (PDF/UA-1) with Typst.

Only fonts that come with packages are used, so that the bytes do not depend on the machine.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import typst

from .document import Document
from .errors import PublishError
from .letters import FONTS, STANDARD, displayable
from .pandoc import FILTERS, TEMPLATES, pandoc
from .project import Project

# What Typst says of text without a shape, or with one that tells no letter.
NO_LETTER = ("could not be displayed with font", "missing codepoints")


def write_pdf(document: Document, project: Project, target: Path, review: bool = False) -> None:
    """Write `document` as a PDF to `target`; the project's date is the document's timestamp.

    `review` numbers the lines and doubles their distance.
    """
    source = typst_source(document, project)
    try:
        pdf = _set(source, project, review)
    except PublishError as error:
        if not any(words in str(error) for words in NO_LETTER):
            raise
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            pdf = _set(displayable(source, project.root, Path(folder)), project, review)
    target.write_bytes(pdf)


def _set(source: str, project: Project, review: bool) -> bytes:
    """The PDF of the Typst `source`."""
    compiler = typst.Compiler(
        root=str(project.root.resolve()),
        sys_inputs={"book": json.dumps({**_facts(project), "review": review})},
        **FONTS,
    )
    try:
        pdf, warnings = compiler.compile_with_warnings(
            input=source.encode(), format="pdf", pdf_standards=STANDARD, timestamp=_moment(project)
        )
    except typst.TypstError as error:
        raise PublishError(f"typst: {error.diagnostic or error.message}") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Rust's, which derives from no Exception
            raise
        raise PublishError(f"typst cannot set this book: {error}") from None
    if warnings:
        raise PublishError(*(f"typst: {w.diagnostic or w.message}" for w in warnings))
    return pdf


def typst_source(document: Document, project: Project) -> str:
    """Return the Typst source of `document`."""
    return pandoc(
        json.dumps(document), "--from=json", "--to=typst-citations",
        f"--lua-filter={FILTERS / 'typst.lua'}", f"--template={TEMPLATES / 'book.typ'}",
        cwd=project.root,
    )  # fmt: skip


def _facts(project: Project) -> dict:
    """What the template says of the book."""
    return {
        "title": project.title,
        "subtitle": project.subtitle,
        "authors": project.authors,
        "date": project.date,
        "description": project.description,
        "lang": project.lang,
        "papersize": project.papersize,
        "keywords": project.keywords,
        "toc": project.pdf_toc,
        "toc_depth": project.pdf_toc_depth,
    }


def _moment(project: Project) -> datetime:
    try:
        moment = datetime.fromisoformat(project.date)
    except ValueError:
        moment = datetime(1980, 1, 1)  # a fixed moment, since the PDF must not tell the time of day
    return moment.replace(tzinfo=UTC)
