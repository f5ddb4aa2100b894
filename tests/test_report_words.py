"""What a report calls things: groups, units, years, axes, and what it says of few studies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from own_trials import COUNTS, problems, read

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
    ("settings", "unit"),
    [("", "unit of dose"), ("units: {dose: mg}\nlabels: {dose: Dose}", "1 mg")],
)
def test_a_slope_is_an_association_per_a_unit(tmp_path, settings, unit):
    (tmp_path / "trials.yml").write_text(settings, encoding="utf-8")
    registry = compose(read(tmp_path, LINE))
    said = registry.get(Phrase, "outcome.regressions.told").text
    assert f"Dose: associated with a lower effect (slope per {unit} −0.100" in said
    assert "Year of publication: not clearly associated with the effect (slope per 1 year " in said
    assert not re.search(r"\b(causes?|leads? to|because|effects? of the)\b", said)
    names = [row.cells["moderator"] for row in registry.get(Table, "outcome.regressions").rows]
    assert names == ["Year of publication, per 1 year", f"Dose, per {unit}"]
    slope = registry.get(Value, "outcome.regression.dose.estimate")
    assert slope.raw == pytest.approx(-0.1, abs=1e-3) and f"per {unit}" in slope.source
    assert f"Slope per {unit} " in registry.get(Figure, "outcome.regression.dose").alt


def test_the_year_is_said_to_stand_for_time_and_a_slope_to_be_no_effect(tmp_path):
    methods = chapters(read(tmp_path, LINE))["chapters/02-methods.qmd"]
    assert "A slope is an association between studies" in methods
    assert "The year of publication is among them" in methods
    (tmp_path / "trials.yml").write_text("columns: {year: note}", encoding="utf-8")
    methods = chapters(read(tmp_path, LINE))["chapters/02-methods.qmd"]
    assert "association between studies" in methods and "The year of" not in methods


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
    assert (said == "Flagged as influential: Far.") is judged
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
        ("stroke", "Mean difference against Standard error"),
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
