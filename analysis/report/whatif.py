"""The experiment's data: every outcome's effects, its columns of categories, and what is concluded.

It starts with the main analysis. Which conclusions hold is computed in the page; here they are put so
that all of them hold of the main analysis.
"""

from __future__ import annotations

from ..display.registry import Registry
from ..display.scale import bulk
from ..display.whatif import WhatIf
from ..engine.egger import egger
from .bias import FEWEST
from .measures import CORRELATIONS, RATIOS, Measure
from .pooled import MODELS, RECOMMENDED
from .sensitivity import FEWEST as FEWEST_LEFT
from .subgroups import variables
from .trials import Data
from .wording import ALPHA, HIGH_I2, LOW_I2
from .writer import Writer, computable

METHODS = {
    "REML": "Random effects (REML)",
    "DL": "Random effects (DerSimonian–Laird)",
    "PM": "Random effects (Paule–Mandel)",
    "EE": "Equal effects",
}
INTERVALS = {"hksj": "Hartung–Knapp", "z": "Normal"}
DEGREES = [("low", 0), ("moderate", LOW_I2), ("high", HIGH_I2)]


def add_what_if(registry: Registry, data: Data, writers: list[Writer]) -> None:
    """Register the experiment on the outcomes of `writers`."""
    measure = data.columns.measure
    method, ci, _ = MODELS[RECOMMENDED]
    low, high = data.settings.favours or measure.ends
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
        "conventions": {"alpha": ALPHA, "sizes": [], "degrees": DEGREES},
        "sides": f"← {low} · → {high}",
        "methods": METHODS, "intervals": INTERVALS, "corrections": {"none": "As in the file"},
        "names": {t.key: t.name for w in writers for t in w.outcome.trials},
        "groups": groups, "outcomes": outcomes, "conclusions": conclusions,
        "words": _words(measure, writers[0].places), "arms": False,
        "shown": {RATIOS: "ratio", CORRELATIONS: "correlation"}.get(measure.kind, "difference"),
        "widest": _widest(writers),
    }))  # fmt: skip


def _words(measure: Measure, places: int) -> dict:
    own = f"Effect ({measure.analysed})"
    return {
        "measure": measure.short, "places": places, "usual": "Main analysis", "own": own,
        "before": "in the main analysis it", "beside": "Results beside those of the main analysis",
    }  # fmt: skip


def _widest(writers: list[Writer]) -> list[float]:
    """The ends that the axis of effects has at most: the bulk of the studies' intervals."""
    trials = [t for w in writers for t in w.outcome.trials]
    ends = [t.yi + side * 2 * t.vi**0.5 for t in trials for side in (-1, 1)]
    within = [*bulk(ends), 0.0]
    return [min(within), max(within)]


def _grouping(writer: Writer, variable, several: bool) -> dict:
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
        degree = "low" if i2 < LOW_I2 else "high" if i2 >= HIGH_I2 else "moderate"
        text = f"By I² heterogeneity is {degree}."
        found.append({"kind": "degree", "words": [degree], "text": text})
    found += _asymmetry(writer)
    for key, variable in groups.items():
        test = writer.get(f"{RECOMMENDED}.{variable.key}.f_pvalue").raw
        if test is not None and test >= ALPHA:
            text = f"Effects do not differ by {variable.label}."
            found.append({"kind": "groups", "variable": key, "differ": False, "text": text})
    ends = [writer.get(f"reml.prediction_{end}").raw for end in ("low", "high")]
    if None not in ends:
        both = ends[0] <= measure.null <= ends[1]
        sides = "both sides" if both else "a single side"
        text = f"The prediction interval lies on {sides} of {measure.null_words}."
        found.append({"kind": "predicted", "clear": not both, "text": text})
    if len(writer.outcome.trials) >= FEWEST_LEFT:
        text = "No single study decides whether the effect is significant."
        found.append({"kind": "steady", "text": text})
    return found


def _asymmetry(writer: Writer) -> list[dict]:
    effects = writer.outcome.effects
    line = computable(egger, **effects) if len(writer.outcome.trials) >= FEWEST else None
    if line is None:
        return []
    found = line.pvalue < ALPHA
    text = "The funnel is asymmetric." if found else "The funnel shows no clear asymmetry."
    side = 1 if line.estimate > 0 else -1
    return [{"kind": "asymmetry", "expected": found, "side": side, "text": text}]
