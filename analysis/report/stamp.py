"""What computed a project: the hash of the code, so that results of other code are not kept."""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
LAYERS = ("engine", "review", "display", "report")
STAMP = "computed-by.json"


def stamp() -> str:
    """Return as JSON the hash of all code that a report runs, and the Python that runs it."""
    digest = hashlib.sha256()
    for layer in LAYERS:
        for path in sorted((PACKAGE / layer).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0")
                digest.update(path.read_bytes())
    found = {"code": digest.hexdigest(), "python": platform.python_version()}
    return json.dumps(found, indent=1) + "\n"
