"""Quality of life among completers: which trials can lie behind a result that is printed alone.

The publication prints the pooled result, not the trials. Every subset of the printed number of trials is
pooled, with everybody's effects; the nearest is the one whose mean and limits are least far from the
printed ones. It is then pooled again with completers' precision: where a trial's quality of life rests
on the group sizes of everybody, its variance grows as that of its symptoms does among completers.

Value names are `qol_completers.<everybody|completers>.<statistic>`, the latter with completers'
precision, each with its `gap`; `qol_completers.search.tried` and `.fitting`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from math import comb

import pandas as pd

from ..display.numbers import count, with_minus
from ..display.registry import Registry
from ..display.sentence import listed
from ..display.table import Column, Row, Table
from ..display.value import Value
from ..engine.pool import pool
from ..review.membership import MOST, search
from ..review.printed import agrees, is_number
from ..review.printed import number as printed_number
from ..review.reconstruct import Reconstructed
from .outcome import Outcome
from .pooled import MODELS, STATISTICS, decimals, effect_names
from .settings import LEVEL
from .verdicts import places

KEY = "qol_completers"
PRINTED = "results.qol_completers."  # rows of published.csv
LOCATION = ("estimate", "ci_low", "ci_high")
SHOWN = (*LOCATION, "q", "i2")
LABELS = {"everybody": "Everybody’s effects", "completers": "With completers’ precision"}

COLUMNS = (
    Column("what", "Result"),
    Column("estimate", "SMD", "right"),
    Column("ci_low", "Lower", "right"),
    Column("ci_high", "Upper", "right"),
    Column("q", "Q", "right"),
    Column("i2", "I², %", "right"),
    Column("gap", "Gap", "right"),
)
NOTE = "Gap: the largest distance of mean and limits from the printed ones."


def add_qol_completers(
    registry: Registry,
    qol: Outcome,
    symptoms: Outcome,
    completers: Outcome,
    published: pd.DataFrame,
) -> None:
    """Register the subset of `qol` that comes nearest to what is `published` for its completers."""
    printed = {
        row["id"].removeprefix(PRINTED): row["printed"]
        for row in published.to_dict("records")
        if row["id"].startswith(PRINTED)
    }
    nearest, tried, fitting = (), 0, 0
    if all(is_number(printed.get(name, "")) for name in ("k", *SHOWN)):
        k = int(printed["k"])
        tried = comb(len(qol.effects), k)
        if 0 < tried <= MOST:
            nearest = _nearest(qol.effects, k, printed)
            location = {name: printed[name] for name in LOCATION}
            fitting = len(search(qol.effects, k, location, MODELS["random"][0]).fitting)
    for name, raw, meaning in (
        ("tried", tried, "subsets of the printed number of trials"),
        ("fitting", fitting, "subsets whose effects can print mean and limits as printed"),
    ):
        registry.value(
            f"{KEY}.search.{name}", raw, count, f"{meaning}; quality of life, completers"
        )
    tables = {
        "everybody": nearest,
        "completers": _with_precision(nearest, symptoms.effects, completers.effects),
    }
    rows = [Row({"what": "Printed"} | {n: with_minus(printed[n]) for n in SHOWN if n in printed})]
    rows += [
        Row({"what": LABELS[name]} | _add_result(registry, name, effects, printed))
        for name, effects in tables.items()
    ]
    registry.add(f"{KEY}.search", Table("qol-completers-search", COLUMNS, tuple(rows), (NOTE,)))
    _add_wording(registry, qol, completers, nearest, printed)


def _gap(result, printed: Mapping[str, str]) -> float:
    return max(abs(getattr(result, n) - float(printed_number(printed[n]))) for n in LOCATION)


def _pool(effects: Sequence[Reconstructed]):
    yi, vi = [e.yi for e in effects], [e.vi for e in effects]
    return pool(yi, vi=vi, method=MODELS["random"][0], level=LEVEL)


def _nearest(effects, k: int, printed: Mapping[str, str]) -> tuple[Reconstructed, ...]:
    return min(combinations(effects, k), key=lambda subset: _gap(_pool(subset), printed))


def _with_precision(nearest, everybody, completers) -> tuple[Reconstructed, ...]:
    """Return `nearest` with the variances that symptoms have among completers, in proportion."""
    whole = {effect.study: effect.vi for effect in everybody}
    part = {effect.study: effect.vi for effect in completers}
    return tuple(
        replace(e, vi=e.vi * part[e.study] / whole[e.study])
        # Otherwise its quality of life was not computed from everybody in the first place.
        if e.basis == "arms" and e.study in whole and e.study in part
        else e
        for e in nearest
    )


def _add_result(registry: Registry, name: str, effects, printed: Mapping[str, str]) -> dict:
    """Register the pooled result of `effects` and its gap; return the table's cells."""
    prefix, cells = f"{KEY}.{name}", {}
    result = _pool(effects) if effects else None
    inputs = effect_names(effects)
    source = f"quality of life, completers, nearest trials; {LABELS[name].lower()}"
    for statistic in ("k", *SHOWN):
        described = STATISTICS[statistic]
        text = described.text
        if statistic in printed and statistic != "k":
            text = decimals(places(printed[statistic]))
        cells[statistic] = registry.value(
            f"{prefix}.{statistic}", described.read(result) if result else None, text,
            f"{described.meaning}; {source}", inputs,
        )  # fmt: skip
    cells["gap"] = registry.value(
        f"{prefix}.gap", _gap(result, printed) if result else None, decimals(3),
        f"largest distance of mean and limits from the printed ones; {source}",
        tuple(f"{prefix}.{n}" for n in LOCATION),
    )  # fmt: skip
    return cells


def _add_wording(registry: Registry, qol, completers: Outcome, nearest, printed) -> None:
    """Say which trials come nearest, and which of the printed digits they give."""
    inputs = tuple(f"{KEY}.{name}.{statistic}" for name in LABELS for statistic in SHOWN)
    if not nearest:
        registry.phrase(f"{KEY}.nearest", "No trials can be looked for.", ())
        registry.phrase(f"{KEY}.digits", "Nothing can be compared.", ())
        return
    chosen = {effect.study for effect in nearest}
    out = [qol.name_of(e.study) for e in qol.effects if e.study not in chosen]
    text = f"Nearest to the printed result come all trials without {listed(out)}"
    if not out:
        text = "All trials are needed for the printed number of them"
    known = {effect.study for effect in completers.effects}
    if {e.study for e in qol.effects if e.study in known} == chosen:
        text += "; these are the trials that also have a result on symptoms among completers"
    registry.phrase(f"{KEY}.nearest", f"{text}.", inputs)
    said = []
    for name, label in LABELS.items():
        values = [registry.get(Value, f"{KEY}.{name}.{statistic}") for statistic in SHOWN]
        met = [v for v, n in zip(values, SHOWN, strict=True) if agrees(v.raw, printed[n])]
        missed = [STATISTICS[n].meaning for v, n in zip(values, SHOWN, strict=True) if v not in met]
        ending = f"all but {listed(missed)}" if met else "none of the printed numbers"
        said.append(
            f"{label}: they give {ending if missed else 'every printed number'} to the digit."
        )
    registry.phrase(f"{KEY}.digits", " ".join(said), inputs)
