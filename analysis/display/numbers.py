"""How numbers are shown. This is the only place where one is rounded.

`format` rounds the exact binary value, to the nearest, ties to even; nothing is rounded twice.
"""

from __future__ import annotations

import re

MINUS = "\u2212"
ABSENT = "—"
NBSP = "\u00a0"

HYPHEN = re.compile(r"(?<![\w)])-(?=\.?\d)")  # of a number, not of a compound or a range
SMALLEST_P = 0.001  # below it a p-value is shown as a bound


def is_absent(x: float | int | None) -> bool:
    """Whether `x` is no number: None or NaN."""
    return x is None or x != x


def number(x: float | int | None, decimals: int) -> str:
    """Return `x` with so many `decimals`, with a true minus sign, and never as minus nought."""
    if is_absent(x):
        return ABSENT
    text = f"{abs(x):.{decimals}f}"
    return MINUS + text if x < 0 and text.strip("0.") else text


def with_minus(text: str) -> str:
    """Return `text` of others, whose numbers have hyphens, with true minus signs before digits."""
    return HYPHEN.sub(MINUS, text)


def count(x: int | None) -> str:
    """Return the whole number `x`."""
    return ABSENT if is_absent(x) else number(x, 0)


def pvalue(p: float | None) -> str:
    """Return the p-value `p` with three decimals, or as a bound below the smallest shown."""
    if is_absent(p):
        return ABSENT
    return number(p, 3) if p >= SMALLEST_P else f"<{NBSP}{SMALLEST_P}"


def relation(p: str, gap: str = NBSP) -> str:
    """Return what stands before a p-value shown as `p`: an equals sign, nothing before a bound."""
    return "" if p.startswith("<") else f"={gap}"
