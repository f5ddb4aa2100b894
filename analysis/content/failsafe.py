"""How many missing trials without effect would undo a finding, and all signs of missing trials at once.

Value names are `<outcome>.failsafe.<rosenthal|rosenthal_both|rosenberg>`. The publication has no
fail-safe numbers; they are an addition. Rosenthal's (1979) test has a single tail and Rosenberg's (2005)
has both; beside the original stands Rosenthal's with both tails, which can be compared with the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..display.numbers import count
from ..display.registry import Registry
from ..display.sentence import capitalised
from ..display.table import Column, Row, Table
from ..display.value import Value
from ..engine.failsafe_n import failsafe_n
from .outcome import Outcome
from .pooled import effect_names
from .wording import ALPHA


@dataclass(frozen=True)
class Counted:
    """How many missing trials it takes until `what` is no longer significant, by `method`.

    `alpha` is what the method is asked for, so that `tails` together have the publication's level.
    """

    method: str
    what: str
    alpha: float
    tails: str


_TOGETHER = "the trials' z taken together"
COUNTED = {
    "rosenthal": Counted("Rosenthal", _TOGETHER, ALPHA, "single tail"),
    "rosenthal_both": Counted("Rosenthal", _TOGETHER, ALPHA / 2, "both tails"),
    "rosenberg": Counted("Rosenberg", "the fixed-effect mean", ALPHA, "both tails"),
}
COLUMNS = (
    Column("outcome", "Outcome"),
    Column("k", "Trials", "right"),
    Column("egger.statistic", "t", "right", spanner="Egger"),
    Column("egger.pvalue", "p", "right", spanner="Egger"),
    Column("kendall.tau", "τ", "right", spanner="Kendall"),
    Column("kendall.pvalue", "p", "right", spanner="Kendall"),
    Column("filled.k0", "Filled in", "right", spanner="Trim and fill"),
    Column("random.filled.estimate", "SMD", "right", spanner="Trim and fill"),
    Column("random.filled.ci_low", "Lower", "right", spanner="Trim and fill"),
    Column("random.filled.ci_high", "Upper", "right", spanner="Trim and fill"),
    *(
        Column(f"failsafe.{name}", f"{one.method}, {one.tails}", "right", spanner="Fail-safe N")
        for name, one in COUNTED.items()
    ),
)
NOTE = (
    "τ is shown after the correction for continuity. SMD after trim and fill is the random-effects mean "
    "with the missing trials put in. The fail-safe N "
    "is how many missing trials without any effect it would take to undo the significance of "
    + ", or of ".join({one.what: f"{one.what} ({one.method})" for one in COUNTED.values()}.values())
    + ". Rosenthal tested a single tail, which asks for more trials; Rosenberg tests both, as the "
    "publication does."
)


def add_failsafe(registry: Registry, outcomes: Sequence[Outcome]) -> None:
    """Register the fail-safe numbers of `outcomes`, and the table of all signs of missing trials."""
    rows = []
    for outcome in outcomes:
        key = outcome.key
        for name in COUNTED:
            _add_number(registry, outcome, name)
        names = {column.key: f"{key}.{column.key}" for column in COLUMNS[1:]}
        names["k"] = f"{key}.random.k"
        cells = {column: registry.get(Value, name) for column, name in names.items()}
        rows.append(Row({"outcome": capitalised(outcome.scale.name)} | cells))
    registry.add("bias", Table("bias", COLUMNS, tuple(rows), (NOTE,)))


def _add_number(registry: Registry, outcome: Outcome, name: str) -> None:
    one, raw = COUNTED[name], None
    if outcome.effects:
        yi, vi = [e.yi for e in outcome.effects], [e.vi for e in outcome.effects]
        raw = int(failsafe_n(yi, vi=vi, method=one.method, alpha=one.alpha).n)
    source = (
        f"missing trials without effect that would undo the significance of {one.what} "
        f"({one.method}, {one.tails})"
    )
    registry.value(
        f"{outcome.key}.failsafe.{name}", raw, count, source, effect_names(outcome.effects)
    )
