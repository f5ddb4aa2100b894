"""Each study's effect, the pooled effect by classic and by recommended methods, heterogeneity."""

from __future__ import annotations

from functools import partial

from ..display.figure import Figure
from ..display.forest import forest
from ..display.forest_parts import Group, Summary, Words
from ..display.numbers import NBSP, number, relation
from ..display.table import Column, Row, Table
from ..display.value import Phrase, Value
from ..engine.checks import computable
from ..engine.pool import Pooled, pool
from .counts import WORDS
from .many import MOST, Chosen, foremost, named
from .roles import heads
from .single import is_single
from .studies import given_name, silent_rows
from .trials import Data, Trial
from .wording import degree, direction, heterogeneity
from .writer import Writer

# Name of the model, as the engine calls it, its interval, and how tables and sources call it.
MODELS = {
    "fixed": ("EE", "z", "Equal effects"),
    "random": ("DL", "z", "Random effects, DerSimonian–Laird"),
    "reml": ("REML", "hksj-adhoc", "Random effects, REML, modified Hartung–Knapp"),
}
CLASSIC, RECOMMENDED = "random", "reml"
OWN = "hksj"  # Hartung and Knapp's error as it falls, even below the usual one
SHORT = {
    "mh": WORDS, "fixed": "Equal effects", "random": "DerSimonian–Laird",
    "reml": "REML, modified Hartung–Knapp",
}  # fmt: skip

RESULTS = (
    ("estimate", "Estimate"), ("ci_low", "Lower"), ("ci_high", "Upper"), ("pvalue", "p"),
    ("tau", "τ"), ("i2", "I², %"), ("prediction_low", "Lower"), ("prediction_high", "Upper"),
)  # fmt: skip
CORRECTED = (
    f"{WORDS}: no I² is told, since it would need counts of zero to be corrected, which this method "
    "does without."
)
SILENT = (
    f"{WORDS}: trials of which no ratio can be told, and that are not pooled, leave it as it is."
)
IN_UNIT = ("estimate", "tau")  # results whose heads tell the unit of the outcome


def add_pooled(writer: Writer) -> dict[str, Pooled]:
    """Register the pooled effects by every model, what they say, and the tables and plots of them."""
    inputs = writer.trial_inputs()
    found = {}
    for model, (method, ci, words) in MODELS.items():
        found[model] = pool(**writer.outcome.effects, method=method, ci=ci, level=writer.level)
        writer.pooled(model, found[model], words, inputs)
    for trial, weight in zip(writer.outcome.trials, found[RECOMMENDED].weights, strict=True):
        writer.number(
            f"{RECOMMENDED}.study.{trial.key}.weight", float(weight), 1,
            f"weight in per cent, {trial.name}; {MODELS[RECOMMENDED][2]}",
            (f"study.{trial.key}.variance", f"{RECOMMENDED}.tau2"),
        )  # fmt: skip
    _add_intervals(writer, found[RECOMMENDED])
    _add_words(writer)
    _add_table(writer)
    return found


def _add_intervals(writer: Writer, found: Pooled) -> None:
    """The intervals of heterogeneity, which few studies leave wide."""
    within = computable(found.confint) if found.k > 1 else None
    for name, places, meaning in (
        ("tau", writer.places, "τ"), ("i2", 1, "I² in per cent"),
    ):  # fmt: skip
        for end, word in (("low", "lower"), ("high", "upper")):
            interval = None if within is None else getattr(within, name)
            writer.number(
                f"{RECOMMENDED}.{name}_{end}", interval and getattr(interval, end), places,
                f"{word} confidence limit of {meaning}, Q-profile", writer.trial_inputs(),
            )  # fmt: skip


def _add_words(writer: Writer) -> None:
    measure = writer.outcome.measure
    ends = f"{RECOMMENDED}.ci_low", f"{RECOMMENDED}.ci_high"
    words = direction(measure, *(writer.get(end).raw for end in ends))
    writer.say(f"{RECOMMENDED}.direction", words, ends)
    inputs = "k", "fixed.q_pvalue", *(f"{model}.i2" for model in (RECOMMENDED, CLASSIC))
    writer.tell("heterogeneity", *_differing(writer), inputs=inputs)
    _add_narrow(writer)


def _differing(writer: Writer) -> list[str | Value]:
    """Whether the studies differ, and what that is called by the I² of REML and by that of Q."""
    k, p = writer.get("k").raw, writer.get("fixed.q_pvalue").raw
    own, by_q = (writer.get(f"{model}.i2") for model in (RECOMMENDED, CLASSIC))
    if p is None or own.raw is None or k < 2:
        return ["Heterogeneity cannot be judged from a single study."]
    said, other = degree(own.raw), degree(by_q.raw)
    low, high = (writer.get(f"{RECOMMENDED}.i2_{end}") for end in ("low", "high"))
    wide: list[str | Value] = []
    if None not in (low.raw, high.raw) and degree(low.raw) != degree(high.raw):
        wide = [
            "; its interval (", low, "% to ", high, f"%) reaches from {degree(low.raw)} to "
            f"{degree(high.raw)}",
        ]  # fmt: skip
    if said == other:
        return [f"{heterogeneity(k, p)}{said}", *wide, "."]
    return [
        f"{heterogeneity(k, p)}{said} by REML (", own, f"%), {other} by Q (", by_q, "%)", *wide, ".",
    ]  # fmt: skip


def _add_narrow(writer: Writer) -> None:
    """Register the interval by Hartung and Knapp's own error, and words on it where it is narrower."""
    method, ci, words = MODELS[RECOMMENDED]
    effects = writer.outcome.effects
    found, own = (pool(**effects, method=method, ci=each, level=writer.level) for each in (ci, OWN))
    for end, word in (("ci_low", "lower"), ("ci_high", "upper")):
        meaning = f"{word} confidence limit by Hartung and Knapp’s own error; {words}"
        name, inputs = f"{RECOMMENDED}.own.{end}", writer.trial_inputs()
        writer.effect(name, getattr(own, end), meaning, inputs, limit=True)
    ends = [writer.get(f"{RECOMMENDED}.own.{end}") for end in ("ci_low", "ci_high")]
    said = []
    if own.se < found.se:
        words = direction(writer.outcome.measure, *(end.raw for end in ends))
        same = words == writer.registry.get(Phrase, writer.name(f"{RECOMMENDED}.direction")).text
        words = "which leaves the conclusion as it is" if same else words
        said = [
            "Around the mean the studies scatter less than this model expects. Hartung and Knapp’s "
            "own error would be smaller than the usual one, which is taken here; with theirs the "
            "interval would be ", ends[0], " to ", ends[1], f"{', ' if same else ': '}{words}.",
        ]  # fmt: skip
    writer.tell(f"{RECOMMENDED}.narrow", *said)


def _add_table(writer: Writer) -> None:
    spans = {
        "ci_low": "Confidence interval", "ci_high": "Confidence interval",
        "prediction_low": "Prediction interval", "prediction_high": "Prediction interval",
    }  # fmt: skip
    unit = writer.outcome.measure.unit
    heads = {key: f"{label}, {unit}" for key, label in RESULTS if unit and key in IN_UNIT}
    columns = [Column("model", "Model")]
    columns += [
        Column(key, heads.get(key, label), "right", spanner=spans.get(key))
        for key, label in RESULTS
    ]
    rows = []
    for model, (_, _, words) in MODELS.items():
        cells: dict[str, Value | str | None] = {"model": words}
        cells |= {key: writer.get(f"{model}.{key}") for key, _ in RESULTS}
        if model == "fixed":  # it has no distribution of true effects
            cells |= dict.fromkeys(("tau", "prediction_low", "prediction_high"))
        rows.append(Row(cells))
    notes = []
    if not writer.absent("mh.estimate"):
        cells = dict.fromkeys((key for key, _ in RESULTS)) | {"model": WORDS}
        known = {
            key: writer.get(f"mh.{key}")
            for key in ("estimate", "ci_low", "ci_high", "pvalue", "i2")
        }
        if any(trial.zeros for trial in writer.outcome.trials):
            known["i2"] = None
            notes.append(CORRECTED)
        notes += [SILENT] if writer.outcome.silent else []
        rows.insert(0, Row(cells | known))
    table = Table(f"{writer.outcome.key}-pooled", tuple(columns), tuple(rows), tuple(notes))
    writer.registry.add(writer.name("pooled"), table)


def add_data_table(writer: Writer, data: Data) -> None:
    """Register the table of the studies: their numbers as in the file, their effects, their weights."""
    outcome = writer.outcome
    roles = [role for role in data.columns.form if any(role in t.raw for t in outcome.trials)]
    columns = [Column("study", "Study")]
    columns += [Column("effects", "Effects", "right")] if outcome.dependent else []
    for role in roles:
        label, over = heads(role, data.columns.arms)
        columns.append(Column(role, label, "right", spanner=over))
    interval = f"{number(100 * writer.level, 0)}% interval"
    columns += [
        Column("effect", outcome.measure.heading, "right"),
        Column("low", "Lower", "right", spanner=interval),
        Column("high", "Upper", "right", spanner=interval),
        *([] if is_single(outcome) else [Column("weight", "Weight, %", "right")]),
    ]
    rows = []
    for trial in outcome.trials:
        prefix = f"study.{trial.key}"
        cells = {"study": trial.name}
        cells |= {"effects": writer.get(f"{prefix}.effects")} if outcome.dependent else {}
        cells |= _raw_cells(writer, prefix, trial)
        cells |= {
            "effect": writer.get(f"{prefix}.estimate"),
            "low": writer.get(f"{prefix}.ci_low"),
            "high": writer.get(f"{prefix}.ci_high"),
            "weight": writer.get(f"{RECOMMENDED}.{prefix}.weight"),
        }
        rows.append(Row(cells))
    chosen = heaviest(writer)
    silent = tuple(
        Row({"study": trial.name, "weight": "not pooled"} | _raw_cells(writer, prefix, trial))
        for prefix, trial in silent_rows(outcome)
    )
    shown = (*(rows[i] for i in chosen.positions), *silent[:MOST])
    table = Table(f"{outcome.key}-studies", tuple(columns), shown, chosen.notes, (*rows, *silent))
    writer.registry.add(writer.name("studies"), table)


def _raw_cells(writer: Writer, prefix: str, trial: Trial) -> dict[str, Value]:
    """What the file gives of `trial`, by column."""
    return {role: writer.get(given_name(prefix, role)) for role in trial.raw}


def heaviest(writer: Writer) -> Chosen:
    """The studies that a table or a plot shows where there are too many."""
    keys = [trial.key for trial in writer.outcome.trials]
    weights = [writer.get(f"{RECOMMENDED}.study.{key}.weight").raw for key in keys]
    return foremost(weights, "with the most weight")


def add_forest(writer: Writer) -> None:
    """Register the forest plot of the studies with the pooled effects."""
    writer.registry.figure(writer.name("forest"), partial(_forest, writer))


def _forest(writer: Writer) -> Figure:
    rows, chosen = [], heaviest(writer)
    for trial in (writer.outcome.trials[i] for i in chosen.positions):
        weight = writer.get(f"{RECOMMENDED}.study.{trial.key}.weight")
        more = {"weight": weight.raw, "weight_text": weight.text + "%"}
        rows.append(writer.row(trial.name, f"study.{trial.key}", **more))
    models = [] if writer.absent("mh.estimate") else ["mh"]
    summaries = [summary(writer, model) for model in (*models, CLASSIC, RECOMMENDED)]
    notes = *_heterogeneity(writer), *_not_pooled(writer), *chosen.notes
    words = forest_words(writer, *notes)
    scale = writer.outcome.measure.scale
    return forest(
        f"{writer.outcome.key}-forest", [Group(tuple(rows))], summaries, words, scale=scale
    )


def _heterogeneity(writer: Writer) -> list[str]:
    """The note on how much the studies differ, where there are several."""
    value, p = writer.get, writer.get("fixed.q_pvalue").text
    unit = f" {writer.outcome.measure.unit}".rstrip()
    if writer.absent("fixed.q"):
        return []
    return [
        f"Heterogeneity: Q = {value('fixed.q').text} (df = {value('fixed.q_df').text}, "
        f"p{NBSP}{relation(p)}{p}), I² = {value('reml.i2').text}%, τ = {value('reml.tau').text}{unit}"
    ]


def _not_pooled(writer: Writer) -> list[str]:
    """The note on trials that the plot does not show."""
    silent = [trial.name for trial in writer.outcome.silent]
    return [f"Not pooled, as the counts say nothing of a ratio: {named(silent)}"] if silent else []


def summary(writer: Writer, model: str) -> Summary:
    """The pooled effect by `model` as a forest plot takes it."""
    value = writer.get(f"{model}.estimate")
    predicted = writer.limits(model, "prediction") if model == RECOMMENDED else None
    if predicted is not None and predicted.low is None:
        predicted = None
    limits = writer.limits(model)
    return Summary(SHORT[model], writer.plotted(value), value.text, limits, prediction=predicted)


def forest_words(writer: Writer, *notes: str, **options) -> Words:
    """What a forest plot of the outcome says besides numbers."""
    measure = writer.outcome.measure
    interval = f"{number(100 * writer.level, 0)}% CI"
    return Words(measure.heading, interval, *measure.ends, notes, **options)
