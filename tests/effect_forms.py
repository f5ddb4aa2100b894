"""Every form of every measure of effect, with one study's columns such that each has an effect."""

from __future__ import annotations

from inspect import Parameter, signature

import numpy as np

from analysis.engine.effect_size import MEASURES

# One study's value of each column.
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
