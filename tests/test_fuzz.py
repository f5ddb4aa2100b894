"""Whatever is in its files, a reader gives a result or one clear error, in time, and writes nothing."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fuzz.readers import READERS, Reader, attempt

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


def tried(reader: Reader, folder: Path, number: int) -> int:
    """Let `reader` read about `number` inputs in new folders within `folder`; return how many."""
    folders = (folder / str(i) for i in count())
    done = 0

    @settings(
        max_examples=number,
        suppress_health_check=SLOW,
        phases=(Phase.generate, Phase.shrink),
    )
    @given(reader.inputs)
    def each(files):
        nonlocal done
        done += 1
        place = next(folders)
        place.mkdir()
        try:
            attempt(reader, files, place)
        finally:
            shutil.rmtree(place)
            shutil.rmtree(f"{place}-written", ignore_errors=True)

    each()
    return done


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_some_bad_input_is_read_or_refused(reader, tmp_path):
    assert tried(reader, tmp_path, reader.few) >= reader.few


@pytest.mark.long
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_much_bad_input_is_read_or_refused(reader, tmp_path, record_property):
    number = tried(reader, tmp_path, reader.many)
    record_property("tried", f"{reader.name}: {number} bad inputs")
    assert number >= reader.many
