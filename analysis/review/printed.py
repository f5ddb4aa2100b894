"""Reading numbers off a printed page: the text, the number, and the interval it stands for.

A printed number is the true one rounded, so `0.480` stands for every value from 0.4795 to 0.4805.
The interval is closed at both ends: whether a program rounds a tie up, down or to even is not
printed, and a set that is too large by its two end points never excludes the truth.
"""

import re
from decimal import Decimal
from math import inf

# Plain decimal text with an optional minus (hyphen or U+2212); `.452` is how APA style prints a
# share. No exponent, no nan, no thousands separator: none is how a table prints an effect.
NUMBER = re.compile(r"[-\u2212]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")

# Double arithmetic on a handful of terms errs by about 1e-15 of their size. A point may lie outside
# a bound by this share of the terms and still count as on it: far above that error, and still a
# hundred-millionth of half a unit in a third decimal.
FUZZ = 1e-12


def is_number(text: str) -> bool:
    """Tell whether `text` is a number as a page prints it."""
    return NUMBER.fullmatch(text) is not None


def number(text: str) -> Decimal:
    """Return the number that `text` prints, exactly."""
    if not is_number(text):
        raise ValueError(f"{text!r} is not a plain decimal number such as 0.480")
    return Decimal(text.replace("\u2212", "-"))


def interval(text: str) -> tuple[float, float]:
    """Return the closed interval of the values that round to `text`."""
    value = number(text)
    half_unit = Decimal(5).scaleb(value.as_tuple().exponent - 1)
    return float(value - half_unit), float(value + half_unit)


def limits(text: str) -> tuple[float, float]:
    """Return the ends of what prints as `text`; a bound such as `<.001` has an end at infinity."""
    if text[:1] == "<":
        return -inf, float(number(text[1:]))
    if text[:1] == ">":
        return float(number(text[1:])), inf
    return interval(text)


def agrees(value: float, text: str) -> bool:
    """Tell whether `value` prints as `text`; a text such as `<.001` is a bound to be met."""
    if text[:1] in ("<", ">"):
        bound = float(number(text[1:]))
        return value < bound if text[0] == "<" else value > bound
    low, high = interval(text)
    slack = FUZZ * max(abs(low), abs(high))
    return low - slack <= value <= high + slack
