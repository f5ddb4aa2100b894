"""What others wrote is shown in short, and without what a terminal would act on."""

from __future__ import annotations

import pytest

from analysis.review.quoted import plain, quoted


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a", "'a'"),
        ("a\nb", r"'a\nb'"),
        ("\x1b[31m", r"'\x1b[31m'"),
        (["a"], "['a']"),
        (None, "None"),
    ],
)
def test_what_is_short_is_quoted_as_python_writes_it(value, shown):
    assert quoted(value) == shown


@pytest.mark.parametrize(
    "value", ["x" * 9000, ["x" * 9000] * 900, {"x" * 9000: [[[["x"] * 99] * 99] * 99]}]
)
def test_what_is_long_is_quoted_without_its_middle(value):
    assert len(quoted(value)) < 700 and "..." in quoted(value)


def test_a_number_that_python_does_not_write_is_named():
    assert quoted(10**5000) == "a very long int"


def test_a_text_is_shown_on_one_line_without_control_characters():
    assert plain("a\x1b[31m\n\u202eb 1\u00a0000") == "a\ufffd[31m\ufffd\ufffdb 1\u00a0000"
    assert plain("abcdefgh", 4) == "ab … gh" and plain("abcd", 4) == "abcd"
