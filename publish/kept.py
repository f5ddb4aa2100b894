"""What Pandoc made of a text, kept by its content: only what changed is read or written anew.

It serves the calls whose result depends on nothing but the text, the arguments and a page's template.
"""

from __future__ import annotations

from pathlib import Path

import pypandoc

from . import pandoc
from .cache import code_hash, keep, kept

FOLDER = "pandoc"


class Kept:
    """Results of Pandoc in a folder of `work`, for many threads at once."""

    def __init__(self, work: Path) -> None:
        self._folder = work / FOLDER
        self._folder.mkdir(exist_ok=True)
        self._used: set[str] = set()
        program = Path(pypandoc.get_pandoc_path())
        found = program.stat()
        files = [Path(pandoc.__file__), pandoc.TEMPLATES / "page.html"]
        self._surroundings = code_hash(
            program, found.st_size, found.st_mtime_ns, *(file.read_bytes() for file in files)
        )

    def pandoc(self, source: str, *arguments: str, cwd: Path) -> str:
        """Return what Pandoc makes of `source` with `arguments`, as `pandoc.pandoc` does."""
        name = code_hash(self._surroundings, arguments, source)
        self._used.add(name)
        content = kept(self._folder / name)
        if content is not None:
            return content.decode()
        made = pandoc.pandoc(source, *arguments, cwd=cwd)
        keep(self._folder / name, made.encode())
        return made

    def forget_the_rest(self) -> None:
        """Remove what was not used since the start: the folder holds one book and no more."""
        for path in self._folder.iterdir():
            if path.name not in self._used:
                path.unlink()
