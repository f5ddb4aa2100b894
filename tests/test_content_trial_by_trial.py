"""Each trial by itself: what it is, its effects, and what becomes of the pooled results without it."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from analysis.content.settings import SCALES
from analysis.content.trial_by_trial import NONE
from analysis.display.sections import Section, Sections, place
from analysis.display.value import Phrase
from analysis.manuscript import REGISTRY, trials

from by_hand import random
from conftest import ROOT
from edited import ROWS, edited, raw, said

EFFECTS = {(row[0], row[1]) for row in ROWS}


def section(registry, study: str) -> Section:
    (found,) = (s for s in registry.get(Sections, "trials").sections if s.key == study)
    return found


@pytest.mark.parametrize("key", SCALES)
def test_the_change_is_that_of_pooling_again_without_the_trial(key):
    studies = [study for outcome, study in sorted(EFFECTS) if outcome == key]
    yi, vi = (
        np.array([raw(REGISTRY, f"{key}.study.{study}.{part}") for study in studies])
        for part in ("estimate", "variance")
    )
    whole = random(yi, vi)["estimate"]
    for i, study in enumerate(studies):
        without = random(np.delete(yi, i), np.delete(vi, i))["estimate"]
        shown = raw(REGISTRY, f"{key}.random.without.{study}.change")
        assert shown == pytest.approx(without - whole, abs=1e-8)
        prefix = f"{key}.reml"
        shown = raw(REGISTRY, f"{prefix}.without.{study}.change")
        left = raw(REGISTRY, f"{prefix}.without.{study}.estimate")
        assert shown == pytest.approx(left - raw(REGISTRY, f"{prefix}.estimate"), abs=1e-12)


def test_flagged_are_those_that_the_text_names():
    found = 0
    for key in SCALES:
        names = said(REGISTRY, f"{key}.influence.flagged.names")
        for outcome, study in EFFECTS:
            if outcome == key:
                flagged = said(REGISTRY, f"{key}.influence.of.{study}") == "yes"
                assert flagged == (section(REGISTRY, study).title in names), (key, study)
                found += flagged
    assert found > 0


def test_every_trial_has_a_section_with_all_its_outcomes_and_no_other():
    with (ROOT / "data/studies.csv").open(encoding="utf-8", newline="") as file:
        studies = {row["study"]: row["name"] for row in csv.DictReader(file)}
    sections = REGISTRY.get(Sections, "trials").sections
    assert {s.key: s.title for s in sections} == studies
    for one in sections:
        keys = [key for key in SCALES if (key, one.key) in EFFECTS]
        for key, row in zip(keys, one.table.rows, strict=True):
            prefix = f"{key}.study.{one.key}"
            assert row.cells["outcome"].lower() == SCALES[key].name
            ids = {name: cell.id for name, cell in row.cells.items() if name != "outcome"}
            assert ids["estimate"] == f"{prefix}.estimate" and len(ids) == 9
            assert ids["flagged"] == f"{key}.influence.of.{one.key}"


def test_what_the_publication_does_not_print_is_said_to_be_recovered():
    with (ROOT / "data/groups.csv").open(encoding="utf-8", newline="") as file:
        sources = [row["source"] for row in csv.DictReader(file) if row["study"] == "isasi2010"]
    groups = section(REGISTRY, "isasi2010").facts["Groups"]
    marked = [text.endswith(" (recovered)") for text in groups.values()]
    assert marked == [source == "recovered" for source in sources]
    assert True in marked and False in marked


def test_a_deleted_trial_keeps_what_it_is_and_one_that_is_not_described_its_effects(tmp_path):
    rows = [row for row in ROWS if row[1] != "isasi2010"]
    stranger = [[row[0], "stranger1999", *row[2:]] for row in ROWS if row[1] == "isasi2010"]
    registry = edited(tmp_path, rows + stranger)
    gone, new = section(registry, "isasi2010"), section(registry, "stranger1999")
    assert gone.table is None and NONE.split()[0] in gone.markdown(())
    assert gone.facts["Characteristics"]["age"].text == "41.3"
    assert len(new.table.rows) == len(stranger) and not any(new.facts.values())
    assert new.title == "stranger1999"
    with pytest.raises(KeyError):
        registry.get(Phrase, "symptoms.influence.of.isasi2010")


def test_an_only_trial_leaves_nothing_to_compare(tmp_path):
    registry = edited(tmp_path, [row for row in ROWS if row[1] == "clarke2014"])
    (row, *_) = section(registry, "clarke2014").table.rows
    assert row.cells["random.change"].text == "—" and row.cells["flagged"].text == "no"


def test_a_section_is_markdown_in_which_names_stay_names():
    one = Section(
        "a1", "A {#b} *c* <d>", {"Facts": {"x; y": "`z`", "": "plain"}}, None, "Not [here]."
    )
    assert one.markdown(["a1"]) == (
        "## A \\{\\#b\\} \\*c\\* \\<d\\> {#trial-a1 .on-the-web .unnumbered}\n\n"
        "**Facts.** x\\; y: \\`z\\`; plain.\n\nNot \\[here\\]\\.\n\n**Reference.** @a1."
    )
    assert place("a1") == "trial-a1" and "Reference" not in one.markdown(["b1"])
    assert Section("a1", "A", {"Facts": {}}, None, "No.").markdown(()).count("**") == 0


def test_only_what_the_bibliography_has_is_cited():
    shown = trials().data
    bibliography = (ROOT / "chapters/references.bib").read_text(encoding="utf-8")
    for one in REGISTRY.get(Sections, "trials").sections:
        assert (f"@{one.key}." in shown) == (f"{{{one.key}," in bibliography)
