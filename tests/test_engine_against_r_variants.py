"""Further estimators of tau2, weights of one's own, and further intervals, against R, leaf by leaf."""

from __future__ import annotations

import functools
from math import sqrt

import numpy as np
import pytest
from test_engine_against_r_meta import pooled_values
from test_engine_against_r_models import intervals

from analysis.engine.egger import egger
from analysis.engine.pool import pool
from analysis.engine.pool_weighted import pool_weighted
from analysis.engine.tau2 import standard_error

from leaves import CLOSED, FILES, ITERATIVE, bounds, check, family, p_of_theirs

ITERATED = {"ML", "REML", "PL", "SJIT", "PMM", "GENQM", "EB", "PM"}
# metafor's estimators that have the root of Paule and Mandel: SJ, iterated until tau2 stays.
ITERATED_SJ = "PM"


def tolerance(leaf):
    return (
        ITERATIVE if ITERATED & set(leaf.replace(".", "/").replace("_", "/").split("/")) else CLOSED
    )


def data(document):
    given = document.get("input", {})
    return (np.array(given.get(name, []), dtype=float) for name in ("yi", "vi"))


def variant_leaves(name, theirs, result):
    """The leaves of a fit without the tests that `pooled_leaves` of the models compares."""
    values = {
        "k": result.k, "p": 1, "b": [result.estimate], "se": [result.se], "zval": [result.statistic],
        "pval": [p_of_theirs(result.pvalue, result.statistic, theirs["zval"][0])],
        "ci.lb": [result.ci_low], "ci.ub": [result.ci_high],
        "tau2": result.tau2, "se.tau2": result.tau2_se, "I2": result.i2, "H2": result.h2,
        "QE": result.q, "QEdf": result.q_df,
        "QEp": p_of_theirs(result.q_pvalue, result.q, theirs["QE"], result.q_df),
        "QM": result.statistic**2,
        "QMp": p_of_theirs(result.pvalue, result.statistic, sqrt(theirs["QM"])),
        "vcov": [[result.se**2]], "weights": result.weights, "s2w": 1,
    }  # fmt: skip
    if "fit.stats" in theirs:
        found = result.fit_statistics()
        values |= {
            "fit.stats/ll": found.loglik, "fit.stats/dev": found.deviance, "fit.stats/AIC": found.aic,
            "fit.stats/BIC": found.bic, "fit.stats/AICc": found.aicc,
        }  # fmt: skip
    yield from ((f"fits/variants/{name}/{leaf}", value) for leaf, value in values.items())


@family
def estimators(document):
    yi, vi = data(document)
    variants = document.get("fits", {}).get("variants", {})
    for name, method in (("SJIT", ITERATED_SJ), ("PMM", "PMM")):
        if name in variants:
            yield from variant_leaves(name, variants[name], pool(yi, vi=vi, method=method))


@family
def weights_given(document):
    yi, vi = data(document)
    variants = document.get("fits", {}).get("variants", {})
    cases = {
        "GENQ_invvi": ("GENQ", 1 / vi), "GENQ_invsei": ("GENQ", vi**-0.5),
        "GENQM_invsei": ("GENQM", vi**-0.5), "REML_unweighted": ("REML", np.ones_like(vi)),
        "FE_unweighted": ("EE", np.ones_like(vi)), "REML_weights_invsei": ("REML", vi**-0.5),
    }  # fmt: skip
    for name, (method, weights) in cases.items():
        if name in variants:
            result = pool_weighted(yi, vi=vi, weights=weights, method=method)
            yield from variant_leaves(name, variants[name], result)
            if "weights.given" in variants[name]:
                yield f"fits/variants/{name}/weights.given", weights


@family
def tau2_given(document):
    yi, vi = data(document)
    theirs = document.get("fits", {}).get("variants", {}).get("DL_tau2_fixed")
    if theirs:
        result = pool(yi, vi=vi, tau2=0.1)
        for leaf, value in variant_leaves("DL_tau2_fixed", theirs, result):
            # R's error is that of DL at this tau2; the engine's, of a number that is given, is nan.
            own = standard_error(result.model, "DL", 0.1) if leaf.endswith("se.tau2") else value
            yield leaf, own


@family
def likelihood_and_wald(document):
    yi, vi = data(document)
    for method in ("ML", "REML"):
        block = document.get("fits", {}).get(method, {}).get("confint", {})
        for kind in {"PL", "Wald"} & set(block):
            result = pool(yi, vi=vi, method=method)
            prefix = f"fits/{method}/confint/{kind}"
            found = result.confint(kind=kind)
            yield from intervals(prefix, found, result.tau2, result.i2, result.h2)
            yield f"{prefix}/ci.null", found.empty


@family
def metagen(document):
    """Its ad hoc corrections, Kenward and Roger's interval, and bounds of tau2, I2 and H."""
    yi, vi = data(document)
    blocks = document.get("meta", {}).get("metagen", {})
    common = pool(yi, vi=vi, method="EE") if blocks else None

    @functools.cache
    def fit(method, ci):
        return pool(yi, vi=vi, method=method, ci=ci)

    @functools.cache
    def tau2_bounds(method):
        return fit(method, "z").confint(kind="J" if method == "DL" else "QP").tau2

    for name, theirs in blocks.items():
        method, interval, prediction = name.split(".")
        cis = {"HK_se": "hksj-adhoc", "HK_ci": "hksj-wider", "KR": "kenward-roger"}
        cis |= {"HK": "hksj", "classic": "hksj" if prediction == "HK" else "z"}
        own = fit(method, cis[interval])
        # After a Hartung-Knapp test meta's prediction intervals keep the classic error.
        base = own if prediction in ("HK", "KR") else fit(method, "z")
        future = base.prediction_interval(
            df={"HTS": "k-2", "V": "k-1", "HK": "k-1", "KR": "ci"}[prediction]
        )
        values = pooled_values(common, own, theirs) | {
            "lower.predict": future.low, "upper.predict": future.high, "df.predict": future.df,
        }  # fmt: skip
        values |= bounds(own, theirs, tau2_bounds(method))
        if theirs.get("se.tau2") is not None:
            values["se.tau2"] = own.tau2_se
        yield from ((f"meta/metagen/{name}/{leaf}", value) for leaf, value in values.items())


@family
def thompson_and_sharp(document):
    yi, vi = data(document)
    theirs = document.get("meta", {}).get("metabias", {}).get("Thompson")
    if theirs:
        found = egger(yi, vi=vi, model="DL", ci="t")
        values = {
            "statistic": found.statistic, "df": found.df,
            "pval": p_of_theirs(found.pvalue, found.statistic, theirs["statistic"], df=found.df),
            "estimate/bias": found.estimate, "estimate/se.bias": found.se,
            "tau2": sqrt(found.tau2),  # so R's meta names the root
        }  # fmt: skip
        yield from ((f"meta/metabias/Thompson/{leaf}", value) for leaf, value in values.items())


@pytest.mark.parametrize("path", FILES, ids=FILES.get)
@pytest.mark.parametrize(
    "compare",
    [estimators, weights_given, tau2_given, likelihood_and_wald, metagen, thompson_and_sharp],
    ids=lambda f: f.__name__,
)
def test_r_says_the_same(compare, path):
    check(compare, path, tolerance)
