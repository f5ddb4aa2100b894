"""python -m analysis.report: a report from a CSV file, or a project for a manuscript of one's own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from publish.__main__ import main as publish

from ..review.data import DataError
from .compose import read_data
from .measures import MEASURES
from .project import write_project
from .settings import read_settings

EXAMPLE = """\
The file has a row a trial (or a row an effect) and a header. Columns are recognised by their usual
names: study, year, outcome; mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control;
events_treated, n_treated, events_control, n_control; r and n; estimate with se, variance, or ci_low and
ci_high. All others are categories, numbers that may go with the effect, or notes. A YAML file of the
same name beside it may say otherwise: measure, columns, labels, title, authors, favours, level.
"""


def main(arguments: list[str] | None = None) -> int:
    """Do what `arguments` ask for; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.report", description="Turn a CSV file of trials into a report.",
        epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("data", type=Path, help="the CSV file")
    parser.add_argument("--out", type=Path, default=Path("report"), help="the folder to write into")
    parser.add_argument(
        "--measure", choices=tuple(MEASURES), help="the effect size, if not the usual"
    )
    options = parser.parse_args(arguments)
    return _report(options.data, options.out, options.measure)


def _report(path: Path, out: Path, measure: str | None) -> int:
    try:
        data = read_data(path, read_settings(path).with_measure(measure))
    except DataError as error:
        print(f"{path} cannot be used:", *error.problems, sep="\n  ", file=sys.stderr)
        return 1
    write_project(data, path, out)
    return publish([str(out)])


if __name__ == "__main__":
    sys.exit(main())
