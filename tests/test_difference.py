"""What changed between two builds: made-up pairs, the manuscript with an effect changed, the command."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from analysis.difference.__main__ import main
from analysis.difference.compare import Change, Changes, compare
from analysis.difference.page import html, summary, table
from analysis.difference.state import State, read_state
from analysis.display.downloads import write_values
from analysis.downloads import write_ledger
from analysis.manuscript import REGISTRY

from conftest import served, violations
from edited import ROWS, edited, reprinted


def number(raw: float | None, text: str, source: str = "what it is") -> dict:
    return {"raw": raw, "text": text, "source": source}


def row(status: str) -> dict[str, str]:
    return {"where": "Results", "printed": "0.82", "status": status}


def told(found) -> list[tuple]:
    return [(one.name, one.how, one.before, one.after) for one in found]


def test_of_numbers_what_moved_came_or_went_is_told_and_nothing_else():
    before = State(
        {
            "same": number(1.0, "1"), "noise": number(0.1 + 0.2, "0.3"), "nought": number(0.0, "0"),
            "moved": number(0.818, "0.82"), "hidden": number(0.818, "0.82"), "gone": number(2, "2"),
            "lost": number(3.0, "3"), "shown": number(1.0, "1.0"), "absent": number(None, "—"),
        }, {}, {},
    )  # fmt: skip
    after = State(
        {
            "same": number(1.0, "1"), "noise": number(0.3, "0.3"), "nought": number(1e-17, "0"),
            "moved": number(0.79, "0.79"), "hidden": number(0.8181, "0.82"), "new": number(5, "5"),
            "lost": number(None, "—"), "shown": number(1.0, "1.00"), "absent": number(None, "—"),
        }, {}, {},
    )  # fmt: skip
    found = compare(before, after).numbers
    assert told(found) == [
        ("moved", "changed", "0.82", "0.79"), ("hidden", "changed", "0.82", "0.82"),
        ("new", "new", None, "5"), ("lost", "changed", "3", "—"), ("shown", "changed", "1.0", "1.00"),
        ("gone", "gone", "2", None),
    ]  # fmt: skip
    assert [one.visible for one in found] == [True, False, True, True, True, True]
    assert found[1].exact == (0.818, 0.8181) and found[3].exact == (3.0, None)
    assert compare(before, before) == Changes((), (), ())


def test_verdicts_and_conclusions_that_turned_are_told():
    judged = ("Psychotherapy helps", "under today’s methods")
    before = State(
        {},
        {"a": row("reproduced"), "b": row("attainable"), "c": row("given")},
        {judged: "stands", ("It is so", "as recomputed"): "holds"},
    )
    after = State(
        {},
        {"a": row("reproduced"), "b": row("different"), "d": row("given")},
        {judged: "weakens", ("It is so", "as recomputed"): "holds"},
    )
    found = compare(before, after)
    assert told(found.verdicts) == [
        ("b", "changed", "attainable", "different"), ("d", "new", None, "given"),
        ("c", "gone", "given", None),
    ]  # fmt: skip
    assert found.verdicts[0].what == "Results: 0.82"
    assert found.conclusions == (Change(*judged, "stands", "weakens"),)
    assert summary(found) == "changed: 0 numbers, 3 verdicts, 1 conclusions"


MADE_UP = Changes(
    (
        Change("x.estimate", "a <b>mean</b>", "0.82", "−0.79", (0.818, -0.79)),
        Change("x.hidden", "beyond", "1.00", "1.00", (1.0, 1.001)),
        Change("x.new", "new one", None, "5", (None, 5)),
    ),
    (),
    (Change("=cmd()", "judged", "stands", "falls"),),
)  # fmt: skip


def test_the_page_shows_what_reads_otherwise_and_counts_the_rest():
    page = BeautifulSoup(html(MADE_UP, "v1 <x>", "now", ["A note."]), "html.parser")
    assert "From v1 <x> to now." in page.get_text() and "A note." in page.get_text()
    cells = [
        [cell.get_text() for cell in row.select("th, td")]
        for row in page.select("#numbers tbody tr")
    ]
    assert cells == [
        ["x.estimate", "a <b>mean</b>", "0.82", "−0.79"],
        ["x.new", "new one", "—", "5"],
    ]
    assert "1 more changed" in page.select_one("#numbers").get_text()
    assert page.select_one("#verdicts").p.get_text() == "No verdict changed."
    assert not page.select("script, [src]") and len(page.select("#conclusions tbody tr")) == 1


def test_the_table_has_all_of_it_in_full_and_nothing_that_a_spreadsheet_would_run():
    rows = list(csv.DictReader(io.StringIO(table(MADE_UP))))
    assert [(r["kind"], r["how"], r["before_exact"], r["after_exact"]) for r in rows] == [
        ("conclusion", "changed", "", ""), ("number", "changed", "0.818", "-0.79"),
        ("number", "changed", "1.0", "1.001"), ("number", "new", "", "5"),
    ]  # fmt: skip
    assert rows[0]["name"] == "'=cmd()" and rows[3]["before"] == ""


def test_axe_finds_nothing_on_the_page(visit, tmp_path):
    (tmp_path / "index.html").write_text(html(MADE_UP, "v1", "now"), encoding="utf-8")
    with served(tmp_path) as address:
        for scheme in ("light", "dark"):
            page = visit(f"{address}/index.html", color_scheme=scheme)
            assert violations(page) == []


def test_one_effect_changed_in_the_manuscript_is_followed_to_its_conclusions(tmp_path):
    """The same trials, the largest effect turned round: what rests on it moves, nothing else does."""
    turned = ["symptoms", "isasi2010"]
    rows = [reprinted(row, -5.233) if row[:2] == turned else row for row in ROWS]
    states = []
    for name, registry in (("before", REGISTRY), ("after", edited(tmp_path, rows))):
        folder = tmp_path / name
        folder.mkdir()
        write_values(registry, folder)
        write_ledger(registry, folder)
        states.append(read_state(folder))
    found = compare(*states)
    numbers = {one.name: one for one in found.numbers}
    assert numbers["symptoms.study.isasi2010.estimate"].after == "−5.23"
    pooled = numbers["symptoms.random.estimate"]
    assert pooled.visible and pooled.exact[1] < pooled.exact[0]
    for still in (
        "symptoms.random.without.isasi2010.estimate", "symptoms.study.otto2003.estimate", "studies.n",
        "qol.random.estimate", "symptoms_followup.random.estimate",
    ):  # fmt: skip
        assert still in states[0].values and still not in numbers, still
    verdicts = {one.name: (one.before, one.after) for one in found.verdicts}
    assert any(
        before == "reproduced" and after == "different" for before, after in verdicts.values()
    )
    flipped = {(one.name, one.what): (one.before, one.after) for one in found.conclusions}
    # Small trials with large effects make the asymmetry; the smallest with the largest now has none.
    (tests,) = (
        words
        for words, _ in states[0].conclusions
        if "on symptoms the tests of bias are significant" in words
    )
    assert flipped[tests, "as recomputed"] == ("holds", "does not hold")
    assert all(states[1].conclusions[one] == after for one, (_, after) in flipped.items())
    kept = set(states[0].conclusions) - set(flipped)
    assert all(states[0].conclusions[one] == states[1].conclusions[one] for one in kept) and kept
    assert compare(states[0], states[0]) == Changes((), (), ())


# A project whose own code builds a site out of one file; what it says is in its last line.
PUBLISH = """\
import json, os, pathlib, sys
raw = float(pathlib.Path("number").read_text())
print("working on", raw, flush=True)
if raw < 0:
    sys.exit("no negative numbers here")
site = pathlib.Path("_site")
(site / "tables").mkdir(parents=True, exist_ok=True)
value = {"raw": raw, "text": f"{raw:.1f}", "source": "the number"}
(site / "values.json").write_text(json.dumps({"values": {"x": value}}))
(site / "ledger.csv").write_text("id,where,printed,status\\n")
"""


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Path:
    """A repository with three commits: tagged `old`, one that cannot be built, and of now, built."""
    root = tmp_path / "repository"
    (root / "publish").mkdir(parents=True)
    (root / "publish" / "__main__.py").write_text(PUBLISH)
    (root / ".gitignore").write_text("_site/\n_diff/\n__pycache__/\n")
    (root / "requirements.lock").write_text("one==1\n")
    git(root, "init", "-q")
    for text, tag in (("1.5", "old"), ("-1", "broken"), ("2.5", "now")):
        (root / "number").write_text(text)
        git(root, "add", ".")
        git(root, "commit", "-q", "-m", f"The number is {text}")
        git(root, "tag", tag)
    (root / "_site" / "tables").mkdir(parents=True)
    value = {"raw": 2.5, "text": "2.5", "source": "the number"}
    (root / "_site" / "values.json").write_text(json.dumps({"values": {"x": value}}))
    (root / "_site" / "ledger.csv").write_text("id,where,printed,status\n")
    monkeypatch.chdir(root)
    return root


def left_behind(root: Path) -> list[str]:
    listed = subprocess.run(
        ["git", "worktree", "list"], cwd=root, capture_output=True, text=True, check=True
    )
    return listed.stdout.splitlines()[1:]


def test_the_base_is_built_by_its_own_code_and_compared(repository, capfd):
    assert main(["old"]) == 0
    said = capfd.readouterr().out
    assert "The number is 1.5" in said and "  working on 1.5" in said
    assert "changed: 1 numbers, 0 verdicts, 0 conclusions" in said
    rows = (repository / "_diff/changes.csv").read_text(encoding="utf-8")
    (found,) = csv.DictReader(io.StringIO(rows))
    assert (found["name"], found["before"], found["after"]) == ("x", "1.5", "2.5")
    page = (repository / "_diff/index.html").read_text(encoding="utf-8")
    assert "The number is 1.5" in page and "The number is 2.5" in page
    assert "other packages" not in page
    assert left_behind(repository) == []


def test_other_packages_are_told(repository):
    (repository / "requirements.lock").write_text("one==2\n")
    git(repository, "commit", "-q", "-a", "-m", "Newer")
    assert main(["old"]) == 0
    assert "old asks for other packages" in (repository / "_diff/index.html").read_text()


@pytest.mark.parametrize("base", ["nowhere", "--help-me", "HEAD:number", ""])
def test_an_unknown_base_is_refused(repository, capfd, base):
    assert main(["--", base]) == 1
    assert f"BASE={base}: no tag, branch or commit" in capfd.readouterr().err
    assert not (repository / "_diff").exists()


def test_what_is_not_committed_is_refused_unless_asked_for(repository, capfd):
    (repository / "number").write_text("2.6")
    (repository / "extra").write_text("")
    assert main(["old"]) == 1
    said = capfd.readouterr().err
    assert "not committed: number, extra" in said and "DIRTY=1" in said
    assert main(["old", "--dirty"]) == 0
    assert "what is not committed yet" in (repository / "_diff/index.html").read_text()


def test_a_base_that_cannot_be_built_says_why_and_leaves_nothing(repository, capfd):
    assert main(["broken"]) == 1
    said = capfd.readouterr().err
    assert "cannot be built by its own code" in said and "no negative numbers here" in said
    assert left_behind(repository) == [] and not (repository / "_diff").exists()


def test_without_a_site_of_now_it_says_what_to_do(repository, capfd):
    (repository / "_site" / "ledger.csv").unlink()
    assert main(["old"]) == 1
    assert "_site/ledger.csv: not found; run make first" in capfd.readouterr().err
