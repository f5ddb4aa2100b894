"""The experiment's data: every outcome's effects, its columns of categories, and what is concluded.

It starts with the main analysis. Which conclusions hold is computed in the page; here they are put so
that all of them hold of the main analysis.
"""

from __future__ import annotations

from ..display.numbers import NBSP
from ..display.registry import Registry
from ..display.scale import bulk
from ..display.sentence import capitalised
from ..display.whatif import WhatIf
from .bias import FEWEST
from .measures import CORRELATIONS, RATIOS, Measure
from .pooled import MODELS, RECOMMENDED
from .single import is_single
from .subgroups import Variable, compared, variables
from .trials import Data
from .wording import ALPHA, DEGREES, I2_PLACES, degree
from .writer import Writer

METHODS = {
    "REML": "Random effects (REML)",
    "DL": "Random effects (DerSimonian–Laird)",
    "PM": "Random effects (Paule–Mandel)",
    "EE": "Equal effects",
}
INTERVALS = {
    "hksj-adhoc": "Hartung–Knapp, the larger error",
    "hksj": "Hartung–Knapp",
    "z": "Normal",
}


def add_what_if(registry: Registry, data: Data, writers: list[Writer]) -> None:
    """Register the experiment on the outcomes of `writers` of which several trials tell.

    Where there is none, it is on all of them, and no chapter shows it.
    """
    writers = [writer for writer in writers if not is_single(writer.outcome)] or writers
    several = {writer.outcome.measure for writer in writers}
    # Outcomes may differ in their unit, of which a page of all of them says nothing.
    measure = several.pop() if len(several) == 1 else data.columns.measure
    method, ci, _ = MODELS[RECOMMENDED]
    low, high = measure.ends
    groups, outcomes, conclusions = {}, {}, []
    for writer in writers:
        outcome = writer.outcome
        own = {f"{outcome.key}-{each.key}": each for each in variables(writer, data)}
        groups |= {key: _grouping(writer, each, len(writers) > 1) for key, each in own.items()}
        outcomes[outcome.key] = {
            "label": outcome.name, "method": method, "ci": ci,
            "trials": [[t.key, t.yi, t.vi, None] for t in outcome.trials],
        }  # fmt: skip
        conclusions += [
            {"outcome": outcome.key, "id": f"{outcome.key}.{rule['kind']}.{n}", **rule}
            for n, rule in enumerate(_conclusions(writer, own))
        ]
    registry.add("what_if", WhatIf({
        "level": data.settings.level,
        "conventions": {
            "alpha": ALPHA, "sizes": [], "degrees": DEGREES, "i2_places": I2_PLACES,
            "fewest": FEWEST,
        },
        "sides": f"←{NBSP}{low} · {high}{NBSP}→",
        "methods": METHODS, "intervals": INTERVALS, "corrections": {"none": "As in the file"},
        "names": {t.key: t.name for w in writers for t in w.outcome.trials},
        "groups": groups, "outcomes": outcomes, "conclusions": conclusions,
        "words": _words(measure, writers[0].places), "arms": False,
        "shown": {RATIOS: "ratio", CORRELATIONS: "correlation"}.get(measure.kind, "difference"),
        "widest": _widest(writers),
    }))  # fmt: skip


def _words(measure: Measure, places: int) -> dict:
    # The effect as it is shown, and its error on the scale of the analysis.
    own = capitalised(measure.with_unit)
    error = "Standard error" + {RATIOS: " of its logarithm", CORRELATIONS: " of Fisher’s z"}.get(
        measure.kind, ""
    )
    return {
        "measure": measure.heading, "places": places, "usual": "Main analysis", "own": own,
        "error": error,
        "before": "in the main analysis it", "beside": "Results beside those of the main analysis",
    }  # fmt: skip


def _widest(writers: list[Writer]) -> list[float]:
    """The ends that the axis of effects has at most: the bulk of the studies' intervals."""
    trials = [t for w in writers for t in w.outcome.trials]
    ends = [t.yi + side * 2 * t.vi**0.5 for t in trials for side in (-1, 1)]
    within = [*bulk(ends), 0.0]
    return [min(within), max(within)]


def _grouping(writer: Writer, variable: Variable, several: bool) -> dict:
    label = f"{writer.outcome.name}: {variable.label}" if several else variable.label
    return {
        "label": label,
        "categories": {key: name for key, (name, _) in variable.members.items()},
        "members": {t.key: key for key, (_, own) in variable.members.items() for t in own},
    }


def _conclusions(writer: Writer, groups: dict) -> list[dict]:
    """Sentences that hold of the main analysis, as rules of the page."""
    found, measure = [], writer.outcome.measure
    low, high, p, i2, q_p = (
        writer.get(name).raw
        for name in ("reml.ci_low", "reml.ci_high", "reml.pvalue", "reml.i2", "fixed.q_pvalue")
    )
    if p is not None and p < ALPHA and (low > measure.null or high < measure.null):
        side = 1 if low > measure.null else -1
        words = measure.higher if side > 0 else measure.lower
        found.append({"kind": "effect", "side": side, "text": f"Significantly, {words}."})
    if len(writer.outcome.trials) > 1 and q_p is not None:
        differ = q_p < ALPHA
        text = "The studies differ more than chance explains."
        text = text if differ else "The studies show no clear heterogeneity."
        found.append({"kind": "heterogeneous", "expected": differ, "text": text})
        word = degree(i2)
        text = f"By I² heterogeneity is {word}."
        found.append({"kind": "degree", "words": [word], "text": text})
    found += _asymmetry(writer)
    found += [rule for key, each in groups.items() for rule in _compared(writer, key, each)]
    ends = [writer.get(f"reml.prediction_{end}").raw for end in ("low", "high")]
    if None not in ends:
        both = ends[0] <= measure.null <= ends[1]
        sides = "both sides" if both else "a single side"
        text = f"The prediction interval lies on {sides} of {measure.null_words}."
        found.append({"kind": "predicted", "clear": not both, "text": text})
    return found + _steady(writer, p)


def _compared(writer: Writer, key: str, variable: Variable) -> list[dict]:
    """Whether the groups of `variable` differ, in the words of the chapter and by its test."""
    p = writer.get(f"{RECOMMENDED}.{variable.key}.f_pvalue").raw
    if p is None:
        return []
    text = f"{compared(variable, p)}."
    return [{"kind": "compared", "variable": key, "differ": p < ALPHA, "text": text}]


def _steady(writer: Writer, p: float | None) -> list[dict]:
    """Whether the conclusion stays without each study, where there is a p without each."""
    names = [f"{RECOMMENDED}.without.{t.key}.pvalue" for t in writer.outcome.trials]
    if p is None or not all(writer.name(name) in writer.registry for name in names):
        return []
    steady = all((writer.get(name).raw < ALPHA) == (p < ALPHA) for name in names)
    text = "Whether the effect is significant depends on single studies."
    text = "No single study decides whether the effect is significant." if steady else text
    return [{"kind": "steady", "expected": steady, "text": text}]


def _asymmetry(writer: Writer) -> list[dict]:
    p, estimate = (writer.get(f"egger.{name}").raw for name in ("pvalue", "estimate"))
    if p is None:
        return []
    found = p < ALPHA
    text = "The funnel is asymmetric." if found else "The funnel shows no clear asymmetry."
    side = 1 if estimate > 0 else -1
    return [{"kind": "asymmetry", "expected": found, "side": side, "text": text}]
