"""python -m analysis.published: write the rows of published.csv that repeat a cell of the data.

Rows for the numbers of effects.csv, studies.csv, flow.csv, literature.csv and definitions.csv are made
from these files and never typed. All other rows stay as they are, and a row of the same id that was
written by hand takes the place of a made one.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path

from .content.checks import refuse_unknown
from .content.given import given
from .review.data import DataError, Review, read_review

COLUMNS = ("id", "where", "quantity", "printed", "note")
MADE = ("definitions", "effects", "flow", "literature", "studies")


def is_made(row: dict[str, str]) -> bool:
    """Tell whether a `row` of published.csv repeats a cell: it is called what its value is called."""
    return row["id"] == row["quantity"] and row["id"].partition(".")[0] in MADE


def complete(review: Review) -> str:
    """Return published.csv as it is to be: the rows written by hand, then those made of `review`."""
    rows = [row for row in review.published.to_dict("records") if not is_made(row)]
    taken = {row["id"] for row in rows}
    rows += [
        dict(zip(COLUMNS, (one.name, one.where, one.name, one.printed, ""), strict=True))
        for one in given(review)
        if one.name not in taken
    ]
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Rewrite published.csv; return 1 where the files cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.published",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("data"),
        help="the folder with the CSV files (default: data)",
    )
    options = parser.parse_args(arguments)
    try:
        review = read_review(options.data)
        refuse_unknown(review)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    path = options.data / "published.csv"
    text = complete(review)
    changed = text != path.read_text(encoding="utf-8")
    if changed:
        path.write_text(text, encoding="utf-8", newline="")
    print(f"{path}: {'written' if changed else 'nothing to change'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
