"""What the CSV cannot say by itself, from a small YAML file of the same name beside it.

    title: BCG vaccine against tuberculosis
    measure: RR                    one of `measures.MEASURES`
    columns: {alloc: subgroup, ablat: moderator, remark: ignore}
    labels: {alloc: Allocation, ablat: Latitude}
    arms: [vaccine, no vaccine]    what both groups are called, the treated one first
    units: {ablat: degree}         of numbers that may go with the effects
    unit: days                     of the outcome, or {pain: points} of each by name
    better: lower                  or higher: of the outcome, or {pain: lower} of each by name
    favours: [Favours vaccine, Favours no vaccine]

Everything is optional, and what is not known is refused with its line.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from publish.tree import NotYaml, compose, writable

from ..review.data import DataError, Finding
from ..review.quoted import BRIEF, quoted
from .measures import MEASURES
from .nearest import did_you_mean, nearest
from .roles import ROLES, measure_by_name, role_by_name
from .source import DECIMALS, DELIMITERS, as_number

OF_PYTHON = ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7")
LARGEST = 100_000  # bytes; to read more takes seconds
PAIRS = {
    "favours": "that of the left end and of the right",
    "arms": "what the treated group is called, and the control group",
}
TEXTS = ("title", "subtitle", "question", "date", "encoding")
OF_COLUMNS = ("columns", "labels", "units")
# Of every outcome, or of each by name: with an example and what is allowed, if not any text.
OF_OUTCOMES = {"unit": ("days", ()), "better": ("lower", ("lower", "higher"))}


@dataclass(frozen=True)
class Settings:
    """What was set; None or empty where nothing was.

    `level` is the coverage of the report's intervals, `given_level` that of those in the file;
    `correlation` is that of effects of one study. `unit` is that of every outcome, or of each by name,
    and `better` the direction in which its effects are good.
    `file` is where it was set, and `lines` where in it something is said, by setting and by column or
    outcome, which is "" where it is said of none.
    """

    title: str = ""
    subtitle: str = ""
    question: str = ""
    date: str = ""
    authors: tuple[str, ...] = ()
    measure: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    unit: str | dict[str, str] = ""
    better: str | dict[str, str] = ""
    arms: tuple[str, str] | None = None
    favours: tuple[str, str] | None = None
    level: float = 0.95
    given_level: float = 0.95
    correlation: float = 0.5
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    file: str = ""
    lines: dict[tuple[str, str], int] = field(default_factory=dict)

    def with_measure(self, measure: str | None) -> Settings:
        """These settings with another `measure`, if one is given."""
        return replace(self, measure=measure) if measure else self

    def of_outcome(self, key: str, outcome: str) -> str:
        """The setting `key` of `outcome`, a unit or the better direction, or nothing."""
        said = getattr(self, key)
        return said if isinstance(said, str) else said.get(outcome, "")

    def problem(self, key: str, column: str, text: str) -> Finding:
        """A problem with what the setting `key` says of a `column`, if of any, with its line."""
        said = f"{quoted(column)} {text}" if column else text
        return Finding(self.file, self.lines.get((key, column)), key, said)

    def of_no_outcome(self, outcomes: Iterable[str]) -> list[Finding]:
        """What is set of other outcomes than there are."""
        known = list(outcomes)
        text = f"is set, and there is no such outcome; there are: {', '.join(known)}"
        return [
            self.problem(key, name, text)
            for key in OF_OUTCOMES
            for name in ([] if isinstance(getattr(self, key), str) else getattr(self, key))
            if name not in known
        ]


def settings_path(data: Path) -> Path:
    """Where the settings of the CSV file at `data` stand, if anywhere."""
    other = data.with_suffix(".yaml")
    return other if other.is_file() else data.with_suffix(".yml")


def read_settings(data: Path) -> Settings:
    """Read the YAML beside the CSV file at `data`; raises `DataError` with every problem at once."""
    path = settings_path(data)
    if not path.is_file():
        return Settings()
    node = _composed(path)
    if not isinstance(node, yaml.MappingNode | None):
        raise DataError([Finding(path.name, 1, None, "must hold lines such as 'measure: RR'")])
    read, problems, lines, of_columns = {}, [], {}, {}
    for key, value in node.value if node else ():
        line = key.start_mark.line + 1
        name = key.value if isinstance(key, yaml.ScalarNode) else "a list or a mapping as a key"
        if name in lines:
            problems.append(Finding(path.name, line, name, f"is set in line {lines[name]} as well"))
        lines.setdefault(name, line)
        try:
            read |= _setting(name, _constructed(value))
            of_columns |= {(name, ""): line} | _lines(name, value)
        except ValueError as error:
            problems.append(Finding(path.name, line, name, str(error)))
    if problems:
        raise DataError(problems)
    return Settings(**read, file=path.name, lines=of_columns)


def with_measure(path: Path, measure: str) -> str:
    """Return the text of the settings at `path`, which can be read, with another `measure`."""
    node = _composed(path) if path.is_file() else None
    found = _constructed(node) if node else {}
    settings = found | {"measure": measure}
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)


def flow(settings: dict[str, str]) -> str:
    """Return `settings` as YAML on one line."""
    return yaml.safe_dump(
        settings, default_flow_style=True, sort_keys=False, allow_unicode=True, width=float("inf")
    ).strip()


def _composed(path: Path) -> yaml.Node | None:
    """The YAML at `path` as a tree in which each scalar is text as it is written."""
    line, said = None, f"is larger than {LARGEST} bytes"
    try:
        content = path.read_bytes()
        if len(content) <= LARGEST:
            return compose(content.decode("utf-8-sig"))
    except OSError as error:
        said = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        line, said = content.count(b"\n", 0, error.start) + 1, "is not UTF-8; save it so"
    except NotYaml as error:
        line, said = error.line, f"is no YAML: {error}"
    raise DataError([Finding(path.name, line, None, said)])


def _constructed(node: yaml.Node):
    """The texts, lists and dictionaries of `node`; raises ValueError where it holds itself.

    Every scalar is text, so that a title may be a date, a number, or no.
    """
    try:
        return yaml.constructor.BaseConstructor().construct_document(node)
    except yaml.YAMLError:
        raise ValueError("holds itself, or a list as a key") from None


def _setting(key: str, value) -> dict:
    """Return the field that `key: value` sets, or raise ValueError with what is allowed."""
    if key == "encoding":
        return {key: _encoding(_text(value)) if value else None}
    if key in TEXTS:
        return {key: _text(value)}
    if key in ("author", "authors"):
        return {"authors": tuple(map(_text, value if isinstance(value, list) else [value]))}
    if key == "measure":
        return {key: _measure(value)}
    if key in ("delimiter", "decimal"):
        return {key: _one_of(value, {"delimiter": DELIMITERS, "decimal": DECIMALS}[key])}
    if key in OF_COLUMNS:
        if not isinstance(value, dict):
            raise ValueError("must hold lines such as 'name: value'")
        return {key: {name: _said_of(name, given, key) for name, given in value.items()}}
    if key in OF_OUTCOMES:
        return {key: _of_outcomes(key, value)}
    if key in PAIRS:
        if not (isinstance(value, list) and len(value) == 2):
            raise ValueError(f"must be two texts in brackets: {PAIRS[key]}")
        return {key: tuple(map(_text, value))}
    if key in ("level", "given_level", "correlation"):
        share = as_number(value) if isinstance(value, str) else None
        if share is None or not 0 < share < 1:
            raise ValueError(
                f"is {quoted(value)}; it must be a share between 0 and 1, such as 0.95"
            )
        return {key: share}
    besides = (*TEXTS, "file", "lines")
    known = [*TEXTS, *(n for n in Settings.__dataclass_fields__ if n not in besides)]
    raise ValueError(f"is not known{did_you_mean(key, known)}; settings: {', '.join(known)}")


def _lines(key: str, value: yaml.Node) -> dict[tuple[str, str], int]:
    """The line of each column or outcome of which the setting `key` says something."""
    if key not in (*OF_COLUMNS, *OF_OUTCOMES) or not isinstance(value, yaml.MappingNode):
        return {}
    return {(key, column.value): column.start_mark.line + 1 for column, _ in value.value}


def _text(value) -> str:
    if not isinstance(value, str):
        raise ValueError(f"is {quoted(value)}; it must be text")
    try:
        return writable(value)
    except ValueError as error:
        raise ValueError(f"is {error}") from None


def _of_outcomes(key: str, value) -> str | dict[str, str]:
    """What `key` says of every outcome, or of each by name."""
    example, _ = OF_OUTCOMES[key]
    if isinstance(value, str):
        return _of_outcome(key, value)
    if not isinstance(value, dict):
        raise ValueError(
            f"must be one text, such as {example}, or lines such as 'outcome: {example}'"
        )
    return {name: _said_of(name, given, key) for name, given in value.items()}


def _of_outcome(key: str, value) -> str:
    _, allowed = OF_OUTCOMES[key]
    return _one_of(value, allowed) if allowed else _text(value)


def _said_of(name: str, given, key: str) -> str:
    """What `key` says of the column or outcome `name`: its role, label, unit or better direction."""
    try:
        if key == "columns":
            return _role(name, given)
        return _of_outcome(key, given) if key in OF_OUTCOMES else _text(given)
    except ValueError as error:
        raise ValueError(f"{quoted(name)} {error}") from None


def _role(name: str, given) -> str:
    """The role that is `given` to the column `name`."""
    if name in ROLES and isinstance(given, str) and given not in ROLES:
        raise ValueError(
            f"is a role, and {quoted(given)} is none; if that is the column, it is the other way round: "
            f"columns: {flow({given[:BRIEF]: name})}"
        )
    usual = role_by_name(given) if isinstance(given, str) else None
    return _one_of(given, ROLES, usual)


def _measure(given) -> str:
    """The measure that is `given`, which may be called by no other name than its own."""
    if isinstance(given, str) and given in MEASURES:
        return given
    called = {name: key for key, m in MEASURES.items() for name in (m.name, key)}
    meant = nearest(given, called) if isinstance(given, str) else None
    usual = measure_by_name(given) if isinstance(given, str) else None
    said = f"; did you mean {usual or called[meant]}?" if usual or meant else ""
    shown = ", ".join(f"{key} {measure.name}" for key, measure in MEASURES.items())
    raise ValueError(f"is {quoted(given)}{said}; allowed: {shown}")


def _encoding(name: str) -> str:
    try:
        known = codecs.lookup(name).name not in OF_PYTHON
        b"a".decode(name)
    except UnicodeError:  # two bytes a letter
        pass
    except LookupError:  # nor is it known that turns bytes into bytes
        known = False
    if not known:
        raise ValueError(f"is {quoted(name)}, not known; leave it out, or write utf-8 or latin-1")
    return name


def _one_of(value, allowed, usual: str | None = None) -> str:
    """The `value`, if it is `allowed`; what is `usual` for it may be meant where it is not."""
    if not isinstance(value, str) or value not in allowed:
        shown = ", ".join(map(repr, allowed) if "," in allowed else allowed)
        meant = f"; did you mean {usual}?" if usual else did_you_mean(value, allowed)
        raise ValueError(f"is {quoted(value)}{meant}; allowed: {shown}")
    return value
