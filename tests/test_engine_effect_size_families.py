"""Measures of effect: printed examples, and measures and forms that follow from each other."""

from __future__ import annotations

from math import gamma

import numpy as np
import pytest
from scipy import stats

from analysis.engine.effect_size import effect_size

from effect_forms import VALUES
from leaves import REFERENCE, document

TABLE = {"events_treated": 135, "n_treated": 150, "events_control": 40, "n_control": 50}


@pytest.mark.parametrize(
    ("measure", "estimate", "se"),
    [
        ("PHI", 0.1309, 0.0789),
        ("YUQ", 0.3846, 0.1901),
        ("YUY", 0.2000, 0.1071),
        ("PBIT", 0.4399, 0.2456),
        ("OR2DL", 0.4471, 0.2460),
        ("OR2DN", 0.4915, 0.2704),
    ],
)
def test_a_table_of_the_handbook(measure, estimate, se):
    """Cooper, Hedges & Valentine, Handbook of Research Synthesis and Meta-Analysis, table 13.4."""
    found = effect_size(measure, **TABLE)
    assert found.yi[0] == pytest.approx(estimate, abs=5e-5)
    assert found.sei[0] == pytest.approx(se, abs=5e-5)


# Morris (2008), Organizational Research Methods 11, table 5, and the five studies behind it.
MORRIS = {
    "mean_pre_treated": [30.6, 23.5, 0.5, 53.4, 35.6],
    "mean_post_treated": [38.5, 26.8, 0.7, 75.9, 36.0],
    "sd_pre_treated": [15.0, 3.1, 0.1, 14.5, 4.7],
    "n_treated": [20, 50, 9, 10, 14],
    "mean_pre_control": [23.1, 24.9, 0.6, 55.7, 34.8],
    "mean_post_control": [19.7, 25.3, 0.6, 60.7, 33.4],
    "sd_pre_control": [13.8, 4.1, 0.2, 17.3, 3.1],
    "n_control": [20, 42, 9, 11, 14],
}
MORRIS_R = [0.47, 0.64, 0.77, 0.89, 0.44]


def test_two_arms_before_and_after():
    """The estimates are Morris's; the variances, which he does not print, those of metafor's authors."""
    first = effect_size("PPC1", **MORRIS, r_treated=MORRIS_R, r_control=MORRIS_R)
    assert first.yi == pytest.approx([0.7421, 0.9524, 1.8054, 1.1514, 0.5050], abs=5.1e-5)
    assert first.vi == pytest.approx([0.1138, 0.0426, 0.2833, 0.1458, 0.1667], abs=5.1e-5)
    second = effect_size("PPC2", **MORRIS, r=MORRIS_R)
    assert second.yi == pytest.approx([0.7684, 0.8010, 1.2045, 1.0476, 0.4389], abs=5.1e-5)
    assert second.vi == pytest.approx([0.1134, 0.0350, 0.1425, 0.0681, 0.1634], abs=5.1e-5)


def test_what_later_versions_of_metafor_do():
    """Normand (1999), studies 1 to 4, and an example of Bonett's (2008), by metafor 5's own tests."""
    raw = document(REFERENCE / "metafor" / "normand1999_smd.json")["input"]["raw"]
    names = {
        "m1i": "mean_treated", "sd1i": "sd_treated", "n1i": "n_treated",
        "m2i": "mean_control", "sd2i": "sd_control", "n2i": "n_control",
    }  # fmt: skip
    four = {names[name]: raw[name][:4] for name in names}
    smdh = effect_size("SMDH", **four, variance="Bonett")
    assert smdh.yi == pytest.approx([-0.3553, -0.3465, -2.3018, -1.8880], abs=5.1e-5)
    assert smdh.vi == pytest.approx([0.0132, 0.0674, 0.0515, 0.1961], abs=5.1e-5)
    change = {"mean_post": 26, "mean_pre": 22, "n": 60, "r": 0.7}
    smcrh = effect_size("SMCRH", **change, sd_pre=30**0.5, sd_post=20**0.5, variance="Bonett")
    assert (smcrh.yi[0], smcrh.vi[0]) == pytest.approx((0.7210, 0.0133), abs=5e-5)


def test_bonetts_variances_differ_from_the_default_by_the_correction():
    """SMD1H: n - 1 in place of n; the others: without J², here of 24 df."""
    arms = {n: VALUES[n] for n in ("mean_treated", "mean_control", "sd_treated", "sd_control")}
    plain = effect_size("SMD1H", **arms, n_treated=39, n_control=49)
    bonett = effect_size("SMD1H", **arms, n_treated=40, n_control=50, variance="Bonett")
    yi2 = plain.yi[0] ** 2 - bonett.yi[0] ** 2
    assert bonett.vi[0] == pytest.approx(plain.vi[0] - yi2 / (2 * 49), rel=1e-12)
    sizes = {"n_treated": 12, "n_control": 14}
    shrunk = effect_size("SMDH", **arms, **sizes).vi[0]
    bonett = effect_size("SMDH", **arms, **sizes, variance="Bonett").vi[0]
    assert shrunk / bonett == pytest.approx((gamma(12) / (12**0.5 * gamma(11.5))) ** 2, rel=1e-12)


def test_a_partial_correlation_is_one_of_fewer_people():
    """Fisher (1924): each variable held constant counts as a participant less."""
    partial = effect_size("ZPCOR", r=0.4, n=50, predictors=4, variance="Fisher")
    assert partial.vi[0] == pytest.approx(effect_size("ZCOR", r=0.4, n=50 - 3).vi[0], rel=1e-12)
    assert partial.yi[0] == pytest.approx(effect_size("ZCOR", r=0.4, n=50).yi[0], rel=1e-12)


def test_second_order_takes_the_bias_out_of_a_log_ratio():
    """The mean of log(x1/x2) over normal x1, x2 by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    weights = weights / weights.sum()
    x1, x2 = 4 + 2 / 60**0.5 * nodes, 3 + 2.5 / 80**0.5 * nodes
    pairs, shares = np.meshgrid(x1, x2), np.outer(weights, weights).ravel()
    common = {
        "mean_treated": pairs[0].ravel(), "mean_control": pairs[1].ravel(),
        "sd_treated": 2, "sd_control": 2.5, "n_treated": 60, "n_control": 80,
    }  # fmt: skip
    truth = np.log(4 / 3)
    naive = np.sum(shares * effect_size("ROM", **common).yi) - truth
    better = np.sum(shares * effect_size("ROM", **common, correction="second-order").yi) - truth
    assert naive > 0.002 and abs(better) < 0.1 * naive
    spread = np.log(2 / 2.5) + 1 / 118 - 1 / 158 - truth
    cvr = effect_size("CVR", **common, correction="second-order").yi
    assert abs(np.sum(shares * cvr) - spread) < 0.1 * naive


@pytest.mark.parametrize(
    ("measure", "shared"),
    [
        ("RPB", ("n_treated", "n_control")),
        ("RBIS", ("n_treated", "n_control")),
        ("D2ORN", ("n_treated", "n_control")),
        ("D2ORL", ("n_treated", "n_control")),
        ("COR", ("n",)),
        ("UCOR", ("n",)),
        ("PCOR", ("n", "predictors")),
        ("ZPCOR", ("n", "predictors")),
    ],
)
def test_the_forms_of_tests_agree(measure, shared):
    """t, F = t² and its p, by SciPy, tell the same as the d or the r behind them."""
    given = {name: VALUES[name] for name in shared}
    if "n" in given:
        df = given["n"] - given.get("predictors", 1) - 1
        t = 0.3 * np.sqrt(df / (1 - 0.3**2))
        direct = {"r": 0.3}
    else:
        df = given["n_treated"] + given["n_control"] - 2
        t = 0.3 / np.sqrt(1 / given["n_treated"] + 1 / given["n_control"])
        direct = {"d": 0.3}
        by_f = effect_size(measure, f=t**2, sign=-1, **given)
        assert by_f.yi[0] == pytest.approx(effect_size(measure, d=-0.3, **given).yi[0], rel=1e-12)
    expected = effect_size(measure, **direct, **given)
    by_t = effect_size(measure, t=t, **given)
    by_p = effect_size(measure, p=2 * stats.t.sf(t, df), sign=1, **given)
    for found in (by_t, by_p):
        assert found.yi[0] == pytest.approx(expected.yi[0], rel=1e-10)
        assert found.vi[0] == pytest.approx(expected.vi[0], rel=1e-10)


def test_the_forms_of_a_change_agree():
    both = {"mean_post": 3, "mean_pre": 2, "n": 20}
    for measure in ("MC", "SMCC"):
        times = effect_size(measure, **both, sd_post=3, sd_pre=2, r=0.25)
        assert times.to_dict() == effect_size(measure, **both, sd_change=10**0.5).to_dict()
        alone = effect_size(measure, mean_change=1, sd_change=10**0.5, n=20)
        assert times.to_dict() == alone.to_dict()


def test_scaled_odds_ratios_are_odds_ratios_scaled():
    odds = effect_size("OR", **TABLE, add=0.25, to="all")
    for measure, factor in (("OR2DN", 1 / 1.65), ("OR2DL", 3**0.5 / np.pi)):
        scaled = effect_size(measure, **TABLE, add=0.25, to="all")
        assert scaled.yi[0] == pytest.approx(factor * odds.yi[0], rel=1e-12)
        assert scaled.vi[0] == pytest.approx(factor**2 * odds.vi[0], rel=1e-12)
        printed = effect_size(measure, ratio=2, ratio_low=1, ratio_high=4)
        assert printed.yi[0] == pytest.approx(factor * np.log(2), rel=1e-12)
