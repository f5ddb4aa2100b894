"""python -m analysis.report: a report from a CSV file, or a project for a manuscript of one's own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from publish.__main__ import main as publish

from ..review.data import DataError
from .compose import read_data
from .init import NotEmpty, init
from .measures import MEASURES
from .project import TRIALS, write_project
from .published import read_published
from .settings import read_settings
from .source import check_there
from .stamp import STAMP, write_stamp

EXAMPLE = """\
The file has a row a trial (or a row an effect) and a header. Columns are recognised by their usual
names: study, year, outcome; mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control;
events_treated, n_treated, events_control, n_control; r and n; estimate with se, variance, or ci_low and
ci_high. All others are categories, numbers that may go with the effect, or notes. A YAML file of the
same name beside it may say otherwise: measure, columns, labels, title, authors, arms (what both groups
are called), unit (of the outcome), better (lower or higher), units (of the numbers that may go with the
effects), favours (what both ends of the axis mean), level, given_level (the coverage of intervals in the
file).
"""


def main(arguments: list[str] | None = None) -> int:
    """Do what `arguments` ask for; return the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        return _init(given[1:]) if given[:1] == ["init"] else _report(given)
    except DataError as error:
        print("The data cannot be used:", *error.problems, sep="\n  ", file=sys.stderr)
    except NotEmpty as error:
        print(error, file=sys.stderr)
    return 1


def _report(given: list[str]) -> int:
    """Write a report's project and build it."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.report",
        description="Turn a CSV file of trials into a report: a site and a PDF. To begin a manuscript "
        "of your own, see: python -m analysis.report init --help",
        epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("data", type=Path, help="the CSV file")
    parser.add_argument("--out", type=Path, default=Path("report"), help="the folder to write into")
    parser.add_argument(
        "--measure", choices=tuple(MEASURES), help="the effect size, if not the usual"
    )
    options = parser.parse_args(given)
    if (options.out / "_quarto.yml").is_file() and not (options.out / STAMP).is_file():
        raise NotEmpty(
            f"{options.out} is a project, and none that a report made; give another --out"
        )
    check_there(options.data)
    data = read_data(options.data, read_settings(options.data).with_measure(options.measure))
    read_published(options.data)  # its problems are told before anything is written
    write_project(data, options.data, options.out, options.measure, file=options.data.name)
    write_stamp(options.out)
    return publish([str(options.out)])


def _init(given: list[str]) -> int:
    """Write a project for a manuscript."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.report init",
        description="Write a whole project for a manuscript of your own: chapters, data, codebook, "
        "Makefile, CI, and the engine as a wheel. Build it with make.",
    )
    parser.add_argument("folder", type=Path, help="a new or empty folder")
    parser.add_argument(
        "--data", type=Path, help="a CSV file to begin with, in place of the example"
    )
    options = parser.parse_args(given)
    init(options.folder, options.data)
    held = "your trials" if options.data else "an example, to be replaced by your trials"
    print(
        f"{options.folder} is ready; {TRIALS} there holds {held}. Next: cd {options.folder} && make"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
