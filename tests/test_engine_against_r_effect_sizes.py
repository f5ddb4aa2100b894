"""Effect sizes against R's `escalc`, zero cells and samples of two to four included."""

from __future__ import annotations

from inspect import Parameter, signature

import numpy as np
import pytest
from scipy import stats

from analysis.engine.effect_size import MEASURES, effect_size

from leaves import FILES, check, document, document_of, family

COLUMNS = {
    "m1i": "mean_treated", "sd1i": "sd_treated", "n1i": "n_treated",
    "m2i": "mean_control", "sd2i": "sd_control", "n2i": "n_control",
    "ai": "events_treated", "ci": "events_control", "ri": "r", "ni": "n",
    "x1i": "events_treated", "t1i": "time_treated", "x2i": "events_control", "t2i": "time_control",
}  # fmt: skip
# What R calls the same in another design.
PROPORTION = {"xi": "events", "ni": "n"}
RATE = {"xi": "events", "ti": "time"}
MEAN = {"mi": "mean", "sdi": "sd", "ni": "n"}
ALPHA = {"ai": "alpha", "mi": "items", "ni": "n"}
PARTIAL = {"ti": "t", "mi": "predictors", "ni": "n"}
PAIRED = {
    "ai": "events_both", "bi": "events_treated_only",
    "ci": "events_control_only", "di": "events_neither",
}  # fmt: skip
CHANGE = {"m1i": "mean_post", "m2i": "mean_pre", "ni": "n", "ri": "r"}
# R divides the change by sd1i, which is then the SD before, and compares the spreads as sd1i to sd2i.
BEFORE = CHANGE | {"sd1i": "sd_pre", "sd2i": "sd_post"}
AFTER = CHANGE | {"sd1i": "sd_post", "sd2i": "sd_pre"}
# R's search for the largest likelihood stops early: see `test_tetrachoric_correlations`.
SEARCHED = {"RTET"}


def columns_of(raw, measure) -> dict[str, str]:
    """The columns by R's names, of which some mean another thing in each design."""
    if set(raw) == {"ai", "bi", "ci", "di"}:
        return PAIRED
    if "sdi" in raw:
        return MEAN
    if {"ai", "mi"} <= set(raw):
        return ALPHA
    if "mi" in raw:
        return PARTIAL
    if "xi" in raw:
        return PROPORTION if "ni" in raw else RATE
    if {"m1i", "ri"} <= set(raw):
        return BEFORE if measure in ("SMCR", "SMCRH") else AFTER
    return COLUMNS


def blocks(content):
    """The path of each block of effects, its raw columns and its effects by name."""
    for kind, block in content.get("battery", {}).items():
        yield f"battery/{kind}", block["raw"], block
    if "escalc" in content:
        yield "escalc", content["input"]["raw"], content["escalc"]


@family
def effect_sizes(content):
    for path, raw, block in blocks(content):
        for name, theirs in block.items():
            if name != "raw" and name not in SEARCHED:
                yi, vi = ours(raw, **theirs["args"])
                yield f"{path}/{name}/yi", yi
                yield f"{path}/{name}/vi", vi


def ours(raw, measure, vtype=None, **options):
    """Our effects from R's raw columns and R's arguments; nan for the studies that we refuse."""
    if vtype:
        options["variance"] = vtype
    names = columns_of(raw, measure)
    given = {name: np.array(raw[theirs]) for theirs, name in names.items() if theirs in raw}
    wanted = min((set(form_columns(f)) for f in MEASURES[measure]), key=lambda c: rank(c, given))
    given = {name: given[name] for name in wanted}
    try:
        found = effect_size(measure, **given, **options)
    except ValueError:
        return one_by_one(measure, given, options)
    return found.yi, found.vi


def one_by_one(measure, given, options):
    """Our effects where each study is computed alone, nan for those that we refuse."""
    k = len(next(iter(given.values())))
    effects = np.full((2, k), np.nan)
    for i in range(k):
        try:
            found = effect_size(measure, **{n: v[i] for n, v in given.items()}, **options)
        except ValueError as refusal:
            assert "needs at least" in str(refusal), refusal
        else:
            effects[:, i] = found.yi[0], found.vi[0]
    return effects


def form_columns(form) -> list[str]:
    """The columns that a form of a measure takes."""
    return [n for n, p in signature(form).parameters.items() if p.default is Parameter.empty]


def rank(columns, given) -> int:
    """How many of the `given` columns a form leaves unused; large if it takes others."""
    return len(given) - len(columns) if columns <= set(given) else 99


@pytest.mark.parametrize("path", FILES, ids=FILES.get)
@pytest.mark.parametrize("compare", [effect_sizes], ids=lambda f: f.__name__)
def test_r_says_the_same(compare, path):
    check(compare, path)


def test_every_measure_is_met():
    """In the battery, but for what is compared below, and what R's `escalc` has no name for."""
    met = {leaf.split("/")[2].split(";")[0] for leaf, _ in effect_sizes(document_of("escalc_a"))}
    assert set(MEASURES) - met == {"RTET", "PPC1", "PPC2"}


def tables():
    """Every two-by-two table of the files with R's tetrachoric correlation and its variance."""
    for path in FILES:
        for _, raw, block in blocks(document(path)):
            if "RTET" in block:
                cells = np.array([raw[name] for name in ("ai", "n1i", "ci", "n2i")]).T
                yield from zip(
                    cells.tolist(), block["RTET"]["yi"], block["RTET"]["vi"], strict=True
                )


def test_tetrachoric_correlations():
    """R's search for the largest likelihood stops a few 1e-5 early.

    The model has as many parameters as the table shares, so that its likelihood is largest where it
    gives the shares as observed, which ours does, by SciPy's bivariate normal distribution. Where R
    is at -1 or 1, a cell is empty and we have no effect.
    """
    apart = []
    for (a, n1, c, n2), theirs, their_vi in tables():
        names = ("events_treated", "n_treated", "events_control", "n_control")
        found = effect_size("RTET", **dict(zip(names, (a, n1, c, n2), strict=True)))
        yi, vi = found.yi[0], found.vi[0]
        if min(a, n1 - a, c, n2 - c) == 0:
            assert np.isnan(yi) and np.isnan(vi) and theirs in (None, -1, 1)
            continue
        assert first_cell(n1, a + c, n1 + n2, yi) == pytest.approx(a / (n1 + n2), rel=1e-12)
        assert vi == pytest.approx(their_vi, rel=2e-4)
        apart.append(abs(yi - theirs))
    assert len(apart) > 80 and 1e-6 < max(apart) < 3e-5


def first_cell(row, column, n, r):
    """The share of the first cell, of the margins `row` and `column`, by a correlation of `r`."""
    cuts = stats.norm.ppf([row / n, column / n])
    return stats.multivariate_normal([0, 0], [[1, r], [r, 1]]).cdf(cuts)
