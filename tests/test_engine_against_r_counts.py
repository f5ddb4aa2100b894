"""Mantel-Haenszel, Peto, mixed models and tests of asymmetry of tables against R, leaf by leaf."""

from __future__ import annotations

from dataclasses import replace
from math import inf, sqrt

import numpy as np
import pytest
from scipy.special import chdtrc

from analysis.engine.asymmetry import asymmetry
from analysis.engine.egger import egger
from analysis.engine.glmm import glmm
from analysis.engine.intervals import h2_bounds
from analysis.engine.mantel_haenszel import mantel_haenszel
from analysis.engine.peto import peto
from analysis.engine.pool import pool
from analysis.engine.tau2 import standard_error

from leaves import CLOSED, FILES, bounds, check, family, p_of_theirs

GLMM = 1e-3  # lme4 stops where its optimiser does; SCHEMA.md


def tolerance(leaf):
    return GLMM if leaf.startswith("tables/glmm") else CLOSED


def counts(document, rates=False):
    """The columns of `document` by the engine's names, or None where it has no such table."""
    raw = document.get("input", {}).get("raw", {})
    names = ("x1i", "t1i", "x2i", "t2i") if rates else ("ai", "n1i", "ci", "n2i")
    second = "time" if rates else "n"
    ours = ("events_treated", f"{second}_treated", "events_control", f"{second}_control")
    if "tables" not in document or not set(names) <= set(raw):
        return None
    return {
        name: np.array(raw[column], dtype=float) for name, column in zip(ours, names, strict=True)
    }


def mantel_haenszel_leaves(prefix, found, theirs):
    values = {
        "b": found.estimate, "se": found.se, "zval": found.statistic,
        "pval": p_of_theirs(found.pvalue, found.statistic, theirs["zval"]),
        "ci.lb": found.ci_low, "ci.ub": found.ci_high, "k": found.k, "k.pos": found.k_informative,
        "k.yi": found.k_effects, "QE": found.q,
        "QEp": p_of_theirs(found.q_pvalue, found.q, theirs["QE"], found.q_df),
        "I2": found.i2, "H2": found.h2,
        "MH": found.cmh, "MHp": p_of_theirs(found.cmh_pvalue, found.cmh, theirs["MH"], 1),
        "BD": found.breslow_day, "TA": found.tarone,
    }  # fmt: skip
    df = 1 if found.k_informative is None else found.k_informative - 1
    for name, p in (("BD", found.breslow_day_pvalue), ("TA", found.tarone_pvalue)):
        values[f"{name}p"] = p_of_theirs(p, values[name], theirs[name], df)
    yield from ((f"{prefix}/{name}", value) for name, value in values.items())


@family
def mantel_haenszel_by_metafor(document):
    for rates in (False, True):
        given = counts(document, rates)
        if given is None:
            continue
        tables = document["tables"]
        for measure, theirs in tables["mh"].items():
            yield from mantel_haenszel_leaves(
                f"tables/mh/{measure}", mantel_haenszel(measure, **given), theirs
            )
        if not rates:
            plain = mantel_haenszel("OR", **given, continuity=False)
            yield from mantel_haenszel_leaves("tables/mh.nocorrect", plain, tables["mh.nocorrect"])
            added = mantel_haenszel("OR", **given, to="all", exact=False)
            yield from mantel_haenszel_leaves("tables/mh.add_all", added, tables["mh.add_all"])


@family
def peto_by_metafor(document):
    given = counts(document)
    if given:
        found, theirs = peto(**given), document["tables"]["peto"]
        values = {
            "b": found.estimate, "se": found.se, "zval": found.statistic,
            "pval": p_of_theirs(found.pvalue, found.statistic, theirs["zval"]),
            "ci.lb": found.ci_low, "ci.ub": found.ci_high,
            "k": found.k, "k.pos": found.k_effects, "QE": found.q,
            "QEp": p_of_theirs(found.q_pvalue, found.q, theirs["QE"], found.q_df),
            "I2": found.i2, "H2": found.h2,
        }  # fmt: skip
        yield from ((f"tables/peto/{name}", value) for name, value in values.items())


@family
def mixed_models(document):
    given = counts(document)
    for model, theirs in document["tables"]["glmm"].items() if given else ():
        found = glmm(**given, model=model)
        values = {
            "b": found.estimate, "se": found.se, "zval": found.statistic,
            "pval": p_of_theirs(found.pvalue, found.statistic, theirs["zval"]),
            "ci.lb": found.ci_low, "ci.ub": found.ci_high,
            "tau2": found.tau2, "QE.LRT": found.q, "QE.Wld": found.q_wald, "QE.df": found.q_df,
        }  # fmt: skip
        if found.tau2 == 0:  # else R's is that of the data given the predicted random effects
            values["ll"] = found.loglik
        yield from ((f"tables/glmm/{model}/{name}", value) for name, value in values.items())


OF_THE_ERROR = {f"{name}.common" for name in ("seTE", "lower", "upper", "statistic", "pval")}


@family
def metabin(document):
    """R's meta adds its half to the tables too, and tau2 follows from Q around Mantel-Haenszel.

    The error of its risk difference, and what follows from that, is not ours: reference/README.md.
    """
    given = counts(document)
    for name, theirs in document.get("meta", {}).get("metabin", {}).items() if given else ():
        measure, _, kind = name.partition(".")
        if kind == "Peto":
            common = peto(**given)
        elif kind in ("MH", "Inverse"):
            common = by_meta(measure, given, kind)
        else:
            continue
        values = metabin_values(common, common.random_effects(), theirs)
        for leaf, value in values.items():
            if name != "RD.MH" or leaf not in OF_THE_ERROR:
                yield f"meta/metabin/{name}/{leaf}", value


class Inverse:
    """The inverse-variance summary in the shape of a Mantel-Haenszel one."""

    def __init__(self, yi, vi):
        self.common, self.own = pool(yi, vi=vi, method="EE"), pool(yi, vi=vi, method="DL")

    def __getattr__(self, name):
        return getattr(self.common, name)

    def random_effects(self):
        return self.own


def by_meta(measure, given, kind):
    """The summary as meta makes it: without the studies that say nothing, where RD keeps them."""
    yi, vi = meta_effects(measure, given)
    if kind == "Inverse":
        return Inverse(yi, vi)
    used = informative(given)
    found = mantel_haenszel(measure, **{name: x[used] for name, x in given.items()}, exact=False)
    if measure == "RD":
        found = replace(found, estimate=difference(given))
    return found if measure == "OR" else around(found, yi, vi)


def informative(given):
    a, n1, c, n2 = given.values()
    return (a + c > 0) & (a + c < n1 + n2)


def difference(given):
    """The mean of the plain risk differences by sizes that have the half added."""
    a, n1, c, n2 = given.values()
    more = half(given)
    n, m = n1 + 2 * more, n2 + 2 * more
    return float(np.average(a / n1 - c / n2, weights=n * m / (n + m)))


def half(given):
    """What meta adds to the counts of each study: a half where one of them is 0."""
    a, n1, c, n2 = given.values()
    return 0.5 * ((a == 0) | (c == 0) | (a == n1) | (c == n2))


def around(found, yi, vi):
    """The Mantel-Haenszel summary `found` with Q around it of other effects."""
    q, df = float(np.sum((yi - found.estimate) ** 2 / vi)), len(yi) - 1
    i2, p = max(0.0, 100 * (q - df) / q), float(chdtrc(df, q))
    return replace(found, yi=yi, vi=vi, q=q, q_df=df, i2=i2, h2=q / df, q_pvalue=p)


def meta_effects(measure, given):
    """The effects as meta computes them: RR with a half in the events and in the size alone; RD
    without, but in the variance, and also of studies in which nobody has the event."""
    a, n1, c, n2 = given.values()
    used = informative(given)
    more = half(given)
    if measure == "OR":
        a, b, c, d = a + more, n1 - a + more, c + more, n2 - c + more
        yi, vi = np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    elif measure == "RR":
        yi = np.log((a + more) / (n1 + more) / ((c + more) / (n2 + more)))
        vi = 1 / (a + more) - 1 / (n1 + more) + 1 / (c + more) - 1 / (n2 + more)
    else:
        used = np.ones(len(a), dtype=bool)
        yi = a / n1 - c / n2
        vi = (a + more) * (n1 - a + more) / (n1 + 2 * more) ** 3
        vi = vi + (c + more) * (n2 - c + more) / (n2 + 2 * more) ** 3
    return yi[used], vi[used]


def metabin_values(common, own, theirs):
    future = own.prediction_interval(df="k-1")
    values = {
        "TE.common": common.estimate, "seTE.common": common.se, "lower.common": common.ci_low,
        "upper.common": common.ci_high, "statistic.common": common.statistic,
        "pval.common": p_of_theirs(common.pvalue, common.statistic, theirs["statistic.common"]),
        "TE.random": own.estimate, "seTE.random": own.se, "lower.random": own.ci_low,
        "upper.random": own.ci_high, "statistic.random": own.statistic,
        "pval.random": p_of_theirs(own.pvalue, own.statistic, theirs["statistic.random"]),
        "df.random": inf, "tau2": own.tau2, "Q": common.q, "df.Q": common.q_df,
        "pval.Q": p_of_theirs(common.q_pvalue, common.q, theirs["Q"], common.q_df),
        "I2": common.i2 / 100, "H": sqrt(max(1.0, common.h2)),
        "lower.predict": future.low, "upper.predict": future.high,
        "df.predict": future.df,
    }  # fmt: skip
    if "lower.tau2" in theirs:
        values |= bounds(own, theirs, own.confint(kind="J").tau2)
    low, high = h2_bounds(common.q, common.q_df, 0.95)
    values |= {
        "lower.H": sqrt(low), "upper.H": sqrt(high),
        "lower.I2": (low - 1) / low, "upper.I2": (high - 1) / high,
    }  # fmt: skip
    if "se.tau2" in theirs:
        values["se.tau2"] = standard_error(own.model, "DL", own.tau2)
    return values


@family
def asymmetry_tests(document):
    given = counts(document)
    block = document.get("meta", {}).get("metabin", {}) if given else {}
    for test, theirs in block.get("bias_OR", {}).items():
        if test == "Egger":
            yi, vi = meta_effects("OR", given)
            found = egger(yi, vi=vi)
            dispersion = found.q_e / found.df
        else:
            found = asymmetry(test.lower(), **given)
            dispersion = found.dispersion
        yield from asymmetry_leaves(f"meta/metabin/bias_OR/{test}", found, dispersion, theirs)
    if block:
        found = asymmetry("rucker", **given)
        yield from asymmetry_leaves("meta/metabin/bias_AS", found, found.tau2, block["bias_AS"])


def asymmetry_leaves(prefix, found, spread, theirs):
    pval = p_of_theirs(found.pvalue, found.statistic, theirs["statistic"], df=found.df)
    values = {"statistic": found.statistic, "pval": pval}
    if found.df is None:
        values |= {"estimate/ks": found.estimate, "estimate/se.ks": found.se}
    else:
        values |= {
            "df": found.df, "estimate/bias": found.estimate, "estimate/se.bias": found.se,
            "tau2": sqrt(spread),  # so R's meta names the root
        }  # fmt: skip
    yield from ((f"{prefix}/{name}", value) for name, value in values.items())


@pytest.mark.parametrize("path", FILES, ids=FILES.get)
@pytest.mark.parametrize(
    "compare",
    [mantel_haenszel_by_metafor, peto_by_metafor, mixed_models, metabin, asymmetry_tests],
    ids=lambda f: f.__name__,
)
def test_r_says_the_same(compare, path):
    check(compare, path, tolerance)
