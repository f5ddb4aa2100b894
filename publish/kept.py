"""What Pandoc made of a text, kept by its content: only what changed is read or written anew.

It serves the calls whose result depends on nothing but the text, the arguments and a template.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from threading import Lock

from .cache import Entry, Store, code_hash, key
from .pandoc import TEMPLATES, pandoc

FOLDER = "pandoc"
LIMIT = 50_000_000  # bytes; this manuscript takes seven


class Kept:
    """Results of Pandoc in a folder of `work`, for many threads at once."""

    def __init__(self, work: Path) -> None:
        self._store, self._one_at_a_time = Store(work / FOLDER, LIMIT), Lock()
        templates = [path.read_bytes() for path in sorted(TEMPLATES.iterdir())]
        self._surroundings = code_hash(version("pypandoc_binary"), *templates)

    def pandoc(self, source: str, *arguments: str, cwd: Path) -> str:
        """Return what Pandoc makes of `source` with `arguments`, as `pandoc.pandoc` does."""
        code = code_hash(self._surroundings, arguments, source)
        entry = self._store.get(key(code, {}))
        if entry is None:
            entry = Entry(code, {}, (pandoc(source, *arguments, cwd=cwd),), ())
            with self._one_at_a_time:
                self._store.put("pandoc", entry)
        return entry.outputs[0]
