"""Cluster-robust errors against R's metafor, clubSandwich and robumeta, leaf by leaf."""

from __future__ import annotations

import pytest
from test_engine_against_r_dependent import coefficient_leaves
from test_engine_against_r_models import METHODS, regressed

import analysis as ma

from leaves import CLOSED, FILES, ITERATIVE, check, document_of, family


def tolerance(leaf):
    return ITERATIVE if "REML" in leaf else CLOSED


def robust_leaves(result, theirs):
    yield from coefficient_leaves(result.coefficients, theirs, result.coefficients["df"])
    yield "n.cluster", result.clusters
    yield "QM", result.q_m.statistic
    yield "QMdf", [result.q_m.m, result.q_m.df]
    yield "QMp", result.q_m.pvalue
    yield "vcov", result.covariance


@family
def robust_errors(document):
    given = document.get("input")
    for method, block in document.get("robust", {}).items():
        if method == "metareg_REML":
            fit = regressed(document, block)
        elif method in METHODS:
            fit = ma.pool(given["yi"], vi=given["vi"], method=METHODS[method])
        else:
            continue
        for estimator in ("CR0", "CR1", "CR2"):
            if estimator in block:
                own = ma.robust(fit, cluster=given["cluster"], estimator=estimator)
                for leaf, value in robust_leaves(own, block[estimator]):
                    yield f"robust/{method}/{estimator}/{leaf}", value


DEPENDENCE = {"CORR": "correlated", "HIER": "hierarchical"}


def robumeta(document):
    """Path, R's block and our result of each analysis by robumeta."""
    given = document.get("input")
    for weights, block in document.get("robust", {}).get("robumeta", {}).items():
        for size, theirs in block.items():
            own = ma.robust_effects(
                given["yi"], vi=given["vi"], cluster=given["cluster"], small=size == "small",
                dependence=DEPENDENCE[weights],
            )  # fmt: skip
            yield f"robust/robumeta/{weights}/{size}", theirs, own


@family
def robust_weights(document):
    for prefix, _, own in robumeta(document):
        row = own.coefficients.iloc[0]
        yield f"{prefix}/b", row["estimate"]
        yield f"{prefix}/se", row["se"]
        yield f"{prefix}/t", row["statistic"]
        yield f"{prefix}/dfs", row["df"]
        yield f"{prefix}/ci.lb", row["ci_low"]
        yield f"{prefix}/ci.ub", row["ci_high"]
        yield f"{prefix}/tau2", own.tau2
        yield f"{prefix}/omega2", [] if own.omega2 is None else own.omega2
        yield f"{prefix}/I2", [] if own.i2 is None else own.i2
        yield f"{prefix}/rho", own.rho


@pytest.mark.parametrize("path", FILES, ids=FILES.get)
@pytest.mark.parametrize("compare", [robust_errors, robust_weights], ids=lambda f: f.__name__)
def test_r_says_the_same(compare, path):
    check(compare, path, tolerance)


@pytest.mark.parametrize("stem", ["berkey1998_mv", "curtis1998_rom", "konstantopoulos2011"])
def test_p_values_of_robumeta(stem):
    """It subtracts from 1, which leaves no digits beyond the sixteenth."""
    for prefix, theirs, own in robumeta(document_of(stem)):
        p = own.coefficients["pvalue"].iloc[0]
        assert p == pytest.approx(theirs["pval"], rel=1e-9, abs=1e-14), prefix
