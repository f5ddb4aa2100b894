"""Tests of asymmetry of tables, against lines fitted and distributions summed by others."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from analysis.engine.asymmetry import LINES, OTHERS, asymmetry, conditional_moments
from analysis.engine.tables import Tables

A, N1 = np.array([4.0, 0, 3, 62, 33, 7]), np.array([123.0, 30, 31, 598, 469, 60])
C, N2 = np.array([11.0, 2, 9, 98, 47, 8]), np.array([139.0, 33, 20, 567, 508, 70])
GIVEN = {"events_treated": A, "n_treated": N1, "events_control": C, "n_control": N2}
TESTS = (*LINES, *OTHERS)


@pytest.mark.parametrize("test", LINES)
def test_the_line_is_that_of_weighted_least_squares(test):
    y, v, x = LINES[test](Tables(A, N1, C, N2))
    root = v**-0.5
    design = np.column_stack([root, root * x])
    coefficients, (rss,), *_ = np.linalg.lstsq(design, root * y)
    error = np.sqrt(np.linalg.inv(design.T @ design)[1, 1] * rss / 4)
    found = asymmetry(test, **GIVEN)
    assert (found.estimate, found.se) == pytest.approx((coefficients[1], error), rel=1e-8)
    assert found.dispersion == pytest.approx(rss / 4, rel=1e-8)
    assert found.pvalue == pytest.approx(2 * stats.t.sf(abs(coefficients[1] / error), 4), rel=1e-8)


@pytest.mark.parametrize("log_odds", [-1.5, 0.0, 0.7])
def test_the_residuals_are_those_of_fishers_distribution(log_odds):
    mean, variance = conditional_moments(Tables(A, N1, C, N2), log_odds)
    for i in range(len(A)):
        other = stats.nchypergeom_fisher(N1[i] + N2[i], N1[i], A[i] + C[i], np.exp(log_odds))
        assert (mean[i], variance[i]) == pytest.approx((other.mean(), other.var()), rel=1e-8)


def test_harbord_regresses_the_score_over_its_variance():
    """Harbord, Egger & Sterne (2006): Z/sqrt(V) on sqrt(V), whose intercept is the slope here."""
    margins = zip(N1 + N2, N1, A + C, strict=True)
    moments = [stats.hypergeom(*map(int, three)).stats() for three in margins]
    mean, variance = (np.array([float(pair[i]) for pair in moments]) for i in (0, 1))
    line = stats.linregress(np.sqrt(variance), (A - mean) / np.sqrt(variance))
    found = asymmetry("harbord", **GIVEN)
    assert found.estimate == pytest.approx(line.intercept, rel=1e-8)
    assert found.se == pytest.approx(line.intercept_stderr, rel=1e-8)


@pytest.mark.parametrize("test", TESTS)
def test_the_result_tells_itself(test):
    found = asymmetry(test, **GIVEN)
    assert found.report().startswith(
        f"The test of {test.capitalize()} for asymmetry of 6 tables gave"
    )
    assert json.loads(json.dumps(found.to_dict()))["test"] == test
    assert len(found.to_frame()) == 1
    assert 0 < found.pvalue < 1


@pytest.mark.parametrize("test", TESTS)
def test_a_study_without_events_counts_for_the_arcsines_alone(test):
    more = {
        name: np.append(values, (0, 50, 0, 60)[i]) for i, (name, values) in enumerate(GIVEN.items())
    }
    with_it, without = asymmetry(test, **more), asymmetry(test, **GIVEN)
    if test == "rucker":
        assert with_it.k == 7
    else:
        assert with_it.statistic == pytest.approx(without.statistic, rel=1e-12)


@pytest.mark.parametrize(
    ("test", "given", "message"),
    [
        (
            "begg",
            {},
            "test is 'begg'; allowed: harbord, peters, macaskill, deeks, rucker, schwarzer",
        ),
        ("deeks", {"n_treated": N1[:2]}, "every column needs one value a study"),
        (
            "peters",
            {"events_treated": A * 0, "events_control": C * 0},
            "0 of the studies say something",
        ),
        ("harbord", {"events_treated": [-1.0] * 6}, r"events_treated\[0\] is -1.0"),
    ],
)
def test_refusals(test, given, message):
    with pytest.raises(ValueError, match=message):
        asymmetry(test, **(GIVEN | given))
