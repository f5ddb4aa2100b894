"""The settings search tells settings apart: on data made by known ones, and on the paper's digits."""

from __future__ import annotations

import math
from inspect import signature

import numpy as np
import pytest

from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.engine import egger, pool
from analysis.manuscript import REGISTRY
from analysis.review import dialect
from analysis.review.dialect import AXES, MODEL, Effects, search, together

Y = np.array([0.12, 0.55, 0.31, 1.40, 0.75, -0.22, 0.64])
V = np.array([0.040, 0.055, 0.021, 0.160, 0.033, 0.052, 0.071])
DF = np.array([38.0, 20.0, 90.0, 12.0, 60.0, 44.0, 30.0])
EFFECTS = Effects(Y, V, DF)
NAMES = ("estimate", "se", "ci_low", "ci_high", "statistic", "pvalue")


def printed(result, digits=4):
    return {name: f"{getattr(result, name):.{digits}f}" for name in NAMES}


@pytest.mark.parametrize("ci", ["z", "hksj"])
@pytest.mark.parametrize("method", ["DL", "REML", "PM", "SJ"])
def test_data_made_by_a_setting_are_recognised(method, ci):
    text = printed(pool(Y, vi=V, method=method, ci=ci))
    found = search(MODEL, [(dialect.pooled(EFFECTS), text)])
    assert found.best.met == found.best.of == 6
    assert dict(found.best.setting) == {"correction": "d", "method": method, "ci": ci}
    for axis, rival in found.rivals().items():
        assert rival.setting[axis] != found.best.setting[axis]
        assert rival.met < 6, axis


def test_hedges_correction_is_recognised():
    """J = 1 - 3/(4 df - 1): the corrected effects written out."""
    j = np.array([1 - 3 / (4 * df - 1) for df in DF])
    text = printed(pool(j * Y, vi=j * j * V, method="REML", ci="hksj"))
    found = search(MODEL, [(dialect.pooled(EFFECTS), text)])
    assert dict(found.best.setting) == {"correction": "g", "method": "REML", "ci": "hksj"}
    assert found.best.met == 6


def test_an_effect_without_degrees_of_freedom_is_left_as_it_is():
    y, v = Effects(Y, V, np.full(7, np.nan)).corrected("g")
    assert y == pytest.approx(Y) and v == pytest.approx(V)


def test_one_tail_is_recognised():
    """Egger's p is half of the two-sided one, of which t on 5 degrees of freedom is the same."""
    found = egger(Y, vi=V)
    for tails, p in ((2, found.pvalue), (1, found.pvalue / 2)):
        text = {"statistic": f"{found.statistic:.4f}", "pvalue": f"{p:.4f}"}
        best = search(AXES["egger"], [(dialect.asymmetry(EFFECTS), text)]).best
        assert best.setting["tails"] == tails and best.met == 2


@pytest.mark.parametrize("sign", [1, -1])
def test_a_single_tail_is_that_of_the_sign(sign):
    """Whichever side the effects lie on, one tail is half of both, and never what it leaves of 1."""
    turned = Effects(sign * Y, V, DF)
    for compute in (dialect.asymmetry(turned), dialect.ranks(turned)):
        more = (
            {"on": "deviates", "continuity": True} if "on" in signature(compute).parameters else {}
        )
        both, one = (compute(correction="d", tails=t, **more) for t in (2, 1))
        assert one["pvalue"] == pytest.approx(both["pvalue"] / 2, rel=1e-12)
        assert one["statistic"] == both["statistic"] and one["statistic"] * sign > 0


def test_continuity_is_recognised():
    """Kendall (1970): tau is S, or |S| - 1, over k(k-1)/2; the S of the data is counted here."""
    mean = sum(Y / V) / sum(1 / V)
    deviates = (Y - mean) / np.sqrt(V - 1 / sum(1 / V))
    pairs = [(i, j) for i in range(7) for j in range(i)]
    s = sum(int(np.sign((deviates[i] - deviates[j]) * (V[i] - V[j]))) for i, j in pairs)
    assert s > 1
    spread = math.sqrt(7 * 6 * (2 * 7 + 5) / 18)
    for continuity, size in ((True, s - 1), (False, s)):
        p = math.erfc(size / spread / math.sqrt(2))
        text = {"statistic": str(s), "tau": f"{size / 21:.4f}", "pvalue": f"{p:.4f}"}
        best = search(AXES["kendall"], [(dialect.ranks(EFFECTS), text)]).best
        assert best.met == 3
        assert best.setting["continuity"] is continuity and best.setting["tails"] == 2


def test_a_setting_that_is_not_defined_meets_nothing():
    few = Effects(Y[:2], V[:2], DF[:2])
    found = search(AXES["egger"], [(dialect.asymmetry(few), {"statistic": "0.0"})])
    assert {fit.met for fit in found.fits} == {0}


def test_families_that_share_settings_are_held_to_one():
    """One printed by REML, one by DL: whichever is chosen, one of them is lost."""
    ours = dialect.pooled(EFFECTS)
    apart = [search(MODEL, [(ours, printed(pool(Y, vi=V, method=m)))]) for m in ("REML", "DL")]
    assert [found.best.met for found in apart] == [6, 6]
    both = together(apart, MODEL)
    assert both.best.of == 12 and 6 <= both.best.met < 12
    same = together([apart[0], apart[0]], MODEL)
    assert same.best.met == 12 and same.best.setting["method"] == "REML"


@pytest.mark.parametrize("axis", ["correction", "method", "ci"])
def test_the_papers_setting_stands_out(axis):
    """What Comprehensive Meta-Analysis does meets at least twice as many digits as any other choice."""
    best = REGISTRY.get(Value, "dialect.together.met").raw
    assert best > 2 * REGISTRY.get(Value, f"dialect.together.{axis}.met").raw
    said = REGISTRY.get(Phrase, "dialect.together.best").text
    assert said == "Cohen's d, DL and intervals from z fit best"


def test_trim_and_fill_is_met_whole():
    met, of = (REGISTRY.get(Value, f"dialect.filled.{name}").raw for name in ("met", "of"))
    assert met == of > 0
    assert (
        "Cohen's d, found around the fixed-effect mean, L0" in REGISTRY.get(Table, "dialect").csv()
    )
