"""Every reader of the project with inputs that it may not take, and the check of what comes of each.

reader   reads a folder of files; gives a result, or refuses with an error of its own kind
input    the files by name, one or more of them spoilt
"""

from __future__ import annotations

import contextlib
import io
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from random import Random

from analysis.report.compose import read_data
from analysis.report.project import write_project
from analysis.report.published import read_published as read_printed
from analysis.review.data import DataError, read_effects, read_published, read_review, read_studies
from analysis.review.quoted import BLANKS
from analysis.verify.__main__ import tell
from analysis.verify.compare import compare, other_inputs
from analysis.verify.site import NoSite, Site, find_site, read_site
from publish.errors import PublishError
from publish.project import output_dir, read_project
from publish.qmd import read_chapter

from .spoilt import ANY, Change, cells, code, key, markup, scalar, token, within_code
from conftest import ROOT

Files = Mapping[str, bytes]

PATIENCE = 5  # seconds of computing for an input; what takes longer hangs
LONGEST = 2000  # letters of a problem: the longest lists what a row may hold
KEPT = BLANKS + "\n"
SHOWN = 20_000  # letters of a whole refusal on a terminal


class Hang(BaseException):
    """An input was not done with in time; no reader may catch it."""


@dataclass(frozen=True)
class Reader:
    """A reader called `name`: `read` a folder, `refuses` as it may; `inputs` and how many of them."""

    name: str
    read: Callable[[Path], object]
    refuses: type[Exception]
    inputs: Spoilt
    few: int
    many: int


def attempt(reader: Reader, files: Files, folder: Path) -> str:
    """Let `reader` read `files` from the empty `folder`; return what it refuses with, or nothing.

    Raises whatever else it raises, and AssertionError where it says too much or touches the files.
    """
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    said = ""
    try:
        with in_time():
            texts(reader.read(folder))
    except reader.refuses as refusal:
        said = str(refusal)
        problems = [str(one) for one in getattr(refusal, "problems", (said,))]
        check(problems, said, files)
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert left == set(files), f"written besides: {sorted(left ^ set(files))}"
    assert all((folder / name).read_bytes() == content for name, content in files.items())
    return said


def check(problems: Sequence[str], said: str, files: Files) -> None:
    """Whether each of the `problems` names a file, is short, and is safe on a terminal."""
    assert problems and len(said) <= SHOWN, f"{len(problems)} problems, {len(said)} letters"
    for problem in problems:
        assert len(problem) <= LONGEST, f"{len(problem)} letters: {problem[:200]}"
        assert any(Path(name).name in problem.split(": ")[0] for name in (*files, "")), problem
        assert "Traceback" not in problem, problem
        odd = [letter for letter in problem if not (letter.isprintable() or letter in KEPT)]
        assert not odd, f"control characters {odd[:5]!r} in {problem!r}"


def texts(result: object) -> None:
    """Whether the texts of a `result` can be written to a file, and are texts where they must be."""
    for field in fields(result) if hasattr(result, "__dataclass_fields__") else ():
        value = getattr(result, field.name)
        if field.type == "str":
            assert isinstance(value, str), f"{field.name} is {value!r}"
            value.encode("utf-8")
        if field.type == "tuple[str, ...]":
            "".join(value).encode("utf-8")


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    """Raise `Hang` where what is within is not done in `PATIENCE` seconds."""

    def over(*_) -> None:
        raise Hang(f"not done in {PATIENCE} seconds")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@dataclass(frozen=True)
class Spoilt:
    """Files out of one of the `sets` of good files, with one of them spoilt as its ending allows."""

    sets: Sequence[Files]
    changes: Mapping[str, Sequence[Change]]

    def __call__(self, chance: Random) -> Files:
        """The files that `chance` decides on."""
        files = dict(chance.choice(self.sets))
        name = chance.choice([name for name in files if Path(name).suffix in self.changes])
        for _ in range(chance.randint(1, 4)):
            change = chance.choice(self.changes[Path(name).suffix])
            files[name] = change(chance, files[name])
        return files


def _read(name: str, lines: int | None = None) -> bytes:
    """The file `name` of this repository, or its first `lines`."""
    content = (ROOT / name).read_bytes()
    return b"".join(content.splitlines(keepends=True)[:lines])


# A row or two of each file, since what a row more costs is time.
DATA = sorted((ROOT / "data").glob("*.csv"))
ALONE = {"effects": read_effects, "studies": read_studies, "published": read_published}
REQUIRED = {f"{name}.csv": _read(f"data/{name}.csv", 3) for name in ALONE}
REVIEWS = [
    *({name: content} for name, content in REQUIRED.items()),
    *(REQUIRED | {path.name: _read(f"data/{path.name}", 4)} for path in DATA),
]


def _review(folder: Path) -> object:
    """Read the review in `folder`, or the one file in it by itself."""
    (first, *others) = folder.iterdir()
    return read_review(folder) if others else ALONE[first.stem](first)


BOOK = {
    "index.qmd": b"# One\n", "chapters/01-introduction.qmd": b"# Two\n",
    "chapters/references.bib": b"", "chapters/apa.csl": b"",
}  # fmt: skip


def _book_of_two() -> Files:
    """This project's own configuration with the first two chapters, which say nothing."""
    lines = _read("_quarto.yml").splitlines(keepends=True)
    kept = [line for line in lines if b"- chapters/" not in line or b"- chapters/01-" in line]
    return BOOK | {"_quarto.yml": b"".join(kept)}


# The beginning of each chapter, since what a line more costs is time.
CHAPTERS = [
    {"chapter.qmd": _read(path.relative_to(ROOT).as_posix(), 40)}
    for path in (ROOT / "index.qmd", *sorted((ROOT / "chapters").glob("*.qmd")))
]


def _examples() -> list[Files]:
    """The examples, each with its settings and what was published of it."""
    found = []
    for path in sorted((ROOT / "examples").glob("*.csv")):
        if path.stem.endswith("-published"):
            continue
        beside = {
            "trials.csv": path,
            "trials.yml": path.with_suffix(".yml"),
            "trials-published.csv": path.with_name(f"{path.stem}-published.csv"),
        }
        found.append({name: file.read_bytes() for name, file in beside.items() if file.is_file()})
    return found


SITE = {
    "values.json": b'{"values": {"a.k": {"raw": 18, "text": "18", "published": "18", "inputs": []}, '
    b'"a.b": {"raw": 0.8184120000000001, "text": "0.82", "source": "pooled", "inputs": ["a.k"]}}}',
    "build.json": b'{"date": "2020-02-03", "project": {"data/effects.csv": "00", "no": "x"}}',
    "index.html": b'<html><p><span class="value" data-id="a.b" data-value="0.82">0.82</span> of '
    b'<span class="value" data-id="a.k" data-value="18">18</span>.</p></html>\n',
    "tables/t.csv": b"study,d\nOne,0.82\nTwo,0.8184120000000001\n",
    "figures/f.svg": b"<svg>\n<text>0.82</text>\n</svg>\n",
}  # fmt: skip


def _site(folder: Path) -> Site:
    """Read the site in `folder`, compare it with a good one, and tell what differs."""
    theirs = read_site(find_site(folder))
    ours = Site(
        {"a.k": {"raw": 18, "text": "18", "inputs": []}},
        (),
        {"tables/t.csv": [["study", "d"]]},
        {},
        {},
    )
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8", "replace")):
        tell(theirs, compare(theirs, ours), other_inputs(theirs, ROOT))
    return theirs


def _book(folder: Path) -> object:
    output_dir(folder)
    return read_project(folder)


def _trials(folder: Path) -> object:
    data = read_data(folder / "trials.csv")
    read_printed(folder / "trials.csv")
    return data.settings


def _written(folder: Path) -> object:
    """Write the project on the trials in `folder` beside it, and read its chapters as a build does."""
    data = read_data(folder / "trials.csv")
    read_printed(folder / "trials.csv")
    root = folder.with_name(f"{folder.name}-written")
    write_project(data, folder / "trials.csv", root, file="trials.csv")
    project = read_project(root)
    for chapter in project.chapters:
        read_chapter(root, chapter.path)
    return project


CSV = {".csv": (*ANY, cells, cells)}
YML = {".yml": (*ANY, scalar, scalar, scalar, key)}
QMD = {".qmd": (*ANY, code, code, within_code, within_code)}
DOWNLOADED = {
    ".json": (*ANY, token, token), ".html": (*ANY, markup, markup), ".csv": (*ANY, cells), ".svg": ANY,
}  # fmt: skip

READERS = (
    Reader("files of a review", _review, DataError, Spoilt(REVIEWS, CSV), 6, 1_000),
    Reader("_quarto.yml", _book, PublishError, Spoilt([_book_of_two()], YML), 30, 7_000),
    Reader("chapters", lambda folder: read_chapter(folder, Path("chapter.qmd")), PublishError,
           Spoilt(CHAPTERS, QMD), 100, 60_000),
    Reader("trials", _trials, DataError, Spoilt(_examples(), CSV | YML), 40, 10_000),
    Reader("reports", _written, DataError, Spoilt(_examples(), CSV | YML), 10, 1_000),
    Reader("downloaded sites", _site, NoSite, Spoilt([SITE], DOWNLOADED), 60, 22_000),
)  # fmt: skip
