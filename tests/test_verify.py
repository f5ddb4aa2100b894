"""A downloaded site against what is computed here: what differs is named, what is no site refused."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.verify import __main__ as command
from analysis.verify.compare import compare, other_inputs
from analysis.verify.site import NoSite, find_site, read_site

from conftest import ROOT

RAW = 0.8184120000000001
VALUES = {
    "a.estimate": {"raw": RAW, "text": "0.82", "source": "pooled", "inputs": ["a.k"]},
    "a.k": {"raw": 18, "text": "18", "source": "count", "inputs": []},
    "a.gone": {"raw": None, "text": "—", "source": "absent", "inputs": []},
}
SPAN = '<span class="value" data-id="{}" data-value="{}">{}</span>'
PAGE = (
    "<html><body><p>It is "
    + SPAN.format("a.estimate", RAW, "0.82")
    + " of <b>"
    + SPAN.format("a.k", 18, "18")
    + "</b> and "
    + SPAN.format("a.gone", "", "—")
    + '.</p><span class="other">0.5</span></body></html>'
)
TABLE = "study,d\nOne,0.82\nTwo,0.8184120000000001\n"
DRAWING = "<svg>\n<text>0.82</text>\n</svg>\n"


@pytest.fixture
def small(tmp_path) -> Path:
    """A site of three values, one page, one table and one drawing."""
    root = tmp_path / "site"
    for name, text in {
        "values.json": json.dumps({"values": VALUES}),
        "chapters/one.html": PAGE,
        "tables/t.csv": TABLE,
        "ledger.csv": "id\nx\n",
        "figures/f.svg": DRAWING,
        "build.json": json.dumps({"project": {"data/a.csv": digest("1\n"), "a.py": digest("")}}),
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def told(site: Path, file: str, old: str, new: str) -> list[tuple[str, bool]]:
    """What differs once the `file` of a copy says `new` instead of `old`."""
    copy = Path(shutil.copytree(site, site.parent / "copy"))
    text = (copy / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    return [(str(one), one.slight) for one in compare(read_site(copy), read_site(site))]


def test_a_site_agrees_with_itself(small):
    assert compare(read_site(small), read_site(small)) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "difference"),
    [
        ("chapters/one.html", ">0.82<", ">0.83<", "one.html: a.estimate: theirs 0.83, ours 0.82"),
        ("chapters/one.html", ">18<", ">19<", "one.html: a.k: theirs 19, ours 18"),
        ("chapters/one.html", '"18"', '"17"', "one.html: a.k, in full: theirs 17, ours 18"),
        ("chapters/one.html", ">—<", ">1<", "one.html: a.gone: theirs 1, ours —"),
        ("chapters/one.html", "a.gone", "a.new", "one.html: a.new: theirs —, ours nothing"),
        ("values.json", '"0.82"', '"0.83"', "a.estimate, text: theirs '0.83', ours '0.82'"),
        (
            "values.json",
            "0.8184120000000001",
            "0.8184120010000001",
            "a.estimate, raw: theirs 0.818",
        ),
        ("values.json", '"raw": 18', '"raw": 18.0', "a.k, raw: theirs 18.0, ours 18"),
        ("values.json", '"a.k": {', '"a.j": {', "values.json: a.k: theirs nothing, ours 18"),
        ("values.json", '"pooled"', '"mean"', "a.estimate, source: theirs 'mean', ours 'pooled'"),
        ("tables/t.csv", "One,0.82", "One,0.83", "tables/t.csv:2: d: theirs 0.83, ours 0.82"),
        ("tables/t.csv", "One,0.82\n", "", "tables/t.csv:3: d: theirs nothing, ours 0.81841"),
        ("ledger.csv", "x", "y", "ledger.csv:2: id: theirs y, ours x"),
        ("figures/f.svg", "0.82", "0.83", "f.svg:2: the drawing: theirs <text>0.83</text>"),
    ],
)
def test_a_change_is_named_with_its_place_and_both_readings(small, file, old, new, difference):
    found = told(small, file, old, new)
    assert any(difference in text and not slight for text, slight in found), found


def test_a_page_may_show_other_decimals_if_they_are_right(small):
    assert told(small, "chapters/one.html", ">0.82<", ">0.818<") == []


def test_other_decimals_that_are_not_are_named(small):
    assert told(small, "chapters/one.html", ">0.82<", ">0.819<") == [
        ("chapters/one.html: a.estimate: theirs 0.819, ours 0.82", False)
    ]


@pytest.mark.parametrize("file", ["values.json", "chapters/one.html", "tables/t.csv"])
def test_the_last_digits_of_a_number_in_full_are_told_apart(small, file):
    ((text, slight),) = told(small, file, "0.8184120000000001", "0.8184120000000004")
    assert slight and "theirs 0.8184120000000004" in text


@pytest.mark.parametrize("text", ["1", "0.8"])
def test_fewer_decimals_than_usual_are_named(small, text):
    assert told(small, "chapters/one.html", ">0.82<", f">{text}<") == [
        (f"chapters/one.html: a.estimate: theirs {text}, ours 0.82", False)
    ]


def test_a_missing_or_an_additional_file_is_named(small):
    copy = Path(shutil.copytree(small, small.parent / "copy"))
    (copy / "tables/t.csv").rename(copy / "tables/u.csv")
    found = [str(one) for one in compare(read_site(copy), read_site(small))]
    assert found == [
        "tables/t.csv: the whole: theirs nothing, ours the file",
        "tables/u.csv: the whole: theirs the file, ours nothing",
    ]


def test_inputs_that_differ_are_named(small, tmp_path):
    root = tmp_path / "project"
    (root / "data").mkdir(parents=True)
    (root / "data/a.csv").write_text("1\n", encoding="utf-8")
    (root / "a.py").write_text("", encoding="utf-8")
    assert other_inputs(read_site(small), root) == []
    (root / "data/a.csv").write_text("2\n", encoding="utf-8")
    (root / "a.py").unlink()
    (root / "data/b.csv").write_text("", encoding="utf-8")
    assert other_inputs(read_site(small), root) == [
        "data/a.csv: another content", "a.py: only in the site's record", "data/b.csv: only here",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["{0}/x.csv", "../x.csv", "../../x.csv", "a\0.csv", "\0/x.csv", "", ".", "a" * 9000 + "/x.csv"],
)
def test_a_record_that_names_what_no_project_holds_is_told(small, tmp_path, name):
    (tmp_path / "x.csv").write_text("", encoding="utf-8")
    (tmp_path / "y.csv").write_text("", encoding="utf-8")
    name, root = name.replace("{0}", str(tmp_path)), tmp_path / "one/two"
    root.mkdir(parents=True)
    (small / "build.json").write_text(json.dumps({"project": {name: "0"}}), encoding="utf-8")
    assert other_inputs(read_site(small), root) == [f"{name}: only in the site's record"]


def test_the_command_names_what_differs_and_fails_and_is_quiet_where_nothing_does(
    small, monkeypatch, capsys
):
    ours = read_site(small)
    monkeypatch.setattr(command, "computed", lambda: ours)
    monkeypatch.setattr(command, "ROOT", small)
    assert command.main([str(small)]) == 0
    assert "3 values, 3 numbers on pages, 2 tables, 1 drawings compared: all as computed here." in (
        capsys.readouterr().out
    )
    page = small / "chapters/one.html"
    page.write_text(PAGE.replace(">0.82<", ">0.8\x1b[2J3<"), encoding="utf-8")
    assert command.main([str(small.parent / "site")]) == 1
    said = capsys.readouterr().out
    assert (
        "a.estimate: theirs 0.8\ufffd[2J3, ours 0.82" in said and "1 not as computed here" in said
    )
    assert "data/a.csv: only in the site's record" in said


def test_one_digit_of_the_manuscript_is_named(site, tmp_path, monkeypatch, capsys):
    ours = read_site(site)
    monkeypatch.setattr(command, "computed", lambda: ours)
    copy = tmp_path / "downloaded/_site"
    shutil.copytree(site, copy, ignore=shutil.ignore_patterns("site_libs", "*.pdf", "*.png"))
    page = copy / "chapters/05-symptoms.html"
    text = page.read_text(encoding="utf-8")
    value = re.search(
        r'data-id="(symptoms\.random\.estimate)" data-value="[^"]*">(\d\.\d)(\d)<', text
    )
    digit = str((int(value[3]) + 1) % 10)
    page.write_text(f"{text[: value.start(3)]}{digit}{text[value.end(3) :]}", encoding="utf-8")
    assert command.main([str(tmp_path / "downloaded")]) == 1
    told = f"{value[1]}: theirs {value[2]}{digit}, ours {value[2]}{value[3]}"
    assert f"chapters/05-symptoms.html: {told}" in capsys.readouterr().out


@pytest.mark.long
def test_the_site_that_make_built_is_what_its_data_say(site):
    run = subprocess.run(
        [sys.executable, "-m", "analysis.verify", str(site)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    assert "all as computed here" in run.stdout and "Made from other files" not in run.stdout


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("values.json", b"{", "not JSON"),
        ("values.json", b"[" * 100000, "not JSON"),
        ("values.json", b"[1]", "must hold a mapping, holds a list"),
        ("values.json", b'{"values": [1]}', "not the values of a site"),
        ("values.json", b'{"values": {"a": 1}}', "not the values of a site"),
        ("values.json", b"\xff", "not UTF-8 at byte 0"),
        ("build.json", b'{"project": 1}', "project must be a mapping"),
        ("values.json", b'{"values": ' + b"9" * 5000, "a number of thousands of digits"),
        ("chapters/one.html", b"<p>\xff", "not UTF-8 at byte 3"),
        ("chapters/one.html", b"<p><![<p>", "not HTML: expected name token"),
        ("chapters/one.html", b"<p>&#" + b"9" * 5000 + b";</p>", "not HTML"),
        ("chapters/one.html", b"<p>" + b"<!--" * 100_000, "ends within a tag"),
        ("tables/t.csv", b"a\0b\n" + b'"' + b"x" * 200000, "not CSV"),
    ],
)
def test_a_damaged_site_is_refused_with_file_and_reason(small, file, content, problem):
    (small / file).write_bytes(content)
    with pytest.raises(NoSite, match=problem) as refused:
        read_site(find_site(small))
    assert file in str(refused.value) and len(str(refused.value)) < 600


def test_what_is_no_site_is_refused(small, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for folder, problem in (
        (tmp_path / "nowhere", "not found"),
        (tmp_path / "empty", "holds no values.json"),
        (small / "values.json", "a file; unpack it"),
    ):
        assert command.main([str(folder)]) == 1
        assert problem in capsys.readouterr().err
