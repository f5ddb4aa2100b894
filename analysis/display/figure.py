"""Figures as SVG that look the same everywhere: text stays text, and its typeface comes along.

The bytes depend on nothing but the content: no date, no random id, and a font subset whose tables
carry no time.
"""

from __future__ import annotations

import base64
import io
import re
import warnings
from dataclasses import dataclass

import font_source_sans_pro
import matplotlib
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

from .escape import escape_markdown

FAMILY = "Source Sans Pro"
FILES = {
    400: f"{font_source_sans_pro.font_directory}/SourceSansPro-Regular.ttf",
    700: f"{font_source_sans_pro.font_directory}/SourceSansPro-Bold.ttf",
}
for _file in FILES.values():
    font_manager.fontManager.addfont(_file)

STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "figure",
    "font.family": [FAMILY, "sans-serif"],
    "text.parse_math": False,
}

# Ink on white: each keeps a contrast of at least 4.5 to 1.
INK = "#1f2430"
MUTED = "#566072"
ACCENT = "#1d5a8a"
RULE = "#b8c0cc"


@dataclass(frozen=True)
class Figure:
    """A figure: its name, its SVG, and what it shows in words."""

    name: str
    svg: str
    alt: str

    def markdown(self, path: str) -> str:
        """The Markdown that shows the figure, whose SVG lies at `path`."""
        alt = self.alt.replace("\\", "\\\\").replace('"', '\\"')
        # No text in the brackets, or Pandoc would make the image a float of its own.
        return f'![]({escape_markdown(path)}){{fig-alt="{alt}"}}'


def new_canvas(width: float, height: float) -> Canvas:
    """A blank drawing of `width` by `height` inches."""
    canvas = Canvas(figsize=(width, height))
    FigureCanvasSVG(canvas)
    return canvas


def render_svg(canvas: Canvas) -> str:
    """Return `canvas` as SVG, with the glyphs that its text uses embedded."""
    out = io.StringIO()
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        # A study may be named in a script that the typeface lacks; browsers fall back by themselves.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        canvas.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    letters = {ord(c) for text in re.findall(r"<text\b.*?</text>", svg, re.DOTALL) for c in text}
    faces = "".join(_face(weight, letters) for weight in FILES)
    return re.sub(r"(<svg\b[^>]*>)", rf"\1\n <style>{faces}</style>", svg, count=1)


def _face(weight: int, letters: set[int]) -> str:
    """The CSS that carries the typeface at `weight`, cut down to `letters`."""
    options = subset.Options(
        flavor="woff", recalc_timestamp=False, layout_features=["kern"], name_IDs=[1, 2, 13]
    )
    font = TTFont(FILES[weight], recalcTimestamp=False)
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
