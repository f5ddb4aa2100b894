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

from hypothesis import strategies as st

from analysis.report.compose import read_data
from analysis.report.project import write_project
from analysis.report.published import read_published
from analysis.review.data import DataError, read_review
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
SHOWN = 20_000  # letters of a whole refusal on a terminal


class Hang(BaseException):
    """An input was not done with in time; no reader may catch it."""


@dataclass(frozen=True)
class Reader:
    """A reader called `name`: `read` a folder, `refuses` as it may; `inputs` and how many of them."""

    name: str
    read: Callable[[Path], object]
    refuses: type[Exception]
    inputs: st.SearchStrategy[Files]
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
        assert "Traceback" not in problem
        odd = [letter for letter in problem if not letter.isprintable() and letter != "\n"]
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


@st.composite
def one_spoilt(draw, sets: Sequence[Files], changes: Mapping[str, Sequence[Change]]) -> Files:
    """One of the `sets` of good files with one file spoilt by `changes`, which go by its ending."""
    files = dict(draw(st.sampled_from(sets)))
    able = [name for name in files if Path(name).suffix in changes]
    name = draw(st.sampled_from(able))
    own = changes[Path(name).suffix]
    for change in draw(st.lists(st.sampled_from(own), min_size=1, max_size=4)):
        files[name] = change(draw, files[name])
    return files


def _read(name: str, lines: int | None = None) -> bytes:
    """The file `name` of this repository, or its first `lines`."""
    content = (ROOT / name).read_bytes()
    return b"".join(content.splitlines(keepends=True)[:lines])


# A row or two of each file, since what a row more costs is time.
REVIEW = {
    f"{name}.csv": _read(f"data/{name}.csv", 3) for name in ("effects", "studies", "published")
}
REVIEWS = [
    REVIEW | {file.name: _read(f"data/{file.name}", 4)} for file in sorted((ROOT / "data").glob("*.csv"))
]  # fmt: skip
BOOK = {
    "index.qmd": b"# One\n", "chapters/two.qmd": b"# Two\n", "chapters/references.bib": b"",
    "chapters/apa.csl": b"",
}  # fmt: skip


def _books() -> list[Files]:
    """This project's own configuration, with a chapter less or two, and that of the toy."""
    own = _read("_quarto.yml")
    named = [name for name in (ROOT / "chapters").iterdir() if name.suffix == ".qmd"]
    chapters = {f"chapters/{path.name}": b"# A\n" for path in named}
    return [BOOK | chapters | {"_quarto.yml": own}]


CHAPTERS = [
    {"chapter.qmd": _read(path.relative_to(ROOT).as_posix())}
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
    read_published(folder / "trials.csv")
    return data.settings


def _written(folder: Path) -> object:
    """Write the project on the trials in `folder` beside it, and read its chapters as a build does."""
    data = read_data(folder / "trials.csv")
    read_published(folder / "trials.csv")
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
    Reader("files of a review", read_review, DataError, one_spoilt(REVIEWS, CSV), 6, 2_500),
    Reader("_quarto.yml", _book, PublishError, one_spoilt(_books(), YML), 30, 15_000),
    Reader("chapters", lambda folder: read_chapter(folder, Path("chapter.qmd")), PublishError,
           one_spoilt(CHAPTERS, QMD), 40, 45_000),
    Reader("trials", _trials, DataError, one_spoilt(_examples(), CSV | YML), 40, 20_000),
    Reader("reports", _written, DataError, one_spoilt(_examples(), CSV | YML), 5, 2_000),
    Reader("downloaded sites", _site, NoSite, one_spoilt([SITE], DOWNLOADED), 40, 25_000),
)  # fmt: skip
