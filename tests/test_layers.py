"""Imports flow one way: engine → review → display → content → manuscript; publish stands apart.

A report rests on engine, review and display, and on no paper's content; it alone calls publish.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = (
    "engine", "review", "display", "report", "content", "manuscript", "downloads", "memberships",
    "published", "coverage", "signatures", "docstrings", "reference", "guide", "difference", "verify",
)  # fmt: skip
CALLERS = tuple(
    f"analysis.report.{name}" for name in ("__main__", "settings", "wheel")
)  # of publish
TEMPLATES = ROOT / "analysis/report/template"  # files of other projects
MODULES = sorted(
    path
    for package in ("analysis", "publish")
    for path in (ROOT / package).rglob("*.py")
    if TEMPLATES not in path.parents
)


def imports(path: Path) -> set[str]:
    """The dotted names of our own modules that the module at `path` imports."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join([*base, *([node.module] if node.module else [])])
            names |= {stem, *(f"{stem}.{alias.name}" for alias in node.names)}
    return {name for name in names if name.split(".")[0] in ("analysis", "publish")}


def layer(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ORDER else None


def violations(path: Path, imported: set[str]) -> list[str]:
    """The imports of `path` that go against the order of the layers."""
    own = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    wrong = []
    for name in sorted(imported):
        across = own.split(".")[0] != name.split(".")[0] and own not in CALLERS
        upwards = layer(own) and layer(name) and ORDER.index(layer(name)) > ORDER.index(layer(own))
        if across or upwards:
            wrong.append(f"{own} imports {name}")
    return wrong


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_imports_from_a_later_layer_or_across(path):
    assert violations(path, imports(path)) == []


def test_the_check_bites():
    engine = ROOT / "analysis/engine/pool.py"
    assert violations(engine, {"analysis.review.data"})
    assert violations(engine, {"publish.build"})
    assert violations(ROOT / "analysis/report/project.py", {"publish.build"})
    assert violations(ROOT / "analysis/report/pooled.py", {"analysis.content.pooled"})
    assert not violations(ROOT / "analysis/report/__main__.py", {"publish.__main__"})
    assert violations(ROOT / "publish/build.py", {"analysis.manuscript"})
    assert not violations(ROOT / "analysis/review/data.py", {"analysis.engine.pool"})
    assert {"analysis.review.printed"} <= imports(ROOT / "analysis/review/reconstruct.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_import_hides_in_a_function(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []
