"""Results of executing, kept by the content of everything that they depend on.

Sources     the project's files that code can read, each with the hash of its content
Entry       a result: the outputs and files of one job, and the sources that it came from
Store       entries by key, in a folder of bounded size; a damaged entry counts as absent

A chapter depends on its code and on every source; a post-render command on every source. The text
between a chapter's cells is no source, so that editing prose executes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from .jobs import FIGURES
from .project import CONFIG

LIMIT = 200_000_000  # bytes that a store may take; the entries used longest ago go first

# What no cell reads: text that is not executed, what building writes, and what stands around it.
TEXT = (".qmd", ".bib", ".csl")
AROUND = (
    CONFIG, "_environment", "_pdf", "_diff", "Makefile", "README.md", "CITATION.cff", "LICENCES.md",
    "pyproject.toml", "tests", "bench",
)  # fmt: skip
ENGINE = Path(__file__).parent.resolve()
EXECUTING = ("execute.py", "qmd.py", "workers.py", "jobs.py", "cache.py")


@dataclass(frozen=True)
class Sources:
    """The hash of each source by its path, and for each the time, size and inode of that content."""

    hashes: dict[str, str]
    stamps: dict[str, tuple[int, int, int]]

    @classmethod
    def read(cls, root: Path, built: tuple[Path, ...]) -> Sources:
        """Read those of the project in `root`; the paths `built` are written by building."""
        left_out = {root / path for path in (*built, FIGURES, *AROUND)}
        hashes, stamps = {"the engine": _engine()}, {}
        for path in _files(root, left_out, set()):
            try:
                status, content = path.stat(), path.read_bytes()
            except OSError:  # removed meanwhile, or not to be read by cells either
                continue
            name = path.relative_to(root).as_posix()
            hashes[name] = _hash(content)
            stamps[name] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return cls(hashes, stamps)


@dataclass(frozen=True)
class Entry:
    """A kept result: `code` is the hash of the job itself, `sources` are the hashes of the rest."""

    code: str
    sources: dict[str, str]
    outputs: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]

    @property
    def key(self) -> str:
        """What it is kept under."""
        return key(self.code, self.sources)


def key(code: str, sources: dict[str, str]) -> str:
    """The key of the result of `code` with `sources`."""
    return _hash(json.dumps([code, sources], sort_keys=True).encode())


def code_hash(*described: object) -> str:
    """The hash of a job, `described` by values that show themselves whole."""
    return _hash(repr(described).encode())


class Store:
    """Entries in `folder`. One build at a time uses it; being killed at any moment does no harm."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._folder, self._limit = folder, limit
        folder.mkdir(parents=True, exist_ok=True)
        for half_written in folder.glob(".*"):
            half_written.unlink()

    def get(self, wanted: str) -> Entry | None:
        """The entry under the key `wanted`, or None where there is no sound one."""
        body = kept(self._folder / wanted)
        if body is None:
            return None
        fields = json.loads(body)
        files = tuple((name, base64.b64decode(content)) for name, content in fields["files"])
        return Entry(fields["code"], fields["sources"], tuple(fields["outputs"]), files)

    def put(self, name: str, entry: Entry) -> None:
        """Keep `entry`, the latest of the job `name`; forget what was used longest ago."""
        files = [(path, base64.b64encode(content).decode()) for path, content in entry.files]
        fields = {
            "code": entry.code, "sources": entry.sources, "outputs": entry.outputs, "files": files,
        }  # fmt: skip
        keep(self._folder / entry.key, json.dumps(fields).encode())
        _write(self._latest(name), entry.key.encode())
        kept = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        size = sum(path.stat().st_size for path in kept)
        for path in kept[:-2]:
            if size <= self._limit:
                break
            size -= path.stat().st_size
            path.unlink()

    def why(self, name: str, code: str, sources: dict[str, str]) -> str:
        """Say in a word why the job `name` has no result for `code` and `sources`."""
        try:
            latest = self._latest(name).read_bytes().decode(errors="replace")
        except FileNotFoundError:
            return "first run"
        before = self.get(latest)
        if before is None:
            return "its last result is gone"
        if before.code != code:
            return "its code changed"
        differing = [
            f"{path} {'is new' if path not in before.sources else 'is gone'}"
            if (path in sources) != (path in before.sources)
            else f"{path} changed"
            for path in sorted({*sources, *before.sources})
            if sources.get(path) != before.sources.get(path)
        ]
        more = f" and {len(differing) - 1} more" if len(differing) > 1 else ""
        return differing[0] + more if differing else "its last result is gone"

    def _latest(self, name: str) -> Path:
        return self._folder / f"latest-{_hash(name.encode())[:16]}"


def keep(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one step, with the hash by which `kept` knows that it is sound."""
    _write(path, _hash(content).encode() + b"\n" + content)


def kept(path: Path) -> bytes | None:
    """What `keep` wrote to `path`, which is marked as used, or None where it is not there or damaged."""
    try:
        digest, _, content = path.read_bytes().partition(b"\n")
        os.utime(path)
    except OSError:
        return None
    return content if digest.decode(errors="replace") == _hash(content) else None


def restore(root: Path, files: tuple[tuple[str, bytes], ...]) -> None:
    """Write `files` below `root`, each in one step and only where its content differs."""
    for name, content in files:
        path = root / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content)


def is_passed_over(name: str) -> bool:
    """Whether a file or folder called `name` is hidden, an editor's, or Python's own."""
    return name.startswith((".", "#")) or name.endswith(("~", ".pyc")) or name == "__pycache__"


def _write(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one step, so that nobody ever reads half of it."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(content)
    aside.replace(path)


def _files(folder: Path, left_out: set[Path], seen: set[Path]) -> list[Path]:
    """The files below `folder` in a fixed order; links are followed, each folder once."""
    if folder.resolve() in seen:
        return []
    seen.add(folder.resolve())
    found = []
    for path in sorted(folder.iterdir()):
        if is_passed_over(path.name) or path in left_out or path.resolve() == ENGINE:
            continue
        if (path / CONFIG).is_file():  # another project, such as a report
            continue
        if path.is_dir():
            found += _files(path, left_out, seen)
        elif path.is_file() and path.suffix not in TEXT:
            found.append(path)
    return found


def _engine() -> str:
    """The hash of what executes, and of the Python that it runs in."""
    parts = [platform.python_version(), *((ENGINE / name).read_bytes().hex() for name in EXECUTING)]
    return code_hash(*parts)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
