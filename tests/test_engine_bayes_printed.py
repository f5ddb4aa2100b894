"""The Bayesian meta-analysis: what R's bayesmeta prints of two data sets."""

from math import sqrt

import pytest

from analysis.engine import priors
from analysis.engine.bayes import bayes
from analysis.engine.pool import pool

from schools import EIGHT, EIGHT_FLAT, SIX, V, Y


def printed(text: str):
    """The number `text` with half a unit of its last digit."""
    digits = len(text.split(".")[1]) if "." in text else 0
    return pytest.approx(float(text), abs=0.5000001 * 10**-digits, rel=0)


@pytest.mark.parametrize(
    ("result", "median", "mean", "sd", "high", "central"),
    [
        (EIGHT, "4.758539", "5.884511", "4.869904", "15.165894", ("0.2199559", "18.0531718")),
        (EIGHT_FLAT, "5.227732", "6.585992", "5.685974", "17.265797", None),
    ],
)
def test_tau_of_the_schools_as_bayesmeta_prints_it(result, median, mean, sd, high, central):
    """The vignette of R's bayesmeta 3.4, whose tau comes from adaptive quadrature."""
    tau = result.tau
    assert (tau.mode, tau.low) == (0, 0)
    assert [tau.median, tau.mean, tau.sd] == [printed(median), printed(mean), printed(sd)]
    assert tau.high == printed(high)
    if central:
        assert [tau.central_low, tau.central_high] == [printed(end) for end in central]


def test_tau_of_the_transplantations_as_bayesmeta_prints_it():
    """Röver (2020), sections 3.3 and 3.4; its search for the mode stopped at six digits."""
    tau = SIX.tau
    assert tau.mode == pytest.approx(0.24531385, rel=1e-5)
    assert [tau.median, tau.mean] == [printed("0.344502"), printed("0.3810562")]
    assert [tau.sd, tau.low, tau.high] == [printed("0.2593672"), 0, printed("0.8607193")]
    assert tau.sf(1.0) == printed("0.02097488")
    assert tau.quantile(0.99) == printed("1.109186")
    assert tau.interval(0.99) == (0, printed("1.109186"))
    assert tau.interval(0.99, "central") == (printed("0.003547657"), printed("1.205400562"))


@pytest.mark.parametrize(
    ("found", "mode", "median", "mean", "sd", "low", "high"),
    [
        (EIGHT.mu, 7.929503, 7.962961, 7.985729, 4.995762, -1.823353, 17.824562),
        (EIGHT.prediction, 7.865547, 7.926819, 7.985729, 9.126767, -10.623526, 26.827377),
        (EIGHT_FLAT.mu, 8.007138, 8.055861, 8.092138, 5.246683, -2.176157, 18.406330),
        (EIGHT_FLAT.prediction, 7.927789, 8.008111, 8.092138, 10.148132, -12.511817, 29.014749),
        (EIGHT.study(0), 8.845856, 10.093581, 11.095255, 7.901084, -3.209562, 28.169723),
        (EIGHT.study(6), 8.933348, 9.786985, 10.336032, 6.631039, -2.138807, 24.230908),
        (EIGHT.study(7), 8.023126, 8.266594, 8.474644, 7.456906, -6.528854, 24.110315),
        (SIX.mu, -1.5691214, -1.5734819, -1.5764365, 0.3295301, -2.2311251, -0.9263075),
        (SIX.prediction, -1.5632732, -1.5701653, -1.5764365, 0.5671855, -2.7661319, -0.4072970),
        (SIX.study(0), -1.6711220, -1.7411356, -1.7778965, 0.4229425, -2.6561049, -0.9920023),
        (SIX.study(1), -1.3895876, -1.2821722, -1.2339736, 0.4488759, -2.0455088, -0.3089461),
    ],
)
def test_mixtures_as_bayesmeta_prints_them(found, mode, median, mean, sd, low, high):
    """The same sources. R replaces tau by a few values, chosen so that the mixture diverges from the
    exact one by at most delta = 0.01 (Röver & Friede 2017), and its digits end there: a hundredth of
    the standard deviation. The exact ones are those of `test_a_grid_by_brute_force` in
    test_engine_bayes.py."""
    close = {"abs": 0.01 * sd, "rel": 0}
    assert [found.mode, found.median, found.mean] == pytest.approx([mode, median, mean], **close)
    assert [found.sd, found.low, found.high] == pytest.approx([sd, low, high], **close)


def test_conditional_moments_at_the_reml_estimate():
    """Röver (2020), section 3.5, at the tau that it prints; and at the engine's own."""
    found = bayes(Y, vi=V, tau_prior=priors.half_cauchy(1))
    # Half a unit of the printed tau moves either by less than half a unit of its own.
    near = pytest.approx((-1.591513, 0.3340882), abs=1e-7, rel=0)
    assert found.conditional(0.4670268) == near
    fit = pool(Y, vi=V, method="REML")
    assert found.conditional(sqrt(fit.tau2)) == pytest.approx((fit.estimate, fit.se), rel=1e-12)


def test_two_studies():
    """Röver (2020), section 3.6: the two randomised studies."""
    two = [0, 4]
    found = bayes(Y[two], vi=V[two], mu_prior=(0, 4), tau_prior=priors.half_normal(0.5))
    # Of a mixture, as above: its digits end before those that are printed.
    assert found.mu.cdf(0.0) == pytest.approx(0.9974968, abs=1e-4)
    assert [found.mu.low, found.mu.high] == pytest.approx([-2.86, -0.69], abs=0.005)
