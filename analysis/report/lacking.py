"""Why no effect can be computed from a file's columns, and the line of settings that mends it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..display.sentence import listed
from . import misspelt
from .arms import Arms
from .cells import holds_several
from .measures import BY_FORM, RAW
from .misspelt import Lacking
from .nearest import LONGEST
from .roles import IGNORE, NUMBERS, STEMS, TREATED, folded
from .settings import Settings, flow, settings_path
from .source import Source

NONE = "no effect can be computed"
NO_SD = "(a standard error is no standard deviation: SD = SE · √n)"
NEXT = "\n    "  # a line of the same problem


def lacking(source: Source, settings: Settings, known: Mapping, arms: Arms) -> str:
    """What is missing for an effect, where the columns `known` have been understood."""
    present = {each.role for each in known.values()}
    unknown = [column for column in source.columns if column not in known]
    several = [c for c in unknown if any(holds_several(row.cells[c]) for row in source.rows)]
    if several:
        return (
            f"{several[0]} holds an effect and its interval in a cell; write them in three columns, "
            "such as OR, ci_low and ci_high"
        )
    if arms.undecided:
        return _undecided(source, settings, arms)
    of_arms = misspelt.of_arms(source, unknown, arms)
    if of_arms:
        return NEXT.join(_of_arms(source, settings, of_arms))
    form, found = _nearest_form(source, unknown, present)
    if present.intersection(form):
        said = [f"{NONE}; {_nearest(form, [each.name for each in found])}"]
    else:
        said = [f"{NONE}; a row needs one of", *possibilities()]
    if unknown:
        said.append(f"not recognised: {', '.join(unknown)}")
        said += _mends(source, settings, found) or _example(source, settings, unknown, found)
    return NEXT.join(said)


def _nearest_form(source: Source, unknown: list[str], present: set[str]) -> tuple:
    """The form of which least is missing, and that: of several the one that columns seem to mean."""
    lack = {form: [role for role in form if role not in present] for form in BY_FORM}
    rank = {form: (len(missing) / len(form), len(form)) for form, missing in lack.items()}
    forms = [form for form in lack if rank[form] == min(rank.values())]
    if "ratio" not in present:
        forms = forms[::-1]  # an effect as it is, before one that would be logged
    if not present.intersection(NUMBERS):
        forms = [form for form in reversed(lack) if form not in RAW]
    found = {form: misspelt.of_roles(source, unknown, lack[form]) for form in forms}
    best = max(forms, key=lambda form: sum(each.column is not None for each in found[form]))
    return best, found[best]


def _of_arms(source: Source, settings: Settings, found: list[Lacking]) -> list[str]:
    """What both groups lack, and the columns that may be it."""
    said = f"{NONE}: {listed([each.what for each in found])} cannot be found"
    mends = _mends(source, settings, found)
    if mends:
        return [said, *mends]
    if all(each.name.startswith("SD ") for each in found):
        said += f" {NO_SD}"
    names = listed([f"“{each.name}”" for each in found])
    return [said, f"call {'its column' if len(found) == 1 else 'their columns'} {names}"]


def _mends(source: Source, settings: Settings, found: list[Lacking]) -> list[str]:
    """What to do with the columns that may be misspelt; nothing where there are none."""
    guessed = [each for each in found if each.column]
    said = [f"{each.column}: is it {each.what}? Then rename it “{each.name}”" for each in guessed]
    if guessed and all(each.role for each in guessed):
        place, line = columns_line(source, settings, {each.column: each.role for each in guessed})
        said[-1] += f", or {place}"
        said.append(line)
    return said


def _example(source: Source, settings: Settings, unknown: list[str], found) -> list[str]:
    """A line of settings with the file's own columns, where none of them is like what is lacking."""
    counts = [column for column in unknown if folded(column) in STEMS["events"]]
    if counts:
        return [
            f"{counts[0]} of which group? A row compares two, each with such a column and its n"
        ]
    able = [c for c in unknown if len(c) <= LONGEST and misspelt.holds_numbers(source, c)]
    pairs: dict[str, str] = {}
    for each in found:
        column = next((c for c in able if misspelt.may_be(c, each.name) and c not in pairs), None)
        if column:
            pairs[column] = each.name
    if not pairs:
        return [f"call a column by what it holds, or say it in {_file(source, settings)}"]
    place, line = columns_line(source, settings, pairs)
    hold = "holds" if len(pairs) == 1 else "hold"
    return [f"if it is among these, {place}", f"{line}  # if {listed(list(pairs))} {hold} that"]


def columns_line(source: Source, settings: Settings, roles: dict[str, str]) -> list[str]:
    """The line of settings that gives columns these `roles` beside what is set, and where to put it."""
    return [_place(source, settings), f"columns: {flow(settings.columns | roles)}"]


def _place(source: Source, settings: Settings) -> str:
    """Where a line of settings goes."""
    name = _file(source, settings)
    if settings.columns:
        return f"write in {name}, in place of its columns:"
    return f"write in {name}" if settings.file else f"make a text file {name} beside the CSV with"


def _file(source: Source, settings: Settings) -> str:
    return settings.file or settings_path(Path(source.name)).name


def possibilities() -> list[str]:
    """What an effect can be computed from, a line each; what differs in its error alone is one."""
    errors: dict[str, list[str]] = {}
    for first, *rest in (form for form in BY_FORM if form not in RAW):
        errors.setdefault(first, []).append(" and ".join(rest))
    effects = [f"{first}, with {', or '.join(rests)}" for first, rests in errors.items()]
    return [", ".join(form) for form in RAW] + effects


def _undecided(source: Source, settings: Settings, arms: Arms) -> str:
    """The line of settings for arms of which no name, or more than one, says that it is the control."""
    names = list(arms.columns)
    likely = (name for name in reversed(names) if name.casefold() not in TREATED)
    control = arms.control or next(likely, names[1])
    treated = next(name for name in names if name != control)
    why = f"nothing tells which of {listed(names)} is the control"
    if len(names) > 2:
        why = f"a row compares two groups, and there are {listed(names)}"
    others = {
        c: IGNORE
        for name in names
        if name not in (treated, control)
        for c in arms.columns[name].values()
    }
    place, line = columns_line(source, settings, arms.roles(treated, control) | others)
    return NEXT.join([f"{NONE}: {why}; check which group is treated, and {place}", line])


def _nearest(form: tuple[str, ...], missing: list[str]) -> str:
    """Which form lacks least, and what it lacks."""
    said = f"nearest is {', '.join(form)}, of which {listed(missing)} cannot be found"
    if any(r.startswith("sd_") for r in missing) and not any(
        r.startswith("mean_") for r in missing
    ):
        said += f" {NO_SD}"
    return said
