"""Back-transformations: what goes there comes back, printed values, bounds, refusals."""

import numpy as np
import pytest
from scipy.optimize import brentq

from analysis.engine import back_transform, effect_size
from analysis.engine.back_transform import INVERSES, SIZED
from analysis.engine.effect_size import MEASURES

EVENTS = np.array([1.0, 7, 19, 33])
ARMS = {"n_treated": 40, "n_control": 50}
RISKS = {"events_treated": EVENTS, "events_control": 20, **ARMS}
PERSON_TIME = {
    "events_treated": EVENTS,
    "time_treated": 80,
    "events_control": 20,
    "time_control": 90,
}
SPREAD = {"sd_treated": EVENTS, "sd_control": 2, **ARMS}
MEANS = {"mean_treated": EVENTS, "mean_control": 20} | SPREAD
BEFORE = {"mean_post": EVENTS, "sd_post": EVENTS, "mean_pre": 20, "sd_pre": 2, "n": 40, "r": 0.5}


@pytest.mark.parametrize(
    ("measure", "given", "natural"),
    [
        ("PLN", {"events": EVENTS, "n": 40}, EVENTS / 40),
        ("PLO", {"events": EVENTS, "n": 40}, EVENTS / 40),
        ("PAS", {"events": EVENTS, "n": 40}, EVENTS / 40),
        ("IRLN", {"events": EVENTS, "time": 80}, EVENTS / 80),
        ("IRS", {"events": EVENTS, "time": 80}, EVENTS / 80),
        ("RR", RISKS, (EVENTS / 40) / (20 / 50)),
        ("OR", RISKS, EVENTS * 30 / ((40 - EVENTS) * 20)),
        ("IRR", PERSON_TIME, (EVENTS / 80) / (20 / 90)),
        ("ROM", MEANS, EVENTS / 20),
        ("ROMC", BEFORE, EVENTS / 20),
        ("VRC", {n: BEFORE[n] for n in ("sd_post", "sd_pre", "n", "r")}, EVENTS / 2),
        ("CVRC", BEFORE, np.full(4, 10.0)),
        ("MNLN", {"mean": EVENTS, "sd": 1, "n": 9}, EVENTS),
        ("ZCOR", {"r": [-0.9, 0, 0.3, 0.99], "n": 9}, np.array([-0.9, 0, 0.3, 0.99])),
        ("ZPCOR", {"r": [-0.9, 0.3], "n": 9, "predictors": 2}, np.array([-0.9, 0.3])),
        ("AHW", {"alpha": [-0.5, 0, 0.8], "items": 9, "n": 9}, np.array([-0.5, 0, 0.8])),
        ("ABT", {"alpha": [-0.5, 0, 0.8], "items": 9, "n": 9}, np.array([-0.5, 0, 0.8])),
    ],
)
def test_the_data_come_back(measure, given, natural):
    found = back_transform(measure, effect_size(measure, **given).yi)
    assert found == pytest.approx(natural, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("n", [2, 10, 1000])
def test_the_double_arcsine_of_one_size_comes_back(n):
    events = np.arange(n + 1) if n < 100 else np.array([0, 1, 40, 500, 999, 1000])
    yi = effect_size("PFT", events=events, n=n).yi
    assert back_transform("PFT", yi, n=n) == pytest.approx(events / n, rel=1e-9, abs=1e-9)
    yi = effect_size("IRFT", events=events, time=n).yi
    assert back_transform("IRFT", yi, time=n) == pytest.approx(events / n, rel=1e-9, abs=1e-9)


def test_values_that_metafors_tests_print():
    assert back_transform("PFT", 0.373394, n=10) == pytest.approx(0.1, abs=1e-6)
    assert back_transform("IRFT", 0.381721, time=10) == pytest.approx(0.1, abs=1e-6)
    assert back_transform("PAS", 0.321751) == pytest.approx(0.1, abs=1e-6)
    assert back_transform("AHW", 0.535841) == pytest.approx(0.9, abs=1e-6)
    assert back_transform("ABT", 2.302585) == pytest.approx(0.9, abs=1e-6)


def test_several_sizes_count_by_their_harmonic_mean():
    """2 / (1/10 + 1/30) = 15; the share is searched for with the forward transformation."""
    yi = 0.6
    share = brentq(lambda p: effect_size("PFT", events=15 * p, n=15).yi[0] - yi, 0, 1, xtol=1e-15)
    assert back_transform("PFT", yi, n=[10, 30]) == pytest.approx(share, rel=1e-9)
    rate = brentq(
        lambda x: effect_size("IRFT", events=15 * x, time=15).yi[0] - yi, 0, 9, xtol=1e-15
    )
    assert back_transform("IRFT", yi, time=[10, 30]) == pytest.approx(rate, rel=1e-9)


@pytest.mark.parametrize("measure", [*INVERSES, *SIZED])
def test_order_is_kept(measure):
    sizes = {SIZED[measure]: [12, 30]} if measure in SIZED else {}
    y = np.linspace(-3, 3, 101)
    assert (np.diff(back_transform(measure, y, **sizes)) >= 0).all()


@pytest.mark.parametrize(("measure", "sizes"), [("PAS", {}), ("PFT", {"n": 20})])
def test_a_bound_beyond_all_shares_is_the_bound(measure, sizes):
    assert list(back_transform(measure, [-1.0, 0.0, np.pi / 2, 2.0], **sizes)) == [0, 0, 1, 1]


def test_a_bound_below_all_rates_is_0():
    assert back_transform("IRS", -0.2) == 0
    assert list(back_transform("IRFT", [-0.2, 0.05], time=20)) == [0, 0]


def test_a_number_gives_a_number_and_infinity_its_limit():
    assert isinstance(back_transform("OR", 0), float)
    assert list(back_transform("OR", [-np.inf, np.inf])) == [0, np.inf]


def test_the_measures_that_are_transformed():
    """All that have a logarithm, root, arcsine or z in them; the others are on their own scale."""
    plain = {
        "SMD", "SMDH", "SMD1", "SMD1H", "MD", "RD", "AS", "PBIT", "OR2DN", "OR2DL", "IRD", "IRSD",
        "MPRD", "COR", "UCOR", "PCOR", "RPB", "RBIS", "PHI", "YUQ", "YUY", "RTET", "PR", "IR", "MN",
        "SMN", "ARAW", "MC", "SMCC", "SMCR", "SMCRH", "PPC1", "PPC2",
    }  # fmt: skip
    assert set(MEASURES) - plain == {*INVERSES, *SIZED}


@pytest.mark.parametrize(
    ("measure", "values", "sizes", "message"),
    [
        ("XX", 1, {}, "measure is 'XX'; allowed: SMD"),
        ("SMD", 1, {}, "SMD needs no back-transformation; those that do: RR, OR,"),
        ("OR", np.nan, {}, "values[0] is nan; every value must be a number"),
        ("OR", "one", {}, "values is not a list of numbers"),
        ("OR", [[1.0]], {}, "values has shape (1, 1); it must be one-dimensional"),
        ("OR", 1, {"n": 9}, "OR is put back without n"),
        ("PFT", 1, {}, "PFT needs n, the studies' sizes, to be put back"),
        ("PFT", 1, {"n": 9, "time": 9}, "PFT is put back without time"),
        ("PFT", 1, {"n": 0}, "n[0] is 0.0; n (participants in the one sample) must be"),
        ("IRFT", 1, {"n": 9}, "IRFT is put back without n"),
        ("IRFT", 1, {"time": -1}, "time[0] is -1.0; time (person-time of the one sample) must be"),
    ],
)
def test_refusals(measure, values, sizes, message):
    with pytest.raises(ValueError) as refusal:
        back_transform(measure, values, **sizes)
    assert str(refusal.value).startswith(message)
