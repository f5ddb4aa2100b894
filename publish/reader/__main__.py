"""python -m publish.reader: the post-render step by which a site that Quarto rendered gets its features.

The embedded engine, whose post-render commands see no pages, calls `add_features` itself.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..errors import PublishError
from ..project import read_project
from .features import add_features


def main() -> int:
    """Add the features to the site in QUARTO_PROJECT_OUTPUT_DIR; return the exit status."""
    folder = os.environ.get("QUARTO_PROJECT_OUTPUT_DIR")
    if not folder:
        print(
            "QUARTO_PROJECT_OUTPUT_DIR is not set; this step runs within a build: use make",
            file=sys.stderr,
        )
        return 1
    try:
        add_features(Path(folder), read_project(Path.cwd()), "quarto")
    except PublishError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
