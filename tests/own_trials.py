"""Files of trials that tests of reports write, and what reading them gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.report.compose import read_data
from analysis.review.data import DataError

COUNTS = "study,events_t,n_t,events_c,n_c\n"


def read(folder: Path, text: str, encoding: str = "utf-8"):
    path = folder / "trials.csv"
    path.write_text(text, encoding=encoding)
    return read_data(path)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(DataError) as refused:
        read(folder, text)
    return [str(problem) for problem in refused.value.problems]


def as_file(y, v) -> str:
    """A file of effects with their variances."""
    rows = zip(y.tolist(), v.tolist(), strict=True)
    return "study,yi,vi\n" + "".join(f"S{n},{yi},{vi}\n" for n, (yi, vi) in enumerate(rows))
