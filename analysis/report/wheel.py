"""Pack the engine as a wheel, without a network or a build tool: a wheel is a zip with three lists.

What a report needs goes in: the layers up to `report`, the package `publish`, and what the repository
keeps elsewhere (`ASSETS`). Same code, same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import tomllib
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import publish

from .assets import ASSETS, REPOSITORY, asset
from .stamp import LAYERS, PACKAGE

NAME = "nonresponse-meta-analysis"
TAG = "py3-none-any"
WHEEL = f"Wheel-Version: 1.0\nGenerator: analysis.report\nRoot-Is-Purelib: true\nTag: {TAG}\n"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold


def write_wheel(folder: Path) -> Path:
    """Write the wheel into `folder` and return its path."""
    metadata, version = _metadata()
    stem = f"{NAME.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    files = _files() | {f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": WHEEL.encode()}
    record = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-{TAG}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return path


def _files() -> dict[str, bytes]:
    """Every file of the wheel by its path in it."""
    roots = [PACKAGE / layer for layer in LAYERS] + [Path(publish.__file__).parent]
    paths = [path for root in roots for path in sorted(root.rglob("*"))]
    paths = [PACKAGE / "__init__.py", *paths]
    found = {
        path.relative_to(PACKAGE.parent).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file() and "__pycache__" not in path.parts
    }
    found |= {f"analysis/report/template/{name}": asset(name).read_bytes() for name in ASSETS}
    return dict(sorted(found.items()))


def _metadata() -> tuple[str, str]:
    """The wheel's METADATA and version: those of the project, or of the wheel that this runs from."""
    file = REPOSITORY / "pyproject.toml"
    if not file.is_file():
        own = distribution(NAME)
        return own.read_text("METADATA"), own.version
    project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    lines = [
        "Metadata-Version: 2.1", f"Name: {project['name']}", f"Version: {project['version']}",
        f"Summary: {project['description']}", f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {needed}" for needed in project["dependencies"]),
    ]  # fmt: skip
    return "\n".join([*lines, ""]), project["version"]


def _digest(content: bytes) -> str:
    digest = hashlib.sha256(content).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
