"""Reading the CSV files of a review: as printed, checked, every problem told at once.

A frame holds text, digit for digit, and its index (`line`) is the line of the file on which each
row starts. A problem is what makes a file unusable and is raised; a finding is what the files say
of each other, such as an effect whose study is described nowhere, and stays with the review.
"""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pandera.errors import SchemaErrors

from .quoted import BRIEF, plain, quoted
from .schema import (
    CLAIMS,
    DEFINITIONS,
    EFFECTS,
    FLOW,
    GROUPS,
    LITERATURE,
    PUBLISHED,
    REMARKS,
    SOURCE,
    STUDIES,
    Table,
)

MOST = 100  # problems of which each is told; who mends a hundred may be told the others then
LONGEST = 1200  # letters of a line of a message
# The line on which a record starts, and its cells.
Record = tuple[int, list[str]]


@dataclass(frozen=True)
class Finding:
    """A remark on a `file`, at a `line` (the header is 1) and `column` where it has them."""

    file: str
    line: int | None
    column: str | None
    text: str

    def __str__(self) -> str:
        column = None if self.column is None else plain(self.column, BRIEF)
        place = [str(part) for part in (plain(self.file), self.line, column) if part is not None]
        lines = (plain(line, LONGEST) for line in self.text.split("\n"))
        return f"{':'.join(place)}: " + "\n".join(lines)


class DataError(ValueError):
    """Files that cannot be used; the message lists all `problems`, one a line, or the first `MOST`."""

    def __init__(self, problems: list[Finding]):
        if len(problems) > MOST:
            text = f"and {len(problems) - MOST} problems more, told once these are mended"
            problems = [*problems[:MOST], Finding(problems[MOST].file, None, None, text)]
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, eq=False)
class Review:
    """The files of a review as frames of text, and the `findings` across them."""

    effects: pd.DataFrame
    studies: pd.DataFrame
    published: pd.DataFrame
    groups: pd.DataFrame
    flow: pd.DataFrame
    definitions: pd.DataFrame
    literature: pd.DataFrame
    source: pd.DataFrame
    claims: pd.DataFrame
    remarks: pd.DataFrame
    findings: tuple[Finding, ...]


REQUIRED = {"effects": EFFECTS, "studies": STUDIES, "published": PUBLISHED}
OPTIONAL = {
    "groups": GROUPS,
    "flow": FLOW,
    "definitions": DEFINITIONS,
    "literature": LITERATURE,
    "source": SOURCE,
    "claims": CLAIMS,
    "remarks": REMARKS,
}


def read_effects(path: str | Path) -> pd.DataFrame:
    """Return the printed effects in the file at `path`; DataError tells all its problems."""
    return _read_or_raise(path, EFFECTS)


def read_studies(path: str | Path) -> pd.DataFrame:
    """Return the trials in the file at `path`; DataError tells all its problems."""
    return _read_or_raise(path, STUDIES)


def read_published(path: str | Path) -> pd.DataFrame:
    """Return the printed numbers in the file at `path`; DataError tells all its problems."""
    return _read_or_raise(path, PUBLISHED)


def read_review(folder: str | Path) -> Review:
    """Read the files of a review in `folder`; DataError tells the problems of all of them.

    effects.csv, studies.csv and published.csv must be there; of groups.csv, flow.csv,
    definitions.csv, literature.csv, source.csv, claims.csv and remarks.csv those that are not are read
    as empty.
    """
    paths = {name: Path(folder) / f"{name}.csv" for name in (*REQUIRED, *OPTIONAL)}
    frames, problems = {}, []
    for name, table in (REQUIRED | OPTIONAL).items():
        if name in OPTIONAL and not paths[name].exists():
            frames[name] = pd.DataFrame(columns=list(table.columns), dtype=str)
        else:
            frames[name], found = _read(paths[name], table)
            problems += found
    if problems:
        raise DataError(problems)
    joins = [(name, "studies") for name in ("effects", "groups", "definitions")]
    joins.append(("studies", "effects"))
    findings = [
        finding
        for name, other in joins
        for finding in _unmatched(frames[name], frames[other], paths[name], paths[other])
    ]
    return Review(**frames, findings=tuple(findings))


def _unmatched(frame, other, path: Path, other_path: Path) -> list[Finding]:
    """Return a finding for each row of `frame` whose study has no row in the `other` frame."""
    lost = frame.loc[~frame["study"].isin(other["study"]), "study"]
    return [
        Finding(_shown(path), line, "study", f"{quoted(study)} has no row in {_shown(other_path)}")
        for line, study in lost.items()
    ]


def _read_or_raise(path: str | Path, table: Table) -> pd.DataFrame:
    frame, problems = _read(Path(path), table)
    if problems:
        raise DataError(problems)
    return frame


def _read(path: Path, table: Table) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the frame of the file at `path` and the problems by which it breaks its `table`."""
    file = _shown(path)
    records, problems = _records(path, file, table)
    if not records:
        return pd.DataFrame(), problems
    (_, header), *rows = records
    problems += _header_problems(file, header, table)
    whole = [(line, cells) for line, cells in rows if len(cells) == len(header)]
    problems += [
        Finding(file, line, None, f"{len(cells)} cells; the header has {len(header)}")
        for line, cells in rows
        if len(cells) != len(header)
    ]
    frame = pd.DataFrame(
        [cells for _, cells in whole],
        columns=header,
        index=pd.Index([line for line, _ in whole], name="line", dtype=int),
        dtype=str,
    )
    frame = frame.loc[:, ~frame.columns.duplicated()]
    present = table.only(frame.columns)
    frame = frame[list(present.columns)]
    problems += _content_problems(file, frame, present)
    return frame, sorted(problems, key=lambda problem: problem.line or 0)


def _records(path: Path, file: str, table: Table) -> tuple[list[Record], list[Finding]]:
    """Return the records of the file at `path`, without blank lines, and what stops the reading."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return [], [Finding(file, None, None, f"cannot be read: {error.strerror}")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return [], [Finding(file, line, None, "is not UTF-8; save the file with that encoding")]
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return [], [
            Finding(file, line, None, "holds a byte that no text has; save the file as CSV")
        ]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records, start, problems = [], 1, []
    try:
        for cells in reader:
            if cells:
                records.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        problems.append(Finding(file, start, None, f"cannot be read as CSV: {error}"))
    if not records and not problems:
        header = ",".join(table.columns)
        problems.append(Finding(file, 1, None, f"is empty; the first line must be {header}"))
    return records, problems


def _header_problems(file: str, header: list[str], table: Table) -> list[Finding]:
    expected = ",".join(table.columns)
    counts = Counter(header)
    texts = {name: f"the column is missing; the header is {expected}" for name in table.columns}
    for name, count in counts.items():
        if name not in table.columns:
            texts[name] = f"{quoted(name)} is not a column of this file; the header is {expected}"
        elif count > 1:
            texts[name] = f"the column stands {count} times in the header; keep one"
        else:
            del texts[name]
    return [Finding(file, 1, name, text) for name, text in texts.items()]


def _content_problems(file: str, frame: pd.DataFrame, table: Table) -> list[Finding]:
    """Return what breaks a cell rule or a row rule of `table`, by line and then by column."""
    try:
        table.schema().validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.rename(columns={"index": "line"}).itertuples()
    else:
        return []
    columns = list(table.columns)
    # Of a broken row rule pandera lists every cell of the row; its first column is to blame.
    blamed = [
        case
        for case in cases
        if case.schema_context == "Column"
        or case.column == table.rows[case.check_number].columns[0]
    ]
    blamed.sort(key=lambda case: (case.line, columns.index(case.column)))
    return [
        Finding(file, int(case.line), case.column, f"{quoted(case.failure_case)} {case.check}")
        for case in blamed
    ]


def _shown(path: Path) -> str:
    """Return `path` relative to the current folder, or whole where it lies outside."""
    path, here = path.absolute(), Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
