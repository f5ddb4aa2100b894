"""Whatever is in its files, a reader gives a result or one clear error, in time, and writes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random, SystemRandom

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import randoms

from fuzz.readers import READERS, Files, Reader, attempt

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)
SEEDS = 1_000_000_000


def tried(reader: Reader, files: Files, folder: Path) -> None:
    """Let `reader` read `files` in a new folder within `folder`."""
    place = folder / "input"
    place.mkdir()
    try:
        attempt(reader, files, place)
    finally:
        shutil.rmtree(place)
        shutil.rmtree(folder / "input-written", ignore_errors=True)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_some_bad_input_is_read_or_refused(reader, tmp_path):
    @settings(max_examples=reader.few, suppress_health_check=SLOW)
    @given(randoms(use_true_random=False))
    def each(chance):
        tried(reader, reader.inputs(chance), tmp_path)

    each()


@pytest.mark.long
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_much_bad_input_is_read_or_refused(reader, tmp_path, record_property):
    # Others every time where Hypothesis explores, too.
    first = 0 if settings().derandomize else SystemRandom().randrange(SEEDS)
    for seed in range(first, first + reader.many):
        files = reader.inputs(Random(seed))
        try:
            tried(reader, files, tmp_path)
        except BaseException as error:
            error.add_note(f"seed {seed} of {reader.name}: {files!r:.20000}")
            raise
    record_property("tried", f"{reader.name}: {reader.many} bad inputs, seeds from {first}")
