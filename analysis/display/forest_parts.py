"""What a forest plot is made of: numbers, and the text that they were rounded to before.

ForestRow   a study, or a pooled result where the plot is cumulative or leaves one study out
Limits      both ends of an interval
Summary     a pooled effect: a group's total, or the overall effect of one model
Group       rows under a heading, with their totals and notes; a plot without groups has one
Words       what the plot says besides numbers
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Both ends of an interval, None where absent, and as text."""

    low: float | None
    high: float | None
    low_text: str
    high_text: str


@dataclass(frozen=True)
class ForestRow:
    """A study: its name, effect (None where absent), limits, weight in per cent, and as text.

    `extra` holds the texts of further columns. A `pooled` row is marked as a summary is. `risk` holds
    a judgement for each domain of bias: low, some, high or none, as `forest_risk` has them.
    """

    label: str
    estimate: float | None
    estimate_text: str
    limits: Limits
    weight: float | None = None
    weight_text: str = ""
    extra: tuple[str, ...] = ()
    pooled: bool = False
    risk: tuple[str, ...] = ()


@dataclass(frozen=True)
class Summary:
    """A pooled effect with its limits, number of studies, weight, and prediction interval, if any."""

    label: str
    estimate: float | None
    estimate_text: str
    limits: Limits
    k_text: str = ""
    weight_text: str = ""
    prediction: Limits | None = None

    @property
    def heading(self) -> str:
        """The label with the number of studies."""
        return f"{self.label} (k = {self.k_text})" if self.k_text else self.label


@dataclass(frozen=True)
class Group:
    """Rows with their heading, totals, and notes such as the group's heterogeneity."""

    rows: tuple[ForestRow, ...]
    label: str = ""
    totals: tuple[Summary, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """What a forest plot says: headings, the ends of the axis, notes below it, what a row is.

    `risk` names the domains of bias, if their judgements are to be shown.
    """

    measure: str
    interval: str
    favours_low: str
    favours_high: str
    notes: tuple[str, ...] = ()
    study: str = "Study"
    weight: str = "Weight"
    prediction: str = "Prediction interval"
    extra: tuple[str, ...] = ()
    one_row: str = "study"
    rows: str = "studies"
    risk: tuple[str, ...] = ()
