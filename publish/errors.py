"""The one error that publishing raises: where, what came, what to do."""

from __future__ import annotations

from pathlib import Path


class PublishError(Exception):
    """One or more problems in a project, each with the place where an author can mend it."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def at(path: Path | str, line: int | None, message: str) -> str:
    """Format `message` as `path:line: message`, the form that editors turn into a link."""
    return f"{path}:{line}: {message}" if line else f"{path}: {message}"
