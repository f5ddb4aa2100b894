"""The sets of effects that today's methods are tried on, and how their results are registered.

d         the effects of an outcome as they were reconstructed       <outcome>.reml
g         the same with Hedges' correction for small samples        <outcome>.reml.g
flagged   the first without the trials flagged as influential        <outcome>.reml.without.flagged

Hedges' g is J d and its variance J² that of d (Borenstein et al. 2009, eq. 4.22 to 4.24), J by the
gamma function from the group sizes of the table of trials (Hedges 1981).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np
import pandas as pd

from ..display.registry import Registry
from ..display.sentence import listed
from ..engine.effect_size import effect_size
from .outcome import Outcome
from .pooled import Statistic, decimals, effect_names

FEWEST_PARTICIPANTS = 4  # of both groups, below which the correction is not defined
Sizes = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Sample:
    """Effects `yi` with variances `vi` of `studies`: below which `prefix` their results stand.

    `words` say what the results have in common, `inputs` name the values that hold the effects.
    """

    prefix: str
    words: str
    studies: tuple[str, ...]
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    inputs: tuple[str, ...]

    @property
    def effects(self) -> dict:
        """The effects and variances as the engine's functions take them."""
        return {"yi": np.array(self.yi), "vi": np.array(self.vi)}

    def without(self, left_out: Iterable[str], prefix: str, words: str) -> Sample:
        """The sample that leaves these studies out, its results below `prefix`."""
        gone = set(left_out)
        kept = [i for i, study in enumerate(self.studies) if study not in gone]
        each = (tuple(part[i] for i in kept) for part in (self.studies, self.yi, self.vi))
        return Sample(prefix, words, *each, self.inputs)


def group_sizes(studies: pd.DataFrame) -> Sizes:
    """Both group sizes of each trial in `studies` that has them, large enough for the correction."""
    rows = studies.to_dict("records")
    printed = {row["study"]: (row["n_treatment"], row["n_control"]) for row in rows}
    sizes = {s: tuple(map(int, n)) for s, n in printed.items() if all(x.isdecimal() for x in n)}
    return {study: n for study, n in sizes.items() if sum(n) >= FEWEST_PARTICIPANTS}


def as_reconstructed(outcome: Outcome, words: str) -> Sample:
    """The sample of all effects of `outcome` as they are."""
    effects = outcome.effects
    columns = (tuple(getattr(e, name) for e in effects) for name in ("study", "yi", "vi"))
    return Sample(f"{outcome.key}.reml", words, *columns, effect_names(effects))


def add_corrected(registry: Registry, outcome: Outcome, sizes: Sizes, words: str) -> Sample:
    """Register Hedges' g of `outcome`'s trials with their `sizes`, say which do not fit; the sample."""
    yi, vi, inputs = [], [], []
    for effect in outcome.effects:
        n = sizes.get(effect.study)
        j = 1.0 if n is None else _correction(*n)
        yi.append(j * effect.yi)
        vi.append(j**2 * effect.vi)
        prefix = f"{outcome.key}.study.{effect.study}"
        arms = [f"studies.{effect.study}.n_{arm}" for arm in ("treatment", "control")] if n else []
        for name, raw, places, meaning in (
            ("estimate", yi[-1], 2, "Hedges’ g"),
            ("variance", vi[-1], 3, "variance of Hedges’ g"),
        ):
            source = f"{meaning}, {outcome.name_of(effect.study)}"
            given = (f"{prefix}.{name}", *arms)
            registry.value(f"{prefix}.g.{name}", raw, decimals(places), source, given)
            inputs.append(f"{prefix}.g.{name}")
    sample = Sample(
        f"{outcome.key}.reml.g", words,
        tuple(e.study for e in outcome.effects), tuple(yi), tuple(vi), tuple(inputs),
    )  # fmt: skip
    registry.phrase(f"{sample.prefix}.exceptions", _exceptions(outcome, sizes), sample.inputs)
    return sample


def _correction(n_treated: int, n_control: int) -> float:
    """Hedges' J for groups of these sizes: the g of a d of 1."""
    found = effect_size("SMD", d=[1.0], n_treated=[n_treated], n_control=[n_control])
    return float(found.yi[0])


def _exceptions(outcome: Outcome, sizes: Sizes) -> str:
    apart = [e for e in outcome.effects if e.basis != "arms"]
    misfit = [outcome.name_of(e.study) for e in apart if e.study in sizes]
    unsized = [outcome.name_of(e.study) for e in outcome.effects if e.study not in sizes]
    said = []
    if misfit:
        said.append(listed(misfit))
    if unsized:
        said.append(f"no group sizes, and no correction, for {listed(unsized)}")
    return "; ".join(said) or "none"


def add_statistics(
    registry: Registry,
    prefix: str,
    result,
    statistics: Mapping[str, Statistic],
    words: str,
    inputs: tuple[str, ...],
) -> None:
    """Register the `statistics` of `result`, or their absence where it is None, below `prefix`."""
    for name, statistic in statistics.items():
        raw = None if result is None else statistic.read(result)
        registry.value(
            f"{prefix}.{name}",
            raw if raw is not None and isfinite(raw) else None,
            statistic.text,
            f"{statistic.meaning}; {words}",
            tuple(f"{prefix}.{i}" for i in statistic.inputs) or inputs,
        )
