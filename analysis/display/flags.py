"""The diagnostics that flag a study as influential: what they are called, and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .numbers import apart, number
from .sentence import listed

PLACES = 2


@dataclass(frozen=True)
class Flag:
    """A diagnostic: its name in words, whether it has either sign, and what it is shown in.

    `scale` is how many of the `unit` the diagnostic of 1 is.
    """

    name: str
    signed: bool = False
    scale: float = 1.0
    unit: str = ""

    def text(self, value: float, bound: float) -> str:
        """Return the scaled `value` with as many digits as tell it from its scaled `bound`."""
        line = -bound if self.signed and value < 0 else bound
        return apart(value, PLACES, line) + self.unit

    def bound(self, bound: float) -> str:
        """Return its scaled `bound`."""
        return f"{'±' if self.signed else ''}{number(bound, PLACES)}{self.unit}"


FLAGS = {
    "dffits": Flag("DFFITS", signed=True),
    "cook_d": Flag("Cook’s distance"),
    "hat": Flag("share of the weights", scale=100, unit="%"),
    "dfbetas": Flag("DFBETAS", signed=True),
}


def bounds_note(within: Mapping[str, float], drawn: Sequence[str]) -> str:
    """Say beyond which of the bounds `within` a study is flagged, and which of them are not `drawn`."""
    flags = {FLAGS[name]: bound for name, bound in within.items()}
    *most, last = (
        f"{flag.bound(flag.scale * bound)} ({flag.name})" for flag, bound in flags.items()
    )
    hidden = listed([FLAGS[name].name for name in within if name not in drawn])
    unseen = f"; {hidden} can flag a study, and are not drawn" if hidden else ""
    return f"A study is flagged beyond {', '.join(most)} or {last}{unseen}."
