"""Text as text: study names and notes are untrusted in every format that they are written to."""

from __future__ import annotations

import html
import re
import string

LINE_ENDS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
# What a spreadsheet takes for a date: shares such as 1/2, ranges such as 8-12.
DATE = re.compile(r"\d{1,4}[/-]\d{1,2}(?:[/-]\d{1,4})?")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _fold(text: str) -> str:
    """Return `text` on one line: a line end could end the block that a format stands in."""
    return LINE_ENDS.sub(" ", text)


def escape_html(text: str) -> str:
    """Return `text` for HTML content and quoted attributes."""
    # Backticks too: the HTML of a table stands in a fenced block of Markdown.
    return html.escape(_fold(text), quote=True).replace("`", "&#96;")


def escape_markdown(text: str) -> str:
    """Return `text` for Pandoc's Markdown: every sign escaped, line ends and tabs made spaces."""
    folded = re.sub(" +", " ", _fold(text))
    return "".join("\\" + c if c in string.punctuation else c for c in folded)


def typst_string(text: str) -> str:
    """Return a Typst string literal, in which nothing but a quote and a backslash has a meaning."""
    return '"' + _fold(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def escape_typst(text: str) -> str:
    """Return `text` for Typst markup: as a string, so that no sign of it is read as markup."""
    return f"#{typst_string(text)};"


def escape_csv(text: str) -> str:
    """Return `text` for a spreadsheet: an apostrophe keeps it from being run, or read as a date."""
    return "'" + text if text.startswith(FORMULA) or DATE.fullmatch(text) else text
