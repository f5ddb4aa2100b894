"""An outcome of which a single study tells: its effect stands alone, and nothing is pooled."""

from __future__ import annotations

from ..display.figure import Figure
from ..display.table import Table
from .trials import Outcome
from .writer import Writer


def is_single(outcome: Outcome) -> bool:
    """Whether a single study tells of `outcome`."""
    return len(outcome.trials) == 1


def keep_single(writer: Writer) -> None:
    """Name the only study of an outcome, and take out plots and tables, which would all show it alone.

    Values stay, since another file of the same kind may have several studies.
    """
    if not is_single(writer.outcome):
        return
    writer.say("single.name", writer.outcome.trials[0].name)
    for kind in (Figure, Table):
        writer.registry.drop(kind, writer.name(""), keep=(writer.name("studies"),))
