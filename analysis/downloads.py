"""Write what the site offers besides its pages: values.json, the ledger, tables as CSV, figures as
PNG, the data.

Run after either engine has rendered, with the output's folder in QUARTO_PROJECT_OUTPUT_DIR.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from .content.ledger import ledger_csv
from .display.downloads import output_folder, write_downloads, write_values
from .display.figure import Figure
from .display.registry import Registry
from .display.shown import FIGURES
from .display.value import Phrase
from .manuscript import REGISTRY, ROOT

DATA = ROOT / "data"
CODEBOOK = "README.md"


def write_all(folder: Path) -> None:
    """Write into `folder` what the registry holds, the ledger, and the data behind them."""
    write_downloads(REGISTRY, folder)
    write_ledger(REGISTRY, folder)
    (folder / DATA.name).mkdir(exist_ok=True)
    for file in (*sorted(DATA.glob("*.csv")), DATA / CODEBOOK):
        shutil.copyfile(file, folder / DATA.name / file.name)


def write_numbers(registry: Registry, folder: Path) -> None:
    """Write into `folder` the values, the tables and the ledger of `registry`."""
    write_values(registry, folder)
    write_ledger(registry, folder)


def write_drawings(registry: Registry, folder: Path) -> None:
    """Write into `folder` the figures of `registry` as the chapters draw them."""
    (folder / FIGURES).mkdir()
    for figure in registry.all(Figure):
        (folder / FIGURES / f"{figure.name}.svg").write_text(figure.svg, encoding="utf-8")


def write_ledger(registry: Registry, folder: Path) -> None:
    """Write the ledger of `registry` into `folder`."""
    ledger = ledger_csv(registry.judged.values())
    (folder / "ledger.csv").write_text(ledger, encoding="utf-8", newline="")


def main() -> int:
    """Write the downloads of the manuscript; return the exit status."""
    folder = output_folder()
    if folder is None:
        return 1
    write_all(folder)
    # What may be a slip in the data, not in the publication, is told at every build.
    for name in ("rows", "files"):
        for found in REGISTRY.get(Phrase, f"checks.{name}.placed").text.splitlines():
            print(f"finding: {found}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
