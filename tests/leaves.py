"""R's results leaf by leaf: what a method of the engine must reproduce, and what nobody compares.

    document   one file of tests/reference/metafor, parsed
    leaf       a number, a text or a whole array of a document, by its path: "fits/REML/z/tau2"
    family     a function `document -> {path: our value}`, marked with `@family`, or `@family("bias")`
               where it is of documents with that block alone

A test module that compares leaves defines families and hands them to `check`:

    @family
    def pooled(document):
        yield "fits/DL/z/tau2", ma.pool(...).tau2

    @pytest.mark.parametrize("path", FILES, ids=FILES.get)
    @pytest.mark.parametrize("compare", [pooled])
    def test_r_says_the_same(compare, path):
        check(compare, path)

`tests/test_reference_leaves.py` imports every test_engine_against_r_*.py and asserts that each leaf
is in a family or in reference/SKIPPED.md, that each family is checked, and no pattern is idle.
"""

from __future__ import annotations

import fnmatch
import functools
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from pytest import approx
from scipy.special import chdtrc, fdtrc, ndtr, stdtr

REFERENCE = Path(__file__).parent / "reference"
FILES = {path: path.stem for path in sorted((REFERENCE / "metafor").glob("*.json"))}
FAMILIES: list[Callable[[dict], Iterable[tuple[str, object]]]] = []

# The reference's own tolerances: closed forms, and what follows from an iteration stopped at 1e-12.
CLOSED, ITERATIVE = 1e-9, 1e-7
# Where R itself has fewer digits: regressions by the normal equations, fits at its default threshold.
LOSSY = {CLOSED: 1e-8, ITERATIVE: 1e-6}
# A number below this is what rounding or an early stop left of zero.
ZERO = 1e-9
# The absolute tolerance of R's uniroot, at which its meta stops the search for bounds of tau2.
UNIROOT = 2.0**-13
# A p-value below this is 0 to R, or has lost digits to underflow.
UNDERFLOW = 1e-300
# What rounding leaves of zero in an array, as a share of its largest number.
ROUNDING = 1e-10
# R's iterations stop short of the boundary; SCHEMA.md: a tau2 below 1e-9 means 0.
BOUNDARY = {"tau2": ZERO, "sigma2": ZERO, "tau": ZERO**0.5, "I2": 1e-6}


def family(block):
    """Register a function as a family of compared leaves; of no leaves where `block` is absent."""
    if callable(block):
        FAMILIES.append(block)
        return block

    def registered(function):
        @functools.wraps(function)
        def where_there(document):
            return function(document) if block in document else ()

        return family(where_there)

    return registered


@functools.cache
def document(path: Path) -> dict:
    """The parsed file at `path`."""
    return json.loads(path.read_text(encoding="utf-8"))


def document_of(stem: str) -> dict:
    """The parsed file of the data set `stem`."""
    return document(next(path for path, name in FILES.items() if name == stem))


def leaves(node, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Every leaf of `node` with its path; arrays and arrays of rows are one leaf."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{prefix}/{key}" if prefix else key)
    elif isinstance(node, list) and node and all(isinstance(item, dict) for item in node):
        for i, value in enumerate(node):
            yield from leaves(value, f"{prefix}/{i}")
    else:
        yield prefix, node


def skipped() -> list[str]:
    """The patterns of SKIPPED.md; * stands for anything, also across slashes."""
    text = (REFERENCE / "SKIPPED.md").read_text(encoding="utf-8")
    return re.findall(r"^- `([^`]+)`", text, re.MULTILINE)


def covered(path: str, patterns: Iterable[str]) -> bool:
    """Whether one of the `patterns` covers the leaf at `path`."""
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def check(compare, path: Path, tolerance: Callable[[str], float] | float = CLOSED) -> None:
    """Assert that every leaf that the family `compare` yields of the file at `path` agrees with R."""
    theirs = dict(leaves(document(path)))
    wrong = []
    for leaf, ours in compare(document(path)):
        assert leaf in theirs, f"{leaf} is not in {path.name}"
        limit = tolerance(leaf) if callable(tolerance) else tolerance
        if leaf.endswith("pval") and isinstance(theirs[leaf], list):
            # Each on its own: the smallest p matters as much as the largest.
            pairs = list(zip(ours, theirs[leaf], strict=True))
        else:
            pairs = [(ours, theirs[leaf])]
        if not all(agrees(a, b, limit, boundary(leaf)) for a, b in pairs):
            wrong.append(f"{leaf}: {ours} is not {theirs[leaf]}")
    assert not wrong, "\n".join(wrong[:20])


def p_of_theirs(p, statistic, theirs, m=None, df=None):
    """The p-value of R's own statistic `theirs`, where ours, `p`, is that of our `statistic`.

    A small difference of statistics is a large one of small p-values. `m` and `df` as in `tail`.
    """
    assert p == approx(tail(statistic, m, df), rel=1e-12, abs=0, nan_ok=True)
    return None if theirs is None else tail(theirs, m, df)


def tail(x: float, m: int | None, df: float | None) -> float:
    """What is beyond `x` in chi-squared on `m` or F(`m`, `df`); without `m`, on both sides in z or t."""
    if m is None:
        return float(2 * (ndtr(-abs(x)) if df is None else stdtr(df, -abs(x))))
    if m == 0:
        return 1.0
    return float(chdtrc(m, x) if df is None else fdtrc(m, df, x))


def bounds(own, theirs, tau2):
    """The leaves of R's meta with the bounds of I2, H and `tau2`; as R's where its search stopped."""
    alone = own.confint(kind="HT")
    values = {
        "lower.I2": alone.i2.low / 100, "upper.I2": alone.i2.high / 100,
        "lower.H": math.sqrt(alone.h2.low), "upper.H": math.sqrt(alone.h2.high),
    }  # fmt: skip
    if "lower.tau2" in theirs:
        ours = {"lower.tau2": tau2.low, "upper.tau2": tau2.high}
        values |= {
            leaf: theirs[leaf] if abs(value - theirs[leaf]) < UNIROOT else value
            for leaf, value in ours.items()
        }
    return values


def boundary(leaf: str) -> float:
    """Below what R's value of `leaf` means 0; 0 for what is not on a boundary."""
    names = (re.sub(r"\.(w|del)$", "", name) for name in reversed(leaf.split("/")))
    return next((BOUNDARY[name] for name in names if name in BOUNDARY), 0.0)


def agrees(ours, theirs, tolerance: float, zero: float = 0.0, floor: float = UNDERFLOW) -> bool:
    """Whether `ours` is `theirs` within a relative `tolerance`, element by element for arrays.

    Where ours is 0, theirs may be anything below `zero`; a difference of at most `floor` is rounding.
    """
    if isinstance(theirs, list):
        ours = np.asarray(ours).tolist() if not isinstance(ours, list) else ours
        floor = max(floor, ROUNDING * largest(theirs))
        return len(ours) == len(theirs) and all(
            agrees(a, b, tolerance, zero, floor) for a, b in zip(ours, theirs, strict=True)
        )
    if theirs is None:
        return ours is None or (isinstance(ours, float) and math.isnan(ours))
    if isinstance(theirs, str) and theirs in ("Inf", "-Inf"):
        return ours == float(theirs)
    if isinstance(theirs, str | bool):
        return ours == theirs
    if ours is None or (ours == 0 and abs(theirs) < zero):
        return ours is not None
    return abs(ours - theirs) <= max(tolerance * abs(theirs), floor)


def largest(values) -> float:
    """The largest absolute number in nested lists."""
    if isinstance(values, list):
        return max((largest(item) for item in values), default=0.0)
    return abs(values) if isinstance(values, int | float) else 0.0
