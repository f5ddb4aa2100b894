"""Dependent effects against R's metafor and clubSandwich, leaf by leaf."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_engine_against_r_models import moderators

import analysis as ma

from leaves import CLOSED, FILES, ITERATIVE, check, document_of, family, p_of_theirs

# What SCHEMA.md says of fits that R stops early: variances, and what follows.
VARIANCES, FOLLOWS = 1e-5, 1e-6
# What no iteration enters, p-values being those of R's own statistics.
CLOSED_FORMS = {"k", "QE", "QEdf", "QEp", "QMdf", "QMp", "pval"}


def tolerance(leaf):
    name = leaf.split("/")[-1]
    closed = name in CLOSED_FORMS and "robust" not in leaf
    if closed or leaf.startswith(("mv/FE", "threelevel/aggregate")):
        return CLOSED
    # The likelihood is flat at its peak.
    if "fit.stats" in leaf or "lrt_outer" in leaf:
        return ITERATIVE
    # R stopped short of the peak: `test_r_stopped_short_of_the_peak`. A bound is a difference, which
    # has fewer digits than its parts, and QM has squared errors.
    early = leaf.startswith("mv") or "outer_only" in leaf
    return VARIANCES if early and name != "b" else FOLLOWS


def coefficient_leaves(table, theirs, df):
    yield "b", table["estimate"]
    yield "se", table["se"]
    yield "zval", table["statistic"]
    yield "ci.lb", table["ci_low"]
    yield "ci.ub", table["ci_high"]
    dfs = [None] * len(table) if df is None else df
    parts = zip(table["pvalue"], table["statistic"], theirs["zval"], dfs, strict=True)
    yield "pval", [p_of_theirs(p, z, their, df=d) for p, z, their, d in parts]
    if df is not None:
        # R has one value for all coefficients, but for Satterthwaite's.
        yield "ddf", df[: len(theirs["ddf"])]


def mixed_leaves(result, theirs):
    df = None if result.ci == "z" else result.coefficients["df"]
    yield from coefficient_leaves(result.coefficients, theirs, df)
    least = None if df is None else df.min()
    found = result.fit_statistics()
    yield from {
        "k": result.k, "QE": result.q_e, "QEdf": result.q_e_df,
        "QEp": p_of_theirs(result.q_e_pvalue, result.q_e, theirs["QE"], result.q_e_df),
        "QM": result.q_m, "QMdf": [result.q_m_df, least],
        "QMp": p_of_theirs(result.q_m_pvalue, result.q_m, theirs["QM"], result.q_m_df, least),
        "vcov": result.covariance, "fit.stats/ll": found.loglik, "fit.stats/dev": found.deviance,
        "fit.stats/AIC": found.aic, "fit.stats/BIC": found.bic, "fit.stats/AICc": found.aicc,
    }.items()  # fmt: skip


def levels(document, **arguments):
    """The three-level model of `document`'s effects with other `arguments`."""
    given, labels = document["input"], document["input"]["three.level"]
    errors = {} if "V" in arguments else {"vi": given["vi"]}
    return ma.multilevel(
        given["yi"], cluster=labels["outer"], unit=labels["inner"], **errors, **arguments
    )


def level_fits(document):
    """Path, R's block and our result of each three-level model."""
    block = document["threelevel"]
    yield "REML", block["REML"], levels(document)
    yield "REML.t", block["REML.t"], levels(document, ci="t")
    yield "ML", block["ML"], levels(document, method="ML")
    yield "outer_only", block["outer_only"], levels(document, sigma2=(None, 0))
    outer, che = document["input"]["three.level"]["outer"], block["che"]
    V = ma.within_study_covariance(document["input"]["vi"], outer, che["rho"])
    yield "che", che, levels(document, V=V)
    for name, theirs in block["metareg"].items():
        formula, data = theirs["formula"], moderators(document, theirs["formula"])
        yield f"metareg/{name}", theirs, levels(document, formula=formula.lstrip("~ "), data=data)


@family("threelevel")
def three_levels(document):
    for name, theirs, result in level_fits(document):
        prefix = f"threelevel/{name}"
        yield from ((f"{prefix}/{leaf}", value) for leaf, value in mixed_leaves(result, theirs))
        yield f"{prefix}/sigma2", [s for i, s in enumerate(result.sigma2) if i in result.free]
        for estimator, block in theirs.get("robust", {}).items():
            table = ma.robust(result, estimator=estimator).coefficients
            own = coefficient_leaves(table, block, table["df"])
            yield from ((f"{prefix}/robust/{estimator}/{leaf}", value) for leaf, value in own)
        if "predict" in theirs:
            mean, interval = result.mean, result.prediction_interval()
            own = {
                "pred": [mean.estimate], "se": [mean.se], "ci.lb": [mean.ci_low],
                "ci.ub": [mean.ci_high], "pi.lb": [interval.low], "pi.ub": [interval.high],
            }  # fmt: skip
            own |= {} if mean.df is None else {"ddf": mean.df, "pi.ddf": interval.df}
            yield from ((f"{prefix}/predict/{leaf}", value) for leaf, value in own.items())


@family("threelevel")
def profiles_and_deviations(document):
    result, block = levels(document), document["threelevel"]["REML"]
    found = result.confint()
    for i, bounds in enumerate((found.sigma2_between, found.sigma2_within)):
        prefix = f"threelevel/REML/confint.PL/{i}"
        yield f"{prefix}/sigma2", result.sigma2[i]
        yield f"{prefix}/ci.lb", bounds.low
        yield f"{prefix}/ci.ub", bounds.high
    for which, (name, _) in zip(("between", "within"), block["ranef"].items(), strict=True):
        own = result.random_effects(which)
        labels = own.labels if which == "between" else ["/".join(map(str, x)) for x in own.labels]
        prefix = f"threelevel/REML/ranef/{name}"
        yield f"{prefix}/names", list(map(str, labels))
        yield f"{prefix}/intrcpt", own.estimate
        yield f"{prefix}/se", own.se
        yield f"{prefix}/pi.lb", own.low
        yield f"{prefix}/pi.ub", own.high


@family("threelevel")
def without_the_outer_level(document):
    test = ma.likelihood_ratio(levels(document), levels(document, sigma2=(0, None)))
    theirs = document["threelevel"]["lrt_outer"]
    yield "threelevel/lrt_outer/LRT", test.statistic
    yield (
        "threelevel/lrt_outer/pval",
        p_of_theirs(test.pvalue, test.statistic, theirs["LRT"], test.df),
    )


@family("threelevel")
def aggregated(document):
    given, block = document["input"], document["threelevel"]["aggregate"]
    own = ma.aggregate(given["yi"], vi=given["vi"], cluster=given["cluster"], rho=block["rho"])
    yield "threelevel/aggregate/cluster", list(own.labels)
    yield "threelevel/aggregate/yi", own.yi
    yield "threelevel/aggregate/vi", own.vi


def outcomes(document, name):
    """The multivariate model `name` of `document`'s effects, outcomes in R's order."""
    block = document["mv"]
    structure, _, method = name.partition(".")
    labels = pd.get_dummies(pd.Series(block["outcome"])).astype(float)
    return ma.multivariate(
        document["input"]["yi"], V=block["V"], cluster=block["trial"], outcome=block["outcome"],
        structure=None if structure == "FE" else structure, method=method or "REML", X=labels,
    )  # fmt: skip


@family("mv")
def several_outcomes(document):
    for name in ("UN.REML", "UN.ML", "CS.REML", "HCS.REML", "FE"):
        theirs, result = document["mv"][name], outcomes(document, name)
        own = dict(mixed_leaves(result, theirs))
        if result.structure:
            order = [
                result.outcomes.index(label.removeprefix("outcome")) for label in theirs["names"]
            ]
            own["tau2"] = result.tau2[order][: len(theirs["tau2"])]
            own["rho"] = [result.rho[0, 1]]
        yield from ((f"mv/{name}/{leaf}", value) for leaf, value in own.items())


@pytest.mark.parametrize("path", FILES, ids=FILES.get)
@pytest.mark.parametrize(
    "compare",
    [
        three_levels,
        profiles_and_deviations,
        without_the_outer_level,
        aggregated,
        several_outcomes,
    ],
    ids=lambda f: f.__name__,
)
def test_r_says_the_same(compare, path):
    check(compare, path, tolerance)


def slopes(model, theta, restricted):
    """The slope of the log-likelihood in each component, for a change of the component's own size."""
    return np.abs(model.look(np.array(theta), restricted)[1] * theta).max()


@pytest.mark.parametrize("name", ["UN.REML", "UN.ML", "CS.REML", "HCS.REML"])
def test_r_stopped_short_of_the_peak(name):
    """Where the likelihood is flat at ours to rounding, it still rises at R's covariance."""
    berkey = document_of("berkey1998_mv")
    own, theirs = outcomes(berkey, name), berkey["mv"][name]
    order = [theirs["names"].index(f"outcome{label}") for label in own.outcomes]
    first, second = np.resize(theirs["tau2"], 2)[order]
    rho = theirs["rho"][0]
    cells = [first, rho * np.sqrt(first * second), second]
    restricted = own.method == "REML"
    if name == "CS.REML":
        # What changes there are the common variance, and the correlation alone.
        turn = np.array([[1, 1, 1], [0, 1, 0]])
        at = [np.abs(turn @ (own.model.look(np.array(c), restricted)[1] * c)).max()
              for c in (own.theta, cells)]  # fmt: skip
    else:
        at = [slopes(own.model, c, restricted) for c in (own.theta, cells)]
    assert at[0] < 1e-9 < at[1]
    assert own.fit_statistics().loglik >= theirs["fit.stats"]["ll"] - 1e-12


def test_r_stopped_short_of_the_peak_with_clusters_alone():
    konstantopoulos = document_of("konstantopoulos2011")
    own, block = levels(konstantopoulos, sigma2=(None, 0)), konstantopoulos["threelevel"]
    theirs = np.array([*block["outer_only"]["sigma2"], 0])
    at = [slopes(own.model, theta, True) for theta in (np.array(own.sigma2), theirs)]
    assert at[0] < 1e-9 < at[1]


def test_hcs_of_two_outcomes_is_un():
    """Two variances and a correlation are any covariance of two outcomes."""
    berkey = document_of("berkey1998_mv")
    own, un = outcomes(berkey, "HCS.REML"), outcomes(berkey, "UN.REML")
    np.testing.assert_allclose(own.tau2, un.tau2, rtol=1e-8)
    np.testing.assert_allclose(own.rho, un.rho, rtol=1e-8)
