"""The publication's main conclusions, and which of them stand under today's methods.

A conclusion is tested by every method of today that can test it. It stands where it holds under all of
them, weakens where it holds under some, and falls where it holds under none. What the published method
says is shown beside them and not counted: by it the conclusion was drawn. That there is an effect holds
where the effect is significant in the direction claimed; that there is no difference holds where the
test between the categories is not significant.

Value names: `robust.<conclusion>.tried` and `.held`, today's methods that test it and those under which
it holds; phrases `robust.<conclusion>.verdict`, `.against`, and `robust.stands`, `.weakens`, `.falls`,
`.equal`, `.undone`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..display.numbers import count
from ..display.registry import Registry
from ..display.table import Column, Row, Table
from ..display.value import Phrase, Value
from .further import ALLOWING
from .further import METHODS as FURTHER
from .robust import (
    FILLED,
    HEDGES,
    MODEL,
    RELIED_ON,
    REML,
    REST,
    WEAKEST,
    excludes_no_effect,
)
from .settings import SCALES

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


@dataclass(frozen=True)
class Answer:
    """What a method says: the names of its p-value, or its two limits, and its estimate if it has one.

    `line` names the phrase that says which line of PET-PEESE is used.
    """

    method: str
    test: tuple[str, ...]
    estimate: str | None = None
    line: str | None = None

    @property
    def published(self) -> bool:
        """Whether it is the publication's own method."""
        return self.method.startswith("Published")


@dataclass(frozen=True)
class Conclusion:
    """A conclusion in `words`; `sign` is the direction claimed, 0 where it is that nothing differs."""

    key: str
    words: str
    sign: int
    tests: tuple[Answer, ...]


def conclusions() -> tuple[Conclusion, ...]:
    """The publication's conclusions, each with the tests of it."""
    symptoms = "symptoms.reml", "symptoms.reml.g", "symptoms.reml.without.flagged"
    return (
        *(
            Conclusion(key, words, 1, _pooled(key))
            for key, words in (
                ("symptoms", "Psychotherapy reduces symptoms"),
                ("symptoms_completers", "Those who complete it have fewer symptoms"),
                ("symptoms_followup", "Symptoms stay lower at follow-up"),
                ("qol", "Psychotherapy improves quality of life"),
                ("qol_followup", "Quality of life stays better at follow-up"),
            )
        ),
        Conclusion(
            "asymmetry", "Small trials found larger effects on symptoms", 1,
            (
                _below("Published: Egger’s test", "symptoms.egger"),
                Answer(
                    "Published: Kendall’s rank test",
                    ("symptoms.kendall.pvalue",), "symptoms.kendall.tau",
                ),
                *_again("Egger’s test on the group sizes", symptoms, "egger"),
            ),
        ),
        *(
            Conclusion(
                f"quality_{key}", words, -1,
                (
                    _below("Published: method of moments", f"{key}.regression.quality"),
                    *_again(
                        REML, [s.replace("symptoms", key) for s in symptoms], "regression.quality"
                    ),
                ),
            )
            for key, words in (
                ("symptoms", "Trials of higher quality found smaller effects on symptoms"),
                ("symptoms_followup", "Trials of higher quality found smaller effects at follow-up"),
            )
        ),
        *(
            Conclusion(
                variable, words, 0,
                (
                    Answer("Published: Q between", (f"symptoms.random.{variable}.q_between_pvalue",)),
                    *(
                        Answer(answer.method, answer.test)
                        for answer in _again(f"{REML}, shared τ²", symptoms, variable)
                    ),
                ),
            )
            for variable, words in (
                ("disorder", "Effects on symptoms do not differ by disorder"),
                ("treatment", "Effects on symptoms do not differ by type of psychotherapy"),
            )
        ),
    )  # fmt: skip


def _pooled(key: str) -> tuple[Answer, ...]:
    """What says that psychotherapy has an effect on the outcome `key`."""
    model = RELIED_ON.get(key, "random")
    line = f"{key}.pet_peese"
    return (
        _below(MODEL[model], f"{key}.{model}"),
        _below(FILLED, f"{key}.{model}.filled"),
        _below(REML, f"{key}.reml"),
        _below(HEDGES, f"{key}.reml.g"),
        _below(REST, f"{key}.reml.without.flagged"),
        _below(WEAKEST, f"{key}.reml.without.weakest"),
        Answer("PET-PEESE", (f"{line}.pvalue",), f"{line}.estimate", f"{line}.used"),
        *(
            Answer(FURTHER[name].label, _tested_by(name, key), f"{key}.{name}.estimate")
            for name in ALLOWING
        ),
    )


def _tested_by(name: str, key: str) -> tuple[str, ...]:
    """What of the further method `name` tells of an effect: its p-value, else its limits."""
    ends = ("pvalue",) if "pvalue" in FURTHER[name].statistics else ("ci_low", "ci_high")
    return tuple(f"{key}.{name}.{end}" for end in ends)


def _below(method: str, prefix: str) -> Answer:
    return Answer(method, (f"{prefix}.pvalue",), f"{prefix}.estimate")


def _again(method: str, prefixes: Sequence[str], name: str) -> tuple[Answer, ...]:
    labels = (method, HEDGES, REST)
    return tuple(_below(m, f"{p}.{name}") for m, p in zip(labels, prefixes, strict=True))


def holds(registry: Registry, conclusion: Conclusion, test: Answer) -> bool | None:
    """Tell whether `conclusion` holds by `test`, None where that cannot be computed."""
    clear = excludes_no_effect(registry, test.test)
    if clear is None or conclusion.sign == 0:
        return None if clear is None else not clear
    return clear and registry.get(Value, test.estimate).raw * conclusion.sign > 0


def add_conclusions(registry: Registry) -> None:
    """Register the verdict on every conclusion, the tables of them and of their tests, and a summary."""
    verdicts, details = [], []
    for conclusion in conclusions():
        cells = add_conclusion(registry, conclusion)
        verdicts.append(Row(cells))
        if conclusion.key not in SCALES:  # a pooled effect stands in the table of methods
            details += [
                Row(_tested(registry, conclusion, t), group=conclusion.words)
                for t in conclusion.tests
            ]
    registry.add("robust.verdicts", Table("robust-verdicts", VERDICTS, tuple(verdicts)))
    registry.add("robust.tests", Table("robust-tests", TESTS, tuple(details)))
    _add_summary(registry)


def _add_summary(registry: Registry) -> None:
    """Say which effects hold under all, some or none of the methods, and what never differs."""
    said: dict[str, list[str]] = {"stands": [], "weakens": [], "falls": []}
    inputs: dict[str, list[str]] = {verdict: [] for verdict in said}
    equal, tests = [], []
    for conclusion in conclusions():
        names = [f"robust.{conclusion.key}.{name}" for name in ("held", "tried")]
        verdict = registry.get(Phrase, f"robust.{conclusion.key}.verdict").text
        if conclusion.sign == 0:
            tests += names
            if verdict == "stands":
                equal.append(f"“{conclusion.words}”")
        elif verdict in said:
            inputs[verdict] += names
            said[verdict].append(f"“{conclusion.words}”")
    for verdict, words in (
        ("stands", "Significant under all of today’s methods that can test it"),
        ("weakens", "Significant under some of today’s methods and not under others"),
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
    against = registry.get(Phrase, "robust.symptoms.against").text
    text = ""
    if registry.get(Phrase, "robust.symptoms.verdict").text in ("weakens", "falls"):
        text = f"The effect on {SCALES['symptoms'].name} does not hold under: {against}."
    registry.phrase("robust.undone", text, ("robust.symptoms.tried", "robust.symptoms.held"))


def add_conclusion(registry: Registry, conclusion: Conclusion) -> dict[str, Value | Phrase | str]:
    """Register how many of today's methods test `conclusion`, under how many it holds, and the verdict.

    Returned is the row of the table of verdicts.
    """
    prefix = f"robust.{conclusion.key}"
    today = [
        test for test in conclusion.tests if not test.published and not _repeats(registry, test)
    ]
    inputs = tuple(name for test in today for name in test.test)
    found = {_label(registry, test): holds(registry, conclusion, test) for test in today}
    known = {method: held for method, held in found.items() if held is not None}
    held = sum(known.values())
    verdict = "falls" if not held else "stands" if held == len(known) else "weakens"
    against = "; ".join(method for method, held in known.items() if not held)
    return {
        "claim": conclusion.words,
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


def _label(registry: Registry, test: Answer) -> str:
    used = f" by {registry.get(Phrase, test.line).text}" if test.line else ""
    return test.method + used


def _repeats(registry: Registry, test: Answer) -> bool:
    """Tell whether `test` leaves out influential trials of which there are none: another one again."""
    flagged = f"{test.test[0].partition('.')[0]}.influence.flagged.k"
    return test.method == REST and not registry.get(Value, flagged).raw


def _tested(
    registry: Registry, conclusion: Conclusion, test: Answer
) -> dict[str, Value | str | None]:
    held = holds(registry, conclusion, test)
    return {
        "method": test.method,
        "estimate": registry.get(Value, test.estimate) if test.estimate else None,
        "pvalue": registry.get(Value, *test.test),
        "holds": "—" if held is None else "yes" if held else "no",
    }
