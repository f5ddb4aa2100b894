"""The Quarto engine's plumbing, on a stand-in for the program; what it renders is in test_parity."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, copy_project, run_build

# It does what Quarto does around rendering: `_environment` where the environment is silent, a page,
# and the post-render script with its choice of Python.
STUB = """#!/bin/sh
if [ "$1" = --version ]; then echo "{version}"; exit 0; fi
echo "$PWD" > "$STUB_LOG"; echo "$QUARTO_PYTHON" >> "$STUB_LOG"; echo "$@" >> "$STUB_LOG"
[ -n "$QUARTO_PYTHON" ] || . ./_environment
mkdir -p _site && cat > _site/index.html <<END
<html><head></head><body><main id="quarto-document-content"><h1>status {status}</h1></main></body></html>
END
export QUARTO_PROJECT_OUTPUT_DIR="$PWD/_site" PATH=/usr/bin:/bin
if [ -e post_render.py ]; then "$QUARTO_PYTHON" post_render.py || exit 9; fi
exit {status}
"""


def stub(tmp_path: Path, status: int = 0, version: str = "1.10.3") -> dict[str, str]:
    """The environment in which Quarto is a program that writes a page and exits with `status`."""
    program = tmp_path / "quarto"
    program.write_text(STUB.format(status=status, version=version), encoding="utf-8")
    program.chmod(0o755)
    return {
        "QUARTO_PATH": str(program), "STUB_LOG": str(tmp_path / "log"), "PYTHONPATH": str(ROOT),
    }  # fmt: skip


def index(root: Path) -> str:
    return (root / "_site/index.html").read_text(encoding="utf-8")


def test_it_calls_the_command_line_and_swaps_its_site_in(toy, tmp_path):
    run = run_build(toy, "--engine", "quarto", **stub(tmp_path))
    assert run.returncode == 0, run.stderr
    assert "status 0" in index(toy)
    folder, python, arguments = (tmp_path / "log").read_text().split("\n")[:3]
    assert Path(folder) != toy, "it must not write into the project as it goes"
    assert python == sys.executable
    assert arguments == "render"
    assert list((toy / ".build").glob("tmp-*")) == []


def test_its_failure_fails_the_build_and_keeps_the_site(toy, tmp_path):
    run_build(toy, "--engine", "quarto", **stub(tmp_path))
    run = run_build(toy, "--engine", "quarto", **stub(tmp_path, status=7))
    assert run.returncode == 1
    assert "exit status 7" in run.stderr
    assert "status 0" in index(toy)


@pytest.mark.parametrize(("version", "good"), [("1.9.38", False), ("99.9.9", True), ("?", False)])
def test_its_version_is_checked(toy, tmp_path, version, good):
    run = run_build(toy, "--engine", "quarto", **stub(tmp_path, version=version))
    assert run.returncode == (0 if good else 1)
    assert good or (version in run.stderr and "1.10 or later" in run.stderr)


def test_without_it_one_line_says_how_to_get_it(toy):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": "/nowhere"}
    environment.pop("QUARTO_PATH", None)
    run = subprocess.run(
        [sys.executable, "-m", "publish", "--engine", "quarto"],
        cwd=toy, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    (line,) = [line for line in run.stderr.split("\n") if "Quarto command line" in line]
    assert "quarto.org" in line


@pytest.mark.long
def test_quarto_alone_finds_the_project_s_python_for_the_downloads(site, tmp_path):
    """`quarto render` without make: nothing of the project's environment is on the PATH."""
    root = copy_project(tmp_path / "project")
    (root / ".venv/bin").mkdir(parents=True)
    python = root / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    program = stub(tmp_path)
    environment = {"STUB_LOG": program["STUB_LOG"], "PATH": "/usr/bin:/bin"}
    run = subprocess.run(
        [program["QUARTO_PATH"], "render"],
        cwd=root, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert (root / "_site/values.json").read_bytes() == (site / "values.json").read_bytes()
    assert "reader.js" in index(root)
