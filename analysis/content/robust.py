"""Each outcome by the published and by today's methods, side by side.

Value names are those of `recommended` and `retested`; phrases `<result>.significant`,
`robust.narrow` and `robust.lines`.
"""

from __future__ import annotations

import pandas as pd
from scipy.special import ndtri

from ..display.registry import Registry
from ..display.sentence import capitalised, listed
from ..display.table import INTERVAL, Column, Row, Table
from ..display.value import Phrase, Value
from .further import METHODS as FURTHER
from .further import add_further, add_settings_of_further, add_words_of_further
from .outcome import Outcome
from .recommended import add_recommended
from .retested import add_asymmetry, add_between, add_regression, add_regression_without
from .samples import group_sizes
from .settings import ALPHA, LEVEL, SCALES

Z = float(ndtri((1 + LEVEL) / 2))  # of a normal interval

COLUMNS = (
    Column("method", "Method"),
    Column("k", "Trials", "right"),
    Column("estimate", "SMD", "right"),
    *INTERVAL,
    Column("pvalue", "p", "right"),
    Column("prediction_low", "Lower", "right", spanner="Prediction interval"),
    Column("prediction_high", "Upper", "right", spanner="Prediction interval"),
    Column("significant", "Excludes no effect"),
)
NOTE = (
    "By REML with Hartung–Knapp intervals, but for the published methods, PET and PEESE, and those "
    "below them. The selection model has the test and the interval of its likelihood ratio. The "
    "Bayesian method has the shortest credible interval, from a normal prior of τ that is folded at no "
    "heterogeneity, and does not count for the verdicts. "
    "Influential trials are those that the deletion diagnostics flag; of the analyses without each "
    "trial, the row shows that with the largest p. Of PET and PEESE, used is the line by which the "
    "conclusions are judged: PEESE where the p of PET is below {}, otherwise PET. A prediction interval "
    "is given for random-effects models of all trials and of all but the influential ones."
)

# The model that the publication relies on, where it is not the random-effects model.
RELIED_ON = {"qol_followup": "fixed"}
MODEL = {"random": "Published: random effects", "fixed": "Published: fixed effect"}
FILLED = "Published: trim and fill"
REML, HEDGES, REST = "Hartung–Knapp", "Hedges’ g", "Influential trials left out"
WEAKEST = "Each trial left out, largest p"
LINES = "PET", "PEESE"


def methods(registry: Registry, key: str) -> dict[str, str]:
    """The methods that pool the outcome `key`, each with the name that its results stand below.

    Of PET and PEESE, the line that is used says so.
    """
    model = RELIED_ON.get(key, "random")
    used = registry.get(Phrase, f"{key}.pet_peese.used").text
    lines = {f"{line} (used)" if line == used else line: line.lower() for line in LINES}
    return {
        MODEL[model]: f"{key}.{model}",
        FILLED: f"{key}.{model}.filled",
        REML: f"{key}.reml",
        HEDGES: f"{key}.reml.g",
        REST: f"{key}.reml.without.flagged",
        WEAKEST: f"{key}.reml.without.weakest",
        **{label: f"{key}.pet_peese.{line}" for label, line in lines.items()},
        **{method.label: f"{key}.{name}" for name, method in FURTHER.items()},
    }


def add_robust(
    registry: Registry, outcomes: dict[str, Outcome], studies: pd.DataFrame, groups: pd.DataFrame
) -> None:
    """Register all `outcomes` by today's methods, and the table that compares them."""
    sizes = group_sizes(studies)
    samples = {key: add_recommended(registry, o, sizes) for key, o in outcomes.items()}
    add_settings_of_further(registry)
    for key, (whole, *_) in samples.items():
        add_further(registry, key, whole)
    for sample in samples["symptoms"]:
        add_asymmetry(registry, sample, sizes)
        for variable in ("disorder", "treatment"):
            add_between(registry, sample, variable, groups)
    for key in ("symptoms", "symptoms_followup"):
        for sample in samples[key]:
            add_regression(registry, sample, "quality", studies)
        name_of = outcomes[key].name_of
        add_regression_without(registry, samples[key][0], "quality", studies, name_of)
    _add_narrow(registry)
    _add_lines(registry)
    add_words_of_further(registry)
    _add_methods(registry)


def _add_narrow(registry: Registry) -> None:
    """Say where the interval of Hartung and Knapp is narrower than the normal one, which it can be.

    It is where trials agree more closely than chance would have them: Röver, Knapp & Friede (2015).
    """
    found, inputs = [], []
    for key, scale in SCALES.items():
        for method, prefix in methods(registry, key).items():
            if f"{prefix}.se_normal" not in registry:
                continue
            names = f"{prefix}.ci_low", f"{prefix}.ci_high", f"{prefix}.se_normal"
            inputs += names
            low, high, normal = (registry.get(Value, name).raw for name in names)
            if None not in (low, high, normal) and high - low < 2 * Z * normal:
                found.append(f"{scale.name} ({method})")
    text = f"Of these pooled effects it is so for {'; '.join(found)}."
    if not found:
        text = "Of these pooled effects it is so for none."
    registry.phrase("robust.narrow", text, tuple(inputs))


def _add_lines(registry: Registry) -> None:
    """Say for which outcomes PET and PEESE differ on whether there is an effect."""
    apart, inputs = [], []
    for key, scale in SCALES.items():
        names = [f"{key}.pet_peese.{line.lower()}.pvalue" for line in LINES]
        inputs += names
        ps = [registry.get(Value, name).raw for name in names]
        if None not in ps and len({p < ALPHA for p in ps}) > 1:
            apart.append(scale.name)
    text = "For no outcome do the lines differ on whether the effect is significant."
    if apart:
        text = f"On whether the effect is significant the lines differ for {listed(apart)}."
    registry.phrase("robust.lines", text, tuple(inputs))


def _add_methods(registry: Registry) -> None:
    rows = []
    for key, scale in SCALES.items():
        for method, prefix in methods(registry, key).items():
            cells = {"method": method}
            for column in COLUMNS[1:-1]:
                name = f"{prefix}.{column.key}"
                cells[column.key] = registry.get(Value, name) if name in registry else None
            cells["significant"] = _significance(registry, prefix)
            rows.append(Row(cells, group=capitalised(scale.name)))
    alpha = registry.get(Value, "symptoms.pet_peese.alpha").text
    note = NOTE.format(alpha)
    registry.add("robust.methods", Table("robust-methods", COLUMNS, tuple(rows), (note,)))


def excludes_no_effect(registry: Registry, names: tuple[str, ...]) -> bool | None:
    """Tell whether a p-value is below the level, or two limits lie on one side; None without them."""
    found = [registry.get(Value, name).raw for name in names]
    if None in found:
        return None
    return found[0] < ALPHA if len(found) == 1 else found[0] > 0 or found[1] < 0


def _significance(registry: Registry, prefix: str) -> Phrase:
    """Register whether the result below `prefix` excludes no effect, and for which side.

    By the p-value where there is one; the interval after Henmi and Copas and the credible interval have
    none.
    """
    p = f"{prefix}.pvalue"
    names = (p,) if p in registry else (f"{prefix}.ci_low", f"{prefix}.ci_high")
    clear = excludes_no_effect(registry, names)
    words = "—"
    if clear is not None:
        positive = registry.get(Value, f"{prefix}.estimate").raw > 0
        words = "no" if not clear else "yes" if positive else "yes, for the comparison"
    return registry.phrase(f"{prefix}.significant", words, (*names, f"{prefix}.estimate"))
