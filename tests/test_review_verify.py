"""The verdict on a printed number from our value, bounds and a witness."""

from dataclasses import dataclass

import pytest

from analysis.review.verify import (
    LOOSENED,
    PROVEN,
    SEARCHED,
    UNTIED,
    Evidence,
    Suspicion,
    judge,
    overruled,
)


@dataclass
class Known(Evidence):
    low: float
    high: float
    found: float | None = None
    loose: Evidence | None = None

    def bounds(self):
        return self.low, self.high

    def witness(self, printed):
        return self.found

    def untied(self):
        return self.loose


@pytest.mark.parametrize(
    ("raw", "printed", "evidence", "status"),
    [
        (0.8184, "0.818", Known(0.8180, 0.8190), "reproduced"),
        (0.8184, "0.819", Known(0.8180, 0.8190, 0.8186), "attainable"),
        (0.8184, "0.819", Known(0.8180, 0.8184), "different"),
        (0.8184, "0.819", Known(0.8180, 0.8190), "undecided"),
        (0.0004, "<.001", Known(0.0003, 0.0005), "reproduced"),
        (0.002, "<.001", Known(0.0019, 0.0021), "different"),
        (0.002, "<.001", Known(0.0009, 0.0021), "undecided"),
        (None, "0.8", None, "not computable"),
        (18, "18", None, "reproduced"),
        (6, "7", None, "different"),
        (6.0, "7", None, "undecided"),
    ],
)
def test_verdicts(raw, printed, evidence, status):
    assert judge(raw, printed, evidence).status == status


def test_a_verdict_carries_its_reason():
    verdict = judge(0.8184, "0.819", Known(0.8180, 0.8190, 0.8186))
    assert (verdict.low, verdict.high, verdict.witness) == (0.8180, 0.8190, 0.8186)
    assert judge(6, "7").low == 6


def test_a_witness_without_the_tie_to_the_arms_makes_a_number_attainable():
    loose = Known(0.8170, 0.8190, 0.8186)
    verdict = judge(0.8184, "0.819", Known(0.8180, 0.8184, loose=loose))
    assert (verdict.status, verdict.note) == ("attainable", UNTIED)
    assert (verdict.low, verdict.high, verdict.witness) == (0.8170, 0.8190, 0.8186)


@pytest.mark.parametrize(
    ("printed", "loose", "note"),
    [
        ("0.819", Known(0.8170, 0.8190), f"{PROVEN} {SEARCHED}"),
        # Nothing is looked for that meets a bound.
        ("<.001", Known(0.0, 1.0, 0.0005), PROVEN),
        ("0.819", None, ""),
    ],
)
def test_without_one_it_stays_different_and_tells_the_condition(printed, loose, note):
    verdict = judge(0.8184, printed, Known(0.8180, 0.8184, loose=loose))
    assert (verdict.status, verdict.note) == ("different", note)
    assert (verdict.low, verdict.high) == (0.8180, 0.8184)


def test_a_number_left_undecided_is_looked_for_without_the_tie():
    """The tied bounds hold the number, but no tied effects are found that give it."""
    loose = Known(0.8170, 0.8190, 0.8186)
    verdict = judge(0.8184, "0.819", Known(0.8180, 0.8188, loose=loose))
    assert (verdict.status, verdict.note) == ("attainable", LOOSENED)
    assert (verdict.low, verdict.high, verdict.witness) == (0.8170, 0.8190, 0.8186)


@pytest.mark.parametrize(
    ("raw", "printed", "loose"),
    [
        (0.8184, "0.819", Known(0.8170, 0.8190)),
        (0.8184, "0.819", None),
        # Nothing is looked for that meets a bound.
        (0.8184, "<.8182", Known(0.0, 1.0, 0.8181)),
    ],
)
def test_without_one_it_stays_undecided(raw, printed, loose):
    verdict = judge(raw, printed, Known(0.8180, 0.8188, loose=loose))
    assert (verdict.status, verdict.note) == ("undecided", "")
    assert (verdict.low, verdict.high) == (0.8180, 0.8188)


def test_nothing_is_looked_for_without_the_tie_where_the_tied_can_tell():
    loose = Known(0.0, 1.0, 0.0)
    assert judge(0.8184, "0.818", Known(0.8180, 0.8190, loose=loose)).status == "reproduced"
    assert judge(0.8184, "0.819", Known(0.8180, 0.8190, 0.8186, loose)).witness == 0.8186


@pytest.mark.parametrize(
    ("raw", "alone", "status"),
    [
        (0.8188, True, "reproduced"),
        (0.8184, False, "attainable"),
        (0.8184, True, "inconsistent"),
    ],
)
def test_a_contradiction_overrules_what_our_value_does_not_meet(raw, alone, status):
    verdict = judge(raw, "0.819", Known(0.8180, 0.8190, 0.8186))
    found = overruled(verdict, Suspicion("another does not fit", alone))
    assert found.status == status
    assert found.note == ("another does not fit" if status == "inconsistent" else verdict.note)
    assert overruled(verdict, None) == verdict
