"""Kendall's S of the paper lies within what the printed digits leave open.

Results: S = 89 with tau = 0.575 for symptoms, S = 13 at follow-up, S = 8 for quality of life, S = 0
at its follow-up.
"""

from math import sqrt
from pathlib import Path

import pytest

from analysis.review import read_review, reconstruct
from analysis.review.formulas import concordance
from analysis.review.ranks import KendallRange

REVIEW = read_review(Path(__file__).parents[1] / "data")


@pytest.mark.parametrize(
    ("outcome", "printed"),
    [("symptoms", 89), ("symptoms_followup", 13), ("qol", 8), ("qol_followup", 0)],
)
def test_the_printed_s_is_within_reach(outcome, printed):
    rows = REVIEW.effects[REVIEW.effects["outcome"] == outcome]
    found = KendallRange(reconstruct(rows, REVIEW.studies))
    low, high = found.bounds
    assert found.attains(printed)
    assert low <= printed <= high
    assert high - low <= 2  # at most a single near tie


def test_s_by_counting_pairs():
    """Begg & Mazumdar (1994) pair by pair, where no pair is a near tie."""
    rows = REVIEW.effects[REVIEW.effects["outcome"] == "qol"]
    records = reconstruct(rows, REVIEW.studies)
    w = [1 / r.vi for r in records]
    mean = sum(a * r.yi for a, r in zip(w, records, strict=True)) / sum(w)
    t = [(r.yi - mean) / sqrt(r.vi - 1 / sum(w)) for r in records]
    s = 0
    for i in range(len(records)):
        for j in range(i):
            product = (t[i] - t[j]) * (records[i].vi - records[j].vi)
            s += (product > 0) - (product < 0)
    found = KendallRange(records)
    assert found.bounds == (s, s)
    assert found.attains(s) and not found.attains(s - 2)


def test_a_pair_of_equal_variances_counts_for_neither_side():
    """The first is below the third in effect and variance; the second above it in effect alone."""
    pairs = concordance().compute([0.1, 0.9, 0.2], [0.04, 0.04, 0.09])
    signs = {pair: (product > 0) - (product < 0) for pair, product in pairs.items()}
    assert signs == {(0, 1): 0, (0, 2): 1, (1, 2): -1}
