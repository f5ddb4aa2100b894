"""Trials that say nothing of a ratio: not pooled, but told of, and the result with them beside.

Nobody in them has the event or, where odds are compared, everybody has it. A number added to their
counts would give them an effect: hardly any where arms are alike in size, and otherwise one that
these sizes alone make.
"""

from __future__ import annotations

from ..display.value import Value
from ..engine.pool import pool
from .effects import NOBODY
from .many import named
from .pooled import MODELS, RECOMMENDED
from .studies import silent_rows
from .trials import Trial, effects_of
from .writer import Writer

METHOD, CI, WORDS = MODELS[RECOMMENDED]


def add_empty(writer: Writer) -> None:
    """Register the pooled effect with the silent trials, and the words on them."""
    outcome = writer.outcome
    found = None
    inputs: tuple[str, ...] = ()
    if outcome.silent:
        found = pool(**effects_of(outcome.everything), method=METHOD, ci=CI, level=writer.level)
        own = (f"{p}.{end}" for p, _ in silent_rows(outcome) for end in ("estimate", "variance"))
        inputs = (*writer.trial_inputs(), *own)
    for name in ("estimate", "ci_low", "ci_high"):
        yi = None if found is None else getattr(found, name)
        meaning = f"pooled effect with trials that say nothing of a ratio: {name}; {WORDS}"
        writer.effect(f"with_silent.{name}", yi, meaning, inputs, limit=name != "estimate")
    writer.tell("empty.told", *(_told(writer) if outcome.silent else []))


def _told(writer: Writer) -> list[str | Value]:
    silent = writer.outcome.silent
    constant = writer.registry.get(Value, "settings.constant")
    estimate, low, high = (
        writer.get(f"with_silent.{n}") for n in ("estimate", "ci_low", "ci_high")
    )
    it, its = ("it", "its counts") if len(silent) == 1 else ("they", "each of their counts")
    return [
        told_of_silent(silent), f" If {it} were pooled all the same, with ", constant,
        f" added to {its}, the pooled effect would be ", estimate, " (", low, " to ", high, ").",
    ]  # fmt: skip


def told_of_silent(rows: tuple[Trial, ...]) -> str:
    """That nobody or everybody in `rows` has the event, and that these are not pooled."""
    none, all_ = ([r for r in rows if (r.silent == NOBODY) is nobody] for nobody in (True, False))
    parts = []
    if none:
        parts.append(f"{_lines(none)} {'has' if len(none) == 1 else 'have'} no event in either arm")
    if all_:
        parts.append(
            f"{'in' if none else 'In'} {_lines(all_)} everybody has the event, in both arms"
        )
    says = "Such a trial says nothing of a ratio and is" if len(rows) == 1 else (
        "Such trials say nothing of a ratio and are"
    )  # fmt: skip
    return f"{'; '.join(parts)}. {says} not pooled."


def _lines(rows: list[Trial]) -> str:
    """The `rows` by name, with their lines in the file."""
    return named([f"{row.name} (line {row.line})" for row in rows])
