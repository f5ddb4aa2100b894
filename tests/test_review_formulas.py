"""What follows from a statistic of which nothing is known, and what is enclosed where it may be 0."""

from __future__ import annotations

from math import inf, isfinite

import numpy as np
import pytest

from analysis.review import Reconstructed, formulas
from analysis.review.dual import is_positive
from analysis.review.propagate import Propagation
from analysis.review.regressed import Regressed
from analysis.review.verify import Evidence, judge

from by_hand import line

SPANS = [(0.5, 1.5), (1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]
DERIVED = {
    (of, name): how
    for of, formula in {
        "pooled": formulas.pooled("DL", 4),
        "single": formulas.pooled("EE", 1),
        "between": formulas.between("DL", [[0, 1], [2, 3]]),
        "egger": formulas.egger(4),
        "filled": formulas.trimmed_and_filled("DL", [3]),
        "regression": formulas.regression(SPANS),
        "two on a line": formulas.regression(SPANS[:2]),
    }.items()
    for name, (_, how) in formula.derived.items()
}


@pytest.mark.parametrize("which", DERIVED, ids=" ".join)
@pytest.mark.parametrize("end", [inf, -inf])
def test_what_is_derived_of_an_end_at_infinity_is_its_limit(which, end):
    how = DERIVED[which]
    limit = how(1e14 if end > 0 else -1e14)
    assert isfinite(limit) and how(end) == pytest.approx(limit, abs=1e-11)


def effect(d: float, half: float, se: float, se_half: float) -> Reconstructed:
    """An effect of which `d` and `se` are printed, each to be had within its half unit."""
    corners = [(d + a * half, se + b * se_half) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return Reconstructed(
        "a", "o", "rounding", d, se * se, d - half, d + half, se - se_half, se + se_half,
        tuple(corners), None, "",
    )  # fmt: skip


class Of(Evidence):
    """Evidence on the statistic `name` of a regression."""

    def __init__(self, found: Regressed, name: str) -> None:
        self.found, self.name = found, name

    def bounds(self):
        return self.found.bounds(self.name)

    def witness(self, printed):
        found = self.found.witness(self.name, printed)
        return found and found.value

    def tightened(self, printed):
        return self.found.tightened(self.name, printed)


def test_a_q_without_bounds_does_not_prove_that_effects_are_alike():
    """The moderator's digits leave it open whether there is a line at all, so Q has no bound."""
    ys, xs = [0.1, 0.9, 0.3, 1.2, 0.05], [1.0, 1.0, 2.0, 2.0, 1.0]
    records = [effect(y, 0.0, 0.1, 0.0) for y in ys]
    found = Regressed(records, xs, [(x - 0.5, x + 0.5) for x in xs])
    middle = line(np.array(ys), np.full(5, 0.01), np.array(xs))["i2"]
    assert found.in_the_middle("i2") == pytest.approx(middle) and middle > 96
    assert found.bounds("q_e")[1] == inf
    low, high = found.bounds("i2")
    assert low <= middle and high == 100
    assert judge(middle, "96.8", Of(found, "i2")).status != "different"


YS = (0.10, 0.45, 0.30, 0.50, 0.02)
XS = [1.0, 9.0, 4.0, 12.0, 1.0]
SPREAD = [(x - 0.01, x + 0.01) for x in XS]


@pytest.mark.parametrize(("half", "some"), [(0.005, True), (0.05, False)])
def test_a_share_of_what_may_be_nothing_is_anything(half, some):
    """τ² without the line may be 0 or not; or it is not, which evaluating it once does not show."""
    records = [effect(y, half, 0.2, 0.0005) for y in YS]
    assert (Propagation(records, formulas.heterogeneity()).bounds("tau2")[0] > 0) == some
    low, high = Regressed(records, XS, SPREAD).bounds("r2")
    assert -1e-6 < low <= 0 and 0 <= high - 100 < 1e-6
    rng, drawn = np.random.default_rng(5), []
    for _ in range(200):
        y = [record.yi + rng.uniform(-half, half) for record in records]
        v = [(record.sei + rng.uniform(-0.0005, 0.0005)) ** 2 for record in records]
        drawn.append(line(*map(np.array, (y, v, XS)))["r2"])
    assert max(drawn) > 0 and all(low <= share <= high for share in drawn)


def test_halving_cuts_a_range_that_is_one():
    """Of an R² of whose slopes nothing is known, with moderators without rounding but the last."""
    records = [effect(y, 0.05, 0.2, 0.0005) for y in YS]
    spans = [(x, x) for x in XS[:-1]] + [SPREAD[-1]]
    lower, upper = Regressed(records, XS, spans).halves("r2")
    assert lower.formula.spans == (*spans[:-1], (0.99, 1.0))
    assert upper.formula.spans == (*spans[:-1], (1.0, 1.01))


def test_a_share_of_nothing_is_none():
    """Effects that are alike whatever their digits leave."""
    alike = [effect(0.3, 0.005, 0.2, 0.0005) for _ in XS]
    assert Propagation(alike, formulas.heterogeneity()).bounds("tau2") == (0, 0)
    assert Regressed(alike, XS, SPREAD).bounds("r2") == (0, 0)


def test_one_effect_that_may_be_0_is_its_own_mean():
    """Its weight over itself is enclosed to a per cent either way, as its se has three digits."""
    (alone,) = records = [effect(0.0, 0.005, 0.2, 0.0005)]
    low, high = Propagation(records, formulas.pooled("DL", 1)).bounds("estimate")
    assert 1.02 * alone.yi_low < low <= alone.yi_low
    assert alone.yi_high <= high < 1.02 * alone.yi_high


def test_bounds_that_exclude_everything_are_an_error():
    """A formula that encloses too little: of what may be above 0 and below it only 0 is kept."""
    wrong = formulas.Formula(
        lambda ys, vs: {"kept": ys[0] if is_positive(ys[0]) else 0 * ys[0]}, {}
    )
    with pytest.raises(AssertionError, match="bounds of kept"):
        Propagation([effect(0.5, 1.0, 0.2, 0.01)], wrong).bounds("kept")
