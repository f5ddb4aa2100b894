"""Likelihood ratios by the densities themselves, and what may not be compared."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, norm

import analysis as ma

RANDOM = np.random.default_rng(2)
YI, VI = RANDOM.normal(0.4, 0.5, 12), RANDOM.uniform(0.05, 0.2, 12)
DOSE = RANDOM.normal(size=12)
CLUSTER = np.repeat(range(4), 3)


def regression(X=DOSE, method="ML", yi=YI, vi=VI):
    return ma.meta_regression(yi, vi=vi, X=X, method=method)


def test_by_densities():
    full, reduced = regression(), ma.pool(YI, vi=VI, method="ML")
    dense = [
        norm.logpdf(YI, mean, np.sqrt(VI + fit.tau2)).sum()
        for fit, mean in ((full, full.fitted()), (reduced, reduced.estimate))
    ]
    test = ma.likelihood_ratio(full, reduced)
    assert test.statistic == pytest.approx(2 * (dense[0] - dense[1]), rel=1e-9)
    assert (test.df, test.restricted) == (1, False)
    assert test.pvalue == pytest.approx(chi2.sf(test.statistic, 1), rel=1e-12)
    assert (test.loglik_full, test.loglik_reduced) == pytest.approx(tuple(dense), rel=1e-12)


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_variances_by_either_likelihood(method):
    full = ma.multilevel(YI, vi=VI, cluster=CLUSTER, method=method)
    one = ma.pool(YI, vi=VI, method=method)
    other = ma.multilevel(YI, vi=VI, cluster=CLUSTER, sigma2=(0, None), method=method)
    tests = [ma.likelihood_ratio(full, reduced) for reduced in (one, other)]
    assert tests[0].statistic == pytest.approx(tests[1].statistic, abs=1e-9)
    assert [test.df for test in tests] == [1, 1]


def test_moderators_in_other_words_are_the_same():
    """Nested is what the columns span, not how they are named."""
    turned = np.column_stack([DOSE**2 + DOSE, DOSE - 2])
    full = regression(np.column_stack([turned, np.arange(12)]))
    assert ma.likelihood_ratio(full, regression(np.column_stack([DOSE, DOSE**2]))).df == 1


@pytest.mark.parametrize(
    ("full", "reduced", "message"),
    [
        (3, regression(), "full is a int; it must be a fitted model"),
        (regression(method="DL"), regression(), "full was fitted by 'DL'; likelihoods are those of ML"),
        (regression(), regression(method="REML"), "full was fitted by ML and reduced by REML"),
        (regression(), ma.pool(YI[:9], vi=VI[:9], method="ML"), "12 effects and reduced 9"),
        (regression(), ma.pool(YI, vi=2 * VI, method="ML"), "both need the same effects"),
        (regression(), regression(DOSE**2), "reduced has moderators that full has not"),
        (regression(), regression(), "full has 3 parameters and reduced 3"),
        (ma.pool(YI, vi=VI, method="ML"), regression(), "reduced has moderators that full has not"),
        (regression(method="REML"), ma.pool(YI, vi=VI), "full and reduced have other moderators"),
        (
            ma.multilevel(YI, V=ma.within_study_covariance(VI, CLUSTER, 0.5), cluster=CLUSTER),
            ma.pool(YI, vi=VI), "other covariances V",
        ),
    ],
)  # fmt: skip
def test_refusals(full, reduced, message):
    with pytest.raises(ValueError, match=message):
        ma.likelihood_ratio(full, reduced)


def test_models_that_are_not_nested():
    """One variance of all effects is no special case of one between clusters and none within them."""
    scattered = np.tile([-1.0, 0, 1], 4) + 0.3 * RANDOM.normal(size=12)
    X = DOSE
    full = ma.multilevel(scattered, vi=VI, cluster=CLUSTER, X=X, sigma2=(None, 0), method="ML")
    with pytest.raises(ValueError, match="reduced is likelier than full"):
        ma.likelihood_ratio(full, ma.pool(scattered, vi=VI, method="ML"))


def test_a_result_prints_becomes_a_dict_a_frame_and_a_sentence():
    test = ma.likelihood_ratio(regression(), ma.pool(YI, vi=VI, method="ML"))
    assert test.report().startswith("The likelihood-ratio test gave chi² = ")
    assert test.to_frame().loc[0, "df"] == 1 and "pvalue" in repr(test)
    assert test.to_dict()["statistic"] == test.statistic
