"""Variances of measures of effect by the delta method, and the unbiased correlation by quadrature."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.engine.effect_size import MEASURES, effect_size

from effect_forms import columns


def slope(function, point) -> np.ndarray:
    """The gradient of `function` at `point`, by central differences."""
    point = np.asarray(point, dtype=float)
    steps = np.diag(1e-5 * np.maximum(np.abs(point), 1e-3))
    return np.array([(function(point + h) - function(point - h)) / (2 * h.sum()) for h in steps])


def delta(function, point, cov) -> float:
    """The variance of `function` of estimates at `point` with covariance `cov`: the delta method."""
    gradient = slope(function, point)
    return float(gradient @ np.asarray(cov) @ gradient)


def of_shares(shares, n) -> np.ndarray:
    """The covariance of the shares of a multinomial sample of `n`."""
    shares = np.asarray(shares)
    return (np.diag(shares) - np.outer(shares, shares)) / n


@pytest.mark.parametrize("measure", ["PHI", "YUQ", "YUY", "RTET"])
def test_variances_of_one_sample_of_a_table(measure):
    shares, n = [0.4, 0.15, 0.2, 0.25], 1e4

    def at(p):
        a, b, c, d = n * p
        return effect_size(
            measure, events_treated=a, n_treated=a + b, events_control=c, n_control=c + d
        )

    assert at(np.array(shares)).vi[0] == pytest.approx(
        delta(lambda p: at(p).yi[0], shares, of_shares(shares, n)), rel=1e-6
    )


@pytest.mark.parametrize("measure", ["RR", "OR", "RD", "AS", "PBIT", "OR2DN", "OR2DL"])
def test_variances_of_two_risks(measure):
    sizes = {"n_treated": 1e4, "n_control": 2e4}

    def at(p):
        return effect_size(measure, events_treated=1e4 * p[0], events_control=2e4 * p[1], **sizes)

    cov = np.diag([0.3 * 0.7 / 1e4, 0.6 * 0.4 / 2e4])
    assert at([0.3, 0.6]).vi[0] == pytest.approx(
        delta(lambda p: at(p).yi[0], [0.3, 0.6], cov), rel=1e-6
    )


@pytest.mark.parametrize("measure", ["MPRD", "MPRR", "MPOR", "MPORC"])
def test_variances_of_pairs(measure):
    shares, n = [0.4, 0.2, 0.1, 0.3], 1e4
    names = ("events_both", "events_treated_only", "events_control_only", "events_neither")

    def at(p):
        return effect_size(measure, **dict(zip(names, n * np.asarray(p), strict=True)))

    assert at(shares).vi[0] == pytest.approx(
        delta(lambda p: at(p).yi[0], shares, of_shares(shares, n)), rel=1e-6
    )


def test_peto_is_the_score_of_the_odds_ratio():
    """(O - E) / V near no effect, where the odds ratio has the same value and variance."""
    table = {"events_treated": 5010, "n_treated": 1e4, "events_control": 4990, "n_control": 1e4}
    peto, odds = effect_size("PETO", **table), effect_size("OR", **table)
    assert peto.yi[0] == pytest.approx(odds.yi[0], rel=1e-4)
    assert peto.vi[0] == pytest.approx(odds.vi[0], rel=1e-4)
    pairs = {"events_both": 9, "events_neither": 9}
    alone = {"events_treated_only": 5010, "events_control_only": 4990}
    peto, odds = (effect_size(m, **pairs, **alone) for m in ("MPPETO", "MPORC"))
    assert peto.yi[0] == pytest.approx(odds.yi[0], rel=1e-4)
    assert peto.vi[0] == pytest.approx(odds.vi[0], rel=1e-4)


@pytest.mark.parametrize("measure", ["PR", "PLN", "PLO", "PAS", "PFT"])
def test_variances_of_a_proportion(measure):
    n = 1e6

    def at(p):
        return effect_size(measure, events=n * p[0], n=n)

    expected = delta(lambda p: at(p).yi[0], [0.3], [[0.3 * 0.7 / n]])
    assert at([0.3]).vi[0] == pytest.approx(expected, rel=5e-6)


@pytest.mark.parametrize("measure", ["IR", "IRLN", "IRS", "IRFT", "IRR", "IRD", "IRSD"])
def test_variances_of_rates(measure):
    """Poisson counts vary as much as they are high."""
    counts = [3e5, 2e5]
    if measure in ("IRR", "IRD", "IRSD"):
        times = {"time_treated": 1e6, "time_control": 5e5}

        def at(x):
            return effect_size(measure, events_treated=x[0], events_control=x[1], **times)
    else:

        def at(x):
            return effect_size(measure, events=x[0], time=1e6)

    expected = delta(lambda x: at(x).yi[0], counts, np.diag(counts))
    assert at(counts).vi[0] == pytest.approx(expected, rel=5e-6)


LARGE = 10**7


def normal_moments(sd) -> list:
    """The variances of the mean and the SD of a normal sample of LARGE."""
    return [sd**2 / LARGE, sd**2 / (2 * LARGE)]


@pytest.mark.parametrize(
    ("measure", "options"),
    [
        ("MD", {}),
        ("SMDH", {}),
        ("SMDH", {"variance": "Bonett"}),
        ("SMD1H", {}),
        ("SMD1H", {"variance": "Bonett"}),
        ("ROM", {}),
        ("ROM", {"correction": "second-order"}),
        ("VR", {}),
        ("CVR", {}),
    ],
)
def test_variances_of_two_means(measure, options):
    """Means and SDs of normal samples are independent, with variances sd²/n and sd²/(2n)."""
    names = ("mean_treated", "sd_treated", "mean_control", "sd_control")
    point = [4.0, 2.0, 3.0, 1.5]

    def at(x):
        given = dict(zip(names, x, strict=True)) | {"n_treated": LARGE, "n_control": LARGE}
        given = {n: given[n] for n in columns(MEASURES[measure][0])}
        return effect_size(measure, **given, **options)

    cov = np.diag(normal_moments(2.0) + normal_moments(1.5))
    assert at(point).vi[0] == pytest.approx(delta(lambda x: at(x).yi[0], point, cov), rel=1e-5)


@pytest.mark.parametrize(
    ("measure", "sampling"),
    [(m, "ST") for m in ("SMD", "SMD1", "RPB", "D2ORN", "D2ORL")] + [("RPB", "CS")],
)
def test_variances_of_two_means_of_one_spread(measure, sampling):
    """With the arms' sizes given, and for RPB also drawn: then their share varies by pq/n."""
    share = 0.3

    def at(x):
        n1 = LARGE * (x[4] if len(x) > 4 else share)
        given = {
            "mean_treated": x[0], "sd_treated": x[1], "n_treated": n1,
            "mean_control": x[2], "sd_control": x[3], "n_control": LARGE - n1,
        }  # fmt: skip
        given = {n: given[n] for n in columns(MEASURES[measure][0])}
        options = {"variance": sampling} if measure == "RPB" else {}
        return effect_size(measure, **given, **options)

    point = [3.8, 2.0, 3.0, 2.0]
    cov = [4 / share, 4 / (2 * share), 4 / (1 - share), 4 / (2 * (1 - share))]
    if sampling == "CS":
        point, cov = [*point, share], [*cov, share * (1 - share)]
    expected = delta(lambda x: at(x).yi[0], point, np.diag(cov) / LARGE)
    assert at(point).vi[0] == pytest.approx(expected, rel=1e-5)


def change_cov(sd_post, sd_pre, r) -> np.ndarray:
    """The covariance of two means and two SDs of a bivariate normal sample of LARGE."""
    means = [[sd_post**2, r * sd_post * sd_pre], [r * sd_post * sd_pre, sd_pre**2]]
    spreads = [[sd_post**2, r**2 * sd_post * sd_pre], [r**2 * sd_post * sd_pre, sd_pre**2]]
    zero = np.zeros((2, 2))
    return np.block([[np.array(means), zero], [zero, np.array(spreads) / 2]]) / LARGE


@pytest.mark.parametrize(
    ("measure", "sd_post"),
    [
        ("MC", 1.5),
        ("SMCR", 2.0),
        ("SMCRH", 1.5),
        ("ROMC", 1.5),
        ("VRC", 1.5),
        ("CVRC", 1.5),
    ],
)
def test_variances_of_changes(measure, sd_post):
    names, r = ("mean_post", "mean_pre", "sd_post", "sd_pre"), 0.6
    point = [4.0, 3.0, sd_post, 2.0]

    def at(x):
        given = dict(zip(names, x, strict=True)) | {"n": LARGE, "r": r}
        return effect_size(measure, **{n: given[n] for n in columns(MEASURES[measure][0])})

    expected = delta(lambda x: at(x).yi[0], point, change_cov(sd_post, 2.0, r))
    assert at(point).vi[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("measure", ["MN", "MNLN", "SMN", "SDLN", "CVLN"])
def test_variances_of_one_mean(measure):
    def at(x):
        given = {"mean": x[0], "sd": x[1], "n": LARGE}
        return effect_size(measure, **{n: given[n] for n in columns(MEASURES[measure][0])})

    cov = np.diag(normal_moments(2.0))
    expected = delta(lambda x: at(x).yi[0], [3.0, 2.0], cov)
    assert at([3.0, 2.0]).vi[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("measure", ["COR", "UCOR", "ZCOR", "PCOR", "ZPCOR", "AHW", "ABT"])
def test_variances_of_transformed_statistics(measure):
    """Of r, (1 - r²)²/n; of alpha, (1 - alpha)² 2k/((k - 1)n)."""
    if measure in ("AHW", "ABT"):
        variance = 2 * 10 * 0.2**2 / (9 * LARGE)
        point, at = 0.8, lambda x: effect_size(measure, alpha=x[0], items=10, n=LARGE)
    else:
        variance = (1 - 0.5**2) ** 2 / LARGE
        more = {"predictors": 3} if measure in ("PCOR", "ZPCOR") else {}
        point, at = 0.5, lambda x: effect_size(measure, r=x[0], n=LARGE, **more)
    expected = delta(lambda x: at(x).yi[0], [point], [[variance]])
    assert at([point]).vi[0] == pytest.approx(expected, rel=1e-5)


def test_the_unbiased_correlation_is_unbiased():
    """The mean over the distribution of r at n = 8 and rho = 0.6, by quadrature of Hotelling's density.

    In the plain form: an integral over the angle, by Fisher's (1915) derivation.
    """
    n, rho = 8, 0.6
    r, weights = np.polynomial.legendre.leggauss(400)
    w = np.linspace(0, 40, 4001)
    inner = 1 / (np.cosh(w)[None, :] - rho * r[:, None]) ** (n - 1)
    density = (1 - r**2) ** ((n - 4) / 2) * np.trapezoid(inner, w, axis=1)
    weights = weights * density / np.sum(weights * density)
    assert np.sum(weights * r) < 0.58
    found = effect_size("UCOR", r=r, n=n, variance="UB")
    assert np.sum(weights * found.yi) == pytest.approx(rho, abs=1e-6)
    spread = np.sum(weights * (found.yi - rho) ** 2)
    assert np.sum(weights * found.vi) == pytest.approx(spread, rel=1e-5)
