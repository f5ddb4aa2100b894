"""What tables and figures of a report call things, and how they show what is small or averaged."""

from __future__ import annotations

from math import exp, nan
from pathlib import Path

import pytest
from own_trials import COUNTS, read

from analysis.display.figure import Figure
from analysis.display.numbers import ratio_limit
from analysis.display.table import Table
from analysis.display.value import Value
from analysis.report.chapters import chapters
from analysis.report.compose import compose, read_data

from svg import texts

EXAMPLES = Path(__file__).parent.parent / "examples"
SEVERAL = "study,year,yi,vi\nA,1990,-0.1,0.1\nA,1990,0.2,0.1\nB,1995,0.1,0.1\nC,1985,0.3,0.2\n"


def value(registry, name: str) -> Value:
    return registry.get(Value, f"outcome.{name}")


def heads(registry) -> list[tuple[str, str]]:
    return [
        (c.spanner, c.label) for c in registry.get(Table, "outcome.studies").columns if c.spanner
    ]


def test_columns_of_the_file_are_headed_by_words_and_the_names_of_both_groups(tmp_path):
    registry = compose(read(tmp_path, COUNTS + "A,4,100,8,100\nB,5,90,9,95\n"))
    assert heads(registry)[:4] == [
        ("Treatment", "Events"), ("Treatment", "n"), ("Control", "Events"),
        ("Control", "n"),
    ]  # fmt: skip
    stroke = heads(compose(read_data(EXAMPLES / "stroke.csv")))
    assert {("Specialist care", "SD"), ("Routine care", "Mean")} <= set(stroke)
    cells = heads(compose(read_data(EXAMPLES / "bcg.csv")))
    assert ("No vaccination", "Without event") in cells


def test_raw_cells_have_true_minus_signs(tmp_path):
    registry = compose(read(tmp_path, "study,yi,vi\nA,-0.25,0.1\nB,0.10,2e-2\n"))
    roles = ("estimate", "variance")
    shown = [value(registry, f"study.{s}.given.{role}").text for s in "ab" for role in roles]
    assert shown == ["−0.25", "0.1", "0.10", "2e−2"]


def test_studies_with_several_effects_are_counted_and_said_to_be_averages(tmp_path):
    data = read(tmp_path, SEVERAL)
    table = compose(data).get(Table, "outcome.studies")
    assert table.columns[1].label == "Effects"
    assert [row.cells["effects"].text for row in table.rows] == ["2", "1", "1"]
    said = "The effect of a study with several is their average, for which they are taken to be"
    text = " ".join(chapters(data)["chapters/03-outcome.qmd"].split())
    assert text.count(said) == 3
    once = read(tmp_path, SEVERAL.replace("A,1990,0.2,0.1\n", ""))
    assert "Effects" not in [c.label for c in compose(once).get(Table, "outcome.studies").columns]
    assert said not in " ".join(chapters(once)["chapters/03-outcome.qmd"].split())


def test_the_effect_over_time_has_the_year_on_each_row(tmp_path):
    registry = compose(read(tmp_path, SEVERAL))
    found = texts(registry.get(Figure, "outcome.cumulative").svg)
    assert found[:2] == ["Adding", "Year"]
    assert [found[found.index(study) + 1] for study in "CAB"] == ["1985", "1990", "1995"]
    assert "Year" not in texts(registry.get(Figure, "outcome.leave_one_out").svg)


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (0.0, "<0.01"), (0.0049, "<0.01"), (0.0051, "0.01"), (1000.0, "1000.00"), (1000.1, ">1000"),
        (0.9999, "0.9999"), (2.345, "2.35"), (None, "—"), (nan, "—"),
    ],
)  # fmt: skip
def test_the_limit_of_a_ratio_is_no_nought_and_no_number_of_thousands(x, said):
    assert ratio_limit(x, 2, 1.0) == said


def test_ratios_in_a_report_are_never_shown_as_nought(tmp_path):
    registry = compose(read(tmp_path, "study,log_rr,se\nA,-7,4\nB,-7,4\n"))
    assert exp(-7) == pytest.approx(0.0009, abs=5e-5)
    assert value(registry, "study.a.estimate").text == "0.001"
    assert value(registry, "study.a.ci_low").text == "<0.01"
    assert value(registry, "reml.ci_low").text == "<0.01"
    wide = compose(read(tmp_path, "study,log_rr,se\nA,0,8\nB,0,8\n"))
    ends = [value(wide, f"reml.ci_{end}").text for end in ("low", "high")]
    assert ends == ["<0.01", ">1000"]
    assert "[<0.01, >1000]" in texts(wide.get(Figure, "outcome.forest").svg)


def test_tau_has_as_many_decimals_as_the_effects():
    for name in ("stroke", "bcg", "adherence"):
        registry = compose(read_data(EXAMPLES / f"{name}.csv"))
        places = len(value(registry, "reml.estimate").text.partition(".")[2])
        for each in ("tau", "tau_low", "tau_high"):
            assert len(value(registry, f"reml.{each}").text.partition(".")[2]) == places


def test_the_key_of_every_funnel_names_the_studies():
    for name in ("stroke", "bcg"):
        registry = compose(read_data(EXAMPLES / f"{name}.csv"))
        assert texts(registry.get(Figure, "outcome.funnel").svg).count("Study") == 1
