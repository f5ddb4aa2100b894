"""How numbers are shown. This is the only place where one is rounded.

`format` rounds the exact binary value, to the nearest, ties to even; nothing is rounded twice.
"""

from __future__ import annotations

import re

MINUS = "\u2212"
ABSENT = "—"
NBSP = "\u00a0"
EQUALS = f"{NBSP}={NBSP}"  # at which no line ends

HYPHEN = re.compile(r"(?<![\w)])-(?=\.?\d)")  # of a number, not of a compound or a range
SMALLEST_P = 0.001  # below it a p-value is shown as a bound
LINE_P = 0.05  # which a p-value that is none other must not seem to be
MOST_RATIO = 1000  # beyond which the limit of a ratio is shown as a bound
TEN_THOUSAND = 10_000  # from which thousands are told apart
FURTHER = 6  # decimals at most that `apart` adds; what is nearer than that is as good as there


def is_absent(x: float | int | None) -> bool:
    """Whether `x` is no number: None or NaN."""
    return x is None or x != x


def number(x: float | int | None, decimals: int) -> str:
    """Return `x` with so many `decimals`, with a true minus sign, and never as minus nought."""
    if is_absent(x):
        return ABSENT
    text = f"{abs(x):.{decimals}f}"
    return MINUS + text if x < 0 and text.strip("0.") else text


def apart(x: float | None, decimals: int, line: float) -> str:
    """Return `x` with so many `decimals`, or with as many more as tell on which side of `line` it is."""
    if not is_absent(x) and x != line:
        for more in range(decimals, decimals + FURTHER + 1):
            if number(x, more) != number(line, more):
                return number(x, more)
    return number(x, decimals)


def ratio_limit(x: float | None, decimals: int, line: float) -> str:
    """Return the limit `x` of a ratio as `apart` does, or as a bound where no reader needs its digits.

    It is no nought, as which a small one would be shown, and of thousands it says no more than that.
    """
    if is_absent(x):
        return ABSENT
    if not number(x, decimals).strip("0."):
        return f"<{number(10.0**-decimals, decimals)}"
    return f">{number(MOST_RATIO, 0)}" if x > MOST_RATIO else apart(x, decimals, line)


def with_minus(text: str) -> str:
    """Return `text` of others, whose numbers have hyphens, with true minus signs before digits."""
    return HYPHEN.sub(MINUS, text)


def count(x: int | None) -> str:
    """Return the whole number `x`, its thousands apart where it has five digits or more."""
    if is_absent(x):
        return ABSENT
    return f"{x:,.0f}".replace("-", MINUS) if abs(x) >= TEN_THOUSAND else number(x, 0)


def pvalue(p: float | None) -> str:
    """Return the p-value `p` with three decimals, or as a bound below the smallest shown.

    One that would round to the line of significance has the digits that tell on which side it is.
    """
    if is_absent(p):
        return ABSENT
    return apart(p, 3, LINE_P) if p >= SMALLEST_P else f"<{NBSP}{SMALLEST_P}"


def relation(p: str) -> str:
    """Return what stands before a p-value shown as `p`: an equals sign, nothing before a bound."""
    return "" if p.startswith("<") else f"={NBSP}"
