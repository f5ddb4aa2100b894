"""What holds for every result and every analysis: they cannot change, and vi has to be named."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import fields, is_dataclass

import pytest

import analysis as ma
from analysis import engine
from analysis.engine.results import Result

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(engine.__path__, f"{engine.__name__}.")
]
RECORDS = [
    kind
    for module in MODULES
    for kind in vars(module).values()
    if is_dataclass(kind) and kind.__module__ == module.__name__
]
RESULTS = [kind for kind in RECORDS if issubclass(kind, Result)]
ANALYSES = [
    name
    for name in ma.__all__
    if inspect.isfunction(getattr(ma, name))
    and {"yi", "vi"} <= set(inspect.signature(getattr(ma, name)).parameters)
]
# Analyses whose sentence names a level, with what they need beside the effects.
SENTENCES = {
    "bayes": {"tau_prior": ma.priors.half_normal(0.5)},
    "bootstrap": {"method": "DL", "replicates": 50},
    "henmi_copas": {},
    "limit_meta_analysis": {},
    "p_curve": {},
    "pool": {},
    "pool_weighted": {"weights": list(range(1, 14))},
}
# What == leaves out: its answer for an array is an array, which is neither true nor false.
MANY = ("ndarray", "DataFrame", "Series")


def test_the_lists_are_whole():
    assert len(RESULTS) > 50
    assert len(ANALYSES) > 25


@pytest.mark.parametrize("record", RECORDS, ids=lambda kind: kind.__qualname__)
def test_no_record_can_change(record):
    assert record.__dataclass_params__.frozen


@pytest.mark.parametrize("kind", RESULTS, ids=lambda kind: kind.__qualname__)
def test_results_show_themselves_and_can_be_compared(kind):
    assert not kind.__dataclass_params__.repr  # a generated one would replace that of Result
    whole = [f.name for f in fields(kind) if any(word in str(f.type) for word in MANY)]
    compared = {f.name for f in fields(kind) if f.compare}
    assert not compared & {*whole, *kind.held}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_names_the_level_of_its_interval(name):
    studies = ma.example("bcg")
    result = getattr(ma, name)(studies.yi, vi=studies.vi, level=0.9, **SENTENCES[name])
    assert "90%" in result.report()


@pytest.mark.parametrize("name", ANALYSES)
def test_all_but_the_effects_is_given_by_name(name):
    """So that a standard error is never passed by mistake as a variance."""
    first, *others = inspect.signature(getattr(ma, name)).parameters.values()
    assert first.name == "yi"
    assert {one.kind for one in others} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize(
    "name", [name for name in ma.__all__ if inspect.isfunction(getattr(ma, name))]
)
def test_options_and_group_sizes_are_given_by_name(name):
    parameters = inspect.signature(getattr(ma, name)).parameters
    named = {"method", "ci", "level", "n_treated", "n_control"} & set(parameters)
    assert all(parameters[one].kind == inspect.Parameter.KEYWORD_ONLY for one in named)
