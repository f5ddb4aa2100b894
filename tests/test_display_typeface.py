"""Widths are the typeface's own, and no letter is lost where a line breaks."""

from __future__ import annotations

import base64
import io
import re

import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from analysis.display.typeface import FILES, font_faces, printable, text_width, wrapped


@pytest.mark.parametrize(("weight", "number"), [("normal", 400), ("bold", 700)])
def test_a_text_is_as_wide_as_its_ink(weight, number):
    font = TTFont(FILES[number])
    glyphs = font.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs["H"].draw(pen)
    ink = (pen.bounds[2] - pen.bounds[0]) / font["head"].unitsPerEm * 72 / 72
    bearings = text_width("H", weight, 72) - ink
    assert 0 < bearings < 0.25
    assert text_width("HH", weight, 72) == pytest.approx(2 * text_width("H", weight, 72))


def test_a_letter_that_the_typeface_lacks_counts_as_an_em():
    assert text_width("👩", size=72) == 1.0


@given(st.text(max_size=80), st.floats(0.2, 3))
def test_lines_fit_and_lose_nothing(text, width):
    lines = wrapped(text, width)
    assert "".join("".join(lines).split(" ")) == "".join(printable(text).split(" "))
    assert all(text_width(line) <= width or len(line) == 1 for line in lines)


def test_a_word_breaks_only_where_it_must():
    assert wrapped("one two", 9) == ["one two"]
    assert wrapped("one two", text_width("one tw")) == ["one", "two"]
    assert wrapped("p\u00a0<\u00a00.001 or so", text_width("p\u00a0<\u00a00.001")) == [
        "p\u00a0<\u00a00.001",
        "or so",
    ]
    assert len(wrapped("x" * 100, 1)) > 3


def test_what_xml_cannot_hold_is_replaced():
    assert printable("a\x00b\ud800\n c\t") == "a\ufffdb\ufffd c"


def test_the_face_carries_exactly_the_letters():
    faces = re.findall(r"base64,([^)]+)\)", font_faces(frozenset(map(ord, "Aβ −"))))
    assert len(faces) == 2
    for face in faces:
        font = TTFont(io.BytesIO(base64.b64decode(face)))
        assert set(font.getBestCmap()) == set(map(ord, "Aβ −"))
