"""Pooling, meta-regression and subgroups against R's metafor, leaf by leaf."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
import pytest

from analysis.engine.pool import pool
from analysis.engine.regression import meta_regression
from analysis.engine.subgroups import subgroups

from leaves import CLOSED, FILES, ITERATIVE, LOSSY, check, document_of, family, p_of_theirs

METHODS = {
    "FE": "EE", "DL": "DL", "HE": "HE", "HS": "HS", "SJ": "SJ", "ML": "ML", "REML": "REML", "EB": "EB",
    "PM": "PM", "HSk": "HSk",
}  # fmt: skip
TESTS = {"z": "z", "t": "t", "knha": "hksj", "adhoc": "hksj-adhoc"}
ITERATED = {"ML", "REML", "EB", "PM", "REML_level90", "diag_REML"}


def tolerance(leaf):
    limit = ITERATIVE if ITERATED & set(leaf.replace(".", "/").split("/")) else CLOSED
    if leaf.startswith("metareg/year"):
        # Years as they stand (1948, ...) lose R half its digits: `test_a_year_loses_no_digits`.
        return LOSSY[ITERATIVE]
    lossy = leaf.startswith(("metareg", "diag/blup")) or "variants/REML_level90" in leaf
    return LOSSY[limit] if lossy else limit


@family
def pooled(document):
    fits = document.get("fits", {})
    for method, ours in METHODS.items():
        for test, ci in TESTS.items():
            theirs = fits.get(method, {}).get(test)
            if theirs and "error" not in theirs:
                yield from pooled_leaves(document, f"fits/{method}/{test}", ours, ci, theirs)


def pooled_leaves(document, prefix, method, ci, theirs, level=0.95):
    result = pool(
        document["input"]["yi"], vi=document["input"]["vi"], method=method, ci=ci, level=level
    )
    df = result.df
    values = {
        "k": result.k, "p": 1, "b": [result.estimate], "se": [result.se], "zval": [result.statistic],
        "pval": [p_of_theirs(result.pvalue, result.statistic, theirs["zval"][0], df=df)],
        "ci.lb": [result.ci_low], "ci.ub": [result.ci_high],
        "tau2": result.tau2, "se.tau2": result.tau2_se, "I2": result.i2, "H2": result.h2,
        "QE": result.q, "QEdf": result.q_df,
        "QEp": p_of_theirs(result.q_pvalue, result.q, theirs["QE"], result.q_df),
        "QM": result.statistic**2,
        "QMp": p_of_theirs(result.pvalue, result.statistic, sqrt(theirs["QM"]), df=df),
        "vcov": [[result.se**2]],
        "s2w": (result.se / pool(document["input"]["yi"], vi=document["input"]["vi"],
                                 method=method, level=level).se) ** 2,
        "predict/default/pred": [result.estimate], "predict/default/se": [result.se],
        "predict/default/ci.lb": [result.ci_low], "predict/default/ci.ub": [result.ci_high],
        "predict/riley/pred": [result.estimate], "predict/riley/se": [result.se],
        "predict/riley/ci.lb": [result.ci_low], "predict/riley/ci.ub": [result.ci_high],
    }  # fmt: skip
    if df is not None:
        values["ddf"] = [df]
        values["predict/default/ddf"] = df
        values["predict/riley/ddf"] = df
    if method != "EE":
        usual = result.prediction_interval(df="z" if df is None else "k-1")
        riley = result.prediction_interval()
        for name, interval in (("default", usual), ("riley", riley)):
            values[f"predict/{name}/pi.lb"] = [interval.low]
            values[f"predict/{name}/pi.ub"] = [interval.high]
            if interval.df < float("inf"):
                values[f"predict/{name}/pi.ddf"] = interval.df
    if ci == "z":
        values["weights"] = result.weights
    if "fit.stats" in theirs:
        found = result.fit_statistics()
        values |= {
            "fit.stats/ll": found.loglik, "fit.stats/dev": found.deviance, "fit.stats/AIC": found.aic,
            "fit.stats/BIC": found.bic, "fit.stats/AICc": found.aicc,
        }  # fmt: skip
    for name, value in values.items():
        if not name.startswith("predict/") or "predict" in theirs:
            yield f"{prefix}/{name}", value


@family
def pooled_at_90(document):
    theirs = document.get("fits", {}).get("variants", {}).get("REML_level90")
    if theirs:
        yield from pooled_leaves(
            document, "fits/variants/REML_level90", "REML", "z", theirs, level=0.9
        )


def intervals(prefix, found, tau2, model_i2, model_h2):
    estimates = {"tau2": tau2, "tau": sqrt(tau2), "I2": model_i2, "H2": model_h2}
    bounds = {"tau2": found.tau2, "tau": found.tau, "I2": found.i2, "H2": found.h2}
    for name, own in bounds.items():
        yield f"{prefix}/{name}/estimate", estimates[name]
        yield f"{prefix}/{name}/ci.lb", own.low
        yield f"{prefix}/{name}/ci.ub", own.high


@family
def q_profiles(document):
    for method, ours in METHODS.items():
        theirs = document.get("fits", {}).get(method, {}).get("confint", {}).get("QP")
        if theirs and "error" not in theirs:
            result = pool(document["input"]["yi"], vi=document["input"]["vi"], method=ours)
            prefix = f"fits/{method}/confint/QP"
            yield from intervals(prefix, result.confint(), result.tau2, result.i2, result.h2)
            yield f"{prefix}/ci.null", result.confint().empty


@family
def predicted_effects(document):
    for base, theirs in document.get("diag", {}).get("blup", {}).items():
        method, _, knha = base.partition(".")
        result = pool(
            document["input"]["yi"], vi=document["input"]["vi"], method=METHODS[method],
            ci="hksj" if knha else "z",
        )  # fmt: skip
        yield from blup_leaves(f"diag/blup/{base}", result.blups(), theirs)


def blup_leaves(prefix, found, theirs):
    names = {"pred": "estimate", "se": "se", "pi.lb": "low", "pi.ub": "high"}
    yield from ((f"{prefix}/{name}", getattr(found, names[name])) for name in theirs)


def moderators(document, formula):
    """The moderators of `document` as a data frame, factors with R's first level as reference."""
    columns = {}
    levels = document["input"].get("factor.levels", {})
    for name, values in document["input"]["mods"].items():
        columns[name] = pd.Categorical(values, levels[name]) if name in levels else values
    return pd.DataFrame(columns)


def regressed(document, block, **options):
    """Our regression on the moderators of R's `block`."""
    given, formula = document["input"], block["formula"]
    data = moderators(document, formula)
    formula = formula.lstrip("~ ")
    return meta_regression(given["yi"], vi=given["vi"], formula=formula, data=data, **options)


def regressions(document):
    for name, block in document.get("metareg", {}).items():
        for method, ours in METHODS.items():
            for test, theirs in block["fits"].get(method, {}).items():
                if "error" in theirs:
                    continue
                result = regressed(document, block, method=ours, ci=TESTS[test])
                yield name, method, test, theirs, result


@family
def meta_regressions(document):
    for name, method, test, theirs, result in regressions(document):
        prefix = f"metareg/{name}/fits/{method}/{test}"
        table, df = result.coefficients, result.df
        values = {
            "k": result.k, "p": result.p, "b": table["estimate"], "se": table["se"],
            "zval": table["statistic"],
            "pval": [
                p_of_theirs(p, z, their, df=df)
                for p, z, their in zip(table["pvalue"], table["statistic"], theirs["zval"], strict=True)
            ],
            "ci.lb": table["ci_low"], "ci.ub": table["ci_high"], "tau2": result.tau2,
            "se.tau2": result.tau2_se, "I2": result.i2, "H2": result.h2, "R2": result.r2,
            "QE": result.q_e, "QEdf": result.q_e_df,
            "QEp": p_of_theirs(result.q_e_pvalue, result.q_e, theirs["QE"], result.q_e_df),
            "QM": result.q_m,
            "QMdf": [result.q_m_df, df], "QMp": result.q_m_pvalue, "vcov": result.covariance,
        }  # fmt: skip
        if df is not None:
            values["ddf"] = [df]
        if "fit.stats" in theirs:
            found = result.fit_statistics()
            values |= {
                "fit.stats/ll": found.loglik, "fit.stats/dev": found.deviance,
                "fit.stats/AIC": found.aic, "fit.stats/BIC": found.bic, "fit.stats/AICc": found.aicc,
            }  # fmt: skip
        for term in theirs.get("terms", {}):
            own = result.terms.loc[term]
            values |= {
                f"terms/{term}/QM": own["statistic"], f"terms/{term}/QMdf": [own["m"], df],
                f"terms/{term}/QMp": own["pvalue"],
                f"terms/{term}/btt": [i + 1 for i in result.design.terms[term]],
            }  # fmt: skip
        # R's null model stops at a tau2 of 1e-12 in place of 0, and calls that 100 per cent explained.
        if result.tau2 == 0 and theirs["R2"] == 100:
            values["R2"] = 100.0
        yield from ((f"{prefix}/{name}", value) for name, value in values.items())


@family
def regression_details(document):
    for name, method, test, _, result in regressions(document):
        block = document["metareg"][name]
        if method != "REML" or (test != "z" and test != "knha") or "diag_REML" not in block:
            continue
        prefix = f"metareg/{name}/diag_REML"
        if test == "knha":
            key = "predict.knha"
        else:
            key = "predict"
            yield f"metareg/{name}/k", result.k
            yield f"metareg/{name}/used", result.used + 1
            yield f"metareg/{name}/X", result.design.X
            yield f"{prefix}/fitted", result.fitted()
            yield f"{prefix}/resid", result.model.y - result.fitted()
            yield f"{prefix}/hat", result.model.leverage(1 / (result.model.v + result.tau2))
            found = result.confint()
            yield from intervals(f"{prefix}/confint.QP", found, result.tau2, result.i2, result.h2)
            yield f"{prefix}/confint.QP/ci.null", found.empty
            yield from blup_leaves(f"{prefix}/blup", result.blups(), block["diag_REML"]["blup"])
        found = result.predict()
        for theirs, ours in {
            "pred": "estimate", "se": "se", "ci.lb": "ci_low", "ci.ub": "ci_high",
            "pi.lb": "prediction_low", "pi.ub": "prediction_high",
        }.items():  # fmt: skip
            yield f"{prefix}/{key}/{theirs}", getattr(found, ours)


@family
def groups(document):
    for variable, block in document.get("subgroup", {}).items():
        labels = document["input"]["mods"][variable]
        known = [i for i, label in enumerate(labels) if label is not None]
        yi, vi = (np.array(document["input"][name])[known] for name in ("yi", "vi"))
        labels = np.array(labels, dtype=object)[known]
        yield f"subgroup/{variable}/k", [int((labels == g).sum()) for g in block["levels"]]
        for method in ("FE", "DL", "REML"):
            for kind in block.get(method, {}):
                tau2 = kind.removesuffix("_tau2")
                found = subgroups(yi, vi=vi, groups=labels, method=METHODS[method], tau2=tau2)
                yield from group_leaves(
                    f"subgroup/{variable}/{method}/{kind}", found, block["levels"]
                )


def group_leaves(prefix, found, levels):
    own = [found.groups[level] for level in levels]
    separate = prefix.endswith("separate_tau2")
    values = {
        "b": [r.estimate for r in own], "se": [r.se for r in own], "ci.lb": [r.ci_low for r in own],
        "ci.ub": [r.ci_high for r in own], "Q.between": found.q_between, "df": found.q_between_df,
        "p.between": found.q_between_pvalue,
        "tau2": [r.tau2 for r in own] if separate else own[0].tau2,
    }  # fmt: skip
    if separate:
        values |= {
            "I2": [r.i2 for r in own], "QE": [r.q for r in own], "QEp": [r.q_pvalue for r in own],
            "Q.within": found.q_within, "df.within": found.q_within_df,
        }  # fmt: skip
    yield from ((f"{prefix}/{name}", value) for name, value in values.items())


@pytest.mark.parametrize("path", FILES, ids=FILES.get)
@pytest.mark.parametrize(
    "compare",
    [pooled, pooled_at_90, q_profiles, predicted_effects, meta_regressions, regression_details, groups],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_r_says_the_same(compare, path):
    check(compare, path, tolerance)


def test_a_year_loses_no_digits():
    """The fit does not depend on where the years are counted from."""
    given = document_of("egger2001_or")["input"]
    year = np.array(given["mods"]["year"], dtype=float)
    columns = (np.column_stack([np.ones(len(year)), year - start]) for start in (0, year.mean()))
    plain, centred = (
        meta_regression(given["yi"], vi=given["vi"], X=X, method="DL") for X in columns
    )
    for name in ("q_e", "tau2", "i2", "q_m", "r2"):
        assert getattr(plain, name) == pytest.approx(getattr(centred, name), rel=1e-10)
    slopes = (fit.coefficients["estimate"].iloc[1] for fit in (plain, centred))
    assert next(slopes) == pytest.approx(next(slopes), rel=1e-10)
