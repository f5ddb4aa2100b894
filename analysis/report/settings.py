"""What the CSV cannot say by itself, from a small YAML file of the same name beside it.

    title: BCG vaccine against tuberculosis
    measure: RR                    one of `measures.MEASURES`
    columns: {alloc: subgroup, ablat: moderator, remark: ignore}
    labels: {alloc: Allocation, ablat: Latitude}
    favours: [Favours vaccine, Favours no vaccine]

Everything is optional, and what is not known is refused with its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from ..review.data import DataError, Finding
from .measures import MEASURES
from .roles import ROLES
from .source import DECIMALS, DELIMITERS

TEXTS = ("title", "subtitle", "question", "date", "encoding")


@dataclass(frozen=True)
class Settings:
    """What was set; None or empty where nothing was.

    `level` is the coverage of the report's intervals, `given_level` that of those in the file;
    `correlation` is that of effects of one study.
    """

    title: str = ""
    subtitle: str = ""
    question: str = ""
    date: str = ""
    authors: tuple[str, ...] = ()
    measure: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    favours: tuple[str, str] | None = None
    level: float = 0.95
    given_level: float = 0.95
    correlation: float = 0.5
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None

    def with_measure(self, measure: str | None) -> Settings:
        """These settings with another `measure`, if one is given."""
        return replace(self, measure=measure) if measure else self


def settings_path(data: Path) -> Path:
    """Where the settings of the CSV file at `data` stand, if anywhere."""
    other = data.with_suffix(".yaml")
    return other if other.is_file() else data.with_suffix(".yml")


def read_settings(data: Path) -> Settings:
    """Read the YAML beside the CSV file at `data`; raises `DataError` with every problem at once."""
    path = settings_path(data)
    if not path.is_file():
        return Settings()
    try:
        text = path.read_text(encoding="utf-8-sig")
        node = yaml.compose(text, yaml.SafeLoader)
        found = yaml.safe_load(text) or {}
    except UnicodeDecodeError as error:
        raise DataError([Finding(path.name, None, None, f"not UTF-8: {error.reason}")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or "cannot be parsed"
        line = mark.line + 1 if mark else None
        raise DataError([Finding(path.name, line, None, f"is no YAML: {said}")]) from None
    if not isinstance(found, dict):
        raise DataError([Finding(path.name, 1, None, "must hold lines such as 'measure: RR'")])
    lines = {key.value: key.start_mark.line + 1 for key, _ in (node.value if node else ())}
    read, problems = {}, []
    for key, value in found.items():
        try:
            read |= _setting(str(key), value)
        except ValueError as error:
            problems.append(Finding(path.name, lines.get(key), str(key), str(error)))
    if problems:
        raise DataError(problems)
    return Settings(**read)


def _setting(key: str, value) -> dict:
    """Return the field that `key: value` sets, or raise ValueError with what is allowed."""
    if key in TEXTS:
        return {key: _text(value)}
    if key in ("author", "authors"):
        return {"authors": tuple(map(_text, value if isinstance(value, list) else [value]))}
    if key in ("measure", "delimiter", "decimal"):
        allowed = {"measure": MEASURES, "delimiter": DELIMITERS, "decimal": DECIMALS}[key]
        return {key: _one_of(value, allowed)}
    if key in ("columns", "labels"):
        if not isinstance(value, dict):
            raise ValueError("must hold lines such as 'name: value'")
        pairs = {str(name): _text(given) for name, given in value.items()}
        if key == "columns":
            for given in pairs.values():
                _one_of(given, ROLES)
        return {key: pairs}
    if key == "favours":
        if not (isinstance(value, list) and len(value) == 2):
            raise ValueError("must be two texts in brackets: that of the left end and of the right")
        return {key: tuple(map(_text, value))}
    if key in ("level", "given_level", "correlation"):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
            raise ValueError(f"is {value!r}; it must be a share between 0 and 1, such as 0.95")
        return {key: float(value)}
    known = [*TEXTS, *(n for n in Settings.__dataclass_fields__ if n not in TEXTS)]
    raise ValueError(f"is not known; settings: {', '.join(known)}")


def _text(value) -> str:
    if isinstance(value, dict | list) or value is None:
        raise ValueError(f"is {value!r}; it must be text")
    return str(value)


def _one_of(value, allowed) -> str:
    if not isinstance(value, str) or value not in allowed:
        shown = ", ".join(map(repr, allowed) if "," in allowed else allowed)
        raise ValueError(f"is {value!r}; allowed: {shown}")
    return value
