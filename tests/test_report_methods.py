"""The Methods tell how variances come about, by formulas that give what the report's numbers are."""

from __future__ import annotations

import re
from math import gamma, sqrt

import pypandoc
import pytest
from own_trials import COUNTS, read

from analysis.display.value import Value
from analysis.report.assets import TEMPLATES
from analysis.report.chapters import chapters
from analysis.report.compose import compose

# Ten of a hundred, and thirty of two hundred; or means, SDs and sizes; or a correlation.
EVENTS = COUNTS + "A,10,100,30,200\nB,12,100,30,200\n"
MEANS = "study,m1,sd1,n1,m2,sd2,n2\nA,12,2,20,10,3,30\nB,13,2,20,10,3,30\n"
CORRELATIONS = "study,r,n\nA,0.5,28\nB,0.25,50\n"
CITED = re.compile(r"(?<!\w)@([a-z]+\d{4}[a-z]?)")


def hedges() -> float:
    """The variance of g of the first study of `MEANS`."""
    m = 20 + 30 - 2
    d = 2 / sqrt((19 * 2**2 + 29 * 3**2) / m)
    g = d * gamma(m / 2) / (sqrt(m / 2) * gamma((m - 1) / 2))
    return 1 / 20 + 1 / 30 + g**2 / (2 * (20 + 30))


FORMULAS = {
    "RR": (EVENTS, "$1/a - 1/n_1 + 1/c - 1/n_2$", 1 / 10 - 1 / 100 + 1 / 30 - 1 / 200),
    "OR": (EVENTS, "$1/a + 1/b + 1/c + 1/d$", 1 / 10 + 1 / 90 + 1 / 30 + 1 / 170),
    "RD": (EVENTS, "$ab/n_1^3 + cd/n_2^3$", 10 * 90 / 100**3 + 30 * 170 / 200**3),
    "SMD": (MEANS, "$1/n_1 + 1/n_2 + g^2/(2(n_1 + n_2))$", hedges()),
    "MD": (MEANS, "$s_1^2/n_1 + s_2^2/n_2$", 2**2 / 20 + 3**2 / 30),
    "ROM": (
        MEANS, "$s_1^2/(n_1 m_1^2) + s_2^2/(n_2 m_2^2)$", 4 / (20 * 12**2) + 9 / (30 * 10**2),
    ),
    "ZCOR": (CORRELATIONS, "$1/(n - 3)$", 1 / 25),
}  # fmt: skip


@pytest.mark.parametrize("measure", FORMULAS)
def test_the_variance_follows_the_formula_that_the_methods_print(tmp_path, measure):
    text, formula, variance = FORMULAS[measure]
    (tmp_path / "trials.yml").write_text(f"measure: {measure}", encoding="utf-8")
    data = read(tmp_path, text)
    methods = chapters(data)["chapters/02-methods.qmd"]
    assert formula in methods.replace("\n", " ")
    assert sum(each in methods.replace("\n", " ") for _, each, _ in FORMULAS.values()) == 1
    assert compose(data).get(Value, "outcome.study.a.variance").raw == pytest.approx(variance)


@pytest.mark.parametrize(
    ("columns", "told"), [("study,rr,ci_low,ci_high", True), ("study,log_rr,se", False)]
)
def test_errors_from_intervals_are_told(tmp_path, columns, told):
    rows = ["A,0.5,0.25,1.0", "B,0.8,0.4,1.6"] if told else ["A,0.5,0.25", "B,0.8,0.4"]
    data = read(tmp_path, "\n".join([columns, *rows, ""]))
    methods = chapters(data)["chapters/02-methods.qmd"]
    assert ("width of the confidence interval in the file" in methods) is told


@pytest.mark.parametrize(
    ("measure", "source"), [("OR", "robins1986"), ("RR", "greenland1985"), ("RD", "sato1989")]
)
def test_the_summary_of_mantel_and_haenszel_names_the_source_of_its_error(
    tmp_path, measure, source
):
    (tmp_path / "trials.yml").write_text(f"measure: {measure}", encoding="utf-8")
    methods = chapters(read(tmp_path, EVENTS))["chapters/02-methods.qmd"]
    named = {"robins1986", "greenland1985", "sato1989"} & set(CITED.findall(methods))
    assert named == {source}


def test_every_source_that_a_template_cites_is_among_the_references():
    known = set(re.findall(r"^@\w+\{(\w+),", (TEMPLATES / "references.bib").read_text(), re.M))
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.qmd")]
    cited = {key for text in texts for key in CITED.findall(text)}
    assert cited and cited <= known


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("variance-*.qmd")), ids=lambda p: p.stem)
def test_every_formula_can_be_set(path):
    """A build refuses a formula that cannot be said in plain text, where Pandoc leaves its TeX."""
    text = path.read_text(encoding="utf-8")
    said = pypandoc.convert_text(text, "plain", "markdown")
    assert "$" in text and "$" not in said
