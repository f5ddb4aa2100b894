"""Completers beside everybody: the same trials, the effects of both, and how far the means differ.

Value names are `<outcome>.same_trials.<statistic>`, the effects after treatment, in everybody, of the
trials that have the outcome; `<outcome>.difference.<statistic>`, from everybody in all trials, and
`<outcome>.same_trials.difference.<statistic>`, from everybody in those. `<outcome>.study.<study>.change`
is by how much a printed effect is another, and the phrase `<outcome>.changed` names those that are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..display.dots import DotRow, dot_plot
from ..display.figure import Figure
from ..display.numbers import count, number
from ..display.registry import Registry
from ..display.scale import axis
from ..display.table import Column, Row, Table
from ..display.value import Phrase, Value
from ..review.reconstruct import Reconstructed
from .differences import Pair, add_difference
from .outcome import Outcome
from .pooled import add_pooled
from .verdicts import places

COLUMNS = (
    Column("study", "Study"),
    Column("all_estimate", "SMD", "right", spanner="Everybody"),
    Column("all_se", "SE", "right", spanner="Everybody"),
    Column("estimate", "SMD", "right", spanner="Completers"),
    Column("se", "SE", "right", spanner="Completers"),
)
NOTE = (
    "All as printed. SMD, standardised mean difference; SE, standard error. Where the effect is the "
    "same and the error is not, other numbers of people were counted without computing the effect anew."
)
INDEPENDENT = (
    "taken for independent, though the same people are in both, so the test is conservative"
)


def add_completers(registry: Registry, everybody: Outcome, completers: Outcome) -> None:
    """Register `completers` beside `everybody`: the difference of the means, and trial by trial."""
    pairs = add_same_trials(registry, everybody, completers)
    _add_unchanged(registry, completers.key, pairs)
    _add_changed(registry, completers, pairs)
    registry.add(f"{completers.key}.paired", _table(registry, completers, pairs))
    registry.figure(f"{completers.key}.paired", partial(_plot, registry, completers, pairs))


def add_same_trials(registry: Registry, whole: Outcome, part: Outcome) -> list[Pair]:
    """Register `whole` in the trials of `part`, and the differences; return their effects in both."""
    effects = {effect.study: effect for effect in whole.effects}
    pairs = [(effects[e.study], e) for e in part.effects if e.study in effects]
    key, same = part.key, f"{part.key}.same_trials"
    add_pooled(registry, same, "random", [effect for effect, _ in pairs])
    after = f"{key}.random", part.scale.name
    for prefix, before in (
        (key, (f"{whole.key}.random", whole.scale.name)),
        (same, (same, f"{whole.scale.name} in the same trials")),
    ):
        add_difference(registry, f"{prefix}.difference", after, before, INDEPENDENT)
    return pairs


def _printed(registry: Registry, effect: Reconstructed, column: str) -> Value:
    return registry.get(Value, f"effects.{effect.outcome}.{effect.study}.{column}")


def _add_unchanged(registry: Registry, key: str, pairs: Sequence[Pair]) -> None:
    """Register in how many of `pairs` both rows print the same effect, and the same effect and error."""
    columns: tuple[str, ...] = ()
    for name, column, what in (
        ("same_effect", "smd", "effect"),
        ("unchanged", "se", "effect and standard error"),
    ):
        columns += (column,)
        printed = [[[_printed(registry, e, c) for c in columns] for e in pair] for pair in pairs]
        k = sum([v.raw for v in whole] == [v.raw for v in part] for whole, part in printed)
        registry.value(
            f"{key}.{name}.k", k, count,
            f"trials whose printed {what} among completers is that of everybody",
            tuple(v.id for pair in printed for values in pair for v in values),
        )  # fmt: skip


def _add_changed(registry: Registry, completers: Outcome, pairs: Sequence[Pair]) -> None:
    """Register each change of a printed effect, and say which trials have one.

    No test of these: where all but a single trial stay as they are, t is 1 whatever that trial does.
    """
    said: list[str | Value] = []
    for whole, part in pairs:
        before, after = (_printed(registry, effect, "smd") for effect in (whole, part))
        change = registry.value(
            f"{completers.key}.study.{part.study}.change", after.raw - before.raw,
            partial(number, decimals=places(after.text)),
            "printed effect among completers less that of everybody", (before.id, after.id),
        )  # fmt: skip
        if after.raw != before.raw:
            said += ["; ", f"{completers.name_of(part.study)}, by ", change]
    text = ["Only these changed: ", *said[1:], "."] if said else ["None changed."]
    name = f"{completers.key}.changed"
    registry.add(name, Phrase.of(name, *text))


def _table(registry: Registry, completers: Outcome, pairs: Sequence[Pair]) -> Table:
    rows = [
        Row(
            {
                "study": completers.name_of(part.study),
                "all_estimate": _printed(registry, whole, "smd"),
                "all_se": _printed(registry, whole, "se"),
                "estimate": _printed(registry, part, "smd"),
                "se": _printed(registry, part, "se"),
            }
        )
        for whole, part in pairs
    ]
    return Table(f"{completers.key}-paired", COLUMNS, tuple(rows), (NOTE,))


def _plot(registry: Registry, completers: Outcome, pairs: Sequence[Pair]) -> Figure:
    """Draw both printed effects of each trial in one row."""
    rows = []
    for whole, part in pairs:
        both = [_printed(registry, effect, "smd") for effect in (whole, part)]
        rows.append(
            DotRow(
                completers.name_of(part.study),
                tuple(value.raw for value in both),
                tuple(value.text for value in both),
            )
        )
    scale = axis([0.0, *(value for row in rows for value in row.values)])
    return dot_plot(f"{completers.key}-paired", rows, ["Everybody", "Completers"], "Study", scale)
