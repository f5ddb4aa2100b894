"""The distribution of weighted sums of squares, against closed forms and Imhof's integral."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats

from analysis.engine.model import Mean
from analysis.engine.quadratic_form import projector, sf, tau2_at

RANDOM = np.random.default_rng(20071)


def imhof(q, scales):
    """P(sum > q) by the integral of Imhof (1961), eq. 3.2."""
    scales, q = scales / scales.max(), q / scales.max()

    def integrand(u):
        angle = 0.5 * (np.sum(np.arctan(scales * u)) - q * u)
        return np.sin(angle) / (u * np.exp(0.25 * np.sum(np.log1p((scales * u) ** 2))))

    ends = (1e-15, 0.5, 2, 10, 60, 500)
    parts = (
        integrate.quad(integrand, *piece, limit=2000, epsabs=1e-13)[0] for piece in pairwise(ends)
    )
    return 0.5 + sum(parts) / np.pi


@pytest.mark.parametrize("df", [1, 2, 3, 20, 159, 400])
@pytest.mark.parametrize("share", [1e-10, 1e-4, 0.01, 0.3, 0.5, 0.51, 0.9, 0.999, 1 - 1e-9])
def test_equal_scales_are_chi_squared(df, share):
    q = stats.chi2.ppf(share, df)
    assert sf(3.7 * q, np.full(df, 3.7)) == pytest.approx(stats.chi2.sf(q, df), abs=1e-13)


def test_a_far_tail_keeps_its_digits():
    assert sf(200.0, np.ones(5)) == pytest.approx(stats.chi2.sf(200, 5), rel=1e-12)


@pytest.mark.parametrize("q", [0.02, 0.5, 4.0, 50.0, 900.0])
def test_pairs_of_scales_are_sums_of_exponentials(q):
    scales = np.array([0.01, 0.4, 3.0, 80.0])
    rates = 1 / (2 * scales)
    others = [np.delete(rates, i) for i in range(len(rates))]
    terms = zip(rates, others, strict=True)
    exact = sum(np.prod(other / (other - rate)) * np.exp(-rate * q) for rate, other in terms)
    assert sf(q, np.repeat(scales, 2)) == pytest.approx(exact, abs=1e-13)


@pytest.mark.parametrize("size", [12, 40, 150])
@pytest.mark.parametrize("share", [0.5, 1.0, 1.6])
def test_any_scales_as_imhof(size, share):
    scales = 10 ** RANDOM.uniform(-2, 0, size)
    q = share * scales.sum()
    assert sf(q, scales) == pytest.approx(imhof(q, scales), abs=1e-11)


def test_without_scales_there_is_nothing_to_exceed():
    assert sf(1.0, np.zeros(3)) == 0
    assert sf(0.0, np.ones(3)) == 1


def test_the_median_leaves_half_above():
    y, v = RANDOM.normal(0, 0.6, 14), RANDOM.uniform(0.05, 0.4, 14)
    weights = v**-0.5
    tau2 = tau2_at(Mean(y, v), weights, 0.5)
    P = projector(Mean(y, v), weights)
    root = np.sqrt(v + tau2)
    scales = np.linalg.eigvalsh(root[:, None] * P * root)
    assert tau2 > 0
    assert imhof(float(y @ P @ y), scales[scales > 1e-12]) == pytest.approx(0.5, abs=1e-10)


def test_effects_closer_than_chance_leave_tau2_at_0():
    assert tau2_at(Mean(np.array([1.0, 1.01, 0.99]), np.ones(3)), np.ones(3), 0.5) == 0
