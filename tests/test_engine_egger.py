"""Egger's regression: his own form, symmetries, and what is refused."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import linregress

from analysis.engine.egger import egger

from bias_studies import STUDIES, UNEQUAL, arrays, close

SIZES = ("ni", "ninv", "sqrtni", "sqrtninv")
MODELS = [("OLS", "z"), ("EE", "z"), ("DL", "z"), ("REML", "hksj")]


@given(studies=STUDIES)
def test_eggers_own_form(studies):
    """The standard normal deviate yi/sei on the precision 1/sei, unweighted: Egger et al. (1997)."""
    yi, vi = arrays(studies)
    sei = np.sqrt(vi)
    line = linregress(1 / sei, yi / sei)
    result = egger(yi, vi=vi)
    scale = np.abs(yi).max() / sei.min()
    assert result.estimate == pytest.approx(line.intercept, rel=1e-7, abs=1e-9 * scale)
    assert result.limit == pytest.approx(line.slope, rel=1e-7, abs=1e-9 * np.abs(yi).max())
    assert result.se == pytest.approx(line.intercept_stderr, rel=1e-6)
    assert (result.df, result.k) == (len(yi) - 2, len(yi))


def test_a_line_by_hand():
    """sei 1, 2 and 1, weights 4:1:4. At sei 1 the effects 0 and 2 have mean 1, at sei 2 it is 3.

    The slope is 2, the limit 1 - 2; the residuals -1, 0, 1 leave q_e = sum(w r²) = 2 on
    one df; sxx = sum(w (x - 10/9)²) with w = 1, 1/4, 1 about the mean (1 + 1/2 + 1) / (9/4).
    """
    result = egger([0, 3, 2], vi=[1, 4, 1])
    assert (result.estimate, result.limit) == (close(2), close(-1))
    assert result.q_e == close(2)
    assert result.se**2 == close(2 / (2 * (1 / 9) ** 2 + (8 / 9) ** 2 / 4))


@pytest.mark.parametrize(("model", "ci"), MODELS)
@given(studies=UNEQUAL, shift=st.integers(-3, 3), power=st.integers(-3, 3))
def test_shift_scale_and_sign(model, ci, studies, shift, power):
    yi, vi = arrays(studies)
    scale = 2.0**power
    base = egger(yi, vi=vi, model=model, ci=ci)
    moved = egger(scale * (yi + shift), vi=scale**2 * vi, model=model, ci=ci)
    mirrored = egger(-yi, vi=vi, model=model, ci=ci)
    near = pytest.approx(base.statistic, rel=1e-5, abs=1e-6)
    assert moved.statistic == near
    assert -mirrored.statistic == near
    assert moved.estimate == pytest.approx(base.estimate, rel=1e-5, abs=1e-6)
    assert moved.limit == pytest.approx(scale * (base.limit + shift), rel=1e-5, abs=1e-5 * scale)
    assert moved.tau2 == pytest.approx(scale**2 * base.tau2, rel=1e-4, abs=1e-6 * scale**2)


@pytest.mark.parametrize(("model", "ci"), MODELS)
@given(data=st.data(), studies=UNEQUAL)
def test_the_order_of_the_studies_does_not_matter(model, ci, data, studies):
    yi, vi = arrays(studies)
    order = data.draw(st.permutations(range(len(yi))))
    base = egger(yi, vi=vi, model=model, ci=ci)
    shuffled = egger(yi[order], vi=vi[order], model=model, ci=ci)
    assert shuffled.statistic == pytest.approx(base.statistic, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("predictor", SIZES)
def test_a_size_predictor_is_what_it_says(predictor):
    """With vi = 1/ni each size predictor is a function of vi, so that vi = ninv, sei = sqrtninv."""
    yi, ni = [0.1, 0.5, 0.3, 0.9], np.array([400.0, 100.0, 25.0, 16.0])
    result = egger(yi, vi=1 / ni, ni=ni, predictor=predictor)
    x = {"ni": ni, "ninv": 1 / ni, "sqrtni": np.sqrt(ni), "sqrtninv": 1 / np.sqrt(ni)}[predictor]
    assert result.estimate == pytest.approx(np.polyfit(x, yi, 1, w=np.sqrt(ni))[0], rel=1e-9)
    twin = {"ninv": "vi", "sqrtninv": "sei"}.get(predictor)
    if twin is None:
        assert isnan(result.limit) and isnan(result.limit_ci_low) and isnan(result.limit_ci_high)
    else:
        assert result.statistic == close(egger(yi, vi=1 / ni, predictor=twin).statistic)
        assert result.limit == close(egger(yi, vi=1 / ni, predictor=twin).limit)


def test_group_sizes_alone():
    """Pustejovsky & Rodgers (2019), sqrt((n1 + n2)/(n1 n2)) as predictor, 1/vi as weight, by lstsq.

    Harrer et al. (2022), ch. 9.2.1.2, give both, and say that meta's metabias has the same weights.
    """
    n1, n2 = np.array([62, 72, 44, 135, 103, 71.0]), np.array([51, 78, 41, 115, 100, 79.0])
    yi = np.array([0.71, 0.35, 1.79, 0.18, 0.42, 0.63])
    vi = 1 / n1 + 1 / n2 + yi**2 / (2 * (n1 + n2))
    x = np.sqrt((n1 + n2) / (n1 * n2))
    root = 1 / np.sqrt(vi)
    X = np.column_stack([root, root * x])
    b, rss = np.linalg.lstsq(X, root * yi)[:2]
    se = np.sqrt(np.diag(np.linalg.inv(X.T @ X)) * rss[0] / 4)
    found = egger(yi, vi=vi, n_treated=n1, n_control=n2, predictor="groups")
    assert (found.limit, found.estimate) == pytest.approx(tuple(b), rel=1e-9)
    assert found.se == pytest.approx(se[1], rel=1e-9)
    assert found.df == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"yi": [1, 2], "vi": [1, 2]},
            "yi has 2 values; Egger's regression needs at least 3 studies",
        ),
        ({"vi": [2, 2, 2]}, "all 3 studies have the same precision"),
        ({"yi": [2, 2, 2]}, "the 3 effects in yi lie on one line exactly"),
        ({"predictor": "n"}, "predictor is 'n'; allowed: sei, vi, ni, ninv, sqrtni, sqrtninv"),
        ({"predictor": "groups", "n_control": [1, 2, 3]}, "predictor 'groups' needs n_treated"),
        ({"predictor": "groups", "ni": [1, 2, 3]}, "ni is not used by predictor 'groups'"),
        ({"n_treated": [1, 2, 3]}, "n_treated is not used by predictor 'sei'; leave it out"),
        (
            {"predictor": "groups", "n_treated": [1, 2, 3], "n_control": [1, 2, 0]},
            "n_control[2] is 0.0; every size must be",
        ),
        ({"predictor": "ni"}, "predictor 'ni' needs ni, the studies' sample sizes"),
        ({"predictor": "ni", "ni": [1, 2]}, "ni has 2 values and yi has 3"),
        ({"predictor": "ni", "ni": [1, 0, 2]}, "ni[1] is 0.0; every size must be"),
        ({"ni": [1, 2, 3]}, "ni is not used by predictor 'sei'; leave it out"),
        ({"model": "FE"}, "model is 'FE'; allowed: OLS, "),
        ({"ci": "hksj"}, "ci is 'hksj'; the OLS model has its own t test"),
        ({"model": "DL", "ci": "x"}, "ci is 'x'; allowed: "),
        ({"level": 1}, "level is 1"),
        ({"vi": [1, -1, 2]}, "vi[1] is -1.0"),
    ],
)
def test_refusals(arguments, message):
    given = {"yi": [1, 2, 4], "vi": [1, 2, 3]} | arguments
    with pytest.raises(ValueError) as refusal:
        egger(given.pop("yi"), **given)
    assert str(refusal.value).startswith(message)


def test_report():
    text = egger([0, 3, 2], vi=[1, 4, 1]).report()
    assert "3 effects" in text and "t(1) = " in text and "p = " in text
