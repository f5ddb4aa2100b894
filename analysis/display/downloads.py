"""What a site holds besides its pages: values.json, tables as CSV, figures as PNG, code of theirs."""

from __future__ import annotations

import json
import os
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import font_source_sans_pro
import resvg_py

from .figure import Figure
from .registry import Registry
from .shown import FIGURES
from .table import Table
from .value import Value
from .whatif import WhatIf, write_code

PRINT = 300 / 96  # a drawing has 96 pixels an inch, print wants 300
# The engine's function behind a value, by how the value is called; the first that fits. None where no
# function of the engine gives it.
FUNCTIONS = (
    (r"\.(residual|change|contrast|difference)\b", None),
    (r"\.egger\.", "egger"),
    (r"\.kendall\.", "begg"),
    (r"failsafe", "failsafe_n"),
    (r"\.filled\.", "trim_fill"),
    (r"\.regression\.", "meta_regression"),
    (r"\.reml\.(g\.|without\.flagged\.)?(disorder|treatment)\.", "meta_regression"),
    (r"\.q_between", "subgroups"),
    (r"\.pet_peese\.", "pet_peese"),
    (r"\.gosh\.", "gosh"),
    (r"\.influence\.", "influence"),
    (r"\.cumulative\.", "cumulative"),
    (r"\.selection\.", "selection_model"),
    (r"\.limit\.", "limit_meta_analysis"),
    (r"\.henmi_copas\.", "henmi_copas"),
    (r"\.bayes\.", "bayes"),
    (r"\.reml\.without\.flagged\.", "pool"),
    (r"\.reml\.without\.", "leave_one_out"),
    (r"\.study\.\w+\.g\.", "effect_size"),
    (r"\.(random|fixed|reml)\.", "pool"),
)


def output_folder() -> Path | None:
    """The folder that the build renders into, or None, and on standard error why there is none."""
    folder = os.environ.get("QUARTO_PROJECT_OUTPUT_DIR")
    if not folder:
        print(
            "QUARTO_PROJECT_OUTPUT_DIR is not set; this step runs within a build: use make",
            file=sys.stderr,
        )
    return Path(folder) if folder else None


def write_downloads(registry: Registry, folder: Path) -> None:
    """Write into `folder` what `registry` holds, by name."""
    write_values(registry, folder)
    _write_pngs(registry, folder / FIGURES)
    if any(registry.all(WhatIf)):
        write_code(folder)


def write_values(registry: Registry, folder: Path) -> None:
    """Write into `folder` the values of `registry`, and its tables."""
    values = {
        value.id: {
            "raw": value.raw,
            "text": value.text,
            "source": value.source,
            "inputs": list(value.inputs),
            "published": value.published,
            "status": value.status,
            **_function(value),
            **_range(value),
        }
        for value in registry.all(Value)
    }
    text = json.dumps({"values": values}, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "values.json").write_text(text + "\n", encoding="utf-8")
    (folder / "tables").mkdir(exist_ok=True)
    for table in registry.all(Table):
        (folder / "tables" / f"{table.name}.csv").write_text(
            table.csv(), encoding="utf-8", newline=""
        )


def _write_pngs(registry: Registry, folder: Path) -> None:
    """Write the figures of `registry` as PNG into `folder`, on all cores while they are drawn here.

    In processes, since resvg keeps Python's lock; forked, since a fresh one would compute everything.
    """
    folder.mkdir(exist_ok=True)
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
        written = {figure.name: pool.submit(png, figure.svg) for figure in registry.all(Figure)}
        for name, image in written.items():
            (folder / f"{name}.png").write_bytes(image.result())


def png(svg: str) -> bytes:
    """Return `svg` as PNG on white, 300 pixels an inch; its typeface is ours, never the system's."""
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        background="white",
        zoom=PRINT,
        dpi=96,
        skip_system_fonts=True,
        font_dirs=[font_source_sans_pro.font_directory],
    )


def _function(value: Value) -> dict[str, str]:
    """The function that computes a value, where one does."""
    if not value.inputs:
        return {}
    found = next((name for way, name in FUNCTIONS if re.search(way, value.id)), None)
    return {"function": f"ma.{found}"} if found else {}


def _range(value: Value) -> dict[str, float]:
    """The outer bounds and the witness of a judged value, those that it has."""
    names = ("low", "high", "witness")
    found = {name: getattr(value.verdict, name) for name in names} if value.verdict else {}
    return {name: bound for name, bound in found.items() if bound is not None}
