"""python -m analysis.verify SITE: compute everything anew, compare it with a downloaded site."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from ..review.quoted import plain
from .compare import Difference, compare, other_inputs
from .site import NoSite, Site, find_site, read_site

ROOT = Path(__file__).parent.parent.parent
LONGEST = 600  # letters of a difference
ABOUT = """\
Computes every value, table and drawing of the manuscript from the data of this checkout and compares
them with what the site in a folder says: values.json, each number on each page, tables, ledger,
drawings. Names each difference, and which files that the site was made from are others here. The exit
status is 1 where something differs; where it is the last digits of a number in full, which no page
shows, that is told and no more.
"""


def main(arguments: list[str] | None = None) -> int:
    """Compare the site that `arguments` name; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m analysis.verify", description=ABOUT)
    parser.add_argument("site", type=Path, help="the folder of the site, or one that holds _site")
    options = parser.parse_args(arguments)
    # Names of a site that others made may hold letters that this terminal lacks.
    sys.stdout.reconfigure(errors="replace")
    try:
        site = find_site(options.site)
        theirs = read_site(site)
        print(f"Computing the manuscript anew to compare it with {site}", flush=True)
        ours = computed()
    except NoSite as problem:
        print(problem, file=sys.stderr)
        return 1
    return tell(theirs, compare(theirs, ours), other_inputs(theirs, ROOT))


def computed() -> Site:
    """Return what the data of this checkout say: all of a site but its pages."""
    # By name, since to import it is to compute everything, and a folder may be no site.
    downloads = import_module("..downloads", __package__)
    with tempfile.TemporaryDirectory() as folder:
        downloads.write_numbers(downloads.REGISTRY, Path(folder))
        downloads.write_drawings(downloads.REGISTRY, Path(folder))
        return read_site(Path(folder))


def tell(theirs: Site, differences: Sequence[Difference], inputs: Sequence[str]) -> int:
    """Say what differs; return the exit status."""
    slight = [one for one in differences if one.slight]
    wrong = [one for one in differences if not one.slight]
    if not theirs.inputs:
        print("The site does not say what it was made from: it holds no build.json.")
    for title, told in (
        ("Made from other files:", inputs),
        ("Differ in digits that no page shows (another processor adds in another order):", slight),
        ("Differ:", wrong),
    ):
        if told:
            print(title, *(plain(str(one), LONGEST) for one in told), sep="\n  ")
    compared = (
        f"{len(theirs.values)} values, {len(theirs.shown)} numbers on pages, "
        f"{len(theirs.tables)} tables, {len(theirs.drawings)} drawings compared"
    )
    print(f"{compared}: {f'{len(wrong)} not as' if wrong else 'all as'} computed here.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
