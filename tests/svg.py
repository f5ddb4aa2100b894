"""What tests read back from a figure's SVG: its texts, and where the marks with an id stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    """Every text of `svg`, in reading order."""
    return ["".join(t.itertext()) for t in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def ids(svg: str, prefix: str = "") -> list[str]:
    """The ids in `svg` that begin with `prefix`."""
    found = (e.get("id") for e in ElementTree.fromstring(svg).iter())
    return [i for i in found if i and i.startswith(prefix)]


def corners(svg: str, gid: str) -> np.ndarray:
    """The points, shape (n, 2), that the paths and marks of the element `gid` run through."""
    (element,) = [e for e in ElementTree.fromstring(svg).iter() if e.get("id") == gid]
    marks = [u for u in element.iter(f"{SVG}use") if u.get("x")]
    if marks:
        return np.array([[float(u.get("x")), float(u.get("y"))] for u in marks])
    data = " ".join(p.get("d") for p in element.iter(f"{SVG}path"))
    return np.array(re.findall(r"-?[\d.]+(?:e-?\d+)?", data), dtype=float).reshape(-1, 2)


def centre(svg: str, gid: str) -> tuple[float, float]:
    """The middle of the box around the element `gid`."""
    points = corners(svg, gid)
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    return float(x), float(y)


def bytes_in_two_worlds(module: str, expression: str) -> set[bytes]:
    """What `expression` prints, with the names of the test `module`, under two surroundings."""
    code = f"import sys; sys.path.insert(0, 'tests')\nfrom {module} import *\n"
    code += f"sys.stdout.buffer.write(({expression}).encode())"
    return {
        subprocess.run(
            [sys.executable, "-c", code], cwd=Path(__file__).parent.parent, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}, capture_output=True,
        ).stdout
        for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/Lima"))
    }  # fmt: skip
