"""Mixed models of counts, against the integral by other means."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import optimize, stats
from scipy.special import gammaln

from analysis.engine.glmm import glmm

A, N1 = np.array([4.0, 0, 3, 12, 9]), np.array([23.0, 30, 31, 98, 50])
C, N2 = np.array([11.0, 2, 4, 37, 10]), np.array([19.0, 33, 40, 101, 58])
COUNTS = {"events_treated": A, "n_treated": N1, "events_control": C, "n_control": N2}
RATES = {"events_treated": A, "time_treated": N1, "events_control": C, "time_control": N2}


U, STEP = np.linspace(-9, 9, 3001, retstep=True)
NORMAL = stats.norm.pdf(U) * STEP


def log_integral(log_density):
    """Log of the integral of exp(log_density(u)) times the standard normal's, by trapezoids."""
    return np.log(np.exp(log_density(U)) @ NORMAL)


def conditional(theta, tau, rates):
    """The log-likelihood of the treated events given the studies' totals, by quadrature."""
    total = 0.0
    for a, n1, c, n2 in zip(A, N1, C, N2, strict=True):
        offset = np.log(n1 / n2)
        total += log_integral(lambda u, a=a, m=a + c, o=offset: binomial(a, m, theta + o + tau * u))
    return total


def binomial(x, n, eta):
    """The binomial log-probability of x of n at the logit eta."""
    choose = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return choose + x * eta - n * np.logaddexp(0, eta)


def poisson(x, time, eta):
    """The Poisson log-probability of x events over a time at the log rate eta."""
    mean = time * np.exp(eta)
    return x * np.log(mean) - mean - gammaln(x + 1)


def unconditional(theta, tau, rates):
    """The same of both arms, each study's intercept at its best."""
    return sum(best_intercept(theta, tau, rates, row) for row in zip(A, N1, C, N2, strict=True))


def best_intercept(theta, tau, rates, row):
    a, n1, c, n2 = row

    density = poisson if rates else binomial

    def loss(alpha):
        half = (theta + tau * U) / 2
        joint = density(a, n1, alpha + half) + density(c, n2, alpha - half)
        return -np.log(np.exp(joint) @ NORMAL)

    return -optimize.minimize_scalar(
        loss, bounds=(-8, 3), method="bounded", options={"xatol": 1e-9}
    ).fun


MODELS = [
    ("OR", "CM.AL", conditional, COUNTS, False),
    ("IRR", "CM.EL", conditional, RATES, True),
    ("OR", "UM.FS", unconditional, COUNTS, False),
    ("IRR", "UM.FS", unconditional, RATES, True),
]
IDS = [f"{measure}-{model}" for measure, model, *_ in MODELS]


@pytest.mark.parametrize(("measure", "model", "loglik", "given", "rates"), MODELS, ids=IDS)
def test_the_likelihood_is_the_integral_and_highest_there(measure, model, loglik, given, rates):
    found = glmm(measure, **given, model=model)
    tau = found.tau2**0.5
    assert tau > 0.1
    height = loglik(found.estimate, tau, rates)
    assert found.loglik == pytest.approx(height, abs=1e-7)
    h = 0.02
    around = {
        (i, j): loglik(found.estimate + i * h, tau + j * h, rates)
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
        if (i, j) != (0, 0)
    }
    assert max(around.values()) < height
    # The observed information, by differences of the second order.
    a = (2 * height - around[1, 0] - around[-1, 0]) / h**2
    c = (2 * height - around[0, 1] - around[0, -1]) / h**2
    b = -(around[1, 1] - around[1, -1] - around[-1, 1] + around[-1, -1]) / (4 * h**2)
    assert found.se == pytest.approx((a - b**2 / c) ** -0.5, rel=2e-3)


def test_without_heterogeneity_rates_given_their_totals_are_the_same():
    """Poisson counts given their sum are binomial, so both models of rates agree on equal effects."""
    time = np.array([100.0, 200, 300])
    given = {
        "events_treated": [10, 21, 29], "time_treated": time,
        "events_control": [20, 40, 61], "time_control": time,
    }  # fmt: skip
    both, total = (glmm("IRR", **given, model=model) for model in ("UM.FS", "CM.EL"))
    assert both.tau2 == total.tau2 == 0
    assert total.estimate == pytest.approx(np.log(60 / 121), rel=1e-10)
    assert total.se == pytest.approx((1 / 60 + 1 / 121) ** 0.5, rel=1e-10)
    for name in ("estimate", "se", "q"):
        assert getattr(both, name) == pytest.approx(getattr(total, name), rel=1e-9)


def test_arms_of_one_size_and_many_counts_are_the_inverse_variance_summary():
    """With a million participants the log odds ratios are normal, and ML is that of the effects."""
    n = np.full(6, 1e6)
    share = np.array([0.30, 0.25, 0.33, 0.28, 0.36, 0.22])
    given = {
        "events_treated": n * share, "n_treated": n, "events_control": n * 0.3, "n_control": n,
    }  # fmt: skip
    found = glmm(**given)
    effects = np.log(share / (1 - share)) - np.log(0.3 / 0.7)
    assert found.estimate == pytest.approx(effects.mean(), rel=1e-3)
    assert found.tau2 == pytest.approx(np.var(effects), rel=1e-3)


def test_studies_that_say_nothing_are_left_out():
    more = {
        name: np.append(values, (0, 50, 0, 60)[i])
        for i, (name, values) in enumerate(COUNTS.items())
    }
    assert glmm(**more) == glmm(**COUNTS)


def test_the_arms_swapped_turn_the_sign():
    swapped = dict(zip(COUNTS, (C, N2, A, N1), strict=True))
    for model in ("UM.FS", "CM.AL"):
        there, back = glmm(**COUNTS, model=model), glmm(**swapped, model=model)
        for name, sign in (("estimate", -1), ("se", 1), ("tau2", 1), ("loglik", 1)):
            assert getattr(back, name) == pytest.approx(sign * getattr(there, name), rel=1e-6)


def test_the_result_tells_itself():
    found = glmm(**COUNTS)
    assert "Over 5 studies the mixed model (UM.FS) put the log OR at" in found.report()
    assert json.loads(json.dumps(found.to_dict()))["k"] == 5
    assert len(found.to_frame()) == 1
    assert "loglik" in repr(found)


def test_the_p_of_equal_effects_is_the_tail_of_q():
    found = glmm(**COUNTS)
    assert found.q_df == 4
    # Chi-squared with 4 degrees of freedom has the tail (1 + q/2) exp(-q/2).
    assert found.q_pvalue == pytest.approx((1 + found.q / 2) * np.exp(-found.q / 2), rel=1e-12)


@pytest.mark.parametrize(
    ("measure", "given", "message"),
    [
        ("RR", {}, "measure is 'RR'; allowed: OR, IRR"),
        ("OR", {"model": "CM.EL"}, "model is 'CM.EL'; allowed: UM.FS, CM.AL"),
        ("OR", {"n_control": None}, "n_control is missing"),
        ("OR", {"events_treated": A * 0}, "events_treated has no events in every study"),
        ("OR", {"events_control": N2}, "events_control has events alone in every study"),
        (
            "OR",
            dict(zip(COUNTS, ([1], [9], [2], [9]), strict=True)),
            "1 of the studies says something",
        ),
        ("OR", {"events_treated": A + 100}, r"events_treated\[0\] is 104.0"),
    ],
)
def test_refusals(measure, given, message):
    with pytest.raises(ValueError, match=message):
        glmm(measure, **(COUNTS | given))
