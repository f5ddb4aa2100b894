"""What contradicts itself in the paper, proved here once more from its digits and words."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_prose import typed_numbers

from analysis.content.audit import STAKES, add_remarks, read_contradictions
from analysis.display.registry import Registry
from analysis.display.table import Table
from analysis.display.value import Value
from analysis.manuscript import REGISTRY
from analysis.review import read_review
from analysis.review.schema import TOUCHES

from conftest import ROOT

REVIEW = read_review(ROOT / "data")
PRINTED = dict(zip(REVIEW.published["id"], REVIEW.published["printed"], strict=True))
FOUND = {row: one for one in read_contradictions(REVIEW) for row in one.suspects}
REMARKS = REVIEW.remarks.to_dict("records")


def printed(prefix: str, *names: str) -> list[float]:
    """The numbers that the paper prints under `prefix`."""
    return [float(PRINTED[f"{prefix}.{name}"]) for name in names]


def both_tails(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


def test_age():
    """b=0.005, 95% CI -0.006, 0.072, z=0.16: the interval's middle is .033."""
    prefix = "results.symptoms.regression.age"
    estimate, low, high, z = printed(prefix, "estimate", "ci_low", "ci_high", "statistic")
    assert (high + 0.0005 + low + 0.0005) / 2 - 0.001 > estimate + 0.0005
    # A lower limit of -.062 has its middle there, and its z.
    assert (high - 0.062) / 2 == pytest.approx(estimate)
    assert estimate / ((high + 0.062) / 3.92) == pytest.approx(z, abs=0.02)
    # An estimate within its rounding, and an upper limit, that have the printed z leave it little more.
    lows = [
        2 * b - h
        for b in np.linspace(estimate - 0.0005, estimate + 0.0005, 201)
        for h in np.linspace(high - 0.0005, high + 0.0005, 201)
        if abs(b / ((h - b) / 1.959964) - z) <= 0.005
    ]
    assert f"{min(lows):.3f}" == "-0.062" and max(lows) == pytest.approx(-0.0605, abs=1e-6)
    assert "-0.062 to -0.060" in FOUND[f"{prefix}.ci_low"].conjecture
    # Nought lies in either interval.
    assert low < 0 < high and FOUND[f"{prefix}.ci_low"].touches == "result"


def test_married():
    """z=-1.94, p=0.52: both tails are .052; neither is below .05."""
    prefix = "results.qol.regression.married_percent"
    z, p = printed(prefix, "statistic", "pvalue")
    tail = both_tails(z)
    assert f"{tail:.3f}" == f"{p / 10:.3f}" == "0.052"
    assert min(both_tails(z - 0.005), tail, p) > 0.05
    assert FOUND[f"{prefix}.pvalue"].touches == "result"
    # The interval does not fit either, but one reason is enough.
    assert FOUND[f"{prefix}.pvalue"].arithmetic.count("is printed") == 1


def test_quality_of_life_by_disorder():
    """Q(2)=7.384, p=.03: the tail exp(-q/2) is .0249, which rounds to .025 and only then to .03."""
    prefix = "results.qol.disorder"
    q, df, p = printed(prefix, "q_between", "q_between_df", "q_between_pvalue")
    tail = math.exp(-q / 2)
    assert df == 2 and f"{tail:.3f} {tail:.2f}" == "0.025 0.02"
    assert math.exp(-(q - 0.0005) / 2) < p - 0.005
    one = FOUND[f"{prefix}.q_between_pvalue"]
    assert max(tail, p) < 0.05 and one.touches == "result"
    # Q or p: nothing tells which, and only p is not ours.
    assert set(one.suspects) == set(one.ids)
    assert one.conjecture == "Rounded to 0.025, and then again, it would be .03."
    statuses = {row.rpartition("_")[2]: REGISTRY.judged[row].verdict.status for row in one.ids}
    assert statuses.pop("pvalue") == "inconsistent"
    assert "inconsistent" not in statuses.values()


def test_degrees_of_freedom_at_follow_up():
    """Q(7)=78.724, I2= 92.378%, seven studies: I² has six degrees of freedom."""
    prefix = "results.symptoms_followup"
    q, df, i2, k = printed(prefix, "q", "q_df", "i2", "k")
    assert 100 * (q - (k - 1)) / q == pytest.approx(i2, abs=0.0005)
    assert 100 * (q - df) / q < i2 - 1 and df == k
    assert f"{prefix}.q_df" in FOUND


def test_the_trials_with_a_length_of_the_original_treatment():
    """Seven studies, Q(6)= 28.74, I2= 79.12%: a line through seven leaves five degrees of freedom."""
    prefix = "results.symptoms.regression.original_weeks"
    k, df, q, i2 = printed(prefix, "k", "q_e_df", "q_e", "i2")
    assert 100 * (q - df) / q == pytest.approx(i2, abs=0.005)
    assert 100 * (q - (k - 2)) / q > i2 + 3
    assert "8 in place of 7" in FOUND[f"{prefix}.k"].conjecture and df + 2 == 8


def test_two_lengths_with_the_same_numbers():
    names = ("estimate", "ci_low", "ci_high", "statistic", "pvalue")
    line = "results.symptoms.regression"
    treatment, comparison = (
        printed(f"{line}.{of}_weeks", *names) for of in ("treatment", "comparison")
    )
    assert treatment == comparison == [-0.005, -0.023, 0.013, -0.52, 0.60]
    assert len(FOUND[f"{line}.treatment_weeks.estimate"].ids) == 2 * len(names)


def test_the_flow():
    """3228 of 401 cannot be; 322 and 79 make 401, and are the 80 and 20 per cent of the text."""
    whole, part, other = printed("flow", "type", "type.pharmacological", "type.combined")
    assert part > whole and whole - other == 322 and str(int(part)).startswith("322")
    assert [round(100 * n / whole) for n in (322, other)] == [80, 20]
    assert FOUND["flow.type.pharmacological"].conjecture.startswith("322 ")


def test_what_looks_wrong_and_is_not():
    """Middles half a unit off are within rounding, and so is p .001 beside p<.001."""
    for prefix in ("symptoms.filled", "symptoms_followup.filled"):
        e, low, high = printed(f"results.{prefix}", "estimate", "ci_low", "ci_high")
        assert abs((low + high) / 2 - e) <= 0.001
        assert f"results.{prefix}.estimate" not in FOUND
    assert both_tails(float(PRINTED["figure5.random.statistic"])) == pytest.approx(0.0007, abs=5e-5)
    # S less 1 of 153 pairs; over its error, its tails are below .001.
    s, tau = printed("results.symptoms.kendall", "statistic", "tau")
    assert (s - 1) / (18 * 17 / 2) == pytest.approx(tau, abs=0.0005)
    assert both_tails((s - 1) / math.sqrt(18 * 17 * 41 / 18)) < 0.001


# Names and labels.


def category_of(variable: str) -> dict[str, str]:
    own = REVIEW.groups[REVIEW.groups["variable"] == variable]
    return dict(zip(own["study"], own["category"], strict=True))


def remark(text: str) -> dict[str, str]:
    """The only row that quotes `text`."""
    (row,) = (r for r in REMARKS if text in (r["text1"], r["text2"]))
    return row


def test_the_effect_that_is_smaller_than_that_of_mood_disorders():
    qol = REVIEW.effects[REVIEW.effects["outcome"] == "qol"]
    lone = [s for s in qol["study"] if category_of("disorder")[s] == "transdiagnostic"]
    assert lone == ["clarke2014"]
    (smd,) = qol.loc[qol["study"] == "clarke2014", "smd"]
    assert float(smd) < float(PRINTED["results.qol.disorder.mood.estimate"])
    assert remark(f"Clarke et al. (2014) {smd}")["touches"] == "conclusion"


def test_more_than_five_trials_of_mood_disorders_were_followed_up():
    followed = REVIEW.effects.loc[REVIEW.effects["outcome"] == "symptoms_followup", "study"]
    assert [category_of("disorder")[s] for s in followed].count("mood") > 5
    assert remark("Mood Disorder")["touches"] == "conclusion"


def test_trials_that_name_a_measure_of_quality_of_life():
    named = REVIEW.studies[REVIEW.studies["qol_measure"] != "NA"]
    reported = REVIEW.effects.loc[REVIEW.effects["outcome"] == "qol", "study"]
    (further,) = set(named["study"]) - set(reported)
    (measure,) = named.loc[named["study"] == further, "qol_measure"]
    assert remark(measure)["text1"].startswith(f"only {len(reported)} of {len(REVIEW.studies)}")


def test_the_scales_of_the_category_of_other_measures():
    measures = REVIEW.studies.set_index("study")["symptom_measure"]
    others = {measures[s].split()[0] for s, c in category_of("measure").items() if c == "other"}
    assert others == {"SCL-20", "YMRS", "GSI", "PAS"}
    assert remark("PAS")["text1"] == "Other measure (SCL, YMRS, GSI)"


def test_the_category_that_is_called_psychodynamic():
    own = {s for s, c in category_of("treatment").items() if c == "other"}
    treatments = REVIEW.studies.set_index("study")["treatment"]
    assert "IPT" in {treatments[s] for s in own}
    assert remark("a psychodynamic treatment")


def test_cells_are_quoted_as_table_2_has_them():
    """A quotation from a trial's row of Table 2 is how a cell of studies.csv begins."""
    cells = {
        f"Table 2, {row['name']}": {" ".join(str(c).split()) for c in row.values()}
        for row in REVIEW.studies.to_dict("records")
    }
    quoted = [
        (r[f"place{n}"], r[f"text{n}"]) for r in REMARKS for n in (1, 2) if r[f"place{n}"] in cells
    ]
    assert len(quoted) > 8
    for place, text in quoted:
        assert any(cell.startswith(text) for cell in cells[place]), (place, text)


@pytest.mark.parametrize("row", REMARKS, ids=lambda row: row["text1"][:30])
def test_our_own_words_hold_no_number(row):
    assert typed_numbers(re.sub(r"Table \d", "", row["what"])) == []


PAPER = os.environ.get("PAPER")


@pytest.mark.skipif(not PAPER, reason="PAPER does not name the paper's text")
@pytest.mark.parametrize("row", REMARKS, ids=lambda row: row["text1"][:30])
def test_every_quotation_stands_in_the_paper_word_for_word(row):
    text = " ".join(Path(PAPER).read_text(encoding="utf-8").split())
    assert row["text1"] in text and row["text2"] in text


def values(name: str) -> list[int]:
    return [REGISTRY.get(Value, f"{name}.{touches}.k").raw for touches in TOUCHES]


@pytest.mark.parametrize("name", ["audit", "remarks"])
def test_the_tables_have_all_and_the_most_consequential_first(name):
    groups = [row.group for row in REGISTRY.get(Table, name).rows]
    heads = list(STAKES.values())
    assert groups == sorted(groups, key=heads.index)
    assert values(name) == [groups.count(head) for head in heads]
    assert sum(values(name)) == REGISTRY.get(Value, f"{name}.k").raw
    assert len(groups) == {"audit": len(set(FOUND.values())), "remarks": len(REMARKS)}[name]


def test_a_quotation_is_text_in_every_format():
    nasty = {"place1": "=1+1", "text1": "<b>`x`</b>", "place2": "#strong[y]", "text2": "]\"$*",
             "what": "=HYPERLINK(\"http://x\")", "touches": "label"}  # fmt: skip
    registry = Registry()
    add_remarks(registry, pd.DataFrame([nasty]))
    table = registry.get(Table, "remarks")
    assert "<b>" not in table.html() and "`x" not in table.html()
    assert '[#"“]\\"$*”, #strong[y]";]' in table.typst()
    assert "\"'=HYPERLINK(" in table.csv()


def test_remarks_are_sorted_by_what_hangs_on_them():
    registry = Registry()
    add_remarks(registry, REVIEW.remarks.iloc[::-1])
    groups = [row.group for row in registry.get(Table, "remarks").rows]
    assert list(dict.fromkeys(groups)) == list(STAKES.values())


def test_without_remarks_the_table_is_empty():
    registry = Registry()
    add_remarks(registry, REVIEW.remarks.iloc[:0])
    assert registry.get(Table, "remarks").rows == ()
    assert registry.get(Value, "remarks.k").raw == 0
