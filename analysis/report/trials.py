"""The rows of a file as trials with effects, by outcome; every problem with its row and column."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ..engine.aggregate import aggregate
from ..review.data import DataError, Finding
from ..review.quoted import quoted
from .cells import empty_cell, in_file_terms, is_sum, no_number, not_allowed
from .columns import Columns
from .effects import counts_of, effect_of, silence, size_of
from .keys import slug
from .measures import RAW, Measure
from .roles import AROUND, MODERATOR, SUBGROUP
from .settings import Settings
from .source import Line, Source, is_missing

ONLY = "outcome"  # the key of the outcome where no column names outcomes


@dataclass(frozen=True)
class Trial:
    """A study in an outcome: its effect, and what else its row says.

    `effects` counts the rows that its effect was made of; `zeros` tells of a count of nought, `silent`
    who has the event where its counts say nothing of a ratio: "nobody", "everybody", or else ""; `size`
    is the number of participants, where it is known and the same in all these rows.
    """

    key: str
    name: str
    line: int
    yi: float
    vi: float
    year: float | None = None
    raw: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    effects: int = 1
    zeros: bool = False
    silent: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Outcome:
    """An outcome: its key, name and measure, one trial a study, and `rows`, one trial a row.

    `silent` are the rows that say nothing of a ratio and are not among these; `everything` is one
    trial a study with them.
    """

    key: str
    name: str
    measure: Measure
    trials: tuple[Trial, ...]
    rows: tuple[Trial, ...]
    silent: tuple[Trial, ...] = ()
    everything: tuple[Trial, ...] = ()

    @property
    def effects(self) -> dict:
        """The trials' effects as the engine's functions take them."""
        return effects_of(self.trials)

    @property
    def dependent(self) -> bool:
        """Whether a study has several effects."""
        return len(self.rows) > len(self.trials)


@dataclass(frozen=True)
class Data:
    """A file as understood: `outcomes`, and `left_out`, the rows without any number."""

    source: Source
    settings: Settings
    columns: Columns
    outcomes: tuple[Outcome, ...]
    left_out: tuple[Finding, ...]

    def called(self, name: str) -> Data:
        """These data with the file called `name` in all that is said of it."""
        left_out = tuple(replace(finding, file=name) for finding in self.left_out)
        return replace(self, source=replace(self.source, name=name), left_out=left_out)

    def label(self, column: str) -> str:
        """How to call `column`; a year is one of publication unless it is called otherwise."""
        usual = AROUND["year"].capitalize() if column == self.columns.one("year") else column
        return self.settings.labels.get(column, usual)

    def unit(self, column: str) -> str:
        """What a slope on the numbers of `column` is per."""
        unit = self.settings.units.get(column)
        if unit is None and column == self.columns.one("year"):
            unit = "year"
        return f"1 {unit}" if unit else f"unit of {self.label(column)}"


def effects_of(trials) -> dict:
    """The effects and variances of `trials` as the engine's functions take them."""
    return {"yi": np.array([t.yi for t in trials]), "vi": np.array([t.vi for t in trials])}


def numbered(rows: tuple[Trial, ...]) -> list[tuple[int, Trial]]:
    """Each of `rows` with its number within its study."""
    seen: dict[str, int] = {}
    found = []
    for trial in rows:
        seen[trial.key] = seen.get(trial.key, 0) + 1
        found.append((seen[trial.key], trial))
    return found


def read_trials(source: Source, settings: Settings, columns: Columns) -> Data:
    """Return the outcomes of `source`, its `columns` so understood; `DataError` with all problems."""
    reader = _Reader(source, settings, columns)
    outcomes = reader.outcomes()
    if reader.problems:
        raise DataError(sorted(reader.problems, key=lambda p: p.line or 0))
    return Data(source, settings, columns, outcomes, tuple(reader.left_out))


class _Reader:
    """Reads row by row, and keeps the problems."""

    def __init__(self, source: Source, settings: Settings, columns: Columns) -> None:
        self.source, self.settings, self.columns = source, settings, columns
        self.problems: list[Finding] = []
        self.left_out: list[Finding] = []
        self.keys: dict[str, str] = {}
        self.taken: set[str] = set()
        self.spelled: dict[tuple[str, str], str] = {}
        self.names = self._study_names()

    def outcomes(self) -> tuple[Outcome, ...]:
        """Read every row; return the outcomes that have any effect."""
        column = self.columns.one("outcome")
        found: dict[str, list[Trial]] = {}
        for row in self.source.rows:
            name = row.cells[column] if column else self.settings.title or "Outcome"
            if column and is_missing(name):
                self._wrong(row, column, "is empty; every row needs its outcome")
                continue
            trial = self._trial(row)
            if trial is not None:
                found.setdefault(name, []).append(trial)
        self.problems += self.settings.of_no_outcome(found)
        silent = self._set_aside(found)
        if not found and not self.problems:
            text = "no row holds an effect"
            text += f"; {silent[0]}; measure: RD compares risks" if silent else ""
            self.problems.append(self.source.problem(None, None, text))
        taken = {"settings", "data", "studies", "all"}
        keys = {name: slug(name, taken) if column else ONLY for name in found}
        return tuple(self._outcome(keys[n], n, tuple(trials)) for n, trials in found.items())

    def _set_aside(self, found: dict[str, list[Trial]]) -> list[str]:
        """Take out of `found` the outcomes of which every row is silent; return what is said of them."""
        silent = [name for name, rows in found.items() if all(t.silent for t in rows)]
        said = [f"no trial’s counts of {quoted(name)} tell of a ratio" for name in silent]
        for name, text in zip(silent, said, strict=True):
            rows = found.pop(name)
            self.left_out += [self.source.problem(t.line, None, f"{t.name}: {text}") for t in rows]
        return said

    def _outcome(self, key: str, name: str, rows: tuple[Trial, ...]) -> Outcome:
        first: dict[tuple, int] = {}
        for trial in rows:
            line = first.setdefault((trial.key, trial.yi, trial.vi, *trial.raw.items()), trial.line)
            if line != trial.line:
                text = (
                    f"is the same as line {line}, of {trial.name}; delete one, or tell them apart"
                )
                self.problems.append(self.source.problem(trial.line, None, text))
        telling = tuple(t for t in rows if not t.silent)
        silent = tuple(t for t in rows if t.silent)
        trials, everything = self._studies(telling), self._studies(rows)
        unit, better = (self.settings.of_outcome(each, name) for each in ("unit", "better"))
        arms = None if self.settings.favours or self.columns.form not in RAW else self.columns.arms
        measure = self.columns.measure.measured_in(unit).judged(better, arms)
        return Outcome(key, name, measure, trials, telling, silent, everything)

    def _studies(self, rows: tuple[Trial, ...]) -> tuple[Trial, ...]:
        """The `rows` with those of a study made one."""
        studies: dict[str, list[Trial]] = {}
        for trial in rows:
            studies.setdefault(trial.key, []).append(trial)
        return tuple(own[0] if len(own) == 1 else self._merged(own) for own in studies.values())

    def _merged(self, own: list[Trial]) -> Trial:
        rho = self.settings.correlation
        mean = aggregate(**effects_of(own), cluster=[t.key for t in own], rho=rho, weighted=False)
        return replace(
            own[0], yi=float(mean.yi[0]), vi=float(mean.vi[0]), raw={},
            groups=_shared([t.groups for t in own]), numbers=_shared([t.numbers for t in own]),
            effects=len(own), zeros=any(t.zeros for t in own),
            size=own[0].size if len({t.size for t in own}) == 1 else None,
        )  # fmt: skip

    def _study_names(self) -> dict[int, str]:
        """The study of each row; the year joins a name that several years have."""
        study, year = self.columns.one("study"), self.columns.one("year")
        years: dict[str, set[str]] = {}
        for row in self.source.rows:
            if year:
                years.setdefault(row.cells[study], set()).add(row.cells[year])
        names = {}
        for row in self.source.rows:
            name = row.cells[study]
            if is_missing(name):
                self._wrong(row, study, "is empty; every row needs the name of its study")
            if is_sum(name):
                text = f"{quoted(name)} seems to sum the others up; delete the row, or rename the study"
                self._wrong(row, study, text)
            several = len(years.get(name, ())) > 1
            names[row.number] = f"{name}, {row.cells[year]}" if several else name
        return names

    def _trial(self, row: Line) -> Trial | None:
        form = self.columns.form
        given = {role: row.cells[self.columns.one(role)] for role in form}
        empty = [role for role, cell in given.items() if is_missing(cell)]
        if len(empty) == len(given):
            text = f"{self.names[row.number]} has no numbers and is left out"
            self.left_out.append(self.source.problem(row.number, None, text))
            return None
        for role in empty:
            names = [self.columns.one(each) for each in form]
            self._wrong(row, self.columns.one(role), empty_cell(given[role], names, form in RAW))
        numbers = {role: self._number(row, role) for role in form if role not in empty}
        years = self._around(row, "year")
        moderators = self._around(row, MODERATOR)
        if empty or None in numbers.values():
            return None
        effect = self._effect(row, numbers)
        if effect is None:
            return None
        name = self.names[row.number]
        key = self.keys.get(name) or self.keys.setdefault(name, slug(name, self.taken))
        groups = {c: self._category(c, row.cells[c]) for c in self.columns.of(SUBGROUP)}
        events, others = counts_of(numbers)
        return Trial(
            key, name, row.number, *effect, next(iter(years.values()), None), given,
            {c: cell for c, cell in groups.items() if not is_missing(cell)}, moderators | years,
            size=size_of(numbers), zeros=0 in [*events, *others],
            silent=silence(self.columns.measure, numbers),
        )  # fmt: skip

    def _category(self, column: str, cell: str) -> str:
        """The category that `cell` names, as it is first spelled: upper case makes no other."""
        return self.spelled.setdefault((column, cell.casefold()), cell)

    def _number(self, row: Line, role: str) -> float | None:
        column = self.columns.one(role)
        value = self.source.number(row.cells[column])
        if value is None:
            self._wrong(row, column, no_number(row.cells[column], self.source.decimal))
        elif not_allowed(role, value):
            self._wrong(row, column, not_allowed(role, value))
            return None
        return value

    def _around(self, row: Line, role: str) -> dict[str, float]:
        """The numbers of the columns with this `role`, where the row has them."""
        found = {}
        for column in self.columns.of(role):
            cell = row.cells[column]
            value = self.source.number(cell)
            if value is not None:
                found[column] = value
            elif not is_missing(cell):
                text = f"{quoted(cell)} is no number; set columns: {{{column}: note}} if it is none"
                self._wrong(row, column, text)
        return found

    def _effect(self, row: Line, numbers: dict[str, float]) -> tuple[float, float] | None:
        measure, form = self.columns.measure, self.columns.form
        none = f"gives no {measure.name} with a variance above 0 that is not too large to analyse"
        try:
            with np.errstate(all="ignore"):
                yi, vi = effect_of(measure, form, numbers, self.settings.given_level)
        except ValueError as error:
            columns = {role: self.columns.one(role) for role in form}
            computed = str(error).startswith(("yi", "vi"))  # by the engine, in no column
            own = in_file_terms(str(error), columns, row.cells)
            self._wrong(row, *((None, none) if computed else own))
            return None
        if not (np.isfinite(yi) and np.isfinite(vi) and vi > 0):
            self._wrong(row, None, none)
            return None
        return yi, vi

    def _wrong(self, row: Line, column: str | None, text: str) -> None:
        self.problems.append(self.source.problem(row.number, column, text))


def _shared(dicts: list[dict]) -> dict:
    """What all of `dicts` agree on."""
    return {k: v for k, v in dicts[0].items() if all(each.get(k) == v for each in dicts)}
