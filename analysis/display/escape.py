"""Text as text: study names and notes are untrusted in every format that they are written to."""

from __future__ import annotations

import html
import re
import string

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def escape_html(text: str) -> str:
    """Return `text` for HTML content and quoted attributes."""
    return html.escape(text, quote=True)


def escape_markdown(text: str) -> str:
    """Return `text` for Pandoc's Markdown: every sign escaped, line ends and tabs made spaces."""
    folded = re.sub(r"[ \t\r\n]+", " ", text)
    return "".join("\\" + c if c in string.punctuation else c for c in folded)


def typst_string(text: str) -> str:
    """Return a Typst string literal, in which nothing but a quote and a backslash has a meaning."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def escape_typst(text: str) -> str:
    """Return `text` for Typst markup: as a string, so that no sign of it is read as markup."""
    return f"#{typst_string(text)};"


def escape_csv(text: str) -> str:
    """Return `text` for a spreadsheet: an apostrophe keeps it from being run as a formula."""
    return "'" + text if text.startswith(FORMULA) else text
