"""The figures of the chapter on robustness, and what they are read from.

The comparison of methods and the forest plots come from registered values; the others from the
engine's results on the same sample, which are computed when the figure is drawn.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ..display.baujat import BaujatPoint, baujat
from ..display.figure import Figure
from ..display.flags import FLAGS, bounds_note
from ..display.forest import forest
from ..display.forest_parts import ForestRow, Group, Limits, Summary, Words
from ..display.gosh import Subsets, gosh
from ..display.influence import Diagnostic, influence_panel
from ..display.registry import Registry
from ..display.sentence import capitalised
from ..display.value import Value
from ..engine.baujat import baujat as baujat_of
from ..engine.checks import computable
from ..engine.cumulative import cumulative
from ..engine.influence import bounds, influence
from .outcome import Outcome
from .recommended import METHOD, WORDS, subsets_of
from .robust import REML, methods
from .samples import Sample, as_reconstructed
from .settings import FAVOURS, SCALES

# Titles of the diagnostics, and their value without influence: so many as stand in one row.
DIAGNOSTICS = {
    "rstudent": ("Deleted residual", 0.0),
    "dffits": ("DFFITS", 0.0),
    "cook_d": ("Cook’s distance", None),
    "tau2_deleted": ("τ² without it", None),
}


def add_robust_plots(registry: Registry, outcome: Outcome) -> None:
    """Register the comparison of methods for all outcomes, and the diagnostic plots of `outcome`."""
    sample = as_reconstructed(outcome, WORDS)
    for name, draw in (
        ("robust.methods", partial(_comparison, registry)),
        (f"{outcome.key}.influence", partial(_influence, outcome, sample)),
        (f"{outcome.key}.baujat", partial(_baujat, outcome, sample)),
        (f"{outcome.key}.gosh", partial(_gosh, outcome, sample)),
        (f"{outcome.key}.leave_one_out", partial(_leave_one_out, registry, outcome, sample)),
        (f"{outcome.key}.cumulative", partial(_cumulative, registry, outcome, sample)),
    ):
        registry.figure(name, draw)


def _comparison(registry: Registry) -> Figure:
    groups = [
        Group(
            tuple(
                _row(registry, method, prefix) for method, prefix in methods(registry, key).items()
            ),
            capitalised(scale.name),
        )
        for key, scale in SCALES.items()
    ]
    words = _words(registry, study="Method", one_row="result", rows="results")
    return forest("robust-methods", groups, [], words)


def _leave_one_out(registry: Registry, outcome: Outcome, sample: Sample) -> Figure:
    rows = [
        _row(registry, outcome.name_of(study), f"{sample.prefix}.without.{study}")
        for study in sample.studies
        if f"{sample.prefix}.without.{study}.estimate" in registry
    ]
    words = _words(registry, study="Without", one_row="analysis", rows="analyses")
    groups = [Group(tuple(rows))]
    return forest(f"{outcome.key}-leave-one-out", groups, _whole(registry, sample), words)


def _cumulative(registry: Registry, outcome: Outcome, sample: Sample) -> Figure:
    found = computable(cumulative, **sample.effects, order="precision", method=METHOD)
    studies = [] if found is None else [sample.studies[i] for i in found.order]
    rows = [
        _row(registry, outcome.name_of(study), f"{sample.prefix}.cumulative.{study}")
        for study in studies
    ]
    words = _words(registry, study="Adding", one_row="analysis", rows="analyses")
    groups = [Group(tuple(rows))]
    return forest(f"{outcome.key}-cumulative", groups, _whole(registry, sample), words)


def _influence(outcome: Outcome, sample: Sample) -> Figure:
    found = computable(influence, **sample.effects, method=METHOD)
    k = len(sample.studies) if found is not None else 0
    within = bounds(k) if k else {}
    diagnostics = [
        Diagnostic(
            title,
            tuple(float(x) if np.isfinite(x) else None for x in getattr(found, name)) if k else (),
            reference,
            _ends(name, within),
        )
        for name, (title, reference) in DIAGNOSTICS.items()
    ]
    labels = [outcome.name_of(study) for study in sample.studies[:k]]
    flagged = found.influential.tolist() if k else []
    notes = (bounds_note(within, tuple(DIAGNOSTICS)),) if k else ()
    return influence_panel(f"{outcome.key}-influence", labels, flagged, diagnostics, notes)


def _ends(name: str, within: dict[str, float]) -> tuple[float, ...]:
    """The bounds of the diagnostic `name`: on both sides where it can have either sign."""
    if name not in within:
        return ()
    return (-within[name], within[name]) if FLAGS[name].signed else (within[name],)


def _baujat(outcome: Outcome, sample: Sample) -> Figure:
    found = computable(baujat_of, **sample.effects, method=METHOD)
    points = [
        BaujatPoint(
            outcome.name_of(study), float(found.heterogeneity[i]), float(found.influence[i])
        )
        for i, study in enumerate(sample.studies if found is not None else ())
    ]
    titles = "Contribution to heterogeneity", "Influence on the pooled effect"
    return baujat(f"{outcome.key}-baujat", points, titles)


def _gosh(outcome: Outcome, sample: Sample) -> Figure:
    found = subsets_of(sample)
    titles = "Pooled standardised mean difference", "I², per cent"
    subsets = Subsets(np.empty(0), np.empty(0))
    if found is not None:
        largest = int(np.argmax(sample.yi))
        label = f"with {outcome.name_of(sample.studies[largest])}"
        subsets = Subsets(found.estimate, found.i2, found.includes(largest), label)
    return gosh(f"{outcome.key}-gosh", subsets, titles)


def _row(registry: Registry, label: str, prefix: str) -> ForestRow:
    estimate = registry.get(Value, f"{prefix}.estimate")
    return ForestRow(label, estimate.raw, estimate.text, _limits(registry, prefix), pooled=True)


def _whole(registry: Registry, sample: Sample) -> list[Summary]:
    estimate = registry.get(Value, f"{sample.prefix}.estimate")
    if estimate.raw is None:
        return []
    return [Summary(REML, estimate.raw, estimate.text, _limits(registry, sample.prefix))]


def _limits(registry: Registry, prefix: str) -> Limits:
    low, high = (registry.get(Value, f"{prefix}.ci_{end}") for end in ("low", "high"))
    return Limits(low.raw, high.raw, low.text, high.text)


def _words(registry: Registry, **options) -> Words:
    level = registry.get(Value, "settings.level").text
    return Words("SMD", f"{level}% CI", *FAVOURS, **options)
