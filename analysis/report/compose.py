"""Everything that a report shows, computed once from a file of trials."""

from __future__ import annotations

from pathlib import Path

from ..display.registry import Registry
from .absolute import add_absolute
from .bias import add_bias
from .columns import understand
from .conclusion import add_conclusion
from .counts import add_counts, add_participants
from .dependent import add_dependent
from .describe import add_description
from .differences import add_differences
from .empty import add_empty
from .moderators import add_moderators
from .next_trial import add_next_trial
from .pooled import add_data_table, add_forest, add_pooled
from .prediction import add_prediction
from .published import add_ledger, is_exact
from .sensitivity import add_over_time, add_sensitivity
from .settings import Settings, read_settings
from .single import keep_single
from .source import check_there, read_source
from .studies import add_studies
from .subgroups import add_subgroups
from .trials import Data, read_trials
from .whatif import add_what_if
from .writer import Writer


def read_data(path: Path, settings: Settings | None = None) -> Data:
    """Read the trials in the CSV file at `path`, with the settings beside it unless they are given.

    Raises `DataError` with every problem of a stage at once: the settings, the file, its columns, its
    rows.
    """
    check_there(path)
    settings = read_settings(path) if settings is None else settings
    source = read_source(path, settings.delimiter, settings.decimal, settings.encoding)
    return read_trials(source, settings, understand(source, settings))


def compose(data: Data, published: tuple[dict[str, str], ...] = ()) -> Registry:
    """Compute everything from `data`, and judge what was `published` of it."""
    registry = Registry(published)
    add_description(registry, data)
    exact = is_exact(data.columns)
    writers = [Writer(registry, outcome, data.settings.level, exact) for outcome in data.outcomes]
    for writer in writers:
        add_studies(writer, data)
        add_participants(writer)
        add_counts(writer, data)
        add_pooled(writer)
        add_prediction(writer)
        add_absolute(writer, data)
        add_empty(writer)
        add_dependent(writer, data)
        add_data_table(writer, data)
        add_forest(writer)
        divided, regressed = add_subgroups(writer, data), add_moderators(writer, data)
        add_differences(writer, divided, regressed)
        add_bias(writer)
        add_sensitivity(writer)
        add_conclusion(writer)
        add_over_time(writer)
        add_next_trial(writer)
        keep_single(writer)
    add_what_if(registry, data, writers)
    if published:
        add_ledger(registry)
    return registry
