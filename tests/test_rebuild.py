"""Build copies of this project: every number follows the data."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT, copy_project, run_build
from hostile import FORMULAS, MARKUP, SHOWN, TEXTS, formulas, rename
from rendered import (
    differences,
    html_tokens,
    pages,
    pdf_chapters,
    registered,
    shown_values,
    soup,
    value_problems,
)

TRIAL = "isasi2010"


def built(root: Path, **environment: str) -> Path:
    run = run_build(root, **environment)
    assert run.returncode == 0, run.stderr
    return root / "_site"


@pytest.fixture(scope="module")
def without_a_trial(tmp_path_factory) -> Path:
    """The site built after the rows of one trial were deleted from effects.csv, and nothing else."""
    root = copy_project(tmp_path_factory.mktemp("deleted") / "project")
    effects = root / "data/effects.csv"
    rows = effects.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows if f",{TRIAL}," not in row]
    assert len(kept) < len(rows)
    effects.write_text("".join(kept), encoding="utf-8")
    return built(root)


def test_deleting_a_trial_changes_every_dependent_number_and_only_those(site, without_a_trial):
    before, after = registered(site), registered(without_a_trial)
    gone = f"symptoms.study.{TRIAL}.estimate"
    assert gone in before and gone not in after
    for statistic in (
        "k", "estimate", "se", "ci_low", "ci_high", "statistic", "tau2", "q", "q_df", "i2",
        "prediction_low", "prediction_high",
    ):  # fmt: skip
        name = f"symptoms.random.{statistic}"
        assert before[name]["raw"] != after[name]["raw"], name
    left = f"symptoms.random.without.{TRIAL}.estimate"
    assert after[left]["raw"] is None and after[left]["text"] == "—"
    for name in ("studies.k", "studies.n", "symptoms.study.wiles2013.estimate"):
        assert before[name] == after[name]


def test_after_a_deletion_the_pooled_effect_is_that_of_the_other_trials(without_a_trial):
    """DerSimonian & Laird (1986) once more, in plain arithmetic from the values on the site."""
    values = registered(without_a_trial)
    trials = {
        m[1] for v in values if (m := re.fullmatch(r"symptoms\.study\.(\w+\d{4})\.estimate", v))
    }
    y = [values[f"symptoms.study.{t}.estimate"]["raw"] for t in sorted(trials)]
    v = [values[f"symptoms.study.{t}.variance"]["raw"] for t in sorted(trials)]
    w = [1 / x for x in v]
    mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    q = sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))
    tau2 = max(0, (q - (len(y) - 1)) / (sum(w) - sum(a * a for a in w) / sum(w)))
    ws = [1 / (x + tau2) for x in v]
    estimate = sum(a * b for a, b in zip(ws, y, strict=True)) / sum(ws)
    assert len(y) == 17
    assert math.isclose(values["symptoms.random.estimate"]["raw"], estimate, rel_tol=1e-9)
    # Results, sensitivity analysis: "when excluding this study ... SMD=0.634".
    assert f"{estimate:.3f}" == "0.634"


def test_after_a_deletion_pages_and_pdf_still_agree(without_a_trial):
    assert value_problems(shown_values(without_a_trial), registered(without_a_trial)) == []
    chapters = pdf_chapters(without_a_trial / "manuscript.pdf")
    for page, pdf in zip(pages(without_a_trial), chapters, strict=True):
        # A cell longer than a page has room for is cut on paper, and says so by its last sign.
        found = differences(html_tokens(page), pdf)
        assert [one for one in found if not one.endswith("…'")] == []


@pytest.mark.long
def test_without_any_effect_numbers_become_dashes(tmp_path):
    root = copy_project(tmp_path / "empty")
    effects = root / "data/effects.csv"
    effects.write_text(effects.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
    site = built(root)
    shown = {value.id: value for value in shown_values(site)}
    assert shown["symptoms.random.estimate"].text == "—"
    assert shown["symptoms.random.estimate"].data_value == ""
    assert value_problems(list(shown.values()), registered(site)) == []


@pytest.mark.long
def test_hostile_names_are_shown_as_text_in_both_outputs(tmp_path):
    root = copy_project(tmp_path / "hostile")
    rename(root / "data/studies.csv", "name", (MARKUP, *FORMULAS))
    site = built(root)
    chapters = pdf_chapters(site / "manuscript.pdf")
    for html, pdf in zip(pages(site), chapters, strict=True):
        assert "<script>alert" not in html.read_text(encoding="utf-8")
        assert differences(html_tokens(html), pdf) == []
    tokens = " ".join(chapters[pages(site).index(site / "chapters/05-symptoms.html")])
    assert "< script > alert ( 1 ) < / script > # panic ( ) $ x $ * b *" in tokens


@pytest.mark.long
def test_every_kind_of_hostile_text_is_text_in_pages_search_and_downloads(tmp_path, visit):
    root = copy_project(tmp_path / "hostile")
    rename(root / "data/studies.csv", "name")
    rename(root / "data/studies.csv", "treatment", TEXTS[:4])
    site = built(root)
    assert formulas(site) == []
    text = " ".join(soup(page).get_text() for page in pages(site))
    found = (site / "site_libs/reader/search.js").read_text(encoding="utf-8").replace('\\"', '"')
    for shown in SHOWN:
        assert shown in text and shown in found, shown
    for page in pages(site):
        assert not soup(page).select("main b, [onerror], main h1 + h2#two")
    visit((site / "chapters/05-symptoms.html").as_uri())
    assert (site / "manuscript.pdf").is_file()


def test_bad_data_stops_the_build_with_file_line_and_column(tmp_path):
    root = copy_project(tmp_path / "bad")
    # These run half a minute, on data of their own.
    config = (root / "_quarto.yml").read_text(encoding="utf-8")
    for chapter in ("80-guide", "90-software"):
        assert f"- chapters/{chapter}.qmd\n" in config
        config = re.sub(rf" *- chapters/{chapter}\.qmd\n", "", config)
    (root / "_quarto.yml").write_text(config, encoding="utf-8")
    effects = root / "data/effects.csv"
    text = effects.read_text(encoding="utf-8")
    effects.write_text(text.replace("0.829", "0.8x9", 1).replace("0.368", "", 1), encoding="utf-8")
    run = run_build(root)
    assert run.returncode == 1
    assert "data/effects.csv:2:smd: '0.8x9'" in run.stderr
    assert "data/effects.csv:3:smd: ''" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (root / "_site").exists()


@pytest.mark.long
def test_a_name_never_registered_stops_the_build_and_suggests(tmp_path):
    root = copy_project(tmp_path / "unknown")
    with (root / "index.qmd").open("a", encoding="utf-8") as index:
        index.write('\n`{python} v("symptoms.random.estimat")`\n')
    run = run_build(root)
    assert run.returncode == 1
    assert re.search(r"index\.qmd:\d+: .*symptoms\.random\.estimat'; did you mean", run.stderr)
    assert "symptoms.random.estimate" in run.stderr


def test_make_does_nothing_when_nothing_changed_and_rebuilds_when_a_source_did(site):
    make = shutil.which("make")
    question = [make, "--question", "site"]
    assert subprocess.run(question, cwd=ROOT, check=False).returncode == 0
    touched = [*question, "--what-if=data/effects.csv"]
    assert subprocess.run(touched, cwd=ROOT, check=False).returncode == 1


def test_make_help_and_an_old_python(tmp_path):
    run = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("make test", "make clean", "make help", "ENGINE=quarto"):
        assert target in run.stdout
    root = copy_project(tmp_path / "old")
    run = subprocess.run(
        ["make", "PYTHON=/bin/false"], cwd=root, capture_output=True, text=True, check=False
    )
    assert run.returncode
    assert "older than Python 3.11" in run.stdout + run.stderr
