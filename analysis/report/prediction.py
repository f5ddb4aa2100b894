"""What a prediction interval says of a new setting, and whether that depends on how τ² is estimated."""

from __future__ import annotations

from ..display.value import Value
from ..engine.checks import computable
from ..engine.pool import pool
from .pooled import CLASSIC, MODELS, RECOMMENDED
from .wording import is_clear
from .writer import Writer

AT_MOST = f"{RECOMMENDED}.at_most"  # the main analysis with τ at its upper confidence limit


def add_prediction(writer: Writer) -> None:
    """Register what the prediction interval of the main analysis says, after `add_pooled`.

    And where it would end if τ were the upper limit of its own interval, as `reml.at_most.…`.
    """
    _add_at_most(writer)
    ends = [end for model in (RECOMMENDED, AT_MOST, CLASSIC) for end in _ends(model)]
    writer.tell(f"{RECOMMENDED}.prediction", *_words(writer), inputs=ends)


def _add_at_most(writer: Writer) -> None:
    method, ci, words = MODELS[RECOMMENDED]
    tau = writer.get(f"{RECOMMENDED}.tau_high").raw
    effects, options = writer.outcome.effects, {"method": method, "ci": ci, "level": writer.level}
    found = None if tau is None else computable(pool, **effects, **options, tau2=tau**2)
    predicted = found and found.prediction_interval()
    inputs = (*writer.trial_inputs(), f"{RECOMMENDED}.tau_high")
    for name, end in zip(_ends(AT_MOST), ("low", "high"), strict=True):
        meaning = f"prediction interval: {end}, with τ at its upper confidence limit; {words}"
        yi = getattr(predicted, end) if predicted else None
        writer.effect(name, yi, meaning, inputs, limit=True)


def _ends(model: str) -> tuple[str, str]:
    return f"{model}.prediction_low", f"{model}.prediction_high"


def _words(writer: Writer) -> list[str | Value]:
    """What the prediction interval says, and whether that depends on how large τ² is."""
    measure = writer.outcome.measure
    own, most, other = ([writer.get(e) for e in _ends(m)] for m in (RECOMMENDED, AT_MOST, CLASSIC))
    if any(end.raw is None for end in own):
        return ["cannot be computed from so few studies"]
    line = f"the line of {measure.null_words}"
    if not is_clear(measure, *(end.raw for end in own)):
        said = f"crosses {line}: in a new setting the true effect may be absent or reversed"
        if not is_clear(measure, *(end.raw for end in other)):
            return [said]
        with_it = "; with DerSimonian and Laird’s τ it would stay clear of it ("
        return [f"{said}{with_it}", other[0], " to ", other[1], ")"]
    tau, high = writer.get(f"{RECOMMENDED}.tau"), writer.get(f"{RECOMMENDED}.tau_high")
    if any(end.raw is None for end in most):
        return [f"stays clear of {line} if τ is as estimated"]
    if not high.raw:
        scatter = "the studies scatter less than chance makes them, and the upper limit of τ is "
        return [f"stays clear of {line}; {scatter}", high]
    if is_clear(measure, *(end.raw for end in most)):
        return [
            f"stays clear of {line}, and would if τ were at its upper limit (", high,
            "): in a new setting the true effect is expected on the same side",
        ]  # fmt: skip
    as_narrow = [] if tau.raw else [", which makes it little else than the confidence interval"]
    return [
        f"stays clear of {line} with τ as estimated (", tau, *as_narrow, "), but not with τ at the "
        "upper limit of its interval (", high, "), where it would run from ", most[0], " to ", most[1],
        ": an effect on the same side in a new setting is not assured",
    ]  # fmt: skip
