"""Whatever is in its files, a reader gives a result or one clear error, in time, and writes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random, SystemRandom

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import randoms

from analysis.report.settings import Settings
from analysis.review.data import DataError, Finding

from conftest import ROOT
from fuzz import readers
from fuzz.readers import READERS, Files, Hang, Reader, attempt

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


def _refuse(text: str):
    raise DataError([Finding("a.csv", 1, None, text)])


@pytest.mark.parametrize(
    ("read", "error", "said"),
    [
        (lambda _: [None for _ in iter(int, 1)], Hang, "not done in"),
        (lambda _: int("x"), ValueError, "invalid literal"),
        (lambda folder: (folder / "b").write_text("half"), AssertionError, "written besides"),
        (lambda folder: (folder / "a.csv").unlink(), AssertionError, "written besides"),
        (lambda _: _refuse("x\n" * 9000), AssertionError, "letters"),
        (lambda _: _refuse("Traceback (most recent call last)"), AssertionError, "Traceback"),
        (lambda _: Settings(title="\ud800"), UnicodeEncodeError, "surrogates"),
        (lambda _: Settings(title=2020), AssertionError, "title is 2020"),
    ],
)
def test_what_no_reader_may_do_is_seen(tmp_path, monkeypatch, read, error, said):
    monkeypatch.setattr(readers, "PATIENCE", 0.05)
    reader = Reader("bad", read, DataError, None, 1, 1)
    with pytest.raises(error, match=said):
        attempt(reader, {"a.csv": b"a"}, tmp_path)


def test_the_readme_tells_how_much_is_tried():
    total = sum(reader.many for reader in READERS)
    assert total >= 100_000
    assert f"`make test-long` tries {total:,} of them" in (ROOT / "README.md").read_text("utf-8")


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
