"""Each study as the file gives it: its numbers, and its effect with an interval."""

from __future__ import annotations

from math import sqrt

from ..display.numbers import MINUS
from ..engine.distributions import quantile
from .roles import NUMBERS
from .trials import Data, Outcome, Trial, numbered
from .writer import Writer


def add_studies(writer: Writer, data: Data) -> None:
    """Register every study's numbers and effect, how many there are, and what the outcome is called."""
    measure, outcome = writer.outcome.measure, writer.outcome
    for trial in outcome.trials:
        _add_study(writer, data, f"study.{trial.key}", trial)
        if outcome.dependent:
            of = f"effects of {trial.name}, which are averaged"
            writer.count(f"study.{trial.key}.effects", trial.effects, of)
    for prefix, trial in silent_rows(outcome):
        _add_study(writer, data, prefix, trial)
    if outcome.dependent:
        _add_rows(writer)
    writer.count("k", len(outcome.trials), "number of studies")
    writer.count("rows", len(outcome.rows), "number of effects")
    writer.say("name", outcome.name)
    writer.say("measure", measure.with_unit)
    writer.say("analysed", measure.of_analysis)


def silent_rows(outcome: Outcome) -> list[tuple[str, Trial]]:
    """The rows that are not pooled, each with its name, as its study may have others."""
    return [(f"silent.{trial.key}.{n}", trial) for n, trial in numbered(outcome.silent)]


def _add_study(writer: Writer, data: Data, prefix: str, trial: Trial) -> None:
    """Register the numbers and the effect of `trial` below `prefix`."""
    measure, half = writer.outcome.measure, quantile(writer.level, None)
    for role, cell in trial.raw.items():
        raw = data.source.number(cell)
        place = f"{data.source.name}, line {trial.line}, column {data.columns.one(role)}"
        meaning = f"{NUMBERS[role]}, {trial.name}; {place}"
        writer.put(
            given_name(prefix, role), raw, lambda _, cell=cell: cell.replace("-", MINUS), meaning
        )
    inputs = [given_name(prefix, role) for role in trial.raw]
    se = sqrt(trial.vi)
    for name, yi, meaning in (
        ("estimate", trial.yi, measure.name),
        ("ci_low", trial.yi - half * se, "lower confidence limit"),
        ("ci_high", trial.yi + half * se, "upper confidence limit"),
    ):
        of, limit = f"{meaning}, {trial.name}", name != "estimate"
        writer.effect(f"{prefix}.{name}", yi, of, inputs, limit=limit)
    places = writer.places + 1
    writer.number(f"{prefix}.se", se, places, f"standard error, {trial.name}", inputs)
    writer.number(
        f"{prefix}.variance", trial.vi, 2 * places - 2,
        f"variance of {measure.of_analysis}, {trial.name}", inputs,
    )  # fmt: skip


def _add_rows(writer: Writer) -> None:
    """Register every effect of an outcome whose studies have several."""
    for n, trial in numbered(writer.outcome.rows):
        prefix = f"row.{trial.key}.{n}"
        of = f"{trial.name}, line {trial.line}"
        name = writer.outcome.measure.name
        writer.effect(f"{prefix}.estimate", trial.yi, f"{name}, {of}", limit=False)
        writer.number(f"{prefix}.variance", trial.vi, 2 * writer.places, f"variance, {of}")


_OWN = ("estimate", "se", "variance", "ci_low", "ci_high")


def given_name(prefix: str, role: str) -> str:
    """The name of a number of the file, apart from what is computed under the same one."""
    return f"{prefix}.given.{role}" if role in _OWN else f"{prefix}.{role}"
