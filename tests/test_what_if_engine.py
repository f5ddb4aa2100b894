"""The page's code by itself, in Chromium: what is too rare in its states, against the engine."""

from __future__ import annotations

import random
from itertools import product

import pytest

import analysis as ma
from analysis.content.whatif import INTERVALS, METHODS
from analysis.display.numbers import number
from analysis.display.whatif import HERE

SUMS = "".join(
    (HERE / name).read_text(encoding="utf-8") for name in ("distributions.js", "engine.js")
)
COMPARE = f"""cases => {{
  {SUMS}
  return cases.map(([yi, vi, labels, method, ci]) => engine.betweenByF(
    yi.map((y, i) => ({{ yi: y, vi: vi[i] }})), labels.map(x => x ?? undefined), {{ method, ci }}));
}}"""

SHOW = f"""cases => {{
  {(HERE / "words.js").read_text(encoding="utf-8")}
  return cases.map(([x, places]) => words.digits(x, places));
}}"""
NO_DATA = '<script type="application/json" id="what-if-data">{}</script>'


def groups(draw: random.Random) -> tuple[list[float], list[float], list[str]]:
    """Effects, variances and labels of two to four groups, some of a single study."""
    names = "abcd"[: draw.choice([2, 2, 3, 4])]
    labels = [*names, *(draw.choice(names) for _ in range(draw.choice([1, 2, 5, 12, 30])))]
    tau, apart = draw.choice([0, 0.1, 0.6]), draw.choice([0, 0.3, 2])
    vi = [draw.uniform(0.01, 0.3) for _ in labels]
    yi = [
        draw.gauss(apart * names.index(label), (tau**2 + v) ** 0.5)
        for label, v in zip(labels, vi, strict=True)
    ]
    return yi, vi, labels


@pytest.mark.parametrize("draws", [40, pytest.param(600, marks=pytest.mark.long)])
def test_groups_with_a_common_tau2_are_compared_as_a_regression_does(visit, draws):
    draw = random.Random(9)
    intervals = [ci for ci in INTERVALS if ci != "z"]
    cases = [
        (*groups(draw), method, ci)
        for _, method, ci in product(range(draws), METHODS, intervals)
    ]  # fmt: skip
    shown = visit("about:blank").evaluate(COMPARE, cases)
    for case, found in zip(cases, shown, strict=True):
        yi, vi, labels, method, ci = case
        indicators = [[float(x == name) for name in sorted(set(labels))[1:]] for x in labels]
        fit = ma.meta_regression(yi, vi=vi, X=indicators, method=method, ci=ci)
        assert (found["m"], found["df"]) == (fit.q_m_df, fit.df)
        assert found["f"] == pytest.approx(fit.q_m, rel=1e-7), case
        assert found["pvalue"] == pytest.approx(fit.q_m_pvalue, rel=1e-6), case


@pytest.mark.parametrize("labels", [["a", "b", "c"], ["a", "a", "a"], [None, "a", "b"]])
def test_groups_that_leave_no_degree_of_freedom_are_not_compared(visit, labels):
    case = [0.1, 0.5, 0.2], [0.1, 0.1, 0.1], labels, "REML", "hksj-adhoc"
    assert visit("about:blank").evaluate(COMPARE, [case]) == [None]


def test_groups_without_any_scatter_within_have_no_error_of_their_own(visit):
    case = [0.1, 0.1, 0.5, 0.5], [0.1, 0.1, 0.2, 0.1], list("aabb"), "REML"
    page = visit("about:blank")
    own, larger = page.evaluate(COMPARE, [(*case, "hksj"), (*case, "hksj-adhoc")])
    assert own is None
    # By hand: weights 20 and 15, so that the squared distance 0.16 has the weight 20 * 15 / 35.
    assert larger["f"] == pytest.approx(0.16 * 300 / 35, rel=1e-12)


def test_numbers_are_rounded_as_python_rounds_them(visit):
    """Those exactly between two, the odd ones over 2^(places + 1), and any others."""
    draw = random.Random(5)
    cases = []
    for places in range(8):
        for _ in range(300):
            between = (2 * draw.randrange(10 ** draw.choice([1, 2, 6])) + 1) / 2 ** (places + 1)
            dyadic = draw.randrange(10**6) / 2 ** draw.randrange(20)
            cases += [(draw.choice([1, -1]) * x, places) for x in (between, dyadic, draw.gauss())]
    cases += [
        (0.0, 2),
        (-0.0, 2),
        (-0.004, 2),
        (-0.005, 2),
        (0.5, 0),
        (-0.5, 0),
        (1.5, 0),
        (2.5, 0),
    ]
    page = visit("about:blank")
    page.set_content(NO_DATA)
    shown = page.evaluate(SHOW, cases)
    assert shown == [number(x, places) for x, places in cases]
