"""What computed a project: the hash of the code, so that results of other code are not kept."""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
LAYERS = ("engine", "review", "display", "report")
STAMP = "computed-by.json"


def write_stamp(root: Path) -> None:
    """Write into the project in `root` the hash of the code that it runs, and the Python under it."""
    digest = hashlib.sha256()
    for layer in LAYERS:
        for path in sorted((PACKAGE / layer).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0")
                digest.update(path.read_bytes())
    found = {"code": digest.hexdigest(), "python": platform.python_version()}
    (root / STAMP).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
