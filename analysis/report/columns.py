"""How every column is understood: by the settings, by its name, or by what it holds; and why."""

from __future__ import annotations

from dataclasses import dataclass

from ..review.data import DataError, Finding
from .arms import Arms, find_arms
from .lacking import lacking
from .measures import BY_FORM, CELLS, MEASURES, RAW, Measure
from .nearest import did_you_mean
from .roles import (
    IGNORE,
    MODERATOR,
    NOTE,
    NUMBERS,
    ROLES,
    SUBGROUP,
    folded,
    is_particular,
    measure_by_name,
    role_by_name,
)
from .settings import OF_COLUMNS, Settings
from .source import Source, is_missing

SET, NAMED, HELD = "as set", "by its name", "by what it holds"
PAIRED = "by the names of both groups"
GENERAL = ("treatment", "control")  # what groups without names are called
RUNNING = ("id", "nr", "no", "number", "row", "index")  # columns that count rows
SLOPES = ("year", MODERATOR)  # roles on which effects are regressed
SAID_ONCE = {"study", "outcome", "year", *NUMBERS}


@dataclass(frozen=True)
class Understood:
    """A column, what it is taken for, and by what; `note` says what else a reader should know."""

    column: str
    role: str
    by: str
    note: str = ""

    @property
    def meaning(self) -> str:
        """The role in words."""
        return ROLES[self.role]


@dataclass(frozen=True)
class Columns:
    """All columns as understood, the `measure`, from which roles it is computed (`form`), and what
    both groups are called (`arms`).
    """

    understood: tuple[Understood, ...]
    measure: Measure
    form: tuple[str, ...]
    chosen: str
    arms: tuple[str, str]

    def of(self, role: str) -> list[str]:
        """The columns with this `role`, in their order."""
        return [each.column for each in self.understood if each.role == role]

    def one(self, role: str) -> str | None:
        """The column with this `role`, if there is one."""
        return next(iter(self.of(role)), None)


def understand(source: Source, settings: Settings) -> Columns:
    """Say what every column of `source` is; raises `DataError` with every problem at once.

    What a unit is set of is judged once all columns are understood.
    """
    problems = _of_no_column(source, settings)
    roles = _named(source, settings)
    roles = _study_of_several(source, roles)
    arms = _arms(source, roles)
    if not _able(settings, roles):
        roles |= _of_arms(arms)
    problems += _claimed_twice(source, roles)
    if not any(each.role == "study" for each in roles.values()):
        text = "no column names the studies; call one 'study', or set columns: {NAME: study}"
        problems.append(source.problem(1, None, text))
    present = {each.role for each in roles.values()}
    measure, form, chosen, wrong = _measure(source, settings, roles, present, arms)
    called = _arm_names(settings, roles, arms)
    measure = measure and measure.worded(form, called, settings.favours)
    problems += [source.problem(1, None, wrong)] if wrong else []
    if problems:
        raise DataError(problems)
    understood = tuple(
        _settled(source, column, roles.get(column), form) for column in source.columns
    )
    problems = _of_no_slope(settings, understood) + _of_no_unit(settings, measure)
    if problems:
        raise DataError(problems)
    return Columns(understood, measure, form, chosen, called)


def _of_no_column(source: Source, settings: Settings) -> list[Finding]:
    """What the settings say of columns that the file does not have."""
    text = f"is set, and there is no such column; there are: {', '.join(source.columns)}"
    return [
        settings.problem(key, name, f"{text}{did_you_mean(name, source.columns)}")
        for key in OF_COLUMNS
        for name in getattr(settings, key)
        if name not in source.columns
    ]


def _of_no_slope(settings: Settings, understood: tuple[Understood, ...]) -> list[Finding]:
    """Units of columns on which there is no meta-regression, so that nobody would ever read them."""
    able = [each.column for each in understood if each.role in SLOPES]
    others = {each.column: each for each in understood if each.role not in SLOPES}
    return [
        settings.problem(
            "units", name,
            f"is taken for: {others[name].meaning}; only years and moderators have a unit, here "
            f"{', '.join(able) or 'none'}; delete the unit, or set columns: {{{name}: moderator}}",
        )
        for name in settings.units
        if name in others
    ]  # fmt: skip


def _of_no_unit(settings: Settings, measure: Measure) -> list[Finding]:
    """The unit of outcomes that have none."""
    if not settings.unit or measure.has_unit:
        return []
    text = f"is set, and the outcome of measure {measure.key} has no unit; delete it"
    return [settings.problem("unit", "", text)]


def _named(source: Source, settings: Settings) -> dict[str, Understood]:
    """What the settings and the names of columns say."""
    folds = {folded(column) for column in source.columns}
    found = {}
    for column in source.columns:
        name = folded(column)
        role, by = settings.columns.get(column), SET
        if role is None:
            role, by = role_by_name(column), NAMED
            # In a table of four cells "ci" are events; otherwise it could be anything.
            if name == "ci" and "ai" in folds:
                role = "events_control"
        if role is not None:
            found[column] = Understood(column, role, by)
    usual = {each.role for c, each in found.items() if each.by == SET or not is_particular(c)}
    return {
        c: each
        for c, each in found.items()
        if each.by == SET or not is_particular(c) or each.role not in usual
    }


def _study_of_several(source: Source, roles: dict[str, Understood]) -> dict[str, Understood]:
    """Where several columns look like the study's name, keep the first that holds text."""
    able = [c for c, each in roles.items() if each.role == "study" and each.by == NAMED]
    if len(able) + sum(each.role == "study" and each.by == SET for each in roles.values()) < 2:
        return roles
    textual = [c for c in able if any(source.number(r.cells[c]) is None for r in source.rows)]
    kept = next((c for c, e in roles.items() if e.role == "study" and e.by == SET), None)
    kept = kept or (textual or able)[0]
    note = f"the studies are named by {kept}"
    return {
        c: Understood(c, NOTE, NAMED, note) if c in able and c != kept else each
        for c, each in roles.items()
    }


def _claimed_twice(source: Source, roles: dict[str, Understood]) -> list[Finding]:
    problems = []
    for role in dict.fromkeys(each.role for each in roles.values()):
        claimants = [c for c, each in roles.items() if each.role == role]
        if role in SAID_ONCE and len(claimants) > 1:
            text = (
                f"{' and '.join(claimants)} look like the same thing, {ROLES[role]}; say which it is: "
                f"columns: {{{claimants[1]}: ignore}}"
            )
            problems.append(source.problem(1, claimants[1], text))
    return problems


def _able(settings: Settings, roles: dict[str, Understood]) -> bool:
    """Whether an effect can be computed from these `roles`."""
    present = {each.role for each in roles.values()}
    forms = MEASURES[settings.measure].forms if settings.measure else BY_FORM
    return any(present.issuperset(form) for form in forms)


def _arms(source: Source, roles: dict[str, Understood]) -> Arms:
    """The arms by the names of columns that nothing else was said of."""
    known = roles.items()
    other = {c for c, e in known if e.by == SET or not e.role.endswith(("_treated", "_control"))}
    given = {each.role for each in roles.values() if each.by == SET}
    return find_arms([column for column in source.columns if column not in other], given)


def _of_arms(arms: Arms) -> dict[str, Understood]:
    """The columns of two arms of which one is the control by its name."""
    if arms.treated is None:
        return {}
    note = (
        f"{arms.control} is taken for the control group, so that {arms.treated} is the treated one"
    )
    roles = arms.roles(arms.treated, arms.control)
    return {column: Understood(column, role, PAIRED, note) for column, role in roles.items()}


def _arm_names(settings, roles: dict[str, Understood], arms: Arms) -> tuple[str, str]:
    """What both groups are called: as set, by their columns, or in general."""
    if settings.arms:
        return settings.arms
    if any(each.by == PAIRED for each in roles.values()):
        return arms.treated, arms.control
    return GENERAL


def _measure(source: Source, settings, roles, present, arms) -> tuple:
    """The measure, its form, by what it was chosen, and what is wrong."""
    able = [form for form in BY_FORM if present.issuperset(form)]
    if not able:
        return None, (), "", lacking(source, settings, roles, arms)
    if settings.measure:
        measure = MEASURES[settings.measure]
        form = next((f for f in measure.forms if present.issuperset(f)), None)
        if form is None and arms.undecided and not any(present.issuperset(f) for f in RAW):
            return None, (), "", lacking(source, settings, roles, arms)
        if form is None:
            needs = f"{measure.key} needs {_forms(measure.forms)}"
            return (
                None,
                (),
                "",
                f"{needs}; {_has(present)}; these allow measure: {_allowed(present)}",
            )
        return measure, form, SET, ""
    raw = [form for form in able if form in RAW]
    if len(raw) > 1 and set(raw) != {
        CELLS,
        ("events_treated", "n_treated", "events_control", "n_control"),
    }:
        keys = " or ".join(BY_FORM[form] for form in raw)
        return None, (), "", f"the columns allow several effect sizes; set measure: {keys}"
    form = able[0]
    key, chosen = BY_FORM[form], HELD
    if form not in RAW:
        first = next(c for c, each in roles.items() if each.role == form[0])
        named = measure_by_name(first)
        if named and form in MEASURES[named].forms:
            key, chosen = named, f"by the name of {first}"
    return MEASURES[key], form, chosen, ""


def _forms(forms) -> str:
    return "; or ".join(", ".join(form) for form in forms)


def _has(present: set[str]) -> str:
    return f"recognised: {', '.join(role for role in NUMBERS if role in present)}"


def _allowed(present: set[str]) -> str:
    """The measures that the roles `present` allow."""
    able = (m.key for m in MEASURES.values() if any(present.issuperset(f) for f in m.forms))
    return " or ".join(able)


def _settled(source, column: str, named: Understood | None, form) -> Understood:
    """The column as it is used: numbers that the effect does not need are only shown."""
    if named is not None:
        if named.role in NUMBERS and named.role not in form:
            note = f"{ROLES[named.role]}; not needed for the effect"
            return Understood(column, NOTE, named.by, note)
        return named
    cells = [row.cells[column] for row in source.rows if not is_missing(row.cells[column])]
    numbers = [source.number(cell) for cell in cells]
    distinct = {cell.casefold() for cell in cells}
    if not cells:
        return Understood(column, IGNORE, HELD, "it is empty")
    if None not in numbers:
        if folded(column) in RUNNING:
            return Understood(column, NOTE, NAMED, "it numbers the rows")
        if len(set(numbers)) < 2:
            return Understood(column, NOTE, HELD, "it is the same in every row")
        return Understood(column, MODERATOR, HELD)
    if is_mixed(numbers):
        odd = next(c for c, n in zip(cells, numbers, strict=True) if n is None)
        return Understood(column, NOTE, HELD, f"numbers but for some cells, such as “{odd}”")
    if len(distinct) < 2:
        return Understood(column, NOTE, HELD, "it is the same in every row")
    if 2 * len(distinct) > len(cells):
        return Understood(column, NOTE, HELD, "nearly every row has another text")
    return Understood(column, SUBGROUP, HELD)


def is_mixed(numbers: list[float | None]) -> bool:
    """Whether most cells, but not all, are `numbers`; None stands for a cell that is none."""
    return None in numbers and 2 * numbers.count(None) < len(numbers)
