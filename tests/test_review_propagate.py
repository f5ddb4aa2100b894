"""How far a result can move: on sets small enough to see the answer."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.review import Reconstructed, reach

BASE = Reconstructed("a", "o", "rounding", 0.0, 1.0, -1, 1, 1, 2, ((-1, 1), (1, 1), (1, 2)), "")


def test_a_sum_moves_by_all_its_extremes():
    records = [BASE, replace(BASE, yi=5.0, vertices=((4, 1), (6, 1)))]
    assert reach(records, lambda yi, vi: float(yi.sum())) == (3, 7)


def test_the_second_coordinate_is_a_standard_error():
    assert reach([BASE], lambda yi, vi: float(vi[0])) == (1, 4)


def test_a_point_that_cannot_move():
    fixed = replace(BASE, yi=2.0, vertices=((2.0, 1.0),))
    assert reach([fixed], lambda yi, vi: float(yi[0])) == (2, 2)


def test_studies_that_pull_against_each_other():
    """The spread is least where both meet at 1 and largest at -1 and 3."""
    records = [BASE, replace(BASE, yi=2.0, vertices=((1, 1), (3, 1)))]
    low, high = reach(records, lambda yi, vi: float(np.ptp(yi)))
    assert (low, high) == (pytest.approx(0), pytest.approx(4))
