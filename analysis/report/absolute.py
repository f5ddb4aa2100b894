"""How many had the event, and how many fewer or more of a thousand the pooled effect would make it.

A ratio says little without the risk that it is a ratio of; the Cochrane Handbook (2019, chapter 15)
asks for the difference that it makes at a stated risk, here that of all control groups together.
"""

from __future__ import annotations

from collections.abc import Callable

from ..display.numbers import apart, count, number
from ..display.value import Value
from .counts import of_counts, table_of
from .pooled import RECOMMENDED
from .single import is_single
from .trials import Data
from .writer import Writer

PER = 1000
ENDS = ("estimate", "ci_low", "ci_high")


def _by_odds(risk: float, ratio: float) -> float:
    odds = risk / (1 - risk) * ratio if risk < 1 else float("inf")
    return odds / (1 + odds) if odds < float("inf") else 1.0


# The risk with treatment, by the risk with control and the effect, as it is shown.
TREATED: dict[str, Callable[[float, float], float]] = {
    "RR": lambda risk, ratio: risk * ratio,
    "OR": _by_odds,
    "RD": lambda risk, difference: risk + difference,
}


def difference(measure: str, risk: float, effect: float) -> float:
    """Return how many more of a thousand have the event at this `risk`, as none can go beyond all."""
    return PER * (min(max(TREATED[measure](risk, effect), 0.0), 1.0) - risk)


def add_absolute(writer: Writer, data: Data) -> None:
    """Register how many had the event in each group, and what the pooled effect makes of a thousand."""
    outcome = writer.outcome
    if not of_counts(outcome, data.columns.form):
        return
    tables = [table_of(data, trial) for trial in outcome.trials]
    inputs = [f"study.{t.key}.{role}" for t in outcome.trials for role in data.columns.form]
    for role, of in (("events", "participants with the event"), ("n", "participants")):
        for arm, name in zip(("treated", "control"), data.columns.arms, strict=True):
            total = sum(table[f"{role}_{arm}"] for table in tables)
            writer.count(f"total.{role}_{arm}", total, f"{of}, {name}, all studies", inputs)
    _add_differences(writer)
    writer.tell("absolute.told", *_told(writer, data.columns.arms))


def _add_differences(writer: Writer) -> None:
    events, n = (writer.get(f"total.{role}_control") for role in ("events", "n"))
    risk, measure = events.raw / n.raw, writer.outcome.measure
    totals = "total.events_control", "total.n_control"
    writer.put("absolute.per", PER, count, "participants that an absolute effect is told of")
    writer.put(
        "absolute.control", PER * risk, lambda x: number(x, 0),
        f"participants with the event of {count(PER)} at the risk of all control groups", totals,
    )  # fmt: skip
    for end in ENDS:
        effect = writer.get(f"{RECOMMENDED}.{end}").raw
        raw = None if effect is None else difference(measure.key, risk, effect)
        meaning = f"participants more with the event of {count(PER)}, by the pooled effect: {end}"
        inputs = (f"{RECOMMENDED}.{end}", *totals)
        writer.put(f"absolute.{end}", raw, more_or_fewer, meaning, inputs)


def more_or_fewer(x: float) -> str:
    """Return the difference `x` of numbers of participants in words, nearest to a whole one."""
    return f"{apart(abs(x), 0, 0.0)} {'fewer' if x < 0 else 'more'}"


def _told(writer: Writer, arms: tuple[str, str]) -> list[str | Value]:
    totals = {
        f"{role}_{arm}": writer.get(f"total.{role}_{arm}")
        for role in ("events", "n")
        for arm in ("treated", "control")
    }
    said = [
        "In all, ", totals["events_treated"], " of ", totals["n_treated"], f" with {arms[0]} and ",
        totals["events_control"], " of ", totals["n_control"], f" with {arms[1]} had the event.",
    ]  # fmt: skip
    estimate, low, high = (writer.get(f"absolute.{end}") for end in ENDS)
    if None in (estimate.raw, low.raw, high.raw):
        return said
    per, risk = (writer.get(f"absolute.{name}") for name in ("per", "control"))
    effect = writer.outcome.measure.name
    effect = effect if is_single(writer.outcome) else f"pooled {effect}"
    return [
        *said, f" At the risk with {arms[1]}, ", risk, " of ", per, f", the {effect} means ", estimate,
        " per ", per, " (from ", low, " to ", high, ").",
    ]  # fmt: skip
