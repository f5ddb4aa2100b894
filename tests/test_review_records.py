"""No record of a review can change once it is made."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import is_dataclass

import pytest

from analysis import review

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.iter_modules(review.__path__, f"{review.__name__}.")
]
RECORDS = [
    kind
    for module in MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda kind: kind.__qualname__)
def test_no_record_can_change(record):
    assert record.__dataclass_params__.frozen
