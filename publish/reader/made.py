"""What the site was made from, in words, in the element that a chapter leaves empty for it."""

from __future__ import annotations

from html import escape

from .markup import parse

PLACE = "build-record"  # the id of that element
ENGINES = {"embedded": "the project’s own engine", "quarto": "Quarto"}


def with_record(source: str, record: dict) -> str:
    """Return the page `source` with the `record` of the build in the place that waits for it."""
    if f'id="{PLACE}"' not in source:
        return source
    place = parse(source).first(lambda node: node.id == PLACE)
    if source[place.inner : place.inner_end].strip():  # told already
        return source
    return source[: place.inner] + _told(record) + source[place.inner_end :]


def _told(record: dict) -> str:
    made = ENGINES[record["engine"]]
    files = record["project"] | {f"publish/{name}": h for name, h in record["publisher"].items()}
    dated = f" Its date, {escape(record['date'])}, is the book’s own." if record["date"] else ""
    return (
        f"\n<p>These pages were made by {made} with Python {escape(record['python'])}, out of "
        f"{len(files)} files.{dated}</p>\n"
        + _list("Packages and their versions", ("Package", "Version"), record["packages"])
        + _list("Files and their hashes (SHA-256)", ("File", "Hash"), files)
    )


def _list(title: str, heads: tuple[str, str], pairs: dict[str, str]) -> str:
    """A table, folded, that is as wide as it needs to be and no wider than the page."""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td><code>{escape(text)}</code></td></tr>\n'
        for name, text in sorted(pairs.items())
    )
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return (
        f'<details class="made"><summary>{title}</summary>\n'
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{title}">'
        f'<table data-order="fixed"><thead><tr>{columns}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody></table></div>\n</details>\n"
    )
