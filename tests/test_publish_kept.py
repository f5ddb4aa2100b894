"""What Pandoc made, kept: only for the same text, arguments, template and program, and only if sound."""

from __future__ import annotations

import os
from pathlib import Path

import pypandoc
import pytest

from publish import pandoc
from publish.kept import FOLDER, Kept
from publish.pandoc import PandocWarned

TEXT, ARGUMENTS = "*One* word", ("--from=markdown", "--to=html5")


@pytest.fixture
def calls(monkeypatch) -> list[str]:
    """The texts that Pandoc was called for, in order."""
    found, real = [], pandoc.pandoc
    monkeypatch.setattr(
        pandoc,
        "pandoc",
        lambda text, *rest, **more: found.append(text) or real(text, *rest, **more),
    )
    return found


def test_the_same_is_made_once_and_for_other_text_and_arguments_anew(tmp_path, calls):
    first = Kept(tmp_path).pandoc(TEXT, *ARGUMENTS, cwd=tmp_path)
    assert first == pypandoc.convert_text(TEXT, "html5", "markdown")
    assert Kept(tmp_path).pandoc(TEXT, *ARGUMENTS, cwd=tmp_path) == first
    assert calls == [TEXT]
    other = Kept(tmp_path).pandoc(TEXT, "--from=markdown", "--to=plain", cwd=tmp_path)
    assert other != first and Kept(tmp_path).pandoc("Other", *ARGUMENTS, cwd=tmp_path) != first
    assert calls == [TEXT, TEXT, "Other"]


def test_another_program_or_template_makes_all_anew(tmp_path, calls, monkeypatch):
    Kept(tmp_path).pandoc(TEXT, *ARGUMENTS, cwd=tmp_path)
    program = tmp_path / "pandoc-of-another-version"
    program.symlink_to(pypandoc.get_pandoc_path())
    monkeypatch.setattr(pypandoc, "get_pandoc_path", lambda: str(program))
    Kept(tmp_path).pandoc(TEXT, *ARGUMENTS, cwd=tmp_path)
    assert len(calls) == 2
    (tmp_path / "page.html").write_text("$body$!")
    monkeypatch.setattr(pandoc, "TEMPLATES", tmp_path)
    Kept(tmp_path).pandoc(TEXT, *ARGUMENTS, cwd=tmp_path)
    assert len(calls) == 3


def test_what_pandoc_warns_of_is_told_each_time(tmp_path):
    for _ in range(2):
        with pytest.raises(PandocWarned):
            Kept(tmp_path).pandoc("$\\frac{$", *ARGUMENTS, "--mathml", cwd=tmp_path)


def test_a_damaged_result_is_made_anew(tmp_path, calls):
    first = Kept(tmp_path).pandoc(TEXT, *ARGUMENTS, cwd=tmp_path)
    (path,) = (tmp_path / FOLDER).iterdir()
    path.write_bytes(path.read_bytes().replace(b"One", b"Two"))
    assert Kept(tmp_path).pandoc(TEXT, *ARGUMENTS, cwd=tmp_path) == first
    assert len(calls) == 2


def test_what_a_build_did_not_use_goes(tmp_path, calls):
    Kept(tmp_path).pandoc("Old", *ARGUMENTS, cwd=tmp_path)
    (tmp_path / FOLDER / f".half-written.{os.getpid()}").write_text("half")
    kept = Kept(tmp_path)
    kept.pandoc(TEXT, *ARGUMENTS, cwd=tmp_path)
    kept.forget_the_rest()
    assert len(list(Path(tmp_path / FOLDER).iterdir())) == 1
    Kept(tmp_path).pandoc(TEXT, *ARGUMENTS, cwd=tmp_path)
    assert calls == ["Old", TEXT]
