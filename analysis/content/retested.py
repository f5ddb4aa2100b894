"""Asymmetry, the quality rating and the subgroups of an outcome again, by today's methods.

Value names, for each sample of `samples`: `<sample>.egger.<statistic>`, and `.egger.sizes.` where the
weights too are those of the sizes alone; `<sample>.regression.<moderator>.<statistic>`, and below it
`.without.lowest.` and `.without.highest.` with a single trial left out;
`<sample>.<variable>.<statistic>`.

Every test is a meta-regression by REML with Knapp-Hartung errors (Knapp & Hartung 2003): the
subgroups share one tau², and Egger's predictor is sqrt(1/n1 + 1/n2) in place of the standard error,
which an SMD is tied to (Pustejovsky & Rodgers 2019).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter

import numpy as np
import pandas as pd

from ..display.numbers import count, pvalue
from ..display.registry import Registry
from ..engine.checks import computable
from ..engine.egger import Egger, egger
from ..engine.regression import Regression, meta_regression
from ..review.printed import is_number, number
from .pooled import Statistic, decimals
from .recommended import CI, METHOD
from .samples import Sample, Sizes, add_statistics
from .settings import LEVEL
from .subgroups import VARIABLES

LINE = {
    "k": Statistic(attrgetter("k"), count, "number of trials"),
    "estimate": Statistic(attrgetter("estimate"), decimals(3), "slope"),
    "se": Statistic(attrgetter("se"), decimals(3), "standard error of the slope"),
    "ci_low": Statistic(attrgetter("ci_low"), decimals(3), "lower confidence limit of the slope"),
    "ci_high": Statistic(attrgetter("ci_high"), decimals(3), "upper confidence limit of the slope"),
    "statistic": Statistic(
        attrgetter("statistic"), decimals(2), "test statistic t of the slope", ("estimate", "se")
    ),
    "df": Statistic(attrgetter("df"), count, "degrees of freedom of t", ("k",)),
    "pvalue": Statistic(
        attrgetter("pvalue"), pvalue, "significance (p) of the slope", ("statistic",)
    ),
}
BETWEEN = {
    "k": Statistic(attrgetter("k"), count, "number of trials in the categories"),
    "statistic": Statistic(attrgetter("q_m"), decimals(2), "F between the categories"),
    "df": Statistic(attrgetter("q_m_df"), count, "numerator degrees of freedom of F"),
    "df_within": Statistic(attrgetter("df"), count, "denominator degrees of freedom of F"),
    "pvalue": Statistic(
        attrgetter("q_m_pvalue"), pvalue, "significance (p) of F", ("statistic", "df", "df_within")
    ),
}


def add_asymmetry(registry: Registry, sample: Sample, sizes: Sizes) -> None:
    """Register Egger's regression of `sample` on what the group `sizes` alone say of precision."""
    sized = sample.without(set(sample.studies) - set(sizes), sample.prefix, sample.words)
    # The size of one group of two equal ones that would leave the same error.
    effective = [n1 * n2 / (n1 + n2) for n1, n2 in (sizes[study] for study in sized.studies)]
    by_size = {**sized.effects, "vi": np.array([1 / n for n in effective])}
    for name, effects, weights in (
        ("egger", sized.effects, ""),
        ("egger.sizes", by_size, ", with weights by size alone"),
    ):
        found: Egger | None = computable(
            egger, **effects, ni=effective, predictor="sqrtninv", model=METHOD, ci=CI, level=LEVEL
        )
        words = f"Egger’s regression on the group sizes{weights}, {sample.words}"
        add_statistics(registry, f"{sample.prefix}.{name}", found, LINE, words, sample.inputs)


def add_regression(
    registry: Registry, sample: Sample, moderator: str, studies: pd.DataFrame
) -> None:
    """Register the regression of `sample` on the column `moderator` of `studies`."""
    within, xs = _with_moderator(sample, moderator, studies)
    words = f"meta-regression, {sample.words}"
    prefix = f"{sample.prefix}.regression.{moderator}"
    add_statistics(registry, prefix, _slope(within, xs), LINE, words, within.inputs)


def add_regression_without(
    registry: Registry, sample: Sample, moderator: str, studies: pd.DataFrame, name_of: Callable
) -> None:
    """Register the lowest and the highest p of the slope with a single trial of `sample` left out."""
    within, xs = _with_moderator(sample, moderator, studies)
    found = {}
    for i, study in enumerate(within.studies):
        rest = within.without({study}, sample.prefix, sample.words)
        slope = _slope(rest, np.delete(xs, i))
        if slope is not None:
            found[study] = slope
    prefix = f"{sample.prefix}.regression.{moderator}"
    for name, choose in (("lowest", min), ("highest", max)):
        study = choose(found, key=lambda s: found[s]["pvalue"], default=None)
        target = f"{prefix}.without.{name}"
        words = f"meta-regression, {sample.words}, without the trial that leaves the {name} p"
        add_statistics(registry, target, found.get(study), LINE, words, within.inputs)
        named = name_of(study) if study else "no trial"
        registry.phrase(f"{target}.name", named, (f"{target}.pvalue",))


def _with_moderator(
    sample: Sample, moderator: str, studies: pd.DataFrame
) -> tuple[Sample, np.ndarray]:
    """Return the trials of `sample` whose `moderator` is printed, an input too, and what is printed."""
    printed = dict(zip(studies["study"], studies[moderator], strict=True))
    known = {s for s in sample.studies if is_number(printed.get(s, ""))}
    within = sample.without(set(sample.studies) - known, sample.prefix, sample.words)
    inputs = (*sample.inputs, *(f"studies.{study}.{moderator}" for study in within.studies))
    within = replace(within, inputs=inputs)
    return within, np.array([number(printed[study]) for study in within.studies], dtype=float)


def _slope(sample: Sample, xs: np.ndarray) -> pd.Series | None:
    """Return the slope of `sample` on `xs`, None where there is no line."""
    found = computable(_regress, sample, xs[:, None]) if len(set(xs)) > 1 else None
    if found is None:
        return None
    row = {name: float(value) for name, value in found.coefficients.iloc[1].items()}
    return pd.Series(row | {"k": found.k, "df": found.df}, dtype=object)


def add_between(registry: Registry, sample: Sample, variable: str, groups: pd.DataFrame) -> None:
    """Register the test that the categories of `variable` in `groups` have the same effect."""
    rows = groups[groups["variable"] == variable]
    category = dict(zip(rows["study"], rows["category"], strict=True))
    within = sample.without(set(sample.studies) - set(category), sample.prefix, sample.words)
    own = [category[study] for study in within.studies]
    others = sorted(set(own))[1:]  # the first is what they are compared with
    columns = np.array([[float(c == other) for other in others] for c in own])
    found = computable(_regress, within, columns) if others else None
    words = f"categories of {VARIABLES[variable].label.lower()}, {sample.words}"
    add_statistics(registry, f"{sample.prefix}.{variable}", found, BETWEEN, words, sample.inputs)


def _regress(sample: Sample, columns: np.ndarray) -> Regression:
    return meta_regression(**sample.effects, X=columns, method=METHOD, ci=CI, level=LEVEL)
