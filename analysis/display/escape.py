"""Text as text: study names and notes are untrusted in every format that they are written to."""

from __future__ import annotations

import html
import re
import string

LINE_ENDS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
# What XML cannot hold or nobody sees: control characters, halves of others, what is no character, and
# the signs that turn the direction of all the text around them. The marks for a direction of their own
# (U+200E, U+200F) harm nothing and stay.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
ON_PAPER = 2000  # letters of a cell; the website shows all
# What a spreadsheet takes for a date: shares such as 1/2, ranges such as 8-12.
DATE = re.compile(r"\d{1,4}[/-]\d{1,2}(?:[/-]\d{1,4})?")
# How a formula begins, or a command to another program; also in the wide signs of Chinese and Japanese.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def one_line(text: str) -> str:
    """Return `text` on one line, with a replacement character for each that nobody sees.

    A line end could end the block that a format stands in.
    """
    return UNSEEN.sub("\ufffd", LINE_ENDS.sub(" ", text))


def escape_html(text: str) -> str:
    """Return `text` for HTML content and quoted attributes."""
    # Backticks too: the HTML of a table stands in a fenced block of Markdown.
    return html.escape(one_line(text), quote=True).replace("`", "&#96;")


def escape_markdown(text: str) -> str:
    """Return `text` for Pandoc's Markdown: every sign escaped, line ends and tabs made spaces."""
    folded = re.sub(" +", " ", one_line(text))
    return "".join("\\" + c if c in string.punctuation else c for c in folded)


def typst_string(text: str) -> str:
    """Return a Typst string literal, in which nothing but a quote and a backslash has a meaning."""
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def escape_typst(text: str) -> str:
    """Return `text` for Typst markup: as a string, so that no sign of it is read as markup.

    A text longer than `ON_PAPER` is cut, since a row of a table has to find room on a page.
    """
    shown = text if len(text) <= ON_PAPER else text[: ON_PAPER - 1] + "…"
    return f"#{typst_string(shown)};"


def escape_csv(text: str) -> str:
    """Return `text` for a spreadsheet: an apostrophe keeps it from being run, or read as a date."""
    seen = UNSEEN.sub("\ufffd", text)
    return "'" + seen if seen.startswith(FORMULA) or DATE.fullmatch(seen) else seen
