"""The experiment of a report: what it says of the main analysis holds in the page."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest

import analysis as ma
from analysis.display.registry import Registry
from analysis.display.value import Phrase, Value
from analysis.display.whatif import WhatIf, write_code
from analysis.report.compose import compose, read_data

from experiment import FOLLOW

EXAMPLES = Path(__file__).parent.parent / "examples"
HOLDS = """() => Object.fromEntries([...document.querySelectorAll('.what-if-conclusions li')]
  .map(item => [item.dataset.id.split('.')[1], [item.dataset.holds, item.textContent]]))"""
NAMES = "cells => cells.map(cell => cell.dataset.name)"
HEAD = "study,yi,vi,kind\n"
# Rows, a kind of conclusion, and what it says, None where it is left out.
FILES = {
    "significant with A alone": (
        "A,0.67,0.02,\nB,0.39,0.14,\nC,0.03,0.15,\nD,0.31,0.17,\n", "steady",
        "Whether the effect is significant depends on single studies. holds (",
    ),
    "none of two can be left out": ("A,0.67,0.02,\nB,0.39,0.14,\n", "steady", None),
    "kinds differ by Q, and not by F": (
        "A,0.11,0.04,x\nB,-0.08,0.04,x\nC,0.63,0.04,y\nD,0.34,0.04,y\n", "compared",
        "By kind the groups’ mean effects do not differ clearly.",
    ),
    "I² of 24.6": (
        "A,0.71,0.08,\nB,0.53,0.16,\nC,1.04,0.16,\nD,-0.16,0.19,\n", "degree",
        "I² 24.6% is low: low from 0%, moderate from 25%, high from 75%",
    ),
}  # fmt: skip


# What the page says of groups: the sentence, whether it holds, and the test.
SAID = re.compile(r"By (.+) the groups’ mean effects (.+)\. .*\((F.+); one τ² for all groups\)\.")


def experiment(path: Path) -> WhatIf:
    return compose(read_data(path)).get(WhatIf, "what_if")


def written(folder: Path, what_if: WhatIf) -> Path:
    """The page of an experiment, in a site that holds nothing else."""
    page = folder / "chapters/page.html"
    page.parent.mkdir(parents=True)
    write_code(folder)
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>What if</title>'
    page.write_text(head + what_if.html(), encoding="utf-8")
    return page


def shown(visit, folder: Path, what_if: WhatIf) -> dict[str, tuple[str, str]]:
    """Of each kind of conclusion whether it holds, and all that is said of it."""
    return visit(written(folder, what_if).as_uri()).evaluate(HOLDS)


@pytest.mark.parametrize("name", ["bcg", "adherence", "stroke", "expectancy", "calendar"])
def test_all_conclusions_hold_of_the_main_analysis(tmp_path, visit, name):
    found = shown(visit, tmp_path, experiment(EXAMPLES / f"{name}.csv"))
    assert len(found) > 2
    assert {holds for holds, _ in found.values()} == {"true"}


@pytest.mark.parametrize("name", FILES)
def test_what_the_page_would_judge_otherwise_is_not_concluded(tmp_path, visit, name):
    rows, kind, said = FILES[name]
    path = tmp_path / "trials.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    found = shown(visit, tmp_path, experiment(path))
    assert {holds for holds, _ in found.values()} == {"true"}
    assert (kind in found) == (said is not None)
    assert said is None or said in found[kind][1]


def test_the_page_shows_on_which_side_a_limit_and_p_lie_as_the_report_does(tmp_path, visit):
    """With the effects so moved that the lower limit is a ten-thousandth."""
    path = tmp_path / "trials.csv"
    yi = [0.1 + i % 4 / 10 for i in range(12)]

    def moved(by: float) -> Registry:
        rows = (f"S{i},{y + by!r},0.04" for i, y in enumerate(yi))
        path.write_text("\n".join(["study,yi,vi", *rows]), encoding="utf-8")
        return compose(read_data(path))

    low = moved(0.0).get(Value, "outcome.reml.ci_low").raw
    registry = moved(0.0001 - low)
    texts = {
        name: registry.get(Value, f"outcome.reml.{name}").text for name in ("ci_low", "pvalue")
    }
    assert texts["ci_low"] == "0.0001" and re.fullmatch(r"0\.049\d+", texts["pvalue"])
    page = visit(written(tmp_path, registry.get(WhatIf, "what_if")).as_uri())
    shown = {name: page.locator(f"[data-of=now][data-name={name}]").inner_text() for name in texts}
    assert shown == texts | {"pvalue": f"p = {texts['pvalue']}"}


def test_limits_of_ratios_are_bounds_in_the_page_as_in_the_report(tmp_path, visit):
    path = tmp_path / "trials.csv"
    path.write_text("study,log_rr,se\nA,0,8\nB,0,8\n", encoding="utf-8")
    page = visit(written(tmp_path, experiment(path)).as_uri())
    ends = [
        page.locator(f"[data-of=now][data-name=ci_{end}]").inner_text() for end in ("low", "high")
    ]
    assert ends == ["<0.01", ">1000"]


@pytest.mark.parametrize(("name", "tested"), [("bcg", True), ("stroke", False)])
def test_asymmetry_is_tested_of_as_many_studies_as_in_the_report(tmp_path, visit, name, tested):
    page = written(tmp_path, experiment(EXAMPLES / f"{name}.csv"))
    for statistic in ("egger_estimate", "egger_pvalue"):
        cell = visit(page.as_uri()).locator(f"[data-of=now][data-name={statistic}]")
        assert bool(cell.get_attribute("data-value")) is tested


def said_of(registry: Registry, rule: dict) -> str:
    """The test between the groups of a rule of the page, as the chapter has it."""
    outcome, variable = rule["outcome"], rule["variable"].removeprefix(f"{rule['outcome']}-")
    prefix = f"{outcome}.reml.{variable}"
    f, m, df, p = (
        registry.get(Value, f"{prefix}.{name}").text for name in ("f", "f_m", "f_df", "f_pvalue")
    )
    chapter = registry.get(Phrase, f"{outcome}.subgroups.told").text.replace("\u00a0", " ")
    said = f"F({m}, {df}) = {f}, p = {p}"
    assert f"({said}; classic" in chapter
    return said


@pytest.mark.parametrize(
    "name", ["bcg", "adherence", "smoke", pytest.param("statins", marks=pytest.mark.long)]
)
def test_groups_are_compared_as_in_the_chapter_with_all_studies_and_without_one(
    tmp_path, visit, name
):
    registry = compose(read_data(EXAMPLES / f"{name}.csv"))
    what_if = registry.get(WhatIf, "what_if")
    rules = [rule for rule in what_if.data["conclusions"] if rule["kind"] == "compared"]
    assert rules
    page = visit(written(tmp_path, what_if).as_uri())
    for rule in rules:
        page.evaluate(FOLLOW, f"outcome={rule['outcome']}")
        item = page.locator(f"[data-id='{rule['id']}']")
        assert SAID.fullmatch(item.inner_text())[3] == said_of(registry, rule)
        assert item.get_attribute("data-holds") == "true"
        gone = what_if.data["outcomes"][rule["outcome"]]["trials"][1][0]
        left = without(tmp_path, name, what_if.data["names"][gone])
        page.evaluate(FOLLOW, f"outcome={rule['outcome']}&without={gone}")
        assert SAID.fullmatch(item.inner_text())[3] == said_of(left, rule)
        prefix = f"{rule['outcome']}.reml.{rule['variable'].removeprefix(rule['outcome'] + '-')}"
        differ = left.get(Value, f"{prefix}.f_pvalue").raw < 0.05
        assert item.get_attribute("data-holds") == str(differ == rule["differ"]).lower()


def without(folder: Path, name: str, study: str) -> Registry:
    """The report on an example without the rows of a study."""
    path = folder / f"{name}.csv"
    shutil.copy(EXAMPLES / f"{name}.yml", folder)
    rows = pd.read_csv(EXAMPLES / f"{name}.csv", dtype=str, keep_default_na=False)
    labels = rows["study"] if "study" in rows else rows.iloc[:, 0]
    assert study in set(labels)
    rows[labels != study].to_csv(path, index=False)
    return compose(read_data(path))


def test_by_the_classic_model_groups_are_compared_as_the_chapters_classic_test_does(
    tmp_path, visit
):
    registry = compose(read_data(EXAMPLES / "bcg.csv"))
    what_if = registry.get(WhatIf, "what_if")
    (rule,) = (rule for rule in what_if.data["conclusions"] if rule["kind"] == "compared")
    page = visit(written(tmp_path, what_if).as_uri())
    page.evaluate(FOLLOW, f"outcome={rule['outcome']}&method=DL&ci=z")
    prefix = f"{rule['outcome']}.random.{rule['variable'].removeprefix(rule['outcome'] + '-')}"
    q, df, p = (
        registry.get(Value, f"{prefix}.q_between{name}").text for name in ("", "_df", "_pvalue")
    )
    said = page.locator(f"[data-id='{rule['id']}']").inner_text()
    assert f"(Q({df}) = {q}, p = {p}; a τ² for each group)." in said


def test_that_single_studies_decide_is_followed(tmp_path, visit):
    """Until two precise trials of the reader's own are there, of which no other turns anything."""
    what_if = experiment(EXAMPLES / "calendar.csv")
    ((key, outcome),) = what_if.data["outcomes"].items()
    own = [["Own", 0.2, 0.002], ["Another", 0.2, 0.002]]
    yi, vi = np.array([(yi, vi) for _, yi, vi, _ in outcome["trials"]]).T
    for more, holds in (([], True), (own, False)):
        y, v = np.append(yi, [t[1] for t in more]), np.append(vi, [t[2] for t in more])
        options = {"method": "REML", "ci": "hksj-adhoc"}
        whole = ma.pool(y, vi=v, **options).pvalue < 0.05
        turning = (ma.leave_one_out(y, vi=v, **options).pvalue < 0.05) != whole
        assert bool(turning.any()) is holds
        page = visit(written(tmp_path / str(holds), what_if).as_uri())
        trials = "".join(f"&trial={quote(json.dumps(t))}" for t in more)
        found = page.evaluate(FOLLOW, f"outcome={key}{trials}")["holds"]
        assert [v for name, v in found.items() if ".steady." in name] == [holds]


def test_outcomes_of_a_single_study_are_left_out_and_of_one_left_nothing_is_pooled(tmp_path, visit):
    path = tmp_path / "trials.csv"
    rows = "A,p,0.5,0.04\nB,p,0.3,0.04\nC,p,0.9,0.04\nA,q,0.2,0.04\n"
    path.write_text("study,outcome,yi,vi\n" + rows, encoding="utf-8")
    what_if = experiment(path)
    assert list(what_if.data["outcomes"]) == ["p"]
    page = visit(written(tmp_path, what_if).as_uri())
    for name in "BC":
        page.get_by_label(name, exact=True).uncheck()
    summary = page.locator(".what-if-summary").inner_text()
    assert summary.startswith("1 of 3 trials: ")
    assert ". A single study: nothing is pooled. " in summary and "I²" not in summary
    cell = page.locator("[data-of=now]")
    shown = dict(zip(cell.evaluate_all(NAMES), cell.all_inner_texts(), strict=True))
    dashed = {name for name, text in shown.items() if text == "—"}
    assert dashed >= {"tau", "tau2", "i2", "q", "q_df", "q_pvalue", "prediction_low"}
    assert not dashed & {"k", "estimate", "ci_low", "ci_high", "pvalue"}


def test_a_mean_between_two_shown_numbers_is_the_even_one_as_in_the_report(tmp_path, visit):
    path = tmp_path / "trials.csv"
    path.write_text("study,yi,vi\nA,0.0625,0.0001\nB,0.0625,0.0001\n", encoding="utf-8")
    registry = compose(read_data(path))
    text = registry.get(Value, "outcome.reml.estimate").text
    page = visit(written(tmp_path, registry.get(WhatIf, "what_if")).as_uri())
    assert page.locator("[data-of=now][data-name=estimate]").inner_text() == text == "0.062"


@pytest.mark.parametrize(("name", "label"), [("bcg", "Risk ratio"), ("adherence", "Correlation")])
def test_a_trial_of_the_reader_s_own_is_typed_as_effects_are_shown(tmp_path, visit, name, label):
    page = visit(written(tmp_path, experiment(EXAMPLES / f"{name}.csv")).as_uri())
    page.get_by_text("Add a trial of your own").click()
    page.get_by_label("Name").fill("Own")
    page.get_by_label(label, exact=True).fill("0.8")
    page.get_by_label(re.compile("^Standard error of")).fill("0.2")
    page.get_by_role("button", name="Add", exact=True).click()
    row = page.locator(".what-if-forest tbody tr").filter(has_text="Own")
    assert row.locator("td").nth(1).inner_text().startswith("0.80")


@pytest.mark.parametrize(("name", "typed"), [("bcg", "-0.1"), ("bcg", "0"), ("adherence", "1.5")])
def test_what_is_no_ratio_and_no_correlation_is_refused(tmp_path, visit, name, typed):
    page = visit(written(tmp_path, experiment(EXAMPLES / f"{name}.csv")).as_uri())
    page.get_by_text("Add a trial of your own").click()
    page.get_by_label("Name").fill("Own")
    page.locator("#what-if-d").fill(typed)
    page.locator("#what-if-se").fill("0.2")
    page.get_by_role("button", name="Add", exact=True).click()
    assert "A ratio is above 0" in page.locator(".what-if-error").inner_text()
