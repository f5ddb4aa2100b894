"""What would explain the printed meta-regressions that Table 2 does not give: conjectures, told.

Value names are `<outcome>.regression.<moderator>.met`, `.met.of`, `.explained.<study>.<low|high>`, and
`regressions.explained.<moderator>.<trials|low|high>` for what one trial explains in all outcomes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..display.numbers import count
from ..display.registry import Registry
from ..display.sentence import capitalised, listed
from ..display.table import Column, Row, Table
from ..display.value import Value
from ..review.printed import is_number, number
from ..review.substitution import Substitution, met, omissions, substitutions
from .moderators import FEWEST, MODERATORS, SLOPE
from .outcome import Outcome
from .pooled import decimals, effect_names

PARTS = 20  # of a unit: how finely values are tried
BEYOND = 1.5  # how far above the largest value in the table they are tried

COLUMNS = (
    Column("trial", "If only this trial were otherwise"),
    Column("printed", "Printed", "right"),
    Column("low", "From", "right", spanner="Would have to be"),
    Column("high", "To", "right", spanner="Would have to be"),
    Column("met", "Met", "right", spanner="Numbers of the line"),
    Column("of", "Printed", "right", spanner="Numbers of the line"),
)
NOTE = (
    "Every other value of a single trial was tried, and every trial left out. Listed is what makes all "
    "printed numbers of the line come out to the digit, with the effects in the middle of what they can "
    "be. These are conjectures."
)


@dataclass(frozen=True)
class Line:
    """A printed line that most of our numbers do not meet, and what would explain it."""

    outcome: Outcome
    key: str
    studies: tuple[str, ...]
    met: int
    printed: dict[str, str]
    substitutions: list[Substitution]
    omissions: list[int]

    @property
    def name(self) -> str:
        """The name of the regression."""
        return f"{self.outcome.key}.regression.{self.key}"


def add_explained(registry: Registry, outcomes: Sequence[Outcome], studies: pd.DataFrame) -> None:
    """Register what would explain the lines of `outcomes` that `studies` do not, and their table."""
    found = [_line(registry, o, key, studies) for key in MODERATORS for o in outcomes]
    lines = [line for line in found if line]
    rows = [row for line in lines for row in _rows(registry, line)]
    table = Table("regressions-explained", COLUMNS, tuple(rows), (NOTE,))
    registry.add("regressions.explained", table)
    for key in MODERATORS:
        _add_shared(registry, key, [line for line in lines if line.key == key])


def _line(registry, outcome: Outcome, key: str, studies: pd.DataFrame) -> Line | None:
    """Return the line of `outcome` on the moderator `key`, None if most of its numbers are met."""
    prefix = f"{outcome.key}.regression.{key}"
    texts = {name: registry.printed(f"{prefix}.{name}") for name in SLOPE}
    printed = {name: text for name, text in texts.items() if text and is_number(text)}
    values = dict(zip(studies["study"], studies[key], strict=True))
    effects = [e for e in outcome.effects if is_number(values.get(e.study, ""))]
    x = np.array([float(number(values[e.study])) for e in effects])
    if not printed or len(effects) < FEWEST or len(set(x)) == 1:
        return None
    y, v = np.array([e.yi for e in effects]), np.array([e.vi for e in effects])
    hits = int(met(y, v, x[None], printed)[0])
    inputs = (*effect_names(effects), *(f"studies.{e.study}.{key}" for e in effects))
    for name, raw, meaning in (("met", hits, "that ours meet"), ("met.of", len(printed), "at all")):
        registry.value(
            f"{prefix}.{name}", raw, count, f"printed numbers of the slope {meaning}", inputs
        )
    if 2 * hits > len(printed):
        return None
    tried = np.arange(0, PARTS * BEYOND * x.max() + 1) / PARTS
    found = substitutions(y, v, x, printed, tried)
    trials = tuple(e.study for e in effects)
    return Line(outcome, key, trials, hits, printed, found, omissions(y, v, x, printed))


def _rows(registry: Registry, line: Line) -> list[Row]:
    label = f"{capitalised(MODERATORS[line.key].label)}, {line.outcome.scale.name}"
    of = registry.get(Value, f"{line.name}.met.of")
    rows = [
        Row(
            {"trial": "As printed", "met": registry.get(Value, f"{line.name}.met"), "of": of},
            group=label,
        )
    ]
    for found in line.substitutions:
        study = line.studies[found.at]
        cells = {"trial": line.outcome.name_of(study), "met": of, "of": of}
        cells["printed"] = registry.get(Value, f"studies.{study}.{line.key}")
        cells |= _ends(
            registry, f"{line.name}.explained.{study}", found.values, (f"{line.name}.met.of",)
        )
        rows.append(Row(cells, group=label))
    for at in line.omissions:
        study = line.studies[at]
        cells = {"trial": f"{line.outcome.name_of(study)}, left out", "met": of, "of": of}
        cells["printed"] = registry.get(Value, f"studies.{study}.{line.key}")
        rows.append(Row(cells, group=label))
    return rows


def _ends(registry: Registry, prefix: str, values, inputs) -> dict[str, Value]:
    """Register the least and the largest of `values`, None if there are none."""
    return {
        end: registry.value(
            f"{prefix}.{end}", float(of(values)) if len(values) else None, decimals(2),
            f"{word} value of the moderator that makes every printed number come out", inputs,
        )
        for end, word, of in (("low", "lowest", np.min), ("high", "highest", np.max))
    }  # fmt: skip


def _add_shared(registry: Registry, key: str, lines: Sequence[Line]) -> None:
    """Register which trials explain all of `lines`, on one moderator, with one and the same value."""
    shared = _shared(lines)
    inputs = tuple(f"{line.name}.met" for line in lines)
    prefix = f"regressions.explained.{key}"
    registry.value(
        f"{prefix}.trials", len(shared), count,
        f"trials of which some other {MODERATORS[key].label} explains all outcomes", inputs,
    )  # fmt: skip
    only = next(iter(shared.values())) if len(shared) == 1 else np.array([])
    _ends(registry, prefix, only, inputs)
    words = "no other value of a single trial explains all of them"
    if shared:
        names = listed([lines[0].outcome.name_of(study) for study in shared])
        only = " and of no other trial" if len(shared) == 1 else ""
        words = f"another value of {names}{only} explains all of them"
    registry.phrase(f"{prefix}.shared", words, (f"{prefix}.trials",))


def _shared(lines: Sequence[Line]) -> dict[str, np.ndarray]:
    """Return by study the values that explain every one of `lines`."""
    if not lines:
        return {}
    own = [{line.studies[s.at]: s.values for s in line.substitutions} for line in lines]
    both = set(own[0]).intersection(*own[1:])
    shared = {}
    for study in sorted(both):
        values = own[0][study]
        for other in own[1:]:
            values = np.intersect1d(values, other[study])
        if len(values):
            shared[study] = values
    return shared
