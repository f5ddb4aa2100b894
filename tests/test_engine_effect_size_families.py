"""Every measure and form: bad input, printed examples, and variances by the delta method."""

from __future__ import annotations

import json
from inspect import Parameter, signature
from math import gamma
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from analysis.engine.effect_size import MEASURES, effect_size
from analysis.engine.effect_size.columns import COLUMNS

REFERENCE = Path(__file__).parent / "reference" / "metafor"

# One study's value of each column, such that every form of every measure has an effect.
VALUES = {
    "n": 40, "mean": 3, "sd": 2, "events": 12, "time": 80,
    "mean_treated": 3, "mean_control": 2, "sd_treated": 2, "sd_control": 3,
    "n_treated": 40, "n_control": 50, "events_treated": 12, "events_control": 9,
    "time_treated": 80, "time_control": 90,
    "events_both": 20, "events_treated_only": 10, "events_control_only": 5, "events_neither": 20,
    "mean_pre": 2, "mean_post": 3, "mean_change": 1, "sd_pre": 2, "sd_post": 3, "sd_change": 2,
    "mean_pre_treated": 2, "mean_post_treated": 3, "sd_pre_treated": 2,
    "mean_pre_control": 2, "mean_post_control": 2.5, "sd_pre_control": 3,
    "r_treated": 0.5, "r_control": 0.6, "r": 0.5, "predictors": 3,
    "d": 0.5, "t": 2, "f": 4, "p": 0.04, "sign": -1, "alpha": 0.8, "items": 10,
    "estimate": 0.5, "se": 0.2, "ci_low": 0.1, "ci_high": 0.9,
    "ratio": 2, "ratio_low": 1, "ratio_high": 4,
}  # fmt: skip
FORMS = [(measure, form) for measure, forms in MEASURES.items() for form in forms]
FORM_NAMES = [f"{measure}-{form.__name__}" for measure, form in FORMS]


def columns(form) -> list[str]:
    """The columns that `form` takes."""
    return [n for n, p in signature(form).parameters.items() if p.default is Parameter.empty]


def study(form, k=1) -> dict:
    """The columns of `form` for `k` equal studies."""
    return {name: np.full(k, float(VALUES[name])) for name in columns(form)}


def test_the_values_are_those_of_the_columns():
    assert set(VALUES) == set(COLUMNS)


@pytest.mark.parametrize(("measure", "form"), FORMS, ids=FORM_NAMES)
def test_bad_input_is_refused_by_name(measure, form):
    good = effect_size(measure, **study(form, 3))
    assert len(good.yi) == 3 and np.isfinite(good.yi).all() and (good.vi > 0).all()
    for name in columns(form):
        for bad in (np.nan, np.inf, -np.inf):
            spoilt = study(form, 3)
            spoilt[name][1] = bad
            with pytest.raises(ValueError, match=rf"^{name}\[1\] is {bad}; {name} \(.* must be "):
                effect_size(measure, **spoilt)
        with pytest.raises(ValueError, match=f"^{name} is not a list of numbers"):
            effect_size(measure, **study(form) | {name: ["many"]})
        if len(columns(form)) > 1:
            with pytest.raises(ValueError, match="every column needs one value a study"):
                effect_size(measure, **study(form, 3) | {name: [VALUES[name]] * 2})


@pytest.mark.parametrize(("measure", "form"), FORMS, ids=FORM_NAMES)
def test_an_unknown_word_of_an_option_is_refused(measure, form):
    for name, parameter in signature(form).parameters.items():
        if isinstance(parameter.default, str):
            with pytest.raises(ValueError, match=f"^{name} is 'no'; allowed: "):
                effect_size(measure, **study(form), **{name: "no"})


@pytest.mark.parametrize("measure", MEASURES)
def test_the_error_lists_what_a_measure_takes(measure):
    with pytest.raises(ValueError) as refusal:
        effect_size(measure)
    for form in MEASURES[measure]:
        assert ", ".join(columns(form)) in str(refusal.value)


def test_the_options_are_listed_too():
    with pytest.raises(
        ValueError, match=r"sd_treated, n_treated, mean_control, .* \[variance\]; or"
    ):
        effect_size("SMDH", mean_treated=1)
    with pytest.raises(
        ValueError, match="got sd_treatd, which is no column and no option; it takes"
    ):
        effect_size("VR", sd_treatd=1, sd_control=1, n_treated=9, n_control=9)
    with pytest.raises(
        ValueError, match="got add, which is no option of estimate, se; options: none"
    ):
        effect_size("OR", estimate=1, se=1, add=0)


@pytest.mark.parametrize("measure", ["RR", "PLO", "IRR", "IR", "MPOR"])
@pytest.mark.parametrize("add", ["half", -1, np.nan, np.inf, None, [0.5]])
def test_what_is_added_must_be_a_number(measure, add):
    with pytest.raises(ValueError, match=r"^add is .*; it must be a number of 0 or more"):
        effect_size(measure, **study(MEASURES[measure][0]), add=add)


@pytest.mark.parametrize("measure", ["RR", "AS", "IRR"])
def test_drop00_is_true_or_false(measure):
    with pytest.raises(ValueError, match=r"^drop00 is 'no'; it must be True or False"):
        effect_size(measure, **study(MEASURES[measure][0]), drop00="no")


TABLE = {"events_treated": 135, "n_treated": 150, "events_control": 40, "n_control": 50}


@pytest.mark.parametrize(
    ("measure", "estimate", "se"),
    [
        ("PHI", 0.1309, 0.0789),
        ("YUQ", 0.3846, 0.1901),
        ("YUY", 0.2000, 0.1071),
        ("PBIT", 0.4399, 0.2456),
        ("OR2DL", 0.4471, 0.2460),
        ("OR2DN", 0.4915, 0.2704),
    ],
)
def test_a_table_of_the_handbook(measure, estimate, se):
    """Cooper, Hedges & Valentine, Handbook of Research Synthesis and Meta-Analysis, table 13.4."""
    found = effect_size(measure, **TABLE)
    assert found.yi[0] == pytest.approx(estimate, abs=5e-5)
    assert found.sei[0] == pytest.approx(se, abs=5e-5)


# Morris (2008), Organizational Research Methods 11, table 5, and the five studies behind it.
MORRIS = {
    "mean_pre_treated": [30.6, 23.5, 0.5, 53.4, 35.6],
    "mean_post_treated": [38.5, 26.8, 0.7, 75.9, 36.0],
    "sd_pre_treated": [15.0, 3.1, 0.1, 14.5, 4.7],
    "n_treated": [20, 50, 9, 10, 14],
    "mean_pre_control": [23.1, 24.9, 0.6, 55.7, 34.8],
    "mean_post_control": [19.7, 25.3, 0.6, 60.7, 33.4],
    "sd_pre_control": [13.8, 4.1, 0.2, 17.3, 3.1],
    "n_control": [20, 42, 9, 11, 14],
}
MORRIS_R = [0.47, 0.64, 0.77, 0.89, 0.44]


def test_two_arms_before_and_after():
    """The estimates are Morris's; the variances, which he does not print, those of metafor's authors."""
    first = effect_size("PPC1", **MORRIS, r_treated=MORRIS_R, r_control=MORRIS_R)
    assert first.yi == pytest.approx([0.7421, 0.9524, 1.8054, 1.1514, 0.5050], abs=5.1e-5)
    assert first.vi == pytest.approx([0.1138, 0.0426, 0.2833, 0.1458, 0.1667], abs=5.1e-5)
    second = effect_size("PPC2", **MORRIS, r=MORRIS_R)
    assert second.yi == pytest.approx([0.7684, 0.8010, 1.2045, 1.0476, 0.4389], abs=5.1e-5)
    assert second.vi == pytest.approx([0.1134, 0.0350, 0.1425, 0.0681, 0.1634], abs=5.1e-5)


def test_what_later_versions_of_metafor_do():
    """Normand (1999), studies 1 to 4, and an example of Bonett's (2008), by metafor 5's own tests."""
    raw = json.loads((REFERENCE / "normand1999_smd.json").read_text(encoding="utf-8"))["input"][
        "raw"
    ]
    names = {
        "m1i": "mean_treated", "sd1i": "sd_treated", "n1i": "n_treated",
        "m2i": "mean_control", "sd2i": "sd_control", "n2i": "n_control",
    }  # fmt: skip
    four = {names[name]: raw[name][:4] for name in names}
    smdh = effect_size("SMDH", **four, variance="Bonett")
    assert smdh.yi == pytest.approx([-0.3553, -0.3465, -2.3018, -1.8880], abs=5.1e-5)
    assert smdh.vi == pytest.approx([0.0132, 0.0674, 0.0515, 0.1961], abs=5.1e-5)
    change = {"mean_post": 26, "mean_pre": 22, "n": 60, "r": 0.7}
    smcrh = effect_size("SMCRH", **change, sd_pre=30**0.5, sd_post=20**0.5, variance="Bonett")
    assert (smcrh.yi[0], smcrh.vi[0]) == pytest.approx((0.7210, 0.0133), abs=5e-5)


def test_bonetts_variances_differ_from_the_default_by_the_correction():
    """SMD1H: n - 1 in place of n; the others: without J², here of 24 df."""
    arms = {n: VALUES[n] for n in ("mean_treated", "mean_control", "sd_treated", "sd_control")}
    plain = effect_size("SMD1H", **arms, n_treated=39, n_control=49)
    bonett = effect_size("SMD1H", **arms, n_treated=40, n_control=50, variance="Bonett")
    yi2 = plain.yi[0] ** 2 - bonett.yi[0] ** 2
    assert bonett.vi[0] == pytest.approx(plain.vi[0] - yi2 / (2 * 49), rel=1e-12)
    sizes = {"n_treated": 12, "n_control": 14}
    shrunk = effect_size("SMDH", **arms, **sizes).vi[0]
    bonett = effect_size("SMDH", **arms, **sizes, variance="Bonett").vi[0]
    assert shrunk / bonett == pytest.approx((gamma(12) / (12**0.5 * gamma(11.5))) ** 2, rel=1e-12)


def test_a_partial_correlation_is_one_of_fewer_people():
    """Fisher (1924): each variable held constant counts as a participant less."""
    partial = effect_size("ZPCOR", r=0.4, n=50, predictors=4, variance="Fisher")
    assert partial.vi[0] == pytest.approx(effect_size("ZCOR", r=0.4, n=50 - 3).vi[0], rel=1e-12)
    assert partial.yi[0] == pytest.approx(effect_size("ZCOR", r=0.4, n=50).yi[0], rel=1e-12)


def test_second_order_takes_the_bias_out_of_a_log_ratio():
    """The mean of log(x1/x2) over normal x1, x2 by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    weights = weights / weights.sum()
    x1, x2 = 4 + 2 / 60**0.5 * nodes, 3 + 2.5 / 80**0.5 * nodes
    pairs, shares = np.meshgrid(x1, x2), np.outer(weights, weights).ravel()
    common = {
        "mean_treated": pairs[0].ravel(), "mean_control": pairs[1].ravel(),
        "sd_treated": 2, "sd_control": 2.5, "n_treated": 60, "n_control": 80,
    }  # fmt: skip
    truth = np.log(4 / 3)
    naive = np.sum(shares * effect_size("ROM", **common).yi) - truth
    better = np.sum(shares * effect_size("ROM", **common, correction="second-order").yi) - truth
    assert naive > 0.002 and abs(better) < 0.1 * naive
    spread = np.log(2 / 2.5) + 1 / 118 - 1 / 158 - truth
    cvr = effect_size("CVR", **common, correction="second-order").yi
    assert abs(np.sum(shares * cvr) - spread) < 0.1 * naive


@pytest.mark.parametrize(
    ("measure", "shared"),
    [
        ("RPB", ("n_treated", "n_control")),
        ("RBIS", ("n_treated", "n_control")),
        ("D2ORN", ("n_treated", "n_control")),
        ("D2ORL", ("n_treated", "n_control")),
        ("COR", ("n",)),
        ("UCOR", ("n",)),
        ("PCOR", ("n", "predictors")),
        ("ZPCOR", ("n", "predictors")),
    ],
)
def test_the_forms_of_tests_agree(measure, shared):
    """t, F = t² and its p, by SciPy, tell the same as the d or the r behind them."""
    given = {name: VALUES[name] for name in shared}
    if "n" in given:
        df = given["n"] - given.get("predictors", 1) - 1
        t = 0.3 * np.sqrt(df / (1 - 0.3**2))
        direct = {"r": 0.3}
    else:
        df = given["n_treated"] + given["n_control"] - 2
        t = 0.3 / np.sqrt(1 / given["n_treated"] + 1 / given["n_control"])
        direct = {"d": 0.3}
        by_f = effect_size(measure, f=t**2, sign=-1, **given)
        assert by_f.yi[0] == pytest.approx(effect_size(measure, d=-0.3, **given).yi[0], rel=1e-12)
    expected = effect_size(measure, **direct, **given)
    by_t = effect_size(measure, t=t, **given)
    by_p = effect_size(measure, p=2 * stats.t.sf(t, df), sign=1, **given)
    for found in (by_t, by_p):
        assert found.yi[0] == pytest.approx(expected.yi[0], rel=1e-10)
        assert found.vi[0] == pytest.approx(expected.vi[0], rel=1e-10)


def test_the_forms_of_a_change_agree():
    both = {"mean_post": 3, "mean_pre": 2, "n": 20}
    for measure in ("MC", "SMCC"):
        times = effect_size(measure, **both, sd_post=3, sd_pre=2, r=0.25)
        assert times.to_dict() == effect_size(measure, **both, sd_change=10**0.5).to_dict()
        alone = effect_size(measure, mean_change=1, sd_change=10**0.5, n=20)
        assert times.to_dict() == alone.to_dict()


def test_scaled_odds_ratios_are_odds_ratios_scaled():
    odds = effect_size("OR", **TABLE, add=0.25, to="all")
    for measure, factor in (("OR2DN", 1 / 1.65), ("OR2DL", 3**0.5 / np.pi)):
        scaled = effect_size(measure, **TABLE, add=0.25, to="all")
        assert scaled.yi[0] == pytest.approx(factor * odds.yi[0], rel=1e-12)
        assert scaled.vi[0] == pytest.approx(factor**2 * odds.vi[0], rel=1e-12)
        printed = effect_size(measure, ratio=2, ratio_low=1, ratio_high=4)
        assert printed.yi[0] == pytest.approx(factor * np.log(2), rel=1e-12)


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


@pytest.mark.parametrize(
    ("measure", "given", "message"),
    [
        ("SMDH", {"sd_treated": 0, "sd_control": 0}, "sd_treated[0] is 0.0; without spread in an arm"),
        ("SMDH", {"n_treated": 1}, "n_treated[0] is 1.0; a standard deviation needs at least 2"),
        ("SMD1", {"n_control": 2}, "n_control[0] is 2.0; the small-sample correction needs at least 3"),
        ("SMD1", {"sd_control": 0}, "sd_control[0] is 0.0; without spread there is no SMD"),
        ("ROM", {"mean_treated": -1}, "mean_treated[0] is -1.0; a ratio needs two means of one sign"),
        ("ROM", {"mean_control": 0}, "mean_treated[0] is 3.0; a ratio needs two means of one sign"),
        ("CVR", {"sd_control": 0}, "sd_control[0] is 0.0; a logarithm needs values above 0"),
        ("VR", {"n_control": 1}, "n_control[0] is 1.0; a standard deviation needs at least 2"),
        ("PHI", {"events_treated": 41}, "events_treated[0] is 41.0; it must not exceed n_treated"),
        ("PLO", {"events": 41}, "events[0] is 41.0; it must not exceed n, the sample's size"),
        ("PFT", {"events": 41}, "events[0] is 41.0; it must not exceed n, the sample's size"),
        ("PR", {"events": -1}, "events[0] is -1.0; events (participants with the event, or number"),
        ("IR", {"time": 0}, "time[0] is 0.0; time (person-time of the one sample) must be above 0"),
        ("IRR", {"events_control": -1}, "events_control[0] is -1.0; events_control (participants"),
        ("SMCR", {"sd_pre": 0}, "sd_pre[0] is 0.0; without spread there is no standardised change"),
        ("SMCR", {"n": 2}, "n[0] is 2.0; the small-sample correction needs at least 3"),
        ("SMCR", {"r": 1}, "r[0] is 1.0; r (correlation) must be strictly between -1 and 1"),
        ("SMN", {"sd": 0}, "sd[0] is 0.0; without spread there is no standardised mean"),
        ("MNLN", {"mean": 0}, "mean[0] is 0.0; a logarithm needs values above 0"),
        ("UCOR", {"n": 4}, "n[0] is 4.0; the unbiased correlation needs at least 5"),
        ("PCOR", {"n": 4}, "n[0] is 4.0; it must exceed the predictors by more than 1"),
        ("ABT", {"alpha": 1}, "alpha[0] is 1.0; alpha (Cronbach's alpha) must be below 1"),
        ("ABT", {"items": 1}, "items[0] is 1.0; items (items of the scale) must be 2 or more"),
        ("AHW", {"n": 2}, "n[0] is 2.0; the variance needs at least 3"),
        ("PPC2", {"sd_pre_treated": 0, "sd_pre_control": 0}, "sd_pre_treated[0] is 0.0; without spr"),
    ],
)  # fmt: skip
def test_refusals(measure, given, message):
    with pytest.raises(ValueError) as refusal:
        effect_size(measure, **study(MEASURES[measure][0]) | given)
    assert str(refusal.value).startswith(message)


NO_EVENT = {"events_treated": 0, "n_treated": 9, "events_control": 0, "n_control": 9}


@pytest.mark.parametrize(
    ("measure", "given"),
    [
        ("PLO", {"events": 0, "n": 9, "to": "none"}),
        ("PLN", {"events": 0, "n": 9, "to": "none"}),
        ("IRLN", {"events": 0, "time": 9, "to": "none"}),
        ("PHI", NO_EVENT),
        ("RTET", NO_EVENT | {"events_control": 3}),
        ("AS", NO_EVENT | {"drop00": True}),
    ],
)  # fmt: skip
def test_no_effect_is_nan_for_both(measure, given):
    found = effect_size(measure, **given)
    assert np.isnan(found.yi[0]) and np.isnan(found.vi[0])


def test_arms_without_any_event_are_left_out_on_request():
    given = {
        "events_treated": [0, 2],
        "time_treated": 9,
        "events_control": [0, 3],
        "time_control": 9,
    }
    for measure in ("IRR", "IRD"):
        kept, dropped = effect_size(measure, **given), effect_size(measure, **given, drop00=True)
        assert np.isfinite(kept.yi).all() and list(np.isnan(dropped.vi)) == [True, False]
        assert dropped.yi[1] == kept.yi[1]
