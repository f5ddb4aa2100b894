"""The p-curve: a published example, curves whose tests are known, integrals, and what is refused."""

from math import inf, nan

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import binom, chi2, f, ncx2, norm, poisson, t

from analysis.engine.noncentral import FRatios
from analysis.engine.p_curve import p_curve

from third_wave import OUTLIERS, SEI, VI, YI

KEPT = [i for i in range(len(YI)) if i not in OUTLIERS]
Z = YI[KEPT] / SEI[KEPT]


def test_harrer2022():
    """Harrer et al. (2022), ch. 9.2.2.2: dmetar::pcurve, which is the p-curve app 4.06 for z."""
    found = p_curve(YI[KEPT], vi=VI[KEPT])
    assert (found.k, found.k_significant, found.k_half) == (16, 9, 8)
    assert found.skew == pytest.approx(-3.797, abs=5e-4)
    assert found.half_skew == pytest.approx(-2.743, abs=5e-4)
    assert found.half_skew_pvalue == pytest.approx(0.003, abs=5e-4)
    assert found.skew_binomial == pytest.approx(0.020, abs=5e-4)
    assert found.flat == pytest.approx(1.540, abs=5e-4)
    assert found.flat_pvalue == pytest.approx(0.938, abs=5e-4)
    assert found.flat_binomial == pytest.approx(0.952, abs=5e-4)
    # The app looks at whole per cents; its interval, called 95 % there, is from 5 % to 95 %.
    assert found.power == pytest.approx(0.66, abs=0.005)
    assert found.power_ci_low == pytest.approx(0.311, abs=5e-4)
    assert found.power_ci_high == pytest.approx(0.878, abs=5e-4)
    assert found.evidential and not found.inadequate


def test_the_apps_flatness_of_the_half_curve():
    """The app divides by the share of p < .025 among p < .05, not among all tests, and prints 3.422.

    Divided so, its pp-values run from 2/3 to 1 under 33 % power; ours are uniform (below).
    """
    bound, half = chi2.isf(0.05, 1), chi2.isf(0.025, 1)
    weak = brentq(lambda lam: ncx2.sf(bound, 1, lam) - 1 / 3, 0.1, 10)
    squares = Z[half < Z**2] ** 2
    among_significant = 3 * ncx2.sf(half, 1, weak)
    pp = 1 - ncx2.sf(squares, 1, weak) / among_significant
    assert norm.ppf(pp).sum() / np.sqrt(len(pp)) == pytest.approx(3.422, abs=5e-4)
    assert p_curve(YI[KEPT], vi=VI[KEPT]).half_flat < 3


def noncentral_f(value, df, df_error, lam):
    """The upper tail of the noncentral F as a Poisson mixture of central ones; chi-squared for inf."""
    j = np.arange(400)
    if df_error == inf:
        tails = chi2.sf(value, df + 2 * j)
    else:
        tails = f.sf(value * df / (df + 2 * j), df + 2 * j, df_error)
    return float(poisson.pmf(j, lam / 2) @ tails)


@pytest.mark.parametrize(
    ("df", "df_error"), [(1, inf), (3, inf), (1, 12), (1, 200), (4, 30), (2, 7.5)]
)
@pytest.mark.parametrize("power", [0.06, 1 / 3, 0.9])
def test_noncentralities(df, df_error, power):
    tests = FRatios(np.array([7.0]), np.array([float(df)]), np.array([float(df_error)]))
    (lam,) = tests.noncentrality(0.05, power)
    bound = chi2.isf(0.05, df) if df_error == inf else f.isf(0.05, df, df_error)
    assert noncentral_f(bound, df, df_error, lam) == pytest.approx(power, rel=1e-9)
    beyond = noncentral_f(7.0, df, df_error, lam)
    assert tests.beyond(np.array([lam])) == pytest.approx([beyond], rel=1e-8)


def test_a_noncentral_t_by_integration():
    """t = (z + delta)/sqrt(chi2/df), two-sided, integrated over the chi-squared."""
    df, delta, value = 9, 1.7, 2.4
    area = quad(
        lambda c: chi2.pdf(c, df) * (
            norm.sf(value * np.sqrt(c / df) - delta) + norm.cdf(-value * np.sqrt(c / df) - delta)
        ), 0, 80, epsabs=1e-13, limit=200,
    )[0]  # fmt: skip
    tests = FRatios(np.array([value**2]), np.ones(1), np.array([float(df)]))
    assert tests.beyond(np.array([delta**2])) == pytest.approx([area], rel=1e-9)


def at_quantiles(kind, df, df_error, power, share):
    """Statistics at the even quantiles of those that are significant at `share`, at a given power."""
    family = {"z": (1, inf), "t": (1, df), "chi2": (df, inf), "F": (df, df_error)}[kind]

    def bound_at(alpha):
        return chi2.isf(alpha, family[0]) if family[1] == inf else f.isf(alpha, *family)

    lam = brentq(lambda x: noncentral_f(bound_at(0.05), *family, x) - power, 1e-9, 60, xtol=1e-13)
    least = bound_at(share)
    whole = noncentral_f(least, *family, lam)
    wanted = (np.arange(9) + 0.5) / 9 * whole
    ratios = [
        brentq(lambda x, w=w: noncentral_f(x, *family, lam) - w, least, 400, xtol=1e-12)
        for w in wanted
    ]
    scale = {"z": np.sqrt, "t": np.sqrt}.get(kind, lambda x: x)
    return scale(np.array(ratios))


@pytest.mark.parametrize(
    ("kind", "df", "df_error"),
    [("z", None, None), ("t", 20, None), ("chi2", 3, None), ("F", 2, 40)],
)
def test_curves_whose_pp_are_uniform(kind, df, df_error):
    """At the quantiles of a power the pp of that power lie evenly, and their deviates cancel."""
    given = {"kind": kind, "df": df, "df_error": df_error}
    weak = p_curve(statistic=at_quantiles(kind, df, df_error, 1 / 3, 0.05), **given)
    assert weak.flat == pytest.approx(0, abs=1e-6)
    assert weak.power == pytest.approx(1 / 3, abs=1e-6)
    half = p_curve(statistic=at_quantiles(kind, df, df_error, 1 / 3, 0.025), **given)
    assert half.half_flat == pytest.approx(0, abs=1e-6)
    assert half.k_half == half.k_significant == 9
    strong = p_curve(statistic=at_quantiles(kind, df, df_error, 0.8, 0.05), **given)
    assert strong.power == pytest.approx(0.8, abs=1e-6)
    assert strong.power_ci_low < 0.8 < strong.power_ci_high


def test_even_p_values_are_neither_skewed_nor_strong():
    p = 0.05 * (np.arange(10) + 0.5) / 10
    found = p_curve(norm.isf(p / 2), vi=np.ones(10))
    assert (found.skew, found.half_skew) == pytest.approx((0, 0), abs=1e-9)
    assert found.skew_binomial == pytest.approx(binom.sf(4, 10, 0.5))
    assert found.power == pytest.approx(0.05, abs=2e-3)
    assert found.pvalues == pytest.approx(p, rel=1e-9)


def test_the_kinds_are_forms_of_each_other():
    z = np.array([2.1, 2.5, 3.0, 4.0, 1.0])
    base = p_curve(z, vi=np.ones(5))
    assert p_curve(statistic=-z, kind="z").power == base.power
    squared = p_curve(statistic=z**2, kind="chi2", df=1)
    assert squared.flat == pytest.approx(base.flat, rel=1e-12)
    by_t, by_f = p_curve(statistic=z, df=15), p_curve(statistic=z**2, kind="F", df=1, df_error=15)
    assert by_t.to_dict() == by_f.to_dict()
    assert by_t.pvalues == pytest.approx(2 * t.sf(z[z > t.isf(0.025, 15)], 15), rel=1e-10)
    mixed = p_curve(
        statistic=[2.1, 2.5, 9.0, 16.0], kind=["z", "t", "chi2", "F"], df=[0, 30, 1, 1],
        df_error=[0, 0, 0, 30],
    )  # fmt: skip
    assert mixed.pvalues == pytest.approx(
        [2 * norm.sf(2.1), 2 * t.sf(2.5, 30), 2 * norm.sf(3), 2 * t.sf(4, 30)], rel=1e-10
    )


def test_extremes_stay_finite():
    found = p_curve([60, 70, 80], vi=[1, 1, 1])
    assert found.power == 0.99 and np.isfinite(found.skew) and np.isfinite(found.half_flat)
    marginal = p_curve([1.961, 1.962, 1.963], vi=[1, 1, 1])
    assert (marginal.power, marginal.power_ci_low) == (0.05, 0.05)
    assert np.isnan(marginal.half_skew) and np.isnan(marginal.half_flat_pvalue)
    assert not marginal.evidential and marginal.inadequate


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give either yi and vi, or statistic"),
        ({"yi": [2, 3, 4], "vi": [1, 1, 1], "statistic": [1]}, "give either yi and vi"),
        ({"yi": [nan, 3, 4], "vi": [1, 1, 1]}, "yi[0] is nan"),
        ({"yi": [2, 3, 4], "vi": [1, 1, 1], "df": 3}, "df and df_error belong to statistic"),
        ({"yi": [2, 3, 1], "vi": [1, 1, 1]}, "2 of 3 p-values are below 0.05; a p-curve needs"),
        ({"statistic": [2, 3, 4], "vi": [1, 1, 1]}, "vi belongs to yi"),
        ({"statistic": [2, 3, 4]}, "df is missing"),
        ({"statistic": [2, 3, 4], "kind": "F", "df": 2}, "df_error is missing"),
        ({"statistic": [2, 3, 4], "kind": "r"}, "kind is 'r'; allowed: z, t, chi2, F"),
        ({"statistic": [2, 3, 4], "kind": ["z"]}, "kind has 1 values and statistic has 3"),
        ({"statistic": [2, inf, 4], "kind": "z"}, "statistic[1] is inf"),
        ({"statistic": [2, -3, 4], "kind": "chi2", "df": 1}, "statistic[1] is -3.0; chi2 and F"),
        ({"statistic": [2, 3, 4], "df": [1, 0, 3]}, "df[1] is 0.0; degrees of freedom must"),
        ({"statistic": [2, 3, 4], "df": [1, 2]}, "df has 2 values and statistic has 3"),
        ({"yi": [2, 3, 4], "vi": [1, 1, 1], "level": 90}, "level is 90"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError) as refusal:
        p_curve(arguments.pop("yi", None), **arguments)
    assert str(refusal.value).startswith(message)


def test_report():
    text = p_curve(YI[KEPT], vi=VI[KEPT]).report()
    assert "Of 16 studies 9 were significant" in text and "power of 66%" in text
