"""What the summary says of subgroups and slopes: the clear ones, and of how many tests they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_trials import read

from analysis.display.value import Phrase
from analysis.report.chapters import chapters
from analysis.report.compose import compose, read_data

from leaves import REFERENCE, document

EXAMPLES = Path(__file__).parent.parent / "examples"


def told(registry) -> str:
    return registry.get(Phrase, "outcome.differences").text


def groups(*means: float) -> str:
    """Four studies for each mean, of equal variances, so that categories have these means."""
    rows = (
        f"{kind}{n},{mean + (n - 1.5) / 50},0.01,{kind}\n"
        for kind, mean in zip("abc", means, strict=False)
        for n in range(4)
    )
    return "study,yi,vi,kind\n" + "".join(rows)


def test_a_clear_slope_stands_in_the_summary_with_the_number_of_tests():
    """Of the categories of allocation, the year and the latitude, the last has a p below .05 in R."""
    fits = document(REFERENCE / "metafor" / "bcg_rr.json")["metareg"]
    latitude = fits["ablat"]["fits"]["REML"]["knha"]
    assert latitude["b"][1] < 0 and latitude["pval"][1] < 0.05
    data = read_data(EXAMPLES / "bcg.csv")
    assert told(compose(data)) == (
        "1 of 3 uncorrected tests of subgroups and slopes is significant: where Latitude is higher, "
        f"studies found a lower risk ratio (p\u00a0=\u00a0{latitude['pval'][1]:.3f}); each "
        "was looked at alone, between studies."
    )
    assert 'say("outcome.differences")' in chapters(data)["index.qmd"]


@pytest.mark.parametrize(
    ("means", "said"),
    [
        ((0.9, 0.2), "is 0.20 in studies of “b” and 0.90 in those of “a” (p\u00a0<\u00a00.001)."),
        (
            (0.9, 0.2, 0.5),
            "runs from 0.20 in studies of “b” to 0.90 in those of “a” (p\u00a0<\u00a00.001).",
        ),
    ],
)
def test_categories_that_differ_are_told_with_their_means(tmp_path, means, said):
    assert told(compose(read(tmp_path, groups(*means)))) == (
        "1 of 1 uncorrected test of subgroups and slopes is significant: by kind, the pooled effect "
        + said
    )


def test_what_is_not_clear_is_not_in_the_summary(tmp_path):
    assert told(compose(read(tmp_path, groups(0.5, 0.5)))) == ""


def test_what_cannot_be_tested_counts_for_no_test(tmp_path):
    """A number that fewer than ten studies have, beside categories that differ."""
    header, *rows = groups(0.9, 0.2).splitlines()
    dosed = "".join(f"{row},{n}\n" for n, row in enumerate(rows))
    assert told(compose(read(tmp_path, f"{header},dose\n{dosed}"))).startswith(
        "1 of 1 uncorrected test of"
    )
