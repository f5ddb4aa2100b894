"""One table, written side by side as great-tables HTML and as native Typst, and as CSV.

great-tables cannot write Typst, and Pandoc loses alignment and rules when it reads its HTML. Both
renderings say the same words in the same order.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

import pandas as pd
from great_tables import GT
from great_tables import html as as_html

from .escape import escape_csv, escape_html, escape_typst
from .numbers import ABSENT
from .value import Marked, Phrase, Used, Value

Cell = Value | Marked | Used | Phrase | str | None

WIDE = 8  # a table of more columns is set smaller
WIDEST = 30  # letters; longer text wraps
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

    `order` is what its cells may say, in the order in which a filter offers it.
    """

    key: str
    label: str
    align: str = "left"
    spanner: str | None = None
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A row's cells by column key; rows that follow each other with the same `group` share a head."""

    cells: Mapping[str, Cell]
    group: str | None = None


@dataclass(frozen=True)
class Table:
    """A table; its first column heads the rows. `name` is its id and the name of its CSV."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

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
        """The table in Typst; it breaks over pages and repeats its head."""
        widths = ", ".join(self._typst_widths())
        aligns = ", ".join(column.align for column in self.columns)
        lines = [
            "#[",
            f"#set text(size: {'7.5pt' if len(self.columns) > WIDE else '8.5pt'})",
            "#set par(leading: 0.5em)",
            "#table(",
            f"  columns: ({widths},), align: ({aligns},),",
            "  stroke: none, inset: (x: 4pt, y: 3.4pt),",
            "  table.hline(stroke: 0.9pt),",
            *self._typst_head(),
            "  table.hline(stroke: 0.5pt),",
        ]
        for group, rows in groupby(self.rows, key=lambda row: row.group):
            if group:
                lines.append(
                    f"  table.cell(colspan: {len(self.columns)}, "
                    f"inset: (x: 4pt, top: 6.5pt, bottom: 3.4pt))[*{escape_typst(group)}*],"
                )
            for row in rows:
                cells = (f"[{_typst(row.cells.get(column.key))}]" for column in self.columns)
                lines.append(f"  {', '.join(cells)},")
        lines.append("  table.hline(stroke: 0.9pt),")
        lines.append(")")
        # Below the table, not in it: a long note would widen the last column.
        lines += [f"#block(above: 5pt)[{escape_typst(note)}]" for note in self.notes]
        return "\n".join([*lines, "]"])

    def csv(self) -> str:
        """The table's data: exact numbers, one record a row, the group as a first field."""
        grouped = any(row.group for row in self.rows)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*(["group"] if grouped else []), *(c.key for c in self.columns)])
        for row in self.rows:
            first = [escape_csv(row.group or "")] if grouped else []
            writer.writerow([*first, *(_csv(row.cells.get(c.key)) for c in self.columns)])
        return out.getvalue()

    def _repr_markdown_(self) -> str:
        # Both formats in one output; each writer takes its own.
        return f"```{{=html}}\n{self.html()}\n```\n\n```{{=typst}}\n{self.typst()}\n```\n"

    def _typst_widths(self) -> list[str]:
        """Short texts take what they need; long ones share the rest, or else the numbers do."""
        longest = [
            max(map(len, (*(_plain(row.cells.get(c.key)) for row in self.rows), c.label)))
            for c in self.columns
        ]
        wide = [
            c.align != "right" and n > WIDEST for c, n in zip(self.columns, longest, strict=True)
        ]
        if any(wide):
            return ["1fr" if share else "auto" for share in wide]
        return ["1fr" if column.align == "right" else "auto" for column in self.columns]

    def _spans(self) -> list[tuple[str | None, list[Column]]]:
        return [(s, list(columns)) for s, columns in groupby(self.columns, key=lambda c: c.spanner)]

    def _typst_head(self) -> list[str]:
        spans = self._spans()
        if not any(spanner for spanner, _ in spans):
            cells = ", ".join(f"[*{escape_typst(c.label)}*]" for c in self.columns)
            return [f"  table.header({cells}),"]
        upper, lower = [], []
        for spanner, columns in spans:
            if spanner:
                upper.append(f"table.cell(colspan: {len(columns)})[*{escape_typst(spanner)}*]")
                lower += [f"[*{escape_typst(column.label)}*]" for column in columns]
            else:
                upper += [
                    f"table.cell(rowspan: 2, align: bottom + {c.align})[*{escape_typst(c.label)}*]"
                    for c in columns
                ]
        return [f"  table.header({', '.join([*upper, *lower])}),"]


def _label(column: Column):
    """The label as great-tables takes it; it carries the order of what the cells may say."""
    if not column.order:
        return column.label
    order = escape_html("|".join(column.order))
    return as_html(f'<span data-order="{order}">{escape_html(column.label)}</span>')


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
