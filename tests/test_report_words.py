"""What a report calls things: groups, units, years, axes, and what it says of few studies."""

from __future__ import annotations

import re
from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest
from own_trials import COUNTS, problems, read
from scipy.stats import t as student

from analysis.display.figure import Figure
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.report.chapters import chapters
from analysis.report.compose import compose, read_data
from analysis.report.keys import LONGEST, slug

from svg import ids, texts

EXAMPLES = Path(__file__).parent.parent / "examples"
ARMS = "study,events iCBT,n iCBT,events usual care,n usual care\n"
ROWS = "A,4,100,28,100\nB,5,90,29,95\nC,6,95,24,97\n"


def direction(registry) -> str:
    return registry.get(Phrase, "outcome.reml.direction").text


@pytest.mark.parametrize(
    ("header", "settings", "compared", "end"),
    [
        (COUNTS, "", "with treatment than with control", "Less frequent with treatment"),
        (ARMS, "", "with iCBT than with usual care", "Less frequent with iCBT"),
        (COUNTS, "arms: ['drug {x}', placebo]", "with drug {x} than with placebo", "with drug {x}"),
        (ARMS, "favours: [Fewer, More]", "with iCBT than with usual care (“Fewer”)", "Fewer"),
    ],
)
def test_groups_are_called_as_set_or_by_their_columns(tmp_path, header, settings, compared, end):
    (tmp_path / "trials.yml").write_text(settings, encoding="utf-8")
    registry = compose(read(tmp_path, header + ROWS))
    assert direction(registry).startswith(f"the event is less frequent {compared}, and")
    svg = registry.get(Figure, "outcome.forest").svg
    assert any(end in text for text in texts(svg))


SEEN = "the event is less frequent with iCBT than with usual care"


@pytest.mark.parametrize(
    ("settings", "said", "ends"),
    [
        ("better: lower", f"{SEEN}, which is better, and", ("Favours iCBT", "Favours usual care")),
        ("better: higher", f"{SEEN}, which is worse, and", ("Favours usual care", "Favours iCBT")),
        (
            "{better: lower, favours: [Fewer, More]}",
            f"{SEEN} (“Fewer”), which is better, and",
            ("Fewer", "More"),
        ),
    ],
)
def test_what_is_better_is_said_where_it_is_set(tmp_path, settings, said, ends):
    (tmp_path / "trials.yml").write_text(settings, encoding="utf-8")
    registry = compose(read(tmp_path, ARMS + ROWS))
    assert direction(registry).startswith(said)
    low, high = (
        next(text for text in texts(registry.get(Figure, "outcome.forest").svg) if end in text)
        for end in ends
    )
    assert low.startswith("←") and high.endswith("→")
    better = settings.split("better: ")[1].split(",")[0].split("}")[0]
    told = f"{better.capitalize()} is better, as set."
    assert registry.get(Phrase, "data.better").text == told


def test_what_is_better_of_each_outcome_is_set_by_its_name(tmp_path):
    text = "study,outcome,yi,vi\n" + "".join(
        f"S{i},{outcome},1,0.01\n" for i in range(3) for outcome in ("pain", "function")
    )
    (tmp_path / "trials.yml").write_text("better: {function: higher}", encoding="utf-8")
    registry = compose(read(tmp_path, text))
    told = registry.get(Phrase, "function.reml.direction").text
    assert told.startswith("the effect is positive, which is better, and")
    assert "better" not in registry.get(Phrase, "pain.reml.direction").text
    told = registry.get(Phrase, "data.better").text
    assert told.startswith("Higher is better of function, as set. The file does not tell whether")
    assert "lower or higher values of pain are better" in told


def test_groups_take_two_names(tmp_path):
    (tmp_path / "trials.yml").write_text("arms: [drug]", encoding="utf-8")
    (told,) = problems(tmp_path, COUNTS + ROWS)
    assert told.startswith(
        "trials.yml:1:arms: must be two texts in brackets: what the treated group"
    )


# Effects fall exactly with the dose, by 0.1 a unit, and not with the year.
LINE = "study,year,yi,vi,dose\n" + "".join(
    f"S{i},{2000 + i * i % 5},{1 - i / 10 + (-1) ** i / 1000:.4f},0.01,{i}\n" for i in range(12)
)


@pytest.mark.parametrize(
    ("settings", "label", "unit"),
    [
        ("", "Dose", "unit of dose"),
        ("labels: {dose: Daily amount}", "Daily amount", "unit of Daily amount"),
        ("units: {dose: mg}\nlabels: {dose: Dose}", "Dose", "1 mg"),
    ],
)
def test_a_slope_is_an_association_per_a_unit(tmp_path, settings, label, unit):
    (tmp_path / "trials.yml").write_text(settings, encoding="utf-8")
    registry = compose(read(tmp_path, LINE))
    said = registry.get(Phrase, "outcome.regressions.told").text
    assert f"{label}: associated with a lower effect (slope per {unit} −0.100" in said
    assert "Year of publication: not clearly associated with the effect (slope per 1 year " in said
    names = [row.cells["moderator"] for row in registry.get(Table, "outcome.regressions").rows]
    assert names == ["Year of publication, per 1 year", f"{label}, per {unit}"]
    slope = registry.get(Value, "outcome.regression.dose.estimate")
    assert slope.raw == pytest.approx(-0.1, abs=1e-3) and f"per {unit}" in slope.source
    assert f"Slope per {unit} " in registry.get(Figure, "outcome.regression.dose").alt
    assert "outcome.regression.dose.ratio.estimate" not in registry


def log_ratios(rise: float, step: float) -> str:
    """Logarithms of risk ratios that change by nearly `rise` with every `step` of the dose."""
    rows = (f"S{i},{i * rise + (-1) ** i / 1000},{0.1 + i / 100},{i * step!r}\n" for i in range(12))
    return "study,log_rr,se,dose\n" + "".join(rows)


def test_a_slope_of_ratios_is_told_as_the_factor_per_a_unit(tmp_path):
    (tmp_path / "trials.yml").write_text("units: {dose: mg}", encoding="utf-8")
    registry = compose(read(tmp_path, log_ratios(-0.05, 0.5)))
    # Least squares by the inverse variances: so near their line the ratios leave no τ², and Hartung and
    # Knapp's error, which is smaller, gives way to the usual one, with t on k − 2 degrees of freedom.
    i = np.arange(12)
    X = np.column_stack([np.ones(12), i * 0.5])
    W = np.diag((0.1 + i / 100) ** -2)
    covariance = np.linalg.inv(X.T @ W @ X)
    slope = (covariance @ X.T @ W @ (-0.05 * i + (-1.0) ** i / 1000))[1]
    half = student.isf(0.025, 10) * np.sqrt(covariance[1, 1])
    ends = {"estimate": slope, "ci_low": slope - half, "ci_high": slope + half}
    found = {n: registry.get(Value, f"outcome.regression.dose.ratio.{n}") for n in ends}
    assert {n: v.raw for n, v in found.items()} == pytest.approx(
        {n: np.exp(y) for n, y in ends.items()}, rel=1e-9
    )
    said = registry.get(Phrase, "outcome.regressions.told").text
    shown = "{estimate}, {ci_low} to {ci_high}".format(**{n: v.text for n, v in found.items()})
    told = f"risk ratio (per 1 mg it is multiplied by {shown}; slope of its logarithm −0.1"
    assert f"Dose: associated with a lower {told}" in said
    table = registry.get(Table, "outcome.regressions")
    assert [c.key for c in table.columns if c.spanner == "Multiplied by"] == [
        f"ratio.{name}" for name in ends
    ]
    (row,) = table.rows
    assert {name: row.cells[f"ratio.{name}"] for name in ends} == found


def test_a_factor_that_no_double_can_hold_is_left_out(tmp_path):
    registry = compose(read(tmp_path, log_ratios(0.1, 1e-6)))
    for name in ("estimate", "ci_low", "ci_high"):
        assert registry.get(Value, f"outcome.regression.dose.ratio.{name}").raw is None
    said = registry.get(Phrase, "outcome.regressions.told").text
    assert "(slope of the logarithm of the risk ratio per unit of dose " in said


@pytest.mark.parametrize("sign", [1, -1])
def test_a_limit_is_shown_on_its_side_of_no_effect(tmp_path, sign):
    yi = 1.959963984540054 + sign * 0.0004  # the standard error is 1
    low = compose(read(tmp_path, f"study,yi,vi\nA,{yi!r},1\n")).get(Value, "outcome.study.a.ci_low")
    assert low.text == ("0.0004" if sign > 0 else "−0.0004")


def test_a_limit_of_heterogeneity_has_no_line_to_be_told_from(tmp_path):
    # Q of −d, 0 and d around their mean is 2d²/(v + τ²): the lower limit of τ² by the Q profile is where
    # it meets the quantile of χ² on 2 degrees of freedom, −2·ln 0.025, here at a ten thousandth of v.
    d = sqrt(-2 * log(0.025) * 1.0001 / 2)
    registry = compose(read(tmp_path, f"study,yi,vi\nA,{-d!r},1\nB,0,1\nC,{d!r},1\n"))
    low = registry.get(Value, "outcome.reml.i2_low")
    assert low.raw == pytest.approx(100 * 0.0001 / 1.0001, rel=1e-3)
    assert low.text == "0.0"


def test_the_year_is_said_to_stand_for_time_and_a_slope_to_be_no_effect(tmp_path):
    methods = chapters(read(tmp_path, LINE))["chapters/02-methods.qmd"]
    assert "A slope is an association between studies" in methods
    assert "The year of publication is among them" in methods
    (tmp_path / "trials.yml").write_text("columns: {year: note}", encoding="utf-8")
    methods = chapters(read(tmp_path, LINE))["chapters/02-methods.qmd"]
    assert "The year of" not in methods


def outlying(k: int) -> str:
    """Effects that are alike, but for one that outweighs all others and is far from them."""
    rows = "".join(f"S{i},{0.1 + i % 3 / 100},0.2\n" for i in range(k - 1))
    return f"study,yi,vi\n{rows}Far,3,0.001\n"


@pytest.mark.parametrize(("k", "judged"), [(9, False), (10, True)])
def test_no_study_of_few_is_flagged_as_influential(tmp_path, k, judged):
    registry = compose(read(tmp_path, outlying(k)))
    said = registry.get(Phrase, "outcome.influence.flagged").text
    figure = registry.get(Figure, "outcome.influence")
    assert len(ids(figure.svg, "study-")) == 4 * k
    assert said.startswith("Flagged as influential: Far (") is judged
    assert (registry.get(Value, "outcome.influence.k").raw == 1) is judged
    assert ("flagged as influential. Far: " in figure.alt) is judged
    assert ("with fewer than 10 they flag by chance or never" in said) is not judged
    assert ("With fewer than 10 studies no bounds are drawn" in figure.alt) is not judged


@pytest.mark.parametrize(
    ("name", "axes"),
    [
        (
            "bcg",
            "Risk ratio (logarithmic) against Standard error of the logarithm of the risk ratio",
        ),
        ("adherence", "Fisher’s z against Standard error of Fisher’s z"),
        ("stroke", "Mean difference in days against Standard error in days"),
    ],
)
def test_the_axes_of_the_funnel_say_their_scale(name, axes):
    registry = compose(read_data(EXAMPLES / f"{name}.csv"))
    assert f": {axes}. " in registry.get(Figure, "outcome.funnel").alt


def test_captions_say_on_which_scale_correlations_stand():
    data = read_data(EXAMPLES / "adherence.csv")
    text = " ".join(chapters(data)["chapters/03-outcome.qmd"].split())
    assert text.count("Effects are Fisher’s z, on which they were analysed, and not") == 4
    assert "Correlations, transformed back from Fisher’s z, on which they were pooled." in text


def test_the_axes_of_the_baujat_plot_are_words():
    alt = compose(read_data(EXAMPLES / "stroke.csv")).get(Figure, "outcome.baujat").alt
    assert (
        "Influence: squared change of the mean, over its variance against Heterogeneity: squared "
        "distance from the mean, over its variance" in alt
    )


LONG = "Death from any cause within thirty days of the first dose of the trial drug, by {}"


def test_long_names_are_told_apart_whatever_their_order():
    names = [LONG.format(who) for who in ("the registry", "the family")]
    forth, back = set(), set()
    found = {name: slug(name, forth) for name in names}
    assert {name: slug(name, back) for name in reversed(names)} == found
    assert len(set(found.values())) == 2 and all(len(key) <= LONGEST for key in found.values())
    assert all(re.fullmatch(r"death_from_any_cause_[a-z_]+_[0-9a-f]{6}", k) for k in found.values())
    # What is not too long stays as it is, to the last letter.
    assert slug("x" * LONGEST, set()) == "x" * LONGEST
    assert len(slug("x" * (LONGEST + 1), set())) == LONGEST


def test_names_of_which_no_letter_is_left_are_told_apart_whatever_their_order():
    names = ["死亡", "跌倒", "—"]
    forth, back = set(), set()
    found = {name: slug(name, forth) for name in names}
    assert {name: slug(name, back) for name in reversed(names)} == found
    assert len(set(found.values())) == 3
    assert all(re.fullmatch(r"x_[0-9a-f]{6}", key) for key in found.values())
    assert slug("5-HT", set()) == "x_5_ht"


def test_a_running_number_makes_no_name_too_long():
    taken: set[str] = set()
    keys = [slug(name, taken) for name in ("x" * LONGEST, "X" * LONGEST, "X" * LONGEST + "!")]
    assert len(set(keys)) == 3 and max(map(len, keys)) == LONGEST
    assert [slug(name, taken) for name in ("a b", "a-b")] == ["a_b", "a_b_2"]
