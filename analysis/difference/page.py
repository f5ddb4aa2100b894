"""What changed, as a page that needs nothing else, and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import fields

from ..display.escape import escape_csv, escape_html
from ..display.numbers import ABSENT
from .compare import Change, Changes

KINDS = {
    "conclusions": ("Conclusions", ("Conclusion", "Judged"), "No conclusion flipped."),
    "verdicts": ("Verdicts on printed numbers", ("Row", "Printed"), "No verdict changed."),
    "numbers": ("Numbers", ("Name", "What it is"), "No number changed."),
}
FIELDS = ("kind", "how", "name", "what", "before", "after", "before_exact", "after_exact")
STYLE = """
:root { color-scheme: light dark; }
body { max-width: 75rem; margin: 0 auto; padding: 1rem 1.25rem 3rem;
  font: 1rem/1.5 system-ui, sans-serif; color: light-dark(#1f2430, #e6e8ec);
  background: light-dark(#fff, #14171d); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 40rem; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere;
  border-bottom: 1px solid light-dark(#d5dae1, #363c47); }
thead th { white-space: nowrap; }
tbody th { font-weight: 400; }
"""


def html(changes: Changes, before: str, after: str, notes: Sequence[str] = ()) -> str:
    """Return the page of `changes` between the builds called `before` and `after`."""
    parts = [f"<p>{escape_html(note)}</p>" for note in notes]
    for field in KINDS:
        parts.append(_section(field, getattr(changes, field)))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<title>What changed</title>\n<link rel="icon" href="data:,">\n'
        f"<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>What changed</h1>\n<p>From <b>{escape_html(before)}</b> to "
        f"<b>{escape_html(after)}</b>. The file changes.csv beside this page has all of it, numbers in "
        f"full.</p>\n{''.join(parts)}</main>\n</body>\n</html>\n"
    )


def table(changes: Changes) -> str:
    """Return all `changes` as CSV, numbers in full."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    for field in KINDS:
        for one in getattr(changes, field):
            texts = (one.how, one.name, one.what, one.before, one.after)
            exact = ["" if number is None else repr(number) for number in one.exact]
            writer.writerow(
                [field.removesuffix("s"), *(escape_csv(text or "") for text in texts), *exact]
            )
    return out.getvalue()


def summary(changes: Changes) -> str:
    """Say how much changed, on one line."""
    counts = [f"{len(getattr(changes, field.name))} {field.name}" for field in fields(changes)]
    return f"changed: {', '.join(counts)}"


def _section(field: str, found: Sequence[Change]) -> str:
    title, heads, none = KINDS[field]
    visible = [one for one in found if one.visible]
    hidden = len(found) - len(visible)
    parts = [f'<section id="{field}">\n<h2>{title} ({len(found)})</h2>\n']
    if not found:
        parts.append(f"<p>{none}</p>\n")
    if visible:
        parts.append(_table(title, heads, visible))
    if hidden:
        parts.append(f"<p>Beyond the digits that are shown, {hidden} more changed.</p>\n")
    return "".join([*parts, "</section>\n"])


def _table(title: str, heads: Sequence[str], rows: Sequence[Change]) -> str:
    head = "".join(f'<th scope="col">{text}</th>' for text in (*heads, "Before", "After"))
    body = "".join(
        f'<tr><th scope="row">{escape_html(one.name)}</th><td>{escape_html(one.what)}</td>'
        f"<td>{_shown(one.before)}</td><td>{_shown(one.after)}</td></tr>\n"
        for one in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{title}">'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>\n"
    )


def _shown(text: str | None) -> str:
    return ABSENT if text is None else escape_html(text)
