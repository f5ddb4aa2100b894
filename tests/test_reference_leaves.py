"""Every leaf of R's results is compared, or listed in reference/SKIPPED.md with its reason."""

from __future__ import annotations

import fnmatch
import importlib
import sys
from pathlib import Path

import pytest

from leaves import FAMILIES, FILES, covered, document, leaves, skipped

for module in sorted(Path(__file__).parent.glob("test_engine_against_r_*.py")):
    importlib.import_module(module.stem)


@pytest.mark.parametrize("path", FILES, ids=FILES.get)
def test_every_leaf_is_compared_or_skipped_with_a_reason(path):
    compared = {leaf for family in FAMILIES for leaf, _ in family(document(path))}
    patterns = skipped()
    left = [
        leaf
        for leaf, _ in leaves(document(path))
        if leaf not in compared and not covered(leaf, patterns)
    ]
    assert left == []


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_every_family_is_checked(family):
    """A family that its module hands to no test would count as compared, and never be."""
    tests = vars(sys.modules[family.__module__]).values()
    marks = [mark for test in tests for mark in getattr(test, "pytestmark", ())]
    assert any(mark.args[0] == "compare" and family in mark.args[1] for mark in marks)


def test_no_pattern_is_idle():
    paths = [leaf for path in FILES for leaf, _ in leaves(document(path))]
    assert [pattern for pattern in skipped() if not fnmatch.filter(paths, pattern)] == []


def test_the_files_are_there():
    assert len(FILES) == 26
    assert sum(1 for path in FILES for _ in leaves(document(path))) > 100_000
