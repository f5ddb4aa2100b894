"""Figures that the publication takes from elsewhere, each with the sources that it names."""

from __future__ import annotations

import pandas as pd

from ..display.numbers import MINUS
from ..display.registry import Registry
from ..review.printed import is_number


def add_literature(registry: Registry, literature: pd.DataFrame) -> None:
    """Register each figure of `literature` that is a number, as `literature.<id>`, digit for digit."""
    for row in literature.to_dict("records"):
        text = row["printed"]
        if is_number(text):
            raw = int(text) if text.isdecimal() else float(text.replace(MINUS, "-"))
            source = f"{row['claim']}; {row['cited']}, as cited in {row['where']}"
            registry.value(
                f"literature.{row['id']}", raw, lambda _, t=text: t.replace("-", MINUS), source
            )
