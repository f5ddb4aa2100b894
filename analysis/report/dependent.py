"""Several effects of a study: the three-level model of all of them, and errors that are robust.

Tests and intervals of the model go by t on the number of studies less 1, those of the robust errors
(CR2) by t on Satterthwaite's degrees of freedom: few studies leave both variances poorly known.
"""

from __future__ import annotations

from ..display.table import INTERVAL, Column, Row, Table
from ..engine.aggregate import aggregate
from ..engine.checks import computable
from ..engine.multilevel import Multilevel, multilevel
from ..engine.pool import pool
from ..engine.robust import robust
from .pooled import MODELS, RECOMMENDED
from .trials import Data, effects_of, numbered
from .within import told
from .writer import Writer

ENDS = ("estimate", "ci_low", "ci_high")
COLUMNS = (
    Column("model", "Model"),
    Column("k", "Effects", "right"),
    Column("estimate", "Estimate", "right"),
    *INTERVAL,
    Column("pvalue", "p", "right"),
)
AVERAGED = f"Averaged within studies; {MODELS[RECOMMENDED][2]}"
WORDS = {
    "multilevel": "Three-level model, REML",
    "robust": "The same with cluster-robust errors, CR2",
}
ESTIMATOR = "CR2"
DF_PLACES = {"multilevel": 0, "robust": 1}
# Of the effects of one study, for which the averages are tried beside the one that is set.
CORRELATIONS = {0.0, 0.3, 0.5, 0.7, 0.9}
FEW_DF = 4  # Satterthwaite's, below which the test is not to be relied on: Tipton (2015)


def add_dependent(writer: Writer, data: Data) -> None:
    """Register the three-level model of an outcome in which studies have several effects."""
    outcome = writer.outcome
    if not outcome.dependent:
        return
    writer.say("dependent.within", told(data, outcome))
    studies = [t.key for t in outcome.rows]
    effects = effects_of(outcome.rows)
    found = computable(multilevel, **effects, cluster=studies, ci="t", level=writer.level)
    _add_variances(writer, found)
    sound = None
    if found:
        sound = computable(robust, found, estimator=ESTIMATOR, level=writer.level)
    for name, result in (("multilevel", found), ("robust", sound)):
        _add_mean(writer, name, result)
    rows = [
        Row({"model": words} | {c.key: writer.get(f"{name}.{c.key}") for c in COLUMNS[1:]})
        for name, words in ({RECOMMENDED: AVERAGED} | WORDS).items()
    ]
    table = Table(f"{outcome.key}-dependent", COLUMNS, tuple(rows), _notes(writer))
    writer.registry.add(writer.name("dependent"), table)
    _add_correlations(writer, CORRELATIONS | {data.settings.correlation})
    writer.tell("dependent.told", *_told(writer, found))


def _add_variances(writer: Writer, found: Multilevel | None) -> None:
    inputs = _inputs(writer)
    for level, words in (("between", "between studies"), ("within", "within studies")):
        sigma2 = found and getattr(found, f"sigma2_{level}")
        meaning = f"variance of the true effects {words}; {WORDS['multilevel']}"
        writer.number(f"multilevel.sigma2_{level}", sigma2, 4, meaning, inputs)
        i2 = found and getattr(found, f"i2_{level}")
        meaning = f"share of the total variance {words}, per cent; {WORDS['multilevel']}"
        writer.number(f"multilevel.i2_{level}", i2, 1, meaning, inputs)


def _add_mean(writer: Writer, name: str, result) -> None:
    row = None if result is None else result.coefficients.iloc[0]
    inputs, words = _inputs(writer), WORDS[name]
    k = len(writer.outcome.rows)
    writer.count(f"{name}.k", k, f"number of effects; {words}", inputs)
    for end in ENDS:
        yi = None if row is None else float(row[end])
        meaning = f"pooled effect: {end}; {words}"
        writer.on_both_scales(name, end, yi, meaning, inputs, limit=end != "estimate")
    se, p = (None if row is None else float(row[key]) for key in ("se", "pvalue"))
    writer.number(f"{name}.se", se, writer.places + 1, f"standard error; {words}", inputs)
    writer.pvalue(f"{name}.pvalue", p, f"significance (p); {words}", inputs)
    df = None if row is None else float(row["df"])
    meaning = f"degrees of freedom of t; {words}"
    writer.number(f"{name}.df", df, DF_PLACES[name], meaning, inputs)


def _add_correlations(writer: Writer, correlations: set[float]) -> None:
    """Register between what p of the averaged effects lies for these `correlations` within a study."""
    method, ci, words = MODELS[RECOMMENDED]
    options = {"method": method, "ci": ci, "level": writer.level}
    rows = writer.outcome.rows
    ps = []
    for rho in correlations:
        studies = [t.key for t in rows]
        averaged = aggregate(**effects_of(rows), cluster=studies, rho=rho, weighted=False)
        found = computable(pool, averaged.yi, vi=averaged.vi, **options)
        ps += [found.pvalue] if found else []
    inputs = _inputs(writer)
    for name, rho in (("least", min(correlations)), ("most", max(correlations))):
        meaning = f"{name} correlation of effects of a study that is tried"
        writer.put(f"dependent.correlation.{name}", rho, lambda x: f"{x:g}", meaning)
    for name, p in (("lowest", min(ps, default=None)), ("highest", max(ps, default=None))):
        meaning = f"{name} p of the averaged effects, over correlations within a study; {words}"
        writer.pvalue(f"dependent.correlation.{name}", p, meaning, inputs)


def _notes(writer: Writer) -> tuple[str, ...]:
    """What the intervals of the model and of the robust errors go by."""
    if writer.absent("robust.df"):
        return ()
    level, robust_df = (writer.get(f"{name}.df").text for name in WORDS)
    return (
        f"{WORDS['multilevel']}: t on {level} degrees of freedom, the studies less 1.",
        f"Robust errors: with the correction {ESTIMATOR}, t on {robust_df} degrees of freedom by "
        "Satterthwaite.",
    )


def _inputs(writer: Writer) -> tuple[str, ...]:
    """The rows' effects."""
    return tuple(
        f"row.{t.key}.{n}.{part}"
        for n, t in numbered(writer.outcome.rows)
        for part in ("estimate", "variance")
    )


def _told(writer: Writer, found) -> list:
    if found is None:
        return [
            "The effects do not tell both variances apart, so that there is no three-level model."
        ]
    between, within = (writer.get(f"multilevel.i2_{level}") for level in ("between", "within"))
    few = []
    if not writer.absent("robust.df") and writer.get("robust.df").raw < FEW_DF:
        few = [
            "With only ", writer.get("robust.df"), " degrees of freedom the test with robust errors is "
            "not to be relied on. ",
        ]  # fmt: skip
    tried = [writer.get(f"dependent.correlation.{end}") for end in ("least", "most")]
    ps = [writer.get(f"dependent.correlation.{end}") for end in ("lowest", "highest")]
    lies = ["lies between ", ps[0], " and ", ps[1]]
    if ps[0].text == ps[1].text:
        lies = [f"is {'' if ps[0].text.startswith('<') else 'always '}", ps[0]]
    varied = [
        "With correlations from ", tried[0], " to ", tried[1], ", p of the averaged effects ",
        *lies, ". ",
    ]  # fmt: skip
    return [
        *few, *varied, "Of the total variance ", between, "% lies between studies and ", within,
        "% between the effects of a study.",
    ]  # fmt: skip
