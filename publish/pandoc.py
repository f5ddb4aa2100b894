"""Call Pandoc, and treat everything it warns of as an error."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

import pypandoc

from .errors import PublishError

FILTERS = Path(__file__).parent / "filters"
TEMPLATES = Path(__file__).parent / "templates"
READER = "markdown"

# Pandoc notes these where nothing is wrong: a page for the other format keeps its raw blocks.
HARMLESS = {"BlockNotRendered", "InlineNotRendered"}


class PandocWarned(PublishError):
    """Pandoc warned; `warnings` are its log entries, each with `type` and its own fields.

    `output` is what it wrote all the same.
    """

    def __init__(self, warnings: list[dict], output: str) -> None:
        self.warnings, self.output = warnings, output
        super().__init__(*(f"pandoc: {entry['pretty']}" for entry in warnings))


def pandoc(source: str, *arguments: str, cwd: Path) -> str:
    """Return what Pandoc makes of `source` with `arguments`, run in the folder `cwd`."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as log:
        run = subprocess.run(
            [pypandoc.get_pandoc_path(), "--wrap=none", f"--log={log.name}", *arguments],
            input=source, capture_output=True, text=True, encoding="utf-8", cwd=cwd,
        )  # fmt: skip
        if run.returncode:
            raise PublishError(f"pandoc: {run.stderr.strip()}")
        entries = json.load(log) if Path(log.name).stat().st_size else []
    warnings = [e for e in entries if e["verbosity"] == "WARNING" and e["type"] not in HARMLESS]
    if warnings:
        raise PandocWarned(warnings, run.stdout)
    return run.stdout
