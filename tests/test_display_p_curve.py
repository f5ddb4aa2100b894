"""The p-curve: shares of the significant p-values by hundredths, and what would be expected."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from analysis.display.p_curve import counted, expected_shares, p_curve

from svg import chart_place, corners, ids, texts, value_at

PVALUES = [0.001, 0.004, 0.01, 0.0101, 0.02, 0.035, 0.049, 0.05, 0.3, None, float("nan")]
FIGURE = p_curve("f", PVALUES)
# By hand: three up to .01, two up to .02, none, one, one; .05 is not significant.
SHARES = np.array([3, 2, 0, 1, 1]) / 7 * 100


def test_an_edge_counts_with_the_smaller_and_five_hundredths_not_at_all():
    counts, known = counted(PVALUES)
    assert counts.tolist() == [3, 2, 0, 1, 1] and known == 9


@pytest.mark.parametrize("power", [1 / 3, 0.8])
def test_expected_shares_by_the_noncentral_chi_square(power):
    """Simonsohn, Nelson & Simmons (2014): the p-value of z is that of z², noncentral with 1 df."""
    limits = stats.chi2.isf([0.01, 0.02, 0.03, 0.04, 0.05], 1)
    nc = brentq(lambda n: stats.ncx2.sf(limits[-1], 1, n) - power, 1e-6, 100, xtol=1e-12)
    below = np.append(0, stats.ncx2.sf(limits, 1, nc)) / power
    assert expected_shares(power) == pytest.approx(100 * np.diff(below), rel=1e-6)


def test_every_mark_stands_where_its_number_belongs():
    expected = expected_shares(1 / 3)
    for n in range(5):
        edge = pytest.approx((n + 1) / 100, abs=1e-6)
        assert chart_place(FIGURE.svg, f"observed-{n + 1}") == (
            edge,
            pytest.approx(SHARES[n], abs=1e-3),
        )
        assert chart_place(FIGURE.svg, f"power-{n + 1}") == (
            edge,
            pytest.approx(expected[n], abs=1e-3),
        )
    flat = value_at(FIGURE.svg, 1, corners(FIGURE.svg, "flat")[:, 1])
    assert flat == pytest.approx([20] * len(flat), abs=1e-3)
    line = value_at(FIGURE.svg, 1, corners(FIGURE.svg, "observed")[:, 1])
    assert line == pytest.approx(list(SHARES), abs=1e-3)


def test_words():
    first = f"{expected_shares(1 / 3)[0]:.0f}%"
    assert FIGURE.alt == (
        "p-curve of 7 significant among 9 p-values. Observed: 43% up to 0.01, 29% up to 0.02, 0% up to "
        f"0.03, 14% up to 0.04, 14% up to 0.05. Up to 0.01, {first} are expected with power 33%, 20% "
        "without an effect. 2 without p-value, left out."
    )
    found = texts(FIGURE.svg)
    assert [t for t in found if t.endswith("%")][:5] == ["43%", "29%", "0%", "14%", "14%"]
    for text in ("p-value", "Observed", "Expected with power 33%", "Expected without an effect"):
        assert text in found


@pytest.mark.parametrize("pvalues", [[], [0.5], [None]])
def test_nothing_significant_leaves_what_is_expected(pvalues):
    svg = p_curve("f", pvalues).svg
    assert not ids(svg, "observed") and len(ids(svg, "power-")) == 5


def test_what_is_no_probability_is_refused():
    with pytest.raises(ValueError, match=r"a p-value is 1\.5; it must lie"):
        p_curve("f", [0.01, 1.5])
