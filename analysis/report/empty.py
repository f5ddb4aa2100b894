"""Trials without any event in either arm, which say nothing of a ratio and yet are pooled.

The number that is added to their counts gives them an effect: hardly any where arms are alike in size,
and otherwise one that these sizes alone make. The pooled effect without them is told beside it.
"""

from __future__ import annotations

from ..display.sentence import listed
from ..display.value import Value
from ..engine.pool import pool
from .measures import RATIOS
from .pooled import MODELS, RECOMMENDED
from .trials import Data, Outcome, Trial, effects_of
from .writer import Writer

METHOD, CI, WORDS = MODELS[RECOMMENDED]
EVENTS = ("events_treated", "events_control")


def empty_rows(data: Data, outcome: Outcome) -> tuple[Trial, ...]:
    """The rows of `outcome` without any event in either arm, where its effects are ratios."""
    if outcome.measure.kind != RATIOS or not set(EVENTS) <= set(data.columns.form):
        return ()
    return tuple(
        row for row in outcome.rows if all(data.source.number(row.raw[e]) == 0 for e in EVENTS)
    )


def add_empty(writer: Writer, data: Data) -> None:
    """Register the pooled effect without empty trials, and the words on them below the studies."""
    rows = empty_rows(data, writer.outcome)
    keys = {row.key for row in rows}
    rest = [t for t in writer.outcome.trials if t.key not in keys]
    found = (
        pool(**effects_of(rest), method=METHOD, ci=CI, level=writer.level)
        if rows and rest
        else None
    )
    inputs = writer.trial_inputs(rest) if found else ()
    for name in ("estimate", "ci_low", "ci_high"):
        yi = None if found is None else getattr(found, name)
        meaning = f"pooled effect without trials that have no event: {name}; {WORDS}"
        writer.effect(f"eventful.{name}", yi, meaning, inputs)
    writer.tell("empty.told", *(_told(writer, data, rows, found is not None) if rows else []))


def _told(writer: Writer, data: Data, rows: tuple[Trial, ...], others: bool) -> list[str | Value]:
    said = [*told_of_empty(writer.registry.get(Value, "settings.constant"), rows)]
    if others:
        estimate, low, high = (
            writer.get(f"eventful.{n}") for n in ("estimate", "ci_low", "ci_high")
        )
        which = "this trial" if len(rows) == 1 else "these trials"
        said += [f" Without {which} the pooled effect is ", estimate, " (", low, " to ", high, ")."]
    return said


def told_of_empty(constant: Value, rows: tuple[Trial, ...]) -> list[str | Value]:
    """That `rows` have no event, and how they are pooled nevertheless, as parts of sentences."""
    names = listed([f"{row.name} (line {row.line})" for row in rows])
    one = ("has", "Such a trial says", "its")
    has, says, its = one if len(rows) == 1 else ("have", "Such trials say", "their")
    return [
        f"{names} {has} no event in either arm. {says} nothing of a ratio; pooled here, {its} effect "
        "comes of the ", constant, " that was added to each count.",
    ]  # fmt: skip
