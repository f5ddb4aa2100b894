"""The manuscript composed from a copy of the data in which rows of effects.csv, or files, are others."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path

from analysis.content.compose import compose
from analysis.display.registry import Registry
from analysis.display.value import Phrase, Value

from by_hand import around, as_row
from conftest import ROOT

with (ROOT / "data/effects.csv").open(encoding="utf-8", newline="") as _file:
    HEADER, *ROWS = csv.reader(_file)
HOLDS, FAILS = "holds", "does not hold"
CONVENTION, OPEN = "depends on convention", "cannot be checked"


def edited(folder: Path, rows: Iterable[list[str]] = ROWS, **files: str) -> Registry:
    """Compose in `folder` with these `rows` of effects.csv, and the texts of other `files` by name."""
    data = shutil.copytree(ROOT / "data", folder / "data")
    with (data / "effects.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *rows])
    for name, text in files.items():
        (data / f"{name}.csv").write_text(text, encoding="utf-8")
    return compose(data)


def reprinted(row: list[str], smd: float) -> list[str]:
    """`row` with another effect, its standard error kept, all else computed and printed anew."""
    numbers = as_row(around(smd, float(row[3])))
    return [*row[:2], *(f"{numbers[name]:.3f}" for name in HEADER[2:])]


def raw(registry: Registry, name: str) -> float | int | None:
    """The value `name`."""
    return registry.get(Value, name).raw


def said(registry: Registry, name: str) -> str:
    """The phrase `name`."""
    return registry.get(Phrase, name).text


def verdict(registry: Registry, claim: str) -> str:
    """The verdict on `claim`."""
    return said(registry, f"claims.{claim}.verdict")


def why(registry: Registry, claim: str) -> str:
    """The reason of the verdict on `claim`."""
    return said(registry, f"claims.{claim}.why")
