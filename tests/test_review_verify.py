"""The verdict on a printed number from our value, bounds and a witness."""

from dataclasses import dataclass

import pytest

from analysis.review.verify import Evidence, judge


@dataclass
class Known(Evidence):
    low: float
    high: float
    found: float | None = None

    def bounds(self):
        return self.low, self.high

    def witness(self, printed):
        return self.found


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
