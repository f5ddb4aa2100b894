"""Claims that something is the same, is maintained or stands out: what turns each verdict."""

from __future__ import annotations

import pytest

from analysis.content.claim_counts import biased
from analysis.content.rule_kinds import Found
from analysis.content.rules_of_sameness import especially, kept, same_people, unmoved
from analysis.display.numbers import number
from analysis.display.registry import Registry

from edited import CONVENTION, FAILS, HOLDS, OPEN

CATEGORY = {"estimate": 0.9, "ci_low": 0.1, "ci_high": 1.7, "pvalue": 0.03, "k": 3,
            "contrast.estimate": 0.5, "contrast.pvalue": 0.2}  # fmt: skip
OTHER = {"other.estimate": 0.3, "other.pvalue": 0.2}
PEOPLE = {"difference.pvalue": 0.6, "same_trials.difference.pvalue": 0.9, "same_effect.k": 14,
          "same_trials.k": 16}  # fmt: skip


def registry(values, **phrases):
    """A registry of these values by name, and phrases."""
    found = Registry()
    for name, raw in values.items():
        found.value(name, raw, lambda x: number(x, 2), "planted")
    for name, text in phrases.items():
        found.phrase(name.replace("__", "."), text, ())
    return found


def below(prefix, values):
    return {f"{prefix}.{name}": raw for name, raw in values.items()}


def standing_out(**changed):
    names = {name.replace("__", "."): raw for name, raw in changed.items()}
    values = below("new", CATEGORY) | OTHER
    values |= {n if n in OTHER else f"new.{n}": raw for n, raw in names.items()}
    return especially("new", ["other"])(registry(values))


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, OPEN),
        ({"contrast__pvalue": 0.04}, HOLDS),
        ({"contrast__pvalue": 0.04, "contrast__estimate": -0.5}, FAILS),
        ({"pvalue": 0.06}, FAILS),  # nothing favours it
        ({"pvalue": 0.06, "contrast__pvalue": 0.04}, FAILS),
        ({"estimate": -0.9}, FAILS),
        ({"contrast__pvalue": None}, OPEN),
    ],
)
def test_what_stands_out_is_told_by_the_contrast_with_the_others(changed, verdict):
    assert standing_out(**changed).verdict == verdict


def test_what_is_said_of_the_others_follows_them():
    def said(**changed):
        return standing_out(**changed).why

    assert "the largest mean and the only significant mean" in said()
    assert ", not the largest mean" in said(other__estimate=1.0)
    assert "and not the only significant mean" in said(other__pvalue=0.01)
    assert said().endswith("neither shown nor refuted.")
    assert "refuted" not in said(contrast__pvalue=0.04)


@pytest.mark.parametrize(
    ("rest", "pvalue", "verdict"),
    [
        ((0.6, 0.4, 0.8), 0.5, HOLDS),  # the intervals overlap, and no outlier
        ((0.6, 0.4, 0.8), 0.01, CONVENTION),
        ((0.2, 0.1, 0.3), 0.5, CONVENTION),
        ((0.2, 0.1, 0.3), 0.01, FAILS),
        ((2.0, 1.2, 2.8), 0.01, FAILS),  # apart on the other side
        ((None, None, None), None, OPEN),
    ],
)
def test_a_mean_may_stay_in_either_sense(rest, pvalue, verdict):
    names = ("estimate", "ci_low", "ci_high")
    values = below("all", dict(zip(names, (0.8, 0.5, 1.1), strict=True)))
    values |= below("rest", dict(zip(names, rest, strict=True)))
    found = unmoved("all", "rest")(registry(values | {"rest.residual.pvalue": pvalue}))
    assert found.verdict == verdict
    if pvalue is not None:
        assert ("the intervals overlap" in found.why) == (rest[0] == 0.6)


@pytest.mark.parametrize(("p", "verdict"), [(0.6, HOLDS), (0.04, FAILS), (None, OPEN)])
def test_the_same_people_are_compared_without_a_test_of_their_changes(p, verdict):
    planted = registry(
        below("part", PEOPLE | {"same_trials.difference.pvalue": p}), part__changed="A, by 1."
    )
    found = same_people("part")(planted)
    assert found.verdict == verdict
    if p is not None:
        assert found.why.endswith("print the same effect for both. A, by 1.")


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(-0.6, 1.4, OPEN), (0.0, 1.4, HOLDS), (-0.6, -0.1, FAILS)]
)
@pytest.mark.parametrize("rest", [0.01, None])
def test_the_change_decides_in_all_trials_and_is_told_without_its_largest(low, high, verdict, rest):
    values = below("c", {"k": 7, "estimate": 0.4, "ci_low": low, "ci_high": high})
    values |= {"c.largest.estimate": 2.79}
    values |= below("c.without.largest", dict.fromkeys(("estimate", "ci_low", "ci_high"), rest))
    found = kept("c")(registry(values, c__largest__name="A"))
    assert found.verdict == verdict
    assert ("without A, whose effect changed by 2.79, it is 0.01" in found.why) == bool(rest)
    assert "—" not in found.why


@pytest.mark.parametrize("verdict", [HOLDS, FAILS, OPEN])
def test_that_trials_are_missing_needs_asymmetry_and_is_not_shown_by_it(verdict):
    planted = registry({"i2": 81.0, "p": 0.29})
    found = biased(lambda _: Found(verdict, "Egger."), "i2", "p")(planted)
    assert found.verdict == {HOLDS: OPEN}.get(verdict, verdict)
    assert ("cannot be told" in found.why) == ("0.29" in found.why) == (verdict == HOLDS)
