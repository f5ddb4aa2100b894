"""Which conclusions stand: each outcome by the published and by today's methods, side by side.

A claim that the publication makes is tested by every method of today that can test it. It stands
where it holds under all of them, weakens where it holds under some, and falls where it holds under
none. What the published method says is shown beside them and not counted: by it the claim was made.
A claim of an effect holds where the effect is significant in the direction claimed; a claim of no
difference holds where the test between the categories is not significant.

Value names: `robust.<claim>.tried` and `.held`, today's methods that test it and those under which
it holds; phrases `robust.<claim>.verdict`, `.against`, and `robust.stands`, `.weakens`, `.falls`,
`.equal`.
"""

from __future__ import annotations

import pandas as pd
from scipy.special import ndtri

from ..display.numbers import count
from ..display.registry import Registry
from ..display.table import Column, Row, Table
from ..display.value import Phrase, Value
from .claims import REST, Answer, Claim, claims, methods
from .outcome import Outcome
from .recommended import add_recommended
from .retested import add_asymmetry, add_between, add_regression
from .samples import group_sizes
from .settings import LEVEL, SCALES
from .verdicts import capitalised
from .wording import ALPHA

Z = float(ndtri((1 + LEVEL) / 2))  # of a normal interval

COLUMNS = (
    Column("method", "Method"),
    Column("k", "Trials", "right"),
    Column("estimate", "SMD", "right"),
    Column("ci_low", "Lower", "right", spanner="Confidence interval"),
    Column("ci_high", "Upper", "right", spanner="Confidence interval"),
    Column("pvalue", "p", "right"),
    Column("prediction_low", "Lower", "right", spanner="Prediction interval"),
    Column("prediction_high", "Upper", "right", spanner="Prediction interval"),
    Column("significant", "Significant"),
)
VERDICTS = (
    Column("claim", "Conclusion"),
    Column("tried", "Tried", "right", spanner="Methods"),
    Column("held", "Holds under", "right", spanner="Methods"),
    Column("verdict", "Verdict"),
    Column("against", "Does not hold under"),
)
TESTS = (
    Column("method", "Method"),
    Column("estimate", "Estimate", "right"),
    Column("pvalue", "p", "right"),
    Column("holds", "Conclusion holds"),
)
NOTE = (
    "All by REML with Hartung–Knapp intervals, but for the published methods and PET-PEESE. Influential "
    "trials are those that the deletion diagnostics flag; of the analyses without each trial, the row "
    "shows that with the largest p. A prediction interval is given for random-effects models of all "
    "trials and of all but the influential ones."
)


def add_robust(
    registry: Registry, outcomes: dict[str, Outcome], studies: pd.DataFrame, groups: pd.DataFrame
) -> None:
    """Register all `outcomes` by today's methods, the tables that compare, and the conclusions."""
    sizes = group_sizes(studies)
    samples = {key: add_recommended(registry, o, sizes) for key, o in outcomes.items()}
    for sample in samples["symptoms"]:
        add_asymmetry(registry, sample, sizes)
        for variable in ("disorder", "treatment"):
            add_between(registry, sample, variable, groups)
    for key in ("symptoms", "symptoms_followup"):
        for sample in samples[key]:
            add_regression(registry, sample, "quality", studies)
    _add_narrow(registry)
    _add_methods(registry)
    _add_claims(registry)


def _add_narrow(registry: Registry) -> None:
    """Say where the interval of Hartung and Knapp is narrower than the normal one, which it can be.

    It is where trials agree more closely than chance would have them: Röver, Knapp & Friede (2015).
    """
    found, inputs = [], []
    for key, scale in SCALES.items():
        for method, prefix in methods(key).items():
            if f"{prefix}.se_normal" not in registry:
                continue
            names = f"{prefix}.ci_low", f"{prefix}.ci_high", f"{prefix}.se_normal"
            inputs += names
            low, high, normal = (registry.get(Value, name).raw for name in names)
            if None not in (low, high, normal) and high - low < 2 * Z * normal:
                found.append(f"{scale.name} ({method})")
    text = f"Here it is so for {'; '.join(found)}." if found else "Here it is so nowhere."
    registry.phrase("robust.narrow", text, tuple(inputs))


def _add_methods(registry: Registry) -> None:
    rows = []
    for key, scale in SCALES.items():
        for method, prefix in methods(key).items():
            cells = {"method": method}
            for column in COLUMNS[1:-1]:
                name = f"{prefix}.{column.key}"
                cells[column.key] = registry.get(Value, name) if name in registry else None
            cells["significant"] = _significance(registry, prefix)
            rows.append(Row(cells, group=capitalised(scale.name)))
    registry.add("robust.methods", Table("robust-methods", COLUMNS, tuple(rows), (NOTE,)))


def _significance(registry: Registry, prefix: str) -> Phrase:
    """Register whether the result below `prefix` is significant, and for which side."""
    names = f"{prefix}.pvalue", f"{prefix}.estimate"
    p, estimate = (registry.get(Value, name).raw for name in names)
    words = "—"
    if p is not None and estimate is not None:
        words = "no" if p >= ALPHA else "yes" if estimate > 0 else "yes, for the comparison"
    return registry.phrase(f"{prefix}.significant", words, names)


def holds(registry: Registry, claim: Claim, test: Answer) -> bool | None:
    """Tell whether `claim` holds by `test`, None where that cannot be computed."""
    p = registry.get(Value, test.pvalue).raw
    if p is None:
        return None
    if claim.sign == 0:
        return p >= ALPHA
    return p < ALPHA and registry.get(Value, test.estimate).raw * claim.sign > 0


def _add_claims(registry: Registry) -> None:
    verdicts, details = [], []
    for claim in claims():
        cells = add_claim(registry, claim)
        verdicts.append(Row(cells))
        if claim.key not in SCALES:  # a pooled effect stands in the table of methods
            details += [Row(_tested(registry, claim, t), group=claim.words) for t in claim.tests]
    registry.add("robust.verdicts", Table("robust-verdicts", VERDICTS, tuple(verdicts)))
    registry.add("robust.tests", Table("robust-tests", TESTS, tuple(details)))
    _add_summary(registry)


def _add_summary(registry: Registry) -> None:
    """Say of every effect that is claimed under how many methods it holds, and of no difference too."""
    said: dict[str, list[str]] = {"stands": [], "weakens": [], "falls": []}
    inputs: dict[str, list[str]] = {verdict: [] for verdict in said}
    equal, tests = [], []
    for claim in claims():
        names = [f"robust.{claim.key}.{name}" for name in ("held", "tried")]
        held, tried = (registry.get(Value, name) for name in names)
        verdict = registry.get(Phrase, f"robust.{claim.key}.verdict").text
        if claim.sign == 0:
            tests += names
            if verdict == "stands":
                equal.append(f"“{claim.words}”")
        elif verdict in said:
            inputs[verdict] += names
            against = registry.get(Phrase, f"robust.{claim.key}.against").text
            count_ = f"{held.text} of {tried.text}"
            more = f", not under {against}" if verdict == "weakens" else ""
            said[verdict].append(f"“{claim.words}” ({count_}{more})")
    for verdict, words in (
        ("stands", "Significant under all of today’s methods that can test it"),
        ("weakens", "Significant under some of today’s methods"),
        (
            "falls",
            "Significant under none of today’s methods, though the estimate may be of the same size",
        ),
    ):
        text = f"{words}: {'; '.join(said[verdict])}." if said[verdict] else ""
        registry.phrase(f"robust.{verdict}", text, tuple(inputs[verdict]))
    text = ""
    if equal:
        text = (
            f"None of them contradicts that {' and that '.join(equal)}; with so few trials that says "
            "little."
        )
    registry.phrase("robust.equal", text, tuple(tests))


def add_claim(registry: Registry, claim: Claim) -> dict[str, Value | Phrase | str]:
    """Register how many of today's methods test `claim`, under how many it holds, and the verdict.

    Returned is the row of the table of verdicts.
    """
    prefix = f"robust.{claim.key}"
    today = [
        test for test in claim.tests if not test.published and not _again(registry, claim, test)
    ]
    inputs = tuple(test.pvalue for test in today)
    found = {test.method: holds(registry, claim, test) for test in today}
    known = {method: held for method, held in found.items() if held is not None}
    held = sum(known.values())
    verdict = "falls" if not held else "stands" if held == len(known) else "weakens"
    against = "; ".join(method for method, held in known.items() if not held)
    return {
        "claim": claim.words,
        "tried": registry.value(
            f"{prefix}.tried", len(known), count, "methods of today tried", inputs
        ),
        "held": registry.value(
            f"{prefix}.held", held, count, "methods under which the conclusion holds", inputs
        ),
        "verdict": registry.phrase(
            f"{prefix}.verdict", verdict if known else "cannot be judged", inputs
        ),
        "against": registry.phrase(f"{prefix}.against", against or "—", inputs),
    }


def _again(registry: Registry, claim: Claim, test: Answer) -> bool:
    """Tell whether `test` leaves out influential trials of which there are none: another one again."""
    flagged = f"{claim.key}.influence.flagged.k"
    return test.method == REST and flagged in registry and not registry.get(Value, flagged).raw


def _tested(registry: Registry, claim: Claim, test: Answer) -> dict[str, Value | str | None]:
    held = holds(registry, claim, test)
    return {
        "method": test.method,
        "estimate": registry.get(Value, test.estimate) if test.estimate else None,
        "pvalue": registry.get(Value, test.pvalue),
        "holds": "—" if held is None else "yes" if held else "no",
    }
