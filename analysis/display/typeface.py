"""The typeface of the figures: how wide a text is, how it breaks, and the letters that go along.

Kerning is left out on both sides, so that a width measured here is the width on the reader's screen.
"""

from __future__ import annotations

import base64
import io
import re
from functools import cache, lru_cache

import font_source_sans_pro
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from .escape import one_line

FAMILY = "Source Sans Pro"
FILES = {
    400: f"{font_source_sans_pro.font_directory}/SourceSansPro-Regular.ttf",
    700: f"{font_source_sans_pro.font_directory}/SourceSansPro-Bold.ttf",
}
for _file in FILES.values():
    font_manager.fontManager.addfont(_file)
WEIGHTS = {"normal": 400, "bold": 700}

SIZE = 9.0  # of text, in points
POINTS = 72  # in an inch

_BLANKS = re.compile(" +")  # no-break spaces stay


def printable(text: str) -> str:
    """Return `text` on one line, with a replacement character for each that nobody sees."""
    return _BLANKS.sub(" ", one_line(text)).strip(" ")


@lru_cache(maxsize=4096)
def text_width(text: str, weight: str = "normal", size: float = SIZE) -> float:
    """Return the width in inches of `text`, set in `weight` at `size` points.

    A letter that the typeface lacks comes from another one, and counts as a full em.
    """
    advances = _advances(WEIGHTS[weight])
    return sum(advances.get(ord(letter), 1.0) for letter in text) * size / POINTS


def wrapped(text: str, width: float, weight: str = "normal", size: float = SIZE) -> list[str]:
    """Return `text` in lines of at most `width` inches; only a word wider than that is broken."""
    lines = [""]
    for word in printable(text).split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if text_width(joined, weight, size) <= width:
            lines[-1] = joined
            continue
        *whole, last = _broken(word, width, weight, size)
        lines = [line for line in lines if line] + whole + [last]
    return lines


def font_faces(letters: frozenset[int]) -> str:
    """Return the CSS that carries both weights of the typeface, cut down to `letters`."""
    return "".join(_face(weight, letters) for weight in FILES)


def _broken(word: str, width: float, weight: str, size: float) -> list[str]:
    """Return `word` in pieces, each as long as fits into `width` inches."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, weight, size) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


@cache
def _advances(weight: int) -> dict[int, float]:
    """The width of each letter in em."""
    font = TTFont(FILES[weight])
    em, metrics = font["head"].unitsPerEm, font["hmtx"]
    return {letter: metrics[glyph][0] / em for letter, glyph in font.getBestCmap().items()}


@lru_cache(maxsize=64)
def _face(weight: int, letters: frozenset[int]) -> str:
    options = subset.Options(flavor="woff", recalc_timestamp=False, name_IDs=[1, 2, 13])
    font = TTFont(FILES[weight], recalcTimestamp=False)
    for table in ("GPOS", "GSUB", "GDEF"):  # before the subsetter reads them, which takes longest
        del font[table]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    out = io.BytesIO()
    subset.save_font(font, out, options)
    data = base64.b64encode(out.getvalue()).decode()
    return (
        f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};"
        f"src:url(data:font/woff;base64,{data}) format('woff')}}"
    )
