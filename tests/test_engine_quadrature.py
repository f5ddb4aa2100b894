"""Adaptive quadrature: exact where the answer is known, within its own bound, or a refusal."""

from math import atan, sqrt

import numpy as np
import pytest

from analysis.engine.quadrature import integrate

EDGES = np.linspace(-1, 1, 9)


@pytest.mark.parametrize(
    ("function", "exact"),
    [
        (lambda v: np.exp(v), np.exp(1) - np.exp(-1)),
        (lambda v: 1 / (1e-6 + v**2), 2 / 1e-3 * atan(1 / 1e-3)),
        (lambda v: np.exp(-((v - 0.3) ** 2) / 2e-4), sqrt(2e-4 * np.pi)),
        (lambda v: np.abs(v - 0.123), (0.877**2 + 1.123**2) / 2),
        (lambda v: np.sqrt(1 - v**2), np.pi / 2),
    ],
    ids=["smooth", "peak", "needle", "kink", "edge"],
)  # fmt: skip
def test_known_integrals(function, exact):
    panels = integrate(lambda v: function(v)[None], EDGES)
    found = panels.sums.sum()
    assert found == pytest.approx(exact, rel=1e-11)
    assert abs(found - exact) <= panels.error[0] * exact + 1e-14 * exact
    assert panels.error[0] < 1e-9
    assert np.sum(panels.weights) == pytest.approx(2, rel=1e-14)
    assert (np.diff(panels.low) > 0).all() and (panels.low[1:] == panels.high[:-1]).all()


def test_every_function_settles():
    """The needle beside a constant, which alone would need no halving."""
    panels = integrate(lambda v: np.stack([np.ones_like(v), np.exp(-(v**2) / 1e-8)]), EDGES)
    assert panels.sums.sum(axis=0) == pytest.approx([2, sqrt(np.pi * 1e-8)], rel=1e-11)


def test_what_has_no_integral_is_refused():
    with pytest.raises(ValueError, match="not found to 1e-11: 4 panels still changed after 60"):
        integrate(lambda v: (1 / np.abs(v))[None], EDGES)
