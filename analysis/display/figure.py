"""Figures as SVG that look the same everywhere: text stays text, and its typeface comes along.

The bytes depend on nothing but the content: no date, no random id, and a font subset whose tables
carry no time. The ground is transparent, so that a page may show the figure on white, or inverted
(hue kept) on a dark ground; meaning never rests on colour alone.
"""

from __future__ import annotations

import io
import re
import warnings
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

from .escape import escape_markdown, one_line
from .typeface import FAMILY, font_faces
from .value import Used

STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "figure",
    "font.family": [FAMILY, "sans-serif"],
    "text.parse_math": False,
    "path.simplify": False,
}

# Ink on white: each keeps a contrast of at least 4.5 to 1, RULE being a mere aid.
INK = "#1f2430"
MUTED = "#566072"
ACCENT = "#1d5a8a"
ALERT = "#b3261e"
RULE = "#b8c0cc"
# Of an area, over whatever lies below: further from the ground on white as well as on dark.
SHADE = 0.07


@dataclass(frozen=True)
class Figure:
    """A figure: its name, its SVG, what it shows in words, and on the website links to more of it.

    A page shows a drawing as an image, in which nothing can be followed; so the links stand below it.
    """

    name: str
    svg: str
    alt: str
    links: tuple[Used, ...] = ()

    def markdown(self, path: str) -> str:
        """The Markdown that shows the figure, whose SVG lies at `path`."""
        alt = one_line(self.alt).replace("\\", "\\\\").replace('"', '\\"')
        # No text in the brackets, or Pandoc would make the image a float of its own.
        image = f'![]({escape_markdown(path)}){{fig-alt="{alt}"}}'
        if not self.links:
            return image
        links = f'<span class="figure-links">{", ".join(link.html() for link in self.links)}</span>'
        return f'{image}[`{links}`{{=html}}]{{.content-visible when-format="html"}}'


@contextmanager
def new_canvas(width: float, height: float):
    """A blank drawing of `width` by `height` inches, to be drawn and rendered within the context."""
    with matplotlib.rc_context(STYLE):
        canvas = Canvas(figsize=(width, height))
        FigureCanvasSVG(canvas)
        yield canvas


def render_svg(canvas: Canvas) -> str:
    """Return `canvas` as SVG on no ground, with the glyphs that its text uses embedded."""
    out = io.StringIO()
    with warnings.catch_warnings():
        # A study may be named in a script that the typeface lacks; browsers fall back by themselves.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        canvas.savefig(
            out, format="svg", facecolor="none", metadata={"Date": None, "Creator": None}
        )
    svg = out.getvalue()
    letters = {ord(c) for text in re.findall(r"<text\b.*?</text>", svg, re.DOTALL) for c in text}
    style = f"<style>{font_faces(frozenset(letters))}text{{font-kerning:none}}</style>"
    return re.sub(r"<svg\b[^>]*>", lambda opening: f"{opening[0]}\n {style}", svg, count=1)
