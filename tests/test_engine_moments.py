"""Mean and SD from quantiles: printed values, and the best weights for normal samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad
from scipy.special import roots_jacobi

from analysis.engine import moments_from_quantiles

# Wan et al. (2014), table 1: the expected range of n standard normals.
EXPECTED_RANGE = {5: 2.326, 10: 3.078, 20: 3.735, 30: 4.086, 40: 4.322, 50: 4.498}


def test_an_example_of_the_package_metablue():
    """Its page on Wan's SD: 1, 4, 10 of 30 people have an SD of 2.205578."""
    found = moments_from_quantiles(n=30, minimum=1, median=4, maximum=10)
    assert found.sd[0] == pytest.approx(2.205578, abs=5e-7)


@pytest.mark.parametrize("n", EXPECTED_RANGE)
def test_a_range_as_expected_has_an_sd_of_1(n):
    """Within the 1.5 % by which Blom's approximation misses the range of five; integrated here too."""
    expected = quad(lambda x: 1 - stats.norm.cdf(x) ** n - stats.norm.sf(x) ** n, -9, 9)[0]
    assert expected == pytest.approx(EXPECTED_RANGE[n], abs=5e-4)
    half = expected / 2
    found = moments_from_quantiles(n=n, minimum=-half, median=0, maximum=half)
    assert found.sd[0] == pytest.approx(1, abs=0.015)


def test_quartiles_as_expected_have_an_sd_of_1():
    """In a large sample, those of the normal distribution."""
    q3 = stats.norm.isf(0.25)
    found = moments_from_quantiles(n=1e9, q1=-q3, median=0, q3=q3)
    assert found.sd[0] == pytest.approx(1, abs=1e-8)


def test_both_ranges_weigh_alike():
    numbers = {"n": 40, "median": 5}
    ends, quartiles = {"minimum": 0, "maximum": 12}, {"q1": 3, "q3": 8}
    both = moments_from_quantiles(**numbers, **ends, **quartiles).sd[0]
    one = [moments_from_quantiles(**numbers, **part).sd[0] for part in (ends, quartiles)]
    assert both == pytest.approx(np.mean(one), rel=1e-12)


def beta(a, b):
    """Nodes and weights for means over the beta distribution with `a`, `b`: Gauss and Jacobi."""
    x, weights = roots_jacobi(120, b - 1, a - 1)
    return (1 + x) / 2, weights / weights.sum()


def mean_of_product(r, s, n):
    """The mean of the product of the `r`-th and `s`-th of `n` ordered standard normals, r <= s.

    Of uniforms the s-th is beta(s, n - s + 1), and the r-th a share of it, beta(r, s - r).
    """
    above, weights = beta(s, n - s + 1)
    if r == s:
        return weights @ stats.norm.ppf(above) ** 2
    share, shares = beta(r, s - r)
    below = stats.norm.ppf(np.outer(above, share))
    return weights @ (below * stats.norm.ppf(above)[:, None]) @ shares


def best_weights(ranks, n):
    """The weights of mid-range, mid-quartile and median that make their sum least variable."""
    products = [[mean_of_product(min(r, s), max(r, s), n) for s in ranks] for r in ranks]
    normals = [beta(r, n - r + 1) for r in ranks]
    means = np.array([weights @ stats.norm.ppf(x) for x, weights in normals])
    middle = len(ranks) // 2
    half = np.eye(len(ranks))[: middle + 1]
    middles = (half + half[:, ::-1]) / 2
    cov = middles @ (np.array(products) - np.outer(means, means)) @ middles.T
    weights = np.linalg.solve(cov, np.ones(middle + 1))
    return weights / weights.sum()


@pytest.mark.parametrize("n", [5, 9, 25, 49, 101])
def test_the_weights_make_the_mean_least_variable(n):
    """Luo's formulas come within 0.01 of the weights that are best for a normal sample of 4q + 1."""
    q = n // 4
    ends = moments_from_quantiles(n=n, minimum=0, median=0, maximum=2).mean
    assert ends == pytest.approx(best_weights([1, 2 * q + 1, n], n)[:1], abs=0.01)
    quartiles = moments_from_quantiles(n=n, q1=0, median=0, q3=2).mean
    assert quartiles == pytest.approx(best_weights([q + 1, 2 * q + 1, 3 * q + 1], n)[:1], abs=0.01)
    five = {"n": n, "minimum": 0, "q1": 0, "median": 0, "maximum": 2}
    first = moments_from_quantiles(**five, q3=0).mean[0]
    second = moments_from_quantiles(**five, q3=2).mean[0] - first
    best = best_weights([1, q + 1, 2 * q + 1, 3 * q + 1, n], n)
    assert [first, second] == pytest.approx(best[:2], abs=0.01)


def test_a_large_sample_forgets_its_ends():
    found = moments_from_quantiles(n=1e15, minimum=-1e3, q1=-1, median=0, q3=3, maximum=1e3)
    assert found.mean[0] == pytest.approx(0.7, abs=1e-6)
    assert moments_from_quantiles(n=1e15, minimum=0, median=1, maximum=9).mean[0] == pytest.approx(
        1, abs=1e-6
    )


SCENARIOS = [("minimum", "maximum"), ("q1", "q3"), ("minimum", "q1", "q3", "maximum")]


@given(
    n=st.integers(2, 10_000), middle=st.floats(-100, 100), half=st.floats(0.1, 100),
    shift=st.floats(-100, 100), scale=st.floats(0.1, 10), names=st.sampled_from(SCENARIOS),
)  # fmt: skip
def test_symmetric_numbers_have_their_middle_as_mean(n, middle, half, shift, scale, names):
    places = dict(zip(("minimum", "q1", "q3", "maximum"), (-2, -1, 1, 2), strict=True))
    numbers = {name: middle + places[name] * half for name in names} | {"median": middle}
    found = moments_from_quantiles(n=n, **numbers)
    assert found.mean[0] == pytest.approx(middle, abs=1e-9)
    moved = {name: shift + scale * value for name, value in numbers.items()}
    there = moments_from_quantiles(n=n, **moved)
    assert there.mean[0] == pytest.approx(shift + scale * found.mean[0], abs=1e-9)
    assert there.sd[0] == pytest.approx(scale * found.sd[0], rel=1e-9)


def test_what_it_says():
    found = moments_from_quantiles(n=[30, 40], median=4, q1=[1, 2], q3=8)
    assert found.report().startswith("Means from 4.36 to 4.71 and standard deviations from ")
    assert found.report().endswith(
        "for 2 samples from q1, median, q3 and sample size, as for normal data."
    )
    assert list(found.to_frame().columns) == ["mean", "sd"] and len(found.to_frame()) == 2
    assert found.to_dict()["scenario"] == "S2" and "scenario  S2" in repr(found)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"n": 9, "median": 1}, "got median; it takes minimum, median, maximum; or q1, median, q3; or"),
        ({"n": 9, "median": 1, "q1": 0}, "got q1, median; it takes"),
        ({"n": 9, "median": 1, "q1": 2, "q3": 3}, "median[0] is 1.0; it must not lie below q1"),
        ({"n": 9, "median": 1, "q1": 0, "q3": 0.5}, "q3[0] is 0.5; it must not lie below median"),
        ({"n": 9, "median": 1, "q1": 1, "q3": 1}, "q3[0] is 1.0; it must lie above q1"),
        ({"n": 1, "median": 1, "q1": 0, "q3": 2}, "n[0] is 1.0; a standard deviation needs at least 2"),
        ({"n": 9, "median": np.nan, "q1": 0, "q3": 2}, "median[0] is nan; every value must be a finite"),
        ({"n": "x", "median": 1, "q1": 0, "q3": 2}, "n is not a list of numbers"),
        ({"n": [9, 9, 9], "median": [1, 1], "q1": 0, "q3": 2}, "every argument needs one value a study"),
    ],
)  # fmt: skip
def test_refusals(numbers, message):
    with pytest.raises(ValueError) as refusal:
        moments_from_quantiles(**numbers)
    assert str(refusal.value).startswith(message)
