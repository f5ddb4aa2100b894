"""python -m analysis.coverage PAPER.txt: the numbers of a paper's text that published.csv lacks.

Prints every number without a row, with its line and context, and every row whose number is not in
its passage of the text. The text of the paper is not part of this project; what is particular to it,
its passages and its names that hold digits, stands in source.csv. Exit status: 0 where all is
covered, 1 where something is not, 2 where a file cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from .review.coverage import Coverage, Source, cover
from .review.data import DataError, read_review


def main(arguments: list[str] | None = None) -> int:
    """Print what is not covered; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.coverage",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paper", type=Path, help="the paper's text, a file in UTF-8")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("data"),
        help="the folder with the CSV files (default: data)",
    )
    parser.add_argument(
        "--asides", action="store_true", help="show also what each rule left out, and why"
    )
    options = parser.parse_args(arguments)
    try:
        text = options.paper.read_text(encoding="utf-8")
        review = read_review(options.data)
        source = Source(review.source.to_dict("records"))
        coverage = cover(source.numbers(text), review.published.to_dict("records"), source)
    except OSError as error:
        return _refuse(f"{options.paper} cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        return _refuse(f"{options.paper} is not UTF-8; save the text with that encoding")
    except DataError as error:
        return _refuse(str(error))
    except ValueError as error:
        return _refuse(f"{options.paper}: {error}")
    if options.asides:
        _show_asides(coverage, source)
    _show(coverage)
    return 1 if coverage.gaps or coverage.not_found else 0


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


def _show_asides(coverage: Coverage, source: Source) -> None:
    left_out = Counter(number.aside for number in coverage.numbers)
    for aside in source.asides:
        print(f"{aside.name}: {left_out[aside]} left out; {aside.reason}")
        for number in coverage.numbers:
            if number.aside == aside:
                print(f"  line {number.line}: {number.printed}  ... {number.context} ...")
    print()


def _show(coverage: Coverage) -> None:
    for gap in coverage.gaps:
        number = gap.number
        count = f" (printed here {gap.times} times, rows: {gap.rows})" if gap.times > 1 else ""
        print(f"line {number.line}, {number.passage}: {number.printed}{count}")
        print(f"    ... {number.context} ...")
    for row in coverage.not_found:
        print(f"row {row}: its number is not, or not so often, in its passage")
    quantities = sum(number.aside is None for number in coverage.numbers)
    print(
        f"{quantities} numbers, {len(coverage.numbers) - quantities} more left out by rules; "
        f"without a row: {len(coverage.gaps)}; rows without a number: {len(coverage.not_found)}"
    )


if __name__ == "__main__":
    sys.exit(main())
