"""Texts made to break a format: each of them must be shown as it is."""

from __future__ import annotations

import csv
from pathlib import Path

MARKUP = "<script>alert(1)</script> #panic() $x$ *b* _i_ `c` [l](u) @ref <lab> \\ ](x){.y}"
CLOSING = '</span></td></script><img src=x onerror="alert(\'1\')"> ]]> --> "; #panic("'
LINES = "one\n\n# two\n\n```{=html}\n<b>three</b>\n```\n\n:::\n\n/* #set */"
LONG = "Longname" + "x" * 10_000
WORDY = "many words " * 900 + "end"
TURNED = "\u202eTurned\u2066 \u05d0\u05d1 👩\u200d⚕️ 🏳️"
CONTROL = "a\x01b\x1b[31mc\x07\x7f\x9b\ufffed"
FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "＝1+1")
SPREADSHEET = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEXTS = (MARKUP, CLOSING, LINES, LONG, WORDY, TURNED, CONTROL, *FORMULAS)
# What of some of them is shown as it stands.
SHOWN = (
    "<script>alert(1)</script> #panic() $x$",
    "</script><img src=x onerror=",
    "# two",
    "a\ufffdb",
)


def rename(file: Path, column: str, texts: tuple[str, ...] = TEXTS) -> None:
    """Put `texts` into the first rows of a `column` of the CSV file."""
    with file.open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    for row, text in zip(rows, texts, strict=False):
        row[head.index(column)] = text
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows([head, *rows])


def formulas(site: Path) -> list[str]:
    """The cells of the site's tables that a spreadsheet would run, but for negative numbers."""
    found = []
    for file in (*site.glob("tables/*.csv"), *site.glob("ledger.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            cells = [cell for row in csv.reader(lines) for cell in row]
        found += [
            f"{file.name}: {c}" for c in cells if c.startswith(SPREADSHEET) and not _is_number(c)
        ]
    return found


def _is_number(text: str) -> bool:
    try:
        return bool(float(text)) or True
    except ValueError:
        return False
