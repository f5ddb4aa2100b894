"""Whether the effects of a file lie in the middle of their intervals, as the report takes them to."""

from __future__ import annotations

from math import log

from .source import plain_number
from .trials import Data, Trial

MIDDLE = ("ci_low", "ci_high")


def off_centre(data: Data) -> list[Trial]:
    """Return the rows whose effect is not in the middle of its interval, however both were rounded."""
    if not set(MIDDLE) <= set(data.columns.form):
        return []
    ratio = "ratio" in data.columns.form
    rows = [row for outcome in data.outcomes for row in outcome.rows]
    return [
        row for row in rows if _is_off(row.raw, data.columns.form[0], ratio, data.source.decimal)
    ]


def _is_off(raw: dict[str, str], effect: str, ratio: bool, decimal: str) -> bool:
    (low, high), (a, b), (c, d) = (_span(raw[r], ratio, decimal) for r in (effect, *MIDDLE))
    return high < (a + c) / 2 or low > (b + d) / 2


def _span(cell: str, ratio: bool, decimal: str) -> tuple[float, float]:
    """The least and the most that rounds to `cell`, logged for a `ratio`."""
    plain = plain_number(cell, decimal)
    digits, _, exponent = plain.lower().partition("e")
    unit = 10.0 ** (float(exponent or 0) - len(digits.partition(".")[2]))
    value, half = float(plain), unit / 2
    ends = value - half, value + half
    if not ratio:
        return ends
    # A limit that is printed as nought is no more than half a unit away from it.
    return tuple(log(max(end, 1e-300)) for end in ends)
