"""Every public function, given what it does not take: a result, or a ValueError of the engine's own."""

import inspect
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

import analysis as ma
from analysis.engine import checks

BCG = ma.example("bcg")
K = len(BCG)
EFFECTS = {"yi": BCG.yi.to_numpy(), "vi": BCG.vi.to_numpy()}
COUNTS = {
    name: BCG[name].to_numpy()
    for name in ("events_treated", "n_treated", "events_control", "n_control")
}
CLUSTER = np.arange(K) // 2
DATA = {"formula": "latitude", "data": BCG[["latitude"]]}
REGRESSION = ma.meta_regression(**EFFECTS, **DATA)
DEPENDENT = EFFECTS | {"cluster": CLUSTER}
NORMAL = {"tau_prior": ma.priors.half_normal(0.5), "mu_prior": (0, 1)}

# Of every function one call that it takes; each argument is then replaced by what it may not take.
CALLS = {
    "aggregate": DEPENDENT | {"rho": 0.5},
    "asymmetry": COUNTS | {"test": "peters"},
    "back_transform": {"measure": "OR", "values": EFFECTS["yi"]},
    "baujat": EFFECTS,
    "bayes": EFFECTS | NORMAL,
    "begg": EFFECTS,
    "bootstrap": EFFECTS | {"replicates": 5},
    "convert": {"effects": ma.effect_size("OR", **COUNTS), "to": "SMD"},
    "cumulative": EFFECTS,
    "effect_size": COUNTS | {"measure": "OR"},
    "egger": EFFECTS,
    "example": {"name": "bcg"},
    "excess_significance": EFFECTS,
    "failsafe_n": EFFECTS | {"method": "Orwin", "target": 0.1},
    "glmm": COUNTS | {"measure": "OR"},
    "gosh": EFFECTS | {"subsets": 20},
    "henmi_copas": EFFECTS,
    "influence": EFFECTS,
    "leave_one_out": EFFECTS,
    "likelihood_ratio": {"full": REGRESSION, "reduced": REGRESSION},
    "limit_meta_analysis": EFFECTS,
    "mantel_haenszel": COUNTS | {"measure": "OR"},
    "meta_regression": EFFECTS | DATA,
    "moments_from_quantiles": {
        "n": [30, 40], "median": [5, 6], "q1": [4, 4], "q3": [6, 9], "minimum": [1, 1],
        "maximum": [9, 12],
    },
    "multilevel": DEPENDENT | {"sigma2": (0.1, None)},
    "multivariate": DEPENDENT | {"outcome": np.arange(K) % 2},
    "p_curve": {"statistic": np.linspace(2.5, 5, 8), "kind": "t", "df": 30},
    "permutation_test": EFFECTS | {"permutations": 5},
    "pet_peese": EFFECTS,
    "peto": COUNTS,
    "pool": EFFECTS | {"tau2": 0.1},
    "pool_weighted": EFFECTS | {"weights": np.ones(K)},
    "radial": EFFECTS,
    "random_effects": EFFECTS,
    "regression_influence": {"fitted": REGRESSION},
    "residuals": EFFECTS,
    "robust": {"result": REGRESSION, "cluster": CLUSTER},
    "robust_effects": DEPENDENT | {"X": BCG.latitude.to_numpy()},
    "selection_model": EFFECTS | {"steps": [0.05], "alternative": "less"},
    "study_power": {"vi": EFFECTS["vi"], "theta": 0.3},
    "subgroups": EFFECTS | {"groups": BCG.allocation},
    "trim_fill": EFFECTS,
    "variance_inflation": {"regression": REGRESSION},
    "within_study_covariance": {"vi": EFFECTS["vi"], "cluster": CLUSTER, "rho": 0.5},
}  # fmt: skip
# Arguments that the tests of parallel work treat.
ELSEWHERE = ("executor", "progress")

FEW_ODD = ("x", None, float("nan"), [])
ODD = (
    *FEW_ODD, -1, 0, 1, 2, 0.5, True, "", {}, object(), 1 + 2j, 10**400, float("inf"), 1e300, [1, 2, 3],
    [None], [[1, 2], [3, 4]], ["x"] * K, np.array(0.5), np.array([1.0, 2.0]), np.full(K, 1 + 2j),
    np.full(K, 0.5), np.full(K, np.nan), np.zeros((K, K)), np.zeros((1, 1, 1)), pd.Series([1.0, 2.0]),
    pd.Series([pd.NA] * K, dtype="Float64"), (1, 2), lambda: 1,
)  # fmt: skip
ENGINE = Path(checks.__file__).parent


def refused_or_done(function, **arguments):
    """What the `function` returns, None where the engine refuses the `arguments` by a ValueError."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return function(**arguments)
    except ValueError as error:
        at = error.__traceback__
        while at.tb_next:
            at = at.tb_next
        assert Path(at.tb_frame.f_code.co_filename).is_relative_to(ENGINE), error
        return None


def replaced(function, arguments: dict, odd):
    """The `arguments` of `function` with each in turn replaced by each that is `odd`."""
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in ELSEWHERE and parameter.kind is not parameter.VAR_KEYWORD:
            for value in odd:
                yield arguments | {name: value}


def methods(result):
    """The methods of a `result` of the engine that are its own."""
    kind = type(result)
    if not kind.__module__.startswith("analysis."):
        return
    for name, _ in inspect.getmembers(kind, inspect.isfunction):
        if not name.startswith("_"):
            yield getattr(result, name)


def test_every_public_function_has_a_call():
    functions = {name for name in ma.__all__ if inspect.isfunction(getattr(ma, name))}
    assert functions - {"show_progress"} == CALLS.keys()


@pytest.mark.parametrize("name", CALLS)
def test_a_wrong_argument_is_refused_in_words(name):
    function = getattr(ma, name)
    for arguments in replaced(function, CALLS[name], FEW_ODD):
        refused_or_done(function, **arguments)


@pytest.mark.long
@pytest.mark.parametrize("name", CALLS)
def test_any_wrong_argument_is_refused_in_words(name):
    function = getattr(ma, name)
    for arguments in replaced(function, CALLS[name], ODD):
        refused_or_done(function, **arguments)


@pytest.mark.long
@pytest.mark.parametrize("name", CALLS)
def test_any_wrong_argument_of_a_method_is_refused_in_words(name):
    for method in methods(refused_or_done(getattr(ma, name), **CALLS[name])):
        given = {
            key: 0.5
            for key, parameter in inspect.signature(method).parameters.items()
            if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
        }
        for arguments in replaced(method, given, ODD):
            refused_or_done(method, **arguments)


@pytest.mark.long
@pytest.mark.parametrize("k", [1, 2, 3, 4])
@pytest.mark.parametrize("name", CALLS)
def test_few_studies_are_analysed_or_refused_in_words(name, k):
    arguments = {
        key: value[:k] if isinstance(value, np.ndarray | pd.Series | pd.DataFrame | list) else value
        for key, value in CALLS[name].items()
    }
    for method in methods(refused_or_done(getattr(ma, name), **arguments)):
        if all(p.default is not p.empty for p in inspect.signature(method).parameters.values()):
            refused_or_done(method)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.array([1.0, 2.0, 3.0]), "mu_prior has 3 values; it is None, or a mean and a standard"),
        (np.array([[1.0], [2.0]]), "mu_prior has shape (2, 1); it must be one-dimensional"),
        ((0, -1), "the standard deviation in mu_prior is -1.0; it must be a number above 0"),
        ((np.inf, 1), "the mean in mu_prior is inf; it must be a number from"),
    ],
)
def test_a_wrong_prior_of_the_mean(given, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ma.bayes(**EFFECTS, **NORMAL | {"mu_prior": given})


def test_a_prior_of_the_mean_as_an_array():
    tuple_, array = (ma.bayes(**EFFECTS, **NORMAL | {"mu_prior": p}) for p in ((0, 1), np.r_[0, 1]))
    assert tuple_.mu == array.mu


@pytest.mark.parametrize("model", [ma.multilevel, ma.multivariate])
def test_a_prediction_where_all_moderators_are_0(model):
    """Without an intercept the effect there is 0 by the model, known without an error."""
    more = {"outcome": np.zeros(K)} if model is ma.multivariate else {}
    found = model(**DEPENDENT, **more, X=BCG.latitude.to_numpy()[:, None], intercept=False, ci="t")
    if model is ma.multivariate:
        return
    predicted = found.predict([0.0])
    assert (predicted.estimate[0], predicted.se[0]) == (0, 0)
    assert predicted.prediction_low[0] < 0 < predicted.prediction_high[0]


@pytest.mark.parametrize("alpha", [1 / 3, 0.5, 0.99])
def test_a_p_curve_at_the_level_of_a_weak_power(alpha):
    with pytest.raises(
        ValueError, match=r"alpha is .*; it must be a number above 0 and below 0.33"
    ):
        ma.p_curve(**EFFECTS, alpha=alpha)


@pytest.mark.parametrize("value", [0, np.int64(0), 7, np.uint8(7)])
def test_whole_numbers(value):
    found = checks.whole("n", value, most=7)
    assert type(found) is int
    assert found == value


@pytest.mark.parametrize("value", [-1, 8, True, 1.0, "1", None, np.nan])
def test_no_whole_numbers(value):
    with pytest.raises(
        ValueError, match=r"n is .*; it must be a whole number from 0 to 7, or none"
    ):
        checks.whole("n", value, most=7, note=", or none")


@pytest.mark.parametrize("value", [0, 1, 0.5, np.float32(0.5), np.int64(1)])
def test_numbers(value):
    assert checks.number("x", value, 0, 1) == value


@pytest.mark.parametrize("value", [-0.1, 1.1, True, "1", None, np.nan, np.inf, 1j, np.array(0.5)])
def test_no_numbers(value):
    with pytest.raises(ValueError, match=r"x is .*; it must be a number from 0 to 1$"):
        checks.number("x", value, 0, 1)


@pytest.mark.parametrize("value", [0, 1])
def test_ends_that_are_left_out(value):
    with pytest.raises(ValueError, match=rf"x is {value}; it must be a number above 0 and below 1"):
        checks.number("x", value, 0, 1, ends=False)


def test_what_the_engine_refuses_is_not_computable_and_what_a_library_raises_is_a_failure():
    assert checks.computable(ma.pool, [0.1, 0.2], vi=[0.1, -1]) is None
    assert checks.computable(ma.pool, [0.1, 0.2], vi=[0.1, 0.1]).k == 2
    for broken in (lambda: np.linalg.inv(np.zeros((2, 2))), lambda: brentq(np.exp, 0, 1)):
        with pytest.raises(ValueError):
            checks.computable(broken)
