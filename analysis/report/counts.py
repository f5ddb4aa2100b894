"""What counts of events allow besides: Mantel and Haenszel's summary, and who took part.

The summary needs no correction of counts of nought.
"""

from __future__ import annotations

from ..display.numbers import count
from ..engine.checks import computable
from ..engine.mantel_haenszel import MantelHaenszel, mantel_haenszel
from .measures import CELLS, OF_EVENTS
from .trials import Data, Outcome, Trial
from .wording import I2_PLACES
from .writer import EFFECTS, Writer

WORDS = "Mantel–Haenszel"
SUMMARISED = ("OR", "RR", "RD")


def add_participants(writer: Writer) -> None:
    """Register how many took part, where every row tells it, and the words that say so."""
    trials = writer.outcome.trials
    known = all(t.size is not None for t in trials)
    total = sum(t.size for t in trials) if known else None
    value = writer.count("participants", total, "participants of all studies")
    parts = ["with ", value, " participants"] if known else []
    writer.tell("participants.told", *parts)


def of_counts(outcome: Outcome, form: tuple[str, ...]) -> bool:
    """Whether every study is a single table of counts, by the columns in `form`."""
    return outcome.measure.key in SUMMARISED and form in OF_EVENTS and not outcome.dependent


def add_counts(writer: Writer, data: Data) -> None:
    """Register Mantel and Haenszel's summary of an outcome whose every study is a table of counts."""
    outcome, form = writer.outcome, data.columns.form
    if not of_counts(outcome, form):
        return
    tables = [table_of(data, trial) for trial in outcome.trials]
    columns = {name: [table[name] for table in tables] for name in tables[0]}
    found = computable(mantel_haenszel, outcome.measure.key, **columns, level=writer.level)
    roles = [f"study.{t.key}.{role}" for t in outcome.trials for role in form]
    _add_summary(writer, found, roles)


def table_of(data: Data, trial: Trial) -> dict[str, float]:
    """The counts of a study as the engine takes them."""
    numbers = {role: data.source.number(cell) for role, cell in trial.raw.items()}
    if data.columns.form == CELLS:
        for arm in ("treated", "control"):
            rest = numbers.pop(f"nonevents_{arm}")
            numbers[f"n_{arm}"] = numbers[f"events_{arm}"] + rest
    return numbers


def _add_summary(writer: Writer, found: MantelHaenszel | None, inputs: list[str]) -> None:
    measure = writer.outcome.measure
    writer.count("mh.k", found and found.k, f"number of studies; {WORDS}", inputs)
    for name in ("estimate", "ci_low", "ci_high"):
        yi = None if found is None else getattr(found, name)
        meaning = f"{EFFECTS[name].format(measure.name)}; {WORDS}"
        writer.on_both_scales("mh", name, yi, meaning, inputs, limit=name != "estimate")
    for name, places, meaning in (
        ("se", writer.places + 1, "standard error of the pooled effect"),
        ("statistic", 2, "test statistic of the pooled effect"),
        ("q", 2, "Q around the pooled effect"),
        ("i2", I2_PLACES, "I² in per cent"),
    ):
        raw = None if found is None else getattr(found, name)
        writer.number(f"mh.{name}", raw, places, f"{meaning}; {WORDS}", inputs)
    writer.put("mh.q_df", found and found.q_df, count, f"degrees of freedom of Q; {WORDS}", inputs)
    for name, of in (("pvalue", "of the pooled effect, both tails"), ("q_pvalue", "of Q")):
        raw = None if found is None else getattr(found, name)
        writer.pvalue(f"mh.{name}", raw, f"significance (p) {of}; {WORDS}", inputs)
