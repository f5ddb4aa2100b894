"""The climb within bounds on surfaces whose peak is known otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from analysis.engine.peak import climb

FREE = np.full(2, np.inf)


@pytest.mark.parametrize("seed", range(40))
def test_paraboloids_over_the_positive_corner(seed):
    """The peak of -|A x - c|^2 / 2 over x >= 0 is that of non-negative least squares.

    From the corner itself, where Newton's step for one parameter leads another beyond its bound.
    """
    random = np.random.default_rng(seed)
    A, c = random.normal(size=(6, 4)), random.normal(size=6)

    def look(x):
        r = A @ x - c
        return -0.5 * r @ r, -A.T @ r, A.T @ A

    for start in (np.zeros(4), random.uniform(0, 3, 4)):
        found = climb(look, start, np.zeros(4), np.full(4, np.inf), "x")
        np.testing.assert_allclose(found, nnls(A, c)[0], atol=1e-7)


def test_a_saddle_is_left_uphill():
    """x^2 - x^4 - y^2 curves up at 0.1; the peaks are at x = 1 / sqrt 2."""

    def look(x):
        a, b = x
        return (
            a**2 - a**4 - b**2,
            np.array([2 * a - 4 * a**3, -2 * b]),
            -np.diag([2 - 12 * a**2, -2]),
        )

    found = climb(look, np.array([0.1, 0.5]), -FREE, FREE, "x")
    np.testing.assert_allclose(found, [0.5**0.5, 0], atol=1e-8)


def test_a_step_into_the_void_is_halved():
    """log x - x has no value below 0; from 5 a full step would end there."""

    def look(x):
        if x[0] <= 0:
            return -np.inf, np.zeros(1), np.eye(1)
        return np.log(x[0]) - x[0], 1 / x - 1, np.diag(x**-2)

    found = climb(look, np.array([5.0]), -FREE[:1], FREE[:1], "x")
    assert found[0] == pytest.approx(1, rel=1e-9)


def test_what_does_not_settle_is_an_error():
    def endless(x):
        return float(x[0]), np.ones(1), np.eye(1)

    with pytest.raises(
        ValueError, match="tau2 did not converge in 200 Newton steps; the last values"
    ):
        climb(endless, np.zeros(1), -FREE[:1], FREE[:1], "tau2")

    def contradictory(x):
        return -float(x[0] > 0), np.ones(1), np.eye(1)

    with pytest.raises(ValueError, match=r"tau2 did not converge: no step from \[0\.\] leads up"):
        climb(contradictory, np.zeros(1), -FREE[:1], FREE[:1], "tau2")
