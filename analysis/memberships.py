"""python -m analysis.memberships: search for the members of the subgroups that a publication prints.

Every subset of the printed number of trials is tried on the printed effect and standard error alone;
for quality of life on the random-effects mean and its limits, which is all that is printed. The
rows of groups.csv whose source is "recovered" are the outcome of this search.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .content.compose import compose
from .content.memberships import SETTLED
from .display.table import Table
from .display.value import Phrase, Value
from .review.data import DataError


def main(arguments: list[str] | None = None) -> int:
    """Print what the search tried and found; return 1 where groups.csv says otherwise."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.memberships",
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
        registry = compose(options.data)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    group = None
    for row in registry.get(Table, "symptoms.memberships").rows:
        if row.group != group:
            group = row.group
            print(f"\n{group}")
        cells = row.cells
        print(
            f"  {cells['category']:28}{cells['k'].text:>3} trials  "
            f"{cells['fitting'].text:>3} of {cells['tried'].text} subsets fit  {cells['members']}"
        )
    tried, fitting = (
        registry.get(Value, f"qol.comparison.tau.search.{name}").text
        for name in ("tried", "fitting")
    )
    print(f"\nQuality of life, treatment as usual: {fitting} of {tried} subsets fit")
    settled = registry.get(Phrase, "symptoms.memberships.settled").text
    print(settled)
    return 0 if settled == SETTLED else 1


if __name__ == "__main__":
    sys.exit(main())
