"""The outcomes again by the methods that are recommended today.

REML with Hartung-Knapp intervals (IntHout, Ioannidis & Borm 2014), prediction intervals, Hedges' g,
each trial left out, influence (Viechtbauer & Cheung 2010), PET-PEESE (Stanley & Doucouliagos 2014),
all subsets of the trials (Olkin, Dahabreh & Trikalinos 2012), trials added by precision.

Value names: `<outcome>.reml[.<subset>].<statistic>`, the subset being `g`, `without.<study>`,
`without.flagged` or `cumulative.<study>`; `<outcome>.pet_peese.<statistic>`, `<outcome>.gosh.<…>`.
"""

from __future__ import annotations

from functools import partial
from math import sqrt
from operator import attrgetter

import numpy as np

from ..display.numbers import count, pvalue
from ..display.registry import Registry
from ..display.sentence import listed
from ..display.value import Value
from ..engine.checks import computable
from ..engine.cumulative import cumulative
from ..engine.gosh import gosh
from ..engine.influence import influence
from ..engine.leave_one_out import leave_one_out
from ..engine.pet_peese import pet_peese
from ..engine.pool import Pooled, pool
from .outcome import Outcome
from .pooled import STATISTICS, Statistic, decimals
from .samples import Sample, Sizes, add_corrected, add_statistics, as_reconstructed
from .sensitivity import alias
from .settings import LEVEL
from .wording import ALPHA, direction, prediction

METHOD, CI = "REML", "hksj"
WORDS = "REML with Hartung–Knapp"
SUBSETS = 2**18 - 1  # of the publication's trials; of a larger set so many are drawn
SPREAD = (0.025, 0.5, 0.975)  # quantiles of the subsets' estimates

_T = Statistic(attrgetter("statistic"), decimals(2), "test statistic t", ("estimate", "se"))
_DF = Statistic(attrgetter("df"), count, "degrees of freedom of t", ("k",))
_P = Statistic(attrgetter("pvalue"), pvalue, "significance (p), both tails", ("statistic",))
_TAU = "limit of τ by Q profile"


def _tau_end(end: str, result: Pooled) -> float | None:
    """The `end` of the interval of τ, which a single trial leaves none."""
    found = computable(result.confint)
    return None if found is None else getattr(found.tau, end)


_I2 = Statistic(attrgetter("i2"), decimals(1), "I² in per cent", ("tau2",))
POOLED = {
    name: STATISTICS[name]
    for name in ("k", "estimate", "se", "ci_low", "ci_high", "tau2", "tau")
} | {
    "statistic": _T, "df": _DF, "pvalue": _P, "i2": _I2,
    "se_normal": Statistic(
        lambda p: 1 / sqrt(np.sum(1 / (p.model.v + p.tau2))), decimals(3),
        "standard error of the pooled effect by the normal model", ("tau2",),
    ),
    "tau_low": Statistic(partial(_tau_end, "low"), decimals(2), f"lower {_TAU}"),
    "tau_high": Statistic(partial(_tau_end, "high"), decimals(2), f"upper {_TAU}"),
    "prediction_low": STATISTICS["prediction_low"],
    "prediction_high": STATISTICS["prediction_high"],
}  # fmt: skip
# At a standard error of nought, or its square.
EXTRAPOLATED = {
    "k": STATISTICS["k"],
    "estimate": Statistic(attrgetter("estimate"), decimals(2), "effect without sampling error"),
    "se": Statistic(attrgetter("se"), decimals(3), "its standard error"),
    "ci_low": STATISTICS["ci_low"],
    "ci_high": STATISTICS["ci_high"],
    "statistic": _T,
    "df": _DF,
    "pvalue": _P,
}
AT_ZERO = {
    n: EXTRAPOLATED[n] for n in ("estimate", "se", "ci_low", "ci_high", "statistic", "pvalue")
}
# Of one analysis in a row of them, whose arrays the engine returns.
IN_SERIES = ("k", "estimate", "ci_low", "ci_high", "pvalue")


def add_recommended(registry: Registry, outcome: Outcome, sizes: Sizes) -> tuple[Sample, ...]:
    """Register all of it for `outcome`; return the samples that it was done on."""
    whole = as_reconstructed(outcome, WORDS)
    corrected = add_corrected(registry, outcome, sizes, f"{WORDS}, Hedges’ g")
    flagged = flagged_in(whole)
    rest = whole.without(
        flagged, f"{whole.prefix}.without.flagged", f"{WORDS}, without influential trials"
    )
    samples = whole, corrected, rest
    for sample in samples:
        result = computable(pool, **sample.effects, method=METHOD, ci=CI, level=LEVEL)
        add_statistics(registry, sample.prefix, result, POOLED, sample.words, sample.inputs)
    _add_wording(registry, outcome, whole)
    _add_flagged(registry, outcome, whole, flagged)
    _add_leave_one_out(registry, outcome, whole)
    _add_cumulative(registry, whole)
    _add_pet_peese(registry, outcome, whole)
    _add_gosh(registry, outcome, whole)
    return samples


def flagged_in(sample: Sample) -> tuple[str, ...]:
    """The studies of `sample` that the deletion diagnostics flag as influential."""
    found = computable(influence, **sample.effects, method=METHOD)
    if found is None:
        return ()
    return tuple(s for s, flag in zip(sample.studies, found.influential, strict=True) if flag)


def _add_wording(registry: Registry, outcome: Outcome, sample: Sample) -> None:
    for name, stem, choose in (
        ("direction", "ci", lambda low, high: direction(outcome, low, high)),
        ("prediction", "prediction", prediction),
    ):
        limits = tuple(f"{sample.prefix}.{stem}_{end}" for end in ("low", "high"))
        words = choose(*(registry.get(Value, limit).raw for limit in limits))
        registry.phrase(f"{sample.prefix}.{name}", words, limits)


def _add_flagged(
    registry: Registry, outcome: Outcome, sample: Sample, flagged: tuple[str, ...]
) -> None:
    name = f"{outcome.key}.influence.flagged"
    k = len(flagged) if len(sample.studies) > 1 else None
    registry.value(f"{name}.k", k, count, "trials flagged as influential", sample.inputs)
    words = listed([outcome.name_of(study) for study in flagged]) or "no trial"
    registry.phrase(f"{name}.names", words, (f"{name}.k",))
    clause = "No trial is flagged as influential."
    if k is None:
        clause = "There are too few trials to look for influential ones."
    elif k:
        clause = f"Flagged as influential: {words}."
    registry.phrase(name, clause, (f"{name}.k",))


def _add_leave_one_out(registry: Registry, outcome: Outcome, sample: Sample) -> None:
    prefix = f"{sample.prefix}.without"
    found = computable(leave_one_out, **sample.effects, method=METHOD, ci=CI, level=LEVEL)
    _add_series(registry, prefix, sample, found, sample.studies)
    raws = {
        name: {} if found is None else dict(zip(sample.studies, getattr(found, name), strict=True))
        for name in ("estimate", "pvalue")
    }
    for name, statistic, choose in (
        ("lowest", "estimate", min),
        ("highest", "estimate", max),
        ("weakest", "pvalue", max),
    ):
        study = choose(raws[statistic], key=raws[statistic].get, default=None)
        for shown in IN_SERIES:
            target = f"{prefix}.{study}.{shown}" if study else None
            alias(registry, f"{prefix}.{name}.{shown}", target, STATISTICS[shown].text)
        words = outcome.name_of(study) if study else "no trial"
        registry.phrase(f"{prefix}.{name}.name", words, (f"{prefix}.{name}.{statistic}",))
    whole = f"{sample.prefix}.pvalue"
    inputs = (whole, *(f"{prefix}.{study}.pvalue" for study in sample.studies))
    p = registry.get(Value, whole).raw
    verdict = "There are too few trials to leave any out."
    if found is not None and p is not None:
        turning = [s for s, without in raws["pvalue"].items() if (without < ALPHA) != (p < ALPHA)]
        names = listed([outcome.name_of(study) for study in turning])
        other = "not significant" if p < ALPHA else "significant"
        verdict = "No single trial decides whether the result is significant."
        if len(turning) == 1:
            verdict = f"Significance depends on {names}: without it the result is {other}."
        elif turning:
            verdict = (
                "Significance depends on single trials: the result is "
                f"{other} when any of these alone is left out: {names}."
            )
    registry.phrase(f"{prefix}.verdict", verdict, inputs)


def _add_series(registry: Registry, prefix: str, sample: Sample, found, studies) -> None:
    """Register element after element of the engine's series `found`, one for each of `studies`."""
    for i, study in enumerate(studies if found is not None else ()):
        statistics = {
            name: Statistic(
                lambda series, name=name, i=i: getattr(series, name)[i].item(),
                STATISTICS[name].text, STATISTICS[name].meaning,
            )
            for name in IN_SERIES
        }  # fmt: skip
        add_statistics(
            registry, f"{prefix}.{study}", found, statistics, sample.words, sample.inputs
        )


def _add_cumulative(registry: Registry, sample: Sample) -> None:
    """The trials added one by one, the most precise first."""
    prefix = f"{sample.prefix}.cumulative"
    found = computable(
        cumulative, **sample.effects, order="precision", method=METHOD, ci=CI, level=LEVEL
    )
    order = [] if found is None else [sample.studies[i] for i in found.order]
    _add_series(registry, prefix, sample, found, order)
    # The first trials of the row, so many as make up the more precise part of them.
    early = order[(len(order) - 1) // 2] if order else None
    for name in IN_SERIES:
        target = f"{prefix}.{early}.{name}" if early else None
        alias(registry, f"{prefix}.early.{name}", target, STATISTICS[name].text)
    inputs = f"{prefix}.early.estimate", f"{sample.prefix}.estimate"
    before, after = (registry.get(Value, name).raw for name in inputs)
    words = "cannot be followed and comes"
    if before is not None and after is not None:
        words = "rises" if after > before else "falls" if after < before else "comes, unchanged,"
    registry.phrase(f"{prefix}.change", words, inputs)
    _add_narrow(registry, prefix, sample, found)


def _add_narrow(registry: Registry, prefix: str, sample: Sample, found) -> None:
    """Say of how many trials, added by precision, the interval is narrower than the normal one."""
    sizes: list[str] = []
    if found is not None:
        normal = cumulative(**sample.effects, order="precision", method=METHOD, ci="z", level=LEVEL)
        narrower = found.ci_high - found.ci_low < normal.ci_high - normal.ci_low
        sizes = [count(int(k)) for k in found.k[narrower & (found.k > 1)]]
    text = "nowhere"
    if sizes:
        text = f"with the {listed(sizes)} most precise trials"
    registry.phrase(f"{prefix}.narrow", text, sample.inputs)


def _add_pet_peese(registry: Registry, outcome: Outcome, sample: Sample) -> None:
    prefix = f"{outcome.key}.pet_peese"
    found = computable(pet_peese, **sample.effects, level=LEVEL)
    add_statistics(registry, prefix, found, EXTRAPOLATED, "PET-PEESE", sample.inputs)
    for name, line in (("pet", found and found.pet), ("peese", found and found.peese)):
        own = line.intercept if line else None
        add_statistics(registry, f"{prefix}.{name}", own, AT_ZERO, name.upper(), sample.inputs)
        alias(registry, f"{prefix}.{name}.k", f"{prefix}.k", count)
    alpha = None if found is None else found.alpha
    registry.value(
        f"{prefix}.alpha",
        alpha,
        decimals(2),
        "significance of PET below which PEESE is used, both tails",
    )
    used = "neither line" if found is None else found.used
    registry.phrase(f"{prefix}.used", used, (f"{prefix}.pvalue",))
    limits = tuple(f"{prefix}.ci_{end}" for end in ("low", "high"))
    words = direction(outcome, *(registry.get(Value, limit).raw for limit in limits))
    registry.phrase(f"{prefix}.direction", words, limits)


def subsets_of(sample: Sample):
    """The analyses of all subsets of `sample`, or of as many as `SUBSETS` drawn; None without any."""
    drawn = SUBSETS if 2 ** len(sample.studies) - 1 > SUBSETS else None
    return computable(gosh, **sample.effects, method="DL", subsets=drawn)


def _add_gosh(registry: Registry, outcome: Outcome, sample: Sample) -> None:
    """Where the estimates of the subsets lie, and where with and without the largest effect."""
    prefix = f"{outcome.key}.gosh"
    found = subsets_of(sample)
    estimates = {"": None, "with.largest.": None, "without.largest.": None}
    if found is not None:
        within = found.includes(int(np.argmax(sample.yi)))
        parts = (found.estimate, found.estimate[within], found.estimate[~within])
        estimates = dict(zip(estimates, parts, strict=True))
    for part, values in estimates.items():
        known = values is not None and len(values)
        quantiles = np.quantile(values, SPREAD).tolist() if known else (None,) * len(SPREAD)
        meaning = "of the estimates of the subsets of trials (DerSimonian–Laird)"
        k = len(values) if known else None
        registry.value(f"{prefix}.{part}subsets", k, count, f"number {meaning}", sample.inputs)
        for name, raw in zip(("low", "middle", "high"), quantiles, strict=True):
            source = f"{name} quantile {meaning}"
            registry.value(f"{prefix}.{part}{name}", raw, decimals(2), source, sample.inputs)
