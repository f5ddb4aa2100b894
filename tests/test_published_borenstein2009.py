"""Borenstein, Hedges, Higgins & Rothstein (2009), Introduction to Meta-Analysis, chapters 4 to 6.

The examples run through each chapter: means of 103 and 100 (SD 5.5 and 4.5, 50 a group), 5 and 10
events among 100, and r = 0.50 among 100, all to four decimals.
"""

import pytest

from analysis.engine.effect_size import effect_size

MEANS = {
    "mean_treated": 103, "sd_treated": 5.5, "n_treated": 50,
    "mean_control": 100, "sd_control": 4.5, "n_control": 50,
}  # fmt: skip
EVENTS = {"events_treated": 5, "n_treated": 100, "events_control": 10, "n_control": 100}


def check(effects, yi, vi):
    assert effects.yi[0] == pytest.approx(yi, abs=0.00005, rel=0)
    assert effects.vi[0] == pytest.approx(vi, abs=0.00005, rel=0)


def test_mean_difference():
    """Eq. 4.2 with the pooled standard deviation, eq. 4.3 and 4.4; V is the same in eq. 4.5."""
    check(effect_size("MD", **MEANS, variance="HO"), 3.0, 1.0100)
    check(effect_size("MD", **MEANS, variance="LS"), 3.0, 1.0100)


def test_cohens_d():
    """Eq. 4.18 and 4.20."""
    check(effect_size("SMD", **MEANS, correction="none"), 0.5970, 0.0418)


def test_hedges_g():
    """Eq. 4.22 to 4.24, J = 1 - 3/(4·98 - 1)."""
    check(effect_size("SMD", **MEANS, correction="approximate", variance="LS2"), 0.5924, 0.0411)


def test_risk_ratio():
    """Eq. 5.2 and 5.3."""
    check(effect_size("RR", **EVENTS), -0.6931, 0.2800)


def test_odds_ratio():
    """Eq. 5.9 and 5.10."""
    check(effect_size("OR", **EVENTS), -0.7472, 0.3216)


def test_risk_difference():
    """Eq. 5.14 and 5.15."""
    check(effect_size("RD", **EVENTS), -0.0500, 0.0014)


def test_fishers_z():
    """Eq. 6.2 and 6.3."""
    check(effect_size("ZCOR", r=0.5, n=100), 0.5493, 0.0103)
