"""One table, written side by side as great-tables HTML and as native Typst, and as CSV.

great-tables cannot write Typst, and Pandoc loses alignment and rules when it reads its HTML. Both
renderings say the same words in the same order.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean

import pandas as pd
from great_tables import GT
from great_tables import html as as_html

from .escape import escape_csv, escape_html, escape_typst
from .numbers import ABSENT
from .value import Marked, Phrase, Used, Value

Cell = Value | Marked | Used | Phrase | str | None

WIDE = 8  # a table of more columns is set smaller and closer
WIDEST = 30  # letters; longer text wraps
NARROW = 14  # letters, the same in a table that is set smaller
LINES = 3  # of a long text, about
KEPT = 10  # rows, and
FEW = 1000  # letters; a table of no more is not parted by the end of a page
STYLE = re.compile(r"<style>.*?</style>\s*", re.DOTALL)
REGION = (
    '<div class="table-scroll" data-name="{}" tabindex="0" role="region" '
    'aria-label="Table, may scroll sideways">'
)
# What great-tables says again in every cell: its heads, which `scope` names, and the usual alignment.
AGAIN = re.compile(
    r'(?<=^    <td) headers="[^"]*"(?: class="gt_row gt_left")?|(?<=^    <th scope="row") id="[^"]*"',
    re.MULTILINE,
)
OUTER = re.compile(r'^<div id="[^"]*" style="[^"]*">')


@dataclass(frozen=True)
class Column:
    """A column: its key in the rows, its label, its alignment, and a heading over several.

    `order` is what its cells may say, in the order in which a filter offers it. A `roomy` one holds
    sentences: on a page, wide tables squeeze such a column first, to a word a line.
    """

    key: str
    label: str
    align: str = "left"
    spanner: str | None = None
    order: tuple[str, ...] = ()
    roomy: bool = False


INTERVAL = (
    Column("ci_low", "Lower", "right", spanner="Confidence interval"),
    Column("ci_high", "Upper", "right", spanner="Confidence interval"),
)


@dataclass(frozen=True)
class Row:
    """A row's cells by column key; rows that follow each other with the same `group` share a head."""

    cells: Mapping[str, Cell]
    group: str | None = None


@dataclass(frozen=True)
class Table:
    """A table; its first column heads the rows. `name` is its id and the name of its CSV.

    Where pages have room for some rows only, `all_rows` are those of the CSV.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    all_rows: tuple[Row, ...] = ()

    def html(self) -> str:
        """The table in HTML, in a region that scrolls sideways where the page is narrow."""
        keys = [column.key for column in self.columns]
        frame = pd.DataFrame([[_html(row.cells.get(key)) for key in keys] for row in self.rows],
                             columns=keys, dtype=str)  # fmt: skip
        groups = None
        if any(row.group for row in self.rows):
            groups = "_group"
            frame[groups] = [row.group or "" for row in self.rows]
        table = GT(frame, rowname_col=keys[0], groupname_col=groups, id=self.name, auto_align=False)
        table = table.tab_stubhead(self.columns[0].label)
        table = table.cols_label({c.key: _label(c) for c in self.columns})
        table = table.fmt_passthrough(columns=keys, escape=False)
        for align in ("left", "right", "center"):
            aligned = [column.key for column in self.columns if column.align == align]
            table = table.cols_align(align, aligned) if aligned else table
        for spanner, columns in self._spans():
            if spanner:
                table = table.tab_spanner(spanner, [column.key for column in columns])
        table = table.tab_options(quarto_disable_processing=True)
        for note in self.notes:
            table = table.tab_source_note(note)
        # The style sheet of the site styles every table; great-tables' own would come with each.
        bare = AGAIN.sub("", STYLE.sub("", table.as_raw_html()))
        return OUTER.sub(REGION.format(self.name), bare.strip())

    def typst(self) -> str:
        """The table in Typst; it breaks over pages between rows, and repeats its head.

        The notes are its foot, on each of its pages: below the last rows alone they might stand alone.
        """
        widths = ", ".join(self._typst_widths())
        aligns = ", ".join(column.align for column in self.columns)
        size, x = ("7.5pt", "2.5pt") if len(self.columns) > WIDE else ("8.5pt", "4pt")
        lines = [
            "#block(breakable: false)[" if self._is_kept() else "#[",
            f"#set text(size: {size})",
            "#set par(leading: 0.5em)",
            "#set table.cell(breakable: false)",
            "#table(",
            f"  columns: ({widths},), align: ({aligns},),",
            f"  stroke: none, inset: (x: {x}, y: 3.4pt),",
            "  table.hline(stroke: 0.9pt),",
            *self._typst_head(),
            "  table.hline(stroke: 0.5pt),",
        ]
        for group, rows in groupby(self.rows, key=lambda row: row.group):
            if group:
                head = self._typst_across(f"*{escape_typst(group)}*", x, "6.5pt", "3.4pt")
                lines.append(f"  table.header(level: 2, {head}),")
            for row in rows:
                cells = (f"[{_typst(row.cells.get(column.key))}]" for column in self.columns)
                lines.append(f"  {', '.join(cells)},")
        lines.append("  table.hline(stroke: 0.9pt),")
        if self.notes:
            notes = [self._typst_across(escape_typst(n), x, "5pt", "0pt") for n in self.notes]
            lines.append(f"  table.footer({', '.join(notes)}),")
        return "\n".join([*lines, ")", "]"])

    def csv(self) -> str:
        """The table's data: exact numbers, one record a row, the group as a first field."""
        every = self.all_rows or self.rows
        grouped = any(row.group for row in every)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*(["group"] if grouped else []), *(c.key for c in self.columns)])
        for row in every:
            first = [escape_csv(row.group or "")] if grouped else []
            writer.writerow([*first, *(_csv(row.cells.get(c.key)) for c in self.columns)])
        return out.getvalue()

    def _repr_markdown_(self) -> str:
        # Both formats in one output; each writer takes its own.
        return f"```{{=html}}\n{self.html()}\n```\n\n```{{=typst}}\n{self.typst()}\n```\n"

    def _typst_across(self, text: str, x: str, top: str, bottom: str) -> str:
        """A cell over all columns, with so much space around its `text`."""
        inset = f"(x: {x}, top: {top}, bottom: {bottom})"
        return f"table.cell(colspan: {len(self.columns)}, align: left, inset: {inset})[{text}]"

    def _is_kept(self) -> bool:
        letters = sum(len(_plain(cell)) for row in self.rows for cell in row.cells.values())
        return len(self.rows) <= KEPT and letters <= FEW

    def _typst_widths(self) -> list[str]:
        """Short texts take what they need; long ones share the rest, or else the numbers do.

        One column at least shares: it keeps a long note from widening the others.
        """
        texts = [
            [*(_plain(row.cells.get(column.key)) for row in self.rows), column.label]
            for column in self.columns
        ]
        widest = NARROW if len(self.columns) > WIDE else WIDEST
        wide = [
            column.align != "right" and max(map(len, own)) > widest
            for column, own in zip(self.columns, texts, strict=True)
        ]
        if any(wide):
            pairs = zip(texts, wide, strict=True)
            return [f"{_share(own):.2f}fr" if is_wide else "auto" for own, is_wide in pairs]
        shares = [column.align == "right" for column in self.columns]
        if not any(shares):
            shares[-1] = True
        return ["1fr" if share else "auto" for share in shares]

    def _spans(self) -> list[tuple[str | None, list[Column]]]:
        return [(s, list(columns)) for s, columns in groupby(self.columns, key=lambda c: c.spanner)]

    def _typst_head(self) -> list[str]:
        spans = self._spans()
        if not any(spanner for spanner, _ in spans):
            cells = ", ".join(f"[*{self._typst_label(c)}*]" for c in self.columns)
            return [f"  table.header({cells}),"]
        upper, lower = [], []
        for spanner, columns in spans:
            if spanner:
                upper.append(f"table.cell(colspan: {len(columns)})[*{escape_typst(spanner)}*]")
                lower += [
                    f"table.cell(align: bottom + {column.align})[*{self._typst_label(column)}*]"
                    for column in columns
                ]
            else:
                upper += [
                    f"table.cell(rowspan: 2, align: bottom + {c.align})[*{self._typst_label(c)}*]"
                    for c in columns
                ]
        return [f"  table.header({', '.join([*upper, *lower])}),"]

    def _typst_label(self, column: Column) -> str:
        """The label; where columns are many, over numbers it takes a line for each word."""
        broken = len(self.columns) > WIDE and column.align == "right"
        lines = column.label.split() if broken else [column.label]
        return " #linebreak() ".join(map(escape_typst, lines))


def _share(texts: Sequence[str]) -> float:
    """The width that a column of `texts` wants beside others: its longest word finds room in it.

    Where texts are long it grows, so that they take a few lines; the longest weigh most, as they make
    a row high.
    """
    word = max(len(word) for text in texts for word in text.split())
    return max(word, fmean(len(text) ** 2 for text in texts) ** 0.5 / LINES)


def _label(column: Column):
    """The label as great-tables takes it; it carries what is to be known of the column's cells."""
    known = f' data-order="{escape_html("|".join(column.order))}"' if column.order else ""
    known += ' class="roomy"' if column.roomy else ""
    return as_html(f"<span{known}>{escape_html(column.label)}</span>") if known else column.label


def _plain(cell: Cell) -> str:
    return ABSENT if cell is None else cell if isinstance(cell, str) else cell.text


def _html(cell: Cell) -> str:
    if cell is None:
        return ABSENT
    return escape_html(cell) if isinstance(cell, str) else cell.html()


def _typst(cell: Cell) -> str:
    if cell is None:
        return ABSENT
    return escape_typst(cell) if isinstance(cell, str) else cell.typst()


def _csv(cell: Cell) -> str:
    if isinstance(cell, Marked):
        cell = cell.value
    if isinstance(cell, Value):
        return cell.data_value
    if cell is None:
        return ""
    return escape_csv(_plain(cell))
