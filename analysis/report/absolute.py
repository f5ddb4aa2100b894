"""How many had the event, and how many fewer or more of a thousand the pooled effect would make it.

A ratio says little without the risk that it is a ratio of; the Cochrane Handbook (2019, chapter 15)
asks for the difference that it makes at a stated risk. Here that is the median of the control groups'
risks, with the lowest and the highest beside: the risk of all of them together is that of the few
largest, while a random-effects mean weighs studies more alike. A difference of risks is the same at
every risk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import floor, log10
from statistics import median

from ..display.numbers import ABSENT, apart, count, is_absent
from ..display.value import Value
from .counts import of_counts, table_of
from .pooled import RECOMMENDED
from .single import is_single
from .trials import Data
from .writer import Writer

PER = 1000
ENDS = ("estimate", "ci_low", "ci_high")
FARTHEST = ("lowest", "highest")
NOTHING, ALL = 0.0, 1.0  # risks
ROUNDED = 0.1  # the most that rounding changes a number by, as a share of it


def _by_odds(risk: float, ratio: float) -> float:
    odds = risk / (1 - risk) * ratio if risk < ALL else float("inf")
    return odds / (1 + odds) if odds < float("inf") else ALL


# The risk with treatment, by the risk with control and the ratio, as it is shown.
TREATED: dict[str, Callable[[float, float], float]] = {
    "RR": lambda risk, ratio: risk * ratio,
    "OR": _by_odds,
}


def difference(measure: str, risk: float, effect: float) -> float:
    """Return how many more of a thousand have the event at this `risk`, by a ratio no more than all."""
    if measure not in TREATED:
        return PER * effect
    return PER * (min(TREATED[measure](risk, effect), ALL) - risk)


def places(largest: float) -> int:
    """Return the decimals that change numbers up to the `largest` by no more than a tenth of it."""
    return max(0, -floor(log10(2 * ROUNDED * abs(largest)))) if largest else 0


def more_or_fewer(x: float | None, decimals: int = 0) -> str:
    """Return the difference `x` of numbers of participants in words, and not as none unless it is."""
    if is_absent(x):
        return ABSENT
    return f"{apart(abs(x), decimals, 0.0)} {'fewer' if x < 0 else 'more'}"


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
    risks = [table["events_control"] / table["n_control"] for table in tables]
    given = [name for name in inputs if name.endswith("_control")]
    writer.put("absolute.per", PER, count, "participants that an absolute effect is told of")
    _add_risks(writer, risks, given)
    _add_differences(writer)
    writer.tell("absolute.told", *_told(writer, data.columns.arms))


def _add_risks(writer: Writer, risks: Sequence[float], given: Sequence[str]) -> None:
    """Register median, lowest and highest of the control groups' `risks`, and that which is told."""
    of = f"participants with the event of {count(PER)} at the"
    for name, risk in (
        ("median", median(risks)), ("lowest", min(risks)), ("highest", max(risks)),
    ):  # fmt: skip
        meaning = f"{of} {name} of the control groups’ risks"
        writer.put(f"absolute.{name}", PER * risk, _risk, meaning, given)
    told, at, inputs = median(risks), "median of the control groups’ risks", ("absolute.median",)
    if not _tells(writer.outcome.measure.key, told):
        inputs, at = (
            ("total.events_control", "total.n_control"),
            "risk of all control groups together",
        )
        events, n = (writer.get(name).raw for name in inputs)
        told = events / n
    writer.put("absolute.control", PER * told, _risk, f"{of} {at}, which is told of", inputs)


def _risk(x: float) -> str:
    return apart(x, places(x), NOTHING)


def _add_differences(writer: Writer) -> None:
    """Register what the effect means at the stated risk, with limits, and at the farthest."""
    _add_at(writer, "control", {f"absolute.{end}": end for end in ENDS})
    for name in FARTHEST:
        _add_at(writer, name, {f"absolute.{name}.estimate": "estimate"})


def _add_at(writer: Writer, risk: str, names: dict[str, str]) -> None:
    """Register under `names` what these ends of the effect mean at the risk called `risk`."""
    measure, at = writer.outcome.measure.key, writer.get(f"absolute.{risk}").raw / PER
    raw: dict[str, float | None] = dict.fromkeys(names)
    if _tells(measure, at):
        effects = {name: writer.get(f"{RECOMMENDED}.{end}").raw for name, end in names.items()}
        raw = {n: None if x is None else difference(measure, at, x) for n, x in effects.items()}
    decimals = places(max((abs(x) for x in raw.values() if x is not None), default=0.0))
    words = "the risk that is told of" if risk == "control" else f"the {risk} risk"
    for name, end in names.items():
        meaning = (
            f"participants more with the event of {count(PER)} at {words}, by the pooled effect"
        )
        inputs = f"{RECOMMENDED}.{end}", f"absolute.{risk}"
        text = partial(more_or_fewer, decimals=decimals)
        writer.put(name, raw[name], text, f"{meaning}: {end}", inputs)


def _tells(measure: str, risk: float) -> bool:
    """Whether an effect makes a difference that can be told at this `risk`.

    A ratio makes nothing of none, and one of odds nothing of all.
    """
    return measure not in TREATED or NOTHING < risk < ALL or (measure == "RR" and risk == ALL)


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
    ends = [writer.get(f"absolute.{end}") for end in ENDS]
    if any(end.raw is None for end in ends):
        return said
    return [*said, *_at_risks(writer, arms[1]), *_beyond(writer), *_caution(writer)]


def _at_risks(writer: Writer, control: str) -> list[str | Value]:
    """What the effect means at the risks with `control`, as sentences."""
    per, told, middle, lowest, highest = (
        writer.get(f"absolute.{name}") for name in ("per", "control", "median", *FARTHEST)
    )
    estimate, low, high = (writer.get(f"absolute.{end}") for end in ENDS)
    measure = writer.outcome.measure
    effect = measure.name if is_single(writer.outcome) else f"pooled {measure.name}"
    means = [f"the {effect} means ", estimate, " per ", per, " (from ", low, " to ", high, ")"]
    if lowest.raw == highest.raw:
        return [f" At the risk with {control}, ", told, " of ", per, ", ", *means, "."]
    ran = [
        f" The risk with {control} ran from ", lowest, " to ", highest, " of ", per, " participants",
    ]  # fmt: skip
    if measure.key not in TREATED:
        return [*ran, ", with median ", middle, ". At every risk ", *means, "."]
    if _tells(measure.key, middle.raw / PER):
        ran += [", with median ", middle, ". At the median "]
    else:
        ran += [
            ", and was ",
            middle,
            " in at least half of the studies. At the risk of all together, ",
        ]
        ran += [told, " of ", per, ", "]
    return [*ran, *means, *_farthest(writer), "."]


def _farthest(writer: Writer) -> list[str | Value]:
    """What the effect means at the lowest and at the highest risk, where it tells anything there."""
    values = {name: writer.get(f"absolute.{name}.estimate") for name in FARTHEST}
    known = {name: value for name, value in values.items() if value.raw is not None}
    if not known:
        return []
    names = " and the ".join(known)
    first, *rest = known.values()
    return [f"; at the {names} risk, ", first, *(x for value in rest for x in (" and ", value))]


def _beyond(writer: Writer) -> list[str]:
    """A remark where the effect would make it fewer than none or more than all."""
    told, lowest, highest = (
        writer.get(f"absolute.{name}").raw / PER for name in ("control", *FARTHEST)
    )
    estimate, *limits = (writer.get(f"{RECOMMENDED}.{end}").raw for end in ENDS)
    measure = writer.outcome.measure.key
    if measure in TREATED:
        by_risk = (told, max(limits)), (highest, estimate)
        cut = measure == "RR" and any(_tells(measure, r) and r * x > ALL for r, x in by_risk)
        return [" More than all cannot have it, so that what goes beyond is cut off."] * cut
    low, high = ("this", "this") if lowest == highest else ("the lowest", "the highest")
    fewer = [f" At {low} risk some of this would be fewer than none."]
    more = [f" At {high} risk some of this would be more than all."]
    return fewer * (lowest + min(limits) < NOTHING) + more * (highest + max(limits) > ALL)


def _caution(writer: Writer) -> list[str]:
    """What these numbers leave open, where studies were pooled."""
    if is_single(writer.outcome):
        return []
    known = ""
    if writer.outcome.measure.key in TREATED:
        known = "take the ratio to be the same at every risk and the risk as known, and "
    return [f" These numbers {known}do not tell how far effects differ between studies."]
