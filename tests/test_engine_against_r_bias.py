"""The tests of bias, trim and fill and the fail-safe N against R's metafor and meta, leaf by leaf."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.engine.begg import begg
from analysis.engine.egger import egger
from analysis.engine.failsafe_n import failsafe_n
from analysis.engine.pet_peese import pet_peese
from analysis.engine.trim_fill import trim_fill

from leaves import CLOSED, FILES, ITERATIVE, ZERO, bounds, check, family

MODELS = {
    "lm": ("OLS", "z"), "FE": ("EE", "z"), "DL": ("DL", "z"),
    "REML": ("REML", "z"), "REML.knha": ("REML", "hksj"),
}  # fmt: skip
FAILSAFE = {
    "Rosenthal": {}, "Rosenthal.alpha01": {"alpha": 0.01}, "Rosenberg": {"method": "Rosenberg"},
    "Orwin": {"method": "Orwin"},
    "Orwin.weighted": {"method": "Orwin", "weights": "inverse-variance"},
}  # fmt: skip
COEFFICIENT = {
    "b": "estimate", "se": "se", "pval": "pvalue", "ci.lb": "ci_low", "ci.ub": "ci_high",
}  # fmt: skip
SUMMARY = {
    "b": "estimate", "se": "se", "zval": "statistic", "pval": "pvalue", "ci.lb": "ci_low",
    "ci.ub": "ci_high", "QE": "q", "k": "k", "ddf": "df",
}  # fmt: skip
META = {
    "TE": "estimate", "seTE": "se", "lower": "ci_low", "upper": "ci_high",
    "statistic": "statistic", "pval": "pvalue",
}  # fmt: skip
# The order of the trim-and-fill entries: one that R refuses holds nothing but the error.
BASES = [("FE", ("FE", "DL", "REML")), *((base, (base,)) for base in ("DL", "REML", "REML.knha"))]
ENTRIES = [
    (base, final, estimator, side)
    for base, finals in BASES
    for estimator in ("L0", "R0", "Q0")
    for side in ("left", "right", "auto")
    for final in finals
]


def studies(content):
    data = content["input"]
    return np.array(data["yi"], dtype=float), np.array(data["vi"], dtype=float)


def zero(ours, theirs):
    """R's number where it and ours are what an iteration leaves of a tau2 of 0, else ours."""
    return theirs if max(abs(ours), abs(theirs)) < ZERO else ours


def tolerance(leaf):
    """Only what rests on REML was iterated."""
    if leaf.startswith("bias/trimfill/"):
        iterated = "REML" in str(ENTRIES[int(leaf.split("/")[2])])
    else:
        iterated = "REML" in leaf
    return ITERATIVE if iterated else CLOSED


@family("bias")
def regression_tests(content):
    yi, vi = studies(content)
    for model, tests in content["bias"]["regtest"].items():
        for predictor, theirs in tests.items():
            ni = content["input"]["ni"] if "ni" in predictor else None
            ours, ci = MODELS[model]
            found = egger(yi, vi=vi, ni=ni, predictor=predictor, model=ours, ci=ci)
            yield from regression_leaves(f"bias/regtest/{model}/{predictor}", found, theirs)


def regression_leaves(path, found, theirs):
    both = found.intercept, found
    for name, ours in {
        "zval": found.statistic, "pval": found.pvalue, "dfs": found.df, "ddf": found.df,
    }.items():  # fmt: skip
        yield f"{path}/{name}", ours
    if theirs["limit"]:
        yield f"{path}/limit/est", found.limit
        yield f"{path}/limit/ci.lb", found.limit_ci_low
        yield f"{path}/limit/ci.ub", found.limit_ci_high
    for name, ours in COEFFICIENT.items():
        if name in theirs["fit"]:
            yield f"{path}/fit/{name}", [getattr(part, ours) for part in both]
    statistic = "tval" if found.model == "OLS" else "zval"
    yield f"{path}/fit/{statistic}", [part.statistic for part in both]
    if found.model == "OLS":
        yield f"{path}/fit/sigma", (found.q_e / found.df) ** 0.5
        yield f"{path}/fit/df", found.df
    else:
        yield f"{path}/fit/tau2", zero(found.tau2, theirs["fit"]["tau2"])
        yield f"{path}/fit/QE", found.q_e
        if found.df:
            yield f"{path}/fit/ddf", [found.df]


@family("bias")
def rank_tests(content):
    yi, vi = studies(content)
    deviates, corrected = begg(yi, vi=vi), begg(yi, vi=vi, continuity=True)
    raw = begg(yi, vi=vi, on="effects")
    raw_corrected = begg(yi, vi=vi, on="effects", continuity=True)
    for name, ours in {
        "tau": deviates.tau, "pval": deviates.pvalue, "S": deviates.s,
        "npairs": deviates.k * (deviates.k - 1) / 2, "tau.a": deviates.tau_a,
        "tau.a.cc": corrected.tau_a, "S.raw": raw.s, "tau.a.raw": raw.tau_a,
        "tau.a.raw.cc": raw_corrected.tau_a,
    }.items():  # fmt: skip
        yield f"bias/ranktest/{name}", ours
    # The same formula with the ties left out of account, which only studies without ties can check.
    if deviates.exact:
        yield "bias/ranktest/var.S.noties", deviates.se**2


@family("bias")
def trimmed_and_filled(content):
    yi, vi = studies(content)
    entries = content["bias"]["trimfill"]
    for i, ((base, final, estimator, side), theirs) in enumerate(
        zip(ENTRIES, entries, strict=True)
    ):
        path = f"bias/trimfill/{i}"
        method, ci = MODELS[final]
        options = {"method": method, "ci": ci, "estimator": estimator, "side": side}
        options["find"] = MODELS[base][0]
        if "error" in theirs:
            with pytest.raises(ValueError, match="Q0 is undefined here"):
                trim_fill(yi, vi=vi, **options)
            yield f"{path}/value", None
            continue
        found = trim_fill(yi, vi=vi, **options)
        yield f"{path}/base", base
        yield f"{path}/final", final
        yield f"{path}/estimator", found.estimator
        yield f"{path}/side.requested", side
        yield f"{path}/side", found.side
        yield f"{path}/k0", found.k0
        yield f"{path}/se.k0", found.k0_se
        if "p.k0" in theirs:
            yield f"{path}/p.k0", found.k0_pvalue
        yield f"{path}/yi.filled", found.yi_filled
        yield f"{path}/vi.filled", found.vi_filled
        for name, ours in SUMMARY.items():
            if name in theirs:
                yield f"{path}/{name}", getattr(found.adjusted, ours)
        yield f"{path}/tau2", zero(found.adjusted.tau2, theirs["tau2"])
        # I2 is 100 tau2 / (tau2 + s2): what is zero there is zero here.
        none = max(found.adjusted.tau2, theirs["tau2"]) < ZERO and final != "FE"
        yield f"{path}/I2", theirs["I2"] if none and found.adjusted.i2 < 1e-6 else found.adjusted.i2


@family("bias")
def failsafe_numbers(content):
    yi, vi = studies(content)
    # The reference's own target: a tenth of the unweighted mean.
    target = {"target": abs(yi.mean()) / 10}
    kinds = FAILSAFE | {
        f"{kind}.target": FAILSAFE[kind] | target for kind in ("Orwin", "Orwin.weighted")
    }
    for kind, options in kinds.items():
        found = failsafe_n(yi, vi=vi, **options)
        path = f"bias/fsn/{kind}"
        yield f"{path}/type", found.method
        yield f"{path}/fsnum", found.n
        if found.method != "Orwin":
            yield f"{path}/alpha", found.alpha
        yield f"{path}/pval", found.pvalue
        yield f"{path}/meanes", found.mean
        yield f"{path}/target", found.target


@family("bias")
def pet_and_peese(content):
    yi, vi = studies(content)
    found = pet_peese(yi, vi=vi)
    for name, line in (("pet", found.pet), ("peese", found.peese)):
        both = line.intercept, line.slope
        for theirs, ours in {**COEFFICIENT, "tval": "statistic"}.items():
            yield f"bias/{name}/{theirs}", [getattr(part, ours) for part in both]
        yield f"bias/{name}/df", line.slope.df
        yield f"bias/{name}/sigma", (line.q_e / line.slope.df) ** 0.5


@family("bias")
def metabias(content):
    yi, vi = studies(content)
    found = egger(yi, vi=vi)
    path = "meta/metabias/Egger"
    for name, ours in {
        "statistic": found.statistic, "df": found.df, "pval": found.pvalue,
        "estimate/bias": found.estimate, "estimate/se.bias": found.se,
        # What meta calls tau2 is the residual standard deviation here.
        "tau2": (found.q_e / found.df) ** 0.5,
    }.items():  # fmt: skip
        yield f"{path}/{name}", ours
    for name, continuity in (("Begg", False), ("Begg.cc", True)):
        theirs = content["meta"]["metabias"][name]
        found = begg(yi, vi=vi, exact=False, continuity=continuity)
        score = found.statistic * found.se
        path = f"meta/metabias/{name}"
        # meta's S is a sum of fractions: 0 comes out as some 1e-16.
        yield f"{path}/statistic", zero(found.statistic, theirs["statistic"])
        yield f"{path}/estimate/ks", zero(score, theirs["estimate"]["ks"])
        yield f"{path}/estimate/se.ks", found.se
        yield f"{path}/pval", found.pvalue


@family("bias")
def meta_trimmed_and_filled(content):
    yi, vi = studies(content)
    for kind, theirs in content["meta"]["trimfill"].items():
        base, estimator, side = kind.removeprefix("trim_").split(".")
        find = {"common": "EE", "random": "DL"}[base]
        options = {"vi": vi, "find": find, "estimator": f"{estimator}0", "side": side}
        filled = {
            "common": trim_fill(yi, method="EE", **options),
            "random": trim_fill(yi, method="DL", **options),
        }
        common, random = filled["common"].adjusted, filled["random"].adjusted
        path = f"meta/trimfill/{kind}"
        yield f"{path}/k0", filled["common"].k0
        for name in filled:
            for leaf, ours in META.items():
                yield f"{path}/{leaf}.{name}", getattr(filled[name].adjusted, ours)
        interval = random.prediction_interval()
        values = {
            "tau2": random.tau2, "se.tau2": random.tau2_se, "Q": random.q, "df.Q": random.q_df,
            "pval.Q": random.q_pvalue, "df.random": float("inf"),
            # A share, and from Q; H is the root of Q/df, and at least 1.
            "I2": common.i2 / 100, "H": max(1.0, common.h2) ** 0.5,
            "lower.predict": interval.low, "upper.predict": interval.high, "df.predict": interval.df,
        }  # fmt: skip
        values |= bounds(random, theirs, random.confint(kind="J").tau2)
        yield from ((f"{path}/{name}", value) for name, value in values.items())


@pytest.mark.parametrize("path", FILES, ids=FILES.get)
@pytest.mark.parametrize(
    "compare",
    [regression_tests, rank_tests, trimmed_and_filled, failsafe_numbers, pet_and_peese, metabias,
     meta_trimmed_and_filled],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_r_says_the_same(compare, path):
    check(compare, path, tolerance)
