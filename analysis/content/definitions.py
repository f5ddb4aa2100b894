"""What the trials called non-response, in our own words after the publication's Table 1."""

from __future__ import annotations

import pandas as pd

from ..display.registry import Registry
from ..display.table import Column, Row, Table

COLUMNS = (
    Column("name", "Study"),
    Column("earlier", "Earlier treatment without response"),
    Column("current", "State at the start of the trial"),
)
NOTES = (
    "BDI, Beck Depression Inventory; HAM-D, HAMD, HRSD and HDRS, Hamilton Depression Rating Scale in "
    "its versions; PTSD, post-traumatic stress disorder; SSRI, selective serotonin reuptake inhibitor.",
    "Where a trial's conditions break over a page, the text that we had does not show which column they "
    "belong to; there we followed their sense.",
)


def add_definitions(registry: Registry, definitions: pd.DataFrame, studies: pd.DataFrame) -> None:
    """Register the table of `definitions`, trials named as in `studies`."""
    names = dict(zip(studies["study"], studies["name"], strict=True))
    rows = tuple(
        Row(
            {
                "name": names.get(row["study"], row["study"]),
                "earlier": row["earlier"],
                "current": row["current"],
            }
        )
        for row in definitions.to_dict("records")
    )
    registry.add("definitions", Table("definitions", COLUMNS, rows, NOTES))
