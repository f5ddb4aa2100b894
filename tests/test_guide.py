"""The guide's examples run, show what they should, and leave nothing behind."""

from __future__ import annotations

import re

import numpy as np
import pytest

import analysis as ma
from analysis.engine.tau2 import TAU2
from analysis.guide import ENGINEER, PEOPLE, example, shown
from analysis.report.__main__ import main

from conftest import ROOT
from rendered import soup

CHAPTER = ROOT / "chapters/80-guide.qmd"
STEPS = [(person, step) for person, steps in PEOPLE.items() for step in steps]


def output(person: str, step: str) -> str:
    return "".join(each.output for each in shown(person)[step])


@pytest.mark.parametrize(("person", "step"), STEPS)
def test_every_step_shows_something_and_stands_in_the_chapter(person, step):
    assert output(person, step)
    assert f'example("{person}", "{step}")' in CHAPTER.read_text(encoding="utf-8")
    assert "example-output" in example(person, step).data


def test_what_the_chapter_says_to_type_reads_files_that_there_are():
    text = CHAPTER.read_text(encoding="utf-8")
    typed = re.findall(r"make report DATA=(\S+?)[\"`]", text)
    assert len(typed) == 2 and all((ROOT / path).is_file() for path in typed)
    for path in re.findall(r"`((?:analysis|tests|examples)/[\w./]+)`", text):
        assert (ROOT / path).is_file(), path


def test_the_author_sees_what_the_command_says_of_the_same_file(tmp_path, capsys):
    path = tmp_path / "trials.csv"
    path.write_text("study,estimate,se\nSmith,O.4,0.1\nJones,0.3,-0.2\n", encoding="utf-8")
    assert main([str(path), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    for line in output("author", "refused").splitlines():
        assert line in told


def test_the_engineer_s_estimator_is_that_of_its_formula_and_is_gone_afterwards():
    """Hartung & Makambi (2003): Q² over (2 (k - 1) + Q) (S1 - S2/S1), S1 and S2 sums of weights."""
    bcg = ma.example("bcg")
    w = 1 / np.asarray(bcg.vi)
    mean = np.sum(w * bcg.yi) / np.sum(w)
    q = np.sum(w * (bcg.yi - mean) ** 2)
    tau2 = q**2 / ((2 * 12 + q) * (np.sum(w) - np.sum(w**2) / np.sum(w)))
    assert output("engineer", "check").startswith(f"{tau2:.12f}  {tau2:.12f}\n")
    assert output("engineer", "check").endswith("True\n")
    assert "HM" in output("engineer", "estimator").split()
    assert "HM" not in TAU2


def test_a_step_that_fails_leaves_no_estimator_behind(monkeypatch):
    failing = {"estimator": ENGINEER["estimator"], "use": ">>> 1 / 0"}
    monkeypatch.setitem(PEOPLE, "failing", failing)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        shown("failing")
    assert "HM" not in TAU2


def test_what_is_kept_cannot_be_changed():
    kept = shown("reviewer")
    with pytest.raises(TypeError):
        kept["rounding"] = ()
    assert all(isinstance(examples, tuple) for examples in kept.values())


def test_the_page_shows_them(site):
    page = soup(site / "chapters/80-guide.html")
    found = "".join(each.text for each in page.select(".example-output"))
    for person, step in STEPS:
        assert all(each.output.strip() in found for each in shown(person)[step])
