"""What is fixed before any number is computed, by name, since prose may hold no digit."""

from ..display.numbers import count
from ..display.registry import Registry

LEVEL = 0.95  # coverage of all intervals, as in the publication

PAPER = "the publication, "


def add_settings(registry: Registry) -> None:
    """Register the settings that the text names."""
    level = round(100 * LEVEL)
    registry.value("settings.level", level, count, "coverage of the intervals, in per cent")
    registry.value(
        "settings.prediction_df", 2, count,
        "taken from the number of trials for the prediction interval's degrees of freedom",
    )  # fmt: skip
    for end, bound in (("low", 0), ("high", 2)):
        registry.value(
            f"settings.quality_{end}", bound, count, PAPER + "note below Table 2: scale of quality"
        )
