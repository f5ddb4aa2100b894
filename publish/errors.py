"""The one error that publishing raises: where, what came, what to do."""

from __future__ import annotations

from pathlib import Path
from reprlib import Repr

LONGEST = 80  # letters of what a message quotes

_REPR = Repr()
_REPR.maxstring = _REPR.maxother = LONGEST


class PublishError(Exception):
    """One or more problems in a project, each with the place where an author can mend it."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def at(path: Path | str, line: int | None, message: str) -> str:
    """Format `message` as `path:line: message`, the form that editors turn into a link."""
    return f"{path}:{line}: {message}" if line else f"{path}: {message}"


def quoted(text: str) -> str:
    """Return `text` as Python writes it, without the middle of what is long."""
    return _REPR.repr(text)


def brief(text: str) -> str:
    """Return `text` as it stands, but in short and without what a terminal would act on."""
    text = text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}…{text[-LONGEST // 2 :]}"
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
