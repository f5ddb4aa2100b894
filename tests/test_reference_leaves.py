"""Every leaf of R's results is compared, or listed in reference/SKIPPED.md with its reason."""

from __future__ import annotations

import importlib
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


def test_the_files_are_there():
    assert len(FILES) == 26
    assert sum(1 for path in FILES for _ in leaves(document(path))) > 100_000
