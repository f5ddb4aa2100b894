"""PET and PEESE against a general least-squares solver, their choice, and symmetries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.engine.egger import egger
from analysis.engine.pet_peese import pet_peese

from bias_studies import UNEQUAL, arrays


@given(studies=UNEQUAL)
def test_both_lines_by_least_squares(studies):
    yi, vi = arrays(studies)
    result = pet_peese(yi, vi=vi)
    for line, x in ((result.pet, np.sqrt(vi)), (result.peese, vi)):
        design = np.column_stack([np.ones_like(x), x]) / np.sqrt(vi)[:, None]
        expected = np.linalg.lstsq(design, yi / np.sqrt(vi))[0]
        found = [line.intercept.estimate, line.slope.estimate]
        assert found == pytest.approx(list(expected), rel=1e-6, abs=1e-8)
        residuals = yi / np.sqrt(vi) - design @ expected
        covariance = np.linalg.inv(design.T @ design) * (residuals @ residuals) / (len(yi) - 2)
        errors = [line.intercept.se, line.slope.se]
        assert errors == pytest.approx(list(np.sqrt(np.diag(covariance))), rel=1e-5, abs=1e-8)


@given(studies=UNEQUAL)
def test_pet_is_eggers_line(studies):
    yi, vi = arrays(studies)
    pet, test = pet_peese(yi, vi=vi).pet, egger(yi, vi=vi)
    assert (pet.intercept.estimate, pet.slope.estimate) == (test.limit, test.estimate)
    assert (pet.slope.se, pet.slope.pvalue) == (test.se, test.pvalue)
    assert (pet.intercept.ci_low, pet.intercept.ci_high) == (test.limit_ci_low, test.limit_ci_high)


@given(studies=UNEQUAL, alpha=st.sampled_from([0.05, 0.1, 0.5]))
def test_the_conditional_estimate(studies, alpha):
    yi, vi = arrays(studies)
    result = pet_peese(yi, vi=vi, alpha=alpha)
    used = result.peese if result.pet.intercept.pvalue < alpha else result.pet
    assert result.used == ("PEESE" if used is result.peese else "PET")
    for name in ("estimate", "se", "statistic", "pvalue", "ci_low", "ci_high", "df"):
        assert getattr(result, name) == getattr(used.intercept, name)


def test_without_bias_both_find_the_effect_and_peese_is_used():
    """Effects 1 ± 0.01 in pairs of equal variance: both lines are flat at 1."""
    result = pet_peese([0.99, 1.01] * 3, vi=[0.1, 0.1, 0.2, 0.2, 0.4, 0.4])
    assert result.used == "PEESE"
    assert (result.estimate, result.pet.intercept.estimate) == (pytest.approx(1), pytest.approx(1))
    assert result.peese.slope.estimate == pytest.approx(0, abs=1e-12)


@given(studies=UNEQUAL, shift=st.integers(-3, 3))
def test_shift_and_sign(studies, shift):
    yi, vi = arrays(studies)
    base, moved, mirrored = (pet_peese(y, vi=vi) for y in (yi, yi + shift, -yi))
    for name in ("pet", "peese"):
        intercept = getattr(base, name).intercept.estimate
        near = {"rel": 1e-6, "abs": 1e-7}
        assert getattr(moved, name).intercept.estimate == pytest.approx(intercept + shift, **near)
        assert getattr(mirrored, name).intercept.estimate == pytest.approx(-intercept, **near)
    assert mirrored.used == base.used


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"yi": [1, 2], "vi": [1, 2]}, "yi has 2 values; PET-PEESE needs at least 3 studies"),
        ({"vi": [2, 2, 2]}, "all 3 studies have the same precision"),
        ({"yi": [2, 2, 2]}, "the 3 effects in yi lie on one line exactly"),
        ({"alpha": 10}, "alpha is 10; it must be a number above 0 and below 1"),
        ({"level": 10}, "level is 10; it must be a number above 0 and below 1"),
    ],
)
def test_refusals(arguments, message):
    given = {"yi": [1, 2, 4], "vi": [1, 2, 3]} | arguments
    with pytest.raises(ValueError) as refusal:
        pet_peese(given.pop("yi"), **given)
    assert str(refusal.value).startswith(message)


def test_report():
    assert "PET-PEESE estimate of 3 studies" in pet_peese([1, 2, 4], vi=[1, 2, 3]).report()
