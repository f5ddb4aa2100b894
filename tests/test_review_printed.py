"""Printed text to numbers and intervals."""

from decimal import Decimal
from math import inf, nextafter

import pytest

from analysis.review.printed import agrees, interval, is_number, limits, number


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.480", "0.480"), ("-0.265", "-0.265"), ("\u22120.265", "-0.265"), (".452", "0.452")],
)
def test_numbers_keep_their_digits(text, value):
    assert number(text).as_tuple() == Decimal(value).as_tuple()


@pytest.mark.parametrize(
    "text",
    ["", " 0.4", "0.4 ", "0.4x0", "nan", "inf", "1e5", "1,0", "5.", ".", "-", "+1", "٣", "1_0"],
)
def test_anything_else_is_refused(text):
    assert not is_number(text)
    with pytest.raises(ValueError, match="is not a plain decimal number"):
        number(text)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.480", 0.4795, 0.4805),
        ("-0.26", -0.265, -0.255),
        (".5", 0.45, 0.55),
        ("17", 16.5, 17.5),
        ("0.000", -0.0005, 0.0005),
        ("1200", 1199.5, 1200.5),
    ],
)
def test_half_a_unit_in_the_last_digit_either_way(text, low, high):
    assert interval(text) == (low, high)


@pytest.mark.parametrize(
    ("value", "text", "verdict"),
    [
        (0.8184, "0.818", True),
        (0.8186, "0.818", False),
        (0.8185, "0.818", True),
        (0.8185, "0.819", True),
        (0.1 + 0.2 + 0.05, "0.3", True),
        (nextafter(1200.5, inf), "1200", True),  # off by the rounding of doubles of that size
        (1200.5 + 1e-8, "1200", False),
        (nextafter(0.00015, 1), "0.0001", True),
        (0.00015 + 1e-13, "0.0001", False),
        (0.0009, "<.001", True),
        (0.001, "<.001", False),
        (5.0, ">4", True),
        (4.0, ">4", False),
    ],
)
def test_agreement(value, text, verdict):
    assert agrees(value, text) is verdict


@pytest.mark.parametrize(
    ("text", "ends"),
    [("<.001", (-inf, 0.001)), (">.05", (0.05, inf)), (".03", (0.025, 0.035))],
)
def test_a_bound_has_an_end_at_infinity(text, ends):
    assert limits(text) == ends
