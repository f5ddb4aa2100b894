"""Render a project aside and swap it in: all of it, or nothing changes."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from . import quarto
from .document import assemble
from .errors import PublishError
from .pdf import write_pdf
from .project import Project, output_dir, read_project
from .qmd import parse
from .site import write_site
from .swap import swap_in
from .workers import execute

SCRATCH = Path(".build")

Progress = Callable[[str], None]


def build(root: Path, engine: str, progress: Progress) -> Path:
    """Render the project in `root` with `engine` (`embedded` or `quarto`); return its site.

    Raises `PublishError` and leaves the last site as it was when anything fails.
    """
    (root / SCRATCH).mkdir(exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=root / SCRATCH))
    try:
        render = quarto.render if engine == "quarto" else render_embedded
        built = render(root, scratch, progress)
        site = root / output_dir(root)
        swap_in(built, site)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return site


def render_embedded(root: Path, scratch: Path, progress: Progress) -> Path:
    """Render the project in `root` with the embedded engine; return the site, inside `scratch`."""
    project = read_project(root)
    target = scratch / "site"
    target.mkdir()
    parsed, problems = {}, []
    for chapter in project.chapters:
        try:
            source = (project.root / chapter.path).read_text(encoding="utf-8")
            parsed[chapter.path] = parse(source, chapter.path)
        except UnicodeDecodeError as error:
            problems.append(f"{chapter.path}: not UTF-8 at byte {error.start}")
        except PublishError as error:
            problems += error.problems
    if problems:
        raise PublishError(*problems)

    executed = execute(project, parsed, progress)
    with _timed("references and citations", progress):
        document = assemble(project, executed)
    with _timed("HTML pages", progress):
        write_site(document, project, target)
    with _timed("PDF", progress):
        write_pdf(document, project, target / f"{project.output_file}.pdf")
    for command in project.post_render:
        with _timed(command, progress):
            _post_render(command, project, target)
    return target


def _post_render(command: str, project: Project, target: Path) -> None:
    """Run a post-render command as Quarto does: in the project, with the output's folder told."""
    words = shlex.split(command)
    if words[0] in ("python", "python3"):
        words[0] = sys.executable
    environment = {**os.environ, "QUARTO_PROJECT_OUTPUT_DIR": str(target.resolve())}
    run = subprocess.run(
        words, cwd=project.root, env=environment, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise PublishError(f"post-render `{command}` failed:\n{run.stderr.strip() or run.stdout}")


class _timed:
    """Report a step with the seconds that it took."""

    def __init__(self, step: str, progress: Progress) -> None:
        self.step, self.progress = step, progress

    def __enter__(self) -> None:
        self.started = time.monotonic()

    def __exit__(self, kind, *_) -> None:
        if kind is None:
            self.progress(f"{self.step}  in {time.monotonic() - self.started:.1f} s")
