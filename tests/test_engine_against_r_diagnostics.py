"""Deletion, accumulation, subsets, permutations and comparisons of fits against R, leaf by leaf."""

from __future__ import annotations

import numpy as np
import pytest
from test_engine_against_r_models import regressed

from analysis.engine.baujat import baujat
from analysis.engine.cumulative import cumulative
from analysis.engine.gosh import gosh
from analysis.engine.influence import influence
from analysis.engine.leave_one_out import leave_one_out
from analysis.engine.likelihood_ratio import likelihood_ratio
from analysis.engine.permutation import permutation_test
from analysis.engine.pool import pool
from analysis.engine.radial import radial
from analysis.engine.random_effects import random_effects
from analysis.engine.regression import meta_regression
from analysis.engine.regression_influence import regression_influence
from analysis.engine.residuals import residuals
from analysis.engine.variance_inflation import variance_inflation

from leaves import BOUNDARY, CLOSED, FILES, ITERATIVE, check, family, p_of_theirs

BASES = {
    "FE": {"method": "EE"}, "DL": {"method": "DL"}, "REML": {"method": "REML"},
    "REML.knha": {"method": "REML", "ci": "hksj"},
}  # fmt: skip
SERIES = {
    "estimate": "estimate", "se": "se", "zval": "statistic", "tval": "statistic", "pval": "pvalue",
    "ci.lb": "ci_low", "ci.ub": "ci_high", "Q": "q", "Qp": "q_pvalue", "tau2": "tau2", "I2": "i2",
    "H2": "h2",
}  # fmt: skip
INFLUENCE = {
    "rstudent": "rstudent", "dffits": "dffits", "cook.d": "cook_d", "cov.r": "cov_r",
    "tau2.del": "tau2_deleted", "QE.del": "q_deleted", "hat": "hat", "weight": "weight",
    "dfbs": "dfbetas", "is.infl": "influential",
}  # fmt: skip
RESIDUALS = {
    "resid": "residual", "rstandard.se": "residual_se", "rstandard.z": "standardized",
    "rstudent.resid": "deleted", "rstudent.se": "deleted_se", "rstudent.z": "studentized",
}  # fmt: skip
GOSH = {"k": "k", "QE": "q", "I2": "i2", "H2": "h2", "tau2": "tau2", "estimate": "estimate"}


def tolerance(leaf):
    return ITERATIVE if "REML" in leaf or "metareg" in leaf or "qqnorm" in leaf else CLOSED


def studies(document):
    data = document.get("input", {})
    return np.array(data.get("yi"), dtype=float), np.array(data.get("vi"), dtype=float)


def named(prefix, result, names, theirs):
    """Yield the leaves that `theirs` has under `prefix`, from the fields of `result`."""
    for name in theirs:
        yield f"{prefix}/{name}", getattr(result, names[name])


@family
def left_out(document):
    yi, vi = studies(document)
    for base, theirs in document.get("diag", {}).get("leave1out", {}).items():
        result = leave_one_out(yi, vi=vi, **BASES[base])
        yield from named(f"diag/leave1out/{base}", result, SERIES, theirs)


@family
def accumulated(document):
    yi, vi = studies(document)
    for kind, block in document.get("diag", {}).get("cumul", {}).items():
        given = np.array(block["order"]) - 1
        order = {"input": None, "precision": "precision", "given": given}[kind]
        for base in BASES.keys() & block.keys():
            result = cumulative(yi, vi=vi, order=order, **BASES[base])
            yield f"diag/cumul/{kind}/order", result.order + 1
            yield from named(f"diag/cumul/{kind}/{base}", result, SERIES, block[base])


@family
def influential(document):
    yi, vi = studies(document)
    for base, theirs in document.get("diag", {}).get("influence", {}).items():
        result = influence(yi, vi=vi, **BASES[base])
        yield from named(f"diag/influence/{base}", result, INFLUENCE, theirs)


@family
def residual(document):
    yi, vi = studies(document)
    for base, theirs in document.get("diag", {}).get("resid", {}).items():
        result = residuals(yi, vi=vi, **BASES[base])
        yield from named(f"diag/resid/{base}", result, RESIDUALS, theirs)
    if "diag" in document:
        result = residuals(yi, vi=vi, method="REML")
        yield "diag/qqnorm/x", result.quantile
        yield "diag/qqnorm/y", result.standardized


@family
def plotted(document):
    yi, vi = studies(document)
    for base in document.get("diag", {}).get("baujat", {}):
        result = baujat(yi, vi=vi, **BASES[base])
        yield f"diag/baujat/{base}/x", result.heterogeneity
        yield f"diag/baujat/{base}/y", result.influence
    for base in document.get("diag", {}).get("radial", {}):
        result = radial(yi, vi=vi, **BASES[base])
        yield f"diag/radial/{base}/x", result.precision
        yield f"diag/radial/{base}/y", result.standardized


@family
def deviations(document):
    yi, vi = studies(document)
    names = {"pred": "estimate", "se": "se", "pi.lb": "low", "pi.ub": "high"}
    for base, theirs in document.get("diag", {}).get("ranef", {}).items():
        result = random_effects(yi, vi=vi, **BASES[base])
        for leaf, ours in named(f"diag/ranef/{base}", result, names, theirs):
            # R's iteration stops at a tau2 of 1e-12 in place of 0, which shows in the root.
            left = np.array(theirs[leaf.rpartition("/")[2]])
            zero = (ours == 0) & (np.abs(left) < BOUNDARY["tau"])
            yield leaf, np.where(zero, left, ours)


@family
def all_subsets(document):
    yi, vi = studies(document)
    for base, theirs in document.get("gosh", {}).items():
        result = gosh(yi, vi=vi, **BASES[base])
        bits = [result.includes(i).astype(int) << i for i in range(len(yi))]
        mask = np.sum(bits, axis=0)
        # R lists the subsets by size; ours stand in the order of their bits.
        place = np.searchsorted(mask, theirs["mask"])
        yield f"gosh/{base}/n", len(mask)
        yield f"gosh/{base}/mask", mask[place]
        for name in theirs.keys() & GOSH.keys():
            values = getattr(result, GOSH[name])[place]
            if base == "DL" and name == "H2":
                # R has Q/df here, also where its own fits, and ours, have 1 for a tau2 of 0.
                q, k = result.q[place], result.k[place]
                ratio = q / np.maximum(k - 1, 1)
                values = np.where((values == 1) & (k > 1) & (ratio < 1), ratio, values)
            yield f"gosh/{base}/{name}", values


@family
def permuted(document):
    yi, vi = studies(document)
    for base, theirs in (document.get("permutest") or {}).items():
        result = permutation_test(yi, vi=vi, **BASES[base])
        yield from permutation_leaves(f"permutest/{base}", result, theirs)
    for name, block in document.get("metareg", {}).items():
        used = np.array(block["used"]) - 1
        for test, ci in {"permutest": "z", "permutest.knha": "hksj"}.items():
            if block.get(test):
                X = np.array(block["X"], dtype=float)
                result = permutation_test(yi[used], vi=vi[used], X=X, ci=ci)
                yield from permutation_leaves(f"metareg/{name}/{test}", result, block[test])


def permutation_leaves(prefix, result, theirs):
    yield f"{prefix}/zval", result.coefficients["statistic"]
    yield f"{prefix}/pval", result.coefficients["pvalue"]
    yield f"{prefix}/QM", result.q_m
    yield f"{prefix}/QMp", result.q_m_pvalue
    yield f"{prefix}/n.perm", result.permutations
    for i, name in enumerate(theirs["zval.perm.sorted"] or []):
        yield f"{prefix}/zval.perm.sorted/{name}", np.sort(result.permuted[:, i])


@family
def regressions_without_each(document):
    yi, vi = studies(document)
    names = {
        "rstandard.z": "standardized", "rstandard.se": "standardized_se", "rstudent.z": "studentized",
        "rstudent.resid": "deleted", "rstudent.se": "deleted_se", "cook.d": "cook_d",
    }  # fmt: skip
    for name, block in document.get("metareg", {}).items():
        theirs = block.get("diag_REML") or {}
        used, X = np.array(block["used"]) - 1, np.array(block["X"], dtype=float)
        if "cook.d" not in theirs:
            continue
        result = regression_influence(meta_regression(yi[used], vi=vi[used], X=X))
        # A study that alone decides a coefficient has no residual but rounding: R's has an error of
        # 1e-10 and less, ours is nan.
        alone = np.array(theirs["rstandard.se"]) < 1e-8
        assert np.array_equal(np.isnan(result.standardized_se), alone)
        for leaf in names.keys() & theirs.keys():
            values = getattr(result, names[leaf])
            if leaf.startswith("rstandard"):
                values = np.where(alone, theirs[leaf], values)
            yield f"metareg/{name}/diag_REML/{leaf}", values
        # R's frame has its columns' names mangled, and two that are not coefficients.
        for i, column in enumerate(list(theirs["dfbetas"])[: X.shape[1]]):
            given = np.array(theirs["dfbetas"][column], dtype=float)
            noise = np.abs(given) + np.abs(result.dfbetas[:, i]) < 1e-9
            values = np.where(noise, given, result.dfbetas[:, i])
            yield f"metareg/{name}/diag_REML/dfbetas/{column}", values


@family
def likelihood_ratios(document):
    yi, vi = studies(document)
    for name, block in document.get("metareg", {}).items():
        theirs = block.get("lrt_ML")
        if not theirs or "error" in theirs:
            continue
        full = regressed(document, block, method="ML")
        null = pool(yi[full.used], vi=vi[full.used], method="ML")
        test = likelihood_ratio(full, null)
        prefix = f"metareg/{name}/lrt_ML"
        yield f"{prefix}/LRT", test.statistic
        yield f"{prefix}/df", test.df
        yield f"{prefix}/ll.full", test.loglik_full
        yield f"{prefix}/ll.null", test.loglik_reduced
        yield f"{prefix}/pval", p_of_theirs(test.pvalue, test.statistic, theirs["LRT"], test.df)


@family
def variance_inflations(document):
    for name, block in document.get("metareg", {}).items():
        if "vif_REML" not in block or "error" in block["vif_REML"]:
            continue
        fit = regressed(document, block)
        table = variance_inflation(fit).coefficients
        for i, own in enumerate(table.itertuples()):
            prefix = f"metareg/{name}/vif_REML/vif/{i}"
            position = [str(list(fit.coefficients.index).index(own.Index) + 1)]
            yield f"{prefix}/spec", position
            yield f"{prefix}/coefs", position
            yield f"{prefix}/m", [own.m]
            yield f"{prefix}/vif", [own.vif]
            yield f"{prefix}/sif", [own.sif]


@pytest.mark.parametrize("path", FILES, ids=FILES.get)
@pytest.mark.parametrize(
    "compare",
    [
        left_out,
        accumulated,
        influential,
        residual,
        plotted,
        deviations,
        all_subsets,
        permuted,
        regressions_without_each,
        likelihood_ratios,
        variance_inflations,
    ],
    ids=lambda f: f.__name__,
)
def test_r_says_the_same(compare, path):
    check(compare, path, tolerance)
