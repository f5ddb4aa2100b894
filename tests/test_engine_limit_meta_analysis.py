"""Limit meta-analysis: a published example, least squares by another route, and what is refused."""

from math import nan

import numpy as np
import pytest
from scipy.stats import chi2, norm

from analysis.engine.egger import egger
from analysis.engine.limit_meta_analysis import limit_meta_analysis
from analysis.engine.pool import pool

from third_wave import SEI, VI, YI

# Harrer et al. (2022), ch. 9.2.1.4: metasens::limitmeta, the studies' effects in the limit, cut (not
# rounded) to two digits.
PRINTED_LIMITS = [
    -0.05, -0.09, 0.34, 0.00, 0.13, 0.13, 0.09, 0.00, -0.05, 0.04, -0.29, -0.18, -0.11, -0.25, -0.48,
    0.26, 0.00, -0.09,
]  # fmt: skip


def test_harrer2022():
    """The adjusted estimate and the limits, printed beside each other."""
    found = limit_meta_analysis(YI, vi=VI)
    assert found.unadjusted == pytest.approx(0.5771, abs=5e-5)
    assert found.estimate == pytest.approx(-0.0345, abs=5e-5)
    assert np.trunc(found.limits * 100) / 100 == pytest.approx(PRINTED_LIMITS, abs=1e-12)


def test_the_printed_interval_has_the_older_error():
    """metasens before 1.0-1 left tau2 and the covariance out of the error of beta0 (its NEWS).

    What the book prints, -0.3630 to 0.2940, is that error around the same estimate.
    """
    found = limit_meta_analysis(YI, vi=VI)
    older = 1 / np.sqrt(np.sum((1 / SEI - np.mean(1 / SEI)) ** 2))
    half = norm.isf(0.025) * older
    assert (found.estimate - half, found.estimate + half) == pytest.approx(
        (-0.3630, 0.2940), abs=5e-5
    )
    assert found.se > older


@pytest.mark.parametrize("method", ["EE", "DL", "REML"])
def test_by_least_squares(method):
    """Rücker et al. (2011), with the lines from a QR decomposition."""
    tau2 = pool(YI, vi=VI, method=method).tau2
    tau = tau2**0.5

    def line(y, variance):
        x = variance**-0.5
        X = np.column_stack([x, np.ones_like(x)])
        (beta, alpha), rss = np.linalg.lstsq(X, y * x)[:2]
        deviates = y * x
        return beta, alpha, np.linalg.inv(X.T @ X), float(rss[0]), deviates.var() * len(y)

    beta, alpha, covariance, _, _ = line(YI, VI + tau2)
    limits = beta + tau / np.sqrt(VI + tau2) * (YI - beta)
    found = limit_meta_analysis(YI, vi=VI, method=method)
    assert (found.beta, found.alpha) == pytest.approx((beta, alpha), rel=1e-10)
    assert found.limits == pytest.approx(limits, rel=1e-10)
    assert found.estimate == pytest.approx(beta + tau * alpha, rel=1e-9)
    assert found.se == pytest.approx(np.sqrt([1, tau] @ covariance @ [1, tau]), rel=1e-10)
    assert found.pvalue == pytest.approx(2 * norm.sf(abs(found.estimate) / found.se), rel=1e-10)
    slope, _, spread, left, total = line(limits, VI)
    assert found.g2 == pytest.approx(100 * left / total if tau2 else 0, abs=1e-8)
    lim = limit_meta_analysis(YI, vi=VI, method=method, adjust="betalim")
    assert (lim.estimate, lim.se) == pytest.approx((slope, spread[0, 0] ** 0.5), rel=1e-9)
    mu = limit_meta_analysis(YI, vi=VI, method=method, adjust="mulim", level=0.9)
    common = np.sum(limits / VI) / np.sum(1 / VI)
    assert (mu.estimate, mu.se) == pytest.approx((common, np.sum(1 / VI) ** -0.5), rel=1e-9)
    assert mu.ci_high - mu.ci_low == pytest.approx(2 * norm.isf(0.05) * mu.se, rel=1e-10)


def test_the_parts_of_q_are_eggers():
    """Q small is the square of Egger's intercept over its error without dispersion."""
    assert limit_meta_analysis(YI, vi=VI).q == pytest.approx(
        45.50, abs=5e-3
    )  # printed in ch. 4.2.1
    even = np.resize([0.3, -0.3], len(VI))
    assert limit_meta_analysis(even, vi=VI).q_small < 1
    for yi in (YI, even):
        found, test = limit_meta_analysis(yi, vi=VI), egger(yi, vi=VI)
        assert found.q_residual == pytest.approx(test.q_e, rel=1e-10)
        assert found.q_small == pytest.approx(test.statistic**2 * test.q_e / test.df, rel=1e-9)
        assert found.q_small_pvalue == pytest.approx(chi2.sf(found.q_small, 1), rel=1e-9)
        assert found.q_residual_pvalue == pytest.approx(chi2.sf(found.q_residual, 16), rel=1e-9)


def test_the_adjusted_error_is_that_of_the_estimate():
    """Over many samples of the model, the estimate scatters as its error says."""
    rng = np.random.default_rng(5)
    tau2, alpha, beta = 0.08, 1.5, 0.3
    spread = np.sqrt(VI + tau2)
    x = 1 / spread
    X = np.column_stack([x, np.ones_like(x)])
    deviates = (beta * x + alpha + rng.standard_normal((40_000, len(VI)))).T
    slopes, heights = np.linalg.lstsq(X, deviates)[0]
    adjusted = slopes + tau2**0.5 * heights
    yi = beta + spread * alpha  # any: the error depends on vi and tau2 alone
    noise = 0.05 * (-1.0) ** np.arange(len(VI))
    found = limit_meta_analysis(yi + noise, vi=VI + tau2 - 1e-9, method="EE")
    assert found.se == pytest.approx(slopes.std(), rel=0.02)
    assert adjusted.mean() == pytest.approx(beta + tau2**0.5 * alpha, abs=0.01)


def test_shift_scale_and_sign():
    base = limit_meta_analysis(YI, vi=VI)
    moved = limit_meta_analysis(2 - 3 * YI, vi=9 * VI)
    assert moved.estimate == pytest.approx(2 - 3 * base.estimate, rel=1e-6)
    assert moved.se == pytest.approx(3 * base.se, rel=1e-6)
    # Deviates yi/sei are not free of where 0 is, and so g2 is not.
    assert moved.g2 < base.g2 / 2
    assert limit_meta_analysis(-3 * YI, vi=9 * VI).g2 == pytest.approx(base.g2, rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"yi": [1, 2], "vi": [1, 2]}, "yi has 2 values; a limit meta-analysis needs at least 3"),
        ({"vi": [2, 2, 2]}, "all 3 studies have the same precision"),
        ({"yi": [nan, 1, 2]}, "yi[0] is nan"),
        ({"vi": [1, -1, 2]}, "vi[1] is -1.0"),
        ({"method": "x"}, "method is 'x'; allowed: EE"),
        ({"adjust": "mu"}, "adjust is 'mu'; allowed: beta0, betalim, mulim"),
        ({"level": 2}, "level is 2"),
    ],
)
def test_refusals(arguments, message):
    given = {"yi": [1, 2, 4], "vi": [1, 2, 3]} | arguments
    with pytest.raises(ValueError) as refusal:
        limit_meta_analysis(given.pop("yi"), **given)
    assert str(refusal.value).startswith(message)


def test_report():
    text = limit_meta_analysis(YI, vi=VI).report()
    assert "18 studies" in text and "from 0.58 to -0.03" in text
