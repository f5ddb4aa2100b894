"""Selection models, Henmi and Copas, and the test of excess significance against R's metafor."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.engine.excess_significance import excess_significance
from analysis.engine.henmi_copas import henmi_copas
from analysis.engine.selection_model import selection_model
from analysis.engine.selection_weights import VEVEA_WOODS, VEVEA_WOODS_STEPS

from leaves import CLOSED, FILES, check, document, family

# R's root-finder stops within a quarter of the digits; its critical value is good to that.
ROOT = np.finfo(float).eps ** 0.25
# Of R's second differences of a likelihood that is integrated to four digits.
QUADRATURE_SE = 0.07
METHODS = {"ML": "ML", "FE": "EE"}
WEIGHTS = {
    "beta": "beta", "halfnorm": "half-normal", "negexp": "negative-exponential",
    "logistic": "logistic", "power": "power",
}  # fmt: skip
STEPS = {
    "step025": [0.025], "step025_50": [0.025, 0.5], "step025_05": [0.025, 0.05], "step05": [0.05],
}  # fmt: skip
FORMS = {
    "mod1": "moderate", "sev1": "severe", "mod2": "moderate-two-tailed", "sev2": "severe-two-tailed",
}  # fmt: skip
COEFFICIENT = {
    "b": "estimate", "se": "se", "zval": "statistic", "pval": "pvalue", "ci.lb": "ci_low",
    "ci.ub": "ci_high",
}  # fmt: skip
DELTA = {
    "delta": "estimate", "se.delta": "se", "zval.delta": "statistic", "pval.delta": "pvalue",
    "ci.lb.delta": "ci_low", "ci.ub.delta": "ci_high",
}  # fmt: skip


def studies(content):
    data = content["input"]
    return np.array(data["yi"], dtype=float), np.array(data["vi"], dtype=float)


@family("bias")
def henmi_and_copas(content):
    yi, vi = studies(content)
    theirs, found = content["bias"]["hc"], henmi_copas(yi, vi=vi)
    for name, ours in {"b": found.estimate, "se": found.se, "tau2": found.tau2}.items():
        yield f"bias/hc/{name}", ours
    # `critical` over the standard deviation of r is the root that R looks for.
    root = 1 / (found.se * np.sqrt(np.sum(1 / vi)))
    for name, ours, sign in (("ci.lb", found.ci_low, -1), ("ci.ub", found.ci_high, 1)):
        critical = sign * (theirs[name] - found.estimate) / found.se
        stopped = abs(critical - found.critical) * root <= ROOT
        yield f"bias/hc/{name}", theirs[name] if stopped else ours


@family("bias")
def excess(content):
    yi, vi = studies(content)
    for side, tests in content["bias"]["tes"].items():
        for test in tests:
            found = excess_significance(yi, vi=vi, test=test, side=side.replace(".", "-"))
            path = f"bias/tes/{side}/{test}"
            for name, ours in {
                "theta": found.theta, "k": found.k, "O": found.observed, "E": found.expected,
                "OEratio": found.ratio, "test": found.test, "X2": found.statistic,
                "pval": found.pvalue, "power": found.power, "sig": found.significant.tolist(),
            }.items():  # fmt: skip
                yield f"{path}/{name}", ours


def fits(content):
    """Path, R's fit, and the arguments of ours."""
    for method, sides in content.get("selmodel", {}).items():
        for side, kinds in sides.items():
            path = f"selmodel/{method}/{side}"
            arguments = {"method": METHODS[method], "alternative": side.replace(".", "-")}
            if side == "vevea_woods":
                for form in FORMS:
                    theirs = kinds[form]
                    given = {"steps": kinds["steps"], "delta": kinds["deltas"][form]}
                    alternative = theirs["alternative"].replace(".", "-")
                    yield f"{path}/{form}", theirs, arguments | given | {"alternative": alternative}
                continue
            for kind, theirs in kinds.items():
                given = {"steps": STEPS[kind]} if kind in STEPS else {"weight": WEIGHTS[kind]}
                yield f"{path}/{kind}", theirs, arguments | given


@family("selmodel")
def selection_models(content):
    yi, vi = studies(content)
    for path, theirs, arguments in fits(content):
        if "error" in theirs:
            with pytest.raises(ValueError, match="its weight cannot be estimated"):
                selection_model(yi, vi=vi, **arguments)
            yield f"{path}/value", None
            continue
        if path.endswith("less/step025"):
            with pytest.raises(ValueError, match=r"no p-value lies above 0 and up to 0\.025"):
                selection_model(yi, vi=vi, **arguments)
            continue
        found = selection_model(yi, vi=vi, **arguments)
        yield from selection_leaves(path, found)


def selection_leaves(path, found):
    # What follows from the errors is compared where R's are good: by the same functions, for steps.
    errors = found.steps is not None
    for name, ours in COEFFICIENT.items():
        if errors or ours in ("estimate", "se"):
            yield f"{path}/{name}", [getattr(found, ours)]
    for name, ours in DELTA.items():
        if errors or ours in ("estimate", "se"):
            yield f"{path}/{name}", found.delta[ours].tolist()
    yield f"{path}/tau2", found.tau2
    test = found.tau2_test()
    yield f"{path}/LRT.tau2", test.statistic
    yield f"{path}/LRTp.tau2", test.pvalue
    # Where tau2 is 0 ours has no error; R's is that of what its iteration left.
    if found.method == "EE" or found.tau2 > 0:
        yield f"{path}/se.tau2", found.tau2_se
        if errors:
            yield f"{path}/ci.lb.tau2", found.tau2_ci_low
            yield f"{path}/ci.ub.tau2", found.tau2_ci_high
    yield f"{path}/ll", found.loglik
    yield f"{path}/ll.unadjusted", found.loglik_unadjusted
    yield f"{path}/LRT", found.lrt
    yield f"{path}/LRTdf", found.lrt_df
    yield f"{path}/LRTp", found.lrt_pvalue
    if found.steps:
        yield f"{path}/steps", list(found.steps)
        yield f"{path}/k.per.interval", list(found.counts)


@family("selmodel")
def vevea_and_woods(content):
    for method in content["selmodel"]:
        path = f"selmodel/{method}/vevea_woods"
        yield f"{path}/steps", list(VEVEA_WOODS_STEPS)
        for theirs, ours in FORMS.items():
            yield f"{path}/deltas/{theirs}", list(VEVEA_WOODS[ours])


def tolerance(leaf):
    """As tight as R's optimiser allows, and its quadrature, of which README.md says more."""
    parts = leaf.split("/")
    if parts[0] != "selmodel":
        return CLOSED
    smooth, name = parts[3] in WEIGHTS, parts[-1]
    if not smooth:
        return CLOSED if name in ("ll", "ll.unadjusted") else 2e-5 if "pval" in name else 2e-6
    if name.startswith("se"):
        return QUADRATURE_SE
    return {"ll.unadjusted": CLOSED, "ll": 5e-5, "LRT": 5e-4, "LRTp": 5e-4, "LRT.tau2": 5e-4,
            "LRTp.tau2": 5e-4}.get(name, 1e-4)  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=FILES.get)
@pytest.mark.parametrize(
    "compare",
    [henmi_and_copas, excess, selection_models, vevea_and_woods],
    ids=lambda f: f.__name__,
)
def test_r_says_the_same(compare, path):
    check(compare, path, tolerance)


def test_two_files_have_selection_models():
    """A family that yields nothing would pass."""
    found = {FILES[path]: len(list(fits(document(path)))) for path in FILES}
    assert {name: n for name, n in found.items() if n} == {
        "baskerville2012": 28,
        "hackshaw1998": 28,
    }
