"""The verdict on a printed number, from our own value and from what the rounding of inputs allows.

reproduced      our value rounds to the printed digits
attainable      it does not, but inputs that print exactly as the source prints them do
undecided       neither has been shown
not computable  our value has no inputs
"""

from __future__ import annotations

from collections.abc import Callable

from .printed import agrees, interval

Attained = Callable[[], tuple[float, float]]


def judge(raw: float | int | None, printed: str, attained: Attained | None = None) -> str:
    """Return the verdict on the `printed` number, of which `raw` is our value.

    `attained()` gives a range all of which the value attains while every input still prints as the
    source has it; it is called only where `raw` itself does not decide.
    """
    if raw is None:
        return "not computable"
    if agrees(raw, printed):
        return "reproduced"
    if attained is not None and not printed.startswith(("<", ">")):
        low, high = attained()
        printed_low, printed_high = interval(printed)
        if low <= printed_high and printed_low <= high:
            return "attainable"
    return "undecided"
