"""python -m publish: render the project in the current folder."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from .build import build
from .errors import PublishError


def main(arguments: list[str] | None = None) -> int:
    """Parse `arguments`, build, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m publish",
        description="Render the Quarto book in a folder to an HTML site and a PDF.",
    )
    parser.add_argument("root", nargs="?", default=".", type=Path, help="the project's folder")
    parser.add_argument(
        "--engine", choices=("embedded", "quarto"), default="embedded",
        help="what renders: wheels only (the default), or the Quarto command line",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        site = build(options.root, options.engine, lambda text: print("  " + text, flush=True))
    except PublishError as error:
        print("\n".join(("", *error.problems)), file=sys.stderr)
        print(
            "\nNothing was changed: the last good site, if any, is still in place.", file=sys.stderr
        )
        return 1
    print(f"done in {time.monotonic() - started:.1f} s")
    for page in ("index.html", *(p.name for p in sorted(site.glob("*.pdf"))), "values.json"):
        if (site / page).exists():
            print(f"  {site / page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
