"""Every measure and form: bad input refused by name, values without an effect, trials left out."""

from __future__ import annotations

from inspect import signature

import numpy as np
import pytest

from analysis.engine.effect_size import MEASURES, effect_size
from analysis.engine.effect_size.columns import COLUMNS

from effect_forms import FORM_NAMES, FORMS, VALUES, columns, study


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
    with pytest.raises(
        ValueError, match=r"^add is .*; it must be a number from 0 to 1e\+50, for example 0.5"
    ):
        effect_size(measure, **study(MEASURES[measure][0]), add=add)


@pytest.mark.parametrize("measure", ["RR", "AS", "IRR"])
def test_drop00_is_true_or_false(measure):
    with pytest.raises(ValueError, match=r"^drop00 is 'no'; it must be True or False"):
        effect_size(measure, **study(MEASURES[measure][0]), drop00="no")


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
