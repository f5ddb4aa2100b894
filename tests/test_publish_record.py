"""build.json: what a site was made from; the same for the same inputs, and told on a page."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from test_publish_quarto import stub

from publish.project import read_project
from publish.reader.made import with_record
from publish.record import COMPUTING, RENDERING, record, written

from conftest import ROOT, append


def made(root: Path) -> dict:
    return record(read_project(root), "embedded")


def test_it_tells_date_engine_versions_and_the_hash_of_each_input(toy):
    found = made(toy)
    assert (found["date"], found["engine"]) == ("2020-02-03", "embedded")
    assert found["python"] == platform.python_version()
    assert found["packages"] == {
        name: version(name) for name in (*COMPUTING, *RENDERING["embedded"])
    }
    inputs = [
        "_quarto.yml",
        "chapters/one.qmd",
        "chapters/refs.bib",
        "chapters/refs.qmd",
        "index.qmd",
    ]
    assert list(found["project"]) == [*inputs, "x.svg"]
    content = (toy / "chapters/one.qmd").read_bytes()
    assert found["project"]["chapters/one.qmd"] == hashlib.sha256(content).hexdigest()
    assert {"build.py", "templates/book.typ", "reader/assets/reader.css"} <= found[
        "publisher"
    ].keys()
    assert not [name for name in found["publisher"] if name.endswith(".pyc")]


def test_of_quarto_it_tells_the_version_and_no_renderer_that_was_not_used(
    toy, tmp_path, monkeypatch
):
    monkeypatch.setenv("QUARTO_PATH", stub(tmp_path, version="1.10.3")["QUARTO_PATH"])
    found = record(read_project(toy), "quarto")["packages"]
    assert found.pop("Quarto") == "1.10.3"
    assert found == {name: version(name) for name in (*COMPUTING, *RENDERING["quarto"])}
    assert not {"typst", "pypandoc_binary"} & found.keys()
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("QUARTO_PATH")
    assert "Quarto" not in record(read_project(toy), "quarto")["packages"]


def test_what_is_built_and_what_stands_around_changes_nothing(toy):
    before = written(made(toy))
    for name in ("_site/index.html", "figures/f.svg", ".build/x", "__pycache__/x.pyc", "README.md"):
        (toy / name).parent.mkdir(exist_ok=True)
        (toy / name).write_text("x", encoding="utf-8")
    (toy / "report").mkdir()
    (toy / "report/_quarto.yml").write_text("another project", encoding="utf-8")
    (toy / "report/data.csv").write_text("x", encoding="utf-8")
    assert written(made(toy)) == before


@pytest.mark.parametrize("name", ["index.qmd", "chapters/refs.bib", "_quarto.yml", "x.svg"])
def test_another_input_is_another_record(toy, name):
    before = made(toy)
    append(toy / name, "\n# more\n")
    after = made(toy)
    assert {n for n in before["project"] if before["project"][n] != after["project"][n]} == {name}


def test_the_manuscript_s_record_tells_what_lies_in_the_project(site):
    found = json.loads((site / "build.json").read_text(encoding="utf-8"))
    assert found == made(ROOT)
    here = {f"data/{file.name}" for file in (ROOT / "data").glob("*.csv")}
    assert {*here, "analysis/engine/pool.py", "index.qmd", "requirements.lock"} <= found[
        "project"
    ].keys()


def test_the_page_tells_it_once_in_words(toy):
    told = made(toy)
    source = '<main><div id="build-record">\n\n</div></main>'
    page = with_record(source, told)
    text = BeautifulSoup(page, "html.parser").get_text(" ")
    assert f"with Python {told['python']}" in text and "2020-02-03" in text
    for name, found in (*told["packages"].items(), *told["project"].items()):
        assert name in text and found in text
    assert with_record(page, told) == page
    assert with_record("<main></main>", told) == "<main></main>"
