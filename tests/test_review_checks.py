"""Checks of a publication's own arithmetic: what the paper fails, and that each check bites."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.review import read_review
from analysis.review.checks import _contradiction, run_checks

REVIEW = read_review(Path(__file__).parents[1] / "data")
CHECKS = {check.name: check for check in run_checks(REVIEW)}


def failed(review, name):
    return next(check.findings for check in run_checks(review) if check.name == name)


def with_cell(frame_name, key, value, column, text):
    """The review with one cell changed: where column `key[0]` is `value`, `column` reads `text`."""
    frame = getattr(REVIEW, frame_name).copy()
    rows = frame[key] == value
    assert rows.any()
    frame.loc[rows, column] = text
    return replace(REVIEW, **{frame_name: frame})


def test_what_the_paper_fails():
    """Q(7) for seven studies, whose I² of 92.378 is that of 6 degrees of freedom: 1 - 6/78.724.
    Quality of life by disorder, Q(2)=7.384, p=.03. A box of Figure 1 whose 3228 and 79 are to be 401."""
    found = {name: [f.text for f in check.findings] for name, check in CHECKS.items()}
    assert {name: len(texts) for name, texts in found.items()} == {
        "rows": 0, "pooled": 0, "heterogeneity": 2, "categories": 0, "arms": 0, "flow": 1,
    }  # fmt: skip
    assert "Q 78.724 with 7 degrees of freedom" in found["heterogeneity"][0]
    assert "Q 7.384 with 2 degrees of freedom does not give p .03" in found["heterogeneity"][1]
    assert round(math.exp(-7.384 / 2), 4) == 0.0249  # the tail of chi-squared with 2 df
    assert "3307, not to 401" in found["flow"][0]
    assert f"{100 * (1 - 6 / 78.724):.2f}" == "92.38"


def test_how_much_was_checked():
    """54 rows in Figures 2, 4-7; in each two pooled rows; 21 categories; a pool without some trials,
    and one of completers' quality of life, for which there is no value of ours."""
    assert CHECKS["rows"].cases == 18 + 16 + 7 + 8 + 5
    assert CHECKS["pooled"].cases == 5 * 2 + 21
    assert CHECKS["heterogeneity"].cases == 2 * (21 + 5 + 1 + 1) + 10
    assert CHECKS["categories"].cases == 7


@pytest.mark.parametrize(
    ("check", "frame", "key", "value", "column", "text"),
    [
        ("rows", "effects", "study", "hinton2005", "z", "5.432"),
        ("pooled", "published", "id", "figure2.fixed.statistic", "printed", "10.865"),
        ("pooled", "published", "id", "table3.measure.bdi.ci_low", "printed", "0.365"),
        ("heterogeneity", "published", "id", "table3.treatment.cbt.i2", "printed", "82.323"),
        ("heterogeneity", "published", "id", "table3.measure.bdi.q_pvalue", "printed", ".711"),
        ("categories", "published", "id", "table3.measure.caps.k", "printed", "3"),
        ("arms", "studies", "study", "wiles2013", "n_control", "236"),
        ("flow", "flow", "id", "reason.no_rct", "count", "32"),
        ("flow", "flow", "id", "screened", "count", "428"),
    ],
)
def test_each_check_bites(check, frame, key, value, column, text):
    before = len(CHECKS[check].findings)
    assert len(failed(with_cell(frame, key, value, column, text), check)) > before


def test_a_flow_box_that_adds_up_is_no_finding():
    assert failed(with_cell("flow", "id", "type.pharmacological", "count", "322"), "flow") == ()


def test_the_numbers_that_contradict_each_other_are_named():
    """An se of 0.2 has the variance 0.04; it takes all three, since smd alone bounds no error."""
    said = _contradiction({"smd": "0.500", "se": "0.200", "variance": "0.090"})
    assert said.startswith("smd 0.500, se 0.200 and variance 0.090 contradict each other")
