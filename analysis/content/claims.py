"""The publication's conclusions, and for each of them what the methods that can test it say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# The model that the publication relies on, where it is not the random-effects model.
RELIED_ON = {"qol_followup": "fixed"}
MODEL = {"random": "Published: random effects", "fixed": "Published: fixed effect"}
REML, HEDGES, REST = "Hartung–Knapp", "Hedges’ g", "Influential trials left out"


@dataclass(frozen=True)
class Answer:
    """What a method says on a claim: the names of its p-value and, where it has one, its estimate."""

    method: str
    pvalue: str
    estimate: str | None = None

    @property
    def published(self) -> bool:
        """Whether it is the publication's own method."""
        return self.method.startswith("Published")


@dataclass(frozen=True)
class Claim:
    """A conclusion in `words`; `sign` is the direction claimed, 0 where it is that nothing differs."""

    key: str
    words: str
    sign: int
    tests: tuple[Answer, ...]


def methods(key: str) -> dict[str, str]:
    """The methods that pool the outcome `key`, each with the name that its results stand below."""
    model = RELIED_ON.get(key, "random")
    return {
        MODEL[model]: f"{key}.{model}",
        "Published: trim and fill": f"{key}.{model}.filled",
        REML: f"{key}.reml",
        HEDGES: f"{key}.reml.g",
        REST: f"{key}.reml.without.flagged",
        "Each trial left out, largest p": f"{key}.reml.without.weakest",
        "PET-PEESE": f"{key}.pet_peese",
    }


def claims() -> tuple[Claim, ...]:
    """The publication's conclusions, each with the tests of it."""
    symptoms = "symptoms.reml", "symptoms.reml.g", "symptoms.reml.without.flagged"
    return (
        *(
            Claim(key, words, 1, tuple(_below(m, p) for m, p in methods(key).items()))
            for key, words in (
                ("symptoms", "Psychotherapy reduces symptoms"),
                ("symptoms_completers", "Those who complete it have fewer symptoms"),
                ("symptoms_followup", "Symptoms stay lower at follow-up"),
                ("qol", "Psychotherapy improves quality of life"),
                ("qol_followup", "Quality of life stays better at follow-up"),
            )
        ),
        Claim(
            "asymmetry", "Small trials found larger effects on symptoms", 1,
            (
                _below("Published: Egger’s test", "symptoms.egger"),
                Answer(
                    "Published: Kendall’s rank test",
                    "symptoms.kendall.pvalue", "symptoms.kendall.tau",
                ),
                *_again("Egger’s test on the group sizes", symptoms, "egger"),
            ),
        ),
        *(
            Claim(
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
            Claim(
                variable, words, 0,
                (
                    Answer("Published: Q between", f"symptoms.random.{variable}.q_between_pvalue"),
                    *(
                        Answer(test.method, test.pvalue)
                        for test in _again(f"{REML}, shared τ²", symptoms, variable)
                    ),
                ),
            )
            for variable, words in (
                ("disorder", "Effects on symptoms do not differ by disorder"),
                ("treatment", "Effects on symptoms do not differ by type of psychotherapy"),
            )
        ),
    )  # fmt: skip


def _below(method: str, prefix: str) -> Answer:
    return Answer(method, f"{prefix}.pvalue", f"{prefix}.estimate")


def _again(method: str, prefixes: Sequence[str], name: str) -> tuple[Answer, ...]:
    labels = (method, HEDGES, REST)
    return tuple(_below(m, f"{p}.{name}") for m, p in zip(labels, prefixes, strict=True))
