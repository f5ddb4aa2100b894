"""What a prediction interval says of a new setting, and whether that depends on how τ² is estimated."""

from __future__ import annotations

from ..display.value import Value
from .pooled import CLASSIC, RECOMMENDED
from .wording import is_clear
from .writer import Writer


def add_prediction(writer: Writer) -> None:
    """Register what the prediction interval of the main analysis says, after `add_pooled`."""
    ends = _ends(RECOMMENDED) + _ends(CLASSIC)
    writer.tell(f"{RECOMMENDED}.prediction", *_words(writer), inputs=ends)


def _ends(model: str) -> tuple[str, str]:
    return f"{model}.prediction_low", f"{model}.prediction_high"


def _words(writer: Writer) -> list[str | Value]:
    """What the prediction interval says, and whether that hangs on how τ² is estimated."""
    measure = writer.outcome.measure
    own, other = ([writer.get(end) for end in _ends(m)] for m in (RECOMMENDED, CLASSIC))
    if any(end.raw is None for end in own):
        return ["cannot be computed from so few studies"]
    clear = f"stays clear of the line of {measure.null_words}"
    clear_too = is_clear(measure, *(end.raw for end in other))
    if not is_clear(measure, *(end.raw for end in own)):
        said: list[str | Value] = [
            f"crosses the line of {measure.null_words}: in a new setting the true effect may be absent "
            "or reversed"
        ]
        if not clear_too:
            return said
        return [
            *said,
            f"; with DerSimonian and Laird’s τ it {clear} (",
            other[0],
            " to ",
            other[1],
            ")",
        ]
    if clear_too:
        return [f"{clear}: in a new setting the true effect is expected on the same side"]
    within = [writer.get(f"{RECOMMENDED}.tau_{end}") for end in ("low", "high")]
    known = all(end.raw is not None for end in within)
    poorly = ["τ is poorly known (", within[0], " to ", within[1], "), and "] if known else []
    return [
        f"{clear} if τ is as estimated; ", *poorly, "with DerSimonian and Laird’s the interval crosses "
        "it (", other[0], " to ", other[1], ")",
    ]  # fmt: skip
