"""What the numbers of a row give: its effect with a variance, and its participants."""

from __future__ import annotations

from ..engine.effect_size import effect_size
from .measures import CELLS, RATIOS, Measure

ARMS = ("treated", "control")
NOBODY, EVERYBODY = "nobody", "everybody"  # has the event, in both arms


def size_of(numbers: dict[str, float]) -> int | None:
    """The participants that the numbers of a row tell of."""
    sizes = [x for role, x in numbers.items() if role == "n" or role.startswith("n_")]
    if "nonevents_treated" in numbers:
        sizes = [x for role, x in numbers.items() if "events_" in role]
    return int(sum(sizes)) or None


def counts_of(numbers: dict[str, float]) -> tuple[list[float], list[float]]:
    """The participants with and without the event, by arm, where a row gives counts; else none."""
    if "events_treated" not in numbers:
        return [], []
    events = [numbers[f"events_{arm}"] for arm in ARMS]
    if "nonevents_treated" in numbers:
        return events, [numbers[f"nonevents_{arm}"] for arm in ARMS]
    return events, [numbers[f"n_{arm}"] - x for arm, x in zip(ARMS, events, strict=True)]


def silence(measure: Measure, numbers: dict[str, float]) -> str:
    """Who has the event where the counts of a row say nothing of the ratio that is its `measure`, or "".

    Of risks where nobody has the event, of odds also where everybody has it: Higgins et al. (2019),
    section 10.4.4.2. Any effect of such a row comes of the correction of its counts alone.
    """
    events, others = counts_of(numbers)
    if measure.kind != RATIOS or not events:
        return ""
    if not any(events):
        return NOBODY
    return EVERYBODY if measure.key == "OR" and not any(others) else ""


def effect_of(
    measure: Measure, form: tuple[str, ...], numbers: dict[str, float], level: float
) -> tuple[float, float]:
    """Return the effect and its variance on the scale of the analysis.

    `level` is the coverage of the confidence limits among the numbers.
    """
    given = dict(numbers)
    if form == CELLS:
        for arm in ARMS:
            given[f"n_{arm}"] = given[f"events_{arm}"] + given.pop(f"nonevents_{arm}")
    if "log_ratio" in given:
        given["estimate"] = given.pop("log_ratio")
    options = {"level": level} if "ci_low" in given else {}
    if "ratio" in given:
        names = {"ratio": "ratio", "ci_low": "ratio_low", "ci_high": "ratio_high"}
        given = {names[role]: value for role, value in given.items()}
    if "variance" in given:
        if given["variance"] <= 0:
            raise ValueError(f"variance[0] is {given['variance']:g}; it must be above 0")
        return given["estimate"], given["variance"]
    found = effect_size(measure.engine, **{k: [v] for k, v in given.items()}, **options)
    return float(found.yi[0]), float(found.vi[0])
