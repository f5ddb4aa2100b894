"""Why no effect can be computed from a file's columns, and the line of settings that mends it."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from ..display.sentence import listed
from .arms import Arms
from .cells import holds_several
from .measures import BY_FORM, RAW
from .roles import IGNORE, TREATED
from .source import Source

NONE = "no effect can be computed"
NEXT = "\n    "  # a line of the same problem


def lacking(source: Source, known: Iterable[str], present: set[str], arms: Arms) -> str:
    """What is missing for an effect, where the columns `known` have the roles `present`."""
    unknown = [column for column in source.columns if column not in set(known)]
    several = [c for c in unknown if any(holds_several(row.cells[c]) for row in source.rows)]
    if several:
        return (
            f"{several[0]} holds an effect and its interval in a cell; write them in three columns, "
            "such as OR, ci_low and ci_high"
        )
    if arms.undecided:
        return _undecided(source, arms)
    nearest = min(BY_FORM, key=lambda form: (len(set(form) - present) / len(form), len(form)))
    missing = [role for role in nearest if role not in present]
    near = present.intersection(nearest)
    said = [f"{NONE}; {_nearest(nearest, missing)}" if near else f"{NONE}; a row needs one of"]
    said += [] if near else possibilities()
    if unknown:
        name = missing[0] if near else "estimate"
        said.append(f"not recognised: {', '.join(unknown)}")
        said.append(f"what these hold can be said in {_yml(source)}: columns: {{NAME: {name}}}")
    return NEXT.join(said)


def possibilities() -> list[str]:
    """What an effect can be computed from, a line each; what differs in its error alone is one."""
    errors: dict[str, list[str]] = {}
    for first, *rest in (form for form in BY_FORM if form not in RAW):
        errors.setdefault(first, []).append(" and ".join(rest))
    effects = [f"{first}, with {', or '.join(rests)}" for first, rests in errors.items()]
    return [", ".join(form) for form in RAW] + effects


def _undecided(source: Source, arms: Arms) -> str:
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
    given = yaml.safe_dump(
        arms.roles(treated, control) | others, default_flow_style=True, sort_keys=False,
        allow_unicode=True, width=float("inf"),
    )  # fmt: skip
    return NEXT.join([
        f"{NONE}: {why}; put this line into {_yml(source)}, and check which group is treated",
        f"columns: {given.strip()}",
    ])  # fmt: skip


def _nearest(form: tuple[str, ...], missing: list[str]) -> str:
    """Which form lacks least, and what it lacks."""
    said = f"nearest is {', '.join(form)}, of which {listed(missing)} cannot be found"
    if any(r.startswith("sd_") for r in missing) and not any(
        r.startswith("mean_") for r in missing
    ):
        said += " (a standard error is no standard deviation: SD = SE · √n)"
    return said


def _yml(source: Source) -> str:
    return f"{source.name.rpartition('.')[0]}.yml"
