"""Few studies, alike studies, empty groups: a report is made of them, and says what it leaves out."""

from __future__ import annotations

import re
import warnings

import pytest

from analysis.display.figure import Figure
from analysis.display.registry import Registry
from analysis.display.table import Table
from analysis.display.value import Phrase, Value
from analysis.report.chapters import chapters
from analysis.report.compose import compose, read_data

FILES = {
    "one study": "study,yi,vi\nA,0.5,0.1\n",
    "one table": "study,year,events_t,n_t,events_c,n_c,age\nA,1999,4,100,8,100,40\n",
    "two studies": "study,yi,vi\nA,0.5,0.1\nB,0.1,0.2\n",
    "equal effects": "study,yi,vi\nA,0.5,0.1\nB,0.5,0.2\nC,0.5,0.1\n",
    "equal studies": "study,yi,vi\n" + "".join(f"S{i},0.5,0.1\n" for i in range(12)),
    "equal errors": "study,yi,vi\n" + "".join(f"S{i},{i / 5},0.1\n" for i in range(12)),
    "groups of one": "study,yi,vi,kind\nA,0.5,0.1,x\nB,0.1,0.2,y\nC,0.3,0.2,x\nD,0.4,0.2,x\n",
    "a group each": "study,yi,vi,kind\nA,0.5,0.1,x\nB,0.1,0.2,y\n",
    "missing around": "study,yi,vi,kind,dose\nA,1,1,x,\nB,2,1,,3\nC,3,1,y,4\nD,2,1,x,NA\nE,2,1,y,5\n",
    "an outcome of one": "study,outcome,yi,vi\nA,P,0.5,0.1\nB,P,0.1,0.2\nA,Q,0.1,0.3\n",
    "one study, several effects": "study,yi,vi\nA,0.5,0.1\nA,0.1,0.2\n",
    "empty cells": "study,ai,n1i,ci,n2i\nA,0,50,5,50\nB,0,40,0,40\nC,2,60,4,60\n",
    "large numbers": "study,yi,vi\nA,12000,250000\nB,9000,360000\nC,15000,490000\n",
    "tiny numbers": "study,yi,vi\nA,0.00012,1e-9\nB,0.0002,2e-9\nC,0.00015,1e-9\n",
    "a number that varies in one outcome": "study,outcome,yi,vi,dose\n"
    + "".join(f"S{i},{o},{i / 7},0.1,{i if o == 'P' else 5}\n" for i in range(11) for o in "PQ"),
    "dates": "study,year,yi,vi\nA,2001,1,0.2\nB,,2,0.2\nC,1999,1,0.3\n",
    "names alike": "study,yi,vi\nA b,1,0.2\nA-b,2,0.2\nÄ b,3,0.2\n",
}


def composed(tmp_path, text: str) -> tuple[Registry, dict[str, str]]:
    path = tmp_path / "trials.csv"
    path.write_text(text, encoding="utf-8")
    data = read_data(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return compose(data), chapters(data)


@pytest.mark.parametrize("name", FILES)
def test_a_report_is_made_of_it(tmp_path, name):
    registry, texts = composed(tmp_path, FILES[name])
    for table in registry.all(Table):
        assert table.html() and table.typst() and table.csv()
    for figure in registry.all(Figure):
        assert figure.svg.startswith("<?xml") or "<svg" in figure.svg
        assert figure.alt
    for phrase in registry.all(Phrase):
        assert "nan" not in phrase.text.split() and "None" not in phrase.text
    for value in registry.all(Value):
        assert "nan" not in value.text and "inf" not in value.text
    known = {value.id for value in registry.all(Value)}
    assert {i for value in registry.all(Value) for i in value.inputs} <= known
    assert "{{" not in "".join(texts.values())
    # What is registered to be downloaded is what the pages show.
    shown = "".join(texts.values())
    for kind, call in ((Figure, "figure"), (Table, "table")):
        asked = set(re.findall(rf'{call}\("([^"]+)"\)', shown))
        names = {registry.get(kind, name).name for name in asked}
        assert names == {entry.name for entry in registry.all(kind)}


def test_too_few_studies_are_said(tmp_path):
    registry, _ = composed(tmp_path, FILES["two studies"])
    assert "too few to test for asymmetry" in registry.get(Phrase, "outcome.bias").text
    assert registry.get(Value, "outcome.egger.pvalue").raw is None
    assert registry.get(Value, "outcome.egger.pvalue").text == "—"
    assert "too few" in registry.get(Phrase, "outcome.reml.without.verdict").text


def test_a_single_study_has_no_heterogeneity(tmp_path):
    registry, _ = composed(tmp_path, FILES["one study"])
    for name in ("tau2", "tau", "i2", "i2_low", "tau_high", "q_pvalue"):
        assert registry.get(Value, f"outcome.reml.{name}").raw is None
    assert registry.get(Value, "outcome.reml.estimate").raw == 0.5


@pytest.mark.parametrize("name", ["one study", "one study, several effects", "one table"])
def test_of_a_single_study_nothing_is_shown_that_takes_several(tmp_path, name):
    registry, texts = composed(tmp_path, FILES[name])
    assert not any("what-if" in path for path in texts)
    own = [text for path, text in texts.items() if path.endswith(("outcome.qmd", "index.qmd"))]
    shown = "".join(own)
    assert len(own) == 2 and "figure(" not in shown.replace("import figure", "")
    assert shown.count("tells of this outcome, so\nthat nothing is pooled") == 2
    assert "studies the pooled" not in shown
    asked = set(re.findall(r'\b[vp]\("([^"]+)"\)', shown))
    assert "outcome.reml.estimate" in asked
    assert [name for name in asked if registry.get(Value, name).raw is None] == []
    # No section is referred to that is not there.
    whole = "".join(texts.values())
    there = set(re.findall(r"\{#([\w-]+)", whole))
    assert set(re.findall(r"@((?:sec|fig|tbl)-[\w-]+)", whole)) <= there


def test_one_is_told_in_the_singular(tmp_path):
    registry, texts = composed(tmp_path, FILES["one study"])
    assert registry.get(Phrase, "data.size").text == "1 row on 1 study"
    assert 'say("data.size")' in texts["index.qmd"]
    registry, _ = composed(tmp_path, FILES["one study, several effects"])
    assert registry.get(Phrase, "data.size").text == "2 rows on 1 study"
    registry, _ = composed(tmp_path, FILES["two studies"])
    assert registry.get(Phrase, "data.size").text == "2 rows on 2 studies"


def test_an_outcome_of_a_single_study_is_told_so_beside_others(tmp_path):
    registry, texts = composed(tmp_path, FILES["an outcome of one"])
    assert registry.get(Phrase, "q.single.name").text == "A"
    assert any("what-if" in path for path in texts)
    assert 'figure("p.forest")' in texts["chapters/03-p.qmd"]
    assert "figure(" not in texts["chapters/04-q.qmd"]


def test_a_group_of_a_single_study_has_no_heterogeneity_either(tmp_path):
    registry, _ = composed(tmp_path, FILES["groups of one"])
    assert registry.get(Value, "outcome.reml.kind.y.i2").raw is None
    assert registry.get(Value, "outcome.reml.kind.x.i2").raw is not None
    said = registry.get(Phrase, "outcome.subgroups.told").text
    assert "classic, DerSimonian–Laird within each group: Q(1)\u00a0=\u00a0" in said


def test_a_single_study_says_nothing_of_the_next(tmp_path):
    registry, _ = composed(tmp_path, FILES["one study"])
    told = registry.get(Phrase, "outcome.next.told").text
    assert told == "From a single study it cannot be told what a next trial would have to be."


def test_numbers_of_any_size_are_shown_with_digits_that_tell(tmp_path):
    registry, _ = composed(tmp_path, FILES["large numbers"])
    assert registry.get(Value, "outcome.study.a.estimate").text == "12000"
    registry, _ = composed(tmp_path, FILES["tiny numbers"])
    assert registry.get(Value, "outcome.study.a.estimate").text == "0.000120"
