"""Render a project aside and swap it in: all of it, or nothing changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from .cache import restore
from .document import Document, assemble, located
from .errors import PublishError
from .kept import Kept
from .pandoc import PandocWarned
from .pdf import write_pdf
from .policy import add_policies
from .project import Project, output_dir, read_project
from .qmd import Part, read_chapter
from .reader.features import add_features
from .results import execute
from .site import write_site
from .swap import swap_in
from .workspace import workspace

PDF_FOLDER = Path("_pdf")  # for a PDF that is asked for by itself

Progress = Callable[[str], None]


def build(root: Path, engine: str, progress: Progress) -> Path:
    """Render the project in `root` with `engine` (`embedded` or `quarto`); return its site.

    Raises `PublishError` and leaves the last site as it was when anything fails.
    """
    with workspace(root, progress) as (work, scratch):
        if engine == "quarto":  # by name, since its wrapper is slow to import
            built = import_module(".quarto", __package__).render(root, scratch, progress)
        else:
            built = render_embedded(root, work, scratch, progress)
        site = root / output_dir(root)
        swap_in(built, site)
    return site


def build_pdf(root: Path, review: bool, progress: Progress) -> Path:
    """Render only the PDF of the project in `root`, apart from its site; return its path.

    `review` sets it for reviewers: double-spaced, with numbered lines.
    """
    with workspace(root, progress) as (work, scratch):
        project, document, _ = _document(root, work, scratch, Kept(work), progress)
        name = f"{project.output_file}{'-review' if review else ''}.pdf"
        with _timed("PDF", progress), _telling_where(project):
            write_pdf(document, project, scratch / name, review)
        (root / PDF_FOLDER).mkdir(exist_ok=True)
        return (scratch / name).replace(root / PDF_FOLDER / name)


def render_embedded(root: Path, work: Path, scratch: Path, progress: Progress) -> Path:
    """Render the project in `root` with the embedded engine; return the site, inside `scratch`."""
    kept = Kept(work)
    project, document, added = _document(root, work, scratch, kept, progress)
    target = scratch / "site"
    target.mkdir()

    paper = target / f"{project.output_file}.pdf"
    paper.touch()  # pages link to what is there, and are done before it is

    def pages() -> None:
        with _timed("HTML pages", progress), _telling_where(project):
            write_site(document, project, target, kept)
        restore(target, added)
        with _timed("search, previews and downloads", progress):
            add_features(target, project, "embedded")
            add_policies(target, project)

    def pdf() -> None:
        with _timed("PDF", progress), _telling_where(project):
            write_pdf(document, project, paper)

    with ThreadPoolExecutor() as threads:
        written = [threads.submit(pages), threads.submit(pdf)]
    for future in written:
        future.result()
    kept.forget_the_rest()
    return target


def _document(
    root: Path, work: Path, scratch: Path, kept: Kept, progress: Progress
) -> tuple[Project, Document, tuple[tuple[str, bytes], ...]]:
    """Execute and assemble the project in `root`; the files to be added to its site come along."""
    project = read_project(root)
    executed = execute(project, _parse(project), work, scratch, progress)
    with _timed("references and citations", progress):
        document = assemble(project, executed.chapters, kept)
    return project, document, executed.added


def _parse(project: Project) -> dict[Path, list[Part]]:
    parsed, problems = {}, []
    for chapter in project.chapters:
        try:
            parsed[chapter.path] = read_chapter(project.root, chapter.path)
        except PublishError as error:
            problems += error.problems
    if problems:
        raise PublishError(*problems)
    return parsed


@contextmanager
def _telling_where(project: Project) -> Iterator[None]:
    """Let what Pandoc warns of name the place in the chapters of `project`."""
    try:
        yield
    except PandocWarned as warned:
        raise located(project, warned) from None


class _timed:
    """Report a step with the seconds that it took."""

    def __init__(self, step: str, progress: Progress) -> None:
        self.step, self.progress = step, progress

    def __enter__(self) -> None:
        self.started = time.monotonic()

    def __exit__(self, kind, *_) -> None:
        if kind is None:
            self.progress(f"{self.step}  in {time.monotonic() - self.started:.1f} s")
