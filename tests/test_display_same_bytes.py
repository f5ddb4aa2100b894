"""Every figure has the same bytes whatever the process, its hash seed and its time zone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from svg import ids

MODULES = (
    "forest", "funnel", "bubble", "baujat", "radial", "gosh", "influence", "dots", "sunset", "drapery",
    "labbe", "p_curve", "forest_risk", "specification",
)  # fmt: skip
CODE = """
import importlib, sys
sys.path.insert(0, "tests")
for name in sys.argv[1:]:
    sys.stdout.buffer.write(importlib.import_module(f"test_display_{name}").FIGURE.svg.encode())
    sys.stdout.buffer.write(b"\\0")
"""


def drawn(seed: str, zone: str) -> list[str]:
    """The SVG of each module's figure, drawn by a process of its own."""
    out = subprocess.run(
        [sys.executable, "-c", CODE, *MODULES], cwd=Path(__file__).parent.parent, check=True,
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}, capture_output=True,
    ).stdout.decode()  # fmt: skip
    return out.split("\0")[:-1]


def test_the_bytes_do_not_depend_on_the_surroundings():
    here, there = drawn("1", "Asia/Tokyo"), drawn("2", "America/Lima")
    assert len(here) == len(MODULES) and all(ids(svg) for svg in here)
    for name, one, other in zip(MODULES, here, there, strict=True):
        assert one == other, name
