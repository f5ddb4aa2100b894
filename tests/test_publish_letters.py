"""A letter that no typeface of the PDF has fails no build: a sign stands for it, in drawings too."""

from __future__ import annotations

import re

import pypdf
import pytest
from bs4 import BeautifulSoup

from publish import pdf
from publish.build import build
from publish.errors import PublishError
from publish.letters import displayable, has_shape

from conftest import PICTURE, append, quiet


def test_letters_with_and_without_a_shape():
    assert [has_shape(letter) for letter in "aéτ−א王👩"] == [True] * 5 + [False] * 2


def test_a_sign_stands_for_each_in_text_and_drawings_and_the_page_keeps_them(toy):
    append(toy / "index.qmd", "\nBy 王 (2010) and 👩\u200d⚕\ufe0f τ.\n")
    (toy / "x.svg").write_text(
        PICTURE.replace("in the picture", "drawn 王 ⚕\ufe0f x\u200dx א\u200f"), encoding="utf-8"
    )
    build(toy, "embedded", quiet)
    page = (toy / "_site/index.html").read_text(encoding="utf-8")
    assert "By 王 (2010) and 👩\u200d⚕\ufe0f τ." in BeautifulSoup(page, "html.parser").get_text()
    assert "王" in (toy / "_site/x.svg").read_text(encoding="utf-8")
    reader = pypdf.PdfReader(toy / "_site/manuscript.pdf")
    text = re.sub(r"\s+", " ", " ".join(p.extract_text() for p in reader.pages))
    assert "By \ufffd (2010) and \ufffd⚕ τ." in text
    assert not [f for f in (toy / "_site").rglob("*.svg") if f.name != "x.svg"]


def test_a_drawing_is_copied_only_from_the_project(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    source = 'image("/../x.svg") image("/gone.svg") 王'
    (tmp_path.parent / "x.svg").write_text("王", encoding="utf-8")
    assert displayable(source, tmp_path, folder) == source.replace("王", "\ufffd")
    assert list(folder.iterdir()) == []


class PanicException(BaseException):
    """What pyo3 raises for a panic of Rust."""


def test_a_panic_of_typst_is_told_and_what_is_none_passes(toy, monkeypatch):
    class Compiler:
        def __init__(self, **_) -> None: ...

        def compile_with_warnings(self, **_):
            raise raised

    monkeypatch.setattr(pdf.typst, "Compiler", Compiler)
    raised: BaseException = PanicException("assertion failed")
    with pytest.raises(PublishError, match="typst cannot set this book: assertion failed"):
        build(toy, "embedded", quiet)
    assert not (toy / "_site").exists()
    raised = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        build(toy, "embedded", quiet)
