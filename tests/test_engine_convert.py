"""Conversions between odds ratio, d and r: Borenstein's worked examples, and the delta method."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.engine import convert, effect_size

LINE = ("OR", "SMD", "COR", "ZCOR")


def effects(measure, yi, vi):
    return effect_size(measure, estimate=yi, se=np.sqrt(vi))


@pytest.mark.parametrize(
    ("here", "yi", "vi", "there", "expected_yi", "expected_vi"),
    [
        ("OR", 0.9069, 0.0676, "SMD", 0.5000, 0.0205),
        ("SMD", 0.5000, 0.0205, "OR", 0.9069, 0.0676),
        ("COR", 0.50, 0.0058, "SMD", 1.1547, 0.0550),
        ("SMD", 1.1547, 0.0550, "COR", 0.5000, 0.0058),
    ],
)
def test_borensteins_examples(here, yi, vi, there, expected_yi, expected_vi):
    """Borenstein, Hedges, Higgins & Rothstein (2009), chapter 7; equal arms, so that a is 4.

    What is printed lies within what the rounding of the printed inputs leaves open.
    """
    half = 5e-5
    corners = [
        convert(effects(here, yi + dy, vi + dv), there)
        for dy in (-half, half)
        for dv in (-half, half)
    ]
    yis, vis = [c.yi[0] for c in corners], [c.vi[0] for c in corners]
    assert min(yis) - half <= expected_yi <= max(yis) + half
    assert min(vis) - half <= expected_vi <= max(vis) + half
    assert max(yis) - min(yis) < 1e-3 and max(vis) - min(vis) < 1e-3


@pytest.mark.parametrize("here", LINE)
@pytest.mark.parametrize("there", LINE)
def test_variances_by_differences(here, there):
    sizes = {"n_treated": 30, "n_control": 90}
    found = convert(effects(here, 0.4, 0.01), there, **sizes)
    step = 1e-6
    up, down = (convert(effects(here, 0.4 + h, 0.01), there, **sizes).yi[0] for h in (step, -step))
    assert found.vi[0] == pytest.approx(0.01 * ((up - down) / (2 * step)) ** 2, rel=1e-8)


def test_unequal_arms_attenuate_the_correlation():
    """d = 1 and shares p, q of the arms: r² is the variance between over the total, pq / (pq + 1)."""
    p, q = 0.2, 0.8
    found = convert(effects("SMD", 1.0, 0.1), "COR", n_treated=20, n_control=80)
    assert found.yi[0] == pytest.approx(np.sqrt(p * q / (p * q + 1)), rel=1e-12)
    assert convert(effects("SMD", 1.0, 0.1), "COR").yi[0] == pytest.approx(
        np.sqrt(1 / 5), rel=1e-12
    )


@given(
    yi=st.floats(-2, 2), vi=st.floats(1e-3, 1), n1=st.integers(2, 200), n2=st.integers(2, 200),
    here=st.sampled_from(LINE[:2]), there=st.sampled_from(LINE),
)  # fmt: skip
def test_there_and_back(yi, vi, n1, n2, here, there):
    start = effects(here, yi, vi)
    sizes = {"n_treated": n1, "n_control": n2}
    back = convert(convert(start, there, **sizes), here, **sizes)
    assert back.measure == here
    assert back.yi[0] == pytest.approx(yi, rel=1e-9, abs=1e-12)
    assert back.vi[0] == pytest.approx(vi, rel=1e-9)


def test_studies_without_an_effect_stay_without():
    table = {"events_treated": [0, 5], "n_treated": 9, "events_control": [3, 4], "n_control": 9}
    found = convert(effect_size("OR", **table, to="none"), "ZCOR")
    assert np.isnan(found.yi[0]) and np.isnan(found.vi[0]) and np.isfinite(found.vi[1])


@pytest.mark.parametrize(
    ("given", "to", "sizes", "message"),
    [
        (effects("RD", 0.1, 0.1), "OR", {}, "effects.measure is 'RD'; allowed: OR, SMD, COR, ZCOR"),
        (effects("OR", 0.1, 0.1), "RD", {}, "to is 'RD'; allowed: OR, SMD, COR, ZCOR"),
        (effects("COR", 1.0, 0.1), "SMD", {}, "yi[0] is 1.0; a correlation to convert must lie"),
        (effects("COR", -1.2, 0.1), "ZCOR", {}, "yi[0] is -1.2; a correlation to convert must lie"),
        (effects("SMD", 1.0, 0.1), "COR", {"n_treated": 9}, "n_treated and n_control go together"),
        (
            effects("SMD", 1.0, 0.1), "COR", {"n_treated": [9, 9], "n_control": 9},
            "n_treated and n_control have 2 values and the effects have 1",
        ),
        (
            effects("SMD", 1.0, 0.1), "COR", {"n_treated": 0, "n_control": 9},
            "n_treated[0] is 0.0; n_treated (participants in the treated arm) must be",
        ),
    ],
)  # fmt: skip
def test_refusals(given, to, sizes, message):
    with pytest.raises(ValueError) as refusal:
        convert(given, to, **sizes)
    assert str(refusal.value).startswith(message)
