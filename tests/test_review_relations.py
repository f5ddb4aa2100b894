"""What binds printed numbers, on made-up ones that fit, and with a digit of each changed."""

from __future__ import annotations

import math

import pytest

from analysis.review.relations import ANY, COUNTS, EGGER, KENDALL, LABELS, NORMAL, TESTS, span

# An effect of 0.5 with an error of 0.1: 0.5 -+ 0.196 and z = 5; of 0.05, z = 0.5 and p = .617.
LARGE = {"estimate": "0.50", "se": "0.10", "ci_low": "0.30", "ci_high": "0.70", "statistic": "5.00",
         "pvalue": "<.001"}  # fmt: skip
SMALL = {"estimate": "0.050", "se": "0.100", "ci_low": "-0.146", "ci_high": "0.246",
         "statistic": "0.50", "pvalue": "0.617"}  # fmt: skip
# Chi-squared with 2 degrees of freedom has the tail exp(-q/2): at 6, .0498. I² is 1 - 2/6.
SPREAD = {"q": "6.000", "q_df": "2", "q_pvalue": ".050", "i2": "66.667", "k": "3"}
LINE = {"q_e": "6.000", "q_e_df": "2", "q_e_pvalue": ".050", "i2": "66.667", "k": "4"}
BETWEEN = {"q_between": "6.00", "q_between_df": "2", "q_between_pvalue": ".050"}
# t with a degree of freedom is Cauchy's: the upper tail at 1 is a quarter, at tan(.475 pi) .025.
T95 = math.tan(0.475 * math.pi)
INTERCEPT = {"estimate": "2.000", "se": "2.000", "ci_low": f"{2 - 2 * T95:.3f}",
             "ci_high": f"{2 + 2 * T95:.3f}", "statistic": "1.000", "df": "1", "pvalue": ".500",
             "k": "3"}  # fmt: skip
# Of 5 trials S has the variance 5 * 4 * 15 / 18; with the correction 7 of 10 pairs are left of 8.
Z = 7 / math.sqrt(5 * 4 * 15 / 18)
RANKS = {"statistic": "8", "tau": "0.700", "z": f"{Z:.3f}",
         "pvalue": f"{math.erfc(Z / math.sqrt(2)):.3f}", "k": "5"}  # fmt: skip
FITTING = {
    "large": (NORMAL, LARGE), "small": (NORMAL, SMALL), "spread": (NORMAL, SPREAD),
    "line": (NORMAL, LINE), "between": (NORMAL, BETWEEN), "egger": (EGGER, INTERCEPT),
    "kendall": (KENDALL, RANKS),
}  # fmt: skip


def broken(relations, texts):
    return [relation for relation in relations if not relation.holds(texts)]


@pytest.mark.parametrize("name", FITTING)
def test_numbers_that_belong_together(name):
    relations, texts = FITTING[name]
    assert broken(relations, texts) == []
    checked = [
        r for r in relations if set(r.names) <= set(texts) and r.leaves(texts) not in (None, ANY)
    ]
    assert {n for relation in checked for n in relation.names} == set(texts)


@pytest.mark.parametrize(
    ("name", "statistic", "text"),
    [
        ("large", "estimate", "0.40"),
        ("large", "statistic", "6.00"),
        ("large", "se", "0.20"),
        ("large", "pvalue", ">.05"),
        ("small", "pvalue", "0.671"),
        ("small", "ci_low", "-0.046"),
        ("small", "ci_high", "0.264"),
        ("spread", "q", "9.000"),
        ("spread", "i2", "66.767"),
        ("spread", "q_pvalue", ".150"),
        ("spread", "q_df", "3"),
        ("spread", "k", "4"),
        ("line", "q_e_df", "1"),
        ("line", "q_e_pvalue", ".005"),
        ("line", "k", "3"),
        ("between", "q_between", "6.60"),
        ("between", "q_between_df", "1"),
        ("between", "q_between_pvalue", ".060"),
        ("egger", "estimate", "1.000"),
        ("egger", "se", "2.200"),
        ("egger", "ci_low", "-23.142"),
        ("egger", "statistic", "1.001"),
        ("egger", "df", "2"),
        ("egger", "pvalue", ".600"),
        ("egger", "k", "4"),
        ("kendall", "statistic", "9"),
        ("kendall", "statistic", "-8"),
        ("kendall", "tau", "0.701"),
        ("kendall", "z", "1.714"),
        ("kendall", "pvalue", ".084"),
        ("kendall", "k", "6"),
    ],
)  # fmt: skip
def test_a_number_changed_is_noticed(name, statistic, text):
    relations, texts = FITTING[name]
    found = broken(relations, texts | {statistic: text})
    assert found
    assert all(statistic in relation.names for relation in found)


@pytest.mark.parametrize("s", ["-1", "0", "1"])
def test_a_score_within_the_correction_is_none(s):
    assert broken(KENDALL, {"statistic": s, "tau": "0.00", "pvalue": "1.00", "k": "5"}) == []


def test_a_count_is_no_other_than_printed():
    assert span("k", "7") == span("df", "7") == (7, 7)
    assert span("q", "7") == (6.5, 7.5)


@pytest.mark.parametrize(
    ("relations", "texts"),
    [
        (KENDALL, {"statistic": "0", "tau": "0.9", "z": "9", "k": "1"}),
        (EGGER, INTERCEPT | {"df": "0", "k": "2"}),
        (NORMAL, {"q": "0.000", "q_df": "0", "q_pvalue": "1.000", "i2": "0.000", "k": "1"}),
        (NORMAL, {"estimate": "0.1", "se": "0.0", "statistic": "9"}),
    ],
)
def test_where_too_little_is_there_nothing_is_said(relations, texts):
    assert broken(relations, texts) == []


def test_every_number_of_a_relation_has_a_name_in_words():
    names = {n for relations in (NORMAL, *TESTS.values()) for r in relations for n in r.names}
    assert names == set(LABELS)
    assert set(COUNTS) <= names


def test_what_is_told_is_the_arithmetic():
    (found,) = broken(NORMAL, BETWEEN | {"q_between_pvalue": ".060"})
    assert found.told(BETWEEN | {"q_between_pvalue": ".060"}) == (
        "p is the tail of chi-squared: Q of 6.00 and degrees of freedom of 2 give a p of "
        f"{math.exp(-6.005 / 2):.4g} to {math.exp(-5.995 / 2):.4g}, but .060 is printed."
    )
