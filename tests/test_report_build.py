"""A report is built from a CSV file by one command, and a project for a manuscript by another."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from analysis.report.__main__ import main

from conftest import served, until, violations
from hostile import CLOSING, LINES, MARKUP, SHOWN, TEXTS, TURNED, formulas

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
LONG = pytest.mark.long
HOSTILE = "<b>&{python} `x` *_\\ # $1 [a](b) @x |\u202e\"' ;"

# The studies of the file are 13, and nobody printed 12.
PUBLISHED = (
    "id,where,quantity,printed\nright,Text,outcome.k,13\nwrong,Text,outcome.k,12\n"
    "lost,Text,outcome.peto.k,13\n"
)


def command(*arguments: object, cwd: Path = ROOT, path: Path = ROOT) -> subprocess.CompletedProcess:
    """Run Python with these arguments; our packages come from the folder `path`."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd, env={**os.environ, "PYTHONPATH": str(path)}, capture_output=True, text=True,
        timeout=600,
    )  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The site of the example with counts, beside which stand numbers as if they were published."""
    folder, out = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("report")
    for name in ("bcg.csv", "bcg.yml"):
        shutil.copy(EXAMPLES / name, folder)
    (folder / "bcg-published.csv").write_text(PUBLISHED, encoding="utf-8")
    done = command("-m", "analysis.report", folder / "bcg.csv", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    return out / "_site"


def pages(site: Path) -> dict[str, BeautifulSoup]:
    return {
        path.name: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in [site / "index.html", *sorted((site / "chapters").glob("*.html"))]
    }


def values(site: Path) -> dict:
    return json.loads((site / "values.json").read_text(encoding="utf-8"))["values"]


def test_a_report_has_a_site_a_pdf_and_all_values(built):
    assert (built / "report.pdf").read_bytes().startswith(b"%PDF")
    known = values(built)
    shown = 0
    for page in pages(built).values():
        for span in page.select("span.value"):
            value = known[span["data-id"]]
            assert span.text == value["text"]
            assert span["data-value"] == ("" if value["raw"] is None else repr(value["raw"]))
            shown += 1
    assert shown > 200


def test_inputs_of_values_are_values(built):
    known = values(built)
    missing = {i for value in known.values() for i in value["inputs"]} - known.keys()
    assert missing == set()


def test_the_ledger_tells_what_was_published_and_what_follows(built):
    page = pages(built)["05-ledger.html"]
    for table, expected in (
        ("#tbl-ledger", ["reproduced", "different", "not computable"]),
        ("#tbl-ledger-apart", ["different", "not computable"]),
    ):
        cells = [row.select("th, td")[4].text for row in page.select(f"{table} tbody tr")]
        assert cells == expected
    assert "no value is called outcome.peto.k" in page.text


def test_the_methods_name_estimators_and_rules(built):
    page = " ".join(pages(built)["02-methods.html"].select_one("main").get_text().split())
    for said in (
        "weighted by their inverse variances, with the dispersion that the residuals have, and a t test",
        "counted by the estimator L₀ around a mean by REML, on the left where effects rise",
        "From 10 studies on, a study is flagged as influential whose DFFITS, apart from its sign, is "
        "beyond 3·√(1/(k − 1))",
        "each group having its own τ² by the method of DerSimonian & Laird (1986)",
        "Where nobody has the event in either arm",
    ):
        assert said in page


def test_the_data_are_there_to_download(built):
    with (built / "data/trials.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][0] == "study" and len(rows) == 14
    assert (built / "tables/outcome-studies.csv").is_file()
    assert (built / "figures/outcome-forest.png").is_file()


def test_the_columns_and_how_they_were_understood_are_told(built):
    table = pages(built)["01-data.html"].select_one("table")
    told = [[cell.text for cell in row.select("th, td")][:3] for row in table.select("tbody tr")]
    assert ["allocation", "categories that divide the studies", "by what it holds"] in told
    assert ["tpos", "participants with the event, treated group", "by its name"] in told


def test_pages_are_accessible_and_fit_a_phone(built, visit):
    with served(built) as address:
        for name in ("index.html", "chapters/03-outcome.html", "chapters/04-what-if.html"):
            page = visit(f"{address}/{name}", viewport={"width": 390, "height": 800})
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_experiment_starts_with_the_main_analysis(built, visit):
    page = visit((built / "chapters/04-what-if.html").as_uri())
    known = values(built)
    for name in ("estimate", "ci_low", "ci_high"):
        cell = page.locator(f"[data-of=now][data-name={name}]")
        assert cell.inner_text() == known[f"outcome.reml.{name}"]["text"]
        exact = known[f"outcome.reml.analysed.{name}"]["raw"]
        assert float(cell.get_attribute("data-value")) == pytest.approx(exact, rel=1e-6)
    holds = page.eval_on_selector_all(
        ".what-if-conclusions li", "items => items.map(item => item.dataset.holds)"
    )
    assert len(holds) > 4 and set(holds) == {"true"}
    page.locator("input[data-study=tpt_madras]").uncheck()
    without = known["outcome.reml.without.tpt_madras.estimate"]["text"]
    cell = "document.querySelector('[data-of=now][data-name=estimate]')"
    until(page, f"{cell}.textContent === {json.dumps(without)}")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=LONG) for n in ("stroke", "adherence", "calendar")]
)
def test_every_example_is_built(name, tmp_path):
    done = command("-m", "analysis.report", EXAMPLES / f"{name}.csv", "--out", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "_site/report.pdf").is_file()
    outcome = pages(tmp_path / "_site")["03-outcome.html"]
    expected = {"stroke": "left out", "adherence": "Egger", "calendar": "three-level"}[name]
    assert expected in outcome.text


def hostile(folder: Path) -> Path:
    """A file whose every text is made to break a format."""
    rows = [["study", "outcome", "yi", "vi", HOSTILE]]
    for outcome in (f"=1+1 {HOSTILE}", "plain"):
        rows += [
            [f"{HOSTILE} {i}", outcome, i / 7, 0.1 + i / 90, f"{HOSTILE}{i % 2}"] for i in range(12)
        ]
    path = folder / "trials.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    settings = {
        "title": HOSTILE,
        "authors": [HOSTILE],
        "question": HOSTILE,
        "favours": [HOSTILE, "b"],
    }
    path.with_suffix(".yml").write_text(
        yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8"
    )
    return path


@LONG
def test_names_are_text_in_every_format(tmp_path):
    done = command("-m", "analysis.report", hostile(tmp_path), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    site = tmp_path / "out/_site"
    found = pages(site)
    assert not any(page.select("main b") for page in found.values())
    # A sign that turns the direction of what follows is shown as a replacement.
    shown = HOSTILE.replace("\u202e", "\ufffd")
    assert any(f"{shown} 3" in page.text for page in found.values())
    table = (site / "tables/plain-studies.csv").read_text(encoding="utf-8")
    assert not any(line.startswith(("=", "+", "@")) for line in table.splitlines())


@LONG
def test_every_kind_of_hostile_text_is_text_in_a_report(tmp_path, visit):
    rows = [["study", "outcome", "yi", "vi", MARKUP, "notes"]]
    for outcome in (f"=1+1 {MARKUP}", "plain"):
        rows += [
            [TEXTS[i], outcome, i / 7, 0.1 + i / 90, TEXTS[i % 2], TEXTS[i]] for i in range(12)
        ]
    path = tmp_path / "trials.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    settings = {
        "title": LINES,
        "authors": [MARKUP],
        "question": CLOSING,
        "favours": [TURNED, MARKUP],
    }
    path.with_suffix(".yml").write_text(
        yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8"
    )
    done = command("-m", "analysis.report", path, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    site = tmp_path / "out/_site"
    assert formulas(site) == [] and (site / "report.pdf").is_file()
    found = pages(site)
    text = " ".join(page.get_text() for page in found.values())
    index = (site / "site_libs/reader/search.js").read_text(encoding="utf-8").replace('\\"', '"')
    for shown in SHOWN:
        assert shown in text and shown in index, shown
    assert not any(page.select("main b, [onerror]") for page in found.values())
    visit((site / "index.html").as_uri())


def test_a_file_that_cannot_be_used_is_refused_with_every_problem(tmp_path, capsys):
    path = tmp_path / "trials.csv"
    path.write_text("study,yi,vi\nA,x,1\nB,2,-1\n", encoding="utf-8")
    assert main([str(path), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert "trials.csv:2:yi: 'x' is no number" in told
    assert "trials.csv:3" in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("arguments", [["--help"], ["init", "--help"]])
def test_help_is_there(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 0
    assert "usage: python -m analysis.report" in capsys.readouterr().out


def test_a_project_of_one_s_own_is_not_written_over(tmp_path, capsys):
    (tmp_path / "_quarto.yml").write_text("mine", encoding="utf-8")
    assert main([str(EXAMPLES / "bcg.csv"), "--out", str(tmp_path)]) == 1
    assert "none that a report made" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["_quarto.yml"]


def test_init_refuses_a_folder_that_holds_files(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert main(["init", str(tmp_path)]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_init_gives_the_labels_of_the_example_to_the_example_alone(tmp_path):
    own, mine = tmp_path / "own", tmp_path / "mine.csv"
    mine.write_text("study,yi,vi\nA,0.5,0.1\nB,0.1,0.2\n", encoding="utf-8")
    assert main(["init", str(own), "--data", str(mine)]) == 0
    assert not (own / "data/trials.yml").exists()
    mine.with_suffix(".yml").write_text("title: Mine", encoding="utf-8")
    assert main(["init", str(tmp_path / "told"), "--data", str(mine)]) == 0
    assert (tmp_path / "told/data/trials.yml").read_text(encoding="utf-8") == "title: Mine"
    assert main(["init", str(tmp_path / "example")]) == 0
    assert "better" in (tmp_path / "example/data/trials.yml").read_text(encoding="utf-8")


@LONG
def test_a_project_builds_by_itself_with_the_wheel_alone(tmp_path):
    project, packages = tmp_path / "mine", tmp_path / "packages"
    assert main(["init", str(project)]) == 0
    (wheel,) = (project / "wheels").glob("*.whl")
    pip = (
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--target",
        packages,
        wheel,
    )
    assert command(*pip).returncode == 0
    done = command("-m", "publish", cwd=project, path=packages)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "_site/report.pdf").is_file()
    # What the wheel holds is enough to begin another project, and packs the same wheel.
    again = command(
        "-m", "analysis.report", "init", tmp_path / "again", cwd=tmp_path, path=packages
    )
    assert again.returncode == 0, again.stderr
    (second,) = (tmp_path / "again/wheels").glob("*.whl")
    assert second.read_bytes() == wheel.read_bytes()
    shutil.rmtree(packages)
